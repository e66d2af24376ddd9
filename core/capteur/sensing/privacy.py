"""What of a signal is kept: whether who it was, and until which age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from capteur.clock import micros
from capteur.settings.retention import SIGNAL, Rule, age_of


@dataclass(frozen=True, slots=True)
class Privacy:
    """What one instance may keep: persons or not, and `rules` for how long."""

    persons: bool = True
    rules: tuple[Rule, ...] = ()

    def is_expired(self, kind: str, occurred_at: int, now: datetime) -> bool:
        """Whether a signal (micros) is too old to come in: removed tomorrow, it would come again with the next run."""
        age = age_of(self.rules, kind, SIGNAL) if self.rules else None
        return age is not None and occurred_at < micros(now - age)
