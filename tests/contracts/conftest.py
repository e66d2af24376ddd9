"""One suite over every store: each test that asks for `bench` runs on a SQLite file and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from capteur.accounts import AccountRef
from capteur.clock import ManualClock, micros
from capteur.signals import Accepted, Observation
from capteur.store import Store, accounts, open_store, signals, states, watches
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Finish, Incoming, Receipt, Subject, Unknown, WatchRow

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


@pytest.fixture
def bench(store_url: str) -> Iterator[Bench]:
    clock = ManualClock(NOW)
    made = Bench(store_url, clock, open_store(store_url, clock))
    yield made
    made.close()


@pytest.fixture
def postgresql_bench(postgresql_url: str) -> Iterator[Bench]:
    """A bench on PostgreSQL only, for what only a server can do."""
    clock = ManualClock(NOW)
    made = Bench(postgresql_url, clock, open_store(postgresql_url, clock))
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
