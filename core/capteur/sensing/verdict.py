"""What an error out of a sensor means for its watch row: the table of plugins.md, decision 6, in one function."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from capteur.errors import (
    AuthError,
    CapteurError,
    ConfigError,
    HostDown,
    RateLimited,
    Skip,
    SourceChanged,
    Stopped,
    StoreError,
    TryLater,
)
from capteur.runner import UnitStatus
from capteur.sensing.cures import diagnose, source_line
from capteur.sensing.drive import Late, Stuck, error_place, said

BACKOFF_FIRST = timedelta(minutes=1)
BACKOFF_MOST = timedelta(hours=6)
STORE_MOST = timedelta(minutes=5)
"""A store that failed says nothing against the source: it is asked again soon after the store works."""
BAD_RUNS = 3
"""So many bad runs in a row, and the row gets one try a day."""
QUARANTINE = timedelta(days=1)
WAIT_LEAST_S, WAIT_MOST_S = 1.0, 30 * 86_400.0
"""What an author's RateLimited may ask for: a row must neither spin nor sleep for ever."""
LONGEST: Mapping[UnitStatus, timedelta] = {
    "waiting": timedelta(seconds=WAIT_MOST_S),
    "backoff": BACKOFF_MOST,
    "stuck": BACKOFF_MOST,
    "failed": STORE_MOST,
    "quarantined": QUARANTINE,
}
"""How long a row of a status may have to wait; of any other, its schedule says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the unit ended. `wait` = until the next try (None: the instance's own interval); `park` = stop the whole instance."""

    status: UnitStatus
    error: str | None = None
    fix: str | None = None
    wait: timedelta | None = None
    park: bool = False
    credentials: bool = False
    away: str | None = None
    """The host that was not asked because it is down."""


OK = Verdict("ok")


def judge(
    error: BaseException,
    *,
    instance: str,
    fails: int,
    account: str | None,
    keyed: bool,
    rng: random.Random,
    home: str = "",
) -> Verdict:
    """The verdict on an error. `fails` counts the row's failures before this one; `account` is its label (None for a feed).

    A credential parks the whole instance when the instance has one (`keyed`) or is a feed; a public site that answers 403 to
    a keyless sensor says something about that one account only.
    """
    who = f"sensor {instance}" + (f", {account}" if account else "")
    try:
        return _judge(error, who, instance, fails, rng, park=keyed or account is None, home=home)
    except BaseException:  # noqa: BLE001  an author's own error may have attributes that raise, or of any type
        return _failing(f"{who}: it raised {said(type(error).__name__)}, which cannot be told", "", fails)


def _judge(
    error: BaseException, who: str, instance: str, fails: int, rng: random.Random, *, park: bool, home: str
) -> Verdict:
    what, fix = "", None
    if isinstance(error, CapteurError):
        what, fix = f"{who}: {_what(error, instance)}", _cure(error, instance)
    match error:
        case Skip():
            verdict = Verdict("skipped", _what(error, instance), fix)
        case Stopped():
            verdict = Verdict("stopped", f"{who}: stopped")
        case ConfigError() | AuthError() if park or isinstance(error, ConfigError):
            cure = fix or f"correct it, then capteur resume {instance}"
            verdict = Verdict("parked", what, cure, park=True, credentials=isinstance(error, AuthError))
        case RateLimited():
            asked = error.retry_after
            wait = backoff(0, rng) if asked is None else timedelta(seconds=min(max(asked, WAIT_LEAST_S), WAIT_MOST_S))
            verdict = Verdict("waiting", what, fix, wait)
        case HostDown():
            wait = timedelta(seconds=min(max(error.retry_after, WAIT_LEAST_S), WAIT_MOST_S))
            verdict = Verdict("waiting", what, fix, wait + backoff(0, rng), away=said(error.host))
        case TryLater() | AuthError():
            verdict = Verdict("backoff", what, fix, backoff(fails, rng))
        case Stuck():
            cure = "isolate = true runs it in a process that can be killed"
            verdict = Verdict("stuck", f"{who}: {error}", cure, backoff(fails + 3, rng))
        case StoreError():
            verdict = Verdict("failed", what, fix, min(backoff(fails, rng), STORE_MOST))
        case _:
            verdict = _bug(error, who, fails, instance, home)
    return verdict


def _what(error: CapteurError, instance: str) -> str:
    """What happened and why, without the name that stands in front of it anyway."""
    what = said(error.what).removeprefix(f"{instance}: ")
    return f"{what} ({said(error.why)})" if error.why else what


def _cure(error: CapteurError, instance: str) -> str | None:
    if isinstance(error, Late):
        return f"set `deadline` higher in [sensors.{instance}], or look: capteur try {instance}"
    return said(error.fix) if error.fix else None


def _bug(error: BaseException, who: str, fails: int, instance: str, home: str) -> Verdict:
    at, name, text = error_place(error, home), said(type(error).__name__), _short(error)
    look = f"capteur try {instance} --record"
    if isinstance(error, CapteurError):
        cure = f"look at what came: {look}" if isinstance(error, SourceChanged) else ""
        return _failing(f"{who}: {_what(error, instance)}  at {at}", said(error.fix) if error.fix else cure, fails)
    known = diagnose(text, source_line(error, at))
    if known is not None:
        what, cure = known
    elif isinstance(error, LookupError | TypeError | AttributeError | ValueError):
        what, cure = f"the answer is not what the code expects: {name} {text}", f"raise SourceChanged, or look: {look}"
    else:
        what, cure = f"{name} {text}", f"raise one of capteur's errors that says what to do, or look: {look}"
    return _failing(f"{who}: {what}  at {at}", cure, fails)


def _failing(text: str, fix: str, fails: int) -> Verdict:
    if fails + 1 >= BAD_RUNS:
        return Verdict("quarantined", text, fix or None, QUARANTINE)
    return Verdict("bug", text, fix or None)


def wasted(instance: str, account: str | None, fails: int, note: str) -> Verdict:
    """The verdict on a unit of which everything was bad (`note` is the first of it): a mistake, not a quiet day."""
    who = f"sensor {instance}" + (f", {account}" if account else "")
    late = fails + 1 >= BAD_RUNS
    return Verdict("quarantined" if late else "bug", f"{who}: {note}", None, QUARANTINE if late else None)


def backoff(fails: int, rng: random.Random) -> timedelta:
    """Full jitter between nothing and 1 min x 2^fails, at most 6 h (never under 5 s, so that a row cannot spin)."""
    most = min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** min(fails, 12))
    return timedelta(seconds=max(5.0, rng.uniform(0.0, most.total_seconds())))


def _short(error: BaseException) -> str:
    text = said(error)
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004  one line of a terminal, about
