"""What the whole market did, kind by kind and day by day: what surprise.py holds an account's own day against."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from capteur.clock import MICROS_PER_DAY
from capteur.estimator import Market, SignalColumns
from capteur.estimators import columnar
from capteur.estimators.rules import Rules
from capteur.estimators.tallying import Floats, Ints, KindArrays

_DAYS = 1 << 32
"""More than there are days either side of 1970, in one kind's part of the numbers that stand for (kind, day)."""


def market_of(columns: SignalColumns, at: int, watched: int, kinds: Collection[str], rules: Rules) -> Market:
    """The market of these kinds as known at `at` (micros, 00:00 UTC), over the `watched` accounts whose signals these are.

    Days that are not over at `at`, and what was not known by then, are left out; events and topics are settled as everywhere.
    """
    codes = [i for i, name in enumerate(columns.kinds) if name in kinds]
    names = KindArrays.of(columns.kinds, rules)
    starts = columnar.starts_of(columns.account)
    days: list[tuple[Ints, Floats]] = []
    for _, block in columnar.counted_blocks(columns, starts, at, names, rules):
        rows = np.flatnonzero(block.keep & np.isin(block.kind, codes) & (block.at < at))
        day = block.kind[rows].astype(np.int64) * _DAYS + block.at[rows] // MICROS_PER_DAY
        new_day = columnar.changes(np.searchsorted(block.begin, rows, side="right")) | columnar.changes(day)
        worth = columnar.day_worth(block.strength[rows], new_day, rules.cap)
        first = np.flatnonzero(new_day)
        if first.size:
            days.append((day[first], np.add.reduceat(worth, first)))
    found: dict[str, dict[int, float]] = {}
    if days:
        each, place = np.unique(np.concatenate([day for day, _ in days]), return_inverse=True)
        sums = np.bincount(place, np.concatenate([worth for _, worth in days]))
        for number, total in zip(each.tolist(), sums.tolist(), strict=True):
            # Halfway up, so that a day before 1970 stays with its kind.
            kind = (number + _DAYS // 2) // _DAYS
            found.setdefault(columns.kinds[kind], {})[number - kind * _DAYS] = total
    return Market(at, watched, found)
