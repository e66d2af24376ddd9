"""`capteur db check`, its part of the store: each kind of damage, made for real on both engines, is found and has its cure."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import psycopg
import pytest

from capteur.clock import ManualClock
from capteur.store import checking, open_store, schema, sql
from capteur.store.looking import looking

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path, postgresql_empty):
    """A database of its own for each test: they change its tables."""
    url = f"sqlite:///{tmp_path}/capteur.db" if request.param == "sqlite" else postgresql_empty()
    open_store(url, ManualClock(NOW), create=True).close()
    return url


@pytest.fixture
def filled(bench):
    acme = bench.account("acme.com")
    bench.claim(acme)
    bench.commit(*(bench.signal(f"a/{i}", acme, topic="crm") for i in range(20)))
    return bench


def look(bench):
    with looking(bench.store.url) as conn:
        return checking.look(conn)


def wrong(bench):
    return [(f.level, f.topic, f.text, f.fix) for f in look(bench) if f.level != "ok"]


def by_hand(bench, *statements):
    """Change the database as somebody with its password can: no foreign key is looked at."""
    if bench.postgresql:
        with psycopg.connect(bench.url, autocommit=True) as conn:
            conn.execute("SET session_replication_role = replica")
            for statement in statements:
                conn.execute(statement)
        return
    conn = sqlite3.connect(bench.path, isolation_level=None)
    for statement in statements:
        conn.execute(statement)
    conn.close()


def test_a_store_in_order_has_nothing_wrong(filled):
    found = {f.topic: f for f in look(filled)}
    assert {f.level for f in found.values()} == {"ok"}
    assert set(found) == {"schema", "references", "uniqueness"} | (set() if filled.postgresql else {"integrity"})
    assert (
        found["schema"].text
        == f"{schema.HEAD}, made by capteur {schema.this_capteur()}; every table is as it should be"
    )


@pytest.mark.parametrize(
    ("statement", "text", "fix"),
    [
        ("DELETE FROM account", "20 rows of signal: account_id leads to no account", checking.RESTORE),
        ("DELETE FROM kind", "20 rows of signal: kind_id leads to no kind", checking.RESTORE),
        ("DELETE FROM topic", "20 rows of signal: topic_id leads to no topic", checking.RESTORE),
        ("DELETE FROM instance", "1 row of watch: instance_id leads to no instance", checking.RESTORE),
        ("UPDATE watch SET account_id = 99", "1 row of watch: account_id leads to no account", checking.RESTORE),
        ("INSERT INTO ceiling_rank VALUES ('main', 99, 1.0)", "1 row of ceiling_rank: account_id leads to no account", checking.MEND),
        ("UPDATE stale SET kind_id = 99", "1 row of stale: kind_id leads to no kind", checking.MEND),
    ],
)  # fmt: skip
def test_a_row_that_leads_nowhere_is_found(filled, statement, text, fix):
    by_hand(filled, statement)
    assert ("error", "references", text, fix) in wrong(filled)


def test_the_instance_itself_is_an_account_of_nobody(filled):
    """Watch rows of a feed are those of account 0, and no error."""
    filled.claim(0, "feed")
    assert wrong(filled) == []


def test_a_fact_that_is_there_twice_is_found(filled):
    """Possible only once the constraint is gone, so two findings tell of it."""
    drop = {
        True: ["ALTER TABLE signal DROP CONSTRAINT uq_signal_scope_id_key", "UPDATE signal SET key = 'a/1' WHERE key = 'a/2'"],
        False: [
            "PRAGMA writable_schema = ON",
            """UPDATE sqlite_schema SET sql = replace(sql, ', \n\tCONSTRAINT uq_signal_scope_id_key UNIQUE (scope_id, "key")', '')""",
            "DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_signal_1'",
        ],
    }[filled.postgresql]  # fmt: skip
    by_hand(filled, *drop)
    if not filled.postgresql:
        by_hand(filled, "VACUUM", "UPDATE signal SET key = 'a/1' WHERE key = 'a/2'")
    (found,) = [f for f in wrong(filled) if f[1] == "schema"]
    assert found == (
        "error",
        "schema",
        "changed by hand: constraint uq_signal_scope_id_key is missing",
        checking.RESTORE,
    )


def test_uniqueness_is_looked_at_in_the_rows(filled):
    """A table without its primary key would let a row in twice; here the rows themselves say so."""
    if not filled.postgresql:
        return
    by_hand(
        filled,
        "ALTER TABLE meta DROP CONSTRAINT pk_meta",
        "INSERT INTO meta SELECT * FROM meta WHERE name = 'person_key'",
    )
    with looking(filled.store.url) as conn:
        found = [(f.topic, f.text) for f in checking._uniqueness(conn)]
    assert found == [("uniqueness", "meta: 1 times the same name")]


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("DROP INDEX ix_watch_instance_id_next_due", ("error", "changed by hand: index ix_watch_instance_id_next_due is missing")),
        ("ALTER TABLE run DROP COLUMN bad", ("error", "changed by hand: column run.bad is missing")),
        ("CREATE INDEX mine ON signal (summary)", ("warn", "index mine is none of capteur's")),
        ("ALTER TABLE run ADD COLUMN mine TEXT", ("warn", "column run.mine is none of capteur's")),
    ],
)  # fmt: skip
def test_what_somebody_changed_in_the_tables_is_found(filled, statement, finding):
    by_hand(filled, statement)
    ((level, topic, text, fix),) = wrong(filled)
    assert (topic, (level, text)) == ("schema", finding)
    assert fix


def test_tables_of_others_in_a_shared_database_are_nobodys_business(postgresql_bench):
    by_hand(postgresql_bench, "CREATE TABLE invoice (id int)")
    assert wrong(postgresql_bench) == []
    by_hand(postgresql_bench, "DROP TABLE invoice")


def test_a_counter_that_lags_behind_is_found(postgresql_bench):
    """As a table copied by hand leaves it: the next signal would be refused. The cure is a statement that works."""
    acme = postgresql_bench.account("acme.com")
    postgresql_bench.commit(*(postgresql_bench.signal(f"a/{i}", acme) for i in range(9)))
    by_hand(postgresql_bench, "SELECT setval('signal_id_seq', 3)")
    ((level, topic, text, fix),) = wrong(postgresql_bench)
    assert (level, topic, text) == ("error", "numbers", "signal: the next number is 4, 9 is taken")
    by_hand(postgresql_bench, fix.removeprefix("in psql: "))
    assert wrong(postgresql_bench) == []
    assert postgresql_bench.commit(postgresql_bench.signal("b", acme)).new == 1


def test_damaged_pages_are_found_and_nothing_else_is_believed(sqlite_bench):
    acme = sqlite_bench.account("acme.com")
    sqlite_bench.commit(*(sqlite_bench.signal(f"a/{i}", acme, summary="x" * 300) for i in range(300)))
    sqlite_bench.store.close()
    raw = bytearray(sqlite_bench.path.read_bytes())
    raw[-8192:] = b"\xde\xad" * 4096
    sqlite_bench.path.write_bytes(raw)
    (found,) = look(sqlite_bench)
    assert (found.level, found.topic, found.fix) == ("error", "integrity", checking.RESTORE)


def test_clearing_takes_what_was_folded_and_what_is_left_of_the_gone(filled):
    by_hand(
        filled, "INSERT INTO ceiling_rank VALUES ('other', 99, 1.0)", "INSERT INTO ceiling_rank VALUES ('main', 1, 1.0)"
    )
    filled.write(lambda c: checking.clear_running_state(c, "main", 1))
    assert filled.read(lambda c: sql.rows(c, "SELECT * FROM ceiling_rank")) == []
    assert wrong(filled) == []
