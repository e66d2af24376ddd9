"""What a sensor yields, and what becomes of it once core has looked at it.

`Signal(...)` never raises for a wrong value: an exception inside a generator would end it and lose the rest. `accept` checks
what was yielded, at the edge, once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from capteur.accounts import AccountRef
from capteur.clock import micros, parse_moment, utc
from capteur.domains import host_of, is_free_mail, is_hosted, registrable
from capteur.errors import InputError
from capteur.kinds import ASK, is_kind_name

AHEAD = timedelta(hours=36)  # clocks and zones disagree by this much; a fact further ahead is a mistake
MAX_KEY = 400
MAX_SUMMARY = 300
MAX_DATA = 64 * 1024
# C0 and C1 controls, the bidirectional overrides and the line separators: they rewrite what a terminal or a page shows.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A dated, evidenced fact that an account emits without knowing it.

    Args:
        kind: `area.fact`, one of the sensor's declared kinds.
        account: the company's domain or a URL on it, or an `AccountRef` when the source knows it otherwise.
        key: unique for this fact within the sensor, stable over runs; begins with vendor and board, host or feed.
        occurred_at: an aware datetime, ISO 8601 with an offset, or a date (00:00 UTC, precision day). Naive ones are refused.
        summary: one plain sentence or title, up to 300 characters.
        evidence_url: where a person can see it, http(s).
        strength: 0 to 1: size or certainty, never relevance (irrelevant facts get a neutral kind).
        person: who, as the source calls them; stored as a keyed hash only, and only where `[privacy] persons` says so.
        topic: product or theme; a signal without one counts in every model.
        event: id of one real event that several sources see: only its strongest signal counts.
        data: JSON details, up to 64 KB.
        schema_version: version of the shape of `data`.
    """

    kind: str
    account: str | AccountRef
    key: str | int
    occurred_at: datetime | date | str
    summary: str | None = None
    evidence_url: str | None = None
    strength: float = 1.0
    person: str | None = None
    topic: str | None = None
    event: str | None = None
    data: Mapping[str, Any] | None = None
    schema_version: int = 1


@dataclass(frozen=True, slots=True)
class AccountFact:
    """Something that is so about an account: owner, lifecycle, size, industry, country. Feeds fit and suppression, never intent."""

    account: str | AccountRef
    name: str
    value: str | int | float | bool | None
    as_of: datetime | date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What happened with an account: `meeting`, `opened`, `won` or `lost`. Only for learning and backtests."""

    account: str | AccountRef
    kind: str
    key: str | int
    occurred_at: datetime | date | str
    model: str = "main"
    value: float | None = None
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Replace the watch row's memory (`ctx.cursor`) together with the signals yielded before it. JSON, at most 256 KB."""

    memory: Any


@dataclass(frozen=True, slots=True)
class Revoke:
    """A signal of this sensor was wrong: from now on it does not count. History before now still saw it."""

    key: str | int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SameAs:
    """These ids (`{"anonymous": "a1b2", "email": "..."}`) belong to this account: attaches earlier and later signals."""

    ids: Mapping[str, str]
    account: str | AccountRef


Detected = Signal | AccountFact | Outcome | Checkpoint | Revoke | SameAs


@dataclass(frozen=True, slots=True)
class Accepted:
    """A Signal that core has checked and normalised; what the store takes. Times in micros, `data` as canonical JSON text."""

    kind: str
    ref: AccountRef
    key: str
    occurred_at: int
    by_day: bool
    strength: float
    summary: str | None
    evidence_url: str | None
    person: str | None
    topic: str | None
    event: str | None
    data: str | None
    schema_version: int


@dataclass(frozen=True, slots=True)
class Observation:
    """A stored signal as an estimator reads it. Times in micros; `signal_id` names it for the doors (0 when derived)."""

    key: str
    kind: str
    occurred_at: int
    strength: float = 1.0
    known_at: int = -(2**62)
    revoked_at: int | None = None
    topic: str | None = None
    event: str | None = None
    person: str | None = None
    signal_id: int = 0


@dataclass(slots=True)
class _Notes:
    problems: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.problems.append(text)


def clean(text: str, limit: int = MAX_SUMMARY) -> str:
    """`text` on one line, without anything that would move a terminal's cursor or reverse a line, at most `limit` characters."""
    flat = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def as_ref(account: object) -> AccountRef:
    """Normalise what a sensor gave as the account. Raises InputError that says what is wrong with it."""
    if isinstance(account, str):
        domain = registrable(account)
        if domain is None:
            raise InputError(f"account: {clean(account, 80)!r} is not a domain")
        if is_hosted(account) or is_free_mail(domain):
            raise InputError(
                f"account: {domain} is a platform or mail host where many companies lodge, not a company's domain"
            )
        return AccountRef(domain=domain)
    if not isinstance(account, AccountRef):
        raise InputError(f"account: expected a domain or an AccountRef, got {type(account).__name__}")
    domain = registrable(account.domain) if isinstance(account.domain, str) else None
    if domain and (is_hosted(account.domain or "") or is_free_mail(domain)):
        domain = None
    name = clean(account.name, 200) if isinstance(account.name, str) else ""
    ids = {clean(str(k), 40): clean(str(v), 200) for k, v in account.ids.items() if v not in (None, "")}
    if not (domain or name or ids):
        raise InputError("account: the AccountRef has no usable name, domain or id")
    return AccountRef(name=name or None, domain=domain, ids=ids)


def _moment(value: object, name: str, notes: _Notes) -> tuple[datetime | None, bool]:
    if not isinstance(value, datetime | date | str):
        notes.add(f"{name}: expected a datetime, date or ISO 8601 text, got {type(value).__name__}")
        return None, False
    try:
        return parse_moment(value)
    except (ValueError, OverflowError) as error:
        notes.add(
            f"{name}: {clean(str(error), 120)}"
            if "timezone" in str(error)
            else f"{name}: {clean(str(value), 60)!r} is not ISO 8601 with an offset, nor a date"
        )
        return None, False


def _text(value: object, name: str, limit: int, notes: _Notes) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        notes.add(f"{name}: expected text, got {type(value).__name__}")
        return None
    return clean(value, limit) or None


def _json(value: object, notes: _Notes) -> str | None:
    if value is None:
        return None
    try:
        text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        notes.add(f"data: not JSON ({clean(str(error), 80)})")
        return None
    if len(text) > MAX_DATA:
        notes.add(f"data: {len(text) // 1024} KB, at most {MAX_DATA // 1024} KB")
        return None
    return text


def _number(value: object, name: str, notes: _Notes) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        readable = isinstance(value, str | float) or (isinstance(value, int) and abs(value) < 10**12)
        shown = clean(str(value), 40) if readable else type(value).__name__
        notes.add(f"{name}: {shown} is not between 0 and 1")


def _version(value: object, notes: _Notes) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        notes.add("schema_version: expected a whole number")


def key_text(key: object, notes: list[str] | None = None) -> str:
    """The key as stored; problems are appended to `notes`, or raised as InputError without it."""
    problems: list[str] = []
    text = str(key) if isinstance(key, str | int) and not isinstance(key, bool) else ""
    if not text:
        problems.append(
            f"key: expected text or a whole number, got {type(key).__name__ if not isinstance(key, str) else 'nothing'}"
        )
    elif len(text) > MAX_KEY or _UNPRINTABLE.search(text):
        problems.append(f"key: at most {MAX_KEY} printable characters")
    if problems and notes is None:
        raise InputError(problems[0])
    (notes if notes is not None else []).extend(problems)
    return text


def _ask(data: object, url: str | None, *, by_day: bool, notes: _Notes) -> None:
    """An ask is declared, not inferred: without its exact words, place and time it is somebody's reading of it."""
    told = data if isinstance(data, Mapping) else {}
    for name, missing in (("statement", True), ("place", url is None)):
        text = told.get(name)
        if not (isinstance(text, str) and text.strip()) and (missing or text is not None):
            notes.add(f"data: an {ASK} lacks its {name}")
    if by_day:
        notes.add(f"occurred_at: an {ASK} lacks its exact time")


def accept(signal: Signal, kinds: Collection[str], now: datetime) -> Accepted:
    """Check and normalise one yielded Signal.

    A moment up to 36 h ahead is taken as `now` (the claimed time is kept in `data["claimed_at"]`).
    Raises InputError listing everything that is wrong with it. An `ask.contact` needs its exact words and place in `data`
    (`statement`, `place`; `evidence_url` is a place too) and an exact time.
    """
    notes = _Notes()
    if not is_kind_name(signal.kind):
        notes.add(f"kind: {clean(str(signal.kind), 60)!r} is not of the form area.fact")
    elif signal.kind not in kinds:
        notes.add(f"kind: {signal.kind} is not among this sensor's kinds ({', '.join(sorted(kinds))})")
    try:
        ref = as_ref(signal.account)
    except InputError as error:
        notes.add(error.what)
        ref = AccountRef()
    key = key_text(signal.key, notes.problems)
    moment, by_day = _moment(signal.occurred_at, "occurred_at", notes)
    data: object = signal.data  # an author may have given anything
    if moment is not None and moment > now:
        if moment - now > AHEAD:
            notes.add(f"occurred_at: {moment.isoformat()} is more than 36 h ahead")
        data = {**(data if isinstance(data, Mapping) else {}), "claimed_at": moment.isoformat()}
        moment, by_day = utc(now), False
    _number(signal.strength, "strength", notes)
    url = _text(signal.evidence_url, "evidence_url", 2000, notes)
    if url is not None and (not url.lower().startswith(("http://", "https://")) or host_of(url) is None):
        notes.add(f"evidence_url: {clean(url, 60)!r} is not an http(s) address")
    if data is not None and not isinstance(data, Mapping):
        notes.add(f"data: expected a mapping, got {type(data).__name__}")
    accepted = (
        _text(signal.summary, "summary", MAX_SUMMARY, notes),
        url,
        _text(signal.person, "person", 300, notes),
        _text(signal.topic, "topic", 100, notes),
        _text(signal.event, "event", MAX_KEY, notes),
        _json(data, notes),
    )
    _version(signal.schema_version, notes)
    if signal.kind == ASK:
        _ask(data, url, by_day=by_day, notes=notes)
    if notes.problems or moment is None:
        raise InputError("; ".join(notes.problems))
    return Accepted(
        signal.kind, ref, key, micros(moment), by_day, float(signal.strength), *accepted, signal.schema_version
    )
