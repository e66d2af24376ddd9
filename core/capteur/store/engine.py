"""The two engines: how each is connected to and told to behave."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from capteur.errors import ConfigError, StoreError

OLDEST_SQLITE = (3, 35)
BUSY_S = 5.0
"""How long a statement waits for another program's lock before it is StoreBusy."""
READERS = 8
_CHECKPOINT_PAGES = (
    10_000  # 40 MB of log before it is folded into the file: 1.7x less time than SQLite's 1000 (performance.md)
)
_CACHE_KIB = 64 * 1024
_LOCK_MS = 30_000


def parse(url: str) -> URL:
    """The address, checked. Raises ConfigError without repeating what was given: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # the port is not looked at before
        raise ConfigError(
            "[store] url is not a database address",
            fix='e.g. url = "sqlite:///capteur.db", or "postgresql://user@host/name"',
        ) from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError(
                "[store] url names no file",
                why="the store must outlive the process",
                fix='url = "sqlite:///capteur.db"',
            )
        return parsed.set(drivername="sqlite")
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(
        f"[store] url: {parsed.drivername} is not supported", fix="use sqlite:///FILE or postgresql://USER@HOST/NAME"
    )


def path_of(url: URL) -> Path:
    """Where a SQLite store lies."""
    return Path(url.database or "")


def engines(url: URL, *, create: bool, busy_s: float) -> tuple[Engine, Engine]:
    """(writer, readers): one connection that writes, a small pool that cannot."""
    return (_sqlite if url.get_backend_name() == "sqlite" else _postgresql)(url, create, busy_s)


def dispose(engine: Engine) -> None:
    """Close its connections: those nobody uses now, the others when they come back. Safe to call twice.

    Engine.dispose() alone forgets a connection that is in use, and whoever gives it back leaves it open.
    """
    event.listen(engine.pool, "checkin", _closed)
    engine.dispose()


def _closed(_: Any, entry: ConnectionPoolEntry) -> None:
    if entry.dbapi_connection is not None:
        entry.invalidate()


def _sqlite(url: URL, create: bool, busy_s: float) -> tuple[Engine, Engine]:  # noqa: FBT001  one of two functions of one shape
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            why="3.35 brought RETURNING",
            fix="use a newer Python, or PostgreSQL",
        )
    path = path_of(url).absolute()

    def opener(mode: str) -> Callable[[], sqlite3.Connection]:
        address = f"{path.as_uri()}?mode={mode}"

        def connect() -> sqlite3.Connection:
            if mode == "rwc" and not path.exists():
                _make_private(path)
            # isolation_level None: transactions begin where we say so, not where the driver guesses
            return sqlite3.connect(address, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)

        return connect

    writer = create_engine(
        "sqlite://", creator=opener("rwc" if create else "rw"), poolclass=QueuePool, pool_size=1, max_overflow=0
    )
    readers = create_engine(
        "sqlite://", creator=opener("rw"), poolclass=QueuePool, pool_size=READERS, max_overflow=0, pool_timeout=30
    )
    common = [f"PRAGMA cache_size = -{_CACHE_KIB}", "PRAGMA temp_store = MEMORY", "PRAGMA foreign_keys = ON"]
    # synchronous NORMAL in WAL: a killed process loses nothing committed; a power cut may lose the last commits, whole, and
    # their cursors with them, so the next run reads those facts again.
    writing = [
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        f"PRAGMA journal_size_limit = {_CHECKPOINT_PAGES * 4096 * 2}",
    ]
    _on_connect(writer, [*writing, *common])
    _on_connect(readers, [*common, "PRAGMA query_only = ON"])
    event.listen(writer, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(readers, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
    return writer, readers


def _make_private(path: Path) -> None:
    """An empty file that only its owner reads: it will hold facts about people, and the key of their names. So will what SQLite
    puts beside it, which takes the mode of the file. Where it cannot be made, SQLite says why.
    """
    with suppress(OSError):
        path.touch(mode=0o600, exist_ok=False)


def _on_connect(engine: Engine, statements: list[str]) -> None:
    def connected(connection: Any, _: ConnectionPoolEntry) -> None:
        for statement in statements:
            connection.execute(statement)

    event.listen(engine, "connect", connected)


def _postgresql(url: URL, create: bool, busy_s: float) -> tuple[Engine, Engine]:  # noqa: ARG001, FBT001  one of two functions of one shape
    try:
        import psycopg  # noqa: F401  only whether it is there
    except ImportError:
        raise ConfigError(
            "[store] url asks for PostgreSQL, and its driver is not installed", fix="pip install 'capteur[postgres]'"
        ) from None
    common: dict[str, Any] = {"connect_timeout": 10, "application_name": "capteur"}
    writer = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",  # each statement sees what another writer has just committed: the store counts on it
        connect_args={**common, "options": f"-c lock_timeout={_LOCK_MS} -c timezone=UTC"},
    )
    # one snapshot for all statements of a read, as SQLite gives it
    readers = create_engine(
        url,
        pool_size=READERS,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={**common, "options": "-c default_transaction_read_only=on -c timezone=UTC"},
    )
    return writer, readers
