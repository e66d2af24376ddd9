"""Programs that say who they are, and requests that only a scanner makes.

The list is that of crawler-user-agents (MIT, https://github.com/monperrus/crawler-user-agents). Most of its 1,500 patterns are
plain texts: they are looked for by their first four letters, which takes a third of the time of 1,500 expressions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

_GRAM: Final = 4
_KNOWN: Final = 10_000
"""Agents whose verdict is remembered, as long as the process lives."""
_LONGEST: Final = 1000
"""So many bytes of an agent are looked at and kept."""
_SPECIAL = frozenset(".^$*+?{}[]|()")
_BROWSERS = ("Mozilla/", "Opera/")
_OWN = re.compile(
    r"headless|phantomjs|selenium|playwright|puppeteer|lighthouse|\bbot\b|crawler|spider|monitor(?:ing)?\b",
    re.IGNORECASE,
)
_PROBES = (
    b"/wp-login.php", b"/xmlrpc.php", b"phpmyadmin", b"/phpunit", b"/cgi-bin/", b"../", b"/actuator", b"/boaform", b"/hnap1", b"/vendor/",
    b"/server-status", b"/setup.php", b"/shell", b"/solr/", b"/owa/", b"/manager/html", b".sql", b".bak", b"<script",
)  # fmt: skip
"""In a path, and only where the server has nothing there."""
_SECRETS = re.compile(
    rb"/\.(?:env|git|ssh|aws|svn|hg|kube|docker|npmrc|htpasswd|git-credentials)(?:[./~]|$)|/wp-config(?:-sample)?(?:[.~]|$)|/etc/passwd"
)
"""In a path: nobody who reads pages asks for one of these, whatever the answer."""
_ATTACKS = re.compile(rb"/etc/passwd|union(?:\+|%20)+(?:all(?:\+|%20)+)?select(?:\+|%20)+(?:\d|null|char|concat|0x)")
"""In a query, whatever the answer. The rest of a query is for whoever made the link: an address, a search for a word."""
_REFUSED = (b"../../", b"%2e%2e%2f%2e%2e", b"<script", b"%3cscript", b"union+select", b"union%20select")
"""In a query that the server refused."""


class Agents:
    """Says whether a User-Agent is a program's. Makes its index once, and remembers the verdicts."""

    def __init__(self, patterns: Sequence[str] | None = None) -> None:
        self._grams: dict[str, list[str]] = {}
        rest: list[str] = []
        for pattern in _listed() if patterns is None else patterns:
            text = literal(pattern)
            if text is None or len(text) < _GRAM:
                rest.append(pattern)
            else:
                self._grams.setdefault(text[:_GRAM], []).append(text)
        self._rest = re.compile("|".join(f"(?:{pattern})" for pattern in rest)) if rest else None
        self._known: dict[bytes, bool] = {}

    def is_program(self, agent: bytes) -> bool:
        """True for crawlers, tools, and whatever does not call itself a browser; also for no agent at all."""
        agent = agent[:_LONGEST]
        try:
            return self._known[agent]
        except KeyError:
            text = agent.decode("utf-8", "replace")
            verdict = not text.startswith(_BROWSERS) or self.is_listed(text) or _OWN.search(text) is not None
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[agent] = verdict
            return verdict

    def is_listed(self, agent: str) -> bool:
        """Whether the list knows it; the same answer as `crawleruseragents.is_crawler`."""
        grams = self._grams
        for at in range(len(agent) - _GRAM + 1):
            texts = grams.get(agent[at : at + _GRAM])
            if texts is not None and any(agent.startswith(text, at) for text in texts):
                return True
        return self._rest is not None and self._rest.search(agent) is not None


def is_probe(target: bytes, status: bytes) -> bool:
    """Whether a request looks for a hole. Some are asked for by their owners too: those count only when they are not there."""
    path, _, query = target[:2000].lower().partition(b"?")
    path = path.replace(b"%2e", b".").replace(b"%2f", b"/")
    if _SECRETS.search(path) is not None or _ATTACKS.search(query) is not None:
        return True
    return status[:1] == b"4" and (any(probe in path for probe in _PROBES) or any(part in query for part in _REFUSED))


def literal(pattern: str) -> str | None:
    """The text that a pattern stands for when it is nothing but text."""
    letters: list[str] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 1
            letter = pattern[at : at + 1]
            if not letter or letter.isalnum():
                return None
        elif letter in _SPECIAL:
            return None
        letters.append(letter)
        at += 1
    return "".join(letters)


def _listed() -> list[str]:
    import crawleruseragents

    entries: list[dict[str, Any]] = crawleruseragents.CRAWLER_USER_AGENTS_DATA
    return [str(entry["pattern"]) for entry in entries]
