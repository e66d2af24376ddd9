"""Connections and turns: few per host, shared by nobody else, closed when idle."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from capteur.web import HostLimit
from capteur.web import pools as pools_module
from capteur.web.limits import REMEMBERED, Limits
from capteur.web.pools import MOST_IDLE, Pools


class Crowd:
    """A handler that holds every request until `enough` are there (or all that can be), and notes the most at once."""

    def __init__(self, enough: int) -> None:
        self.enough, self.now, self.most = enough, 0, 0
        self.full = asyncio.Event()

    async def __call__(self, server, _head, writer):
        self.now += 1
        self.most = max(self.most, self.now)
        if self.now >= self.enough:
            self.full.set()
        await self.full.wait()
        self.now -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


async def test_a_host_is_asked_by_eight_at_once_over_eight_connections(serve, session):
    crowd = Crowd(8)
    server = await serve(crowd)
    await asyncio.gather(*(session.ahttp.get(f"{server.base}/{n}") for n in range(40)))
    assert crowd.most == 8
    assert server.connections == 8


@pytest.mark.parametrize("limit", [1, 2, 12])
async def test_a_host_may_have_a_limit_of_its_own(limit, serve, make_web, open_unit):
    crowd = Crowd(limit)
    server = await serve(crowd)
    session = open_unit(await make_web(limits={f"127.0.0.1:{server.port}": HostLimit(concurrency=limit)}))
    await asyncio.gather(*(session.ahttp.get(f"{server.base}/{n}") for n in range(24)))
    assert crowd.most == limit


async def test_all_hosts_together_stay_within_the_concurrency(serve, make_web, open_unit):
    crowd = Crowd(5)
    servers = [await serve(crowd) for _ in range(4)]
    session = open_unit(await make_web(concurrency=5))
    await asyncio.gather(*(session.ahttp.get(f"{s.base}/{n}") for s in servers for n in range(5)))
    assert crowd.most == 5


async def test_a_crowded_host_does_not_hold_the_turns_of_the_others(serve, make_web, open_unit):
    """100 calls wait for one host; another host is asked meanwhile although only 10 turns exist."""
    stuck = Crowd(10_000)
    crowded, free = await serve(stuck), await serve(Crowd(1))
    session = open_unit(await make_web(concurrency=10))
    waiting = [asyncio.ensure_future(session.ahttp.get(crowded.base)) for _ in range(100)]
    await asyncio.wait_for(crowded.arrived.wait(), 60)
    assert (await asyncio.wait_for(session.ahttp.get(free.base), 60)).text == "ok"
    stuck.full.set()
    await asyncio.gather(*waiting)


async def test_a_connection_is_used_again(serve, session):
    server = await serve(Crowd(1))
    for n in range(5):
        await session.ahttp.get(f"{server.base}/{n}")
    assert server.connections == 1


async def test_an_error_answer_keeps_the_connection(serve, session):
    async def missing(_server, _head, writer):
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found")

    server = await serve(missing)
    for _ in range(3):
        await asyncio.gather(session.ahttp.get(server.base), return_exceptions=True)
    assert server.connections == 1


async def test_a_rate_spaces_the_requests_of_its_host_only(clock, waits):
    limits = Limits(clock, waits, concurrency=64, limit=HostLimit(), limits={"www.sec.example": HostLimit(rate=5)})
    for _ in range(4):
        async with limits.turn("www.sec.example"):
            pass
        async with limits.turn("other.example"):
            pass
    assert waits == pytest.approx([0.2, 0.2, 0.2])


async def test_a_rate_holds_for_those_who_come_at_once(clock):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    limits = Limits(clock, sleep, concurrency=64, limit=HostLimit(concurrency=4, rate=10), limits={})

    async def ask():
        async with limits.turn("x.example"):
            pass

    await asyncio.gather(*(ask() for _ in range(4)))
    assert waits == pytest.approx([0.1, 0.2, 0.3])


async def test_a_rate_holds_for_those_who_waited_for_a_turn_among_all(clock, waits):
    """Eight wait while another host holds the only turn there is; then they go by the pace of theirs, not all at once."""
    limits = Limits(clock, waits, concurrency=1, limit=HostLimit(concurrency=8, rate=10), limits={})
    began = []

    async def ask():
        async with limits.turn("x.example"):
            began.append(clock.monotonic())

    async with limits.turn("slow.example"):
        asking = [asyncio.ensure_future(ask()) for _ in range(8)]
        for _ in range(50):
            await asyncio.sleep(0)
        clock.advance(timedelta(seconds=60))
    await asyncio.gather(*asking)
    assert [late - early for early, late in pairwise(began)] == pytest.approx([0.1] * 7)


async def test_nobody_holds_a_turn_among_all_while_he_waits_for_the_pace_of_his_host(clock):
    """The one turn there is goes to another host meanwhile."""
    go, waits = asyncio.Event(), []

    async def sleep(seconds):
        waits.append(seconds)
        await go.wait()

    limits = Limits(clock, sleep, concurrency=1, limit=HostLimit(), limits={"x.example": HostLimit(rate=0.01)})

    async def ask():
        async with limits.turn("x.example"):
            pass

    await ask()
    asking = asyncio.ensure_future(ask())
    for _ in range(50):
        await asyncio.sleep(0)
    async with limits.turn("other.example"):
        assert waits == pytest.approx([100])
    go.set()
    await asking


async def test_who_is_cancelled_while_he_waits_gives_back_what_he_held(clock, waits):
    limits = Limits(clock, waits, concurrency=1, limit=HostLimit(concurrency=2, rate=10), limits={})

    async def ask():
        async with limits.turn("x.example"):
            pass

    async with limits.turn("slow.example"):
        asking = [asyncio.ensure_future(ask()) for _ in range(4)]
        for _ in range(50):
            await asyncio.sleep(0)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    assert await asyncio.wait_for(asyncio.gather(*(ask() for _ in range(4))), 60) == [None] * 4


async def test_limits_remember_a_bounded_number_of_hosts(clock, waits):
    limits = Limits(clock, waits, concurrency=64, limit=HostLimit(), limits={})
    async with limits.turn("held.example"):
        for n in range(REMEMBERED * 2):
            async with limits.turn(f"{n}.example"):
                pass
        assert len(limits._hosts) <= REMEMBERED + 1
        assert "held.example" in limits._hosts


async def test_idle_pools_are_bounded_and_those_in_use_are_kept():
    pools = Pools(pools_module.httpcore.AsyncMockBackend([]))
    held = ("http", "held.example", None)
    async with pools.transport(held, tls=False) as transport:
        for n in range(MOST_IDLE * 3):
            async with pools.transport(("http", f"{n}.example", None), tls=False):
                pass
        assert len(pools) == MOST_IDLE + 1
        async with pools.transport(held, tls=False) as again:
            assert again is transport
    await pools.aclose()
    assert len(pools) == 0


async def test_idle_pools_are_closed_after_a_while(serve, make_web, open_unit, monkeypatch):
    """Nobody asks the host again, so nobody but the sweep would close its connection."""
    monkeypatch.setattr(pools_module, "KEEP_ALIVE", 0.05)
    gone = asyncio.Event()

    async def handler(server, _head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = await serve(handler)
    web = await make_web()
    await open_unit(web).ahttp.get(server.base)
    assert len(web._pools) == 1
    (task,) = server._tasks
    task.add_done_callback(lambda _: gone.set())
    await asyncio.wait_for(gone.wait(), 60)
    assert len(web._pools) == 0


async def test_tls_pools_share_one_context():
    pools = Pools(pools_module.httpcore.AsyncMockBackend([]))
    async with (
        pools.transport(("https", "a.example", None), tls=True) as a,
        pools.transport(("https", "b.example", None), tls=True) as b,
    ):
        assert a._pool._ssl_context is b._pool._ssl_context is not None
    async with pools.transport(("http", "a.example", None), tls=False) as plain:
        assert plain._pool._ssl_context is None
    await pools.aclose()


async def test_a_connection_the_server_closed_meanwhile_is_not_used(serve, session):
    """Checked before every use: a hang-up while the connection was idle costs no attempt."""
    hung_up = asyncio.Event()

    async def once(server, _head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    server = await serve(once)
    for _ in range(3):
        hung_up.clear()
        await session.ahttp.get(server.base)
        await asyncio.wait_for(hung_up.wait(), 60)
    assert server.connections == 3
    assert [seen.status for seen in session.requests] == [200, 200, 200]
