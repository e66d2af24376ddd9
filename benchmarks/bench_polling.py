"""Polling: CPU seconds for 1000 requests of 20 KB JSON from a loopback server that takes 50 ms. The server is another process."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from statistics import median

from table import Row, show

REQUESTS = 1000
AT_ONCE = 100
ROUNDS = 3
DELAY = 0.05
BODY = (
    b'{"jobs": ['
    + b",".join(
        b'{"id": 1%05d, "title": "Revenue Operations Manager", "url": "https://x.example"}' % i for i in range(240)
    )
    + b"]}"
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class _Slow(asyncio.Protocol):
    """Answers every request after DELAY; the least a server can do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.read = b""

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            self.read = self.read[end + 4 :]
            asyncio.get_running_loop().call_later(DELAY, self.answer)

    def answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(ANSWER)  # type: ignore[attr-defined]


def _serve(ready: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(_Slow, "0.0.0.0", 0, backlog=2048)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


async def _spread(urls: Sequence[str], get: Callable[[str], Awaitable[object]]) -> float:
    """CPU seconds of this process for all `urls`, AT_ONCE at a time."""
    waiting = iter(urls)

    async def worker() -> None:
        for url in waiting:
            await get(url)

    started = time.process_time()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return time.process_time() - started


async def _bare(urls: Sequence[str], keep: int | None = 20) -> float:
    """Httpx as it comes; `keep` = AT_ONCE is the naive pool that is as large as what runs at once."""
    import httpx

    sys.modules.pop("sniffio", None)  # Web spares the search for it; httpx as it comes does not
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=keep)
    async with httpx.AsyncClient(timeout=60.0, trust_env=False, limits=limits) as client:

        async def get(url: str) -> None:
            response = await client.get(url)
            response.json()

        return await _spread(urls, get)


async def _ours(urls: Sequence[str]) -> float:
    from capteur.clock import SystemClock
    from capteur.web import Web, WebSettings

    async with Web(WebSettings(allow=("127.0.0.0/8",), concurrency=AT_ONCE), SystemClock()) as web:
        session = web.session(secrets=(), validators={}, deadline=None, instance="bench")
        return await _spread(urls, session.ahttp.get_json)


def rows() -> list[Row]:
    """The two targets of performance.md: medians of ROUNDS interleaved rounds, as httpx's large pool varies by a factor of two."""
    if sys.platform != "linux":
        return []  # only Linux answers on all of 127.0.0.0/8 without set-up
    context = multiprocessing.get_context("spawn")
    ready, child_end = context.Pipe()
    server = context.Process(target=_serve, args=(child_end,), daemon=True)
    server.start()
    try:
        port = ready.recv()
        hosts = [f"http://127.0.{i // 250}.{i % 250 + 1}:{port}/" for i in range(REQUESTS)]
        one = [f"http://127.0.0.1:{port}/"] * REQUESTS
        many = [(asyncio.run(_ours(hosts)), asyncio.run(_bare(hosts))) for _ in range(ROUNDS)]
        single = [(asyncio.run(_ours(one)), asyncio.run(_bare(one, AT_ONCE))) for _ in range(ROUNDS)]
    finally:
        server.terminate()
        server.join()
    return [
        _row("poll 1000 hosts, 100 at once (bare httpx)", many, 1.3),
        _row("poll 1 host 1000 times, 100 at once (httpx, one pool of 100)", single, 0.2),
    ]


def _row(name: str, pairs: list[tuple[float, float]], target: float) -> Row:
    ours, limit = median(a for a, _ in pairs), median(b for _, b in pairs)
    return Row(name, ours, limit, median(a / b for a, b in pairs), target, f"CPU s, median of {ROUNDS}")


if __name__ == "__main__":
    show(rows())
