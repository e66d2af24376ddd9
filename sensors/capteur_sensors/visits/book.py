"""The visitors that are known to come from a company, as far as their day is not over. What is kept of them is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from capteur_sensors.visits.keys import DAY_S
from capteur_sensors.visits.sessions import OPEN_S, Belief, Session, Visitor

MOST: Final = 1000
"""Visitors kept at once. When there are more, who was seen longest ago is told and forgotten; a later view of theirs begins anew."""
MOST_OF_ONE: Final = 100
"""Visitors of one company, site and day. An estimate knows no difference between so many and more."""


class Book:
    """Visitors by site and name, who was seen last at the end. `leaving` are those forgotten who have yet to be told."""

    def __init__(self) -> None:
        self.visitors: dict[str, Visitor] = {}
        self.changed: dict[str, Visitor] = {}
        self.leaving: list[Visitor] = []
        self.crowded = 0
        self.forgotten = 0
        self._crowds: Counter[tuple[str, str, int]] = Counter()

    def visitor(self, name: str, host: str, account: str, day: int, *, only_named: bool = False) -> Visitor | None:
        """The visitor, known or new, as one of whom there is news; None when their company has too many that day."""
        key = f"{host}:{name}"
        found = self.visitors.pop(key, None)
        if found is None:
            crowd = host, account, day
            if self._crowds[crowd] >= MOST_OF_ONE:
                self.crowded += 1
                return None
            if len(self.visitors) >= MOST:
                self._forget(next(iter(self.visitors)))
                self.forgotten += 1
            found = Visitor(name, host, account, day, only_named)
            self._crowds[crowd] += 1
        self.visitors[key] = self.changed[key] = found
        return found

    def close(self, clock: int) -> None:
        """Forget whose day is over by the log's time, and for whose late lines nobody waits any more."""
        day = (clock - OPEN_S) // DAY_S
        for key in [key for key, visitor in self.visitors.items() if visitor.day < day]:
            self._forget(key)

    def news(self) -> Iterator[Visitor]:
        """Everybody of whom something changed; each once."""
        yield from self.parting()
        changed, self.changed = self.changed, {}
        yield from changed.values()

    def parting(self) -> Iterator[Visitor]:
        """Who was forgotten and has yet to be told."""
        leaving, self.leaving = self.leaving, []
        yield from leaving

    @property
    def waiting(self) -> int:
        """How many have yet to be told."""
        return len(self.changed) + len(self.leaving)

    def _forget(self, key: str) -> None:
        gone = self.visitors.pop(key)
        crowd = gone.host, gone.account, gone.day
        self._crowds[crowd] -= 1
        if not self._crowds[crowd]:
            del self._crowds[crowd]
        if self.changed.pop(key, None) is not None:
            self.leaving.append(gone)

    def dump(self) -> list[Any]:
        """As JSON, when everybody has been told. Companies' and sites' names, times and checksums; nothing of a person."""
        return [dumped(visitor) for visitor in self.visitors.values()]

    @classmethod
    def load(cls, told: object) -> Book:
        """What `dump` gave; whatever else is left out."""
        book = cls()
        for row in told if isinstance(told, list) else ():
            try:
                visitor = loaded(row)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                continue
            book.visitors[f"{visitor.host}:{visitor.name}"] = visitor
            book._crowds[visitor.host, visitor.account, visitor.day] += 1
        return book


def dumped(visitor: Visitor) -> list[Any]:
    """A visitor as JSON."""
    return [
        visitor.name,
        visitor.host,
        visitor.account,
        visitor.day,
        int(visitor.only_named) + 2 * visitor.blocked,
        visitor.views,
        visitor.faults,
        {str(kind): [belief.since, belief.strength, belief.told] for kind, belief in visitor.beliefs.items()},
        [
            [s.first, s.last - s.first, s.read_from - s.first, s.read_to - s.first, sorted(s.pages), sorted(s.ignored), int(s.plain) + 2 * s.paid, s.weight]
            for s in visitor.sessions
        ],
        {str(minute): count for minute, count in visitor.minutes.items() if count > 1},
    ]  # fmt: skip


def loaded(row: Any) -> Visitor:
    """What `dumped` gave. Raises KeyError, TypeError, ValueError, IndexError or AttributeError for anything else."""
    name, host, account, day, flags, views, faults, beliefs, sessions, minutes = row
    visitor = Visitor(str(name), str(host), str(account), int(day), bool(flags & 1), blocked=bool(flags & 2))
    visitor.views, visitor.faults = int(views), int(faults)
    visitor.beliefs = {
        int(kind): Belief(int(since), float(strength), float(told)) for kind, (since, strength, told) in _items(beliefs)
    }
    visitor.sessions = [
        Session(
            first,
            first + last,
            first + read_from,
            first + read_to,
            {int(page) for page in pages},
            {int(page) for page in ignored},
            bool(marks & 1),
            float(weight),
            bool(marks & 2),
        )
        for first, last, read_from, read_to, pages, ignored, marks, weight in sessions
    ]
    visitor.minutes = {int(minute): int(count) for minute, count in _items(minutes)}
    return visitor


def _items(told: Any) -> list[tuple[str, Any]]:
    mapping: Mapping[str, Any] = told
    return list(mapping.items())
