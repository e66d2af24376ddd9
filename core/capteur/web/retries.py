"""What is tried again in place, and how long a host asked us to wait."""

from __future__ import annotations

from collections.abc import AsyncIterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import stamina

from capteur.errors import CapteurError

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT: Final = 86_400.0
"""Seconds. A host that says "next year" is asked again tomorrow."""
UNSAID_WAIT: Final = 60.0
"""Seconds a host is left alone after a 429 that did not say how long."""


class Again(Exception):  # noqa: N818  a wrapper, never seen outside this room
    """Worth another attempt in place; `error` is what the caller gets when there is none left."""

    def __init__(self, error: CapteurError) -> None:
        super().__init__(str(error))
        self.error = error


def attempts(most: int) -> AsyncIterable[stamina.Attempt]:
    """Up to `most` attempts on Again, with exponential back-off and jitter between them. stamina.set_testing removes the waits."""
    return stamina.retry_context(
        on=Again, attempts=most, timeout=None, wait_initial=0.5, wait_max=10.0, wait_jitter=1.0
    )


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the answer's Retry-After asks for, given as a number or an HTTP date; at most LONGEST_WAIT. None = not said.

    A date is read against the answer's own `Date` where there is one, so that a clock that is wrong does not matter.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None:
            return None
        seconds = (until - (_http_date(headers.get("date", "")) or now)).total_seconds()
    if seconds != seconds:  # noqa: PLR0124  NaN
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
