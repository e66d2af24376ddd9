"""Discovered companies that the list names by now: found by an id or exactly by name, and attached to their account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from capteur.accounts import AccountRef
from capteur.matching import Index, normal_name
from capteur.store import accounts as stored
from capteur.store import links, sql

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SAME_ALIAS = """
SELECT company.id, min(owner.id) FROM account company
JOIN ({called}) called ON called.account_id = company.id
JOIN alias ON alias.text = called.text JOIN account owner ON owner.id = alias.account_id
WHERE company.state = 'discovered' AND owner.state IN ('listed', 'aside') AND alias.text NOT LIKE 'name:%'
GROUP BY company.id HAVING count(DISTINCT owner.id) = 1 ORDER BY company.id
"""
_CALLED = """
SELECT account_id, text FROM alias UNION SELECT id, reference FROM account WHERE reference IS NOT NULL
UNION SELECT id, 'domain:' || domain FROM account WHERE domain IS NOT NULL
"""
_PLAIN = re.compile(r"(?:[A-Za-z0-9 ,]|(?<=[A-Za-z0-9]{2})\.(?=[ ,]|$))*")
"""Names that are written in the words they are compared by; others are looked at in full."""
_WORD = re.compile(r"[a-z0-9]+")


def recognise(conn: Connection, now: int) -> int:
    """Link the discovered companies that the list names exactly, by an id, a domain or their name; returns how many.

    A name that two of them share says nothing: their source tells them apart. Nor is a link made that a person has undone.
    """
    found: dict[int, int] = dict(sql.pairs(conn, _SAME_ALIAS.format(called=_CALLED)))
    found = _by_name(conn) | found
    undone = links.undone(conn)
    fresh = [pair for pair in sorted(found.items()) if pair not in undone]
    for company, account in fresh:
        links.link(conn, company, account, now)
    return len(fresh)


def _by_name(conn: Connection) -> dict[int, int]:
    """By company the account of its name; a company with a domain of its own is not known by its name."""
    names = sql.pairs(conn, "SELECT id, name FROM account WHERE state = 'discovered' AND domain IS NULL")
    if not names:
        return {}
    rows = list(stored.index_rows(conn, (*stored.LISTED, *stored.ASIDE)))
    known, is_likely, normal = Index(rows), _likely(rows), dict[int, str]()
    for company, name in names:
        if is_likely(name):
            normal[company] = normal_name(name)
    shared = Counter(normal.values())
    matched = {
        company: known.match(AccountRef(name=name)) for company, name in normal.items() if name and shared[name] == 1
    }
    return {company: account for company, account in matched.items() if account is not None}


def _likely(rows: Iterable[tuple[str, int]]) -> Callable[[str], bool]:
    """Whether a name can be one of the list's: all words of one of those are in it.

    A normal name costs twenty times as much as such a look, and there may be a hundred thousand companies.
    """
    by_word: dict[str, list[set[str]]] = {}
    for text, _ in rows:
        scheme, _, name = text.partition(":")
        words = name.split() if scheme == "name" else []
        if words:
            by_word.setdefault(words[0], []).append({*words})

    def is_likely(name: str) -> bool:
        if not _PLAIN.fullmatch(name):
            return True
        words = {*_WORD.findall(name.casefold())}
        return any(listed <= words for word in words for listed in by_word.get(word, ()))

    return is_likely
