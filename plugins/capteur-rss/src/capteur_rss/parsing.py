"""From a feed's bytes to entries: title, link, moment. feedparser reads; this refuses what is no feed, half a feed, or an attack."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types

from capteur import Answer, InputError, SourceChanged

_read: Callable[..., Any] = feedparser.parse  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  no types
_TAG = re.compile(r"<[^>]{0,2000}>")
_END = re.compile(rb"</\s*(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_HIDING = re.compile(rb"encoding\s*=\s*[\"'](?:utf-?7|cp0?37|ibm0?37)", re.IGNORECASE)
_EBCDIC = b"\x4c\x6f\xa7\x94"
_TAIL = 8192


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `moment` is a date where the feed gives no hour, or no offset for it. `id` is the feed's own, else its link."""

    id: str
    title: str
    text: str
    link: str | None
    moment: datetime | date


@dataclass(frozen=True, slots=True)
class Document:
    """A feed: its title, and its entries as feedparser left them; `entry` reads one."""

    title: str
    rows: list[Mapping[str, Any]]


def parse(answer: Answer) -> Document:
    """Read an answer as RSS or Atom. Raises SourceChanged for anything else, for half a document and for declared entities."""
    raw = answer.content
    bare = raw.replace(b"\0", b"")  # so that UTF-16 and UTF-32 hide nothing
    if _ENTITY.search(bare) or _HIDING.search(bare[:400]) or raw.startswith(_EBCDIC):
        raise SourceChanged(
            f"{answer.url} declares XML entities, which no feed needs and some attacks do; it was not read"
        )
    # A stream, never the bytes themselves: feedparser would try them as the name of a file.
    made: Mapping[str, Any] = _read(
        io.BytesIO(raw),
        response_headers={"content-type": answer.headers.get("content-type", ""), "content-location": answer.url},
    )
    if not made.get("version"):
        what = "an HTML page" if b"<html" in bare[:4096].lower() else "no RSS or Atom"
        raise SourceChanged(
            f"{answer.url} answered {what} where a feed was due",
            fix="give the feed's own address, often /feed or /rss.xml",
        )
    if not _END.search(bare[-_TAIL:]):
        raise SourceChanged(f"{answer.url} ends in the middle of the feed")
    return Document(
        title=_plain(dict(made.get("feed", {})), "title"), rows=[dict(row) for row in made.get("entries", [])]
    )


def entry(row: Mapping[str, Any]) -> Entry:
    """One row as an Entry. Raises InputError for one without a title or a date."""
    title = _plain(row, "title")
    if not title:
        raise InputError("an entry without a title")
    link = str(row.get("link") or "").strip()
    moment = _moment(row)
    if moment is None:
        raise InputError(f"the entry {title[:60]!r} has no date that can be read")
    return Entry(
        id=str(row.get("id") or "").strip() or link or f"{title}|{moment.isoformat()}",
        title=title,
        text=_plain(row, "summary"),
        link=link if link.lower().startswith(("http://", "https://")) else None,
        moment=moment,
    )


def digest(text: str) -> str:
    """A short, stable name for an id of any length."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _plain(row: Mapping[str, Any], name: str) -> str:
    """A title or summary as text: markup taken out where it is HTML."""
    text = str(row.get(name) or "")
    detail: Any = row.get(f"{name}_detail") or {}
    if "html" in str(detail.get("type", "")):
        text = html.unescape(_TAG.sub(" ", text))
    return " ".join(text.split())


def _moment(row: Mapping[str, Any]) -> datetime | date | None:
    """When it was published, else when it was last updated. A time without an offset is known to the day only."""
    for name in ("published", "updated", "created"):
        text = str(row.get(name) or "").strip()
        if not text:
            continue
        moment = _iso(text) or _rfc822(text) or _foreign(row.get(f"{name}_parsed"))
        if moment is not None:
            return moment
    return None


def _iso(text: str) -> datetime | date | None:
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text)
        return _known(datetime.fromisoformat(text))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | date | None:
    try:
        return _known(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _foreign(parsed: Any) -> datetime | date | None:
    """What feedparser made of a date in another form ("3 mars 2026"): UTC by its own account; midnight stands for a day."""
    try:
        year, month, day, hour, minute, second = tuple(parsed)[:6]
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (TypeError, ValueError):
        return None
    return moment if (moment.hour, moment.minute, moment.second) != (0, 0, 0) else moment.date()


def _known(moment: datetime) -> datetime | date:
    return moment if moment.tzinfo is not None else moment.date()
