"""Rules: which trace gives a tool away. Hosts match with everything beneath them, texts from their beginning; no regular expressions.

A trace is (place, text):

    txt      the beginning of a TXT record, its value cut off       docusign=
    mx       the host that receives the mail                        aspmx.l.google.com
    spf      a host that an SPF record includes                     sendgrid.net
    cname    where a well-known name leads                          acme.zendesk.com
    dmarc    the host that mail reports go to                       vali.email
    script   a host that a page loads from, with the path           js.hs-scripts.com/2718281.js
    header   name and value of an answer's header                   x-vercel-id: cdg1::abc
    cookie   the name of a cookie that is set                       hubspotutk
    meta     name and content of a page's meta element              generator: WordPress 6.8
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Place = Literal["txt", "mx", "spf", "cname", "dmarc", "script", "header", "cookie", "meta"]
USUAL_STRENGTH: dict[Place, float] = {
    "mx": 1.0,
    "spf": 0.9,
    "cname": 0.9,
    "script": 0.9,
    "dmarc": 0.8,
    "header": 0.8,
    "cookie": 0.8,
    "meta": 0.8,
    "txt": 0.5,
}
"""How sure a trace of each place makes: a token proves that somebody verified the domain once, mail servers are in use."""
PLACES: tuple[Place, ...] = tuple(USUAL_STRENGTH)
_HOSTS = frozenset({"mx", "spf", "cname", "dmarc", "script"})


class Trace(NamedTuple):
    """One fact as it was seen."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One trace of a tool. `at`: the names a cname rule is looked for at. `example` is raw: a record, an element, a header's value."""

    place: str
    pattern: str
    source: str
    strength: float
    example: str = ""
    at: tuple[str, ...] = ()

    @property
    def once(self) -> bool:
        """True for a proof that the domain was verified once, which says nothing about today."""
        return self.place == "txt" or (self.place == "meta" and "verif" in self.pattern)


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `site`: the vendor's own domains; `words`: names in prose; `common`: the name is an everyday word too."""

    name: str
    area: str = ""
    site: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    common: bool = False
    rules: tuple[Rule, ...] = field(default=(), repr=False)


class Rules:
    """Finds the rules that a trace fires, by an index over the hosts' labels: the work does not grow with the table."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._hosts: dict[tuple[str, str], list[tuple[re.Pattern[str] | None, Tool, Rule]]] = {}
        self._texts: dict[str, list[tuple[re.Pattern[str], Tool, Rule]]] = {}
        for tool in tools:
            for rule in tool.rules:
                self._add(tool, rule)

    def find(self, trace: Trace) -> Iterator[tuple[Tool, Rule]]:
        """Every (tool, rule) that this trace fires."""
        place, text = trace
        if place not in _HOSTS:
            yield from ((tool, rule) for form, tool, rule in self._texts.get(place, ()) if form.match(text))
            return
        host, _, path = text.lower().partition("/")
        labels = host.split(".")
        for start in range(len(labels)):
            for form, tool, rule in self._hosts.get((place, ".".join(labels[start:])), ()):
                if form is None or form.match(path):
                    yield tool, rule

    def _add(self, tool: Tool, rule: Rule) -> None:
        if rule.place in _HOSTS:
            host, _, path = rule.pattern.lower().partition("/")
            entry = (_form(path) if path else None, tool, rule)
            self._hosts.setdefault((rule.place, host), []).append(entry)
        else:
            form = _whole(rule.pattern) if rule.place in {"cookie", "header"} else _form(rule.pattern)
            self._texts.setdefault(rule.place, []).append((form, tool, rule))


def _stars(pattern: str) -> str:
    return ".*?".join(re.escape(part) for part in pattern.split("*"))


def _form(pattern: str) -> re.Pattern[str]:
    """From the beginning, up to the end of a word: `docusign` is in `docusign=1` and `docusign-x`, not in `docusigner`."""
    border = r"(?![a-z0-9])" if pattern[-1:].isalnum() else ""
    return re.compile(_stars(pattern) + border, re.IGNORECASE)


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(_stars(pattern).removesuffix(".*?") + ("" if pattern.endswith("*") else r"\Z"), re.IGNORECASE)
