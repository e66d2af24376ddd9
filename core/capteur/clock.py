"""Time is injected: nobody but `SystemClock` asks the machine what time it is.

Inside, a moment is an aware UTC datetime; in tables and hot paths it is *micros*, integer microseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROS_PER_DAY = 86_400_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*")


class Clock(Protocol):
    """What the house hands to whoever needs the time."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward; for deadlines."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that moves when told: for tests, replays and `--as-of`."""

    def __init__(self, at: datetime) -> None:
        self._now = utc(at)
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, step: timedelta) -> None:
        """Move by `step`; a negative step moves the wall clock only, as a real clock jump does."""
        self._now += step
        self._monotonic += max(0.0, step.total_seconds())


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive one: guessing a zone is how days get lost."""
    if moment.tzinfo is None:
        msg = f"{moment.isoformat()} has no timezone"
        raise ValueError(msg)
    return moment.astimezone(UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of an aware datetime; exact, no float on the way."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(value: int) -> datetime:
    """The aware UTC datetime of `value` microseconds since 1970-01-01."""
    return EPOCH + timedelta(microseconds=value)


def parse_moment(value: datetime | date | str) -> tuple[datetime, bool]:
    """Read a moment as sensors write it; returns (aware UTC datetime, True when it is a day without an hour).

    Accepts an aware datetime, ISO 8601 with an offset (or `Z`), a `date` or `YYYY-MM-DD` (00:00 UTC).
    Raises ValueError for anything else, a naive datetime included.
    """
    if isinstance(value, datetime):
        return utc(value), False
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC), True
    text = value.strip()
    if len(text) == 10:  # noqa: PLR2004  YYYY-MM-DD
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=UTC), True
    return utc(datetime.fromisoformat(text)), False


def parse_duration(text: str) -> timedelta:
    """`"90s" "30m" "6h" "7d" "2w"`, also added up (`"1d 12h"`). Raises ValueError for anything else, and for zero."""
    seconds, at = 0.0, 0
    while match := _DURATION.match(text, at):
        seconds += float(match[1]) * _UNITS[match[2]]
        at = match.end()
    if at != len(text) or seconds <= 0:
        msg = f"{text!r} is not a duration; write e.g. 90s, 30m, 6h, 7d or 2w"
        raise ValueError(msg)
    return timedelta(seconds=seconds)


def format_duration(span: timedelta) -> str:
    """The shortest exact form `parse_duration` reads back: `6h`, `1d12h`, `90s` becomes `1m30s`."""
    left, parts = int(span.total_seconds()), []
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
