"""Many deliveries, one transaction: what comes while one is being committed goes together into the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from capteur.store.deliveries import Arrived

TOGETHER: Final = 500
"""Deliveries of one transaction, at most."""


class Posting:
    """Lives on one loop. `write` queues a transaction; `kept` is called after each that kept something, with how many were new."""

    def __init__(
        self, write: Callable[[Sequence[Arrived]], Future[int]], kept: Callable[[int], object] = lambda _: None
    ) -> None:
        self._write, self._kept = write, kept
        self._waiting: deque[tuple[Arrived, asyncio.Future[None]]] = deque()
        self._under_way = False

    async def keep(self, arrived: Arrived) -> None:
        """Return once it is committed. Raises what the store raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrived, done))
        if not self._under_way:
            self._send()
        await done

    def _send(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
        loop = asyncio.get_running_loop()
        self._under_way = True
        try:
            written = self._write([arrived for arrived, _ in group])
        except Exception as error:  # noqa: BLE001  the store is closed: those who wait have to know
            self._sent([done for _, done in group], error)
            return

        def over(future: Future[int]) -> None:
            error = future.exception()
            new = future.result() if error is None else 0
            loop.call_soon_threadsafe(self._sent, [done for _, done in group], error, new)

        written.add_done_callback(over)

    def _sent(self, group: Sequence[asyncio.Future[None]], error: BaseException | None, new: int = 0) -> None:
        self._under_way = False
        for done in group:
            if done.done():  # whoever asked has gone
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
        if error is None:
            self._kept(new)
        if self._waiting:
            self._send()
