"""One small connection pool an origin.

httpx scans its whole pool for every request, which grows faster than the number of connections (performance.md); pools of
eight never notice. The pools share one SSL context, which costs 50 ms to make, and idle ones are closed after a while.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl

CONNECTIONS: Final = 8
KEEP_ALIVE: Final = 15.0
"""Seconds an idle connection is kept, and an unused pool."""
MOST_IDLE: Final = 64
"""Idle pools kept; with more hosts than that, connections are not worth their file descriptors."""

Origin = tuple[str, str, int | None]


class _OriginTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool with our network backend, which its constructor does not take."""

    def __init__(self, context: ssl.SSLContext | None, backend: httpcore.AsyncNetworkBackend, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=backend,
        )


class _Slot:
    __slots__ = ("idle_since", "transport", "users")

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.users = 0
        self.idle_since = 0.0


class Pools:
    """Transports by origin, least recently used first. `override` answers for all of them (tests)."""

    def __init__(
        self, backend: httpcore.AsyncNetworkBackend, *, override: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._backend = backend
        self._override = override
        self._slots: OrderedDict[Origin, _Slot] = OrderedDict()
        self._idle = 0
        self._context: ssl.SSLContext | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._slots)

    @asynccontextmanager
    async def transport(
        self, origin: Origin, *, tls: bool, connections: int = CONNECTIONS
    ) -> AsyncIterator[httpx.AsyncBaseTransport]:
        """The transport of an origin, kept open while it is used."""
        if self._override is not None:
            yield self._override
            return
        slot = self._slots.get(origin)
        if slot is None:
            context = self._ssl() if tls else None
            slot = self._slots[origin] = _Slot(_OriginTransport(context, self._backend, connections))
        elif not slot.users:
            self._idle -= 1
        slot.users += 1
        self._slots.move_to_end(origin)
        try:
            yield slot.transport
        finally:
            slot.users -= 1
            if not slot.users:
                self._rest(slot)

    async def aclose(self) -> None:
        """Close every pool."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        slots, self._slots = list(self._slots.values()), OrderedDict()
        self._idle = 0
        for slot in slots:
            await slot.transport.aclose()
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    def _ssl(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = httpx.create_ssl_context()
        return self._context

    def _rest(self, slot: _Slot) -> None:
        loop = asyncio.get_running_loop()
        slot.idle_since = loop.time()
        self._idle += 1
        if self._idle > MOST_IDLE:
            self._close_idle(self._idle - MOST_IDLE)
        if self._sweep is None:
            self._sweep = loop.call_later(KEEP_ALIVE, self._sweep_now)

    def _sweep_now(self) -> None:
        """Close what rested long enough. Connections of a pool nobody asks would otherwise stay open after their time."""
        self._sweep = None
        loop = asyncio.get_running_loop()
        old = loop.time() - KEEP_ALIVE
        self._close_idle(sum(1 for s in self._slots.values() if not s.users and s.idle_since <= old), before=old)
        if self._idle:
            self._sweep = loop.call_later(KEEP_ALIVE, self._sweep_now)

    def _close_idle(self, count: int, before: float | None = None) -> None:
        for origin, slot in list(self._slots.items()):
            if count <= 0:
                break
            if slot.users or (before is not None and slot.idle_since > before):
                continue
            del self._slots[origin]
            self._idle -= 1
            count -= 1
            task = asyncio.ensure_future(slot.transport.aclose())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
