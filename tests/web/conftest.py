"""A Web with a clock that moves when it waits, and real servers on loopback that misbehave on command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import stamina

from capteur.clock import ManualClock
from capteur.web import Session, Web, WebSettings

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def _no_back_off() -> Iterator[None]:
    """Retries happen, their back-off does not wait."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


class Waits(list[float]):
    """Instead of sleeping: remember how long, and move the clock."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)


@pytest.fixture
def waits(clock: ManualClock) -> Waits:
    return Waits(clock)


@pytest.fixture
async def make_web(clock: ManualClock, waits: Waits) -> AsyncIterator[Callable[..., Awaitable[Web]]]:
    """A door to opened Webs; takes settings and seams by name, as in make(body_limit=1024, hosts=memory)."""
    opened: list[Web] = []

    async def make(*, hosts: Any = None, resolve: Any = None, transport: Any = None, **settings: Any) -> Web:
        settings = {"contact": "me@company.example", "allow": ("127.0.0.1",)} | settings
        web = Web(WebSettings(**settings), clock, hosts=hosts, resolve=resolve, transport=transport, sleep=waits)
        opened.append(await web.__aenter__())
        return web

    yield make
    for web in opened:
        await web.__aexit__(None, None, None)


def unit(web: Web, **words: Any) -> Session:
    """A session of the instance `rounds`."""
    return web.session(**({"secrets": (), "validators": {}, "deadline": None, "instance": "rounds"} | words))


@pytest.fixture
def open_unit() -> Callable[..., Session]:
    return unit


@pytest.fixture
async def session(make_web: Callable[..., Awaitable[Web]]) -> Session:
    return unit(await make_web())


class Loopback:
    """One real server; `seen` holds the heads of the requests it read, `closed` fires when a client hangs up on a handler."""

    def __init__(self, handler: Callable[[Loopback, bytes, asyncio.StreamWriter], Awaitable[None]]) -> None:
        self._handler = handler
        self.seen: list[bytes] = []
        self.connections = 0
        self.release = asyncio.Event()
        self.arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.seen.append(head)
                self.arrived.set()
                await self._handler(self, head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def stop(self) -> None:
        self.release.set()
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Loopback]]]:
    """Starts a server; its handler gets (server, head, writer) and writes the answer; closing the writer ends the connection."""
    running: list[Loopback] = []

    async def start(handler: Callable[[Loopback, bytes, asyncio.StreamWriter], Awaitable[None]]) -> Loopback:
        server = Loopback(handler)
        await server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        await server.stop()
