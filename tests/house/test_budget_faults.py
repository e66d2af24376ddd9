"""What was spent is counted once and never forgotten, whatever becomes of the transaction that was to store it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from capteur import House
from capteur.errors import RateLimited
from capteur.house.budgets import Thrift
from capteur.house.equipment import purses_of
from capteur.house.shift import open_shift
from capteur.registry import Budget
from capteur.sensing.purse import Purse
from capteur.store import due, spend, sql, watches

if TYPE_CHECKING:
    from capteur.clock import ManualClock

Make = Callable[..., House]
TEN_OR_MORE = """
for page in range(10 if account.domain == "c00.com" else 100):
    ctx.http.get(f"https://people.example/{account.domain}/{page}")
"""
IN_PIECES = """
for page in range(10):
    ctx.http.get(f"https://people.example/{account.domain}/{page}")
for n in range(1000):
    yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}{n}", occurred_at=ctx.now)
"""


@pytest.fixture
def people(stored_project: Any) -> Make:
    """A project with the account sensor `people` over so many accounts and a budget of requests, on each engine."""

    def make(body: str, *, requests: int, count: int) -> House:
        lines = "".join(f"        {line}\n" for line in body.strip().splitlines())
        stored_project.plugin(
            "people",
            'class People(AccountSensor):\n    """People."""\n\n    name = "people"\n    kinds = ("hiring.opened",)\n\n'
            f"    def detect(self, ctx, account):\n{lines}        yield from ()\n",
        )
        stored_project.configure(f'[sensors.people]\nevery = "1d"\nbudget = {{requests = {requests}, per = "1d"}}')
        stored_project.accounts("domain,name\n" + "".join(f"c{n:02}.com,C{n:02}\n" for n in range(count)))
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return make


@pytest.fixture
def upstream() -> Any:
    with respx.mock(assert_all_called=False) as router:
        yield router.get(url__startswith="https://people.example/").mock(return_value=httpx.Response(200, json={}))


class Breaking:
    """A store whose transaction breaks once: `arm` keeps the writer busy until the next piece of work waits together with one that fails."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self._once, self._armed = Once(), False
        self._go, self._write = threading.Event(), house.store.write
        self._failing: Future[Any] | None = None
        monkeypatch.setattr(house.store, "write", self.write)

    @property
    def times(self) -> int:
        """How often the failing piece was done, once it has been done for the last time."""
        if self._failing is not None:
            self._failing.result(60)
        return self._once.times

    def arm(self) -> None:
        self._write(lambda _: self._go.wait(30))
        self._armed = True

    def write(self, work: Callable[[Any], Any]) -> Future[Any]:
        future = self._write(work)
        if self._armed:
            self._armed = False
            self._failing = self._write(self._once.broken)
            self._go.set()
        return future


class Once:
    """A piece of work that breaks its transaction the first time it is done."""

    def __init__(self) -> None:
        self.times = 0

    def broken(self, conn: Any) -> None:
        self.times += 1
        if self.times > 1:
            return
        if sql.is_postgresql(conn):
            conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        conn.connection.driver_connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")


def at_the_tenth(upstream: Any, then: Callable[[], None]) -> None:
    """Answer everything; before the answer to the tenth page of the first account, `then`."""

    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url).endswith("c00.com/9"):
            then()
        return httpx.Response(200, json={})

    upstream.mock(side_effect=answer)


def spent(house: House) -> int:
    rows = house.store.read(lambda conn: spend.window(conn, "people", house.now(), timedelta(days=1)))
    return sum(row.requests for row in rows)


def test_work_that_is_done_again_spends_once(people: Make, upstream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten of twenty requests are stored by a transaction that broke and was done again: ten more go out, not twenty."""
    house = people(TEN_OR_MORE, requests=20, count=2)
    breaking = Breaking(house, monkeypatch)
    at_the_tenth(upstream, breaking.arm)
    house.run()
    assert breaking.times == 2
    assert (upstream.call_count, spent(house)) == (20, 20)


def test_a_unit_that_stores_in_pieces_spends_each_request_once(
    people: Make, upstream: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = people(IN_PIECES, requests=100, count=1)
    breaking = Breaking(house, monkeypatch)
    at_the_tenth(upstream, breaking.arm)
    (run,) = house.run().runs
    assert (run.ok, run.new, breaking.times) == (1, 1000, 2)
    assert (upstream.call_count, spent(house)) == (10, 10)


class Refusing:
    """A store that refuses what is written, at the commit, while `full`."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full, self._write = False, house.store.write
        monkeypatch.setattr(house.store, "write", self.write)

    def fill(self) -> None:
        self.full = True

    def write(self, work: Callable[[Any], Any]) -> Future[Any]:
        return self._write(partial(self._refused, work) if self.full else work)

    @staticmethod
    def _refused(work: Callable[[Any], Any], conn: Any) -> Any:
        result = work(conn)
        conn.exec_driver_sql("CREATE TEMP TABLE parent (id INTEGER PRIMARY KEY)")
        conn.exec_driver_sql("CREATE TEMP TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
        conn.exec_driver_sql("INSERT INTO child VALUES (1)")
        return result


async def test_what_a_failed_commit_was_to_store_still_counts_and_is_stored_later(
    people: Make, upstream: Any, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commits of a unit fail for good; nobody gets its ten of twenty requests, and later the store has them too."""
    house = people(IN_PIECES, requests=20, count=1)
    disk = Refusing(house, monkeypatch)
    at_the_tenth(upstream, disk.fill)
    async with open_shift(house) as shift:
        await shift.work_off()
        assert (upstream.call_count, spent(house)) == (10, 0)
        disk.full = False
        upstream.mock(return_value=httpx.Response(200, json={}))
        for day in range(2):
            house.store.write(
                lambda conn: conn.exec_driver_sql("UPDATE watch SET lease_until = 0, next_due = 0")
            ).result()
            await shift.work_off()
            assert (upstream.call_count, spent(house)) == (20, 20), day
        clock.advance(timedelta(days=1))
        await shift.work_off()
        assert (upstream.call_count, spent(house)) == (30, 10)


@pytest.mark.parametrize("breaks", [False, True])
def test_who_looks_before_the_transaction_is_over_counts_what_it_stores_once(
    people: Make, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    """A unit's ten of twenty requests and the next claim are one group: there is room for one more unit, and ten more requests."""
    house = people(TEN_OR_MORE, requests=20, count=1)
    house.store.write(lambda conn: watches.upsert_instance(conn, "people", "people", "")).result()
    purse = Purse("people", Budget(20, None, timedelta(days=1)), 0, clock)
    for paid in range(10):
        purse.take(paid)
    stored = purse.spent(10, 0, 1)
    assert stored is not None
    go, write = threading.Event(), house.store.write
    write(lambda _: go.wait(30))
    purse.store(house.store, stored, lambda conn: spend.add(conn, "people", stored))
    room = write(lambda conn: purse.afford(conn, house.now()))
    if breaks:
        write(Once().broken)
    go.set()
    assert room.result() == 1
    for paid in range(10):
        purse.take(paid)
    with pytest.raises(RateLimited):
        purse.take(10)


def test_accounts_of_a_claim_that_is_done_again_are_not_passed_over(
    people: Make, upstream: Any, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for three: the three worth most are claimed, though the transaction broke once."""
    house = people('ctx.http.get(f"https://people.example/{account.domain}")', requests=3, count=9)
    house.run()
    assert upstream.call_count == 3
    clock.advance(timedelta(days=1))
    worth_most = [look.account.id for look in house.plan().instances[0].looks[:3] if look.account is not None]
    thrift = Thrift(house, purses_of(house.instances, clock), {i.name: i for i in house.instances})
    breaking = Breaking(house, monkeypatch)
    breaking.arm()
    claimed = thrift.claim([due.Ask("people", 64, 420.0)], house.now())
    assert breaking.times == 2
    assert {row.account_id for row, _ in claimed} == {*worth_most}
