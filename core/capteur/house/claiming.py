"""Claim watch rows, for a run and for a daemon: no more than can be served at once, because a lease runs from its claim."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from capteur.accounts import Account
from capteur.clock import micros
from capteur.errors import CapteurError
from capteur.house.reports import InstanceRun
from capteur.house.running import LEASE_S, park
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, Tools, run_unit
from capteur.sensing.delivered import TOGETHER
from capteur.sensing.purse import Purse
from capteur.store import deliveries, watches
from capteur.store.shapes import WatchRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

_END: Final = object()
_HELD: Final = "{} are held by another run, or by one that was killed: they are free again within minutes"
_Rows = tuple[Sequence[int], list[WatchRow]]
"""The accounts that were asked for, and the rows of those that were free."""


def shared(
    ready: Sequence[Instance], busy: Mapping[str, int], *, room: int, most: int, processes: int
) -> list[tuple[Instance, int]]:
    """How many rows a daemon may claim of each instance that has something due: its `room`, shared.

    `ready` in the order of their waiting; `busy` counts what is served of each. Of one instance `most` are served at once, of
    the isolated ones together as many more as there are `processes` free.
    """
    shares: list[tuple[Instance, int]] = []
    isolated = sum(instance.isolate for instance in ready)
    for place, instance in enumerate(ready):
        share = min(-(-room // (len(ready) - place)), most - busy.get(instance.name, 0))
        if instance.isolate:
            share = max(0, min(share, -(-processes // isolated)))
            isolated, processes = isolated - 1, processes - share
        if share > 0:
            shares.append((instance, share))
            room -= share
    return shares


@dataclass(slots=True)
class Claims:
    """Claims watch rows as their units can begin, and remembers the tasks they stand for. Everything here is on the loop."""

    tools: Tools
    instances: Sequence[Instance]
    accounts: Mapping[int, Account]
    by_worth: Callable[[Instance, Sequence[int]], Sequence[int]]
    """Accounts in the order in which a budget is spent on them; called in a thread."""
    parked: set[str] = field(default_factory=set)
    tasks: dict[SenseUnit, Task] = field(default_factory=dict)
    """Of units that have not been started."""
    runs: dict[str, InstanceRun] = field(default_factory=dict)
    unserved: dict[tuple[str, int], int] = field(default_factory=dict)
    """Epochs of rows that were claimed and have not been started."""
    under_way: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    """Rows that were not free."""
    width: int = 1
    sharing: int = 1
    """How many instances have units left."""

    async def units(self, width: int) -> AsyncGenerator[SenseUnit | None, None]:
        """Units of all instances in turn, so that a long one does not keep the others waiting; None = not before one has ended.

        At most `width` are under way at once.
        """
        self.width = width
        sources = [self._of(instance) for instance in self.instances]
        try:
            while sources:
                idle = True
                for source in list(sources):
                    self.sharing = len(sources)
                    unit = await anext(source, _END)
                    if unit is _END:
                        sources.remove(source)
                    elif isinstance(unit, SenseUnit):
                        idle = False
                        yield unit
                if idle and sources:
                    yield None
        finally:
            for source in sources:
                await source.aclose()

    def prepare(self) -> None:
        """Make the watch rows that are missing and count what is to be done."""
        now = micros(self.tools.clock.now())

        def work(conn: Connection) -> None:
            for instance in self.instances:
                watches.ensure(conn, instance.name, self._ids(instance), now)

        self.tools.store.write(work).result()
        for instance in self.instances:
            self.runs[instance.name] = InstanceRun(
                instance.name, expected=self._expected(instance), shape=instance.shape
            )

    def _expected(self, instance: Instance) -> int:
        """How many units there are to run."""
        if instance.shape != "push":
            return len(self._ids(instance))
        store, now = self.tools.store, micros(self.tools.clock.now())
        waiting = store.read(lambda conn: deliveries.waiting_now(conn, instance.name, now))
        return waiting if instance.isolate else -(-waiting // TOGETHER)

    def _ids(self, instance: Instance) -> list[int]:
        return list(self.accounts) if instance.shape == "account" else [0] if instance.shape == "feed" else []

    def _room(self, instance: Instance) -> int:
        """How many rows of an instance may be claimed: its share of what can begin at once."""
        yielded = {(unit.instance, unit.account_id) for unit in self.tasks}
        waiting = Counter(row[0] for row in self.unserved if row not in yielded and row[0] not in self.parked)
        busy = self.under_way + waiting
        room = self.width - busy.total()
        if instance.isolate:
            room = min(room, self.tools.most_processes - sum(busy[i.name] for i in self.instances if i.isolate))
        return -(-room // self.sharing)

    def _of(self, instance: Instance) -> AsyncGenerator[SenseUnit | None, None]:
        purse = self.tools.purses.get(instance.name)
        one = self._pushed if instance.shape == "push" else self._all
        return one(instance) if purse is None else self._affordable(instance, purse)

    async def _pushed(self, instance: Instance) -> AsyncGenerator[SenseUnit | None, None]:
        """Units that read what waits of an instance that is sent something, one after the other."""
        left = self.runs[instance.name].expected
        while left and instance.name not in self.parked:
            if self.under_way[instance.name] or self._room(instance) < 1:
                yield None
                continue
            try:
                page, rows = await self._claim(instance, [0])
            except CapteurError as error:
                self.runs[instance.name].refuse(error)
                break
            if not rows:
                break
            left -= 1
            for unit in self._served(instance, page, rows):
                yield unit
        self.runs[instance.name].expected -= left

    async def _all(self, instance: Instance) -> AsyncGenerator[SenseUnit | None, None]:
        ids, begun = await asyncio.to_thread(self._order, instance), 0
        while begun < len(ids) and instance.name not in self.parked:
            room = self._room(instance)
            if room < 1:
                yield None
                continue
            try:
                page, rows = await self._claim(instance, ids[begun : begun + room])
            except CapteurError as error:  # the store is busy: this instance goes no further, the others may
                self.runs[instance.name].refuse(error)
                self.runs[instance.name].expected -= len(ids) - begun
                return
            begun += len(page)
            for unit in self._served(instance, page, rows):
                yield unit

    def _order(self, instance: Instance) -> list[int]:
        """Never looked at first, then the longest ago: those are worth most to know."""
        rows = self.tools.store.read(lambda conn: watches.rows(conn, instance.name))
        last = {row.account_id: row.looked_at or 0 for row in rows}
        return sorted(self._ids(instance), key=lambda account_id: (last.get(account_id, 0), account_id))

    async def _affordable(self, instance: Instance, purse: Purse) -> AsyncGenerator[SenseUnit | None, None]:
        """Those worth most first, as many as the budget has room for; what a unit really takes makes room again, or less."""
        run = self.runs[instance.name]
        waiting = await asyncio.to_thread(self.by_worth, instance, self._ids(instance))
        while waiting and instance.name not in self.parked:
            room = self._room(instance)
            if room < 1:
                yield None
                continue
            purse.pay_owed(self.tools.store)
            try:
                page, rows = await self._claim(instance, waiting[:room], purse)
            except CapteurError as error:
                run.refuse(error)
                break
            waiting = waiting[len(page) :]
            for unit in self._served(instance, page, rows):
                yield unit
            if not page and self.under_way[instance.name]:
                yield None
            elif not page:
                run.left_over(purse.told(len(waiting)))
                break
        run.expected -= len(waiting)

    async def _claim(self, instance: Instance, wanted: Sequence[int], purse: Purse | None = None) -> _Rows:
        """Claim rows, of those that `purse` has room for; who was asked for, and what was free of it.

        The writer does it, while the loop goes on. When it is torn off, the rows are given back with what was not started.
        """
        now = micros(self.tools.clock.now())

        def work(conn: Connection) -> _Rows:
            page = wanted if purse is None else wanted[: purse.afford(conn, now)]
            lease = instance.deadline.total_seconds() + LEASE_S
            found = watches.claim(conn, instance.name, page, lease_s=lease, now=now, due_only=False) if page else []
            return page, found

        future = self.tools.store.write(work)
        claiming = asyncio.wrap_future(future)
        try:
            page, rows = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if not future.cancel():  # it is being done: without its rows they would be held until their leases end
                await asyncio.wait({claiming})
                if claiming.exception() is None:
                    self._hold(instance, claiming.result()[1])
            raise
        self._hold(instance, rows)
        return page, rows

    def _hold(self, instance: Instance, rows: Sequence[WatchRow]) -> None:
        self.unserved |= {(instance.name, row.account_id): row.epoch for row in rows}

    def _served(self, instance: Instance, page: Sequence[int], rows: Sequence[WatchRow]) -> Iterator[SenseUnit]:
        """Units of the rows of a page that were free."""
        self._tell_held(instance, len(page) - len(rows))
        for row in sorted(rows, key=lambda r: page.index(r.account_id)):
            if instance.name in self.parked:
                return
            unit = SenseUnit(instance.name, row.account_id, row.epoch)
            self.tasks[unit] = Task(unit, instance, row, self.accounts.get(row.account_id))
            self.under_way[instance.name] += 1
            yield unit

    def _tell_held(self, instance: Instance, more: int) -> None:
        """One note for all of them, however many claims met them."""
        run, before = self.runs[instance.name], self.held[instance.name]
        if not more:
            return
        run.expected -= more
        self.held[instance.name] += more
        if before:
            run.notes.remove(_HELD.format(before))
        run.notes.append(_HELD.format(before + more))

    def park(self, done: UnitDone) -> Future[bool]:
        """Stop claiming rows of the unit's instance, and let it wait for its operator."""
        self.parked.add(done.unit.instance)
        return park(self.tools.store, done, micros(self.tools.clock.now()))

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
