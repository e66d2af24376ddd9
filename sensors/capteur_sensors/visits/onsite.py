"""What one delivery leaves for the next one: the key of the visitors' names, and who was on the site lately.

Deliveries come one by one, and many: of those who are remembered only the one who is looked for is read, the others stay as they
were written.
"""

from __future__ import annotations

import json
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
AMBIGUOUS: Final = ""
"""Stands among the claims for the company of an id that was said to be two companies'."""
STRANGERS_A_DAY: Final = 5000
"""New visitors of whom no company is known, in one day: each waits as an account that nobody sees."""
DAYS: Final = 64
"""Days whose strangers are counted apart; those before share one count. Messages come as late as names can be made."""
MOST_BYTES: Final = 240 * 1024
"""Of a Checkpoint, with every letter escaped that is not of ASCII; core takes 256 KB, and forgets what is more altogether."""


@dataclass(slots=True)
class Onsite:
    """The memory. `claims` says by id which company it was said to belong to: a domain, `=` and a name, or AMBIGUOUS. `strangers` counts by day the new visitors of whom no company is known; `changed` says whether to keep it."""

    keys: Keys
    rows: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    strangers: dict[int, int] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def load(cls, told: object, secret: str | None, number: int) -> Onsite:
        """What `dump` gave. `number` is the first for which a key is needed: of a day, or of a longer time."""
        memory: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
        known = Keys.load(memory.get("keys"))
        keys = Keys.of_secret(secret) if secret is not None else known or Keys.fresh(number)
        rows, claims = memory.get("visitors"), memory.get("claims")
        return cls(
            keys,
            _by_time(rows) if isinstance(rows, dict) else {},
            dict(claims) if isinstance(claims, dict) else {},
            _strangers(memory),
            changed=secret is None and known is None,
        )

    def dump(self) -> dict[str, Any]:
        """As JSON. Companies' and sites' names, times and checksums; nothing of a person. What does not fit is forgotten: who was
        seen longest ago; then, of claims that take more than half of the room, those said longest ago.
        """
        strangers = {str(day): count for day, count in self.strangers.items()}
        rest: dict[str, Any] = {"keys": self.keys.dump(), "strangers": strangers}
        told = {**rest, "visitors": self.rows, "claims": self.claims}
        if len(json.dumps(told)) <= MOST_BYTES:
            return told
        room = MOST_BYTES - len(json.dumps({**rest, "visitors": {}, "claims": {}}))
        visitors = _newest(self.rows, room - min(len(json.dumps(self.claims)), room // 2))
        return {**rest, "visitors": visitors, "claims": _newest(self.claims, room - len(json.dumps(visitors)))}

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
        waits under a name would go to the other company with everything that is known of it. An id of two domains is nobody's:
        a shared computer, or a program's constant.
        """
        before = self.claims.get(id_)
        if before is not None and before not in (AMBIGUOUS, company) and "=" in (before[:1], company[:1]):
            return False
        told = company if before in (None, company) else AMBIGUOUS
        if before != told or told == AMBIGUOUS:  # who is ambiguous is kept as long as it is seen
            self.changed = True
            self.claims.pop(id_, None)
            self.claims[id_] = told
            if len(self.claims) > CLAIMS:
                del self.claims[next(iter(self.claims))]
        return told != AMBIGUOUS

    def companies(self) -> set[str]:
        """Domains and names of all companies that are remembered."""
        claimed = {company.removeprefix("=") for company in self.claims.values()}
        return claimed | {str(row[0][2]) for row in self.rows.values() if len(row[0]) > 2}  # noqa: PLR2004  as `dumped` orders it

    def is_ambiguous(self, id_: str) -> bool:
        """Whether an id was said to be two companies'."""
        return self.claims.get(id_) == AMBIGUOUS

    def renew(self, first: int) -> None:
        """From now on everybody has another name."""
        self.keys, self.changed = Keys.fresh(first), True

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
        oldest = max(day, *self.strangers, 0) - DAYS + 1
        before = [known for known in self.strangers if known < oldest]
        if before:
            shared = sum(self.strangers.pop(known) for known in before)
            self.strangers[oldest] = self.strangers.get(oldest, 0) + shared
        counted = max(day, oldest)
        self.strangers[counted] = self.strangers.get(counted, 0) + 1
        return self.strangers[counted] <= STRANGERS_A_DAY


def _strangers(memory: Mapping[str, Any]) -> dict[int, int]:
    """The counts by day; a former version kept those of one `day`."""
    told = memory.get("strangers")
    counts: Mapping[Any, Any] = told if isinstance(told, dict) else {memory.get("day"): told}
    return {
        int(day): count
        for day, count in counts.items()
        if isinstance(count, int) and str(day).isdecimal() and count > 0
    }


def _by_time(rows: dict[str, Any]) -> dict[str, Any]:
    """Who was seen last at the end: core keeps memories with their names in the order of the alphabet."""
    return dict(sorted(((key, row) for key, row in rows.items() if _is_row(row)), key=lambda item: _last(item[1])))


def _last(row: list[Any]) -> int:
    try:
        return max((int(session[0]) + int(session[1]) for session in row[0][8]), default=0)
    except (TypeError, ValueError, IndexError):
        return 0  # written by another version


def _newest(told: dict[str, Any], room: int) -> dict[str, Any]:
    """As many of the last entries as go into so many bytes of JSON."""
    kept: list[str] = []
    for key in reversed(told):
        room -= len(json.dumps({key: told[key]}))
        if room < 0:
            break
        kept.append(key)
    return {key: told[key] for key in reversed(kept)}


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
