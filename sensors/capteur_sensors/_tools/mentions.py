"""Tools that a text names, as job posts do ("experience with Salesforce, Outreach and Gong"). Precision before recall."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from capteur_sensors._tools.rules import Tool
from capteur_sensors._tools.table import table

# Words before a name, or after it, between which even an everyday word is a tool: a list, or what one works with.
_BEFORE = re.compile(
    r"(?:^|[,;:/(\u2022\u00b7|]|\b(?:and|or|with|using|in|of|like|as|e\.g\.|via|into|on|et|ou|avec|und|oder|mit|y|con))\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:$|[,;/).\u2022\u00b7|]|\b(?:and|or|etc|et|ou|und|oder|y|o)\b|\((?:[a-z ]+)\))",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"\b(?:crm|cdp|tools?|tooling|platforms?|software|saas|stack|tech|systems?|experience (?:with|in|using)|proficien\w+|"
    r"fluen\w+ (?:with|in)|knowledge of|familiar\w*|hands-on|certifi\w+|administrator|power user|such as|integrations?)\b",
    re.IGNORECASE,
)
# Companies are named for other reasons than their tools: as customers, investors, former employers, winners of prizes.
_COMPANIES = re.compile(
    r"\b(?:customers?|clients|companies|brands|investors?|invested|angels?|back(?:ed|ers)|founders?|co-founders?|ceo|cto|alumni|"
    r"ex-\w+|formerly|previously at|team (?:comes|came) from|people from|leaders from|partner(?:ed|ships?)? with|ranked|awards?|"
    r"recognized by|acquired by|about us|trusted by|used by)\b",
    re.IGNORECASE,
)
_SHORT = 4
"""Names of so few letters are words of some language too: they count only as they are written."""
_WORD = re.compile(r"(?<![\w@./-])\w+")
_SENTENCE = re.compile(r"[\n!?]|\.(?=\s|$)")


class _Seen(NamedTuple):
    start: int
    end: int
    tool: Tool
    sure: bool


def mentions(text: str, *, employer: str | None = None) -> list[Tool]:
    """The tools a plain text names, each once, in the order of their first mention; not those of the `employer` (a domain).

    A name counts as a whole word in any case; in an address (`jobs@hubspot.com`, `www.hubspot.com`) it does not. A name that
    is an everyday word (Segment, Drift, Outreach, Front) counts only as it is written, in a list or after words like
    "with", and only beside another tool or a word like "CRM" or "experience with" in the same sentence. A sentence about
    customers, investors or where people come from names companies, not tools.
    """
    breaks = [0, *(m.end() for m in _SENTENCE.finditer(text)), len(text)]
    found = [one for one in _all(text) if employer is None or employer not in one.tool.site]
    kept: dict[str, Tool] = {}
    for one in found:
        at = bisect_right(breaks, one.start)
        start, end = breaks[at - 1], breaks[at]
        sentence = text[start:end]
        if not _COMPANIES.search(sentence) and (one.sure or _as_a_tool(one, found, text, start, end)):
            kept.setdefault(one.tool.name, one.tool)
    return list(kept.values())


@cache
def _index() -> Mapping[str, list[tuple[re.Pattern[str], str, Tool]]]:
    """Names by their first word, longest first: one expression over all names would be tried at every letter of a text."""
    names: dict[str, list[tuple[re.Pattern[str], str, Tool]]] = {}
    for tool in table():
        for name in {tool.name, *tool.words}:
            body = r"\s+".join(map(re.escape, name.split()))
            form = re.compile(rf"{body}(?![\w@]|\.\w|/\w)", re.IGNORECASE)
            names.setdefault(_WORD.findall(name)[0].casefold(), []).append((form, name, tool))
    return {first: sorted(forms, key=lambda entry: -len(entry[1])) for first, forms in names.items()}


def _all(text: str) -> Iterator[_Seen]:
    index, end = _index(), 0
    for word in _WORD.finditer(text):
        for form, name, tool in index.get(word[0].casefold(), ()) if word.start() >= end else ():
            match = form.match(text, word.start())
            # "Segment.io" and "Close CRM" can only be the tool, whatever the tool's short name also means.
            sure = not tool.common or not name.isalpha()
            as_written = match is not None and match[0] == name
            if match and (as_written or (sure and len(name) > _SHORT)):
                end = match.end()
                yield _Seen(word.start(), end, tool, sure)
                break


def _as_a_tool(one: _Seen, found: list[_Seen], text: str, start: int, end: int) -> bool:
    if not (_BEFORE.search(text[start : one.start]) and _AFTER.match(text[one.end : end])):
        return False
    beside = any(other.sure and start <= other.start < end for other in found)
    return beside or _TRADE.search(text[start:end]) is not None
