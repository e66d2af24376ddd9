"""`capteur init`: a project in this folder."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call
from capteur.cli.piped import as_list, at_rest
from capteur.errors import InputError, UsageError

FILE = "capteur.toml"
ACCOUNTS = "accounts.csv"
EMPTY = b"domain,name,owner,standing\n"
BESIDE = {
    ".env.example": ("project/env.example", "where the secrets go"),
    "requirements.txt": ("project/requirements.txt", "what to install where it runs"),
    ".gitignore": ("project/gitignore", "keeps secrets and data out of version control"),
}
"""Written where they are missing: file -> (template, what it is for)."""
_MAIL = re.compile(r"[^@\s\"\\]+@[^@\s\"\\]+\.[^@\s\"\\]+")
_CONTACT = re.compile(r'^contact = ""( *)', re.MULTILINE)


@click.command(cls=Door, name="init")
@click.option(
    "--domains", metavar="FILE|-", help="The companies to watch: a CSV, or one domain per line; - reads stdin."
)
@click.option("--contact", metavar="E-MAIL", help="Sent with every request: sites like to know who asks.")
@pass_call
def init(call: Call, *, domains: str | None, contact: str | None) -> None:
    """Start a project in this folder (or where --config says).

    Writes capteur.toml, accounts.csv, a folder for plugins and what a deployment needs (.env.example, requirements.txt,
    .gitignore), and imports the accounts. Asks for the companies and for your e-mail address, unless they are given or
    --no-input says not to ask. Nothing that is there is overwritten.
    """
    call.present("init")
    config = Path(call.config or os.environ.get("CAPTEUR_CONFIG") or FILE).expanduser().absolute()
    accounts = config.parent / ACCOUNTS
    if config.exists():
        raise UsageError(
            f"there is a project already: {config}",
            why="init never overwrites one",
            fix="capteur accounts import FILE adds companies to it",
        )
    if contact is not None:
        contact = _checked(contact)
    content = _given(domains, accounts) if domains is not None else None
    if call.asks:
        contact = _ask_contact() if contact is None else contact
        if content is None and not accounts.exists():
            content = _ask_domains(accounts)
    if content is not None and accounts.exists():
        raise UsageError(
            f"there is a list already: {accounts}",
            why="init never overwrites one",
            fix=f"capteur init --domains {ACCOUNTS} takes it as it is",
        )
    beside = _write(config, content, contact or "")
    _open(call, config, beside, contact=bool(contact))


def _open(call: Call, config: Path, beside: list[str], *, contact: bool) -> None:
    """Open the new project, import its list, and show what was made."""
    from capteur.cli.screens.started import Started

    call.config = str(config)
    with call.house() as house:
        report = house.import_accounts() if (config.parent / ACCOUNTS).read_bytes() != EMPTY else None
        now, first = house.now(), next(iter(house.accounts()), None)
    made = [
        (config.name, "the settings, explained line by line"),
        (ACCOUNTS, "the companies to watch"),
        ("plugins/", "a .py file in it is a plugin"),
        *((name, BESIDE[name][1]) for name in beside),
    ]
    account = first.label if first is not None else "acme.com"
    steps = [
        ("capteur run", "let the sensors look"),
        ("capteur rank", "whom to call, and why now"),
        (f"capteur explain {account}", "what makes a number"),
    ]
    if first is None:
        steps = [("capteur accounts add acme.com", "the first company to watch"), *steps[:2]]
    call.show(Started(made, report, steps, now, contact=contact))


def _write(config: Path, content: bytes | None, contact: str) -> list[str]:
    """Make the project's files; none that exists is touched. Returns which of BESIDE were written."""
    from capteur import __version__
    from capteur.cli.making import render
    from capteur.settings import STARTER

    quoted = json.dumps(contact, ensure_ascii=False)
    text = _CONTACT.sub(lambda m: f"contact = {quoted}" + " " * max(2, len(m[1]) - len(quoted) + 2), STARTER, count=1)
    missing = [name for name in BESIDE if not (config.parent / name).exists()]
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        (config.parent / "plugins").mkdir(exist_ok=True)
        if not (config.parent / ACCOUNTS).exists():
            with (config.parent / ACCOUNTS).open("xb") as list_:
                list_.write(EMPTY if content is None else content)
        for name in missing:
            with (config.parent / name).open("x", encoding="utf-8") as stream:
                stream.write(render(BESIDE[name][0], {"version": __version__}))
        with config.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise InputError(
            f"{error.filename or config}: cannot be written", why=error.strerror or type(error).__name__
        ) from error
    return missing


def _given(domains: str, accounts: Path) -> bytes | None:
    """The list as it will be written; None for accounts.csv itself, which stays as it is. Raises InputError for what is no list."""
    from capteur.importing import read_accounts

    with at_rest(domains) as path:
        read_accounts(path)  # before anything is written: a file nobody can read makes no project
        return None if accounts.exists() and path.samefile(accounts) else path.read_bytes()


def _checked(contact: str) -> str:
    if contact and _MAIL.fullmatch(contact) is None:
        raise UsageError(f"--contact: {contact!r} is not an e-mail address", fix="--contact you@company.com")
    return contact


def _ask_contact() -> str:
    """Ask until it is an e-mail address or nothing."""
    while True:
        answer = click.prompt(
            "Your e-mail address (sites like to know who asks; empty to leave it out)",
            default="",
            show_default=False,
            err=True,
        ).strip()
        if not answer or _MAIL.fullmatch(answer):
            return str(answer)
        click.echo(f"  {answer} is not an e-mail address", err=True)


def _ask_domains(accounts: Path) -> bytes | None:
    """A file, or domains line by line until an empty one."""
    click.echo(
        "The companies to watch: a file (CSV, or one domain per line), or their domains; an empty line ends.", err=True
    )
    typed: list[str] = []
    while answer := str(click.prompt("  domains", default="", show_default=False, err=True)).strip():
        if not typed and Path(answer).expanduser().is_file():
            return _given(answer, accounts)
        typed += answer.replace(",", " ").split()
    return as_list("\n".join(typed)) if typed else None
