"""What one delivery leaves for the next one: the key of the visitors' names, and who was on the site lately.

Deliveries come one by one, and many: of those who are remembered only the one who is looked for is read, the others stay as they
were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capteur_sensors.visits.book import MOST_OF_ONE, dumped, loaded
from capteur_sensors.visits.keys import Keys
from capteur_sensors.visits.pages import Page
from capteur_sensors.visits.sessions import Visitor

MOST: Final = 200
"""Visitors remembered at once, those seen last. Who was forgotten begins a new visit; what was said of them stays."""
ROW: Final = 3
"""Parts of a visitor as they are remembered: see `Onsite.keep`."""
CLAIMS: Final = 300
"""Ids of which it is remembered whose company they were said to be, those said last."""
STRANGERS_A_DAY: Final = 5000
"""New visitors of whom no company is known, in one day: each waits as an account that nobody sees."""


@dataclass(slots=True)
class Onsite:
    """The memory. `claims` says by id which company it was said to belong to: a domain, or `=` and a name. `strangers` counts the new visitors of `day` of whom no company is known; `changed` says whether to keep it."""

    keys: Keys
    rows: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    day: int = 0
    strangers: int = 0
    changed: bool = False

    @classmethod
    def load(cls, told: object, secret: str | None, number: int) -> Onsite:
        """What `dump` gave. `number` is the first for which a key is needed: of a day, or of a longer time."""
        memory: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
        known = Keys.load(memory.get("keys"))
        keys = Keys.of_secret(secret) if secret is not None else known or Keys.fresh(number)
        rows, claims = memory.get("visitors"), memory.get("claims")
        day, strangers = memory.get("day"), memory.get("strangers")
        return cls(
            keys,
            {key: row for key, row in rows.items() if _is_row(row)} if isinstance(rows, dict) else {},
            dict(claims) if isinstance(claims, dict) else {},
            day if isinstance(day, int) else 0,
            strangers if isinstance(strangers, int) else 0,
            changed=secret is None and known is None,
        )

    def dump(self) -> dict[str, Any]:
        """As JSON. Companies' and sites' names, times and checksums; nothing of a person."""
        return {
            "keys": self.keys.dump(),
            "visitors": self.rows,
            "claims": self.claims,
            "day": self.day,
            "strangers": self.strangers,
        }

    def visitor(self, name: str, host: str, account: str, day: int, *, only_named: bool = False) -> Visitor | None:
        """The visitor, known or new; without an `account` a stranger. None when there are too many of one company, or of strangers."""
        key = f"{host}:{name}:{day}"
        found = self.rows.pop(key, None)
        if found is not None:
            try:
                return _read(found)
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                pass  # written by another version: a new visit
        if not (self._has_room(host, account, day) if account else self.takes_stranger(day)):
            return None
        return Visitor(name, host, account, day, only_named)

    def keep(self, visitor: Visitor) -> None:
        """Remember a visitor, as the one seen last."""
        self.changed = True
        pages = {str(kind): belief.page for kind, belief in visitor.beliefs.items() if belief.page is not None}
        minutes = {str(minute): count for minute, count in visitor.minutes.items()}
        self.rows[f"{visitor.host}:{visitor.name}:{visitor.day}"] = [dumped(visitor), pages, minutes]
        while len(self.rows) > MOST:
            del self.rows[next(iter(self.rows))]

    def claim(self, id_: str, company: str) -> bool:
        """Whether an id may be said to be this company's. Where one of two companies is only a name, the first one stands: what
        waits under a name would go to the other company with everything that is known of it.
        """
        before = self.claims.get(id_, company)
        if before != company and (before.startswith("=") or company.startswith("=")):
            return False
        if self.claims.get(id_) != company:
            self.changed = True
            self.claims[id_] = company
            if len(self.claims) > CLAIMS:
                del self.claims[next(iter(self.claims))]
        return True

    def forget(self, number: int) -> None:
        """From now on nobody of before this number can be named any more."""
        before = self.keys.dump()
        self.keys.forget(number)
        self.changed = self.changed or self.keys.dump() != before

    def _has_room(self, host: str, account: str, day: int) -> bool:
        crowd = [host, account, day]
        return len([row for row in self.rows.values() if row[0][1:4] == crowd]) < MOST_OF_ONE

    def takes_stranger(self, day: int) -> bool:
        """Count somebody of whom no company is known; False when there were too many that day."""
        self.changed = True
        if day != self.day:
            self.day, self.strangers = day, 0
        self.strangers += 1
        return self.strangers <= STRANGERS_A_DAY


def _is_row(row: object) -> bool:
    """Whether this version wrote it."""
    return isinstance(row, list) and len(row) == ROW and isinstance(row[0], list)


def _read(row: Any) -> Visitor:
    """A visitor with what `dumped` leaves out, because a run over a log knows it: the pages that stand for what was said, and
    minutes with a single view, for here each view may come alone.
    """
    told, pages, minutes = row
    visitor = loaded(told)
    visitor.minutes = {int(minute): int(count) for minute, count in minutes.items()}
    for kind, (path, group, standing, strength) in pages.items():
        visitor.beliefs[int(kind)].page = Page(path, group, standing, strength)
    return visitor
