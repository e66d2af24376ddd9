"""A host that fails five times in a row is left alone, and found again by one request (daemon.md, row 5)."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from capteur.clock import ManualClock, from_micros
from capteur.errors import AuthError, CapteurError, HostDown, NotFound, RateLimited, SourceChanged, TransientError
from capteur.web import ForgetfulMemory, Session, Web
from capteur.web.breaker import FIRST_S, LEAST_S, LIMIT, MOST_S, Breaker

HOST = "rounds.example"
PROBE_S = 60.0
Make = Callable[..., Awaitable[Web]]
Unit = Callable[..., Session]


class Jitter(random.Random):
    """The longest wait there can be, always."""

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


@pytest.fixture
def memory() -> ForgetfulMemory:
    return ForgetfulMemory()


@pytest.fixture
def breaker(clock: ManualClock, memory: ForgetfulMemory) -> Breaker:
    return Breaker(clock, memory, probe_s=PROBE_S, rng=Jitter())


def fail(breaker: Breaker, times: int = LIMIT) -> None:
    for _ in range(times):
        breaker.failed(HOST, "it cannot be reached", probe=breaker.admit(HOST))


def left(breaker: Breaker) -> float:
    with pytest.raises(HostDown) as caught:
        breaker.refuse(HOST)
    return caught.value.retry_after


# the machine itself


def test_the_fifth_failure_in_a_row_opens_the_host(breaker: Breaker) -> None:
    fail(breaker, LIMIT - 1)
    breaker.refuse(HOST)
    fail(breaker, 1)
    with pytest.raises(HostDown) as caught:
        breaker.refuse(HOST)
    assert str(caught.value) == (
        "waiting for rounds.example: it failed 5 times in a row (it cannot be reached; it is asked again at 08:01 UTC)"
    )
    assert (caught.value.host, caught.value.retry_after) == (HOST, FIRST_S)
    breaker.refuse("other.example")


def test_an_answer_between_failures_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(10):
        fail(breaker, LIMIT - 1)
        breaker.worked(HOST)
    assert not breaker.is_open(HOST)


def test_the_wait_doubles_from_a_minute_to_an_hour(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker)
    waits = []
    for _ in range(9):
        waits.append(left(breaker))
        clock.advance(timedelta(seconds=waits[-1]))
        fail(breaker, 1)
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_the_jitter_is_full_and_never_nothing(clock: ManualClock) -> None:
    waits = []
    for seed in range(300):
        breaker = Breaker(clock, ForgetfulMemory(), probe_s=PROBE_S, rng=random.Random(seed))
        fail(breaker)
        waits.append(left(breaker))
    assert min(waits) == LEAST_S
    assert max(waits) > FIRST_S * 0.95
    assert sum(wait < FIRST_S / 2 for wait in waits) == pytest.approx(150, abs=40)


def test_one_request_finds_out_and_the_others_wait(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker)
    clock.advance(timedelta(seconds=FIRST_S))
    assert breaker.admit(HOST) is True
    for _ in range(50):
        with pytest.raises(HostDown):
            breaker.admit(HOST)
    breaker.worked(HOST)
    assert [breaker.admit(HOST) for _ in range(3)] == [False] * 3
    assert not breaker.is_open(HOST)


def test_a_request_that_never_comes_back_does_not_close_the_door_for_ever(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker)
    clock.advance(timedelta(seconds=FIRST_S))
    assert breaker.admit(HOST)
    clock.advance(timedelta(seconds=PROBE_S))
    assert breaker.admit(HOST)


def test_what_was_under_way_when_the_host_was_opened_makes_the_wait_no_longer(breaker: Breaker) -> None:
    fail(breaker)
    for _ in range(7):
        breaker.failed(HOST, "it fell silent", probe=False)
    assert left(breaker) == FIRST_S


def test_what_was_under_way_and_came_back_well_closes_the_host(breaker: Breaker) -> None:
    fail(breaker)
    breaker.worked(HOST)
    assert breaker.admit(HOST) is False


def test_a_wait_that_this_clock_cannot_have_written_is_over(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker)
    clock.advance(-timedelta(hours=2))
    assert breaker.admit(HOST) is True


def test_the_first_failures_forget_no_wish_to_be_left_alone(breaker: Breaker, memory: ForgetfulMemory) -> None:
    memory.set(HOST, 10**15)
    fail(breaker, 1)
    assert (memory.get(HOST), memory.fails(HOST)) == (10**15, 1)
    breaker.worked(HOST)
    assert (memory.get(HOST), memory.fails(HOST)) == (10**15, 0)


# through the client


async def tries(session: Session, url: str, times: int) -> list[CapteurError | None]:
    found: list[CapteurError | None] = []
    for _ in range(times):
        try:
            await session.ahttp.get(url)
            found.append(None)
        except CapteurError as error:
            found.append(error)
    return found


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def test_nobody_listens_and_after_five_attempts_nobody_asks(make_web: Make, open_unit: Unit) -> None:
    session = open_unit(await make_web())
    url = f"http://127.0.0.1:{closed_port()}/"
    found = await tries(session, url, 20)
    assert len(session.requests) == LIMIT
    assert type(found[0]) is TransientError
    assert all(isinstance(error, HostDown) and "it cannot be reached" in error.why for error in found[1:])


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"],
    ids=["5xx", "cut off"],
)
async def test_a_host_that_answers_badly_is_opened_too_and_closed_by_one_good_answer(
    make_web: Make, open_unit: Unit, serve: Any, clock: ManualClock, answer: bytes
) -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    well = False

    async def handler(_: Any, _head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(good if well else answer)
        if not well:
            await writer.drain()
            writer.close()

    server = await serve(handler)
    memory = ForgetfulMemory()
    session = open_unit(await make_web(hosts=memory))
    assert all(await tries(session, server.base, 10))
    assert len(server.seen) == LIMIT
    well = True
    assert all(await tries(session, server.base, 3)), "it is not known yet"
    clock.advance(timedelta(hours=1))
    assert await tries(session, server.base, 3) == [None] * 3
    assert len(server.seen) == LIMIT + 3


async def test_fifty_at_once_send_no_more_than_one_to_find_out(
    make_web: Make, open_unit: Unit, serve: Any, clock: ManualClock
) -> None:
    async def handler(server: Any, _head: bytes, writer: asyncio.StreamWriter) -> None:
        await server.release.wait()
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    server = await serve(handler)
    session = open_unit(await make_web(attempts=1))
    server.release.set()
    await tries(session, server.base, LIMIT)
    clock.advance(timedelta(hours=1))
    server.release.clear()
    server.arrived.clear()
    before = len(server.seen)
    asking = [asyncio.create_task(tries(session, server.base, 1)) for _ in range(50)]
    done, waiting = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    while len(waiting) > 1:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    await server.arrived.wait()
    assert len(server.seen) == before + 1
    assert all(isinstance(task.result()[0], HostDown) for task in done)
    server.release.set()
    assert isinstance((await next(iter(waiting)))[0], TransientError)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (httpx.Response(404), NotFound),
        (httpx.Response(403), AuthError),
        (httpx.Response(418), SourceChanged),
        (httpx.Response(429, headers={"Retry-After": "0"}), RateLimited),
        (httpx.Response(503, headers={"Retry-After": "0"}), RateLimited),
        (httpx.Response(501), TransientError),
        (httpx.Response(200, content=b"x" * 3000), SourceChanged),
    ],
    ids=["404", "403", "418", "429", "asks to wait", "501", "too large"],
)
async def test_a_host_that_answers_is_not_down_whatever_it_says(
    make_web: Make, open_unit: Unit, respx_mock: Any, answer: httpx.Response, raised: type[CapteurError]
) -> None:
    respx_mock.get(f"https://{HOST}/").mock(return_value=answer)
    found = await tries(open_unit(await make_web(body_limit=2000)), f"https://{HOST}/", 10)
    assert {type(error) for error in found} == {raised}


async def test_a_status_that_was_accepted_says_nothing_against_the_host(
    make_web: Make, open_unit: Unit, respx_mock: Any
) -> None:
    respx_mock.get(f"https://{HOST}/").mock(return_value=httpx.Response(500))
    session = open_unit(await make_web())
    assert [(await session.ahttp.get(f"https://{HOST}/", accept={500})).status for _ in range(10)] == [500] * 10


async def test_a_name_that_cannot_be_resolved_counts(make_web: Make, open_unit: Unit) -> None:
    asked = 0

    async def resolve(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        raise OSError(-2, "no such name")

    found = await tries(open_unit(await make_web(resolve=resolve)), f"https://{HOST}/", 10)
    assert isinstance(found[-1], HostDown)
    assert asked <= LIMIT


async def test_a_call_whose_time_is_up_counts_when_the_host_had_long_enough(
    make_web: Make, open_unit: Unit, serve: Any
) -> None:
    async def handler(server: Any, _head: bytes, _writer: asyncio.StreamWriter) -> None:
        await server.release.wait()

    server = await serve(handler)
    session = open_unit(await make_web(timeout=0.05, connect=0.02))
    found = await tries(session, server.base, LIMIT + 1)
    assert isinstance(found[-1], HostDown)
    assert "it fell silent" in found[-1].why
    hurried = open_unit(await make_web(timeout=0.05, connect=10.0))
    assert not any(isinstance(error, HostDown) for error in await tries(hurried, server.base, LIMIT + 1))


async def test_what_is_left_alone_is_told_with_the_hour_it_is_asked_again(
    make_web: Make, open_unit: Unit, memory: ForgetfulMemory
) -> None:
    url = f"http://127.0.0.1:{closed_port()}/"
    error = (await tries(open_unit(await make_web(hosts=memory)), url, 3))[-1]
    assert isinstance(error, HostDown)
    at = from_micros(memory.get(error.host) or 0)
    assert f"it is asked again at {at:%H:%M} UTC" in error.why
    assert 0 < error.retry_after <= FIRST_S < MOST_S
