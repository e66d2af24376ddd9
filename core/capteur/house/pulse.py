"""How a daemon is doing, as other threads may read it at any time: plain numbers, each written by the loop alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from capteur.runner import UnitDone

STALE_S = 30.0
"""A ticker that has not ticked for so many seconds stands still."""


@dataclass(slots=True)
class Pulse:
    """The signs of life of one daemon. Moments are seconds of the clock that only goes forward.

    `trouble` is one line about the store that cannot be used, None when all is well; `idle` why no instance at
    all can run. `units` counts finished units by (instance,
    status); `signals` counts what was stored by (instance, new | updated | unchanged | revoked | bad | unmatched); `requests`
    and `seconds` count by instance. `stuck` are threads that were given up.
    """

    started: float
    ticked: float | None = None
    ticks: int = 0
    looked: float | None = None
    trouble: str | None = None
    idle: str | None = None
    draining: bool = False
    leads: bool = False
    stuck: int = 0
    running: dict[str, int] = field(default_factory=dict)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    signals: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    """Deliveries that were kept, by instance; the receiver's thread counts them."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests that were not taken, by (instance, reason); the instance is empty for those that name none."""
    lateness: float = 0.0
    """How long the last row that was taken had been due, in seconds."""

    def count(self, done: UnitDone) -> None:
        """Count one unit that ended."""
        name = done.unit.instance
        self.units[name, done.status] += 1
        self.requests[name] += done.requests
        self.seconds[name] = self.seconds.get(name, 0.0) + done.seconds
        self.stuck += done.status == "stuck"
        for what in ("new", "updated", "unchanged", "revoked", "bad", "unmatched"):
            self.signals[name, what] += getattr(done, what)

    def tick_age(self, monotonic: float) -> float:
        """Seconds since the last tick, or since the start when there was none."""
        # whoever asks may have read the clock before the tick that came meanwhile
        return max(0.0, monotonic - (self.ticked if self.ticked is not None else self.started))

    def is_frozen(self, monotonic: float) -> bool:
        """The ticker stands still: the process must be started again."""
        return self.tick_age(monotonic) > STALE_S

    def is_ready(self, monotonic: float) -> bool:
        """It ticks, it has looked at the store, the store can be used, an instance can run, and it is not on its way out."""
        stays_out = self.draining or self.looked is None or self.trouble is not None or self.idle is not None
        return not (stays_out or self.is_frozen(monotonic))
