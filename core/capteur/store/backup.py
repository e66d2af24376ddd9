"""Backups: an archive that either engine can be restored from, or the copy of a SQLite file; taken while runs go on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Connection

from capteur.clock import micros
from capteur.errors import InputError, SchemaError, StoreBusy, StoreError
from capteur.store import archive, schema, transfer
from capteur.store.engine import BUSY_S, parse, path_of
from capteur.store.faults import shown, translate
from capteur.store.looking import file_url, looking
from capteur.store.opening import check_path
from capteur.store.placing import placed, refuse_existing

COPIES = (".db", ".sqlite", ".sqlite3")
"""A backup of such a name is a SQLite database, any other an archive."""
_NAP_S = 0.05


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and verified. `rows` by table; `created_at` in micros."""

    file: Path
    kind: Literal["archive", "copy"]
    schema: str
    engine: str
    created_at: int
    rows: dict[str, int]
    size_bytes: int


def back_up(url: str | URL, file: Path, now: datetime, *, force: bool = False, copy: bool | None = None) -> Backup:
    """Write a backup of the store at `url`, readable by its owner alone. It takes its name only once it is verified.

    `copy` asks for a SQLite database (by default the name decides). Raises InputError for a file that exists (without `force`),
    ConfigError, SchemaError for a store that is empty or newer, StoreBusy, StoreFull, StoreError.
    """
    parsed = parse(url) if isinstance(url, str) else url
    place = shown(parsed)
    sqlite = parsed.get_backend_name() == "sqlite"
    copy = file.suffix in COPIES if copy is None else copy
    if copy and not sqlite:
        raise InputError(
            f"backup {file}: only a SQLite store can be copied as a database",
            fix=f"name an archive: {file.with_suffix('.zip').name}",
        )
    refuse_existing(file, force=force)
    if sqlite:
        check_path(path_of(parsed), place, create=False)
        if file.exists() and file.samefile(path_of(parsed)):
            raise InputError(f"{file} is the store itself", fix="name another file")
    with placed(file, force=force) as part:
        revision, rows = _copy(parsed, part, file) if copy else _archive(parsed, part, file, now)
    kind: Literal["archive", "copy"] = "copy" if copy else "archive"
    return Backup(file, kind, revision, "sqlite" if sqlite else "postgresql", micros(now), rows, file.stat().st_size)


def write_archive(conn: Connection, revision: str, part: Path, now: datetime, *, given: Path) -> dict[str, int]:
    """Write what `conn` sees into `part`, and read it back; returns the rows by table. Messages call it what it was `given` as."""
    with part.open("wb") as stream, archive.writing(stream) as made:
        transfer.write(conn, revision, made, now.isoformat(timespec="seconds"))
    with archive.opened(part, given=given) as written:
        written.verify()
        return {name: table.rows for name, table in written.manifest.tables.items()}


def revision_of(conn: Connection, place: str) -> str:
    """The schema of a store that can be backed up. Raises SchemaError."""
    found = schema.revision(conn, place)
    if found is None:
        raise SchemaError(f"store {place}: it holds no capteur schema yet", why="there is nothing to back up")
    if found != schema.HEAD and not schema.is_older(found):
        raise schema.newer(f"store {place}", found, schema.written_by(conn))
    return found


def _archive(url: URL, part: Path, file: Path, now: datetime) -> tuple[str, dict[str, int]]:
    with looking(url) as conn:
        revision = revision_of(conn, shown(url))
        return revision, write_archive(conn, revision, part, now, given=file)


def _copy(url: URL, part: Path, file: Path) -> tuple[str, dict[str, int]]:
    """Copy the file as it is at one moment: the connection keeps looking at that moment while others write."""
    place = shown(url)
    with looking(url) as conn:
        revision = revision_of(conn, place)
        rows = transfer.counts(conn, revision)
        raw = conn.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection), "the address is that of a SQLite file"
        try:
            pour(raw, part)
        except sqlite3.Error as error:
            raise translate(error, str(file)) from error
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")  # one file that stands alone, even where nothing can be written
    with looking(file_url(part)) as conn:
        said = [row[0] for row in conn.exec_driver_sql("PRAGMA integrity_check(1)").fetchall()]
        if said != ["ok"] or (schema.revision(conn, place), transfer.counts(conn, revision)) != (revision, rows):
            raise StoreError(
                f"store {place}: its copy is not sound, and was not kept", why=said[0], fix="capteur db check"
            )
    return revision, rows


def pour(source: sqlite3.Connection, target: Path, busy_s: float = BUSY_S) -> None:
    """Make `target` hold what `source` sees, in one transaction of `target`; whoever reads it goes on reading the old.

    Raises StoreBusy when somebody else writes to it for longer than `busy_s`, sqlite3.Error.
    """
    naps = 0

    def patience(status: int, _left: int, _pages: int) -> None:
        nonlocal naps
        naps += status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if naps * _NAP_S > busy_s:  # without this the copying would try for ever
            raise StoreBusy(f"store {target}: somebody else holds it", fix="try again in a moment")

    with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as copy:
        source.backup(copy, pages=-1, progress=patience, sleep=_NAP_S)


def default_name(now: datetime) -> str:
    """The name of an archive that was taken at `now`; names sort by time."""
    return f"capteur-backup-{now:%Y%m%dT%H%M%SZ}.zip"
