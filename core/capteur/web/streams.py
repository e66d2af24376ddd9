"""The stream below, with a quick answer to the one question httpcore asks of every idle connection at every request."""

from __future__ import annotations

import select
import ssl
from typing import Any

import httpcore


class QuickStream(httpcore.AsyncNetworkStream):
    """Everything is handed down; "is_readable" (did the server hang up?) is answered here.

    anyio builds a table of attributes to find its socket: 7 % of the CPU of a request over a pool of eight.
    """

    def __init__(self, below: httpcore.AsyncNetworkStream) -> None:
        self._below = below
        self._poll: select.poll | None = None
        self._socket = below.get_extra_info("socket")
        if self._socket is not None and hasattr(select, "poll"):  # Windows has none, and asks below
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's signature
        return await self._below.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  httpcore's signature
        await self._below.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        return QuickStream(await self._below.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable" and self._poll is not None:
            # a socket the loop has closed has no number any more, and its old one may be another's
            return self._socket.fileno() < 0 or bool(self._poll.poll(0))
        return self._below.get_extra_info(info)
