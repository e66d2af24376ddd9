"""`capteur accounts`: the list, and what sources call the companies on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call
from capteur.errors import CapteurError, UsageError

_HERE = "capteur.cli.commands.accounts"
STATES = ("listed", "discovered", "unmatched", "aside")


@click.group(
    cls=Hall,
    name="accounts",
    entries={
        "import": Entry(f"{_HERE}:import_", "Read a list: CSV from HubSpot, Salesforce or by hand."),
        "add": Entry(f"{_HERE}:add", "Put companies on the list."),
        "list": Entry(f"{_HERE}:listing", "Who is on the list."),
        "unmatched": Entry(f"{_HERE}:unmatched", "Companies sources named that may be on your list."),
        "discovered": Entry(
            "capteur.cli.commands.discovered:discovered", "Companies nobody listed that might belong on the list."
        ),
        "link": Entry(f"{_HERE}:link", "Say that such a company, or an old domain, is an account."),
        "unlink": Entry(f"{_HERE}:unlink", "Undo a link."),
        "forget": Entry(f"{_HERE}:forget", "Remove an account, or a person, and every trace."),
        "export": Entry(
            "capteur.cli.commands.privacy:export", "Everything that is held about an account, or a person."
        ),
    },
)
def accounts() -> None:
    """The companies whose signals are watched, keyed by their web domain."""


@click.command(cls=Door, name="import")
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE|-]")
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="MEANING=COLUMN",
    help='Which column is what, e.g. --map domain="Web page"; may be given again.',
)
@pass_call
def import_(call: Call, *, file: Path | None, columns: tuple[str, ...]) -> None:
    """Read FILE (- is stdin; default: [accounts] file) and bring the list in line with it.

    A CSV needs one column with domains, web addresses or e-mails; the headers of HubSpot and Salesforce exports are recognised,
    --map names others. A column `standing` (customer, competitor, blocked, partner) writes the vetoes; so do the files that
    [accounts] competitors, customers, partners and blocked name, which are read each time. A bad row is reported with its line
    and left out; the good ones are kept.
    """
    call.present("accounts import")
    mapping = _mapping(columns)
    from capteur.cli.piped import at_rest

    with call.house() as house, at_rest(file or house.settings.accounts.file) as path:
        report = house.import_accounts(path, mapping)
        source = "stdin" if str(file) == "-" else str(file or house.settings.accounts.file.name)
        now = house.now()
    from capteur.cli.screens.listed import Imported

    call.show(Imported(report, source, now))


@click.command(cls=Door, name="add")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@click.option("--name", metavar="NAME", help="The company's name; for one domain only.")
@click.option(
    "--as",
    "known_as",
    metavar="WHAT",
    help='What sources call it, e.g. cik:1543151 or "People Center, Inc.": its signals come with it.',
)
@pass_call
def add(call: Call, *, domains: tuple[str, ...], name: str | None, known_as: str | None) -> int:
    """Put companies on the list by their web domain.

    A discovered company is adopted with its signals: by the domain it was found under, or by --as WHAT where its source knows
    no domain. `capteur accounts unlink WHAT` undoes what joined it to an account that was there before.
    """
    call.present("accounts add")
    for option, text in (("--name", name), ("--as", known_as)):
        if text is not None and len(domains) > 1:
            raise UsageError(
                f"{option} goes with one domain", fix=f"capteur accounts add {domains[0]} {option} {_quoted(text)}"
            )
    from capteur.cli.failing import report, worst

    codes = [0]
    with call.house() as house:
        for domain in domains:
            try:
                account, created = house.add_account(domain, name, known_as=known_as)
            except CapteurError as error:  # one bad domain never stops the others
                codes.append(report(error, call))
                continue
            joined = f", known as {known_as}" if known_as is not None else ""
            call.note(f"added {account.label}{joined}" if created else f"{account.label} is on the list already")
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
    shown = [row for row in found if every or row.candidates]
    from capteur.cli.screens.listed import Unmatched

    call.show(Unmatched(shown, now, hidden=len(found) - len(shown)))


@click.command(cls=Door, name="link")
@click.argument("what")
@click.argument("account")
@pass_call
def link(call: Call, *, what: str, account: str) -> None:
    """Say that WHAT, as a source calls it, is ACCOUNT: its signals move there, and later ones follow.

    WHAT may be the domain of another account of the list: the company moved to a new domain, or was bought. What is known of it
    and its standing go along, its domain becomes an alias, and the next import does not bring it back.
    """
    call.present("accounts link")
    with call.house() as house:
        linked = house.link(what, account)
    target, undo = linked.account, f"capteur accounts unlink {_quoted(linked.source)}"
    call.note(f"{what} is {target.name} ({target.label}) from now on; undo it with: {undo}")


@click.command(cls=Door, name="unlink")
@click.argument("what")
@pass_call
def unlink(call: Call, *, what: str) -> None:
    """Undo a link: WHAT stands for itself again, with the signals it had."""
    call.present("accounts unlink")
    with call.house() as house:
        freed = house.unlink(what)
    call.note(f"{freed.label} stands for itself again")


@click.command(cls=Door, name="forget")
@click.argument("account", required=False)
@click.option(
    "--person",
    "persons",
    multiple=True,
    metavar="WHO",
    help="Instead: a person's e-mail address or name; may be given again, for one person by all that he is called.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_call
def forget(call: Call, *, account: str | None, persons: tuple[str, ...], yes: bool) -> None:
    """Remove ACCOUNT and everything known about it, without a trace in the database. There is no way back.

    Of a person what identifies him is removed, wherever it stands; that something happened stays, without him.
    """
    call.present("accounts forget")
    if (account is None) == (not persons):
        raise UsageError(
            "forget needs an account or a person",
            fix='capteur accounts forget acme.com, or capteur accounts forget --person "jane@acme.com"',
        )
    given = _quoted(account) if account is not None else " ".join(f"--person {_quoted(name)}" for name in persons)
    what = account or ", ".join(persons)
    if not yes and not call.asks:
        raise UsageError(
            f"forgetting {'an account' if account else 'a person'} cannot be undone, and nobody is here to confirm it",
            fix=f"capteur accounts forget {given} --yes",
        )
    if not yes and not click.confirm(f"Remove {what} and everything known about it?", err=True):
        raise click.Abort
    from capteur.wording import counted

    with call.house() as house:
        if account is not None:
            done = house.forget(account)
            call.note(f"forgot {done.account}: {counted(done.signals, 'signal')}, {counted(done.rows, 'row')} in all")
        else:
            told = house.forget_person(persons)
            rows = ", ".join(f"{word} {count}" for word, count in told.rows.items())
            call.note(f"forgot {what}: {rows}" if rows else f"nothing names {what}")
            for label in told.left:
                call.note(f"a company is called that: capteur accounts forget {_quoted(label)} removes it")
        for backup in house.backups():
            call.note(f"a backup still holds what was there when it was made: {backup}")


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
