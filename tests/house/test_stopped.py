"""Units that are stopped, or lost their row: what was found is kept, the row is served again at once, and nothing else moves."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from capteur import House
from capteur.clock import from_micros, micros
from capteur.house.equipment import tools_of
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.schedules import key_of
from capteur.sensing import Task, Tools, run_unit
from capteur.store import accounts, watches
from capteur.store.shapes import WatchRow

SENSOR = '''
import asyncio


class Boards(AccountSensor):
    """Says what it does, and waits."""

    name = "boards"
    kinds = ("hiring.opened",)
    every = "6h"
    then: str = "wait"

    {detect}
'''
DETECT = {
    "async": """async def detect(self, ctx, account):
        yield Checkpoint({"page": 2})
        yield Signal(kind="hiring.opened", account=account.domain, key="j1", occurred_at=ctx.now)
        ctx.log.info("reading")
        if self.then == "wait":
            await asyncio.Event().wait()
        if self.then != "end":
            raise {"skip": SkipRun, "bug": ValueError, "down": TransientError}[self.then]("as told")""",
    "sync": """def detect(self, ctx, account):
        yield Checkpoint({"page": 2})
        yield Signal(kind="hiring.opened", account=account.domain, key="j1", occurred_at=ctx.now)
        ctx.log.info("reading")
        while True:
            yield Signal(kind="hiring.opened", account=account.domain, key="j1", occurred_at=ctx.now)""",
}


@pytest.fixture
def boards(project: Any) -> Callable[..., House]:
    """A house with one account sensor, configured by `toml`."""

    def make(toml: str = "", colour: str = "async") -> House:
        project.plugin("boards", SENSOR.format(detect=DETECT[colour]))
        project.configure(f"[sensors.boards]\n{toml}")
        project.accounts("domain,name\nacme.com,Acme\n")
        house: House = project.open()
        house.import_accounts()
        return house

    return make


@pytest.fixture
def midway(caplog: pytest.LogCaptureFixture) -> Iterator[list[Callable[[], object]]]:
    """What is done when a sensor is in the middle of its work, and says so."""
    todo: list[Callable[[], object]] = []
    handler = logging.Handler()
    handler.emit = lambda _: [do() for do in todo]  # type: ignore[method-assign, assignment, return-value]  # a handler made of one function
    logger = logging.getLogger("capteur.sensor")
    caplog.set_level(logging.INFO, "capteur.sensor")
    logger.addHandler(handler)
    yield todo
    logger.removeHandler(handler)


@pytest.fixture
def reading(midway: list[Callable[[], object]]) -> threading.Event:
    """Set once the sensor is in the middle of its work."""
    event = threading.Event()
    midway.append(event.set)
    return event


def row_of(house: House, account_id: int) -> WatchRow:
    row = house.store.read(lambda c: watches.get(c, "boards", account_id))
    assert row is not None
    return row


class Bench:
    """One account of a house, and the tools to run its unit."""

    def __init__(self, house: House, tools: Tools) -> None:
        self.house, self.tools = house, tools
        (self.instance,) = house.instances
        self.account = house.store.read(accounts.listing)[0]

    def claim(self, *, lease_s: float = 420.0) -> Task:
        now, name, ids = self.house.now(), self.instance.name, [self.account.id]
        self.house.store.write(lambda c: watches.ensure(c, name, ids, now)).result()
        (row,) = self.house.store.write(
            lambda c: watches.claim(c, name, ids, lease_s=lease_s, now=now, due_only=False)
        ).result()
        return Task(SenseUnit(name, row.account_id, row.epoch), self.instance, row, self.account)

    def start(self, task: Task) -> asyncio.Task[UnitDone]:
        return asyncio.create_task(run_unit(task, self.tools))

    def row(self) -> WatchRow:
        return row_of(self.house, self.account.id)


@asynccontextmanager
async def bench_of(house: House) -> AsyncIterator[Bench]:
    async with tools_of(house, house.instances) as tools:
        yield Bench(house, tools)


async def stop(work: asyncio.Task[UnitDone]) -> None:
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


@pytest.mark.parametrize("colour", ["async", "sync"])
@pytest.mark.parametrize("behind", [timedelta(0), timedelta(hours=2)])
async def test_a_unit_that_is_stopped_is_due_again_at_once(
    boards: Any, reading: threading.Event, clock: Any, colour: str, behind: timedelta
) -> None:
    """It keeps its signals and its place among the rows that wait; its memory and its last good run do not move."""
    async with bench_of(boards(colour=colour)) as bench:
        was_due = bench.house.now()
        bench.house.store.write(lambda c: watches.ensure(c, "boards", [bench.account.id], was_due)).result()
        clock.advance(behind)
        work = bench.start(bench.claim())
        await asyncio.to_thread(reading.wait, 10)
        for _ in range(10):  # what the sensor's thread has handed over reaches the unit in the loop's next steps
            await asyncio.sleep(0)
        await stop(work)
        row = bench.row()
        assert (row.last_status, row.next_due, row.lease_until) == ("stopped", was_due, 0)
        assert (row.last_ok, row.first_ok, row.newest, row.cursor, row.fails) == (None, None, None, None, 0)
        assert [s.key for s in bench.house.signals()] == ["j1"]


async def test_a_unit_that_was_run_before_its_time_and_stopped_is_due_now(
    boards: Any, reading: threading.Event
) -> None:
    async with bench_of(boards()) as bench:
        task = bench.claim()
        bench.house.store.write(
            lambda c: watches.release(
                c, "boards", bench.account.id, task.unit.epoch, next_due=bench.house.now() + 10**10
            )
        ).result()
        work = bench.start(bench.claim())
        await asyncio.to_thread(reading.wait, 10)
        await stop(work)
        assert bench.row().next_due == bench.house.now()


async def test_a_unit_that_is_stopped_before_it_began_leaves_its_row_as_it_was(boards: Any) -> None:
    async with bench_of(boards()) as bench:
        work = bench.start(bench.claim())
        await asyncio.sleep(0)
        await stop(work)
        row = bench.row()
        assert (row.next_due, row.lease_until, row.last_status) == (bench.house.now(), 0, None)


async def test_a_unit_that_is_stopped_while_its_end_is_written_ends_as_it_did(boards: Any) -> None:
    """A write torn off there would leave the row to its lease."""
    async with bench_of(boards('then = "end"')) as bench:
        task, held, gate = bench.claim(), threading.Event(), threading.Event()
        busy = bench.house.store.write(lambda _: held.set() or gate.wait(30))  # type: ignore[func-returns-value]  # set() is done, then waited
        await asyncio.to_thread(held.wait, 10)
        work = bench.start(task)
        queue = bench.house.store._writer
        await asyncio.to_thread(until, lambda: bool(queue._waiting))
        work.cancel()
        await asyncio.sleep(0)
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await work
        row = bench.row()
        assert (busy.result(), row.last_status, row.lease_until, row.last_ok) == (True, "ok", 0, bench.house.now())


def until(true: Callable[[], bool]) -> None:
    """Look again and again, for ten seconds at most."""
    never = threading.Event()
    assert any(true() or never.wait(0.01) for _ in range(1000))


@pytest.mark.parametrize("stopped", [False, True])
async def test_a_unit_that_lost_its_row_writes_nothing(
    boards: Any, reading: threading.Event, clock: Any, stopped: bool
) -> None:
    """Somebody else has claimed it since, because its lease ran out."""
    async with bench_of(boards("" if stopped else 'then = "end"')) as bench:
        task = bench.claim(lease_s=60)
        clock.advance(timedelta(seconds=61))
        bench.claim()
        theirs = bench.row()
        work = bench.start(task)
        await asyncio.to_thread(reading.wait, 10)
        if stopped:
            await stop(work)
        else:
            assert (await work).status == "fenced"
        assert bench.row() == theirs
        assert bench.house.signals() == []


def due_after(instance: Instance, moment: datetime, account_id: int) -> int:
    return micros(instance.schedule.after(moment, key_of("boards", account_id)))


@pytest.mark.parametrize("then", ["end", "skip", "bug"])
@pytest.mark.parametrize("timing", ["", 'at = "mon-fri 08:00 Europe/Paris"'])
async def test_after_a_run_the_schedule_says_what_is_next(boards: Any, clock: Any, then: str, timing: str) -> None:
    """Also after a skip, and after a first mistake of the author's."""
    async with bench_of(boards(f'then = "{then}"\n{timing}')) as bench:
        done = await bench.start(bench.claim())
        row = bench.row()
        assert done.status == {"end": "ok", "skip": "skipped", "bug": "bug"}[then]
        assert row.next_due == due_after(bench.instance, clock.now(), bench.account.id)
        if timing:
            assert f"{from_micros(row.next_due):%a %H:%M}" == "Mon 07:00"


async def test_a_source_that_is_down_is_tried_again_before_its_regular_time(boards: Any, clock: Any) -> None:
    async with bench_of(boards('then = "down"\nat = "08:00"')) as bench:
        done = await bench.start(bench.claim())
        assert done.status == "backoff"
        assert bench.row().next_due == done.retry_at < micros(clock.now() + timedelta(hours=7))


async def test_a_clock_put_back_during_a_run_does_not_bring_the_same_hour_again(
    boards: Any, midway: list[Callable[[], object]], clock: Any
) -> None:
    """Begun at 08:00, ended at 07:00: what is next is tomorrow's 08:00."""
    midway.append(lambda: clock.advance(timedelta(hours=-1)))
    async with bench_of(boards('then = "end"\nat = "08:00"')) as bench:
        begun = clock.now()
        await bench.start(bench.claim())
        assert clock.now() == begun - timedelta(hours=1)
        assert bench.row().next_due == micros(begun + timedelta(days=1))
