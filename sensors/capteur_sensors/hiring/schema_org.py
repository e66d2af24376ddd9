"""JobPosting as schema.org describes it: found in a page's JSON-LD, however carelessly that was written. Pure.

https://schema.org/JobPosting
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from capteur_sensors.hiring.posting import cities, mapping, place, places, words

# Bounded, so that a page of nothing but "<script" is no work.
_SCRIPT = re.compile(
    r"<script\b[^>]{0,500}?\btype\s*=\s*[\"']?\s*application/ld(?:\+|&#43;|&#x2b;|&plus;)json\b[^>]{0,500}>",
    re.IGNORECASE,
)
_END = re.compile(r"</script", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_BETWEEN = re.compile(r"[\s,;]*")
# A string (an unclosed one too, so that nothing is looked at twice), or a comma before a closing bracket.
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+(?:"|\Z))|,(?=\s*+[}\]])', re.DOTALL)
MOST_SCRIPTS = 1_000
MOST_CONTAINERS = 100_000
"""Lists and objects in one script: megabytes of `[],` would take a hundred times that in memory."""
DEEPEST = 20
"""Postings stand in lists, graphs, item lists: a handful of levels."""


def postings(markup: str) -> tuple[list[Mapping[str, Any]], int]:
    """The JobPostings of a page in their order, and how many JSON-LD scripts could not be read."""
    found: list[Mapping[str, Any]] = []
    unread = 0
    for text in _scripts(markup):
        body = _read(text)
        if body is None:
            unread += 1
        else:
            found += _job_postings(body)
    return found, unread


def _scripts(markup: str) -> Iterator[str]:
    at = 0
    for _ in range(MOST_SCRIPTS):
        start = _SCRIPT.search(markup, at)
        if start is None:
            return
        end = _END.search(markup, start.end())
        # A page that ends within a script was cut off: what there is of it is no JSON, and is counted.
        at = end.start() if end else len(markup)
        yield markup[start.end() : at]


def _read(text: str) -> list[Any] | None:
    """The script's JSON values, at the least change that makes them readable; None when nothing does."""
    if not text.strip():
        return []
    if text.count("[") + text.count("{") > MOST_CONTAINERS:
        return None
    for form in (_unwrapped(text), _unwrapped(html.unescape(text))):
        for attempt in (form, _STRING_OR_COMMA.sub(lambda m: m[1] or "", form)):
            try:
                return list(_values(attempt))
            except (ValueError, RecursionError):
                continue
    return None


def _unwrapped(text: str) -> str:
    """Without the comments and CDATA marks around it: from the first bracket to the last."""
    bare = _CDATA.sub("", text)
    starts = [at for at in (bare.find("{"), bare.find("[")) if at >= 0]
    return bare[min(starts, default=0) : max(bare.rfind("}"), bare.rfind("]")) + 1]


def _values(text: str) -> Iterator[Any]:
    """One JSON value, or several one after the other. Raises ValueError when there is none, or what is no JSON."""
    decoder, at = json.JSONDecoder(strict=False), 0  # strict would refuse raw newlines in strings
    while at < len(text) or not at:
        value, at = decoder.raw_decode(text, at)
        yield value
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at


def _job_postings(body: Any) -> Iterator[Mapping[str, Any]]:
    """Depth first and in order; what is inside a posting is no other posting."""
    waiting: list[tuple[Any, int]] = [(body, 0)]
    while waiting:
        thing, depth = waiting.pop()
        inside: list[Any] = list(thing) if isinstance(thing, list) else list(mapping(thing).values())
        if "JobPosting" in _types(thing):
            yield mapping(thing)
        elif depth < DEEPEST:
            waiting += [(one, depth + 1) for one in reversed(inside) if isinstance(one, dict | list)]


def _types(thing: Any) -> list[str]:
    """`JobPosting`, also from a list and from `https://schema.org/JobPosting` and `schema:JobPosting`."""
    said = mapping(thing).get("@type")
    every = said if isinstance(said, list) else [said]
    return [re.split(r"[/:#]", one)[-1] for one in every if isinstance(one, str)]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def job_places(posting: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the job is: `"Amsterdam, NL"`, from places, addresses or plain text."""
    found: list[str | None] = []
    for one in _each(posting.get("jobLocation")):
        address = mapping(one).get("address", one)
        said = mapping(address)
        country = mapping(said.get("addressCountry")).get("name", said.get("addressCountry"))
        found += cities(address) or [place(said.get("addressLocality"), country) or words(mapping(one).get("name"))]
    return places(*found)


def is_remote(posting: Mapping[str, Any]) -> bool:
    """True when the job is done from anywhere, by `jobLocationType`."""
    return any(str(one).casefold() == "telecommute" for one in _each(posting.get("jobLocationType")))


def employment(posting: Mapping[str, Any]) -> str | None:
    """The kind of employment, in words: `"full time, contractor"`."""
    said = [words(one) for one in _each(posting.get("employmentType"))]
    return ", ".join(one.replace("_", " ").lower() for one in said if one) or None


def employer(posting: Mapping[str, Any]) -> str | None:
    """The name of who hires."""
    said = posting.get("hiringOrganization")
    first = said[0] if isinstance(said, list) and said else said
    return words(mapping(first).get("name")) or words(first)


def number(posting: Mapping[str, Any]) -> str | None:
    """The employer's own number of the posting."""
    said = posting.get("identifier")
    value = mapping(said).get("value", said)
    return words(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
