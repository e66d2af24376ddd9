"""`capteur privacy` and `capteur accounts export`: what is held, of everybody and of one."""

from __future__ import annotations

from pathlib import Path

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call
from capteur.errors import InputError, UsageError

_HERE = "capteur.cli.commands.privacy"


@click.group(
    cls=Hall,
    name="privacy",
    entries={
        "report": Entry(f"{_HERE}:report", "What is held of people, how long, and what leaves."),
    },
)
def privacy() -> None:
    """For the people in legal."""


@click.command(cls=Door, name="report")
@click.option("--markdown", is_flag=True, help="As a document.")
@pass_call
def report(call: Call, *, markdown: bool) -> None:
    """What is held of people: in which tables and fields, how much, since when, for how long, and where it came from.

    Also which sensors may keep persons, which hosts are asked, and which backups there are. Read from the settings and the
    database; nobody is asked.
    """
    call.present("privacy report")
    with call.house() as house:
        told = house.privacy_report()
    from capteur.cli.screens.private import PrivacyTold, as_markdown

    if markdown:
        click.echo(as_markdown(told), nl=False)
    else:
        call.show(PrivacyTold(told))


@click.command(cls=Door, name="export")
@click.argument("account", required=False)
@click.option(
    "--person", "persons", multiple=True, metavar="WHO", help="Instead: a person's e-mail or name; may be given again."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there, not to stdout."
)
@pass_call
def export(call: Call, *, account: str | None, persons: tuple[str, ...], out: Path | None) -> None:
    """Everything that is held about ACCOUNT, or about a person, as JSON: for whoever asks what you know of them."""
    call.present("accounts export")
    if (account is None) == (not persons):
        raise UsageError(
            "export needs an account or a person",
            fix='capteur accounts export acme.com, or capteur accounts export --person "jane@acme.com"',
        )
    with call.house() as house:
        told = house.export_account(account) if account is not None else house.export_person(persons)
    from capteur.cli.screen import dumps
    from capteur.cli.screens.private import exported

    text = dumps(exported(told), indent=2) + "\n"
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.touch(mode=0o600)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written", why=error.strerror or type(error).__name__) from error
    call.note(f"wrote {told.rows} rows about {told.of} to {out}")
