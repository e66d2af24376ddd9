"""Sentences, ages and numbers as people read them. One place, so that the terminal, the page and a notice say the same.

Everything here is pure; times are micros. Text that came from a source passes through `safe` before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from capteur.clock import MICROS_PER_DAY, from_micros
from capteur.intent import EvidenceWord, Status
from capteur.kinds import Kind, kind_of
from capteur.signals import clean

SENTENCE = 90
_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
_MONEY = re.compile(
    r"(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF)\s)\s?\d[\d.,]*\s?(?:[kKmMbB]n?\b|thousand\b|million\b|billion\b)?"
)
_WORTH_A_NAME = 48  # a longer summary is a headline: it does not fit into a sentence of ours

STATUS_WORDS: Mapping[Status, str] = {
    "scored": "scored",
    "declared": "asked us",
    "vetoed": "vetoed",
    "no_signal": "no signal",
    "no_evidence": "no evidence",
    "not_watched": "not watched",
}
STATUS_COUNTS: Mapping[Status, str] = {
    **STATUS_WORDS,
    "declared": "asking for us",
    "no_signal": "without a signal",
    "no_evidence": "without evidence",
}
STATUS_SENTENCES: Mapping[Status, str] = {
    "scored": "estimated from its signals",
    "declared": "they asked to be contacted",
    "vetoed": "left out by a veto",
    "no_signal": "watched, and silent so far",
    "no_evidence": "only signals that say nothing about intent",
    "not_watched": "no sensor has looked at it yet",
}
EVIDENCE_WORDS: Mapping[EvidenceWord, str] = {
    "thin": "less than one fresh signal's worth",
    "some": "one to four fresh signals' worth",
    "solid": "more than four fresh signals' worth",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind's part in an estimate: how many signals, the newest (micros) and its summary, and the points it brings."""

    kind: str
    count: int
    newest: int
    summary: str | None
    intent: float


@dataclass(frozen=True, slots=True)
class _Phrase:
    """How a kind reads as a predicate of the company: once, several times (`{n}`), and naming what it was (`{what}`, `{a}`)."""

    once: str
    many: str
    named: str | None = None
    dated: bool = True


_DERIVED: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("momentum", "signals come faster", "signals come faster, on {n} days"),
        Kind("breadth", "more than one person", "more than one person, on {n} days"),
        Kind("surprise", "more than the market that day", "more than the market on {n} days"),
    )
}
"""What the default estimator makes of signals, in words; no sensor has such kinds."""
_PHRASES: Mapping[str, _Phrase] = {
    "hiring.opened": _Phrase("opened a relevant role", "opened {n} relevant roles", "hires {a} {what}", dated=False),
    "hiring.surge": _Phrase("hires faster than usual", "hires faster than usual", dated=False),
    "people.leader_joined": _Phrase("got a new leader", "got {n} new leaders"),
    "company.layoffs": _Phrase("laid people off", "laid people off {n} times"),
    "funding.raised": _Phrase("raised money", "raised {n} rounds", "raised {money}"),
    "visit.page": _Phrase("visited our site", "visited our site {n} times"),
    "visit.key_page": _Phrase("read a key page", "read key pages {n} times"),
    "engagement.campaign": _Phrase("answered a campaign", "answered campaigns {n} times"),
    "engagement.unsubscribed": _Phrase("unsubscribed", "{n} people unsubscribed"),
    "content.downloaded": _Phrase("downloaded our content", "made {n} downloads"),
    "event.attended": _Phrase("came to an event", "came to {n} events"),
    "social.engaged": _Phrase("reacted to a post", "reacted to {n} posts"),
    "cart.abandoned": _Phrase("left a cart", "left {n} carts"),
    "question.asked": _Phrase("asked a question", "asked {n} questions"),
    "touch.call": _Phrase("called us", "called us {n} times"),
    "touch.meeting": _Phrase("met us", "met us {n} times"),
    "touch.booth": _Phrase("talked at our booth", "talked {n} times at our booth"),
    "touch.reply": _Phrase("replied", "replied {n} times"),
    "ask.contact": _Phrase("asked to be contacted", "asked {n} times to be contacted"),
    "tool.adopted": _Phrase("adopted a tool we work with", "adopted {n} tools we work with", "adopted {what}"),
    "tool.dropped": _Phrase("dropped a tool we work with", "dropped {n} tools we work with", "dropped {what}"),
    "tool.competitor_adopted": _Phrase(
        "adopted a competitor's tool", "adopted {n} competitors' tools", "adopted {what}"
    ),
    "tool.competitor_dropped": _Phrase(
        "dropped a competitor's tool", "dropped {n} competitors' tools", "dropped {what}"
    ),
}


def safe(text: str, limit: int = 400) -> str:
    """`text` from anywhere, fit for one line of a terminal: no control, escape or bidirectional characters, one space apart."""
    return clean(text, limit)


def label(kind: str, count: int, kinds: Mapping[str, Kind] | None = None) -> str:
    """The kind in words for `count` signals: "2 relevant roles opened". `kinds` are the plugins' own, before the catalogue."""
    return safe(((kinds or {}).get(kind) or _DERIVED.get(kind) or kind_of(kind)).words(count))


def is_derived(kind: str) -> bool:
    """True for what an estimator made of other signals: it has a line, and is no fact to tell anybody."""
    return kind in _DERIVED or kind.startswith("seq:")


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" and not word.lower().startswith(("uni", "use", "one")) else "a"


def _name_of(phrase: _Phrase, summary: str) -> str | None:
    """The phrase with what it was; None when the summary does not carry it."""
    if phrase.named is None or not summary:
        return None
    money = _MONEY.search(summary)
    if "{money}" in phrase.named:
        return phrase.named.format(money=money[0].strip().rstrip(".,")) if money else None
    if len(summary) > _WORTH_A_NAME:
        return None
    return phrase.named.format(a=_article(summary), what=summary)


def phrase(reason: Reason, as_of: int, kinds: Mapping[str, Kind] | None = None) -> str:
    """One reason as a predicate: "raised $12M 9 days ago". A kind nobody wrote a phrase for is named in the catalogue's words."""
    known, summary = _PHRASES.get(reason.kind), safe(reason.summary or "")
    if known is None:
        text = (
            summary
            if reason.count == 1 and summary and len(summary) <= _WORTH_A_NAME
            else label(reason.kind, reason.count, kinds)
        )
        return f"{text} {ago(reason.newest, as_of)}"
    named = _name_of(known, summary)
    if named is None:
        text = known.once if reason.count == 1 else known.many.format(n=reason.count)
    elif reason.count > 1:
        text = f"{named} and {reason.count - 1} more"
    else:
        text = named
    return f"{text} {ago(reason.newest, as_of)}" if known.dated else text


def _more(count: int) -> str:
    return f", {count} more reason{'' if count == 1 else 's'}"


def why_now(
    reasons: Sequence[Reason], as_of: int, kinds: Mapping[str, Kind] | None = None, limit: int = SENTENCE
) -> str:
    """One human sentence of at most `limit` characters, strongest first; what speaks against comes last, after "but"."""
    ordered = sorted(reasons, key=lambda r: (r.intent < 0, -abs(r.intent), -r.newest, r.kind))
    sentence, left = "", len(ordered)
    for reason in ordered:
        part = phrase(reason, as_of, kinds)
        joined = f"{sentence}{' but ' if reason.intent < 0 else ', '}{part}" if sentence else part
        more = len(_more(left - 1)) if left > 1 else 0
        if sentence and len(joined) + more > limit:
            return safe(sentence + _more(left), limit)
        sentence, left = joined, left - 1
    return safe(sentence, limit)


def age(then: int, now: int) -> str:
    """The distance in one short word for a column: "now", "12 min", "3 h", "4 d", "5 w", "2 y". Days are UTC days, as in `ago`."""
    span = now - then
    if span < _MINUTE:
        return "now"
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    if span < MICROS_PER_DAY:
        return f"{span // _HOUR} h"
    days = _days(then, now)
    if days < 35:  # noqa: PLR2004  five weeks
        return f"{days} d"
    return f"{days // 7} w" if days < 728 else f"{days // 364} y"  # noqa: PLR2004  two years


def _days(then: int, now: int) -> int:
    return now // MICROS_PER_DAY - then // MICROS_PER_DAY


def ago(then: int, now: int) -> str:
    """The distance inside a sentence: "today", "yesterday", "9 days ago", "7 weeks ago". Days are UTC days."""
    days = _days(then, now)
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    if days < 35:  # noqa: PLR2004  five weeks
        return f"{days} days ago"
    return f"{days // 7} weeks ago" if days < 728 else f"{days // 364} years ago"  # noqa: PLR2004  two years


def day(moment: int, now: int | None = None) -> str:
    """The day as "3 Dec"; with the year when it is another one than `now`'s."""
    at = from_micros(moment)
    text = f"{at.day} {at:%b}"
    return text if now is None or from_micros(now).year == at.year else f"{text} {at.year}"


def stamp(moment: int) -> str:
    """The moment to the minute, in UTC, for people: "2026-11-20 08:00 UTC"."""
    return f"{from_micros(moment):%Y-%m-%d %H:%M} UTC"


def iso(moment: int | None) -> str | None:
    """The moment for machines: ISO 8601 with its offset, microseconds only where there are some."""
    return None if moment is None else from_micros(moment).isoformat()


def rounded(value: float, digits: int = 1) -> float:
    """Rounded half up, as `intent.shown` does: what a table prints always equals the sum of its printed lines."""
    unit: int = 10**digits
    return floor(value * unit + 0.5) / unit


def points(value: float | None, digits: int = 1) -> str:
    """A number of the 0-10 scale: "8.7"; "-" without a number."""
    return "-" if value is None else f"{rounded(value, digits):.{digits}f}"


def signed(value: float | None, digits: int = 1) -> str:
    """A change: "+3.4", "-0.9", "0.0" for one that rounds to nothing, "-" when it is not known."""
    if value is None:
        return "-"
    units = floor(abs(value) * 10**digits + 0.5)  # by magnitude: a fall and a rise of the same size look the same
    return f"{'-' if value < 0 else '+'}{units / 10**digits:.{digits}f}" if units else f"{0:.{digits}f}"


def thousands(count: int) -> str:
    """A count with a narrow space between its thousands: "1 204"."""
    return f"{count:,}".replace(",", "\u202f")


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun, "1 account", "1 200 accounts"."""
    return f"{thousands(count)} {one if count == 1 else many or one + 's'}"
