"""Backups on both engines: one moment of the store, while others write; verified; equal stores make equal archives."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta

import pytest

from capteur.errors import ConfigError, InputError, SchemaError, StoreError
from capteur.store import archive, audit, open_store, outcomes, schema, signals, sql
from capteur.store.backup import back_up
from capteur.store.layout import layouts
from capteur.store.restore import restore
from capteur.store.shapes import IncomingFact, IncomingOutcome


@pytest.fixture
def filled(bench):
    """A store with a row of nearly everything: two accounts, an unmatched company, growth, an outcome, a cursor, a lease."""
    acme, globex = bench.account("acme.com", name="Acmé “株”"), bench.account("globex.com")
    (row,) = bench.claim(acme)
    data = json.dumps({"quote": 'said "yes"\nand went', "sum": 1e-320})
    bench.commit(
        bench.signal("a/1", acme, data=data, person="lea@acme.com", topic="crm", strength=1 / 3),
        bench.signal("a/2", acme, event="round", by_day=True),
        bench.signal("b/1", globex, event="round", kind="funding.raised"),
        bench.signal("u/1", bench.unknown("name:nobody", "Nobody")),
        facts=(IncomingFact(acme, "size", "250", bench.now),),
        outcomes=(IncomingOutcome(globex, "won", "crm:1", bench.now, "main", 1500.5, None),),
        account_id=acme,
        epoch=row.epoch,
        memory='{"page": 3}',
        instance="jobs",
    )
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.2, grows=True))
    bench.advance(hours=1)
    bench.commit(bench.signal("v", acme, kind="visit.page", strength=0.7, grows=True))
    return bench


def sums(file):
    with archive.opened(file) as made:
        return {name: table.sha256 for name, table in made.manifest.tables.items()}


def test_a_backup_holds_every_table_and_only_its_owner_may_read_it(filled, tmp_path):
    made = back_up(filled.url, tmp_path / "all.zip", filled.clock.now())
    assert (made.kind, made.schema, made.engine) == ("archive", schema.HEAD, filled.store.dialect)
    assert made.rows == filled.read(
        lambda c: {t.table: sql.value(c, f'SELECT count(*) FROM "{t.table}"') for t in layouts(schema.HEAD)}
    )
    assert (made.rows["signal"], made.rows["signal_past"], made.rows["stale"]) == (5, 1, 4)
    assert made.size_bytes == made.file.stat().st_size
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.suffix not in (".db", ".db-wal", ".db-shm", ".lock")] == ["all.zip"]


def test_an_archive_is_a_zip_of_json_lines_that_anybody_can_read(filled, tmp_path):
    back_up(filled.url, tmp_path / "all.zip", filled.clock.now())
    with zipfile.ZipFile(tmp_path / "all.zip") as opened:
        manifest = json.loads(opened.read("manifest.json"))
        columns = [name for name, _ in manifest["tables"]["signal"]["columns"]]
        rows = [dict(zip(columns, json.loads(line), strict=True)) for line in opened.read("signal.jsonl").splitlines()]
    assert (manifest["format"], manifest["version"], manifest["schema"]) == ("capteur-backup", 1, schema.HEAD)
    assert {r["key"]: r["strength"] for r in rows} == {"a/1": 1 / 3, "a/2": 1.0, "b/1": 1.0, "u/1": 1.0, "v": 0.7}
    assert [r["by_day"] for r in rows] == [False, True, False, False, False]
    assert manifest["counters"]["account"] == 3


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_comes_back_is_what_was_there_on_either_engine(filled, target, tmp_path, postgresql_empty):
    """SQLite to PostgreSQL and back: the tables of a second backup have the same sha256, but for the lease that ended."""
    now = filled.clock.now()
    back_up(filled.url, tmp_path / "one.zip", now)
    url = f"sqlite:///{tmp_path}/restored.db" if target == "sqlite" else postgresql_empty()
    done = restore(url, tmp_path / "one.zip", now)
    assert (done.before, done.after, done.kept, done.engine) == (schema.HEAD, schema.HEAD, None, filled.store.dialect)
    back_up(url, tmp_path / "two.zip", now)
    before, after = sums(tmp_path / "one.zip"), sums(tmp_path / "two.zip")
    assert {name for name in before if before[name] != after[name]} == {"watch", "audit"}
    again, acme = open_store(url, filled.clock), 1
    filled.also.append(again)
    assert again.read(lambda c: signals.history(c, acme)) == filled.history(acme)
    assert again.read(lambda c: signals.history_as_of(c, acme, filled.now - 1)) == filled.as_of(acme, filled.now - 1)
    assert again.read(outcomes.rows) == filled.read(outcomes.rows)
    assert again.read(lambda c: sql.value(c, "SELECT cursor FROM watch WHERE account_id = 1")) == '{"page": 3}'
    (deed,) = [row for row in again.read(audit.last) if row.action == "restore"]
    assert deed.detail == {"made_at": "2026-11-20T09:00:00+00:00", "schema": schema.HEAD}


def test_a_backup_sees_one_moment_while_others_write(filled, tmp_path):
    """Every commit writes a signal of two accounts; no backup ever has one without the other."""
    done = threading.Event()

    def write():
        for i in range(10_000):
            if done.is_set():
                return
            filled.commit(filled.signal(f"w/{i}/a", 1), filled.signal(f"w/{i}/b", 2))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [back_up(filled.url, tmp_path / f"{i}.zip", filled.clock.now()).rows["signal"] for i in range(3)]
        if not filled.postgresql:
            seen.append(back_up(filled.url, tmp_path / "copy.db", filled.clock.now()).rows["signal"])
    finally:
        done.set()
        writer.join()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]
    for i in range(3):
        with archive.opened(tmp_path / f"{i}.zip") as made:
            keys = {row[2] for row in made.rows("signal") if row[2].startswith("w/")}
        assert {key[:-1] + "b" for key in keys} == {key[:-1] + "b" for key in keys if key.endswith("b")}
        assert len(keys) % 2 == 0


def test_a_file_that_exists_is_only_overwritten_when_asked(filled, tmp_path):
    target = tmp_path / "all.zip"
    target.write_text("mine")
    with pytest.raises(InputError, match=r"all\.zip exists already.*--force"):
        back_up(filled.url, target, filled.clock.now())
    assert target.read_text() == "mine"
    back_up(filled.url, target, filled.clock.now(), force=True)
    assert sums(target)
    with pytest.raises(InputError, match=r"the folder .*nowhere does not exist"):
        back_up(filled.url, tmp_path / "nowhere" / "all.zip", filled.clock.now())


@pytest.mark.parametrize("name", ["all.zip", "copy.db"])
def test_a_disk_without_room_leaves_no_half_backup(filled, name, tmp_path):
    """A process that may write no file beyond 2000 bytes: the error says what to do, and nothing stays behind."""
    if name == "copy.db" and filled.postgresql:
        return
    room = tmp_path / "room"
    room.mkdir()
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom datetime import datetime, UTC\n"
        "from capteur.errors import StoreError\nfrom capteur.store.backup import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))\n"
        "try: back_up(sys.argv[1], Path(sys.argv[2]), datetime.now(UTC))\n"
        "except StoreError as error: print(type(error).__name__, error)"
    )
    argv = [sys.executable, "-c", code, filled.url, str(room / name)]
    told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    if name == "copy.db":  # SQLite calls a forbidden write a disk that does not work
        assert told.startswith(f"StoreError store {room / name}: ")
    else:
        assert told.startswith(f"StoreFull backup {room}")
        assert "the disk is full  fix: free some space" in told
    assert list(room.iterdir()) == []


def test_what_cannot_be_backed_up_says_why(bench, tmp_path, postgresql_empty):
    now = bench.clock.now()
    with pytest.raises(ConfigError, match="there is no database yet"):
        back_up(f"sqlite:///{tmp_path}/none.db", tmp_path / "x.zip", now)
    with pytest.raises(SchemaError, match=r"no capteur schema yet.*nothing to back up"):
        back_up(postgresql_empty(), tmp_path / "x.zip", now)
    bench.write(lambda c: c.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999 is unknown to this capteur"):
        back_up(bench.url, tmp_path / "x.zip", now)
    assert not (tmp_path / "x.zip").exists()


def test_a_copy_is_a_sqlite_database_of_its_own(sqlite_bench, tmp_path):
    """It is opened by anything, needs no log beside it, and goes back by being renamed."""
    sqlite_bench.commit(sqlite_bench.signal("a/1", sqlite_bench.account("acme.com")))
    made = back_up(sqlite_bench.url, tmp_path / "copy.db", sqlite_bench.clock.now())
    assert (made.kind, made.rows["signal"]) == ("copy", 1)
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    conn = sqlite3.connect(made.file)
    assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert conn.execute("SELECT key FROM signal").fetchall() == [("a/1",)]
    conn.close()
    open_store(f"sqlite:///{made.file}", sqlite_bench.clock).close()
    with pytest.raises(InputError, match="is the store itself"):
        back_up(sqlite_bench.url, sqlite_bench.path, sqlite_bench.clock.now(), force=True)


def test_postgresql_is_not_copied_as_a_file(postgresql_bench, tmp_path):
    with pytest.raises(InputError, match=r"only a SQLite store can be copied.*name an archive: copy\.zip"):
        back_up(postgresql_bench.url, tmp_path / "copy.db", postgresql_bench.clock.now())


def test_a_damaged_store_gives_no_copy(sqlite_bench, tmp_path):
    """The pages of a table are overwritten: the backup is refused, rather than found to be bad a year later."""
    acme = sqlite_bench.account("acme.com")
    sqlite_bench.commit(*(sqlite_bench.signal(f"a/{i}", acme, summary="x" * 200) for i in range(500)))
    sqlite_bench.store.close()
    raw = sqlite3.connect(sqlite_bench.path)
    page, size = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'signal'").fetchone()[0], 4096
    raw.close()
    with sqlite_bench.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xde\xad" * (size // 2))
    for name in ("copy.db", "all.zip"):
        with pytest.raises(StoreError, match=r"damaged|not sound"):
            back_up(sqlite_bench.url, tmp_path / name, sqlite_bench.clock.now())
        assert not (tmp_path / name).exists()
    assert not list(tmp_path.glob(".*"))


def test_backups_of_one_store_differ_only_where_it_changed(filled, tmp_path):
    now = filled.clock.now()
    back_up(filled.url, tmp_path / "one.zip", now)
    filled.account("initech.com")
    back_up(filled.url, tmp_path / "two.zip", now + timedelta(days=1))
    before, after = sums(tmp_path / "one.zip"), sums(tmp_path / "two.zip")
    assert {name for name in before if before[name] != after[name]} == {"account"}
