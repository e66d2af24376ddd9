"""What goes wrong: failing work, a full disk, a locked database, a lost connection, two runs at once. Nothing half, and it recovers."""

from __future__ import annotations

import json
import sqlite3
import threading

import psycopg
import pytest

from capteur.errors import StoreBusy, StoreError, StoreFull, StoreHeld
from capteur.store import meta, open_store, schema, states, watches
from capteur.store.faults import shown
from capteur.store.hold import held


def blocked(bench):
    """A piece of work that keeps the writer busy until the event is set, so that what is queued behind it is one group."""
    started, go = threading.Event(), threading.Event()

    def work(_conn):
        started.set()
        assert go.wait(30)

    future = bench.store.write(work)
    assert started.wait(30)
    return future, go


def test_a_failing_piece_of_work_fails_alone(bench):
    """What waited together is committed together; the one that raises leaves nothing and takes nobody with it."""
    first, go = blocked(bench)

    def half(conn):
        meta.put(conn, "half", "done")
        msg = "my own error"
        raise LookupError(msg)

    def wrong_sql(conn):
        meta.put(conn, "wrong", "done")
        conn.exec_driver_sql("SELECT 1 FROM nowhere")

    futures = [bench.store.write(lambda c, n=n: meta.put(c, n, "done")) for n in ("a", "b")]
    bad, worse = bench.store.write(half), bench.store.write(wrong_sql)
    futures.append(bench.store.write(lambda c: meta.put(c, "c", "done")))
    go.set()
    for future in (first, *futures):
        future.result(timeout=30)
    with pytest.raises(LookupError, match="my own error"):
        bad.result(timeout=30)
    with pytest.raises(StoreError, match="nowhere"):
        worse.result(timeout=30)
    assert [bench.read(lambda c, n=n: meta.get(c, n)) for n in ("a", "b", "c", "half", "wrong")] == ["done"] * 3 + [
        None
    ] * 2


def test_a_cancelled_piece_of_work_is_not_done(bench):
    first, go = blocked(bench)
    future = bench.store.write(lambda c: meta.put(c, "x", "done"))
    assert future.cancel()
    go.set()
    first.result(timeout=30)
    bench.write(lambda c: meta.put(c, "y", "done"))
    assert bench.read(lambda c: meta.get(c, "x")) is None


def test_reading_cannot_write(bench):
    with pytest.raises(StoreError):
        bench.read(lambda c: meta.put(c, "x", "done"))


def test_a_write_inside_a_write_is_refused_and_not_waited_for(bench):
    with pytest.raises(StoreError, match="inside a write"):
        bench.write(lambda _: bench.store.write(lambda c: meta.put(c, "x", "1")).result())


def test_a_closed_store_says_so_after_finishing_what_waited(bench):
    first, go = blocked(bench)
    late = bench.store.write(lambda c: meta.put(c, "x", "done"))
    closing = threading.Thread(target=bench.store.close)
    closing.start()
    go.set()
    closing.join(30)
    first.result(timeout=1)
    late.result(timeout=1)
    with pytest.raises(StoreError, match="closed"):
        bench.store.write(lambda c: meta.put(c, "y", "done"))


def test_a_full_disk_leaves_nothing_and_the_store_recovers(sqlite_bench):
    """SQLite's own limit stands for the disk's: the whole unit is rolled back, small work goes on, and later all of it."""
    bench = sqlite_bench
    acme = bench.account("acme.com")
    (row,) = bench.claim(acme)
    pages = bench.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
    bench.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}").scalar())
    big = [bench.signal(f"k{i}", acme, data=json.dumps("x" * 2000)) for i in range(200)]
    unit = {"account_id": acme, "epoch": row.epoch, "memory": '"after"', "finish": bench.finish()}
    with pytest.raises(StoreFull, match="the disk is full"):
        bench.commit(*big, **unit)
    assert bench.history(acme) == []
    assert bench.read(states.marks_left) == 0
    assert bench.read(lambda c: watches.get(c, "jobs", acme)).cursor is None
    bench.write(lambda c: meta.put(c, "small", "fits"))
    bench.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1073741823").scalar())
    assert bench.commit(*big, **unit).new == 200
    assert bench.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar()) == "ok"


def test_a_full_disk_fails_only_those_who_need_the_space(sqlite_bench):
    """Of a group that broke together each piece is done again by itself."""
    bench = sqlite_bench
    acme = bench.account("acme.com")
    pages = bench.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar())
    bench.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}").scalar())
    first, go = blocked(bench)
    small = [bench.store.write(lambda c, i=i: meta.put(c, f"n{i}", "fits")) for i in range(3)]
    big = bench.store.write(lambda c: [meta.put(c, f"big{i}", "x" * 4000) for i in range(50)])
    small.append(bench.store.write(lambda c: meta.put(c, "last", "fits")))
    go.set()
    first.result(timeout=30)
    for future in small:
        future.result(timeout=30)
    with pytest.raises(StoreFull):
        big.result(timeout=30)
    assert bench.read(lambda c: meta.get(c, "last")) == "fits"
    assert bench.read(lambda c: meta.get(c, "big0")) is None
    assert acme


def test_a_database_locked_by_another_program_is_busy_and_then_free_again(sqlite_bench):
    bench = sqlite_bench
    browser = sqlite3.connect(bench.path, isolation_level=None)
    browser.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match=r"locked by another program \(it did not let go in time\)"):
        bench.write(lambda c: meta.put(c, "x", "done"))
    assert bench.read(lambda c: meta.get(c, "x")) is None
    browser.execute("ROLLBACK")
    browser.close()
    bench.write(lambda c: meta.put(c, "x", "done"))
    assert bench.read(lambda c: meta.get(c, "x")) == "done"


def test_a_second_run_is_told_who_holds_the_store(sqlite_bench):
    bench = sqlite_bench
    with bench.store.hold("capteur run"):
        with (
            pytest.raises(StoreHeld, match=r"`capteur run` holds it \(process \d+, since 2026-11-20 08:00:00 UTC\)"),
            bench.store.hold("capteur backfill"),
        ):
            pass
        with pytest.raises(StoreHeld, match="capteur run"):
            open_store(bench.url, bench.clock, hold="capteur daemon")
    other = open_store(bench.url, bench.clock, hold="capteur daemon")
    with pytest.raises(StoreHeld, match="capteur daemon"), bench.store.hold("capteur run"):
        pass
    other.close()
    with bench.store.hold("capteur run"):
        pass


def test_a_lock_file_that_says_nothing_still_holds(sqlite_bench):
    """The lock is the operating system's; what the file says is only for people."""
    bench = sqlite_bench
    lock = bench.path.with_name("capteur.db.lock")
    with bench.store.hold("capteur run"):
        lock.write_text("not json")
        with pytest.raises(StoreHeld, match="another run"), bench.store.hold("second"):
            pass


def test_whoever_holds_the_store_frees_the_leases_of_the_dead(sqlite_bench):
    """A killed run leaves its claims behind; the next one need not wait for them to run out."""
    bench = sqlite_bench
    bench.claim(1, lease_s=3600)
    assert bench.claim(1) == []
    with bench.store.hold("capteur run"):
        assert len(bench.claim(1)) == 1


def test_a_lost_connection_is_made_again(postgresql_bench):
    """The server went away between two pieces of work, and in the middle of one: what was not committed is done again."""
    bench = postgresql_bench
    server = psycopg.connect(bench.url, autocommit=True)

    def cut():
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'capteur' AND datname = current_database()"
        )

    bench.write(lambda c: meta.put(c, "before", "done"))
    cut()
    bench.write(lambda c: meta.put(c, "after", "done"))
    assert bench.read(lambda c: meta.get(c, "after")) == "done"
    tries = []

    def struck(conn):
        tries.append(1)
        meta.put(conn, "middle", str(len(tries)))
        if len(tries) == 1:
            cut()
        meta.put(conn, "end", "done")

    bench.write(struck)
    assert bench.read(lambda c: meta.get(c, "middle")) == "2"

    def always(conn):
        cut()
        meta.put(conn, "never", "done")

    with pytest.raises(StoreBusy, match="the server is away"):
        bench.write(always)
    bench.write(lambda c: meta.put(c, "end", "again"))
    server.close()


def test_two_writers_that_tie_a_knot_both_get_through(postgresql_bench):
    """PostgreSQL refuses one of two transactions that wait for each other; its work is done again."""
    bench = postgresql_bench
    for name in ("a", "b"):
        bench.write(lambda c, n=name: meta.put(c, n, "0"))
    stores, gate = [bench.store, bench.another()], threading.Barrier(2)

    def crossing(order):
        tried = []

        def work(conn):
            tried.append(1)
            meta.put(conn, order[0], order)
            if len(tried) == 1:
                gate.wait(60)
            meta.put(conn, order[1], order)

        return work

    futures = [store.write(crossing(order)) for store, order in zip(stores, ("ab", "ba"), strict=True)]
    for future in futures:
        future.result(timeout=60)
    assert bench.read(lambda c: meta.get(c, "a")) == bench.read(lambda c: meta.get(c, "b"))


def test_the_store_is_held_before_it_is_migrated(sqlite_bench, monkeypatch):
    """Whoever finds it held changes nothing; whoever migrates has it."""
    bench = sqlite_bench
    bench.write(lambda c: c.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0000'"))
    seen = []

    def bring(conn, _place):
        with pytest.raises(StoreHeld, match="capteur daemon"), held(bench.path, "second", bench.clock.now()):
            pass
        seen.append(conn)
        msg = "migration failed"
        raise RuntimeError(msg)

    monkeypatch.setattr(schema, "bring", bring)
    with bench.store.hold("capteur run"), pytest.raises(StoreHeld, match="capteur run"):
        open_store(bench.url, bench.clock, upgrade=True, hold="capteur daemon")
    assert not seen
    with pytest.raises(RuntimeError, match="migration failed"):
        open_store(bench.url, bench.clock, upgrade=True, hold="capteur daemon")
    assert len(seen) == 1
    with bench.store.hold("capteur run"):  # a failed opening lets go
        pass


def test_an_address_is_shown_without_any_secret():
    url = "postgresql+psycopg://me:hunter2@h/db?password=hunter2&sslpassword=hunter2&api_token=hunter2&sslmode=require"
    text = shown(url)
    assert "hunter2" not in text
    assert text.startswith("postgresql://me:***@h/db?")
    assert set(text.partition("?")[2].split("&")) == {
        "password=***",
        "sslpassword=***",
        "api_token=***",
        "sslmode=require",
    }


def test_work_that_fails_by_itself_after_its_session_was_ended_leaves_the_writer_alive(bench):
    """The rollback has nobody to tell; who waits gets the error of the work, and the next work a new connection."""

    def fails(conn):
        if conn.dialect.name == "postgresql":
            pid = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with psycopg.connect(psycopg_url(bench), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))
        else:
            conn.connection.driver_connection.close()
        msg = "my own error"
        raise LookupError(msg)

    with pytest.raises(LookupError, match="my own error"):
        bench.store.write(fails).result(timeout=30)
    bench.store.write(lambda c: meta.put(c, "next", "done")).result(timeout=30)
    assert bench.read(lambda c: meta.get(c, "next")) == "done"


def psycopg_url(bench):
    return bench.store.url.render_as_string(hide_password=False).replace("+psycopg", "")


def refused_at_commit(conn):
    """What is allowed until the commit, and not then."""
    conn.exec_driver_sql("CREATE TEMP TABLE parent (id INTEGER PRIMARY KEY)")
    conn.exec_driver_sql("CREATE TEMP TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)")
    conn.exec_driver_sql("INSERT INTO child VALUES (1)")


def test_a_commit_that_is_refused_leaves_the_writer_alive(bench):
    """Nothing of it is stored, who waits is told, and what waited with it is done again by itself."""
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        bench.write(refused_at_commit)
    bench.write(lambda c: meta.put(c, "next", "done"))
    first, go = blocked(bench)
    bad = bench.store.write(refused_at_commit)
    good = bench.store.write(lambda c: meta.put(c, "beside", "done"))
    go.set()
    first.result(timeout=30)
    good.result(timeout=30)
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        bad.result(timeout=30)
    assert [bench.read(lambda c, n=n: meta.get(c, n)) for n in ("next", "beside")] == ["done"] * 2
