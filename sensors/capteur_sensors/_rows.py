"""One row of a file as a signal: which column is which, what a date means, what makes a row that row."""

from __future__ import annotations

import difflib
import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from capteur import AccountRef, ConfigError, InputError, Signal
from capteur.domains import account_domain

# Our columns and how others call them; the first spelling is ours. Compared without case, spaces, underscores and hyphens.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "domain": (
        "domain",
        "companydomain",
        "companydomainname",
        "accountdomain",
        "website",
        "websiteurl",
        "companywebsite",
    ),
    "company": (
        "company",
        "companyname",
        "account",
        "accountname",
        "organisation",
        "organization",
        "organisationname",
        "organizationname",
    ),
    "kind": ("kind", "signal", "signalkind"),
    "date": ("date", "occurredat", "occurredon", "when", "timestamp", "datetime"),
    "key": ("key", "signalkey", "externalid"),
    "summary": ("summary", "title", "subject", "description"),
    "url": ("url", "evidenceurl", "evidence", "link"),
    "strength": ("strength",),
    "topic": ("topic", "product", "theme"),
    "person": ("person", "email", "contact", "contactemail"),
    "statement": ("statement", "exactwords"),
    "place": ("place",),
}
AHEAD = timedelta(hours=36)
MAX_KEY = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file it begins at, and its cells."""

    number: int
    cells: Sequence[str]


def recognise(
    header: Sequence[str], given: Mapping[str, str], *, file: str, instance: str, has_kind: bool
) -> dict[str, int]:
    """Our columns -> their place in the header. Raises ConfigError that names what is missing and what is there."""
    plain = [_plain(cell) for cell in header]
    places: dict[str, int] = {}
    for ours, spellings in COLUMNS.items():
        wanted = [_plain(given[ours])] if ours in given else list(spellings)
        place = next((plain.index(spelling) for spelling in wanted if spelling in plain), None)
        if place is not None:
            if plain.count(plain[place]) > 1:
                raise ConfigError(
                    f"{file} has several columns called {header[place].strip()[:40]!r}",
                    why=f"which of them is {ours} cannot be known",
                    fix="rename the others in the file",
                )
            places[ours] = place
        elif ours in given:
            raise ConfigError(
                f"{file} has no column for {ours}",
                why="`columns` names one that is not in its header",
                fix=_there_is(header, instance),
            )
    missing = [] if "domain" in places or "company" in places else ["domain (or company)"]
    missing += [] if "kind" in places or has_kind else ["kind"]
    missing += [] if "date" in places else ["date"]
    if missing:
        raise ConfigError(f"{file} has no column {' and none '.join(missing)}", fix=_there_is(header, instance))
    return places


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the rows of one file. `places` as `recognise` returns them; `width` is the header's."""

    file: str
    source: str
    width: int
    places: Mapping[str, int]
    kinds: Collection[str]
    kind: str | None
    zone: ZoneInfo | None
    date_format: str | None
    now: datetime

    def signal(self, line: Line | InputError) -> Signal:
        """One row as a signal. Raises InputError that names file and line."""
        if isinstance(line, InputError):
            raise line
        try:
            return self._signal(line)
        except InputError as error:
            raise InputError(f"{self.file} line {line.number}: {error.what}", fix=error.fix) from error

    def _signal(self, line: Line) -> Signal:
        if len(line.cells) > self.width and any(cell.strip() for cell in line.cells[self.width :]):
            raise InputError(
                f"{len(line.cells)} values under {self.width} columns",
                fix='put a value with the separator in it in "quotes"',
            )
        cell = {ours: line.cells[place].strip() for ours, place in self.places.items() if place < len(line.cells)}
        kind = cell.get("kind") or self.kind or ""
        if kind not in self.kinds:
            near = difflib.get_close_matches(kind, self.kinds, 1)
            raise InputError(
                f"{kind[:60]!r} is not a kind" if kind else "no kind", fix=f"did you mean {near[0]}?" if near else ""
            )
        moment = self._moment(cell.get("date", ""))
        account = self._account(cell)
        return Signal(
            kind=kind,
            account=account,
            key=self._key(cell, kind, moment, account),
            occurred_at=moment,
            summary=cell.get("summary") or None,
            evidence_url=cell.get("url") or None,
            strength=_strength(cell.get("strength", "")),
            person=cell.get("person") or None,
            topic=cell.get("topic") or None,
            data={"file": self.file, "line": line.number}
            | {name: cell[name] for name in ("statement", "place") if cell.get(name)},
        )

    def _account(self, cell: Mapping[str, str]) -> str | AccountRef:
        domain, company = cell.get("domain", ""), cell.get("company", "")
        if not company:
            if not domain:
                raise InputError("no company", fix="give a domain or a company's name")
            return account_domain(domain)
        try:
            return AccountRef(name=company, domain=account_domain(domain) if domain else None)
        except InputError:  # a free-mail host, "n/a": the name still says who it is
            return AccountRef(name=company)

    def _moment(self, text: str) -> datetime | date:
        """A date, or a moment with its offset. Without an offset it is refused unless a zone was given: guessing loses days."""
        if not text:
            raise InputError("no date")
        moment = self._parsed(text)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            if self.zone is None:
                raise InputError(
                    f"{text[:40]!r} has no timezone",
                    fix='write an offset (2026-03-01T09:00+01:00), or timezone = "Europe/Paris"',
                )
            moment = moment.replace(tzinfo=self.zone)
        at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
        if at > self.now + AHEAD:
            raise InputError(f"{text[:40]!r} is in the future")
        return moment

    def _parsed(self, text: str) -> datetime | date:
        try:
            if self.date_format:
                moment = datetime.strptime(text, self.date_format)  # noqa: DTZ007  the zone is looked at by the caller
                has_hour = any(f"%{letter}" in self.date_format for letter in "HIXcTsf")
                return moment if has_hour else moment.date()
            return date.fromisoformat(text) if len(text) <= len("2026-01-31") else datetime.fromisoformat(text)
        except (ValueError, OverflowError) as error:
            form = self.date_format or "2026-03-01 or 2026-03-01T09:00+01:00"
            raise InputError(f"{text[:40]!r} is not a date", fix=f"write it as {form}, or set date_format") from error

    def _key(self, cell: Mapping[str, str], kind: str, moment: datetime | date, account: str | AccountRef) -> str:
        """`source:key`, else `source:` and a hash of what makes the row that row; the same row twice is one fact."""
        key = cell.get("key", "")
        if len(key) > MAX_KEY:
            raise InputError(f"a key of {len(key)} characters", fix=f"at most {MAX_KEY}")
        if key:
            return f"{self.source}:{key}"
        who = account if isinstance(account, str) else account.domain or account.name or ""
        parts = (
            who.casefold(),
            kind,
            moment.isoformat(),
            *(cell.get(name, "") for name in ("summary", "url", "person", "topic")),
        )
        return f"{self.source}:{hashlib.blake2b(chr(31).join(parts).encode(), digest_size=12).hexdigest()}"


def _strength(text: str) -> float:
    if not text:
        return 1.0
    try:
        value = float(text.replace(",", "."))
    except ValueError as error:
        raise InputError(f"strength {text[:20]!r} is not a number") from error
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise InputError(f"strength {text[:20]!r} is not between 0 and 1")
    return value


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _there_is(header: Sequence[str], instance: str) -> str:
    names = ", ".join(cell.strip()[:40] for cell in header[:20] if cell.strip()) or "nothing"
    return f'name it in [sensors.{instance}]: columns = {{ date = "..." }}; the header has: {names}'
