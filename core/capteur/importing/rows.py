"""From records to accounts: one per domain, with what else the list says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from capteur.domains import account_domain, registrable
from capteur.errors import InputError
from capteur.importing.columns import FACTS, Columns, recognise
from capteur.importing.text import Record, delimiter_of, read_lines, records
from capteur.signals import clean

_STANDING = re.compile(
    r"(competitor|customer|blocked|partner)s?(?:\s*:\s*([a-z0-9][a-z0-9_-]*)|\s+-.*)?", re.IGNORECASE
)
_NO_STANDING = frozenset({"", "-", "none", "no", "n/a", "prospect", "lead", "target", "other"})
_ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,39}:\S.*")
_NO_ID = frozenset({"-", "yes", "no", "y", "n", "x", "true", "false", "0", "none", "n/a", "unknown"})
"""What a column called after a source says of companies when it is not about their ids."""
_NUMBER = re.compile(r"\d{1,3}(?:[ ,.'\u2019\xa0]\d{3})+|\d+(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of the list.

    Args:
        line: where it stands (the first time).
        domain: registrable, lower case.
        name: None when the list has none.
        standing: `competitor`, `customer`, `customer:MODEL`, `blocked`, `partner`; "" when the column is there and says nothing;
            None when the list has no such column.
        aliases: `scheme:value` as written: other domains (`domain:`), names (`name:`, not normalised) and ids.
        facts: by name, as JSON text: owner, lifecycle, type, country, industry, employees (a number, or a range as text).
    """

    line: int
    domain: str
    name: str | None = None
    standing: str | None = None
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, or a remark on one that was kept, with its line."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What was read. `columns` maps recognised columns to what they are; `ignored` are the others; `notes` are remarks."""

    rows: tuple[AccountRow, ...]
    bad: tuple[BadRow, ...]
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    notes: tuple[BadRow, ...] = ()


def read_accounts(path: Path, mapping: Mapping[str, str] | None = None) -> ImportFile:
    """Read a list of accounts: CSV with a header (`,` `;` tab or `|`), or one domain a line.

    `mapping` names columns by what they are, `{"domain": "Site", "name": "Firm"}`; it goes before recognised headers.
    Raises InputError when nothing of the file can be used; single bad rows are in `bad`.
    """
    lines = read_lines(path)
    delimiter, start = delimiter_of(lines)
    stream = records(lines, start, delimiter, 0, lambda _: False)
    header = next(stream, None)
    if header is None or header.problem:
        why = f"line {header.line}: {header.problem}" if header else "no line of it has text"
        raise InputError(f"{path}: its first line cannot be read", why=why, fix="save it as CSV again")
    columns = recognise(header.cells, mapping, str(path))
    after = header.following if columns.has_header else start
    collected = _Collected(columns)
    for record in records(lines, after, delimiter, columns.width, columns.is_row):
        collected.take(record)
    return ImportFile(
        tuple(collected.rows.values()),
        tuple(collected.bad),
        columns.recognised,
        tuple(columns.ignored),
        tuple(collected.notes),
    )


def read_domains(path: Path) -> ImportFile:
    """Read a list of companies as `read_accounts` does; one of nothing but comments is a list that is meant to be empty.

    Raises InputError as well when no row of it can be used.
    """
    if all(not line.strip() or line.lstrip().startswith("#") for line in read_lines(path)):
        return ImportFile((), (), {}, ())
    file = read_accounts(path)
    if not file.rows:
        why = f"line {file.bad[0].line}: {file.bad[0].reason}" if file.bad else "it has a header and no rows"
        raise InputError(
            f"{path} names no company", why=why, fix="a list that is meant to be empty has a # comment in it"
        )
    return file


class _Collected:
    """The rows so far, by domain."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.rows: dict[str, AccountRow] = {}
        self.bad: list[BadRow] = []
        self.notes: list[BadRow] = []

    def take(self, record: Record) -> None:
        """Add a record: as a row, merged into an earlier one, or as a bad row."""
        try:
            row = self._row(record)
        except InputError as error:
            self.bad.append(BadRow(record.line, clean(error.what, 300)))
            return
        before = self.rows.get(row.domain)
        if before is None:
            self.rows[row.domain] = row
            return
        self.rows[row.domain] = merged(before, row)
        differs = row.standing and before.standing and row.standing != before.standing
        remark = f"; its standing {row.standing} is left out, {before.standing} stays" if differs else ""
        self.notes.append(BadRow(record.line, f"{row.domain} again, merged with line {before.line}{remark}"))

    def _row(self, record: Record) -> AccountRow:
        cells = self._cells(record)
        domain = self._domain(cells)
        found = self._columns.found
        name = next((text for n in found.get("name", ()) if (text := clean(cells[n], 200))), None)
        facts = {
            fact: _fact(fact, text) for fact in FACTS for n in found.get(fact, ())[:1] if (text := clean(cells[n], 200))
        }
        standing = _standing(cells[found["standing"][0]]) if "standing" in found else None
        aliases = tuple(dict.fromkeys(self._aliases(cells, domain, record.line)))
        return AccountRow(record.line, domain, name, standing, aliases, facts)

    def _cells(self, record: Record) -> list[str]:
        if record.problem:
            raise InputError(record.problem)
        cells, width = list(record.cells), self._columns.width
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            raise InputError(
                f"{len(cells)} columns where the first line has {width}: a text with a delimiter in it needs quotes"
            )
        if len(cells) < width and record.cut:
            raise InputError(f"cut off: {len(cells)} of {width} columns, and the file ends here")
        if any("\x00" in cell for cell in cells):
            raise InputError("it has NUL bytes: the file is damaged here")
        return cells + [""] * (width - len(cells))

    def _domain(self, cells: list[str]) -> str:
        """The first column that holds a usable domain; else the first one's problem."""
        problem = None
        for number in self._columns.found["domain"]:
            if cells[number].strip():
                try:
                    return account_domain(cells[number])
                except InputError as error:
                    problem = problem or error
        if problem is not None:
            raise problem
        names = [text for number in self._columns.found.get("name", ()) if (text := clean(cells[number], 60))]
        raise InputError(f"no domain for {names[0]!r}" if names else "no domain")

    def _aliases(self, cells: list[str], domain: str, line: int) -> Iterator[str]:
        for role, numbers in self._columns.found.items():
            for number in numbers:
                text = clean(cells[number], 2000)
                if role.startswith("id:") and text.casefold() not in {"", *_NO_ID}:
                    yield f"{role.removeprefix('id:')}:{text[:200]}"
                elif role in ("aliases", "names"):
                    for part in re.split(r"[;|]", text):
                        try:
                            alias = f"name:{part.strip()}" if role == "names" else _alias(part.strip())
                        except InputError as error:
                            self.notes.append(BadRow(line, f"alias left out: {clean(error.what, 200)}"))
                            continue
                        if alias not in {"", "name:", f"domain:{domain}"}:
                            yield alias


def _alias(text: str) -> str:
    """`greenhouse:acme` as it is, a domain as `domain:`, anything else as a name. Raises InputError for a domain that is nobody's."""
    scheme, _, value = text.partition(":")
    if scheme.strip().lower() == "domain":
        return f"domain:{account_domain(value)}"
    if not text or (_ALIAS.fullmatch(text) and "://" not in text):
        return text
    return f"domain:{account_domain(text)}" if registrable(text) else f"name:{text}"


def _standing(text: str) -> str:
    """Raises InputError for a word that is none of ours: a competitor that is not recognised would be called."""
    word = clean(text, 60)
    match = _STANDING.fullmatch(word)
    if match is not None:
        return f"{match[1].lower()}:{match[2].lower()}" if match[2] else match[1].lower()
    if word.lower() in _NO_STANDING:
        return ""
    raise InputError(f"standing {word!r} is none of competitor, customer, customer:MODEL, blocked, partner")


def _fact(name: str, text: str) -> str:
    """A fact as JSON: employees as a number where it is one, everything else as text."""
    if name == "employees" and _NUMBER.fullmatch(text):
        return str(int(re.sub(r"[^\d]", "", text.removesuffix(".0"))))
    return json.dumps(text, ensure_ascii=False)


def merged(first: AccountRow, later: AccountRow) -> AccountRow:
    """Two rows of one domain: the first speaks, the later one fills in; another name becomes an alias."""
    other = (f"name:{later.name}",) if later.name and first.name and later.name != first.name else ()
    return replace(
        first,
        name=first.name or later.name,
        standing=first.standing or later.standing,
        aliases=tuple(dict.fromkeys((*first.aliases, *later.aliases, *other))),
        facts={**later.facts, **first.facts},
    )
