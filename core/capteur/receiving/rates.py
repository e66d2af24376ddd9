"""How often somebody may come: a bucket of tokens each, and a table of them that never grows beyond its size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

MOST = 10_000
"""Buckets of a table. Beyond that the one nobody came to for the longest time is forgotten: it was full long ago, or is refilled
at the price of holding 10,000 addresses."""


class Rates:
    """`rate` a second for each name, and `burst` at once; `now` is a clock in seconds that only goes forward."""

    def __init__(self, rate: float, burst: float, now: Callable[[], float], most: int = MOST) -> None:
        self._rate, self._burst, self._now, self._most = rate, burst, now, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """How many seconds until there is a token; 0 when there is one. Takes none."""
        return max(0.0, (1.0 - self._level(name)) / self._rate)

    def take(self, name: str) -> float:
        """Take a token: 0, or how many seconds to wait for the next when there is none."""
        wait = self.wait(name)
        if wait == 0.0:
            self._buckets[name] = (self._level(name) - 1.0, self._now())
            self._buckets.move_to_end(name)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._buckets)

    def _level(self, name: str) -> float:
        left, at = self._buckets.get(name, (self._burst, 0.0))
        return min(self._burst, left + max(0.0, self._now() - at) * self._rate)
