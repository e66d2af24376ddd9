"""`capteur accounts`: the list, and what sources call the companies on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call
from capteur.errors import CapteurError, UsageError

_HERE = "capteur.cli.commands.accounts"
STATES = ("listed", "discovered", "unmatched")


@click.group(
    cls=Hall,
    name="accounts",
    entries={
        "import": Entry(f"{_HERE}:import_", "Read a list: CSV from HubSpot, Salesforce or by hand."),
        "add": Entry(f"{_HERE}:add", "Put companies on the list."),
        "list": Entry(f"{_HERE}:listing", "Who is on the list."),
        "unmatched": Entry(f"{_HERE}:unmatched", "Companies sources named that may be on your list."),
        "link": Entry(f"{_HERE}:link", "Say that such a company is one of your accounts."),
        "unlink": Entry(f"{_HERE}:unlink", "Undo a link."),
        "forget": Entry(f"{_HERE}:forget", "Remove an account and every trace of it."),
    },
)
def accounts() -> None:
    """The companies whose signals are watched, keyed by their web domain."""


@click.command(cls=Door, name="import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="MEANING=COLUMN",
    help='Which column is what, e.g. --map domain="Web page"; may be given again.',
)
@pass_call
def import_(call: Call, *, file: Path | None, columns: tuple[str, ...]) -> None:
    """Read FILE (default: [accounts] file) and bring the list in line with it.

    A CSV needs one column with domains, web addresses or e-mails; the headers of HubSpot and Salesforce exports are recognised,
    --map names others. A column `standing` (customer, competitor, blocked, partner) writes the vetoes. A bad row is reported
    with its line and left out; the good ones are kept.
    """
    call.present("accounts import")
    mapping = _mapping(columns)
    with call.house() as house:
        report = house.import_accounts(file, mapping)
        source, now = str(file if file is not None else house.settings.accounts.file.name), house.now()
    from capteur.cli.screens.listed import Imported

    call.show(Imported(report, source, now))


@click.command(cls=Door, name="add")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@click.option("--name", metavar="NAME", help="The company's name; for one domain only.")
@pass_call
def add(call: Call, *, domains: tuple[str, ...], name: str | None) -> int:
    """Put companies on the list by their web domain."""
    call.present("accounts add")
    if name is not None and len(domains) > 1:
        raise UsageError("--name goes with one domain", fix=f"capteur accounts add {domains[0]} --name {name!r}")
    from capteur.cli.failing import report, worst

    codes = [0]
    with call.house() as house:
        for domain in domains:
            try:
                account, created = house.add_account(domain, name)
            except CapteurError as error:  # one bad domain never stops the others
                codes.append(report(error, call))
                continue
            call.note(f"added {account.label}" if created else f"{account.label} is on the list already")
    return worst(codes)


@click.command(cls=Door, name="list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="Accounts of this state (default: listed); may be given again.",
)
@pass_call
def listing(call: Call, *, states: Sequence[str]) -> None:
    """Who is on the list, by name."""
    call.present("accounts list")
    with call.house() as house:
        found, now = house.accounts(tuple(states) or ("listed",)), house.now()
    from capteur.cli.screens.listed import Accounts

    call.show(Accounts(found, now))


@click.command(cls=Door, name="unmatched")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="So many, those with the most signals first.")
@click.option("--all", "every", is_flag=True, help="Also those that resemble no account.")
@pass_call
def unmatched(call: Call, *, limit: int | None, every: bool) -> None:
    """Companies that sources named, that no account answers to, and that resemble one on your list.

    Their signals are kept: `capteur accounts link WHAT ACCOUNT` attaches them, and every later one.
    """
    call.present("accounts unmatched")
    with call.house() as house:
        found, now = house.unmatched(limit), house.now()
    found = [row for row in found if every or row.candidates]
    from capteur.cli.screens.listed import Unmatched

    call.show(Unmatched(found, now))


@click.command(cls=Door, name="link")
@click.argument("what")
@click.argument("account")
@pass_call
def link(call: Call, *, what: str, account: str) -> None:
    """Say that WHAT, as a source calls it, is ACCOUNT: its signals move there, and later ones follow."""
    call.present("accounts link")
    with call.house() as house:
        linked = house.link(what, account)
    call.note(
        f"{what} is {linked.name} ({linked.label}) from now on; undo it with: capteur accounts unlink {_quoted(what)}"
    )


@click.command(cls=Door, name="unlink")
@click.argument("what")
@pass_call
def unlink(call: Call, *, what: str) -> None:
    """Undo a link: WHAT waits again under its own name, with its own signals."""
    call.present("accounts unlink")
    with call.house() as house:
        freed = house.unlink(what)
    call.note(f"{freed.label} stands for itself again")


@click.command(cls=Door, name="forget")
@click.argument("account")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_call
def forget(call: Call, *, account: str, yes: bool) -> None:
    """Remove ACCOUNT and everything known about it, without a trace in the database. There is no way back."""
    call.present("accounts forget")
    if not yes and not call.asks:
        raise UsageError(
            "forgetting an account cannot be undone, and nobody is here to confirm it",
            fix=f"capteur accounts forget {_quoted(account)} --yes",
        )
    if not yes and not click.confirm(f"Remove {account} and everything known about it?", err=True):
        raise click.Abort
    with call.house() as house:
        report = house.forget(account)
    from capteur.wording import counted

    call.note(f"forgot {report.account}: {counted(report.signals, 'signal')}, {counted(report.rows, 'row')} in all")


def _mapping(columns: Sequence[str]) -> dict[str, str] | None:
    """`--map domain=Website` as a mapping of meanings to columns."""
    mapping: dict[str, str] = {}
    for pair in columns:
        meaning, equals, column = pair.partition("=")
        if not (equals and meaning.strip() and column.strip()):
            raise UsageError(f"--map {pair!r} is not MEANING=COLUMN", fix='--map domain="Web page"')
        mapping[meaning.strip()] = column.strip()
    return mapping or None


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
