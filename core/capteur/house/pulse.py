"""How a daemon is doing, as other threads may read it at any time: plain numbers, each written by the loop alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

STALE_S = 30.0
"""A ticker that has not ticked for so many seconds stands still."""


@dataclass(slots=True)
class Pulse:
    """The signs of life of one daemon. Moments are seconds of the clock that only goes forward.

    `trouble` is one line about the store that cannot be used, None when all is well. `units` counts finished units by (instance,
    status); `signals` counts what was stored by (instance, new | updated | unchanged | revoked | bad | unmatched); `requests`
    and `seconds` count by instance. `stuck` are threads that were given up.
    """

    started: float
    ticked: float | None = None
    ticks: int = 0
    looked: float | None = None
    trouble: str | None = None
    draining: bool = False
    leads: bool = False
    stuck: int = 0
    running: dict[str, int] = field(default_factory=dict)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    signals: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    lateness: float = 0.0
    """How long the last row that was taken had been due, in seconds."""

    def tick_age(self, monotonic: float) -> float:
        """Seconds since the last tick, or since the start when there was none."""
        return monotonic - (self.ticked if self.ticked is not None else self.started)

    def is_frozen(self, monotonic: float) -> bool:
        """The ticker stands still: the process must be started again."""
        return self.tick_age(monotonic) > STALE_S

    def is_ready(self, monotonic: float) -> bool:
        """It ticks, it has looked at the store, the store can be used, and it is not on its way out."""
        return not (self.is_frozen(monotonic) or self.draining or self.looked is None or self.trouble is not None)
