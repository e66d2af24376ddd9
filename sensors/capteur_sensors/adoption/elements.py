"""The few elements of a page that tell about tools, found in one pass over its text.

Not by a tree: parsers that build one take minutes for a page of nested elements (200,000 of them are 1 MB), and cannot be stopped.
Every step here goes forward only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

_START = re.compile(r"<(?:!--|(script|iframe|img|link|form|source|video|meta|a)(?=[\s/>]))", re.IGNORECASE)
# Quotes count only after an equals sign, as browsers have it: a stray one must not swallow the rest of the page.
_INSIDE = re.compile(r"(?:[^>\"'=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|[=\"'])*+")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]{1,60})\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_END_OF_SCRIPT = re.compile(r"</script", re.IGNORECASE)
_LONGEST_START = 10_000
MOST = 20_000
"""Elements that are looked at."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name and attributes in lower case, and for a script its text."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""


def elements(markup: str) -> Iterator[Element]:
    """The elements in their order; those in comments and in scripts are none."""
    at = 0
    for _ in range(MOST):
        start = _START.search(markup, at)
        if start is None:
            return
        if start[1] is None:
            end = markup.find("-->", start.end())
            if end < 0:
                return
            at = end + 3
            continue
        name = start[1].lower()
        inside = _INSIDE.match(markup, start.end())
        at = inside.end() + 1 if inside else start.end()
        text = ""
        if name == "script":
            closing = _END_OF_SCRIPT.search(markup, at)
            end = closing.start() if closing else len(markup)
            text, at = markup[at:end], end
        yield Element(name, _attributes(inside[0] if inside else ""), text)


def _attributes(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text[:_LONGEST_START]):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found
