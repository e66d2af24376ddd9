"""Only what goes over the wire is a request: paid for when it is sent, and listed then."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from capteur.clock import micros
from capteur.errors import CapteurError, RateLimited
from capteur.web import ForgetfulMemory, HostLimit

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LIMITED = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"


class Purse:
    """Counts what is taken, up to `most`, and what goes out meanwhile."""

    def __init__(self, most: int = 1000) -> None:
        self.most, self.taken = most, 0

    def take(self, paid: int) -> None:
        if self.taken >= self.most:
            raise RateLimited("the budget is spent", retry_after=60)
        self.taken += 1


async def one_slot(make_web, open_unit, server, purse, **settings):
    host = f"127.0.0.1:{server.port}"
    web = await make_web(limits={host: HostLimit(concurrency=1)}, **settings)
    return open_unit(web, purse=purse)


async def test_calls_that_wait_while_the_host_asks_to_be_left_alone_pay_once(serve, make_web, open_unit):
    """Eight calls, one slot; the first is answered 429: nine requests reach the wire, and nine are paid for."""

    async def handler(server, _head, writer):
        writer.write(LIMITED % 1 if len(server.seen) == 1 else OK)

    server, purse = await serve(handler), Purse()
    session = await one_slot(make_web, open_unit, server, purse)
    await asyncio.gather(*(session.ahttp.get(f"{server.base}/{n}") for n in range(8)))
    assert len(server.seen) == 9
    assert (session.paid, purse.taken, len(session.requests)) == (9, 9, 9)
    assert [seen.status for seen in session.requests] == [429] + [200] * 8


async def test_a_call_that_is_stopped_while_it_waits_for_its_turn_was_no_request(serve, make_web, open_unit):
    async def handler(server, _head, writer):
        await server.release.wait()
        writer.write(OK)

    server, purse = await serve(handler), Purse()
    session = await one_slot(make_web, open_unit, server, purse)
    calls = [asyncio.ensure_future(session.ahttp.get(f"{server.base}/{n}")) for n in range(5)]
    await asyncio.wait_for(server.arrived.wait(), 60)
    session.stop()
    await asyncio.gather(*calls, return_exceptions=True)
    assert (len(server.seen), session.paid, purse.taken) == (1, 1, 1)
    assert [seen.status for seen in session.requests] == [None]


async def test_a_host_that_is_left_alone_for_long_costs_nothing(serve, make_web, open_unit, clock):
    async def handler(_server, _head, writer):
        writer.write(OK)

    server, purse, memory = await serve(handler), Purse(), ForgetfulMemory()
    memory.set(f"127.0.0.1:{server.port}", micros(clock.now()) + 3_600_000_000)
    session = open_unit(await make_web(hosts=memory), purse=purse)
    with pytest.raises(RateLimited, match="is left alone"):
        await session.ahttp.get(server.base)
    assert (server.seen, session.paid, purse.taken, session.requests) == ([], 0, 0, [])


async def test_an_empty_purse_lets_nothing_out_and_is_remembered(serve, make_web, open_unit):
    async def handler(_server, _head, writer):
        writer.write(OK)

    server, purse = await serve(handler), Purse(3)
    session = await one_slot(make_web, open_unit, server, purse)
    with suppress(CapteurError):
        await asyncio.gather(*(session.ahttp.get(f"{server.base}/{n}") for n in range(3)))
    with pytest.raises(RateLimited, match="budget is spent"):
        await session.ahttp.get(server.base)
    assert (len(server.seen), session.paid, len(session.requests)) == (3, 3, 3)
    with pytest.raises(RateLimited):
        session.check_paid()
