"""What an HTTP status means for the caller: the table of plugins.md, decision 6."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from capteur.errors import AuthError, CapteurError, NotFound, RateLimited, SourceChanged, TransientError
from capteur.web.retries import Again

ASKED_TO_WAIT: Final = frozenset({429, 503})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PASSING: Final = frozenset({408, 421, 425})
"""Client errors that a second try may cure."""
_FOR_GOOD: Final = frozenset({501, 505})
"""Server errors that it will not."""


def is_good(status: int) -> bool:
    """Whether the status needs no judgement."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def is_outage(status: int, retry_after: float | None) -> bool:
    """Whether the status says that the host does not work: a 5xx that may pass and is no wish to be left alone."""
    polite = status in ASKED_TO_WAIT and retry_after is not None
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _FOR_GOOD and not polite


def judge(
    status: int, *, host: str, place: str, auth_fix: Callable[[], str], retry_after: float | None, patience: float
) -> CapteurError | Again:
    """The error for a status that is not good; Again around it where another attempt in place is worth it.

    Args:
        status: the HTTP status.
        host: the host asked, and `place`, the URL without secrets.
        place: see host.
        auth_fix: the cure for a refused credential.
        retry_after: seconds the host asked for, or None.
        patience: the longest wait in place, in seconds.
    """
    if status in {401, 403}:
        return AuthError(f"{status} from {host}", fix=auth_fix())
    if status in {404, 410}:
        return NotFound(
            f"{status} from {place}",
            why="nothing is there" if status == HTTPStatus.NOT_FOUND else "it is gone for good",
        )
    if status in ASKED_TO_WAIT and (status == HTTPStatus.TOO_MANY_REQUESTS or retry_after is not None):
        why = "it did not say how long to wait" if retry_after is None else f"it asks to wait {retry_after:.0f} s"
        limited = RateLimited(f"{status} from {host}", why=why, retry_after=retry_after)
        return Again(limited) if retry_after is None or retry_after <= patience else limited
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        transient = TransientError(f"{status} from {place}")
        return transient if status in _FOR_GOOD else Again(transient)
    return SourceChanged(f"unexpected status {status} from {place}")
