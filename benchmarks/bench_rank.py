"""From one new signal to a new rank, the top 100 of a million accounts, and what a run costs as history grows.

Each row has its limit beside it, measured in the same run. CAPTEUR_BENCH_ACCOUNTS makes the million smaller for a quick look.
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from table import Row, show

from capteur import estimating, ranking
from capteur.accounts import AccountRef
from capteur.clock import MICROS_PER_DAY, SystemClock, micros
from capteur.estimators.evidence import Evidence
from capteur.signals import Accepted
from capteur.store import Store, open_store, states
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming

ACCOUNTS = int(os.environ.get("CAPTEUR_BENCH_ACCOUNTS", "1000000"))
HISTORIES = (100_000, 1_000_000)
KINDS = ("hiring.opened", "visit.page", "funding.raised")
NOW = micros(datetime.now(UTC))
HALF = {"hiring.opened": 45.0, "visit.page": 7.0, "funding.raised": 90.0}
WEIGHT = {"hiring.opened": 3.0, "visit.page": 1.0, "funding.raised": 4.0}


def signal(key: str, kind: str, at: int, account_id: int) -> Incoming:
    ref = AccountRef(domain="x.example")
    return Incoming(Accepted(kind, ref, key, at, False, 1.0, None, None, None, None, None, None, 1), account_id)


def median(work: Callable[[], object], times: int, clock: Callable[[], float] = time.process_time) -> float:
    """Median seconds of one call: CPU of all our threads, so that a busy machine does not count against either side."""
    took = []
    for _ in range(times):
        start = clock()
        work()
        took.append(clock() - start)
    return statistics.median(took)


def filled(folder: Path, accounts: int, signals: int) -> tuple[Store, estimating.Model, sqlite3.Connection]:
    """A store with `signals` signals spread over `accounts`, states folded; and a bare connection to the same file."""
    url = f"sqlite:///{folder / f's{signals}.db'}"
    store = open_store(url, SystemClock(), create=True)
    model = estimating.install(store, {"main": Evidence()}, NOW)["main"]
    bare = sqlite3.connect(folder / f"s{signals}.db", isolation_level=None)
    bare.execute("PRAGMA synchronous=OFF")
    bare.execute("BEGIN")
    bare.executemany(
        "INSERT INTO account (id, domain, name, state, created_at) VALUES (?, ?, ?, 'listed', 0)",
        ((i, f"c{i}.example", f"c{i}") for i in range(1, accounts + 1)),
    )
    bare.execute("COMMIT")
    rng = random.Random(5)
    store.write(
        lambda conn: commit(
            conn,
            Batch(
                "bench",
                "bench",
                signals=(
                    signal("first", KINDS[0], NOW, 1),
                    signal("f2", KINDS[1], NOW, 1),
                    signal("f3", KINDS[2], NOW, 1),
                ),
            ),
            NOW,
        )
    ).result()
    ids = dict(bare.execute("SELECT name, id FROM kind"))
    scope = bare.execute("SELECT id FROM scope WHERE name = 'bench'").fetchone()[0]
    bare.execute("BEGIN")
    bare.executemany(
        "INSERT INTO signal (scope_id, key, account_id, kind_id, occurred_at, detected_at, known_at, known_assumed, by_day, strength, schema_version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 1.0, 1)",
        (
            (scope, f"bench:{i}", rng.randint(1, accounts), ids[KINDS[i % 3]], at, at, at)
            for i in range(signals)
            for at in (NOW - rng.randint(0, 180 * MICROS_PER_DAY),)
        ),
    )
    bare.execute("COMMIT")
    bare.execute("PRAGMA synchronous=NORMAL")
    mark_everything(store)
    estimating.refresh(store, {"main": model}, NOW)
    bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store, model, bare


def mark_everything(store: Store) -> None:
    """Everything is stale: what was written past the store has no marks."""
    store.write(states.mark_all).result()


def one_signal(store: Store, model: estimating.Model, bare: sqlite3.Connection) -> tuple[float, float]:
    """(ours, raw statements) for: store one signal, mark, refold, write state and ceiling, read the new number."""
    rng, count = random.Random(6), [0]

    def ours() -> None:
        count[0] += 1
        account, at = rng.randint(1, 9_000), NOW + count[0]
        batch = Batch("bench", "bench", signals=(signal(f"new:{count[0]}", "visit.page", at, account),))
        store.write(lambda conn: commit(conn, batch, NOW)).result()
        estimating.refresh(store, {"main": model}, NOW)
        store.read(lambda conn: estimating.read_now(conn, model, [account], NOW))

    kind = bare.execute("SELECT id FROM kind WHERE name = 'visit.page'").fetchone()[0]
    scope = bare.execute("SELECT id FROM scope WHERE name = 'bench'").fetchone()[0]
    version = model.version.id

    def raw() -> None:
        count[0] += 1
        account, at = rng.randint(9_001, 10_000), NOW + count[0]
        run = bare.execute
        run("BEGIN IMMEDIATE")
        run(
            "INSERT INTO signal (scope_id, key, account_id, kind_id, occurred_at, detected_at, known_at, known_assumed, by_day, strength, schema_version) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 1.0, 1) ON CONFLICT DO NOTHING RETURNING id",
            (scope, f"raw:{count[0]}", account, kind, at, at, at),
        ).fetchall()
        run(
            "INSERT INTO stale (account_id, kind_id, from_day) VALUES (?, ?, ?) ON CONFLICT (account_id, kind_id) DO UPDATE SET from_day = min(from_day, excluded.from_day)",
            (account, kind, at // MICROS_PER_DAY),
        )
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run("DELETE FROM stale RETURNING account_id, kind_id, from_day").fetchall()
        states = run(
            "SELECT kind_id, sealed_day, sealed, at, total, n FROM state WHERE version_id = ? AND account_id = ?",
            (version, account),
        ).fetchall()
        rows = run(
            "SELECT key, occurred_at, strength FROM signal WHERE account_id = ? AND kind_id = ? AND revoked_at IS NULL ORDER BY occurred_at, key",
            (account, kind),
        ).fetchall()
        total = sum(2.0 ** ((r[1] - NOW) / (7.0 * MICROS_PER_DAY)) for r in rows)
        run(
            "INSERT OR REPLACE INTO state (version_id, account_id, kind_id, sealed_day, sealed, at, total, n) VALUES (?, ?, ?, 0, ?, ?, ?, ?)",
            (version, account, kind, b"", NOW, struct.pack("<3d", total, total, total), len(rows)),
        )
        run(
            "INSERT INTO ceiling_rank (model, account_id, ceiling) VALUES ('main', ?, ?) ON CONFLICT (model, account_id) DO UPDATE SET ceiling = excluded.ceiling",
            (account, min(9.0, total)),
        )
        run("COMMIT")
        run(
            "SELECT kind_id, at, total FROM state WHERE version_id = ? AND account_id = ?", (version, account)
        ).fetchall()
        assert states is not None

    took, limit = median(ours, 300), median(raw, 300)
    return took, limit


def growth(store: Store, model: estimating.Model) -> float:
    """Seconds to store 1000 new signals and refold, whatever the history."""
    rng, count = random.Random(7), [0]

    def work() -> None:
        count[0] += 1
        new = tuple(
            signal(f"g{count[0]}:{i}", KINDS[i % 3], NOW + count[0], rng.randint(1, 9_000)) for i in range(1000)
        )
        store.write(lambda conn: commit(conn, Batch("bench", "bench", signals=new), NOW)).result()
        estimating.refresh(store, {"main": model}, NOW)

    return median(work, 5)


def million(folder: Path) -> tuple[float, float, int]:
    """(seconds for the top 100, seconds of a bare Python start, accounts) from running state, without reading any history."""
    store = open_store(f"sqlite:///{folder / 'million.db'}", SystemClock(), create=True)
    model = estimating.install(store, {"main": Evidence()}, NOW)["main"]
    bare = sqlite3.connect(folder / "million.db", isolation_level=None)
    bare.execute("PRAGMA synchronous=OFF")
    bare.execute("BEGIN")
    bare.executemany("INSERT INTO kind (id, name) VALUES (?, ?)", list(enumerate(KINDS, start=1)))
    rng = random.Random(8)
    accounts = range(1, ACCOUNTS + 1)
    bare.executemany(
        "INSERT INTO account (id, domain, name, state, created_at) VALUES (?, ?, ?, 'listed', 0)",
        ((i, f"c{i}.example", f"c{i}") for i in accounts),
    )
    states, ceilings = [], []
    for i in accounts:
        mass = 0.0
        for kind_id, kind in enumerate(KINDS, start=1):
            if rng.random() < 0.5:
                total = rng.expovariate(1.5)
                states.append(
                    (
                        model.version.id,
                        i,
                        kind_id,
                        struct.pack("<5d", 0, 0, 0, 0, 0),
                        NOW,
                        struct.pack("<3d", total, total, total),
                    )
                )
                mass += WEIGHT[kind] * 2.5 * (1 - 0.6**total)
        ceilings.append((i, 10 * mass / (mass + 9)))
    bare.executemany(
        "INSERT INTO state (version_id, account_id, kind_id, sealed_day, sealed, at, total, n) VALUES (?, ?, ?, 20000, ?, ?, ?, 1)",
        states,
    )
    bare.executemany("INSERT INTO ceiling_rank (model, account_id, ceiling) VALUES ('main', ?, ?)", ceilings)
    bare.execute("COMMIT")
    bare.close()
    took = median(
        lambda: store.read(
            lambda conn: ranking.top_now(conn, model.estimator, "main", model.version.id, NOW + 3 * MICROS_PER_DAY, 100)
        ),
        7,
        time.perf_counter,
    )
    python = median(lambda: subprocess.run([sys.executable, "-I", "-c", ""], check=True), 9, time.perf_counter)
    store.close()
    return took, python, ACCOUNTS


def rows() -> list[Row]:
    """The rows of the table."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        curve = {}
        for size in HISTORIES:
            store, model, bare = filled(folder, 10_000, size)
            if size == HISTORIES[0]:
                ours, limit = one_signal(store, model, bare)
                found.append(
                    Row("one new signal -> new number, ms (raw statements)", ours * 1e3, limit * 1e3, ours / limit, 2.0)
                )
            curve[size] = growth(store, model)
            store.close()
            bare.close()
        small, large = (curve[size] for size in HISTORIES)
        found.append(
            Row(
                "1000 new signals: history x 10, s (history x 1)",
                large,
                small,
                large / small,
                2.0,
                "cost follows what is new",
            )
        )
        took, python, count = million(folder)
        found.append(Row(f"top 100 of {count:,} accounts, s (bare Python start)", took, python, took / python, 15.0))
    return found


if __name__ == "__main__":
    show(rows())
