"""A call ends in time, and a body that is not whole is an error (daemon.md rows 4 and 15). Real servers, real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from datetime import timedelta

import pytest

from capteur.errors import CapteurError, SourceChanged, TransientError

WHOLE = json.dumps({"jobs": [{"id": n} for n in range(50)]}).encode()
HALF = WHOLE[: len(WHOLE) // 2]


async def drip(server, _head, writer):
    """One byte every 10 ms for ever: each read is fast, the answer never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not server.release.is_set():
        writer.write(b".")
        await writer.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.release.wait(), 0.01)


async def drip_headers(server, _head, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not server.release.is_set():
        writer.write(b"X-More: 1\r\n")
        await writer.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(server.release.wait(), 0.01)


async def silent(server, _head, _writer):
    await server.release.wait()


@pytest.mark.parametrize("handler", [drip, drip_headers, silent])
async def test_an_attempt_ends_however_slowly_it_is_answered(handler, serve, make_web, open_unit):
    server = await serve(handler)
    session = open_unit(await make_web(attempt=0.2, attempts=1))
    started = time.monotonic()
    with pytest.raises(TransientError, match=r"did not answer within 0\.2 s"):
        await session.ahttp.get(server.base)
    assert time.monotonic() - started < 2
    assert len(server.seen) == 1


async def test_the_whole_call_ends_with_all_its_attempts(serve, make_web, open_unit):
    """Three attempts of 0.3 s do not become 0.9 s when the call has 0.4."""
    server = await serve(drip)
    session = open_unit(await make_web(attempt=0.3, timeout=0.4, attempts=3))
    with pytest.raises(TransientError, match="the time of the call was up"):
        await session.ahttp.get(server.base)
    assert [seen.status for seen in session.requests] == [None, None]


async def test_the_deadline_of_the_unit_rules_its_calls(serve, make_web, open_unit, clock):
    server = await serve(silent)
    web = await make_web()
    session = open_unit(web, deadline=clock.monotonic() + 0.2)
    with pytest.raises(TransientError, match="the time of rounds was up"):
        await session.ahttp.get(server.base)
    late = open_unit(web, deadline=clock.monotonic() - 1)
    with pytest.raises(TransientError, match="the time of rounds was up"):
        await late.ahttp.get(server.base)
    assert len(server.seen) == 1
    assert late.requests == []


async def test_a_unit_whose_process_was_slow_to_start_has_its_whole_time(serve, make_web, open_unit, clock):
    """The deadline can be moved when the work begins; it then counts from there, whatever the start took."""

    async def handler(_server, _head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = await serve(handler)
    session = open_unit(await make_web(), deadline=clock.monotonic() + 10)
    clock.advance(timedelta(seconds=25))
    session.give_time(10)
    clock.advance(timedelta(seconds=9))
    assert await session.ahttp.get_text(server.base) == "ok"
    clock.advance(timedelta(seconds=2))
    with pytest.raises(TransientError, match="the time of rounds was up"):
        await session.ahttp.get(server.base)


async def test_a_connection_that_timed_out_is_not_used_again(serve, make_web, open_unit):
    """The late answer to one request must never be read as the answer to the next."""
    answers = iter([silent, None])

    async def once_silent(server, head, writer):
        if next(answers) is silent:
            await silent(server, head, writer)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond")

    server = await serve(once_silent)
    session = open_unit(await make_web(attempt=0.1))
    assert await session.ahttp.get_text(server.base) == "second"
    assert server.connections == 2


async def cut(_server, _head, writer, head):
    writer.write(head + HALF)
    await writer.drain()
    writer.close()


CUTS = {
    "by its length": (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(WHOLE), TransientError, 3),
    "in a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(WHOLE), TransientError, 3),
    "without a length": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", TransientError, 1),
    "as HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n", TransientError, 1),
}


@pytest.mark.parametrize(("head", "error", "asked"), CUTS.values(), ids=CUTS)
async def test_half_a_document_is_an_error(head, error, asked, serve, session):
    """200 and half a JSON, however the body is framed: get_json raises, so nothing of it can be stored."""
    server = await serve(lambda s, h, w: cut(s, h, w, head))
    with pytest.raises(CapteurError) as caught:
        await session.ahttp.get_json(server.base)
    assert type(caught.value) is error
    assert len(server.seen) == asked


async def test_half_a_document_whose_length_fits_is_the_sources_fault(serve, session):
    async def wrong(_server, _head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(HALF), HALF))

    with pytest.raises(SourceChanged, match="no complete JSON where JSON was due"):
        await session.ahttp.get_json((await serve(wrong)).base)


async def test_a_connection_closed_without_an_answer_is_tried_again(serve, session):
    async def hang_up_once(server, _head, writer):
        if len(server.seen) == 1:
            writer.close()
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    server = await serve(hang_up_once)
    assert await session.ahttp.get_json(server.base) == {}
    assert len(server.seen) == 2
