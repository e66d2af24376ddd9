"""The world of a soak: what is true at an hour, the servers that tell it, and the sensors that ask them."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOLD_AFTER_H = 2
"""Sources tell of a fact so much later. A clock that is an hour behind would take a younger one for one of the future and, as it
must, date it to the moment it was seen (architecture.md, Signal): that is the one thing a wrong clock changes for good."""
PLUGIN = '''
from capteur import *

KINDS = ("hiring.opened", "press.mention", "funding.raised", Kind("visit.page", grows=True))


class Each(AccountSensor):
    """Asks for one account."""

    name = "each"
    kinds = KINDS
    deadline = "30s"
    port: int

    def detect(self, ctx, account):
        answer = ctx.http.get_json(f"http://127.0.0.1:{self.port}/{ctx.instance}/{account.domain}")
        for key, kind, at, strength in answer:
            yield Signal(kind=kind, account=account.domain, key=key, occurred_at=at, strength=strength)
        yield Checkpoint({"seen": len(answer)})


class Feed(FeedSensor):
    """Asks for everybody at once."""

    name = "feed"
    kinds = KINDS
    deadline = "30s"
    port: int

    async def detect(self, ctx):
        answer = await ctx.ahttp.get_json(f"http://127.0.0.1:{self.port}/{ctx.instance}")
        for domain, facts in answer.items():
            for key, kind, at, strength in facts:
                yield Signal(kind=kind, account=domain, key=key, occurred_at=at, strength=strength)
        yield Checkpoint({"seen": len(answer)})
'''


class World:
    """What is true at an hour, the same for everybody who asks with the same seed."""

    def __init__(self, seed: int, accounts: int, days: int) -> None:
        self.domains = [f"a{i}.com" for i in range(accounts)]
        self._days, self._seed = days, seed
        self._facts: dict[tuple[str, str], list[tuple[str, str, float, float]]] = {}
        self.hour = 0.0

    def facts(self, instance: str, domain: str) -> list[list[Any]]:
        """[key, kind, moment, strength] of what has happened; visits grow for two days."""
        found = []
        for key, kind, at, most in self._all(instance, domain):
            if at + TOLD_AFTER_H > self.hour:
                continue
            grown = most if kind != "visit.page" else min(most, round(0.2 + (self.hour - at) // 12 * 0.2, 1))
            found.append([key, kind, (BEGIN + at * HOUR).isoformat(), grown])
        return found

    def _all(self, instance: str, domain: str) -> list[tuple[str, str, float, float]]:
        if (instance, domain) not in self._facts:
            rng = random.Random(f"{self._seed}:{instance}:{domain}")
            count = rng.choice((0, 0, 1, 2, 4)) if instance.startswith("each") else rng.choice((0,) * 9 + (1,))
            kinds = ("hiring.opened", "press.mention", "funding.raised", "visit.page")
            self._facts[instance, domain] = [
                (
                    f"{instance}:{domain}:{i}",
                    rng.choice(kinds),
                    round(rng.uniform(0, self._days * 24), 2),
                    rng.randint(1, 5) / 5,
                )
                for i in range(count)
            ]
        return self._facts[instance, domain]


class Host:
    """One real server of the world; `mood` is well, broken, gone (hangs up) or busy (429)."""

    def __init__(self, world: World) -> None:
        self.world, self.mood, self.asked = world, "well", 0
        self.on_ask: Callable[[], None] = lambda: None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while self.mood != "gone":
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked += 1
                self.on_ask()
                _, instance, *rest = head.split()[1].decode().split("/")
                writer.write(self._answer(instance, rest[0] if rest else None))
                await writer.drain()
        writer.close()

    def _answer(self, instance: str, domain: str | None) -> bytes:
        if self.mood == "broken":
            return b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        if self.mood == "busy":
            return b"HTTP/1.1 429 Slower\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n"
        facts: Any = (
            self.world.facts(instance, domain)
            if domain is not None
            else {d: known for d in self.world.domains if (known := self.world.facts(instance, d))}
        )
        body = json.dumps(facts).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
