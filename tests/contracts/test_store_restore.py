"""Restoring on both engines: whole or not at all, nothing that still runs is believed, and no number comes twice."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest

from capteur.errors import InputError, SchemaError, StoreBusy, StoreError, StoreHeld
from capteur.store import Fenced, accounts, daemons, links, open_store, schema, sql, watches
from capteur.store.backup import back_up
from capteur.store.restore import restore


@pytest.fixture
def backup(bench, tmp_path):
    """An archive of one account with two signals and a claimed watch row; the store it was taken from is closed."""
    acme = bench.account("acme.com")
    (row,) = bench.claim(acme)
    bench.commit(bench.signal("a/1", acme), bench.signal("a/2", acme), account_id=acme, epoch=row.epoch)
    file = tmp_path / "one.zip"
    back_up(bench.url, file, bench.clock.now())
    return file


def keys(store):
    return store.read(lambda c: [key for (key,) in sql.rows(c, "SELECT key FROM signal ORDER BY key")])


def reopened(bench):
    store = open_store(bench.url, bench.clock)
    bench.also.append(store)
    return store


def everything(bench):
    """All rows of all tables, as a backup would hold them."""
    with tempfile.TemporaryDirectory() as folder:
        made = back_up(bench.url, Path(folder) / "look.zip", bench.clock.now())
        with zipfile.ZipFile(made.file) as opened:
            return {name: opened.read(name) for name in opened.namelist() if name.endswith(".jsonl")}


def test_a_store_that_holds_something_is_only_replaced_when_asked(bench, backup):
    bench.store.close()
    with pytest.raises(StoreError, match=r"it holds 1 accounts and 2 signals.*one\.zip --force"):
        restore(bench.url, backup, bench.clock.now())
    assert keys(reopened(bench)) == ["a/1", "a/2"]


def test_what_was_there_is_backed_up_first(bench, backup, tmp_path):
    """And that backup brings it back."""
    bench.commit(bench.signal("b/1", bench.account("globex.com")))
    bench.store.close()
    done = restore(bench.url, backup, bench.clock.now(), force=True, keep_in=tmp_path)
    store = reopened(bench)
    assert keys(store) == ["a/1", "a/2"]
    store.close()
    assert done.kept is not None
    assert stat.S_IMODE(done.kept.stat().st_mode) == 0o600
    bench.advance(seconds=1)
    restore(bench.url, done.kept, bench.clock.now(), force=True, keep_in=tmp_path)
    assert keys(reopened(bench)) == ["a/1", "a/2", "b/1"]


def test_a_store_without_any_work_in_it_is_replaced_without_asking(bench, backup, tmp_path, postgresql_empty):
    """As `capteur init` makes one before anybody thinks of the backup."""
    url = postgresql_empty() if bench.postgresql else f"sqlite:///{tmp_path}/fresh.db"
    open_store(url, bench.clock, create=True).close()
    assert restore(url, backup, bench.clock.now()).kept is None
    with open_store(url, bench.clock) as store:
        assert keys(store) == ["a/1", "a/2"]


def test_leases_end_and_epochs_stay(bench, backup, tmp_path, postgresql_empty):
    """Nobody works on the restored store: its rows can be claimed at once, and count on from where they were."""
    url = postgresql_empty() if bench.postgresql else f"sqlite:///{tmp_path}/fresh.db"
    restore(url, backup, bench.clock.now())
    with open_store(url, bench.clock) as store:
        (before,) = store.read(watches.rows)
        assert (before.lease_until, before.epoch) == (0, 1)
        assert store.read(daemons.daemons) == []
        (claimed,) = bench.claim(1, store=store)
        assert claimed.epoch == 2


def test_a_unit_of_the_replaced_store_cannot_commit_into_the_restored_one(bench, backup, tmp_path):
    """Its epoch was given after the backup; without care the restored row would reach the same number and let it in."""
    bench.write(lambda c: sql.run(c, "UPDATE watch SET lease_until = 0"))  # it has run out
    (late,) = bench.claim(1)
    bench.store.close()
    restore(bench.url, backup, bench.clock.now(), force=True, keep_in=tmp_path)
    store = reopened(bench)
    (now,) = bench.claim(1, store=store)
    assert now.epoch > late.epoch
    with pytest.raises(Fenced):
        bench.commit(bench.signal("late", 1), account_id=1, epoch=late.epoch, store=store)
    bench.commit(bench.signal("new", 1), account_id=1, epoch=now.epoch, store=store)


def test_no_number_is_given_a_second_time(bench, tmp_path, postgresql_empty):
    """Neither that of an account forgotten before the backup, nor of one that came after it: both may live on in a late unit."""
    acme, gone = bench.account("acme.com"), bench.account("gone.com")
    bench.write(lambda c: accounts.forget(c, gone))
    back_up(bench.url, tmp_path / "one.zip", bench.clock.now())
    later = bench.account("later.com")
    bench.store.close()
    restore(bench.url, tmp_path / "one.zip", bench.clock.now(), force=True, keep_in=tmp_path)
    other = postgresql_empty() if not bench.postgresql else f"sqlite:///{tmp_path}/other.db"
    restore(other, tmp_path / "one.zip", bench.clock.now())
    with reopened(bench) as here, open_store(other, bench.clock) as there:
        made = [s.write(lambda c: accounts.add(c, domain="n.com", name="N", now=1)).result()[0] for s in (here, there)]
    assert (acme, gone, later) == (1, 2, 3)
    assert made == [4, 3]


def test_links_and_their_undoing_survive(bench, tmp_path, postgresql_empty):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("u/1", bench.unknown("name:acme inc", "Acme Inc")))
    waiting = bench.read(lambda c: accounts.by_label(c, "name:acme inc"))
    bench.write(lambda c: links.link(c, waiting.id, acme, bench.now))
    back_up(bench.url, tmp_path / "one.zip", bench.clock.now())
    url = f"sqlite:///{tmp_path}/other.db" if bench.postgresql else postgresql_empty()
    restore(url, tmp_path / "one.zip", bench.clock.now())
    with open_store(url, bench.clock) as store:
        freed = store.write(lambda c: links.unlink(c, links.find(c, "Acme Inc"), bench.now + 1)).result()
        assert freed.id == waiting.id
        bench.commit(bench.signal("u/2", bench.unknown("name:acme inc", "Acme Inc")), store=store)
        assert len(store.read(lambda c: sql.rows(c, "SELECT key FROM signal WHERE account_id = :id", id=freed.id))) == 2


def _without(name):
    def change(members):
        del members[name]

    return change


def _with(name, edit):
    def change(members):
        members[name] = edit(members[name])

    return change


def _manifest(**fields):
    return _with("manifest.json", lambda text: json.dumps(json.loads(text) | fields))


DAMAGES = {
    "a row is gone": (
        _with("signal.jsonl", lambda t: t.split(b"\n", 1)[1]),
        InputError,
        "rows of signal are not those",
    ),
    "a letter is another": (
        _with("account.jsonl", lambda t: t.replace(b"acme", b"acne")),
        InputError,
        "rows of account",
    ),
    "a table is gone": (_without("watch.jsonl"), InputError, r"watch\.jsonl is not in it"),
    "no manifest": (_without("manifest.json"), InputError, "not a backup of capteur"),
    "another program's": (_manifest(format="other"), InputError, "not a backup of capteur"),
    "a manifest of nonsense": (_with("manifest.json", lambda _: "[1"), InputError, "damaged"),
    "a manifest without tables": (_manifest(tables=None), InputError, "damaged"),
    "tables that never were": (_manifest(tables={}), InputError, f"not those of schema {schema.HEAD}"),
    "a schema that never was": (_manifest(schema="0000"), InputError, "never was a schema 0000"),
    "a newer schema": (
        _manifest(schema="9999", capteur="7.1"),
        SchemaError,
        r"capteur 7\.1 has written.*capteur>=7\.1",
    ),
    "a newer format": (_manifest(version=2, capteur="7.1"), InputError, "its format 2 is unknown"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_backup_that_is_not_whole_changes_nothing(bench, backup, name, tmp_path):
    change, kind, words = DAMAGES[name]
    with zipfile.ZipFile(backup) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    change(members)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as made:
        for member, text in members.items():
            made.writestr(member, text)
    before = everything(bench)
    bench.store.close()
    with pytest.raises(kind, match=words) as caught:
        restore(bench.url, tmp_path / "bad.zip", bench.clock.now(), force=True, keep_in=tmp_path)
    assert str(tmp_path / "bad.zip") in str(caught.value)
    assert everything(bench) == before
    assert not list(tmp_path.glob("*before*"))


@pytest.mark.parametrize("content", ["half", "bit", "empty", "text", "folder", "nothing"])
def test_a_file_that_is_no_backup_changes_nothing(bench, backup, content, tmp_path):
    bad, whole = tmp_path / "bad.zip", backup.read_bytes()
    middle = len(whole) // 2
    if content == "folder":
        bad.mkdir()
    elif content != "nothing":
        flipped = whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :]
        bad.write_bytes({"half": whole[:middle], "bit": flipped, "empty": b"", "text": b"hello"}[content])
    before = everything(bench)
    bench.store.close()
    with pytest.raises(InputError, match=r"bad\.zip: it (is damaged|is not a backup|cannot be read)"):
        restore(bench.url, bad, bench.clock.now(), force=True, keep_in=tmp_path)
    assert everything(bench) == before


def test_somebody_elses_database_is_never_replaced(bench, backup, tmp_path, postgresql_empty):
    if bench.postgresql:
        import psycopg

        url = postgresql_empty()
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("CREATE TABLE account (id int)")
    else:
        url = f"sqlite:///{tmp_path}/theirs.db"
        conn = sqlite3.connect(tmp_path / "theirs.db")
        conn.executescript("CREATE TABLE invoice (id INTEGER)")
        conn.close()
    with pytest.raises(SchemaError, match="this database is not capteur's"):
        restore(url, backup, bench.clock.now(), force=True, keep_in=tmp_path)


def test_nothing_is_restored_under_a_run(bench, backup, tmp_path):
    """On SQLite whoever holds the lock is named; on PostgreSQL every other session of capteur counts."""
    with bench.store.hold("capteur run"):
        before = everything(bench)
        with pytest.raises(StoreHeld) as caught:
            restore(bench.url, backup, bench.clock.now(), force=True, keep_in=tmp_path)
    told = str(caught.value)
    assert "another capteur is connected" in told if bench.postgresql else "`capteur run` holds it" in told
    assert everything(bench) == before
    bench.store.close()
    restore(bench.url, backup, bench.clock.now(), force=True, keep_in=tmp_path)
    if not bench.postgresql:
        assert not [p for p in tmp_path.iterdir() if p.name.startswith(".capteur")]


def test_a_reader_of_a_sqlite_store_goes_on_reading(sqlite_bench, backup_of_sqlite):
    """What had the file open sees the old store to the end of its read, and the restored one in the next."""
    sqlite_bench.commit(sqlite_bench.signal("b/1", sqlite_bench.account("globex.com")))
    sqlite_bench.store.close()
    reader = open_store(sqlite_bench.url, sqlite_bench.clock)

    def work(conn):
        before = sql.value(conn, "SELECT count(*) FROM signal")
        restore(sqlite_bench.url, backup_of_sqlite, sqlite_bench.clock.now(), force=True)
        return before, sql.value(conn, "SELECT count(*) FROM signal")

    assert reader.read(work) == (2, 2)
    assert keys(reader) == ["a/1"]
    reader.close()


@pytest.fixture
def backup_of_sqlite(sqlite_bench, tmp_path):
    sqlite_bench.commit(sqlite_bench.signal("a/1", sqlite_bench.account("acme.com")))
    return back_up(sqlite_bench.url, tmp_path / "copy.db", sqlite_bench.clock.now()).file


def test_a_writer_of_a_sqlite_store_is_not_overrun(sqlite_bench, backup_of_sqlite):
    other = sqlite3.connect(sqlite_bench.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="somebody else holds it"):
        restore(sqlite_bench.url, backup_of_sqlite, sqlite_bench.clock.now(), force=True, busy_s=0.2)
    other.close()
    assert keys(sqlite_bench.store) == ["a/1"]


def test_a_copied_database_goes_into_postgresql_as_well(sqlite_bench, backup_of_sqlite, postgresql_empty):
    url = postgresql_empty()
    done = restore(url, backup_of_sqlite, sqlite_bench.clock.now())
    assert (done.engine, done.rows["signal"]) == ("sqlite", 1)
    with open_store(url, sqlite_bench.clock) as store:
        assert keys(store) == ["a/1"]


def test_a_damaged_file_is_replaced_when_asked_and_kept(sqlite_bench, backup_of_sqlite):
    """What a restore is for. The damaged file and its log stay, byte for byte, under another name."""
    sqlite_bench.store.close()
    path = sqlite_bench.path
    raw = bytearray(path.read_bytes())
    raw[4096:20_480] = b"\xde\xad" * 8192
    path.write_bytes(raw)
    path.with_name(path.name + "-wal").write_bytes(b"a log that a crash left")
    with pytest.raises(StoreError, match=r"it is damaged.*--force"):
        restore(sqlite_bench.url, backup_of_sqlite, sqlite_bench.clock.now())
    log = path.with_name(path.name + "-wal")
    left = log.read_bytes() if log.exists() else None
    done = restore(sqlite_bench.url, backup_of_sqlite, sqlite_bench.clock.now(), force=True)
    assert done.kept.read_bytes() == raw
    assert left is None or done.kept.with_name(done.kept.name + "-wal").read_bytes() == left
    assert keys(reopened(sqlite_bench)) == ["a/1"]


def test_a_store_is_not_restored_from_itself(sqlite_bench, backup_of_sqlite, tmp_path):
    with pytest.raises(InputError, match="is the store itself"):
        restore(sqlite_bench.url, sqlite_bench.path, sqlite_bench.clock.now(), force=True)
    damaged = shutil.copy(backup_of_sqlite, tmp_path / "damaged.db")
    with damaged.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xde\xad" * 2048)
    with pytest.raises((InputError, StoreError), match="damaged"):
        restore(sqlite_bench.url, damaged, sqlite_bench.clock.now(), force=True)
    assert keys(sqlite_bench.store) == ["a/1"]
