"""The schema: made by migrations only, equal to the tables, and never somebody else's."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from capteur.clock import ManualClock
from capteur.errors import ConfigError, SchemaError, StoreBusy, StoreError
from capteur.store import meta, open_store, schema
from capteur.store.tables import METADATA, Micros

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def test_the_migrations_make_exactly_the_tables(bench):
    """Types, nullability, indexes and constraints: Alembic finds nothing to add, change or drop."""

    def drift(conn):
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": lambda _o, name, *_: name != schema.VERSION_TABLE,
        }
        return compare_metadata(MigrationContext.configure(conn, opts=options), METADATA)

    assert bench.read(drift) == []


def test_keys_and_constraints_are_named_alike_on_both_engines(bench):
    def names(conn):
        looked = inspect(conn)
        found = set()
        for table in METADATA.tables:
            found.add(looked.get_pk_constraint(table)["name"])
            found |= {c["name"] for c in looked.get_unique_constraints(table)} | {
                c["name"] for c in looked.get_foreign_keys(table)
            }
            found |= {i["name"] for i in looked.get_indexes(table) if not i.get("duplicates_constraint")}
        return found

    expected = {c.name for t in METADATA.tables.values() for c in t.constraints} | {
        i.name for t in METADATA.tables.values() for i in t.indexes
    }
    unnamed = {None, "pk_account", "pk_delivery"}  # SQLite gives an AUTOINCREMENT key no name
    assert bench.read(names) - unnamed == expected - unnamed


def test_keys_sort_by_bytes_on_both_engines(bench):
    """As Python sorts them: upper case before lower, accents last."""
    acme = bench.account("acme.com")
    keys = ["b", "a", "B", "é", "_", "Z", "10", "9"]
    bench.commit(*(bench.signal(k, acme, at=0) for k in keys))
    assert [o.key for o in bench.history(acme)] == sorted(keys)


def test_the_newest_revision_is_the_one_the_code_knows(bench):
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD == bench.store.schema_version


def test_an_account_is_read_by_a_covering_index(sqlite_bench):
    """Reading kinds, times and strengths of an account never touches the table."""
    plan = sqlite_bench.read(
        lambda c: c.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT kind_id, occurred_at, strength FROM signal WHERE account_id = 1 ORDER BY kind_id, occurred_at"
        ).fetchall()
    )
    assert [row[3] for row in plan] == [
        "SEARCH signal USING COVERING INDEX ix_signal_account_id_kind_id_occurred_at_strength (account_id=?)"
    ]


def test_moments_of_tables_are_aware_and_utc():
    moment = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=UTC)
    kept = Micros().process_bind_param(moment, None)
    assert isinstance(kept, int)
    assert Micros().process_result_value(kept, None) == moment
    assert Micros().process_bind_param(None, None) is Micros().process_result_value(None, None) is None
    with pytest.raises(ValueError, match="no timezone"):
        Micros().process_bind_param(moment.replace(tzinfo=None), None)


def opened(url, **options):
    open_store(str(url), ManualClock(AT), **options).close()


def test_a_missing_folder_or_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"the folder .*nowhere does not exist"):
        opened(f"sqlite:///{tmp_path}/nowhere/capteur.db", create=True)
    with pytest.raises(ConfigError, match=r"there is no database yet.*capteur init"):
        opened(f"sqlite:///{tmp_path}/capteur.db")
    with pytest.raises(ConfigError, match="is a folder"):
        opened(f"sqlite:///{tmp_path}", create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://root:hunter2@host/x", "no url hunter2", ""]
)
def test_an_address_that_is_no_store_is_refused_without_repeating_it(url):
    with pytest.raises(ConfigError) as caught:
        opened(url, create=True)
    assert "hunter2" not in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("content", [b"hello", b"<html>" * 100, b"SQLite format 3\x00" + b"\x07" * 200])
def test_a_file_that_is_no_database_is_left_alone(tmp_path, content, create):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises((SchemaError, StoreError), match="not a SQLite database"):
        opened(f"sqlite:///{path}", create=create)
    assert path.read_bytes() == content


@pytest.mark.parametrize("create", [True, False])
def test_somebody_elses_database_is_left_alone(tmp_path, create):
    path = tmp_path / "theirs.db"
    conn = sqlite3.connect(path)
    conn.executescript(
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE invoice (id INTEGER); INSERT INTO alembic_version VALUES ('0001')"
    )
    conn.close()
    before = path.read_bytes()
    with pytest.raises(SchemaError, match=r"not capteur's \(it holds the tables alembic_version, invoice\)"):
        opened(f"sqlite:///{path}", create=create, upgrade=create)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["theirs.db"]


def test_an_empty_file_is_a_store_to_be_made(tmp_path):
    path = tmp_path / "capteur.db"
    path.touch()
    with pytest.raises(SchemaError, match="no capteur schema yet"):
        opened(f"sqlite:///{path}")
    opened(f"sqlite:///{path}", create=True)
    opened(f"sqlite:///{path}")


def test_a_schema_of_a_newer_capteur_is_refused(bench):
    bench.write(lambda c: c.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(SchemaError, match=r"9999 is unknown.*newer capteur.*pip install --upgrade"):
        opened(bench.url, create=True, upgrade=True)


def test_an_older_schema_says_which_command_brings_it_up_to_date(bench):
    bench.write(lambda c: c.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0000'"))
    for options in ({}, {"create": True}):
        with pytest.raises(SchemaError, match=rf"0000 is older than {schema.HEAD}.*capteur db upgrade"):
            opened(bench.url, **options)


def test_upgrading_runs_what_was_added_since(bench, tmp_path):
    """With one revision more than today's, a store of today is brought up to it, and keeps what it holds."""
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / "more_9000.py").write_text(
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '9000', '{schema.HEAD}'\n"
        "def upgrade():\n    op.create_table('extra', sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    acme = bench.account("acme.com")
    bench.write(lambda c: schema.bring(c, "here", migrations))
    assert bench.read(lambda c: (schema.revision(c, "here"), inspect(c).has_table("extra"))) == ("9000", True)
    assert bench.account("acme.com") == acme


def test_an_empty_postgresql_database_is_made_once_even_by_two_at_once(postgresql_empty):
    url = postgresql_empty()
    with pytest.raises(SchemaError, match=r"no capteur schema yet.*capteur init"):
        opened(url)
    code = f"from capteur.store import open_store; from capteur.clock import SystemClock; open_store({url!r}, SystemClock(), create=True).close()"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [p.wait(60) for p in both] == [0, 0]
    opened(url)


def test_a_postgresql_database_with_other_tables_can_be_shared_but_not_taken(postgresql_empty):
    """Tables of another name do not matter; one with a name of ours is somebody else's."""
    url = postgresql_empty()
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE invoice (id int)")
        opened(url, create=True)
    taken = postgresql_empty()
    with psycopg.connect(taken, autocommit=True) as conn:
        conn.execute("CREATE TABLE account (id int)")
    with pytest.raises(SchemaError, match=r"not capteur's \(it holds the tables account\)"):
        opened(taken, create=True)


def test_a_server_that_is_away_is_told_without_the_password(postgresql_server):
    """No such database is for a person to mend; a server that does not answer comes back by itself."""
    away = "postgresql://capteur:hunter2@127.0.0.1:9/capteur"
    missing = postgresql_server.replace("postgres:@/postgres", "postgres:hunter2@/nowhere")
    for url, kind, words in ((away, StoreBusy, "the server is away"), (missing, ConfigError, "no such database")):
        with pytest.raises(kind, match=words) as caught:
            opened(url, create=True)
        assert "hunter2" not in str(caught.value)
        assert "postgresql://" in str(caught.value)


def test_sqlite_keeps_a_write_ahead_log_and_checks_foreign_keys(sqlite_bench):
    values = {
        name: sqlite_bench.write(lambda c, n=name: c.exec_driver_sql(f"PRAGMA {n}").scalar())
        for name in ("journal_mode", "foreign_keys", "synchronous", "wal_autocheckpoint")
    }
    assert values == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "wal_autocheckpoint": 10_000}


def test_the_driver_of_postgresql_is_asked_for_by_name(tmp_path):
    """Without psycopg the message says what to install; nothing else of the store needs it."""
    (tmp_path / "psycopg.py").write_text("raise ImportError('not installed')")
    code = (
        "from capteur.store import open_store; from capteur.clock import SystemClock; from capteur.errors import ConfigError\n"
        "try: open_store('postgresql://u:hunter2@h/x', SystemClock())\n"
        "except ConfigError as e: print(e)"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True).stdout
    assert "pip install 'capteur[postgres]'" in out
    assert "hunter2" not in out


def test_opening_a_store_imports_neither_sqlmodel_nor_alembic(tmp_path):
    """They cost a second; only making or upgrading a schema needs Alembic, and nothing that runs needs the table classes."""
    url = f"sqlite:///{tmp_path}/capteur.db"
    opened(url, create=True)
    code = (
        "import sys; from capteur.store import open_store, accounts, ingest, signals, states; from capteur.clock import SystemClock\n"
        f"s = open_store({url!r}, SystemClock()); s.read(lambda c: accounts.listing(c)); s.close()\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'sqlmodel', 'alembic', 'pydantic', 'numpy', 'psycopg'}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_new_file_is_read_by_its_owner_alone_and_an_old_one_keeps_its_mode(tmp_path):
    """It holds facts about people and the key of their names; so does the log beside it."""
    old = os.umask(0o022)
    try:
        store = open_store(f"sqlite:///{tmp_path / 'new.db'}", ManualClock(AT), create=True)
        store.write(lambda c: meta.put(c, "a", "b")).result(timeout=30)
        assert {p.name: oct(p.stat().st_mode & 0o777) for p in tmp_path.glob("new.db*")} == {
            "new.db": "0o600", "new.db-wal": "0o600", "new.db-shm": "0o600",
        }  # fmt: skip
        store.close()
        shared = tmp_path / "shared.db"
        shared.touch()
        shared.chmod(0o664)
        open_store(f"sqlite:///{shared}", ManualClock(AT), create=True).close()
        assert oct(shared.stat().st_mode & 0o777) == "0o664"
    finally:
        os.umask(old)
