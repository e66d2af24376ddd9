"""Companies that sources named and no account answers to, and the accounts they might be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.matching import normal_name
from capteur.store import accounts as stored
from capteur.store import links

if TYPE_CHECKING:
    from sqlalchemy import Connection

LIKELY = 0.7
"""Likeness from which an account is proposed for a company that waits."""
WITHIN = 0.75
"""Likeness of a name that is a part of the other."""
COMMON = 200
"""A word that more accounts share says nothing; so many of them are looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A company that no account answers to, and the accounts it might be: (account, likeness 0 to 1), best first."""

    account: Account
    signals: int
    newest: int | None
    candidates: tuple[tuple[Account, float], ...]


def waiting(conn: Connection, limit: int | None = None) -> list[Waiting]:
    """Companies that wait: those an account might answer to first, then those with the most signals."""
    rows = links.unmatched(conn)
    by_word: dict[str, list[Account]] = {}
    for account in stored.listing(conn, states=("listed", "discovered")):
        for word in set(normal_name(_called(account)).split()):
            by_word.setdefault(word, []).append(account)
    found = [Waiting(row.account, row.signals, row.newest, _candidates(row.account, by_word)) for row in rows]
    found.sort(key=lambda w: (not w.candidates, -w.signals, w.account.id))
    return found[:limit]


def _candidates(account: Account, by_word: Mapping[str, Sequence[Account]]) -> tuple[tuple[Account, float], ...]:
    """Accounts that share a word of the name, by likeness; only proposals: nothing is ever linked by likeness."""
    name = normal_name(_called(account))
    near = {other.id: other for word in name.split() for other in by_word.get(word, ())[:COMMON]}
    scored = [(other, _likeness(name, normal_name(_called(other)))) for other in near.values()]
    likely = sorted((pair for pair in scored if pair[1] >= LIKELY), key=lambda pair: (-pair[1], pair[0].id))
    return tuple(likely[:3])


def _called(account: Account) -> str:
    """Its name; of one known by nothing but its domain the first label: `com` is no likeness."""
    return (
        account.name
        if account.name not in (account.domain, account.reference)
        else account.label.partition(":")[2].partition(".")[0] or account.label.partition(".")[0]
    )


def _likeness(one: str, two: str) -> float:
    """0 to 1 by letters; a name whose words are all in the other ("acme", "acme holdings") is likely the same."""
    words = set(one.split()), set(two.split())
    within = words[0] <= words[1] or words[1] <= words[0]
    return max(SequenceMatcher(None, one, two).ratio(), WITHIN if within else 0.0)
