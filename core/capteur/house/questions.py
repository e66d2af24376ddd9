"""What accounts asked, in their words: newest first, by account, with how often the same was asked."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from capteur import roster
from capteur.accounts import Account
from capteur.clock import micros
from capteur.house.touching import QUESTION
from capteur.store import accounts as stored_accounts
from capteur.store import signals as stored_signals
from capteur.store.shapes import SignalRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `text` None = its words are not kept any more; `times` and `accounts` count who asked the same, with it."""

    signal: SignalRow
    text: str | None
    times: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One account's questions, newest first."""

    account: Account
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """The report: accounts by their newest question. `since` None = all there are."""

    as_of: int
    since: int | None
    asked: tuple[Asked, ...]


def questions(house: House, *, since: datetime | None = None, account: str | None = None) -> Questions:
    """The questions that stand, of everybody or of one account, since a moment. How often counts everybody's in that time.

    Raises InputError for an unknown account.
    """
    start = micros(since) if since is not None else None

    def work(conn: Connection) -> Questions:
        only = roster.find(conn, account).id if account is not None else None
        rows = [row for row in stored_signals.rows(conn, kind=QUESTION, since=start) if row.revoked_at is None]
        alike = _alike(rows)
        by_account: dict[int, list[Question]] = defaultdict(list)
        for row in rows:
            if only in (None, row.account_id):
                text = words_of(row)
                same = alike[_plain(text)] if text is not None else [row]
                by_account[row.account_id].append(Question(row, text, len(same), len({r.account_id for r in same})))
        asked = []
        for account_id, own in by_account.items():
            who = stored_accounts.get(conn, account_id)
            if who is not None:
                asked.append(Asked(who, tuple(own)))
        return Questions(house.now(), start, tuple(asked))

    return house.store.read(work)


def words_of(row: SignalRow) -> str | None:
    """A question's own words: as they were written down, else what the source gave as its summary."""
    told: Any = row.data.get("text") if isinstance(row.data, dict) else None
    return told if isinstance(told, str) and told.strip() else row.summary


def _alike(rows: Iterable[SignalRow]) -> dict[str, list[SignalRow]]:
    found: dict[str, list[SignalRow]] = defaultdict(list)
    for row in rows:
        text = words_of(row)
        if text is not None:
            found[_plain(text)].append(row)
    return found


def _plain(text: str) -> str:
    """A question without case, punctuation and doubled spaces: what is left must be the same, nothing is guessed."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())
