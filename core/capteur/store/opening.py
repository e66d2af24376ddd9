"""The store as the house holds it: opened once, read through a pool, written through one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, Self, TypeVar

from sqlalchemy import URL, Connection, Engine

from capteur.clock import Clock
from capteur.errors import ConfigError, SchemaError, StoreBusy
from capteur.store import daemons, schema, sql
from capteur.store.engine import BUSY_S, dispose, engines, parse, path_of
from capteur.store.faults import is_lost, shown, translate
from capteur.store.hold import held
from capteur.store.writer import Writer

T = TypeVar("T")


class Store:
    """An open store. Made by `open_store`; every failure of the database comes out as an error of capteur.errors."""

    def __init__(self, url: URL, clock: Clock, writer: Engine, readers: Engine, holds: ExitStack) -> None:
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self.shown_url = shown(url)
        self._url = url
        self._clock = clock
        self._engines = (writer, readers)
        self._writer = Writer(writer, self.shown_url)
        self._holds = holds

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a connection that sees one moment of the store and cannot write."""
        try:
            with self._engines[1].connect() as conn, conn.begin():
                try:
                    return fn(conn)
                except Exception as error:
                    if is_lost(conn, error):
                        conn.invalidate()
                    raise
        except Exception as error:
            told = translate(error, self.shown_url)
            if told is error:
                raise
            raise told from error

    def write(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` in a transaction, together with what else waits; the result is there once it is committed.

        `fn` may be run again when the transaction broke for a reason of its own, so it has no other effect than on its
        connection. An exception of `fn` undoes `fn` alone and comes out of the Future.
        """
        return self._writer.submit(fn)

    @contextmanager
    def hold(self, who: str) -> Iterator[None]:
        """Hold the store for running sensors, on SQLite against every other process. Raises StoreHeld that says who does.

        Whoever holds it knows that no other unit is alive: the leases a killed process left behind end here.
        """
        if self.dialect == "postgresql":
            yield
            return
        with held(path_of(self._url), who, self._clock.now()):
            self.free()
            yield

    def free(self) -> None:
        """End every lease, and forget who was killed; only for whoever holds the store."""

        def work(conn: Connection) -> None:
            sql.run(conn, "UPDATE watch SET lease_until = 0 WHERE lease_until > 0")
            daemons.bury_all(conn)

        self.write(work).result()

    def vacuum(self) -> None:
        """Give freed space back; on SQLite the file is written anew, so nothing deleted can be found in it afterwards.

        Raises StoreBusy when somebody reads on, so that the log beside the file could not be emptied.
        """
        self._writer.submit(_vacuum, bare=True).result()

    @property
    def url(self) -> URL:
        """Its address with the password, for who opens the database another way; never shown."""
        return self._url

    @property
    def schema_version(self) -> str:
        """The revision of the schema."""
        return schema.HEAD

    def size_bytes(self) -> int:
        """What the store takes on disk."""
        if self.dialect == "postgresql":
            return int(self.read(lambda conn: sql.value(conn, "SELECT pg_database_size(current_database())")))
        path = path_of(self._url)
        return sum(p.stat().st_size for p in (path, path.with_name(path.name + "-wal")) if p.exists())

    def close(self) -> None:
        """Finish what waits and give everything back. Safe to call twice."""
        self._holds.close()
        self._writer.close()
        for engine in self._engines:
            dispose(engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(
    url: str,
    clock: Clock,
    *,
    create: bool = False,
    upgrade: bool = False,
    hold: str | None = None,
    busy_s: float = BUSY_S,
) -> Store:
    """Open the store at `url` (`sqlite:///FILE` or `postgresql://...`).

    `create` makes it where there is none, `upgrade` brings an older schema up to date, `hold` names the command that holds it
    until it is closed, from before it is made or upgraded; `busy_s` is how long a locked SQLite file is waited for. Raises ConfigError for the address,
    SchemaError for a database that is not ours or of another time, StoreBusy, StoreError, StoreHeld.
    """
    parsed = parse(url)
    place = shown(parsed)
    if parsed.get_backend_name() == "sqlite":
        check_path(path_of(parsed), place, create=create)
    writer, readers = engines(parsed, create=create, busy_s=busy_s)
    holds = ExitStack()
    locks = hold is not None and parsed.get_backend_name() == "sqlite"
    try:
        if not _is_new(parsed):  # looked at before the writer touches it: it may be somebody else's
            with readers.connect() as conn, conn.begin():
                ready = schema.is_ready(conn, place, create=create, upgrade=upgrade)
        else:
            ready = False
        if hold is not None and locks:
            holds.enter_context(held(path_of(parsed), hold, clock.now()))
        if not ready:
            with writer.connect() as conn, schema.rebuilding(conn), conn.begin():
                schema.bring(conn, place)
    except BaseException as error:
        holds.close()
        dispose(writer)
        dispose(readers)
        told = translate(error, place)
        if told is error:
            raise
        raise told from error
    store = Store(parsed, clock, writer, readers, holds)
    if locks:
        try:
            store.free()
        except BaseException:
            store.close()
            raise
    return store


def _is_new(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and not path_of(url).exists()


def check_path(path: Path, place: str, *, create: bool) -> None:
    """Raises ConfigError or SchemaError where no SQLite store can be (or, without `create`, where there is none)."""
    if path.is_dir():
        raise ConfigError(f"store {place}: {path} is a folder", fix='name a file in it: url = "sqlite:///capteur.db"')
    if not path.absolute().parent.is_dir():
        raise ConfigError(
            f"store {place}: the folder {path.parent} does not exist", fix="make the folder, or correct [store] url"
        )
    if not path.exists() and not create:
        raise ConfigError(f"store {place}: there is no database yet", fix="capteur init")
    if path.exists() and 0 < path.stat().st_size < 100:  # noqa: PLR2004  a SQLite header has 100 bytes
        raise SchemaError(f"store {place}: the file is not a SQLite database", fix="set [store] url to another file")


def _vacuum(conn: Connection) -> None:
    driver = sql.driver(conn)
    if sql.is_postgresql(conn):
        driver.autocommit = True
        try:
            driver.execute("VACUUM")
        finally:
            driver.autocommit = False
        return
    driver.execute("VACUUM")
    (blocked, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if blocked:
        raise StoreBusy(
            "the log beside the database could not be emptied",
            why="somebody is still reading from it",
            fix="close other programs that use it, then try again",
        )
