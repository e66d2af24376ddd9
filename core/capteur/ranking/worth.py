"""Whom to look at first when not everybody can be looked at: where a look can change the list most.

    worth = staleness x (1 + 2 nearness + height)

    staleness = time since the last look / the instance's interval
    nearness  = exp(-|intent - line|), 1 at the line that capacity draws, 0.37 one point away; 0 without a line or a number
    height    = intent / 10

An account that was never looked at comes before all others; among those, nearness and height decide. A look far from the line
rarely moves anybody across it; near the line it decides who is called this week. The factor lies between 1 and 4, and staleness
grows without end: so nobody is left out for ever, and in the long run an account at the line is looked at up to four times as
often as a quiet one far from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

from capteur.clock import MICROS_PER_DAY
from capteur.wording import counted, points

NEAR, HIGH = 2.0, 1.0
NEARBY = 1.0
"""Points of intent within which an account is told to be near the line."""
HIGH_FROM = 5.0
_HOUR = MICROS_PER_DAY // 24


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that could be looked at. `since` is the time since the last look in micros, None = never; `intent` 0 to 10."""

    account_id: int
    since: int | None
    intent: float | None = None


def worth(candidate: Candidate, interval: int, line: float | None) -> float:
    """What a look at an account is worth (see above); of one that was never looked at, as if it were due just now."""
    intent = candidate.intent
    nearness = exp(-abs(intent - line)) if intent is not None and line is not None else 0.0
    height = (intent or 0.0) / 10
    staleness = 1.0 if candidate.since is None else max(candidate.since, 0) / max(interval, 1)
    return staleness * (1 + NEAR * nearness + HIGH * height)


def by_worth(candidates: Iterable[Candidate], interval: int, line: float | None) -> list[Candidate]:
    """The best first: never looked at, then by worth; ties by account id. `interval` in micros."""
    return sorted(candidates, key=lambda c: (c.since is not None, -worth(c, interval, line), c.account_id))


def reason(candidate: Candidate, line: float | None) -> str:
    """Why an account stands where it stands: "never read", "9 d old, near the line 6.4", "6 h old, high"."""
    parts = ["never read" if candidate.since is None else f"{_span(candidate.since)} old"]
    if candidate.intent is not None:
        if line is not None and abs(candidate.intent - line) <= NEARBY:
            parts.append(f"near the line {points(line)}")
        elif candidate.intent >= HIGH_FROM:
            parts.append(f"high {points(candidate.intent)}")
    return ", ".join(parts)


def _span(micros: int) -> str:
    if micros < _HOUR:
        return f"{max(micros, 0) // 60_000_000} min"
    return f"{micros // _HOUR} h" if micros < 2 * MICROS_PER_DAY else counted(micros // MICROS_PER_DAY, "d", "d")
