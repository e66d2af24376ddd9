"""Who comes first, and where capacity draws the line."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING, Literal

from capteur.errors import UsageError
from capteur.estimator import Estimator
from capteur.intent import STATUSES, TRENDS, WORDS, Estimate, Estimates
from capteur.store import due, sql
from capteur.store import states as running

if TYPE_CHECKING:
    from sqlalchemy import Connection

Sort = Literal["intent", "trend", "newest"]
SORTS: tuple[Sort, ...] = ("intent", "trend", "newest")
STEP = 256
"""Accounts read from the ceiling index at a time while walking down to the top N."""
MANY = 2000
"""Accounts read at a time where everyone is read."""
NUMBERED = ("scored", "declared")
TREND_ORDER = {"rising": 3, "steady": 2, "unknown": 1, "falling": 0}


def top_now(
    conn: Connection,
    estimator: Estimator,
    model: str,
    version: int,
    now: int,
    count: int,
    *,
    states: Sequence[str] = ("listed",),
    among: Collection[int] | None = None,
    minimum: float = 0.0,
) -> list[tuple[int, Estimate]]:
    """The `count` highest intents from running state, highest first (ties by account id), none below `minimum`.

    Of the accounts in these states; `among` = only these of them. Walks accounts down their ceilings (an upper bound that only
    falls) and stops when the next ceiling cannot enter any more.
    """
    best: list[tuple[float, int, Estimate]] = []
    for account_id, ceiling, estimate in _walk(conn, estimator, model, version, now, states, among):
        if ceiling < (best[0][0] if len(best) == count else minimum):
            break
        if estimate.status in NUMBERED and estimate.intent is not None and estimate.intent >= minimum:
            entry = (estimate.intent, -account_id, estimate)
            if len(best) < count:
                heapq.heappush(best, entry)
            elif entry[:2] > best[0][:2]:
                heapq.heapreplace(best, entry)
    return [(-key, estimate) for _, key, estimate in sorted(best, key=lambda e: e[:2], reverse=True)]


def _walk(
    conn: Connection,
    estimator: Estimator,
    model: str,
    version: int,
    now: int,
    states: Sequence[str],
    among: Collection[int] | None,
) -> Iterator[tuple[int, float, Estimate]]:
    after: tuple[float, int] | None = None
    while page := running.walk(conn, model, after, STEP, states=states):
        wanted = [account_id for account_id, _ in page if among is None or account_id in among]
        loaded = running.load(conn, wanted, model, version) if wanted else {}
        for account_id, ceiling in page:
            if own := loaded.get(account_id):
                yield account_id, ceiling, estimator.read(own, now)
        after = (page[-1][1], page[-1][0])


def everyone_now(conn: Connection, estimator: Estimator, model: str, version: int, now: int) -> dict[int, Estimate]:
    """Every listed account that has any state."""
    found: dict[int, Estimate] = {}
    for ids in sql.chunks(due.listed_ids(conn), MANY):
        loaded = running.load(conn, ids, model, version)
        found |= {account_id: estimator.read(own, now) for account_id, own in loaded.items() if own}
    return found


def order(estimates: Iterable[tuple[int, Estimate, int]], sort: Sort) -> list[tuple[int, Estimate]]:
    """Accounts with a number, best first by `sort`; input rows are (account id, estimate, newest signal's micros)."""
    if sort not in SORTS:
        raise UsageError(f"cannot sort by {sort!r}", fix=f"use one of {', '.join(SORTS)}")
    numbered = [row for row in estimates if row[1].status in NUMBERED]

    def place(row: tuple[int, Estimate, int]) -> tuple[float, float, int]:
        account_id, estimate, newest = row
        intent = estimate.intent or 0.0
        first = {"intent": intent, "trend": float(TREND_ORDER[estimate.trend]), "newest": float(newest)}[sort]
        return -first, -intent, account_id

    return [(account_id, estimate) for account_id, estimate, _ in sorted(numbered, key=place)]


def threshold(intents: Sequence[float], capacity: int | None) -> tuple[float | None, int]:
    """(the line, how many fit): the line is the intent of the last account within capacity, from a descending list."""
    if capacity is None or not intents:
        return None, 0
    fits = min(capacity, len(intents))
    return (intents[fits - 1], fits) if fits else (None, 0)


def unpacked(estimates: Estimates) -> Iterator[tuple[int, Estimate]]:
    """Columns as one Estimate per account, without contributions."""
    numbers = (estimates.intent, estimates.low, estimates.high)
    for place, account_id in enumerate(estimates.account.tolist()):
        status = STATUSES[int(estimates.status[place])]
        intent, low, high = (None if isnan(column[place]) else float(column[place]) for column in numbers)
        word, trend = WORDS[int(estimates.evidence[place])], TRENDS[int(estimates.trend[place])]
        yield account_id, Estimate(status, intent, low, high, word, trend=trend)
