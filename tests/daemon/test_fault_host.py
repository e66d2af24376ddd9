"""Hosts that are down, slow to forgive, or half dead, under a daemon (daemon.md, rows 5, 14 and 15)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capteur import House
from capteur.house.equipment import StoredHosts
from capteur.house.shift import open_shift
from capteur.store import hosts, signals, watches
from capteur.web.breaker import LIMIT

if TYPE_CHECKING:
    from capteur.clock import ManualClock

Start = Callable[..., Awaitable[Any]]
Asking = Callable[..., House]
AT_ONCE = 8
"""Requests to one host at once; what is under way when the host is opened comes on top of the limit."""
BROKEN = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"facts": 2}'

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick")]


async def work(house: House) -> None:
    async with open_shift(house) as shift:
        await shift.work_off()


def rows(house: House, name: str) -> list[Any]:
    return house.store.read(lambda conn: watches.rows(conn, name))


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What an operator reads: warnings and worse."""
    caplog.set_level(logging.WARNING, "capteur")
    return lambda: [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


# row 5


async def test_fifty_accounts_on_a_dead_host_are_one_outage(
    source: Start, asking: Asking, clock: ManualClock, told: Callable[[], list[str]]
) -> None:
    """Five requests and those under way, one to find out each time, two lines, no failure of any row; the other host goes on."""
    dead, alive = await source(BROKEN), await source()
    house = asking({"far": ("each", dead.port), "near": ("each", alive.port)}, accounts=50)
    for restarts in range(6):  # each with a new daemon: the state is in the store
        await work(house)
        assert len(dead.asked) <= LIMIT + AT_ONCE - 1 + restarts
        clock.advance(timedelta(minutes=65))
    assert {r.last_status for r in rows(house, "far")} == {"waiting"}
    assert sum(r.fails for r in rows(house, "far")) <= 1, "at most one made three of the five attempts"
    assert {r.last_status for r in rows(house, "near")} == {"ok"}
    assert len(alive.asked) >= 50
    (line,) = told()
    assert line.startswith("far is down: sensor far, a")
    assert rows(house, "far")[0].last_error.startswith("sensor far, a")
    assert f"waiting for 127.0.0.1:{dead.port}: it failed " in rows(house, "far")[0].last_error
    dead.answer = GOOD
    for _ in range(3):
        await work(house)
        clock.advance(timedelta(hours=2))
    assert {r.last_status for r in rows(house, "far")} == {"ok"}
    assert [text.partition(" after")[0] for text in told()] == [line, "far is back"]
    assert f"127.0.0.1:{dead.port}" not in house.store.read(hosts.load)


async def test_three_instances_on_one_dead_host_are_one_outage(
    source: Start, asking: Asking, clock: ManualClock, told: Callable[[], list[str]]
) -> None:
    dead = await source(BROKEN)
    house = asking(dict.fromkeys(("one", "two", "three"), ("each", dead.port)), accounts=10)
    async with open_shift(house) as shift:
        for _ in range(3):
            await shift.work_off()
            clock.advance(timedelta(hours=2))
        dead.answer = GOOD
        for _ in range(3):
            await shift.work_off()
            clock.advance(timedelta(hours=2))
    assert [text.split()[2] for text in told()] == ["down:", "back"]
    assert {r.last_status for name in ("one", "two", "three") for r in rows(house, name)} == {"ok"}


async def test_an_instance_with_accounts_on_many_hosts_is_not_down_for_one_of_them(
    stored_project: Any, source: Start, clock: ManualClock, told: Callable[[], list[str]]
) -> None:
    """Nor is it back while that host is still away."""
    dead, alive = await source(BROKEN), await source()
    stored_project.plugin(
        "spread",
        f'''
class Spread(AccountSensor):
    """Half of the accounts live on one host."""

    name = "spread"
    kinds = ("press.mention",)

    def detect(self, ctx, account):
        port = {dead.port} if account.domain < "a15" else {alive.port}
        for i in range(ctx.http.get_json(f"http://127.0.0.1:{{port}}/{{account.domain}}")["facts"]):
            yield Signal(kind="press.mention", account=account.domain, key=f"{{account.domain}}:{{i}}", occurred_at=ctx.now)
''',
    )
    stored_project.configure('allow = ["127.0.0.1"]\n[sensors.spread]\nevery = "1h"')
    stored_project.accounts("domain,name\n" + "".join(f"a{i:02}.com,A{i}\n" for i in range(30)))
    house = stored_project.open()
    house.import_accounts()
    async with open_shift(house) as shift:
        for _ in range(5):
            await shift.work_off()
            clock.advance(timedelta(minutes=61))
        assert [text.split()[2] for text in told()] in ([], ["down:"])
        dead.answer = GOOD
        for _ in range(4):
            await shift.work_off()
            clock.advance(timedelta(minutes=121))
    assert len(told()) <= 2
    assert {r.last_status for r in rows(house, "spread")} == {"ok"}


async def test_a_feed_on_a_dead_host_is_two_lines(
    source: Start, asking: Asking, clock: ManualClock, told: Callable[[], list[str]]
) -> None:
    dead = await source(b"")
    house = asking({"feed": ("asking", dead.port)})
    for _ in range(10):
        await work(house)
        clock.advance(timedelta(hours=7))
    dead.answer = GOOD
    await work(house)
    assert [text.split()[2] for text in told()] == ["down:", "back"]


async def test_what_one_daemon_finds_out_another_learns(source: Start, asking: Asking) -> None:
    house = asking({"far": ("each", (await source()).port)})
    mine, other = StoredHosts(house.store), StoredHosts(house.store)
    mine.set("x.example", house.now() + 60_000_000, LIMIT)
    mine.set("y.example", 0, LIMIT - 1)
    assert not other.is_down("x.example")
    other.set("z.example", house.now() + 60_000_000)
    await asyncio.to_thread(other.reload)
    assert (other.is_down("x.example"), other.fails("y.example")) == (True, 0), "a few failures are each one's own"
    await asyncio.to_thread(mine.reload)
    assert (mine.get("z.example"), mine.fails("y.example")) == (house.now() + 60_000_000, LIMIT - 1)
    mine.set("x.example", 0)
    await asyncio.to_thread(other.reload)
    assert not other.is_down("x.example")


async def test_who_tries_a_sensor_asks_a_host_that_is_left_alone(source: Start, asking: Asking) -> None:
    """A person wants to see what is wrong, and what he sees changes nothing for the daemon."""
    dead = await source(BROKEN)
    house = asking({"far": ("each", dead.port)}, accounts=10)
    await work(house)
    before, known = len(dead.asked), house.store.read(hosts.load)
    trial = await asyncio.to_thread(house.try_sensor, "far", account="a0.com")
    assert len(dead.asked) > before
    assert "500 from" in (trial.run.error or "")
    assert house.store.read(hosts.load) == known


# row 14


@pytest.mark.parametrize("header", ["3600", "Fri, 20 Nov 2026 09:00:00 GMT"])
async def test_a_long_retry_after_is_remembered_over_a_restart_and_for_the_whole_host(
    source: Start, asking: Asking, clock: ManualClock, told: Callable[[], list[str]], header: str
) -> None:
    date = "Fri, 20 Nov 2026 08:00:00 GMT"
    asks = await source(
        f"HTTP/1.1 429 No\r\nDate: {date}\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    house = asking({"far": ("each", asks.port)}, accounts=30)
    await work(house)
    first = len(asks.asked)
    assert first <= AT_ONCE
    assert {(r.last_status, r.fails) for r in rows(house, "far")} == {("waiting", 0)}
    assert {r.next_due - house.now() for r in rows(house, "far")} == {3_600_000_000}
    clock.advance(timedelta(minutes=59))
    house.store.write(lambda conn: watches.ensure(conn, "far", [], 0)).result()
    await work(house)
    assert len(asks.asked) == first
    asks.answer = GOOD
    clock.advance(timedelta(minutes=2))
    await work(house)
    assert {r.last_status for r in rows(house, "far")} == {"ok"}
    assert told() == [], "waiting for a host that asked for it is no trouble"


# row 15


async def test_half_a_json_stores_nothing(source: Start, asking: Asking) -> None:
    """Status 200, and the connection is closed before the end: no length would tell."""
    half = await source(b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"facts": 2')

    async def hang_up(writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"facts": 2')
        await writer.drain()

    half.answer = hang_up
    house = asking({"far": ("each", half.port)})
    await work(house)
    assert house.store.read(signals.rows) == []
    assert {r.last_ok for r in rows(house, "far")} == {None}
    assert {r.last_status for r in rows(house, "far")} <= {"backoff", "bug", "waiting"}
    half.answer = GOOD
    house.clock.advance(timedelta(days=2))
    await work(house)
    assert len(house.store.read(signals.rows)) == 4
