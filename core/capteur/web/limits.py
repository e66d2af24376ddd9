"""Politeness: how many requests run at once, over all and to one host, and how fast one host is asked."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from capteur.clock import Clock
from capteur.web.shapes import HostLimit, Sleep

REMEMBERED: Final = 4096
"""Hosts whose pace is kept; of more, the longest unasked idle ones are forgotten."""


class _Host:
    __slots__ = ("limit", "next_at", "pacing", "turns", "users")

    def __init__(self, limit: HostLimit) -> None:
        self.limit = limit
        self.turns = asyncio.Semaphore(limit.concurrency)
        self.pacing = asyncio.Lock()
        self.next_at = 0.0
        self.users = 0


class Limits:
    """Hands out turns. A host's turn is waited for first, so that a crowded host does not hold the turns of the others."""

    def __init__(
        self, clock: Clock, sleep: Sleep, *, concurrency: int, limit: HostLimit, limits: Mapping[str, HostLimit]
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._overall = asyncio.Semaphore(concurrency)
        self._default = limit
        self._special = limits
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at `host`, and hold it."""
        state = self._state(host)
        state.users += 1
        try:
            async with state.turns:
                await self._begin(state)
                try:
                    yield
                finally:
                    self._overall.release()
        finally:
            state.users -= 1

    async def _begin(self, state: _Host) -> None:
        """Take a turn among all when the host's pace allows it.

        One of a host after the other: so the pace is waited for without a turn, and still holds when the turn comes late.
        """
        if state.limit.rate is None:
            await self._overall.acquire()
            return
        async with state.pacing:
            early = state.next_at - self._clock.monotonic()
            if early > 0:
                await self._sleep(early)
            await self._overall.acquire()
            state.next_at = max(state.next_at, self._clock.monotonic()) + 1.0 / state.limit.rate

    def _state(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            state = self._hosts[host] = _Host(self._special.get(host, self._default))
            self._forget()
        self._hosts.move_to_end(host)
        return state

    def _forget(self) -> None:
        if len(self._hosts) <= REMEMBERED:
            return
        now = self._clock.monotonic()
        for name, state in list(self._hosts.items())[: REMEMBERED // 8]:
            if not state.users and state.next_at <= now:
                del self._hosts[name]
