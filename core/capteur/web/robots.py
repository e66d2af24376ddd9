"""robots.txt, asked on request and remembered per origin (RFC 9309)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx
from protego import Protego

from capteur.clock import Clock
from capteur.errors import SkipAccount
from capteur.web.statuses import is_good
from capteur.web.wire import Reply, host_of

AGENT: Final = "capteur"
REMEMBERED: Final = 2048
_FRESH: Final = timedelta(hours=24)
_FRESH_FAILURE: Final = timedelta(minutes=10)
_READ: Final = 500 * 1024
"""Bytes of a robots.txt that are looked at: what RFC 9309 asks for at least."""

Fetch = Callable[[httpx.URL], Awaitable[Reply]]


class _Rules:
    __slots__ = ("expires", "lock", "parsed", "status")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.expires: datetime | None = None
        self.parsed: Protego | None = None
        self.status = 0


class Robots:
    """Who may not be asked what."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: OrderedDict[str, _Rules] = OrderedDict()

    async def check(self, url: httpx.URL, fetch: Fetch) -> None:
        """Raises SkipAccount when robots.txt forbids `url`, or cannot be had because the server fails (5xx).

        No robots.txt (4xx) allows everything; `fetch` raises when the host cannot be reached at all.
        """
        origin = f"{url.scheme}://{host_of(url)}"
        rules = self._rules.setdefault(origin, _Rules())
        self._rules.move_to_end(origin)
        while len(self._rules) > REMEMBERED:
            self._rules.popitem(last=False)
        async with rules.lock:
            if rules.expires is None or rules.expires <= self._clock.now():
                await self._read(rules, await fetch(httpx.URL(f"{origin}/robots.txt")))
        path = url.raw_path.decode("ascii").partition("?")[0]
        if rules.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SkipAccount(
                f"{url.host} does not say whether {path} may be read", why=f"its robots.txt answers {rules.status}"
            )
        if rules.parsed is not None and not rules.parsed.can_fetch(str(url), AGENT):
            raise SkipAccount(f"robots.txt of {url.host} closes {path} to {AGENT}")

    async def _read(self, rules: _Rules, reply: Reply) -> None:
        rules.status = reply.status
        rules.parsed = (
            Protego.parse(reply.body[:_READ].decode("utf-8", errors="replace")) if is_good(reply.status) else None
        )
        rules.expires = self._clock.now() + (
            _FRESH if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR else _FRESH_FAILURE
        )
