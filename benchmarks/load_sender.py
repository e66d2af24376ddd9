"""A sender of webhooks that keeps its word: so many deliveries at such a rate, each sent again until it was taken.

`python load_sender.py --port N --path /hooks/NAME/SECRET --count N --rate PER_SECOND`; a rate of 0 is as fast as they are taken.
Prints one JSON object. Raw sockets with keep-alive: an HTTP library would be slower than what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

PAUSE_S = 0.05
"""Before a delivery that was not taken is sent again."""
PATIENCE_S = 600.0
"""How long the last of them may take: a machine that others use at the same time takes its time."""


@dataclass
class Sending:
    """What is to be sent, and what became of it."""

    port: int
    path: str
    count: int
    rate: float
    started: float = 0.0
    taken: int = 0
    retries: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: deque[float] = field(default_factory=deque)
    numbers: Iterator[int] = field(default_factory=lambda: iter(()))

    def request(self, number: int) -> bytes:
        """The whole request of one delivery, always the same."""
        body = b'{"id": %d, "domain": "acme.com", "at": "2026-11-01T00:00:00Z", "page": "/pricing"}' % number
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nwebhook-id: msg_{number}\r\n"
        return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def connection(sending: Sending) -> None:
    """One connection: takes the next number when its time has come, and stays with it until it was taken."""
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None
    for number in sending.numbers:
        if sending.rate:
            await asyncio.sleep(sending.started + number / sending.rate - time.perf_counter())
        began, request = time.perf_counter(), sending.request(number)
        while True:
            try:
                if reader is None or writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", sending.port)
                writer.write(request)
                status = await answer(reader)
            except (OSError, EOFError, ValueError):
                if writer is not None:
                    writer.close()
                reader, status = None, 0
            sending.statuses[status] = sending.statuses.get(status, 0) + 1
            if 200 <= status < 300:
                break
            sending.retries += 1
            await asyncio.sleep(PAUSE_S)
        sending.taken += 1
        sending.latencies.append(time.perf_counter() - began)
    if writer is not None:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer, whose length it says, or which has none; returns its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    return int(head.split(b" ", 2)[1])


async def send(sending: Sending, connections: int) -> dict[str, object]:
    """Send everything; the numbers of how it went, times in seconds."""
    sending.numbers = iter(range(sending.count))
    sending.started = time.perf_counter()
    async with asyncio.timeout((sending.count / sending.rate if sending.rate else 60.0) + PATIENCE_S):
        await asyncio.gather(*(connection(sending) for _ in range(connections)))
    seconds = time.perf_counter() - sending.started
    ordered = sorted(sending.latencies)
    return {
        "taken": sending.taken,
        "seconds": seconds,
        "rate": sending.taken / seconds,
        "retries": sending.retries,
        "statuses": {str(status): n for status, n in sorted(sending.statuses.items())},
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[int(len(ordered) * 0.99)],
        "most": ordered[-1],
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--connections", type=int, default=64)
    given = parser.parse_args()
    sending = Sending(given.port, given.path, given.count, given.rate)
    sys.stdout.write(json.dumps(asyncio.run(send(sending, given.connections))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
