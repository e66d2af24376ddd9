"""Run instances: claim watch rows, spread their units, gather what became of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from capteur.accounts import Account
from capteur.clock import micros
from capteur.errors import CapteurError, UsageError
from capteur.house.reports import InstanceRun, Progress
from capteur.nearest import nearest
from capteur.registry import Broken, Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, Tools, run_unit
from capteur.sensing.purse import Purse
from capteur.store import accounts as stored_accounts
from capteur.store import watches
from capteur.store.shapes import WatchRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 64
"""Watch rows claimed at a time: a claim must not grow old while it waits for its turn."""
END: Final = object()
LEASE_S = 120.0
"""How much longer than its deadline a unit may hold its row before somebody else may take it."""


async def guarded(run_unit: Callable[[SenseUnit], Awaitable[UnitDone]], unit: SenseUnit) -> UnitDone:
    """Run a unit. One that raises is a mistake of ours; it must not take the others with it."""
    try:
        return await run_unit(unit)
    except Exception as error:  # noqa: BLE001  see above
        text = f"sensor {unit.instance}: {type(error).__name__} in capteur itself; this is a mistake of ours"
        return UnitDone(unit, "failed", error=text, fix="run it again with --debug, and report what it prints")


class LocalRunner:
    """Runs units on this machine's event loop, `width` at once, pulling the next when one ends."""

    def __init__(self, run_unit: Callable[[SenseUnit], Awaitable[UnitDone]], width: int) -> None:
        self._run_unit = run_unit
        self._width = width

    async def run(self, units: Iterable[SenseUnit | None]) -> AsyncIterator[UnitDone]:
        """Yield each unit as it finishes; when we are cancelled, every running unit is stopped and awaited.

        None among the units: there is none before one that runs has ended.
        """
        source = iter(units)
        pending: set[asyncio.Future[UnitDone]] = set()
        exhausted = False
        try:
            while True:
                while len(pending) < self._width and not exhausted:
                    unit = next(source, END)
                    if unit is END:
                        exhausted = True
                    elif isinstance(unit, SenseUnit):
                        pending.add(asyncio.ensure_future(guarded(self._run_unit, unit)))
                    else:
                        break
                if not pending:
                    return
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


def choose(names: Sequence[str] | None, instances: Sequence[Instance], broken: Sequence[Broken]) -> list[Instance]:
    """The instances a person named (all enabled ones when he named none). Raises UsageError with the nearest name."""
    if not names:
        return [i for i in instances if i.enabled]
    by_name = {i.name: i for i in instances}
    failed = {b.name for b in broken}
    chosen = []
    for name in names:
        if name in by_name:
            chosen.append(by_name[name])
        elif name not in failed:
            near = nearest(name, [*by_name])
            fix = f"did you mean {near[0]}?" if near else f"configured are: {', '.join(by_name) or 'none'}"
            raise UsageError(f"no sensor instance is called {name!r}", fix=fix)
    return chosen


@dataclass(slots=True)
class Claims:
    """Claims watch rows page by page and turns them into units; remembers the tasks they stand for."""

    tools: Tools
    instances: Sequence[Instance]
    accounts: Mapping[int, Account]
    by_worth: Callable[[Instance, Sequence[int]], Sequence[int]]
    """Accounts in the order in which a budget is spent on them."""
    parked: set[str] = field(default_factory=set)
    tasks: dict[SenseUnit, Task] = field(default_factory=dict)
    runs: dict[str, InstanceRun] = field(default_factory=dict)
    unserved: dict[tuple[str, int], int] = field(default_factory=dict)
    """Epochs of rows that were claimed and have not been started."""
    under_way: Counter[str] = field(default_factory=Counter)

    def units(self) -> Iterator[SenseUnit | None]:
        """Units of all instances in turn, so that a long one does not keep the others waiting; None = not before one has ended."""
        sources = [self._of(instance) for instance in self.instances]
        while sources:
            idle = True
            for source in list(sources):
                unit = next(source, END)
                if unit is END:
                    sources.remove(source)
                elif isinstance(unit, SenseUnit):
                    idle = False
                    yield unit
            if idle and sources:
                yield None

    def prepare(self) -> None:
        """Make the watch rows that are missing and count what is to be done."""
        now = micros(self.tools.clock.now())

        def work(conn: Connection) -> None:
            for instance in self.instances:
                watches.ensure(conn, instance.name, self._ids(instance), now)

        self.tools.store.write(work).result()
        for instance in self.instances:
            self.runs[instance.name] = InstanceRun(
                instance.name, expected=len(self._ids(instance)), shape=instance.shape
            )

    def _ids(self, instance: Instance) -> list[int]:
        return list(self.accounts) if instance.shape == "account" else [0] if instance.shape == "feed" else []

    def _order(self, instance: Instance) -> list[int]:
        """Never looked at first, then the longest ago: those are worth most to know."""
        rows = self.tools.store.read(lambda conn: watches.rows(conn, instance.name))
        last = {row.account_id: row.looked_at or 0 for row in rows}
        return sorted(self._ids(instance), key=lambda account_id: (last.get(account_id, 0), account_id))

    def _of(self, instance: Instance) -> Iterator[SenseUnit | None]:
        purse = self.tools.purses.get(instance.name)
        return self._all(instance) if purse is None else self._affordable(instance, purse)

    def _affordable(self, instance: Instance, purse: Purse) -> Iterator[SenseUnit | None]:
        """Those worth most first, as many as the budget has room for; what a unit really takes makes room again, or less."""
        run = self.runs[instance.name]
        waiting = self.by_worth(instance, self._ids(instance))
        while waiting and instance.name not in self.parked:
            try:
                page, rows = self._claim_affordable(instance, purse, waiting)
            except CapteurError as error:
                run.refuse(error)
                break
            waiting = waiting[len(page) :]
            if page:
                yield from self._served(instance, page, rows)
            elif self.under_way[instance.name]:
                yield None
            else:
                run.left_over(purse.told(len(waiting)))
                break
        run.expected -= len(waiting)

    def _claim_affordable(
        self, instance: Instance, purse: Purse, waiting: Sequence[int]
    ) -> tuple[Sequence[int], list[WatchRow]]:
        now, lease = micros(self.tools.clock.now()), instance.deadline.total_seconds() + LEASE_S

        def work(conn: Connection) -> tuple[Sequence[int], list[WatchRow]]:
            page = waiting[: min(purse.afford(conn, now), PAGE)]
            found = watches.claim(conn, instance.name, page, lease_s=lease, now=now, due_only=False) if page else []
            return page, found

        return self.tools.store.write(work).result()

    def _all(self, instance: Instance) -> Iterator[SenseUnit]:
        ids = self._order(instance)
        for start in range(0, len(ids), PAGE):
            if instance.name in self.parked:
                return
            page = ids[start : start + PAGE]
            try:
                rows = self._claim(instance, page)
            except CapteurError as error:  # the store is busy: this instance goes no further, the others may
                self.runs[instance.name].refuse(error)
                self.runs[instance.name].expected -= len(ids) - start
                return
            yield from self._served(instance, page, rows)

    def _served(self, instance: Instance, page: Sequence[int], rows: Sequence[WatchRow]) -> Iterator[SenseUnit]:
        """Units of the rows of a page that were free."""
        self.unserved |= {(instance.name, row.account_id): row.epoch for row in rows}
        held = len(page) - len(rows)
        self.runs[instance.name].expected -= held
        if held:
            self.runs[instance.name].notes.append(
                f"{held} are held by another run, or by one that was killed: they are free again within minutes"
            )
        for row in sorted(rows, key=lambda r: page.index(r.account_id)):
            if instance.name in self.parked:
                return
            unit = SenseUnit(instance.name, row.account_id, row.epoch)
            self.tasks[unit] = Task(unit, instance, row, self.accounts.get(row.account_id))
            self.under_way[instance.name] += 1
            yield unit

    def _claim(self, instance: Instance, page: Sequence[int]) -> list[WatchRow]:
        now, lease = micros(self.tools.clock.now()), instance.deadline.total_seconds() + LEASE_S
        return self.tools.store.write(
            lambda conn: watches.claim(conn, instance.name, page, lease_s=lease, now=now, due_only=False)
        ).result()

    def park(self, done: UnitDone) -> Future[bool]:
        """Stop claiming rows of the unit's instance, and let it wait for its operator."""
        name, now = done.unit.instance, micros(self.tools.clock.now())
        self.parked.add(name)
        return self.tools.store.write(lambda conn: watches.park(conn, name, done.error or "parked", done.fix, now))

    def give_back(self) -> None:
        """Free what was claimed and not started: the run was stopped, or the instance parked. Nobody waits for it."""
        left, self.unserved = self.unserved, {}
        if left:
            self.tools.store.write(
                lambda conn: [watches.release(conn, name, account, epoch) for (name, account), epoch in left.items()]
            )

    async def run_unit(self, unit: SenseUnit) -> UnitDone:
        """Run one of the claimed units."""
        task = self.tasks.pop(unit)
        del self.unserved[unit.instance, unit.account_id]
        try:
            return await run_unit(task, self.tools)
        finally:
            self.under_way[unit.instance] -= 1


async def run_claims(claims: Claims, width: int, progress: Callable[[Progress], None] | None) -> list[InstanceRun]:
    """Run every unit of the claims; parks instances as they ask for it, and closes each run as its last unit ends."""
    clock = claims.tools.clock
    started, left = clock.monotonic(), {name for name, run in claims.runs.items() if run.expected}
    try:
        async for done in LocalRunner(claims.run_unit, width).run(claims.units()):
            run = claims.runs[done.unit.instance]
            run.add(done)
            if done.park:
                await asyncio.wrap_future(claims.park(done))
                claims.tools.observe("capteur_instance_parked", instance=run.instance, reason=done.error or "parked")
            ended = run.accounts >= run.expected
            if ended:
                left.discard(run.instance)
                run.close(clock.monotonic() - started)
            if progress is not None:
                progress(Progress(run.instance, run.accounts, run.expected, run.new, run if ended else None))
    finally:
        claims.give_back()
    for name in sorted(left):
        run = claims.runs[name]
        run.close(clock.monotonic() - started)
        if progress is not None:
            progress(Progress(name, run.accounts, run.expected, run.new, run))
    return list(claims.runs.values())


def listed_accounts(
    conn: Connection, labels: Sequence[str] | None, find: Callable[[Connection, str], Account]
) -> dict[int, Account]:
    """The accounts a run looks at: all listed ones, or those a person named."""
    if labels:
        return {account.id: account for account in (find(conn, label) for label in labels)}
    return {account.id: account for account in stored_accounts.listing(conn)}
