"""Sources on loopback that behave as a test says, and projects whose sensors ask them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import stamina

from capteur import House

EACH = '''
class Each(AccountSensor):
    """Asks its source how many facts there are of an account."""

    name = "each"
    kinds = ("press.mention",)
    port: int

    def detect(self, ctx, account):
        for i in range(ctx.http.get_json(f"http://127.0.0.1:{self.port}/{account.domain}")["facts"]):
            yield Signal(kind="press.mention", account=account.domain, key=f"{account.domain}:{i}", occurred_at=ctx.now)


class Asking(FeedSensor):
    """Asks its source how many facts there are."""

    name = "asking"
    kinds = ("press.mention",)
    port: int

    def detect(self, ctx):
        for i in range(ctx.http.get_json(f"http://127.0.0.1:{self.port}/")["facts"]):
            yield Signal(kind="press.mention", account="a0.com", key=f"{ctx.instance}:{i}", occurred_at=ctx.now)
'''


def good(facts: int = 2) -> bytes:
    """An answer with so many facts."""
    body = b'{"facts": %d}' % facts
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Source:
    """One server. `answer` is bytes, or a coroutine function that gets the writer; an empty answer hangs up."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.asked.append(head.split()[1].decode())
                if callable(self.answer):
                    await self.answer(writer)
                    break
                if not self.answer:
                    break
                writer.write(self.answer)
                await writer.drain()
        self._tasks.discard(task)
        writer.close()

    async def stop(self) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()


@pytest.fixture
async def source() -> AsyncIterator[Callable[..., Awaitable[Source]]]:
    """Starts sources."""
    running: list[Source] = []

    async def start(answer: Any = None) -> Source:
        made = Source(good() if answer is None else answer)
        await made.start()
        running.append(made)
        return made

    yield start
    for made in running:
        await made.stop()


@pytest.fixture
def quick() -> Iterator[None]:
    """Attempts follow each other without a wait."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def asking(stored_project: Any) -> Callable[..., House]:
    """A project with these instances (name: (sensor, port)) and so many accounts a0.com, a1.com, ...; on each engine."""

    def make(instances: Mapping[str, tuple[str, int]], accounts: int = 2, more: str = "") -> House:
        stored_project.plugin("each", EACH)
        tables = "".join(
            f'[sensors.{name}]\nuse = "{use}"\nport = {port}\nevery = "6h"\n{more}\n'
            for name, (use, port) in instances.items()
        )
        stored_project.configure(f'allow = ["127.0.0.1"]\n{tables}')
        stored_project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(accounts)))
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return make
