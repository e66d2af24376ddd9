"""Replay: polls bring mostly what is known already; what does it cost to find that nothing is new?

The limit is the bare driver offering the same known rows to INSERT ... ON CONFLICT DO NOTHING (see bench_ingest.py). The last
row is growth, which has no bare counterpart: the same signals, each stronger than before, with the old belief kept; its limit
is a bare UPDATE of each by its key.
"""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from typing import Any

from bench_ingest import (
    BATCH,
    NOW,
    PRAGMAS,
    SIGNALS,
    cells,
    filled,
    in_turns,
    market,
    per_row,
    postgresql_pair,
    sqlite_pair,
)
from table import Row, show

from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming


def known(ours: Any, limit: Any) -> None:
    """Store everything once."""
    for start in range(0, SIGNALS, BATCH):
        ours(start)
        limit(start)


def growth(signals: list[Incoming]) -> tuple[float, float]:
    """CPU seconds of everything growing once, and of the bare UPDATE."""
    weak = [replace(i, signal=replace(i.signal, strength=0.25), grows=True) for i in signals]
    strong = [replace(i, signal=replace(i.signal, strength=0.75), grows=True) for i in signals]
    with tempfile.TemporaryDirectory() as folder, filled(f"sqlite:///{folder}/ours.db") as store:
        with filled(f"sqlite:///{folder}/limit.db") as other:
            ready = cells(weak, other)
            for start in range(0, SIGNALS, BATCH):
                for each in (store, other):
                    batch = Batch("hiring", "hiring", signals=tuple(weak[start : start + BATCH]))
                    each.write(lambda conn, batch=batch: commit(conn, batch, NOW)).result()
        bare = sqlite3.connect(f"{folder}/limit.db", isolation_level=None)
        for pragma in PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")

        def ours(start: int) -> None:
            batch = Batch("hiring", "hiring", signals=tuple(strong[start : start + BATCH]))
            store.write(lambda conn: commit(conn, batch, NOW + 1)).result()

        def limit(start: int) -> None:
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(
                "UPDATE signal SET strength = 0.75, known_at = ? WHERE scope_id = 1 AND key = ? AND strength < 0.75",
                [(NOW + 1, row[2]) for row in ready[start : start + BATCH]],
            )
            bare.execute("COMMIT")

        took = in_turns(ours, limit)
        bare.close()
        return took


def rows() -> list[Row]:
    """The rows of the table."""
    signals = market()
    found = []
    with sqlite_pair(signals) as (ours, limit):
        known(ours, limit)
        took, bare = in_turns(ours, limit)
    found.append(
        Row("replay of known signals, SQLite, us a row (raw replay)", per_row(took), per_row(bare), took / bare, 1.5)
    )
    with postgresql_pair(signals) as (ours, limit, server):
        known(ours, limit)
        took, bare = in_turns(ours, limit, server)
    found.append(
        Row(
            "replay, PostgreSQL, us a row (COPY + ON CONFLICT)",
            per_row(took),
            per_row(bare),
            took / bare,
            1.5,
            "server's CPU included",
        )
    )
    took, bare = growth(signals)
    found.append(
        Row(
            "growth, SQLite, us a row (bare UPDATE)",
            per_row(took),
            per_row(bare),
            took / bare,
            10.0,
            "keeps the old belief",
        )
    )
    return found


if __name__ == "__main__":
    show(rows())
