"""What an error out of a sensor means for its watch row: the table of plugins.md, decision 6, in one function."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from capteur.errors import (
    AuthError,
    CapteurError,
    ConfigError,
    PluginError,
    RateLimited,
    Skip,
    SourceChanged,
    Stopped,
    StoreError,
    TryLater,
)
from capteur.runner import UnitStatus
from capteur.sensing.drive import Stuck, error_place

BACKOFF_FIRST = timedelta(minutes=1)
BACKOFF_MOST = timedelta(hours=6)
BAD_RUNS = 3
"""So many bad runs in a row, and the row gets one try a day."""
QUARANTINE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the unit ended. `wait` = until the next try (None: the instance's own interval); `park` = stop the whole instance."""

    status: UnitStatus
    error: str | None = None
    fix: str | None = None
    wait: timedelta | None = None
    park: bool = False
    credentials: bool = False


OK = Verdict("ok")


def judge(
    error: BaseException, *, instance: str, fails: int, account: str | None, keyed: bool, rng: random.Random
) -> Verdict:
    """The verdict on an error. `fails` counts the row's failures before this one; `account` is its label (None for a feed).

    A credential parks the whole instance when the instance has one (`keyed`) or is a feed; a public site that answers 403 to
    a keyless sensor says something about that one account only.
    """
    who = f"sensor {instance}" + (f", {account}" if account else "")
    match error:
        case Skip():
            verdict = Verdict("skipped", error.what, error.fix or None)
        case Stopped():
            verdict = Verdict("stopped", f"{who}: stopped")
        case ConfigError() | AuthError() if keyed or account is None or isinstance(error, ConfigError):
            fix = error.fix or f"correct it, then capteur resume {instance}"
            verdict = Verdict(
                "parked", f"{who}: {error.what}", fix, park=True, credentials=isinstance(error, AuthError)
            )
        case RateLimited():
            wait = timedelta(seconds=error.retry_after) if error.retry_after is not None else backoff(0, rng)
            verdict = Verdict("waiting", f"{who}: {error.what}", error.fix or None, wait)
        case TryLater() | AuthError():
            verdict = Verdict("backoff", f"{who}: {error.what}", error.fix or None, backoff(fails, rng))
        case Stuck():
            fix = "isolate = true runs it in a process that can be killed"
            verdict = Verdict("stuck", f"{who}: {error}", fix, backoff(fails + 3, rng))
        case StoreError():
            verdict = Verdict("failed", f"{who}: {error.what}", error.fix or None, backoff(fails, rng))
        case _:
            verdict = _bug(error, who, fails, instance)
    return verdict


def _bug(error: BaseException, who: str, fails: int, instance: str) -> Verdict:
    at = error_place(error)
    look = f"raise SourceChanged, or look: capteur try {instance} --record"
    if isinstance(error, SourceChanged | PluginError):
        text, fix = f"{who}: {error.what}  at {at}", error.fix or (look if isinstance(error, SourceChanged) else "")
    elif isinstance(error, CapteurError):
        text, fix = f"{who}: {error.what}  at {at}", error.fix
    elif isinstance(error, LookupError | TypeError | AttributeError | ValueError):
        text, fix = (
            f"{who}: the answer is not what the code expects: {type(error).__name__} {_short(error)}  at {at}",
            look,
        )
    else:
        text, fix = f"{who}: {type(error).__name__} {_short(error)}  at {at}", ""
    if fails + 1 >= BAD_RUNS:
        return Verdict("quarantined", text, fix or None, QUARANTINE)
    return Verdict("bug", text, fix or None)


def backoff(fails: int, rng: random.Random) -> timedelta:
    """Full jitter between nothing and 1 min x 2^fails, at most 6 h (never under 5 s, so that a row cannot spin)."""
    most = min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** min(fails, 12))
    return timedelta(seconds=max(5.0, rng.uniform(0.0, most.total_seconds())))


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004  one line of a terminal, about
