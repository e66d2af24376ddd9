"""RSS and Atom, read strictly: a feed that is not well-formed XML is refused, an entry without title or date is a bad row.

No feedparser here: it forgives what need not be forgiven in a source the user has chosen, ships no types, and would be one more
dependency of capteur itself. The plugin capteur-rss has it, for feeds nobody has chosen with care.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from xml.etree.ElementTree import Element

from capteur import Answer, InputError, SourceChanged
from capteur.domains import host_of, is_hosted, registrable

_ROOTS: Final = frozenset({"rss", "feed", "RDF"})
_ENTRIES: Final = frozenset({"item", "entry"})
_DATES: Final = ("pubDate", "published", "date", "issued", "updated")
_TEXTS: Final = ("description", "summary", "encoded", "content")
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_LINK: Final = re.compile(
    r"<a\s[^<>]{0,500}?href\s*=\s*[\"']?(?P<to>https?://[^\s\"'<>]{1,500}+)[^<>]{0,500}+>(?P<words>[^<]{1,200}+)</a>",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,30});")
"""Entities of HTML, which XML does not know: feeds use them all the same."""
_MOST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `markup` is its text as it came; `moment` is a date where the feed gives no hour, or no offset for it."""

    id: str
    title: str
    markup: str
    link: str | None
    moment: datetime | date

    @property
    def text(self) -> str:
        """The text without its markup."""
        return _plain(self.markup)

    def site_of(self, name: str) -> str | None:
        """The domain that a link on exactly this name leads to, which is how the press names a company's site; else None."""
        publication = registrable(self.link or "")
        for link in _LINK.finditer(self.markup):
            domain = registrable(link["to"])
            if _plain(link["words"]).casefold() == name.casefold() and domain not in {None, publication}:
                return None if is_hosted(link["to"]) else domain
        return None


def read_feed(answer: Answer) -> list[Element]:
    """The entries of a feed as they stand; `read_entry` reads one. Raises SourceChanged for anything else."""
    root = replace(answer, content=_NAMED.sub(_numbered, answer.content)).xml()
    if _local(root.tag) not in _ROOTS:
        raise SourceChanged(f"{answer.url} answered <{_local(root.tag)[:40]}> where RSS or Atom was due")
    return [element for element in root.iter() if _local(element.tag) in _ENTRIES]


def read_entry(element: Element) -> Entry:
    """One entry. Raises InputError for one without a title or a date."""
    title = _plain(_first(element, ("title",)))
    if not title:
        raise InputError("an entry without a title")
    moment = next(_moments(element), None)
    if moment is None:
        raise InputError(f"the entry {title[:60]!r} has no date that can be read")
    link = _link(element)
    return Entry(
        id=_first(element, ("guid", "id")).strip() or link or title,
        title=title,
        markup=" ".join(_all(element, _TEXTS))[:_MOST_TEXT],
        link=link if link and host_of(link) else None,
        moment=moment,
    )


def digest(text: str) -> str:
    """A short, stable name for an id of any length."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _numbered(entity: re.Match[bytes]) -> bytes:
    text = html.unescape(entity[0].decode("ascii"))
    return (
        "".join(f"&#{ord(c)};" for c in text).encode("ascii")
        if not text.startswith("&")
        else b"&amp;" + entity[1] + b";"
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(element: Element, names: tuple[str, ...]) -> list[str]:
    return ["".join(child.itertext()) for name in names for child in element if _local(child.tag) == name]


def _first(element: Element, names: tuple[str, ...]) -> str:
    return next((text for text in _all(element, names) if text.strip()), "")


def _link(element: Element) -> str | None:
    """RSS has the address as text, Atom as an attribute of the link that is no `self` or `enclosure`."""
    for child in element:
        if _local(child.tag) == "link" and child.get("rel", "alternate") == "alternate":
            to = (child.get("href") or child.text or "").strip()
            if to.lower().startswith(("http://", "https://")):
                return to
    return None


def _plain(markup: str) -> str:
    """Text without tags and entities, one space apart. Titles come escaped once, twice, or as they are meant."""
    return " ".join(html.unescape(_TAG.sub(" ", html.unescape(markup))).split())


def _moments(element: Element) -> Iterator[datetime | date]:
    for name in _DATES:
        text = _first(element, (name,)).strip()
        moment = (_iso(text) or _rfc822(text)) if text else None
        if moment is not None:
            yield moment


def _iso(text: str) -> datetime | date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else _known(datetime.fromisoformat(text))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | date | None:
    try:
        return _known(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _known(moment: datetime) -> datetime | date:
    """A time without an offset is known to the day only."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.date()
    except OverflowError:
        return moment.date()
