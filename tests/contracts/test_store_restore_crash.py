"""kill -9 in the middle of a restore: the old store is there, whole, or the restored one is; and the next restore works."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from capteur.store import open_store, sql
from capteur.store.backup import back_up
from capteur.store.restore import restore

KILLS = 6
SIGNALS = 5_000
CODE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import alembic.command, psycopg  # what costs time to import must not stand between the start and the work
from capteur.store.restore import restore
print("ready", flush=True)
folder = Path(sys.argv[2])
restore(sys.argv[1], folder / "new.zip", datetime(2026, 11, 20, 9, int(sys.argv[3]), tzinfo=UTC), force=True, keep_in=folder)
print("done", flush=True)
"""

pytestmark = pytest.mark.crash


def holds(bench):
    """Counts that only go together: signals, accounts, the key of the persons' hashes."""
    counts = (
        "SELECT count(*) FROM signal",
        "SELECT count(*) FROM account",
        "SELECT count(*) FROM meta WHERE name = 'person_key'",
    )

    def work(conn):
        if not bench.postgresql:
            assert sql.value(conn, "PRAGMA integrity_check") == "ok"
        return tuple(sql.value(conn, query) for query in counts)

    with open_store(bench.url, bench.clock) as store:
        return store.read(work)


def alone(bench):
    """Wait until the server has noticed that a killed process is gone."""
    if bench.postgresql:
        with psycopg.connect(bench.url, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def test_a_killed_restore_leaves_one_whole_store(bench, tmp_path):
    """Killed at six moments between its first statement and its last."""
    acme = bench.account("acme.com")
    bench.commit(*(bench.signal(f"new/{i}", acme) for i in range(SIGNALS)))
    back_up(bench.url, tmp_path / "new.zip", bench.clock.now())
    bench.write(lambda c: sql.run(c, "DELETE FROM signal WHERE id > 100"))
    bench.account("globex.com")
    back_up(bench.url, tmp_path / "old.zip", bench.clock.now())
    bench.store.close()
    old, new = (100, 2, 1), (SIGNALS, 1, 1)
    seen, rng, took = set(), random.Random(11), None
    for turn in range(KILLS + 1):
        alone(bench)
        bench.advance(seconds=1)
        restore(bench.url, tmp_path / "old.zip", bench.clock.now(), force=True, keep_in=tmp_path)
        assert holds(bench) == old
        argv = [sys.executable, "-W", "ignore", "-c", CODE, bench.url, str(tmp_path), str(turn)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "ready\n"
            start = time.monotonic()
            try:
                child.wait(None if took is None else rng.uniform(0.0, took))
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
            finished = child.stdout.read() == "done\n"
        took = took or time.monotonic() - start
        alone(bench)
        found = holds(bench)
        assert found == new if finished else found in (old, new)
        seen.add((finished, found))
    assert (True, new) in seen
    assert (False, old) in seen
