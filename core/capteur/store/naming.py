"""Who is meant, and where a text names them: as it stands, and as JSON and addresses spell it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_plus

from sqlalchemy import Connection

from capteur.store import persons, sql

_ESCAPED = re.compile(r"""\\(u[0-9a-fA-F]{4}|["\\/bfnrt])""")
_ESCAPES = {"b": " ", "f": " ", "n": " ", "r": " ", "t": " "}
_ESCAPING = ("%", r"\u")
"""What begins the escaped form of a letter, in an address and in JSON."""
_RUN = re.compile(r"[a-z0-9]{2,}")
_ROUNDS = 3
"""How often one spelling may be wrapped in another: an address within an address within JSON."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A person by everything he is called. `hashes` are those under which the store may know him."""

    names: tuple[str, ...]
    hashes: frozenset[str]
    pattern: re.Pattern[str]

    def is_in(self, *cells: str | None) -> bool:
        """Whether one of these texts names the person. An e-mail address counts wherever it stands, a name as whole words."""
        return any(self.pattern.search(persons.plain(form)) for cell in cells if cell for form in _readings(cell))

    def may_be_in(self, conn: Connection, column: str) -> str:
        """A condition that holds for every text of a column that names the person, and for some that do not.

        Only plain ASCII is asked for letters of the name: `lower()` of a database knows neither that a sharp s is two s nor
        what a ligature, a full-width letter or an escaped one stands for. A text with any of those is read.
        """
        runs = [max(_RUN.findall(name), key=len, default="") for name in self.names]
        if not all(runs):
            return f"{column} IS NOT NULL"
        octets = f"octet_length({column})" if sql.is_postgresql(conn) else f"length(CAST({column} AS BLOB))"
        other = [f"{octets} <> length({column})", *(f"replace({column}, '{c}', '') <> {column}" for c in _ESCAPING)]
        return "(" + " OR ".join([*(f"lower({column}) LIKE '%{run}%'" for run in sorted(set(runs))), *other]) + ")"


def company(rows: Iterable[tuple[str | None, str | None, str | None]], *, by_any: bool = False) -> Sought:
    """A company by (domain, name, reference) of its accounts: by its domain, and by the others only where it has none.

    A name alone may be a word of every day: what is about others would be taken for it. `by_any` takes that into account, for
    texts that nobody misses.
    """
    plain = dict[str, None]()
    for domain, name, reference in rows:
        others = [name, (reference or "").partition(":")[2]]
        told = [domain, *others] if by_any else [domain] if domain else others
        plain |= dict.fromkeys(text for called in told if called and (text := persons.plain(called)))
    return Sought(tuple(plain), frozenset(), _pattern(plain))


def sought(conn: Connection, names: Iterable[str]) -> Sought:
    """Somebody called by these names and e-mail addresses."""
    given = [name.strip() for name in names]
    plain = tuple(dict.fromkeys(persons.plain(name) for name in given))
    key = persons.key_of(conn)
    spelled = {*plain, *given, *(name.lower() for name in given), *(name.title() for name in given)}
    return Sought(plain, frozenset(persons.raw_hash(key, text) for text in spelled), _pattern(plain))


def _pattern(plain: Iterable[str]) -> re.Pattern[str]:
    """What finds any of these; nothing when there are none."""
    words = (re.escape(name) if "@" in name else rf"(?<!\w){re.escape(name)}(?!\w)" for name in plain)
    return re.compile("|".join(words) or "(?!)")


def _readings(cell: str) -> set[str]:
    """The text, and what it says once what is escaped in it is read."""
    found, form = {cell}, cell
    for _ in range(_ROUNDS):
        form = unquote_plus(_unescaped(form))
        if form in found:
            break
        found |= {form, _unescaped(form)}
    return found | {_unescaped(cell)}


def _unescaped(text: str) -> str:
    """What a JSON string with this content says; a break of a line as a space."""
    if "\\" not in text:
        return text
    pieces = _ESCAPED.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) > 1 else _ESCAPES.get(m[1], m[1]), text)
    return pieces.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
