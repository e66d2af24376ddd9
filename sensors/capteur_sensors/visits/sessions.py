"""From page views to visits: a fold over lines that gives the same for any way of cutting the log into pieces.

Views of one visitor belong to one session as long as no more than 30 minutes lie between them, in whatever order they come:
a session stays open for 30 minutes of the log's time and a margin. What a visit says only ever grows with its views.

    engagement  e = 1 - 2^-((pages - 1) / 2 + seconds / 120)      0 for one page, 0.5 for two pages or two minutes
    visit.page            0.3 + 0.7 e                              a paid click that read one page: 0.1
    visit.key_page        g (0.5 + 0.5 e), g = the group's         a paid click that read one page: 0.15 g
    visit.ignored_page    1 - 2^-pages
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from capteur_sensors.visits.pages import Page

KINDS: Final = ("visit.page", "visit.key_page", "visit.ignored_page")
PAGE, KEY, IGNORED = range(3)
GAP_S: Final = 30 * 60
MARGIN_S: Final = 5 * 60
OPEN_S: Final = GAP_S + MARGIN_S
"""So long in the log's time a session waits for lines that come late."""
FLOOD: Final = 60
"""So many pages in one minute are no person's."""
MOST_A_DAY: Final = 600
MOST_FAULTS: Final = 20
"""Pages that are not there, asked for by one visitor in a day; more of them than pages that are there is a scanner's way."""
_DEEP: Final = 12
"""Different pages of a session that are counted: more make no difference."""
_MINUTES: Final = 8


@dataclass(slots=True)
class Session:
    """One visit as far as it is known. Pages are told apart by a short checksum of their path."""

    first: int
    last: int
    read_from: int = 0
    read_to: int = 0
    pages: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)
    plain: bool = False
    weight: float = 0.0
    paid: bool = True

    def add(self, page: Page, moment: int, *, paid: bool) -> None:
        """One more view."""
        self.first, self.last = min(self.first, moment), max(self.last, moment)
        if page.standing == "ignored":
            _note(self.ignored, page)
            return
        if not self.pages:
            self.read_from = self.read_to = moment
        self.read_from, self.read_to = min(self.read_from, moment), max(self.read_to, moment)
        _note(self.pages, page)
        self.paid = self.paid and paid
        if page.standing == "key":
            self.weight = max(self.weight, page.strength)
        else:
            self.plain = True

    def join(self, other: Session) -> None:
        """A view came between two sessions: they were one."""
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        if other.pages:
            self.read_from = min(self.read_from, other.read_from) if self.pages else other.read_from
            self.read_to = max(self.read_to, other.read_to) if self.pages else other.read_to
            self.paid = self.paid and other.paid
        self.pages = set(sorted(self.pages | other.pages)[:_DEEP])
        self.ignored = set(sorted(self.ignored | other.ignored)[:_DEEP])
        self.plain, self.weight = self.plain or other.plain, max(self.weight, other.weight)

    @property
    def seconds(self) -> int:
        """From the first page that was read to the last; how long the last was looked at, no log says."""
        return self.read_to - self.read_from

    def strengths(self) -> tuple[float, float, float]:
        """By kind; 0 where there is nothing to say."""
        pages = len(self.pages)
        e = 1 - 2.0 ** -((pages - 1) / 2 + self.seconds / 120) if pages else 0.0
        bounced = self.paid and pages == 1
        plain = (0.1 if bounced else 0.3 + 0.7 * e) if self.plain else 0.0
        key = self.weight * (0.15 if bounced else 0.5 + 0.5 * e)
        return round(plain, 3), round(key, 3), round(1 - 2.0 ** -len(self.ignored), 3)


@dataclass(slots=True)
class Belief:
    """What is to be said of a visitor's day in one kind: since when, how strongly, and the visit that says it."""

    since: int
    strength: float = 0.0
    told: float = 0.0
    pages: int = 0
    seconds: int = 0
    page: Page | None = None


@dataclass(slots=True)
class Visitor:
    """One visitor of one site on one day (a number since the epoch). `account` is the company: a domain, or only a name."""

    name: str
    host: str
    account: str
    day: int
    only_named: bool = False
    beliefs: dict[int, Belief] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)
    minutes: dict[int, int] = field(default_factory=dict)
    views: int = 0
    faults: int = 0
    blocked: bool = False
    person: str | None = None

    def view(self, page: Page, moment: int, clock: int, *, paid: bool) -> None:
        """One more page view; `clock` is how far the log has come."""
        self._count(moment)
        if self.blocked:
            return
        session = self._session(moment, clock)
        session.add(page, moment, paid=paid)
        self.beliefs.setdefault(_kind(page), Belief(moment))
        for kind, strength in enumerate(session.strengths()):
            belief = self.beliefs.get(kind)
            if belief is not None and strength > belief.strength:
                pages = session.ignored if kind == IGNORED else session.pages
                belief.strength, belief.pages, belief.seconds = strength, len(pages), session.seconds
                if belief.page is None or (_kind(page) == kind and page.strength >= belief.page.strength):
                    belief.page = page

    def fault(self) -> None:
        """A page that is not there was asked for."""
        self.faults += 1
        if self.faults >= MOST_FAULTS and self.faults > self.views:
            self.block()

    def block(self) -> None:
        """No person: nothing more is said of them today, and what was said is taken back."""
        self.blocked = True
        self.sessions.clear()
        self.minutes.clear()
        self.person = None

    def untold(self) -> Iterator[tuple[int, Belief]]:
        """What has grown since it was told."""
        if not self.blocked:
            yield from (
                (kind, belief) for kind, belief in sorted(self.beliefs.items()) if belief.strength > belief.told
            )

    def _count(self, moment: int) -> None:
        self.views += 1
        minute = moment // 60
        count = self.minutes.get(minute, 0) + 1
        self.minutes[minute] = count
        if len(self.minutes) > _MINUTES:
            del self.minutes[min(self.minutes)]
        if count >= FLOOD or self.views > MOST_A_DAY:
            self.block()

    def _session(self, moment: int, clock: int) -> Session:
        """The open session that a view belongs to, joined from several when it lies between them; or a new one."""
        self.sessions = [s for s in self.sessions if s.last >= clock - OPEN_S]
        near = [s for s in self.sessions if s.first - GAP_S <= moment <= s.last + GAP_S]
        if not near:
            near = [Session(moment, moment)]
            self.sessions.append(near[0])
        for other in near[1:]:
            near[0].join(other)
            self.sessions.remove(other)
        return near[0]


def _kind(page: Page) -> int:
    return IGNORED if page.standing == "ignored" else KEY if page.standing == "key" else PAGE


def _note(pages: set[int], page: Page) -> None:
    if len(pages) < _DEEP:
        pages.add(crc32(page.path.rstrip("/").encode()) & 0xFFFFFF)
