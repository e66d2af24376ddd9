"""A row is claimed when its unit can begin, for its lease runs from then; and claiming keeps nobody from what he is doing."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from capteur import House
from capteur.house.claiming import Claims, shared
from capteur.house.session import run
from capteur.house.shift import open_shift
from capteur.store import accounts as stored_accounts
from capteur.store import watches

SENSOR = '''
class Boards(AccountSensor):
    """Says that it reads."""

    name = "boards"
    kinds = ("hiring.opened",)
    every = "1d"

    {colour}def detect(self, ctx, account):
        ctx.log.info("reading")
        yield Signal(kind="hiring.opened", account=account.domain, key=account.domain, occurred_at=ctx.now)
'''


@pytest.fixture
def boards(stored_project: Any) -> Callable[..., House]:
    """A house with an account sensor over so many accounts and as many instances of it as there are tables, on each engine."""

    def make(*tables: str, count: int = 10, width: int = 64, colour: str = "async ") -> House:
        stored_project.plugin("boards", SENSOR.format(colour=colour))
        instances = "".join(f"[sensors.b{n}]\nuse = 'boards'\n{table}\n" for n, table in enumerate(tables))
        stored_project.configure(f"concurrency = {width}\n{instances}")
        stored_project.accounts("domain,name\n" + "".join(f"c{n:02}.com,C{n:02}\n" for n in range(count)))
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return make


@pytest.fixture
def at_work(caplog: pytest.LogCaptureFixture) -> Iterator[list[Callable[[], object]]]:
    """What is done whenever a sensor is at work."""
    todo: list[Callable[[], object]] = []
    handler = logging.Handler()
    handler.emit = lambda _: [do() for do in todo]  # type: ignore[method-assign, assignment, return-value]  # a handler made of one function
    caplog.set_level(logging.INFO, "capteur.sensor")
    logging.getLogger("capteur.sensor").addHandler(handler)
    yield todo
    logging.getLogger("capteur.sensor").removeHandler(handler)


def leased(house: House) -> int:
    return sum(1 for row in house.store.read(watches.rows) if row.lease_until > 0)


async def by_hand(house: House) -> None:
    await run(house, house.instances, [], None, None)


async def by_daemon(house: House) -> None:
    async with open_shift(house) as shift:
        await shift.work_off()


async def test_a_run_claims_no_more_rows_than_it_may_serve_at_once(boards: Any, at_work: Any) -> None:
    house, held = boards("", width=2), list[int]()
    at_work.append(lambda: held.append(leased(house)))
    await by_hand(house)
    assert (len(held), max(held)) == (10, 2)


async def test_instances_share_what_may_run_at_once(boards: Any, at_work: Any) -> None:
    house, held = boards("", "", "", width=4), list[int]()
    at_work.append(lambda: held.append(leased(house)))
    await by_hand(house)
    assert (len(held), max(held)) == (30, 4)


@pytest.mark.parametrize("how", [by_hand, by_daemon])
async def test_an_isolated_unit_is_claimed_when_there_is_a_process_for_it(
    boards: Any, at_work: Any, how: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes at once: the third row is not claimed while the lease of a unit that waits would run."""
    monkeypatch.setattr("capteur.sensing.task.PROCESSES", 2)
    house, held = boards("isolate = true", "isolate = true", count=3, colour=""), list[int]()
    at_work.append(lambda: held.append(leased(house)))
    await how(house)
    assert (len(held), max(held)) == (6, 2)
    assert {row.last_status for row in house.store.read(watches.rows)} == {"ok"}


async def test_rows_that_others_hold_are_told_once_however_many_claims_met_them(boards: Any) -> None:
    house = boards("", count=4, width=1)
    ids = [account.id for account in house.store.read(stored_accounts.listing)]

    def hold(conn: Any) -> None:
        watches.upsert_instance(conn, "b0", "boards", "")
        watches.ensure(conn, "b0", ids, house.now())
        watches.claim(conn, "b0", ids[1:], lease_s=420, now=house.now(), due_only=False)

    house.store.write(hold).result()
    report = await run(house, house.instances, [], None, None)
    (done,) = report.runs
    assert (done.accounts, done.expected) == (1, 1)
    assert done.notes == ["3 are held by another run, or by one that was killed: they are free again within minutes"]


def test_a_daemon_shares_its_room_and_its_processes_among_those_that_wait(boards: Any) -> None:
    """In the order of their waiting; what an instance cannot use is there for the others."""
    first, second, plain = boards("isolate = true", "isolate = true", "").instances

    def share(*ready: Any, busy: dict[str, int] | None = None, room: int = 64, processes: int = 8) -> list[Any]:
        return [(i.name, n) for i, n in shared(ready, busy or {}, room=room, most=48, processes=processes)]

    assert share(first, second, plain) == [("b0", 4), ("b1", 4), ("b2", 48)]
    assert share(first, plain, room=10) == [("b0", 5), ("b2", 5)]
    assert share(first, second, plain, processes=1) == [("b0", 1), ("b2", 48)]
    assert share(first, plain, processes=0, busy={"b2": 40}) == [("b2", 8)]


class Held:
    """The claim of an instance waits in the store until `go`."""

    def __init__(self, instance: str, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 30.0) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.went: bool | None = None
        self._instance, self._seconds, self._claim = instance, seconds, watches.claim
        monkeypatch.setattr(watches, "claim", self.claim)

    def claim(self, conn: Any, instance: str, *args: Any, **words: Any) -> Any:
        if instance == self._instance:
            self.begun.set()
            self.went = self.go.wait(self._seconds)
        return self._claim(conn, instance, *args, **words)


async def test_a_claim_that_waits_for_the_store_keeps_no_running_unit(
    boards: Any, at_work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the claim of one instance waits, a unit of the other is at work; that lets the claim go on."""
    house = boards("", "", count=1)
    held = Held("b1", monkeypatch, seconds=5.0)
    at_work.append(held.go.set)
    await by_hand(house)
    assert held.went
    assert [row.last_status for row in house.store.read(watches.rows)] == ["ok", "ok"]


async def torn_off(work: asyncio.Task[None], begun: threading.Event, go: threading.Event) -> None:
    assert await asyncio.to_thread(begun.wait, 30)
    work.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_a_claim_that_is_torn_off_while_it_is_done_gives_its_rows_back(
    boards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is stopped meanwhile: nobody holds a row afterwards."""
    house = boards("", count=3)
    held = Held("b0", monkeypatch)
    await torn_off(asyncio.ensure_future(by_hand(house)), held.begun, held.go)
    house.store.write(lambda _: None).result()
    assert held.went
    assert leased(house) == 0


async def test_a_claim_that_is_torn_off_before_it_is_done_is_never_done(
    boards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer is busy with something else, which the end of the run does not wait for."""
    house = boards("", count=3)
    held, queued, go, write = Held("b0", monkeypatch), threading.Event(), threading.Event(), house.store.write

    def behind(work: Callable[[Any], Any]) -> Any:
        busy = threading.Event()
        write(lambda _: busy.set() or go.wait(30))  # type: ignore[func-returns-value]  # set() is done, then waited
        assert busy.wait(30)
        future = write(work)
        queued.set()
        return future

    def prepared(self: Claims) -> None:
        prepare(self)
        monkeypatch.setattr(house.store, "write", behind)

    prepare = Claims.prepare
    monkeypatch.setattr(Claims, "prepare", prepared)
    work = asyncio.ensure_future(by_hand(house))
    assert await asyncio.to_thread(queued.wait, 30)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert not go.is_set()
    go.set()
    write(lambda _: None).result()
    assert not held.begun.is_set()
