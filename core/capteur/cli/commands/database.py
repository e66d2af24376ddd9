"""`capteur db`: the database behind a project, kept safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call

if TYPE_CHECKING:
    from capteur.house.storage import Project

_HERE = "capteur.cli.commands.database"


@click.group(
    cls=Hall,
    name="db",
    entries={
        "backup": Entry(f"{_HERE}:backup", "Write everything into one file, while runs go on."),
        "restore": Entry(f"{_HERE}:restore", "Put a backup in the database's place."),
        "upgrade": Entry(f"{_HERE}:upgrade", "Bring the schema up to date, after a backup."),
        "check": Entry(f"{_HERE}:check", "Look whether everything stored is as it should be."),
    },
)
def db() -> None:
    """The database behind a project."""


@click.command(cls=Door, name="backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@pass_call
def backup(call: Call, *, file: Path | None, force: bool) -> None:
    """Write everything in the database into FILE, while runs and daemons go on.

    FILE is an archive that goes into SQLite and into PostgreSQL alike, whichever it came from. Where FILE is a folder (by default
    that of capteur.toml) the archive is named after the time. With a FILE ending in .db a SQLite database is copied as it is.

    The backup is read back and compared before it gets its name. It holds what sources said of people: only you may read it.
    """
    from capteur.cli.screens.stored import BackedUp
    from capteur.house.storage import backup_store

    call.present("db backup")
    call.show(BackedUp(backup_store(_project(call), file, force=force)))


@click.command(cls=Door, name="restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Also replace a database that holds something; it is backed up first.")
@pass_call
def restore(call: Call, *, file: Path, force: bool) -> None:
    """Put the backup FILE in the database's place: an archive, or a copy of a SQLite database.

    Nothing may run meanwhile. Either all of FILE is in the database afterwards, or nothing has changed. A backup of an older
    capteur is brought up to date; one of a newer capteur is refused. To move from SQLite to PostgreSQL: back up, set [store] url,
    restore.
    """
    from capteur.cli.screens.stored import PutBack
    from capteur.clock import micros
    from capteur.house.storage import restore_store

    call.present("db restore")
    project = _project(call)
    call.show(PutBack(restore_store(project, file, force=force), micros(project.clock.now())))


@click.command(cls=Door, name="upgrade")
@click.option("--no-backup", is_flag=True, help="Do not make a backup first.")
@pass_call
def upgrade(call: Call, *, no_backup: bool) -> None:
    """Bring the database to the schema of this version of capteur, after a backup.

    Stop every daemon first. The backup lies beside a SQLite database (capteur.db.before-NNNN, itself a database), for
    PostgreSQL beside capteur.toml. When anything goes wrong, the database is what it was.
    """
    from capteur.cli.screens.stored import BroughtUp
    from capteur.clock import micros
    from capteur.house.storage import upgrade_store

    call.present("db upgrade")
    project = _project(call)
    call.show(BroughtUp(upgrade_store(project, backup=not no_backup), micros(project.clock.now())))


@click.command(cls=Door, name="check")
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    metavar="N",
    help="Work out the numbers of so many accounts anew.",
)
@click.option("--all", "every", is_flag=True, help="Those of all accounts.")
@click.option("--mend", is_flag=True, help="First have every number made anew from the signals.")
@pass_call
def check(call: Call, *, sample: int, every: bool, mend: bool) -> int:
    """Look whether everything stored is as it should be; each finding comes with its cure.

    Pages, schema, references and uniqueness are looked at in full; the numbers of accounts, which a run keeps up to date, are
    worked out anew from the signals for a sample. Nothing is changed without --mend. Exit code 1 when there is an error.
    """
    from capteur.cli.screens.checked import Checked
    from capteur.clock import micros
    from capteur.house.storage import check_store, mend_store
    from capteur.wording import counted

    call.present("db check")
    project = _project(call)
    if mend:
        call.note(f"made the numbers of {counted(mend_store(project), 'history', 'histories')} anew")
    screen = Checked(check_store(project, sample=None if every else sample), micros(project.clock.now()))
    call.show(screen)
    return screen.exit_code


def _project(call: Call) -> Project:
    from capteur.cli.logs import configure
    from capteur.house.storage import project_at

    configure(call.verbose, quiet=call.quiet)
    return project_at(call.config, store_url=call.store_url())
