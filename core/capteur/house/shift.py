"""The house at work for as long as a daemon lives: it takes what is due, runs it, and keeps the numbers up to date.

`tick` is called several times a second and returns at once. Whatever the store does (locked for half a minute, full, away),
the tick goes on: what could not be done is told once and tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from structlog.contextvars import bound_contextvars

from capteur.errors import CapteurError, StoreBusy, StoreError
from capteur.house.budgets import Thrift
from capteur.house.choosing import tell_broken
from capteur.house.claiming import shared
from capteur.house.equipment import StoredHosts, tools_of
from capteur.house.pulse import Pulse
from capteur.house.reports import InstanceRun
from capteur.house.running import LEASE_S, guarded, park
from capteur.house.session import settle
from capteur.house.upkeep import AGAIN_S, Upkeep
from capteur.house.watchbook import Watchbook
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, run_unit
from capteur.store import due, watches
from capteur.store.shapes import WatchRow

if TYPE_CHECKING:
    from capteur.accounts import Account
    from capteur.house.core import House
    from capteur.sensing import Tools

log = logging.getLogger("capteur.daemon")

LOOK_S = 1.0
"""How often the store is asked what is due when nothing is known to become due earlier: another process may resume an instance."""
SETTLE_S = 0.5
"""How long new signals wait for company before the numbers are brought up to date."""
CANCEL_S = 5.0
"""How long units that were cancelled at the end may take to come back."""
FLOW_S = 0.1
"""Deliveries that come closer to each other than that are read together."""
READ_S = 10.0
"""In place of LEASE_S where deliveries are read: what a killed daemon had taken shall not wait for minutes."""
TURN = 4
"""Rows are taken once a quarter of the room is free, so that a claim serves many of them."""

T = TypeVar("T")


class Shift:
    """Made by `open_shift`. Everything here runs on one event loop; `pulse` may be read from anywhere."""

    def __init__(self, house: House, tools: Tools, instances: dict[str, Instance], hosts: StoredHosts) -> None:
        self.house = house
        self.pulse = Pulse(house.clock.monotonic())
        self.book = Watchbook(house, self.pulse, hosts.is_down)
        self._tools = tools
        self._instances = instances
        self._width = house.settings.web.concurrency
        self._running: dict[asyncio.Task[None], SenseUnit] = {}
        self._thrift = Thrift(house, tools.purses, instances)
        self._upkeep = Upkeep(house, self.pulse, instances, hosts)
        self._taking: asyncio.Task[int] | None = None
        self._caring: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None
        self._unsettled = False
        self._look_at = self._woken = 0.0
        self._told: set[str] = set()

    # the ticker's side

    def tick(self) -> None:
        """See whether something is due; returns at once. Never raises."""
        now = self.house.clock.monotonic()
        self.pulse.ticked, self.pulse.ticks = now, self.pulse.ticks + 1
        if self.pulse.draining:
            return
        if self._upkeep.due(now) and _over(self._caring):
            self._caring = asyncio.create_task(self._care())
        if now >= self._look_at and _over(self._taking) and self._room() * TURN >= self._width:
            self._taking = asyncio.create_task(self._take())
        if self._unsettled and _over(self._settling):
            self._settling = asyncio.create_task(self._settle(SETTLE_S))

    def wake(self) -> None:
        """Something was pushed: look at once what is due; of many that come together the ticker sees to it."""
        now, before, self._look_at = self.house.clock.monotonic(), self._woken, 0.0
        self._woken = now
        if now - before > FLOW_S:
            self.tick()

    async def work_off(self) -> None:
        """Serve everything that is due now, to the end; for `daemon --once` and for time that is told."""
        await self._care()
        while True:
            taken = await self._take()
            if self.pulse.trouble is not None or (not taken and not self._running):
                break
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        if self._running:
            await asyncio.wait(self._running)
        await self.close_books()

    async def drain(self, seconds: float) -> int:
        """Take nothing more; wait for what runs, at most so long, then stop it. Returns how many units had to be stopped."""
        self.pulse.draining = True
        busy = {task for task in (self._taking, self._caring) if task is not None and not task.done()}
        if busy:  # a claim that was torn off would keep its rows until their lease ends
            await asyncio.wait(busy, timeout=CANCEL_S)
            for task in busy:
                task.cancel()
        left: set[asyncio.Task[None]] = set()
        if self._running:
            _, left = await asyncio.wait(self._running, timeout=seconds)
        for task in left:
            task.cancel()
        if left:
            _, hung = await asyncio.wait(left, timeout=CANCEL_S)
            self.pulse.stuck += len(hung)
        await self.close_books()
        return len(left)

    async def close_books(self) -> None:
        """Write down the runs that are open, and bring the numbers up to date."""
        self.book.end(everything=True)
        await self._trying(self.book.write)
        if self._settling is not None:
            await self._settling
        await self._settle(0.0)

    def leave(self) -> None:
        """Sign off at the store. Never raises: a daemon that was not heard of for a while is forgotten anyway."""
        try:
            self._upkeep.leave()
        except CapteurError as error:
            log.warning("%s", error)

    @property
    def exit_code(self) -> int:
        """What `daemon --once` ends with: 2 before 4 before 1, as `run`."""
        codes = {*self.book.codes, *([2] if any(b.instance for b in self.house.broken) else [])}
        if self.pulse.trouble is not None:
            codes.add(1)
        return next((code for code in (2, 4, 1) if code in codes), 0)

    # what is due

    def _room(self) -> int:
        return self._width - len(self._running)

    async def _take(self) -> int:
        """Claim what is due and there is room for, and start it; returns how many rows that were."""
        clock, room = self.house.clock, self._room()
        taken: int | None = 0
        self._look_at = clock.monotonic() + LOOK_S
        heads = await self._trying(lambda: self.house.store.read(lambda conn: due.heads(conn, self.house.now())))
        if heads is None:
            return 0
        self.pulse.looked, now = clock.monotonic(), self.house.now()
        due_now = ((at, name) for name, at in heads.items() if at <= now and name in self._instances)
        ready = sorted((at, name) for at, name in due_now if self._thrift.may_ask(name))
        later = min((at for at in heads.values() if at > now), default=None)
        if later is not None:
            self._look_at = min(self._look_at, clock.monotonic() + (later - now) / 1e6)
        if ready and room > 0:
            self.pulse.lateness = (now - ready[0][0]) / 1e6
            taken = await self._claim([name for _, name in ready], room, now)
        return taken or 0

    async def _claim(self, names: list[str], room: int, now: int) -> int | None:
        """Share the room among the instances that have something due, the longest waiting first."""
        busy: dict[str, list[int]] = {}
        for unit in self._running.values():
            busy.setdefault(unit.instance, []).append(unit.account_id)
        most = self._width if len(self._instances) == 1 else max(1, self._width * 3 // 4)
        serves = {name: len(ids) for name, ids in busy.items()}
        free = self._tools.most_processes - sum(n for name, n in serves.items() if self._instances[name].isolate)
        asks: list[due.Ask] = []
        for instance, share in shared(
            [self._instances[n] for n in names], serves, room=room, most=most, processes=free
        ):
            lease = instance.deadline.total_seconds() + (READ_S if instance.shape == "push" else LEASE_S)
            asks.append(due.Ask(instance.name, share, lease, busy.get(instance.name, ())))
        if not asks:
            return 0
        claimed = await self._trying(lambda: self._thrift.claim(asks, now))
        if claimed is None:
            return None
        if self.pulse.draining:  # it was asked for before we were told to stop
            rows = [row for row, _ in claimed]
            await self._trying(lambda: self.house.store.write(lambda conn: due.give_back(conn, rows)).result())
            return 0
        for row, account in claimed:
            self._start(row, account)
        return len(claimed)

    def _start(self, row: WatchRow, account: Account | None) -> None:
        unit, instance = SenseUnit(row.instance, row.account_id, row.epoch), self._instances[row.instance]
        if row.account_id and (account is None or account.state != "listed"):
            # it was linked away or forgotten since; upkeep takes the row off
            self.house.store.write(lambda conn: watches.drop(conn, row.instance, row.account_id))
            return
        task = asyncio.create_task(self._serve(Task(unit, instance, row, account), *self.book.begin(instance)))
        self._running[task] = unit
        self.pulse.running[row.instance] = self.pulse.running.get(row.instance, 0) + 1
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        unit = self._running.pop(task)
        self.pulse.running[unit.instance] -= 1
        self._look_at = 0.0
        if not task.cancelled() and task.exception() is not None:
            self._once(f"a mistake of ours: {task.exception()!r}", task.exception())

    async def _serve(self, task: Task, run: InstanceRun, number: int) -> None:
        with bound_contextvars(instance=run.instance, run=number):
            done = await guarded(partial(self._run, task), task.unit)
            self.pulse.count(done)
            self._unsettled |= bool(done.new or done.updated or done.revoked)
            run.add(done)
            if done.status == "failed":
                self._trouble(done.error or "the store cannot be used")
            parked = await self._trying(lambda: self._park(done)) if done.park else None
            news = self.book.heard(done, parked=bool(parked))
            if news is not None:
                await self._trying(news)

    async def _run(self, task: Task, _unit: SenseUnit) -> UnitDone:
        return await run_unit(task, self._tools)

    def _park(self, done: UnitDone) -> bool:
        """Let the instance wait for its operator; False when another of its units has seen to that."""
        first = park(self.house.store, done, self.house.now()).result()
        if first:
            self._tools.observe("capteur_instance_parked", instance=done.unit.instance, reason=done.error or "parked")
        return first

    # the numbers, and the upkeep

    async def _settle(self, wait: float) -> None:
        if wait:
            await asyncio.sleep(wait)
        self._unsettled = False
        if await self._trying(lambda: settle(self.house) or True) is None:
            self._unsettled = True

    async def _care(self) -> None:
        index = await self._trying(lambda: self._upkeep.care(len(self._running)), proves=True)
        if index is not None:
            self._tools = index(self._tools)
        self.book.end()
        await self._trying(self.book.write)

    async def _trying(self, work: Callable[[], T], *, proves: bool = False) -> T | None:
        """Do something in a thread. Whatever it raises is told once and None comes back: the daemon goes on.

        A store in trouble is told until it works again. A full disk still reads well and takes small changes, so only the upkeep,
        which then writes on purpose, proves that.
        """
        was = self.pulse.trouble
        try:
            result = await asyncio.to_thread(work)
        except (StoreError, StoreBusy) as error:
            self._look_at = self.house.clock.monotonic() + AGAIN_S
            self._trouble(str(error))
            return None
        except CapteurError as error:  # an estimator that cannot be built, say
            self._once(str(error))
            return None
        except Exception as error:  # noqa: BLE001  a mistake of ours must not stop what works
            self._once(f"a mistake of ours: {type(error).__name__} {error}", error)
            return None
        if proves and was is not None:
            self.pulse.trouble = None
            log.warning("the store works again")
        return result

    def _trouble(self, error: str) -> None:
        if self.pulse.trouble is None:
            log.error("%s", error)
        self.pulse.trouble = error

    def _once(self, text: str, error: BaseException | None = None) -> None:
        if text not in self._told:
            self._told.add(text)
            log.error("%s", text, exc_info=error)


def _over(task: asyncio.Task[int] | asyncio.Task[None] | None) -> bool:
    return task is None or task.done()


@asynccontextmanager
async def open_shift(house: House) -> AsyncIterator[Shift]:
    """The house ready for work: instances known to the store, one web client for all of it.

    Raises the store's errors when it cannot even begin, ConfigError or PluginError for a model that cannot be built: signals
    without numbers are not what a daemon is for.
    """
    _ = house.models
    instances = {i.name: i for i in house.instances if i.enabled}
    rows = house.store.write(
        lambda conn: [watches.upsert_instance(conn, i.name, i.use, i.config_hash) for i in instances.values()]
    ).result()
    hosts = StoredHosts(house.store)
    async with tools_of(house, list(instances.values()), memory=hosts) as tools:
        shift = Shift(house, tools, instances, hosts)
        shift.book.remember(rows)
        shift.pulse.idle = tell_broken(house)
        yield shift
