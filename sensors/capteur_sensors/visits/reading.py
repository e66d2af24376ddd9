"""The way of a line: parsed, a page view or not, a person's or a program's, from a company or from nobody knows where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

from capteur_sensors.visits.agents import Agents, is_probe
from capteur_sensors.visits.book import Book
from capteur_sensors.visits.companies import Companies, Found
from capteur_sensors.visits.hit import Hit
from capteur_sensors.visits.keys import DAY_S, Keys, visitor
from capteur_sensors.visits.lines import Lines
from capteur_sensors.visits.pages import Page, Pages, is_paid
from capteur_sensors.visits.sessions import Visitor

SEEN: Final = frozenset({b"200", b"203", b"304"})
"""The answers with which a page was shown; 304 is one that the browser still had."""
_KNOWN: Final = 100_000
"""Addresses whose company is remembered during a run, and only then."""
_LONGEST: Final = 100
"""No address has more bytes; what a visitor wrote into X-Forwarded-For may have thousands."""
_HOST = re.compile(rb"(?=.{1,100}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")


@dataclass(slots=True)
class Counts:
    """What became of the lines of a run; of `programs` some name no agent at all."""

    lines: int = 0
    foreign: int = 0
    no_pages: int = 0
    programs: int = 0
    agentless: int = 0
    declined: int = 0
    too_old: int = 0
    ahead: int = 0
    unknown: int = 0
    views: int = 0

    def told(self) -> dict[str, int]:
        """By name, without what did not occur."""
        return {name: count for name, count in asdict(self).items() if count}


@dataclass(slots=True)
class Window:
    """Moments (seconds since the epoch) from which on and up to which lines are read."""

    since: int
    until: int


class _Whose(NamedTuple):
    """Where a visitor comes from, and who they are when the server had checked it. Lives as long as its line."""

    found: Found
    address: bytes
    person: str = ""


class Reading:
    """Reads lines into a book. One for a run; holds addresses as long as it lives, and gives none away."""

    def __init__(
        self,
        *,
        pages: Pages,
        agents: Agents,
        companies: Companies,
        keys: Keys,
        book: Book,
        window: Window,
        site: str = "",
        forwarded: bool = False,
        signed_in: bool = False,
    ) -> None:
        self.counts = Counts()
        self.book = book
        self._pages, self._agents, self._companies, self._keys, self._window = pages, agents, companies, keys, window
        self._site, self._forwarded, self._signed_in = site, forwarded, signed_in
        self._found: dict[bytes, Found] = {}
        self._hosts: dict[bytes | None, str] = {}

    def read(self, lines: Iterable[bytes], parser: Lines, clock: int, name: str) -> int:
        """Read some lines of the file `name`; `clock` is how far its log had come. Returns how far it has come now."""
        counts = self.counts
        parse, page_of, is_program = parser.read, self._pages.of, self._agents.is_program
        for raw in lines:
            line = raw.rstrip(b"\r\x00 ") if raw[-1:] in b"\r\x00 " else raw
            if not line:
                continue
            if line[0] == 35:  # noqa: PLR2004  a #
                parser.directive(line)
                continue
            counts.lines += 1
            hit = parse(line)
            if hit is None:
                counts.foreign += 1
                continue
            page = page_of(hit.target)
            if page is None or hit.method != b"GET" or hit.status not in SEEN:
                counts.no_pages += 1
                if hit.status[:1] == b"4":
                    self._fault(hit, page, name)
            elif is_program(hit.agent):
                counts.programs += 1
                counts.agentless += hit.agent == b"-"
            else:
                clock = self._person(hit, page, clock, name)
        return clock

    def _person(self, hit: Hit, page: Page, clock: int, name: str) -> int:
        """A page view by a person. Returns how far the log has come by it."""
        if hit.declined:
            self.counts.declined += 1
        elif hit.moment < self._window.since:
            self.counts.too_old += 1
        elif hit.moment >= self._window.until:
            self.counts.ahead += 1
        else:
            clock = max(clock, hit.moment)
            self._view(hit, page, clock, name)
        return clock

    def _view(self, hit: Hit, page: Page, clock: int, name: str) -> None:
        whose = self._whose(hit)
        if whose.found.why != "company":
            self.counts.unknown += 1
            return
        if self._keys.of(hit.moment // DAY_S) is None:
            self.counts.too_old += 1
            return
        self.counts.views += 1
        known = self._visitor(hit, whose, name)
        if known is None or known.blocked:
            return
        if is_probe(hit.target, hit.status):
            known.block()
            return
        known.view(page, hit.moment, clock, paid=is_paid(hit.target))
        known.person = whose.person or None

    def _fault(self, hit: Hit, page: Page | None, name: str) -> None:
        """A page that is not there, or a probe for a hole: counts against a visitor from a company."""
        probe = is_probe(hit.target, hit.status)
        if not (probe or page is not None) or not self._window.since <= hit.moment < self._window.until:
            return
        if self._agents.is_program(hit.agent):
            return
        whose = self._whose(hit)
        known = self._visitor(hit, whose, name) if whose.found.why == "company" else None
        if known is not None and probe:
            known.block()
        elif known is not None:
            known.fault()

    def _visitor(self, hit: Hit, whose: _Whose, name: str) -> Visitor | None:
        """Their place in the book; None when the key of the day is gone, or their company has too many visitors that day."""
        day = hit.moment // DAY_S
        key = self._keys.of(day)
        if key is None:
            return None
        found = whose.found
        named = visitor(key, whose.address, hit.agent, whose.person.encode())
        return self.book.visitor(
            named, self._host(hit.host, name), found.domain or found.name, day, only_named=not found.domain
        )

    def _whose(self, hit: Hit) -> _Whose:
        """Whose visit it is; and who, when the server had checked it."""
        address = hit.address
        if self._forwarded and hit.forwarded and hit.forwarded != b"-":
            address = hit.forwarded.rpartition(b",")[2].strip()
        if self._signed_in and b"@" in hit.user:
            user = hit.user.decode("utf-8", "replace").strip().lower()
            domain = self._companies.find_person(user)
            if domain:
                return _Whose(Found("company", domain), address, user)
        address = address[:_LONGEST]
        found = self._found.get(address)
        if found is None:
            found = self._companies.find(address.decode("ascii", "replace").strip("[]").partition("%")[0])
            if len(self._found) >= _KNOWN:
                self._found.clear()
            self._found[address] = found
        return _Whose(found, address)

    def _host(self, host: bytes | None, name: str) -> str:
        """The site, as keys begin with it: what the log says, else the option, else the name of the log."""
        if host not in self._hosts:
            bare = (host or b"").lower().partition(b":")[0]
            if len(self._hosts) > 1000:  # noqa: PLR2004  a server's sites, not whatever was asked for
                self._hosts.clear()
            self._hosts[host] = bare.decode("ascii") if _HOST.fullmatch(bare) else ""
        return self._hosts[host] or self._site or name
