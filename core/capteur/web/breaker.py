"""A host that fails again and again is left alone for a while, and then asked by one request before all the others.

What is known of a host is the memory's (`HostMemory`), so that it outlives the process and other daemons share it. A host is
*open* from the LIMIT-th failure in a row until it works again. Of daemons that share a store each lets its own request through
when it has not yet read that another one does.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from capteur.clock import Clock, from_micros, micros
from capteur.errors import HostDown
from capteur.web.shapes import HostMemory

LIMIT: Final = 5
"""So many failures in a row, over all units, and the host is left alone."""
FIRST_S: Final = 60.0
MOST_S: Final = 3600.0
"""The longest wait after the LIMIT-th failure; it doubles with each request that is let through in vain, up to MOST_S."""
LEAST_S: Final = 5.0
"""Of a wait, so that jitter never makes it nothing."""


class Breaker:
    """Asked before each request (`admit`), told after it (`worked`, `failed`). On one event loop; never blocks.

    Args:
        clock: tells when a wait is over.
        memory: what is known of hosts.
        probe_s: how long the one request that is let through may take before another one is.
        rng: for the jitter.
    """

    def __init__(self, clock: Clock, memory: HostMemory, *, probe_s: float, rng: random.Random | None = None) -> None:
        self._clock = clock
        self._memory = memory
        self._probe_s = probe_s
        self._rng = rng or random.Random()  # noqa: S311  jitter, no secret
        self._reasons: dict[str, str] = {}

    def is_open(self, host: str) -> bool:
        """Whether the host has failed so often that it is left alone."""
        return self._memory.fails(host) >= LIMIT

    def refuse(self, host: str) -> None:
        """Raises HostDown while the host is left alone."""
        if self.is_open(host) and (left := self._left(host)) > 0:
            raise self._down(host, left)

    def admit(self, host: str) -> bool:
        """Let a request through: True for the one that finds out whether the host works again. Raises HostDown."""
        if not self.is_open(host):
            return False
        self.refuse(host)
        self._wait(host, self._probe_s, self._memory.fails(host))
        return True

    def worked(self, host: str) -> None:
        """The host has answered, be it that it refused: nothing is held against it any more."""
        if self._memory.fails(host):
            self._memory.set(host, 0 if self.is_open(host) else self._memory.get(host) or 0)
            self._reasons.pop(host, None)

    def failed(self, host: str, why: str, *, probe: bool) -> None:
        """It could not be reached, fell silent, or answered 5xx. What was under way when the host was opened says nothing new."""
        fails = self._memory.fails(host)
        if fails >= LIMIT and not probe:
            return
        fails += 1
        self._reasons[host] = why
        if fails < LIMIT:
            self._memory.set(host, self._memory.get(host) or 0, fails)
            return
        most = min(MOST_S, FIRST_S * 2.0 ** min(fails - LIMIT, 10))
        self._wait(host, max(LEAST_S, self._rng.uniform(0.0, most)), fails)

    def _wait(self, host: str, seconds: float, fails: int) -> None:
        self._memory.set(host, micros(self._clock.now() + timedelta(seconds=seconds)), fails)

    def _left(self, host: str) -> float:
        """Seconds; none for a wait so long that another clock than this one must have written it."""
        left = (from_micros(self._memory.get(host) or 0) - self._clock.now()).total_seconds()
        return left if left <= max(MOST_S, self._probe_s) else 0.0

    def _down(self, host: str, left: float) -> HostDown:
        at = self._clock.now() + timedelta(seconds=left)
        reason = self._reasons.get(host)
        return HostDown(
            f"waiting for {host}: it failed {self._memory.fails(host)} times in a row",
            why=f"{reason + '; ' if reason else ''}it is asked again at {at:%H:%M} UTC",
            host=host,
            retry_after=left,
        )
