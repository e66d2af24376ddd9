"""Restoring: a backup takes the place of what a store holds, whole or not at all.

On PostgreSQL that is one transaction. A SQLite store is built in a file beside and then poured into the old one, which is one
transaction too: whoever has it open goes on reading, and a crash leaves the old store. What the backup says of runs that were
going on is not believed: their leases end, and no epoch and no number that was given since is given a second time.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection

from capteur.clock import micros
from capteur.errors import InputError, StoreError
from capteur.store import archive, audit, schema, sql, transfer
from capteur.store.archive import Archive
from capteur.store.backup import back_up, pour, revision_of, write_archive
from capteur.store.company import refuse_company
from capteur.store.engine import BUSY_S, parse, path_of
from capteur.store.faults import is_damaged, shown, translate
from capteur.store.hold import held
from capteur.store.layout import Layout, counters, layouts
from capteur.store.looking import changing, file_url, looking
from capteur.store.opening import check_path
from capteur.store.placing import flush, placed, told

WHO = "capteur db restore"
_HEADER = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. `made_at` is when the backup was taken (ISO 8601), `made_by` the capteur that took it.

    `before` is the backup's schema, `after` what it is now. `kept` is where the store that was there before went to, None when
    there was none.
    """

    file: Path
    made_at: str
    made_by: str
    engine: str
    before: str
    after: str
    rows: dict[str, int]
    kept: Path | None


@dataclass(frozen=True, slots=True)
class _There:
    """What the store holds before: its revision (None = nothing of ours), rows and largest numbers given by table, largest epoch."""

    revision: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    epoch: int = 0
    damaged: bool = False

    @property
    def worth_keeping(self) -> bool:
        """It holds more than an empty schema."""
        return self.damaged or any(count for table, count in self.rows.items() if table not in _LITTLE)


_LITTLE = frozenset({"meta", "daemon", "lease", "audit", "version"})
"""Tables that a store without any work in it has rows in."""


def restore(
    url: str,
    file: Path,
    now: datetime,
    *,
    force: bool = False,
    keep_in: Path | None = None,
    busy_s: float = BUSY_S,
) -> Restored:
    """Put the backup `file` (an archive of either engine, or a copy of a SQLite store) into the store at `url`.

    A store that holds something is only replaced with `force`, and a backup of it is made first: beside a SQLite store, else
    in `keep_in` (by default beside `file`). An older backup is brought to today's schema. Whoever writes to a SQLite file is
    waited for `busy_s`. Nothing is changed when anything is raised: InputError for a backup that is damaged or none,
    SchemaError for a newer one or a database that is not ours, StoreHeld while a run uses the store, StoreBusy, StoreFull,
    StoreError.
    """
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        path = path_of(parsed)
        check_path(path, shown(parsed), create=True)
        if path.exists() and file.exists() and path.samefile(file):
            raise InputError(f"{file} is the store itself", fix="name a backup of it")
        with held(path, WHO, now), _room(path.absolute().parent) as room, _source(file, room, now) as source:
            kept = _into_file(parsed, room / "new.db", source, now, force=force, busy_s=busy_s)
    else:
        with _room(None) as room, _source(file, room, now) as source:
            kept = _into_server(parsed, source, now, keep_in or file.absolute().parent, force=force)
    said = source.manifest
    rows = {name: table.rows for name, table in said.tables.items()}
    return Restored(file, said.created_at, said.capteur, said.engine, said.schema, schema.HEAD, rows, kept)


@contextmanager
def _room(beside: Path | None) -> Iterator[Path]:
    """A folder of our own for what is in the making; what a killed restore left of one goes away. `beside` a store that is held."""
    prefix = ".capteur-restore-"
    with told("restore"):
        for left in beside.glob(f"{prefix}*") if beside else ():
            shutil.rmtree(left, ignore_errors=True)
        room = tempfile.TemporaryDirectory(prefix=prefix, dir=beside)
    with room as name:
        yield Path(name)


@contextmanager
def _source(file: Path, room: Path, now: datetime) -> Iterator[Archive]:
    """The backup as a verified archive; that of a database copy is made in `room`."""
    made = file
    if _is_database(file):
        made = room / "archive.zip"
        with told(f"backup {file}"), looking(file_url(file)) as conn:
            if not _sound(conn):
                raise InputError(f"backup {file}: it is damaged", fix="take another backup")
            write_archive(conn, revision_of(conn, str(file)), made, now, given=file)
    with archive.opened(made, given=file) as source:
        _check(file, source)
        source.verify()
        yield source


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(len(_HEADER)) == _HEADER
    except OSError as error:
        raise InputError(f"backup {file}: it cannot be read", why=error.strerror or "") from error


def _sound(conn: Connection) -> bool:
    try:
        return bool(sql.value(conn, "PRAGMA integrity_check(1)") == "ok")
    except sqlite3.DatabaseError as error:
        if is_damaged(error):
            return False
        raise


def _check(file: Path, source: Archive) -> None:
    """Raises SchemaError for a backup from the future, InputError for one whose tables never were."""
    said = source.manifest
    if said.schema != schema.HEAD and not schema.is_older(said.schema):
        raise schema.newer(f"backup {file}", said.schema, said.capteur)
    expected = {t.table: tuple((c.name, str(c.type)) for c in t.columns) for t in _layouts(file, said.schema)}
    if {name: table.columns for name, table in said.tables.items()} != expected:
        raise InputError(
            f"backup {file}: its tables are not those of schema {said.schema}", why="it was changed by hand"
        )


def _layouts(file: Path, revision: str) -> tuple[Layout, ...]:
    from alembic.util import CommandError

    try:
        return layouts(revision)
    except CommandError:
        raise InputError(f"backup {file}: there never was a schema {revision}") from None


def _look(conn: Connection, place: str) -> _There:
    if schema.revision(conn, place) is None:
        return _There()
    revision = revision_of(conn, place)
    epoch = sql.value(conn, "SELECT max(epoch) FROM watch") or 0
    return _There(revision, transfer.counts(conn, revision), counters(conn, layouts(revision)), epoch)


def _refuse(there: _There, place: str, file: Path, *, force: bool) -> None:
    if force or not there.worth_keeping:
        return
    fix = f"capteur db restore {file} --force"
    if there.damaged:
        raise StoreError(f"store {place}: it is damaged", why="it is kept aside when it is replaced", fix=fix)
    raise StoreError(
        f"store {place}: it holds {there.rows['account']} accounts and {there.rows['signal']} signals",
        why="restoring replaces them; a backup of them is made first",
        fix=fix,
    )


def _fill(conn: Connection, place: str, source: Archive, there: _There, now: datetime) -> None:
    """Make the tables of the backup's time, fill them, bring them up to date, and end what was going on."""
    said = source.manifest
    schema.migrate(conn, said.schema)
    transfer.read(conn, source, layouts(said.schema), there.counters)
    schema.bring(conn, place)
    # a unit of the store that is replaced may still be on its way: no row gets an epoch that it could take for its own
    sql.run(conn, "UPDATE watch SET lease_until = 0, epoch = epoch + :lift", lift=there.epoch)
    sql.run(conn, "DELETE FROM daemon")
    sql.run(conn, "DELETE FROM lease")
    audit.add(conn, micros(now), "restore", detail={"made_at": said.created_at, "schema": said.schema})


# SQLite


def _into_file(url: URL, part: Path, source: Archive, now: datetime, *, force: bool, busy_s: float) -> Path | None:
    path, place = path_of(url), shown(url)
    there = _look_at_file(url)
    _refuse(there, place, source.path, force=force)
    kept = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}") if there.worth_keeping else None
    part.touch(mode=0o600)
    with changing(file_url(part), create=True) as conn:
        _fill(conn, place, source, there, now)
    with looking(file_url(part)) as conn:
        if not _sound(conn):
            raise StoreError(f"store {place}: what was restored is not sound, and was not kept", why="look at the disk")
        if path.exists() and not there.damaged:
            if kept is not None:
                back_up(url, kept, now, copy=True)
            raw = conn.connection.driver_connection
            assert isinstance(raw, sqlite3.Connection), "the address is that of a SQLite file"
            try:
                pour(raw, path, busy_s)
            except sqlite3.Error as error:
                raise translate(error, place) from error
            return kept
    with told(f"store {place}"):
        with closing(sqlite3.connect(part, isolation_level=None)) as alone:
            alone.execute("PRAGMA journal_mode = DELETE")
        flush(part)
        if kept is not None:
            _set_aside(path, kept)
        part.replace(path)
        flush(path.absolute().parent)
    return kept


def _look_at_file(url: URL) -> _There:
    path, place = path_of(url), shown(url)
    if not path.exists() or not path.stat().st_size:
        return _There()
    try:
        with looking(url) as conn:
            there = _look(conn, place)
            return there if _sound(conn) else _There(damaged=True)
    except StoreError as error:
        if is_damaged(error.__cause__):
            return _There(damaged=True)
        raise


def _set_aside(path: Path, kept: Path) -> None:
    """Give a damaged file and its log other names, in such an order that a crash loses neither."""
    log = path.with_name(path.name + "-wal")
    if log.exists():
        shutil.copy2(log, kept.with_name(kept.name + "-wal"))
    try:
        kept.hardlink_to(path)
    except (OSError, NotImplementedError):
        shutil.copy2(path, kept)
    flush(kept)
    flush(kept.absolute().parent)
    for beside in (log, path.with_name(path.name + "-shm")):
        with suppress(FileNotFoundError):
            beside.unlink()


# PostgreSQL


def _into_server(url: URL, source: Archive, now: datetime, folder: Path, *, force: bool) -> Path | None:
    place, kept = shown(url), None
    with changing(url) as conn:
        refuse_company(conn, place)
        there = _look(conn, place)
        _refuse(there, place, source.path, force=force)
        revision = there.revision
        if revision is not None:
            names = ", ".join(f'"{t.table}"' for t in layouts(revision))
            sql.run(conn, f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            there = _look(conn, place)
            if there.worth_keeping:
                kept = folder / f"capteur-before-restore-{now:%Y%m%dT%H%M%SZ}.zip"
                with placed(kept) as part:
                    write_archive(conn, revision, part, now, given=kept)
            sql.run(conn, f'DROP TABLE {names}, "{schema.VERSION_TABLE}"')
        _fill(conn, place, source, there, now)
        sql.run(conn, "ANALYZE " + ", ".join(f'"{t.table}"' for t in layouts(schema.HEAD)))
    return kept
