"""From rows to what a sensor yields. Each thing a row says is made by itself, so that a bad fact never costs a good signal."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from capteur import AccountFact, AccountRef, Detected, InputError, Outcome, Signal
from capteur_sensors.recipes.book import OUTCOMES, Book, FactPart, OutcomePart, SignalPart, Who
from capteur_sensors.recipes.functions import own_domain
from capteur_sensors.recipes.moments import day_of, within
from capteur_sensors.recipes.paths import Found, is_list, is_table
from capteur_sensors.recipes.reading import Row
from capteur_sensors.recipes.shapes import as_text

__all__ = ["Maker", "Task"]

MAX_KEY = 300
_DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True)
class Task:
    """One row and one table of the recipe; or what went wrong before there was a row."""

    table: str = ""
    part: SignalPart | FactPart | OutcomePart | None = None
    row: Row | None = None
    error: Exception | None = None
    number: int = 0


@dataclass(slots=True, kw_only=True)
class Maker:
    """Makes what the rows of one run say.

    Args:
        book: the recipe, and `label`, what its user calls it. source: how keys begin. kinds: what this sensor may yield.
        received: the time of receipt.
        since, until: what happened outside of it is left out; None: everything is taken.
        rows: how many were looked at, counted on the way; unread: names of fields that no path reads, filled on the way.
    """

    book: Book
    source: str
    kinds: Collection[str]
    received: datetime
    since: datetime | None = None
    until: datetime | None = None
    label: str = ""
    rows: int = field(default=0, init=False)
    unread: set[str] = field(default_factory=set[str], init=False)
    _read: frozenset[str] = field(default=frozenset(), init=False)
    _told: dict[str, AccountFact] = field(default_factory=dict[str, AccountFact], init=False)

    def tasks(self, row: Row) -> Iterator[Task]:
        """One task for each table of the recipe."""
        if is_table(row.item):
            self._read = self._read or self.book.fields()
            self.unread |= row.item.keys() - self._read
        for table, part in self.book.parts.items():
            yield Task(table, part, row, number=self.rows)

    def make(self, task: Task) -> Detected | None:
        """What a task comes to; None when the row does not say it. Raises InputError naming the table and what is wrong."""
        if task.error is not None:
            raise task.error
        part, row = task.part, task.row
        assert part is not None and row is not None, "a task without an error has both"  # noqa: PT018  one fact
        try:
            if part.when is not None and not part.when.holds(row.root):
                return None
            if isinstance(part, FactPart):
                return self._fact(task.table, part, row)
            return self._outcome(part, row) if isinstance(part, OutcomePart) else self._signal(part, row)
        except InputError as error:
            place = f"{self.label}, row {task.number}: " if self.label else ""
            raise InputError(f"{place}[{task.table}] {error.what}", fix=error.fix) from error

    def _signal(self, part: SignalPart, row: Row) -> Signal | None:
        with _about("occurred_at"):
            moment = part.occurred_at.read(row.root, self.received)
        if part.occurred_at.says_when and not within(moment, self.since, self.until):
            return None
        with _about("kind"):
            kind = part.kind.read(row.root)
        if kind not in self.kinds:
            near = difflib.get_close_matches(kind, self.kinds, 1)
            raise InputError(f"kind: {kind[:60]!r} is not a kind", fix=f"did you mean {near[0]}?" if near else "")
        account = self._account(part.account or self.book.account, row)
        root = self._named(row, account, moment)
        with _about("strength"):
            strength = part.strength.read(root) if part.strength is not None else 1.0
        return Signal(
            kind=kind,
            account=account,
            key=self._key(part, row, root, kind),
            occurred_at=moment,
            summary=_text(part.summary, root),
            evidence_url=_address(part.evidence_url, root),
            strength=strength,
            person=_text(part.person, root),
            topic=_text(part.topic, root),
            event=_text(part.event, root),
            data=_data(part.data, root),
        )

    def _outcome(self, part: OutcomePart, row: Row) -> Outcome | None:
        with _about("occurred_at"):
            moment = part.occurred_at.read(row.root, self.received)
        if part.occurred_at.says_when and not within(moment, self.since, self.until):
            return None
        with _about("kind"):
            kind = part.kind.read(row.root)
        if kind not in OUTCOMES:
            raise InputError(f"kind: {kind[:60]!r} is not one of {', '.join(OUTCOMES)}")
        account = self._account(part.account or self.book.account, row)
        root = self._named(row, account, moment)
        return Outcome(
            account=account,
            kind=kind,
            key=self._key(part, row, root, kind),
            occurred_at=moment,
            model=part.model,
            value=_number(part.value, root),
            data=_data(part.data, root),
        )

    def _fact(self, table: str, part: FactPart, row: Row) -> AccountFact | None:
        value = part.value.first(row.root)
        if value is None:
            return None
        if is_table(value):
            raise InputError("value: it is an object; a fact is text, a number, true or false")
        try:
            account = self._account(part.account or self.book.account, row)
        except InputError:
            if self.book.signals or self.book.outcomes:
                return None  # counted once, where the row's signal or outcome is made
            raise
        with _about("as_of"):
            moment = part.as_of.read(row.root, self.received)
        with _about("name"):
            name = part.name.read(row.root)
        made = AccountFact(account, name, as_text(value) if is_list(value) else value, moment)
        if self._told.get(table) == made:  # the rows within one row repeat what the row around them says
            return None
        self._told[table] = made
        return made

    def _account(self, who: Who, row: Row) -> str | AccountRef:
        domain = next((d for v in who.domain.all(row.root) if (d := own_domain(v))), None) if who.domain else None
        name = _text(who.name, row.root)
        ids = {scheme: text for scheme, path in who.ids.items() if (text := _text(path, row.root)) is not None}
        if domain is None and name is None and not ids:
            given = who.domain.first(row.root) if who.domain else None
            what = "no company is there" if given is None else f"{str(given)[:60]!r} is no company's own domain"
            raise InputError(what, fix="look at the row, then [account] domain, name or ids")
        return domain if domain is not None and name is None and not ids else AccountRef(name, domain, ids)

    def _named(self, row: Row, account: str | AccountRef, moment: datetime | date) -> dict[str, Any]:
        """What paths see once company and time are known: `_company`, `_at` and `_day` too."""
        ref = account if isinstance(account, AccountRef) else AccountRef(domain=account)
        who = ref.domain or (ref.name or "").casefold() or next(iter(ref.ids.values()), "")
        return {**row.root, "_company": who, "_at": moment.isoformat(), "_day": day_of(moment).isoformat()}

    def _key(self, part: SignalPart | OutcomePart, row: Row, root: Mapping[str, Any], kind: str) -> str:
        """`source:what makes it this fact:kind`; a hash where a part is missing, or would not be a key."""
        parts = [_plain(path.first(root)) for path in part.key]
        key = ":".join(parts)
        if not parts or not all(parts):
            seen = [_plain(path.first(root)) for path in part.hash] or [_canonical(row.item)]
            key = _digest([str(root["_company"]), kind, *seen])
        elif len(key) > MAX_KEY or not key.isprintable():
            key = _digest(parts)
        return f"{self.source}:{key}:{kind}"


@contextmanager
def _about(option: str) -> Generator[None]:
    """Let an error say which option it is about."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{option}: {error.what}", fix=error.fix) from error


def _plain(value: Any) -> str:
    return "" if value is None else as_text(value) or _canonical(value)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _digest(parts: list[str]) -> str:
    text = chr(31).join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()


def _text(path: Found | None, root: Any) -> str | None:
    return as_text(path.first(root)) if path is not None else None


def _address(path: Found | None, root: Any) -> str | None:
    """The first http(s) address: one that is none would cost the whole signal."""
    found = path.all(root) if path is not None else iter(())
    return next(
        (v.strip() for v in found if isinstance(v, str) and v.strip().lower().startswith(("http://", "https://"))), None
    )


def _number(path: Found | None, root: Any) -> float | None:
    text = _text(path, root)
    if text is None:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise InputError("value: it is no number") from error


def _data(paths: Mapping[str, Found], root: Any) -> dict[str, Any] | None:
    made = {name: value for name, path in paths.items() if (value := path.first(root)) is not None}
    return made or None
