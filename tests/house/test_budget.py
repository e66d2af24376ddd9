"""A budget is spent on whom a look can change the list most, never beyond what it has, and over restarts too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from capteur import House
from capteur.clock import MICROS_PER_DAY, micros
from capteur.house.shift import open_shift
from capteur.store import accounts as stored_accounts
from capteur.store import spend, watches

if TYPE_CHECKING:
    from capteur.clock import ManualClock

Make = Callable[..., House]
HOST = "https://people.example/"
LOOK = """
answer = ctx.http.get(f"https://people.example/{account.domain}")
import pathlib
with pathlib.Path(ctx.base, "looks").open("a") as file:
    file.write(f"{account.domain}\\n")
yield Signal(kind="hiring.opened", account=account.domain, key=account.domain, occurred_at=ctx.now)
"""
TEN_A_DAY = 'every = "1d"\nbudget = {requests = 10, per = "1d"}'


@pytest.fixture
def people(stored_project: Any) -> Make:
    """A project with the account sensor `people` over so many accounts, on each engine."""

    def make(toml: str = TEN_A_DAY, *, body: str = LOOK, count: int = 25, cost: int = 0) -> House:
        lines = "".join(f"        {line}\n" for line in body.strip().splitlines())
        stored_project.plugin(
            "people",
            'class People(AccountSensor):\n    """People."""\n\n    name = "people"\n    kinds = ("hiring.opened",)\n\n'
            f"    def cost(self):\n        return {cost}\n\n    def detect(self, ctx, account):\n{lines}",
        )
        stored_project.configure(f"[sensors.people]\n{toml}")
        stored_project.accounts("domain,name\n" + "".join(f"c{n:02}.com,C{n:02}\n" for n in range(count)))
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return make


@pytest.fixture
def upstream() -> Any:
    with respx.mock(assert_all_called=False) as router:
        yield router.get(url__startswith=HOST).mock(return_value=httpx.Response(200, json={}))


def looks(house: House) -> list[str]:
    """Who was looked at, in order; what is told is forgotten."""
    file = house.settings.folder / "looks"
    told = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return told


async def work(house: House) -> None:
    async with open_shift(house) as shift:
        await shift.work_off()


def left_waiting(house: House) -> tuple[int, int]:
    """(requests spent, looks that wait)."""
    (status,) = house.status().instances
    assert status.budget is not None
    return status.budget.requests_spent, status.budget.waiting


async def test_ten_requests_a_day_over_twenty_five_accounts_take_three_days(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    """Through the daemon, started anew each day: nobody is read twice before everybody was read once."""
    house = people()
    days = []
    for _ in range(3):
        await work(house)
        days.append(sorted(looks(house)))
        clock.advance(timedelta(days=1))
    assert [len(day) for day in days] == [10, 10, 10]
    first = [*days[0], *days[1], *days[2]]
    assert len({*first}) == 25
    assert days[2].count("c00.com") <= 1
    assert upstream.call_count == 30


async def test_what_was_spent_holds_over_a_restart_and_what_waits_is_told(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    house = people()
    await work(house)
    assert left_waiting(house) == (10, 15)
    await work(house)
    clock.advance(timedelta(hours=23))
    await work(house)
    assert upstream.call_count == 10
    (status,) = house.status().instances
    assert status.budget is not None
    assert status.budget.told == "10 of 10 requests per 1d spent, 21 looks wait, the next for 1 h"
    assert status.budget.full_at == status.budget.room_at == house.now() + MICROS_PER_DAY // 24


def test_a_run_by_hand_spends_the_same_budget_and_says_who_waits(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    house = people()
    (run,) = house.run().runs
    assert (run.accounts, run.ok, run.status, run.requests) == (10, 10, "waiting", 10)
    assert run.error == "sensor people: 10 of 10 requests per 1d spent, 15 looks wait, the next for 1 d"
    (again,) = house.run().runs
    assert (again.accounts, again.status) == (0, "waiting")
    clock.advance(timedelta(days=1))
    (next_day,) = house.run().runs
    assert next_day.accounts == 10
    assert len({*looks(house)}) == 20
    assert upstream.call_count == 20


MANY = """
for n in range(int(account.domain[1:3])):
    yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}{n}", occurred_at=ctx.now)
ctx.http.get(f"https://people.example/{account.domain}")
"""


async def test_the_line_and_the_height_decide_among_those_of_one_age(
    people: Make, clock: ManualClock, upstream: Any, stored_project: Any
) -> None:
    """Each has more signals than the one before; capacity draws the line at the second from the top; one was never read."""
    house = people('every = "1d"', body=MANY, count=8)
    await work(house)
    stored_project.configure(
        '[sensors.people]\nevery = "1d"\nbudget = {requests = 3, per = "1d"}\n[team]\ncapacity = 2'
    )
    house = stored_project.open()
    house.add_account("c99.com")
    clock.advance(timedelta(days=1))
    (plan,) = house.plan().instances
    order = [look.account.domain for look in plan.looks if look.account is not None]
    assert order[:3] == ["c99.com", "c06.com", "c07.com"]
    assert order[-1] == "c00.com"
    assert [look.fits for look in plan.looks] == [True] * 3 + [False] * 6
    assert plan.looks[0].reason == "never read"
    assert plan.looks[1].reason.startswith("24 h old, near the line ")
    before = upstream.call_count
    await work(house)
    asked = [str(call.request.url).rpartition("/")[2] for call in list(upstream.calls)[before:]]
    assert sorted(asked) == ["c06.com", "c07.com", "c99.com"]


async def test_the_first_look_runs_alone_and_shows_what_a_look_takes(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    """Three requests a look: ten are enough for three of them, and the fourth is not begun."""
    house = people(
        body='for _ in range(3):\n    ctx.http.get(f"https://people.example/{account.domain}")\n'
        + LOOK.replace("answer = ctx.http.get", "str")
    )
    await work(house)
    assert (len(looks(house)), upstream.call_count) == (3, 9)
    assert left_waiting(house) == (9, 22)
    clock.advance(timedelta(days=1))
    (plan,) = house.plan().instances
    assert (plan.fits, plan.each, plan.requests, plan.requests_left) == (3, 3.0, 9, 10)


SWALLOWS = """
from capteur import Checkpoint
for page in range(4):
    try:
        ctx.http.get(f"https://people.example/{account.domain}/{page}")
    except Exception:
        pass
    yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}{page}", occurred_at=ctx.now)
yield Checkpoint({"page": 4})
"""


async def test_a_look_that_needs_more_than_is_left_waits_and_its_cursor_does_not_move(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    """Even of a sensor that swallows what the budget says; a look that takes more than the whole budget is told, and not begun again."""
    house = people('budget = {requests = 3, per = "1d"}', body=SWALLOWS, count=1)
    await work(house)
    (account,) = house.store.read(stored_accounts.listing)
    row = house.store.read(lambda conn: watches.get(conn, "people", account.id))
    assert row is not None
    assert (row.last_status, row.cursor, row.looked_at, row.last_ok, row.fails) == ("waiting", None, None, None, 0)
    assert "its budget of 3 requests in 1d is spent" in (row.last_error or "")
    assert row.next_due == micros(clock.now()) + MICROS_PER_DAY
    assert upstream.call_count == 3
    clock.advance(timedelta(days=1))
    await work(house)
    clock.advance(timedelta(days=1))
    await work(house)
    assert upstream.call_count == 6
    (status,) = house.status().instances
    assert status.budget is not None
    assert status.budget.told == "0 of 3 requests per 1d spent, and one look takes about 6 requests: none can begin"


async def test_credits_are_spent_whole_for_each_look_that_asks(people: Make, clock: ManualClock, upstream: Any) -> None:
    house = people('every = "1d"\nbudget = {credits = 50, per = "7d"}', cost=20)
    await work(house)
    assert len(looks(house)) == 2
    (status,) = house.status().instances
    assert status.budget is not None
    assert (status.budget.credits_spent, status.budget.requests, status.budget.waiting) == (40, None, 23)
    assert status.budget.told == "40 of 50 credits per 7d spent, 23 looks wait, the next for 7 d"
    clock.advance(timedelta(days=7))
    await work(house)
    assert len(looks(house)) == 2


async def test_a_feed_has_a_budget_too(stored_project: Any, clock: ManualClock, upstream: Any) -> None:
    """Two requests a run and five a day: two runs of the four."""
    stored_project.plugin(
        "feed",
        'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = ("funding.raised",)\n\n    def detect(self, ctx):\n'
        '        for page in "ab":\n            ctx.http.get(f"https://people.example/{page}")\n'
        '        yield Signal(kind="funding.raised", account="acme.com", key=f"{ctx.now:%d%H}", occurred_at=ctx.now)\n',
    )
    stored_project.configure('[sensors.feed]\nevery = "6h"\nbudget = {requests = 5, per = "1d"}')
    house = stored_project.open()
    for _ in range(4):
        await work(house)
        clock.advance(timedelta(hours=6))
    assert upstream.call_count == 4
    assert house.plan().instances[0].looks[0].account is None
    await work(house)
    assert upstream.call_count == 6


async def test_what_a_killed_process_held_is_kept_back_until_its_lease_ends(
    people: Make, clock: ManualClock, upstream: Any
) -> None:
    house = people()
    ids = [account.id for account in house.store.read(stored_accounts.listing)]
    await work(house)
    clock.advance(timedelta(days=1))

    def held(conn: Any) -> int:
        return len(watches.claim(conn, "people", ids[:4], lease_s=420, now=house.now(), due_only=False))

    assert house.store.write(held).result() == 4
    await work(house)
    assert upstream.call_count == 16
    house.store.write(lambda conn: conn.exec_driver_sql("UPDATE watch SET lease_until = 0")).result()
    await work(house)
    assert upstream.call_count == 20


def test_a_unit_that_lost_its_row_has_spent_all_the_same(people: Make, clock: ManualClock, upstream: Any) -> None:
    """The row is claimed by somebody else while the sensor asks."""
    house = people(count=1)
    (account,) = house.store.read(stored_accounts.listing)

    def stolen(_: httpx.Request) -> httpx.Response:
        house.store.write(
            lambda conn: conn.exec_driver_sql("UPDATE watch SET epoch = epoch + 1, lease_until = 0")
        ).result()
        return httpx.Response(200, json={})

    upstream.mock(side_effect=stolen)
    (run,) = house.run().runs
    assert (run.ok, run.failed) == (0, 1)
    window = house.store.read(lambda conn: spend.window(conn, "people", house.now(), timedelta(days=1)))
    assert [row.requests for row in window] == [1]
    assert not house.signals(account.domain)


def test_a_host_that_wants_to_be_left_alone_costs_nothing(people: Make, clock: ManualClock, upstream: Any) -> None:
    house = people()
    upstream.mock(return_value=httpx.Response(429, headers={"retry-after": "3600"}))
    house.run()
    asked = upstream.call_count
    assert left_waiting(house)[0] == asked < 10


def test_a_plan_asks_nobody_and_claims_nothing(people: Make, clock: ManualClock, upstream: Any) -> None:
    house = people()
    plan = house.plan(["people"], accounts=["c03.com"])
    (of,) = plan.instances
    assert [(look.account.domain if look.account else None, look.fits) for look in of.looks] == [("c03.com", True)]
    assert house.store.read(watches.rows) == []
    assert upstream.call_count == 0
    assert house.pause("people")
    assert [i.state for i in house.plan().instances] == ["paused"]
    assert [i.state for i in house.plan(["people"]).instances] == ["ready"]


async def test_two_daemons_share_one_budget(
    people: Make, clock: ManualClock, upstream: Any, stored_project: Any
) -> None:
    """They claim by turns; what either has under way is kept back from the other."""
    house, other = people(), stored_project.open()
    await work(house)
    for day in (2, 3):
        clock.advance(timedelta(days=1))
        await asyncio.gather(work(house), work(other))
        assert upstream.call_count == 10 * day
    assert len({*looks(house)}) == 25
