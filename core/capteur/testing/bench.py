"""A house of one sensor: the real registry, store, client and unit, with the clock in our hand and upstream() for a network."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from capteur.accounts import Account
from capteur.clock import ManualClock, micros
from capteur.house.equipment import sensor_log
from capteur.matching import Index
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, Tools, run_unit
from capteur.sensor import Delivery
from capteur.store import Store, open_store, watches
from capteur.store import accounts as stored_accounts
from capteur.store import signals as stored_signals
from capteur.store.shapes import Batch, Receipt, SignalRow, WatchRow
from capteur.testing.guard import Bypass, guarded
from capteur.testing.projects import empty_store
from capteur.testing.taps import Record, counting, tap
from capteur.testing.upstream import Upstream
from capteur.web import Seen, Web, WebSettings

if TYPE_CHECKING:
    from sqlalchemy import Connection

STOP_S = 2.0
"""How long a stopped sensor may take to come back."""
AGAIN_S = 0.2


@dataclass(slots=True)
class DrySink:
    """Takes what a dry run would have stored."""

    batches: list[Batch] = field(default_factory=list)

    def take(self, batch: Batch) -> Receipt:
        """Keep it here."""
        self.batches.append(batch)
        return Receipt()

    def told(self, notes: Sequence[str], requests: Sequence[Seen]) -> None:
        """The record and the upstream know better."""


@dataclass(slots=True)
class Ran:
    """What one run of the sensor came to: one unit, for a push sensor one a delivery."""

    units: list[UnitDone]
    record: Record
    upstream: Upstream
    bypasses: list[Bypass]

    @property
    def status(self) -> str:
        """Of the first unit that was not ok."""
        return next((u.status for u in self.units if u.status != "ok"), "ok")

    @property
    def error(self) -> str:
        """What it says about the first thing that was wrong; empty when nothing was."""
        return next((u.error for u in self.units if u.error), "") or ""

    def total(self, count: str) -> int:
        """A count of UnitDone over all units."""
        return sum(getattr(unit, count) for unit in self.units)


@dataclass(slots=True, kw_only=True)
class How:
    """How a run differs from an ordinary one."""

    limit: int | None = None
    window: tuple[datetime, datetime] | None = None
    sink: DrySink | None = None
    deliveries: Sequence[Delivery] = ()


class Bench:
    """One instance of a sensor, its store in a file of its own.

    Args:
        instance: as `build` makes it.
        folder: where capteur.toml would be.
        account: the one account on the list.
        now: the moment of the next run.
        start: the store's file to begin with; an empty store otherwise.
    """

    def __init__(
        self, instance: Instance, folder: Path, account: Account, now: datetime, start: bytes | None = None
    ) -> None:
        self.instance, self.folder, self.clock = instance, folder, ManualClock(now)
        self._place = tempfile.TemporaryDirectory(prefix="capteur-kit-")
        self._file = Path(self._place.name, "store.db")
        self._file.write_bytes(empty_store() if start is None else start)
        self.store: Store = open_store(f"sqlite:///{self._file}", self.clock)
        self.account, self._row = self.store.write(lambda conn: self._settle(conn, account)).result()

    def _settle(self, conn: Connection, account: Account) -> tuple[Account, int]:
        now, name = micros(self.clock.now()), self.instance.name
        watches.upsert_instance(conn, name, self.instance.use, self.instance.config_hash)
        account_id, _ = stored_accounts.add(
            conn, domain=account.domain or "", name=account.name, now=now, aliases=account.aliases
        )
        row = account_id if self.instance.shape == "account" else 0
        watches.ensure(conn, name, [row], now)
        listed = stored_accounts.get(conn, account_id)
        assert listed is not None, "the account was added a moment ago"
        return listed, row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> bytes:
        """Close the store; returns its file."""
        self.store.close()
        content = self._file.read_bytes() if self._file.exists() else b""
        self._place.cleanup()
        return content

    def watch(self) -> WatchRow:
        """The watch row as it is now."""
        row = self.store.read(lambda conn: watches.get(conn, self.instance.name, self._row))
        assert row is not None, "the watch row was ensured"
        return row

    def signals(self) -> list[SignalRow]:
        """Everything stored, oldest first."""
        return self.store.read(lambda conn: stored_signals.rows(conn, newest_first=False))

    def content(self) -> bytes:
        """The store's file and its log: everything that is on the disk."""
        log = self._file.with_name(self._file.name + "-wal")
        return self._file.read_bytes() + (log.read_bytes() if log.exists() else b"")

    async def sense(self, web: Web, record: Record, how: How) -> list[UnitDone]:
        """Claim the row and run its unit; for a push sensor a unit a delivery."""
        for secret in self.instance.secrets:
            web.redactor.add(secret, configured=True)
        tools = Tools(
            store=self.store,
            web=web,
            clock=self.clock,
            index=Index(self.store.read(lambda conn: list(stored_accounts.index_rows(conn)))),
            log=sensor_log(web.redactor),
            base=str(self.folder),
            sink=how.sink,
        )
        looked_at = replace(self.instance, sensor=tap(self.instance.sensor, record))
        account = self.account if self.instance.shape == "account" else None
        since, until = (micros(m) for m in how.window) if how.window else (None, None)
        done = []
        for delivery in how.deliveries if self.instance.shape == "push" else (None,):
            row = self._claim() if how.window is None and how.sink is None else self.watch()
            unit = SenseUnit(self.instance.name, self._row, row.epoch, since, until)
            done.append(await run_unit(Task(unit, looked_at, row, account, how.limit, delivery), tools))
        return done

    def _claim(self) -> WatchRow:
        now = micros(self.clock.now())
        claimed = self.store.write(
            lambda conn: watches.claim(conn, self.instance.name, [self._row], lease_s=600, now=now, due_only=False)
        ).result()
        return claimed[0]

    def web(self, upstream: Upstream) -> Web:
        """The real client; it asks each thing once, because waiting for a second attempt would be all that a check does."""
        return Web(WebSettings(contact="kit@capteur.example", attempts=1), self.clock, transport=upstream.transport())

    def run(self, upstream: Upstream, how: How | None = None, *, later: timedelta = timedelta()) -> Ran:
        """Run the sensor once, `later` than the last time."""
        self.clock.advance(later)
        record = Record(upstream)

        async def main() -> list[UnitDone]:
            async with self.web(upstream) as web:
                return await self.sense(web, record, how or How())

        with guarded() as bypasses, counting(record):
            return Ran(asyncio.run(main()), record, upstream, bypasses)

    def run_and_stop(self, upstream: Upstream, arm: Any) -> Ran:
        """Run the sensor and stop it when `upstream` says so; `arm(stop)` tells it how. Waits until the generator has ended."""
        record = Record(upstream)

        async def main() -> None:
            async with self.web(upstream) as web:
                unit = asyncio.ensure_future(self.sense(web, record, How()))

                def stop() -> None:
                    record.stopped = True
                    unit.cancel()

                arm(stop)
                while not (await asyncio.wait([unit], timeout=AGAIN_S))[0]:
                    if record.stopped:  # once more: wait_for of Python 3.11 loses a cancellation that meets a result
                        unit.cancel()
                if record.stopped:
                    await asyncio.to_thread(record.ended.wait, STOP_S)

        with guarded() as bypasses:
            asyncio.run(main())
        return Ran([], record, upstream, bypasses)


def run_together(benches: Sequence[Bench], upstreams: Sequence[Upstream], how: Sequence[How]) -> list[Ran]:
    """Run several instances on one loop, each with its own client; every first request waits until all have asked or ended."""
    records = [Record(upstream) for upstream in upstreams]

    async def main() -> list[list[UnitDone]]:
        everybody = asyncio.Event()
        arrived: set[int] = set()

        def here(number: int) -> None:
            arrived.add(number)
            if len(arrived) == len(benches):
                everybody.set()

        async def one(number: int) -> list[UnitDone]:
            upstream = upstreams[number]

            async def meet(_request: Any, real: Any) -> Any:
                here(number)
                await everybody.wait()
                return await real()

            upstream.fault = meet
            try:
                async with benches[number].web(upstream) as web:
                    return await benches[number].sense(web, records[number], how[number])
            finally:
                here(number)

        return await asyncio.gather(*(one(number) for number in range(len(benches))))

    with guarded() as bypasses:
        results = asyncio.run(main())
    return [Ran(*parts, bypasses) for parts in zip(results, records, upstreams, strict=True)]
