"""A store as capteur 0.1.0 left it (schema_0001.*), opened by today's: brought up to date in place, with a backup first.

What that version answered about it is in schema_0001.expected.json; today's has to answer the same.
"""

from __future__ import annotations

import json
import sqlite3
import stat
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from capteur import open_house
from capteur.clock import ManualClock
from capteur.errors import SchemaError, StoreError, StoreHeld
from capteur.house.storage import backup_store, check_store, project_at, restore_store, upgrade_store
from capteur.store import open_store, schema, sql, watches
from capteur.store.backup import back_up
from capteur.store.engine import parse
from capteur.store.looking import looking

HERE = Path(__file__).parent
EXPECTED = json.loads((HERE / "schema_0001.expected.json").read_text(encoding="utf-8"))
AS_OF = datetime.fromisoformat(EXPECTED["as_of"])
OLD = "0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request, tmp_path):
    """A project whose store is at the first schema."""
    dump = (HERE / f"schema_{OLD}.{request.param}.sql").read_text(encoding="utf-8")
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/capteur.db"
        conn = sqlite3.connect(tmp_path / "capteur.db")
        conn.executescript(dump)
        conn.close()
    else:
        url = request.getfixturevalue("postgresql_empty")()
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(dump)
    return made(tmp_path, url)


def made(folder, url):
    config = folder / "capteur.toml"
    config.write_text(f'[capteur]\nversion = 1\n[store]\nurl = "{url}"\n[accounts]\ndiscover = ["lab"]\n')
    return project_at(config, clock=ManualClock(AS_OF), env={})


def opened(project):
    return open_house(project.settings.path, clock=project.clock, env={})


def revision(project):
    with looking(parse(project.url)) as conn:
        return schema.revision(conn, "here")


def answers(project):
    """What the store says, in the shape of the expected file."""
    with opened(project) as house:
        rows = house.ranking(details=True, everyone=True).rows
        told = sorted(house.signals(), key=lambda s: (s.scope, s.key))
        return {
            "as_of": AS_OF.isoformat(),
            "estimates": {
                r.account.label: {
                    "status": r.estimate.status,
                    "intent": r.estimate.intent,
                    "low": r.estimate.low,
                    "high": r.estimate.high,
                    "lines": len(r.lines),
                }
                for r in rows
            },
            "signals": [
                [
                    s.scope, s.key, s.account, s.kind, s.occurred_at, s.known_at, s.revoked_at, s.strength, s.topic, s.event,
                    s.summary, s.data,
                ]
                for s in told
            ],
            "counts": {
                table: house.store.read(lambda c, t=table: sql.value(c, f"SELECT count(*) FROM {t}"))
                for table in EXPECTED["counts"]
            },
        }  # fmt: skip


def same(found, deeds=0):
    """Signals and counts exactly; figures to the ninth decimal, for another machine's `pow` may end differently."""
    assert found["signals"] == EXPECTED["signals"]
    assert found["counts"] == EXPECTED["counts"] | {"audit": EXPECTED["counts"]["audit"] + deeds}
    assert found["estimates"].keys() == EXPECTED["estimates"].keys()
    for label, expected in EXPECTED["estimates"].items():
        assert found["estimates"][label] == pytest.approx(expected, abs=1e-9), label


def test_an_older_store_says_how_to_bring_it_up_to_date(old):
    with pytest.raises(SchemaError, match=rf"its schema {OLD} is older than {schema.HEAD}.*capteur db upgrade"):
        opened(old)
    (finding,) = check_store(old)
    assert (finding.level, finding.topic, finding.fix, finding.exit_code) == (
        "error",
        "schema",
        "capteur db upgrade",
        1,
    )
    assert revision(old) == OLD


def test_it_is_brought_up_to_date_in_place_with_a_backup_first(old):
    done = upgrade_store(old)
    assert (done.before, done.after) == (OLD, schema.HEAD)
    assert done.backup is not None
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    sqlite = old.url.startswith("sqlite")
    assert done.backup.name == (f"capteur.db.before-{schema.HEAD}" if sqlite else f"capteur-before-{schema.HEAD}.zip")
    same(answers(old))
    levels = {f.topic: f.level for f in check_store(old, sample=None)}
    assert set(levels.values()) == {"ok"}
    assert {"references", "uniqueness", "estimates.main"} <= levels.keys()


def test_what_was_going_on_is_over_and_what_was_noted_stays(old):
    """The unit that a killed run left is free, its epoch counts on; the parked instance stays parked, cursors stay."""
    upgrade_store(old)
    with opened(old) as house:
        rows = {(r.instance, r.account_id): r for r in house.store.read(watches.rows)}
        parked = house.store.read(watches.instances)["broken-key"]
        cursor = house.store.read(lambda c: sql.value(c, "SELECT cursor FROM watch WHERE account_id = 0 AND epoch = 2"))
        created, fresh = house.add_account("brand-new.example.com")
    if old.url.startswith("sqlite"):
        assert max(r.lease_until for r in rows.values()) == 0
    assert sorted({r.epoch for r in rows.values()}) == [1, 2, 3]
    assert json.loads(cursor) == {"note": "it's “quoted”", "runs": 2}
    assert (parked.parked_error, parked.paused_at) == ("the key was refused", None)
    assert fresh
    assert created.id == 31, "30 was forgotten, and no number comes twice"


def test_the_backup_is_the_store_as_it_was(old, tmp_path, postgresql_empty):
    """On SQLite a database that the older capteur opens once it is renamed; an archive goes into either engine, and up to date."""
    done = upgrade_store(old)
    if old.url.startswith("sqlite"):
        with looking(parse(f"sqlite:///{done.backup}")) as conn:
            assert schema.revision(conn, "copy") == OLD
    for number, url in enumerate((f"sqlite:///{tmp_path}/again.db", postgresql_empty())):
        folder = tmp_path / str(number)
        folder.mkdir()
        again = made(folder, url)
        put = restore_store(again, done.backup)
        assert (put.before, put.after, put.rows["signal"]) == (OLD, schema.HEAD, 77)
        same(answers(again), deeds=1)


def test_a_store_that_is_up_to_date_is_left_alone(old, tmp_path):
    upgrade_store(old)
    before = {p.name for p in tmp_path.iterdir()}
    again = upgrade_store(old)
    assert (again.before, again.after, again.backup) == (schema.HEAD, schema.HEAD, None)
    assert {p.name for p in tmp_path.iterdir()} == before


def test_the_backup_can_be_left_out_and_never_replaces_another(old, tmp_path):
    taken = tmp_path / (
        f"capteur.db.before-{schema.HEAD}" if old.url.startswith("sqlite") else f"capteur-before-{schema.HEAD}.zip"
    )
    taken.write_text("an earlier one")
    first = backup_store(old, tmp_path / "first.zip")
    done = upgrade_store(old)
    assert taken.read_text() == "an earlier one"
    assert done.backup not in (None, taken)
    folder = tmp_path / "second"
    folder.mkdir()
    second = made(folder, f"sqlite:///{folder}/capteur.db")
    conn = sqlite3.connect(folder / "capteur.db")
    conn.executescript((HERE / f"schema_{OLD}.sqlite.sql").read_text(encoding="utf-8"))
    conn.close()
    assert upgrade_store(second, backup=False).backup is None
    assert sorted(p.name for p in folder.iterdir()) == ["capteur.db", "capteur.db.lock", "capteur.toml"]
    assert first.schema == OLD


def test_a_migration_that_fails_changes_nothing_and_names_the_backup(old):
    """A table of the next schema's name is in the way: the error comes out of the database itself."""
    if old.url.startswith("sqlite"):
        conn = sqlite3.connect(old.url.removeprefix("sqlite:///"))
        conn.execute("CREATE TABLE lease (mine TEXT)")
        conn.close()
    else:
        with psycopg.connect(old.url, autocommit=True) as conn:
            conn.execute("CREATE TABLE lease (mine text)")
    with pytest.raises(StoreError, match=r"lease.*already exists") as caught:
        upgrade_store(old)
    assert "a backup is in" in caught.value.why
    assert revision(old) == OLD
    with looking(parse(old.url)) as conn:
        assert sql.value(conn, "SELECT count(*) FROM signal") == 77
        assert not sql.rows(conn, "SELECT name FROM meta WHERE name = 'written_by'")


def test_nothing_is_upgraded_under_a_run(old):
    """On SQLite the lock beside the file says so, on PostgreSQL another session of capteur."""
    if old.url.startswith("sqlite"):
        from capteur.store.hold import held

        busy = held(Path(old.url.removeprefix("sqlite:///")), "capteur daemon", AS_OF)
    else:
        busy = psycopg.connect(old.url, application_name="capteur")
    with busy, pytest.raises(StoreHeld):
        upgrade_store(old)
    assert revision(old) == OLD
    assert upgrade_store(old).after == schema.HEAD


def test_a_newer_store_is_refused_and_names_the_capteur_that_wrote_it(old):
    upgrade_store(old)
    with open_store(old.url, old.clock) as store:
        store.write(lambda c: c.exec_driver_sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '9999'")).result()
        store.write(lambda c: c.exec_driver_sql("UPDATE meta SET value = '7.1.0' WHERE name = 'written_by'")).result()
    for refused in (opened, upgrade_store, backup_store):
        with pytest.raises(SchemaError, match=r"9999 is unknown to this capteur .*knows up to") as caught:
            refused(old)
        assert caught.value.why == "capteur 7.1.0 has written it"
        assert caught.value.fix == "pip install 'capteur>=7.1.0'"
    (finding,) = check_store(old)
    assert "9999 is unknown" in finding.text


def test_an_empty_database_is_not_upgraded_but_made(tmp_path, postgresql_empty):
    project = made(tmp_path, postgresql_empty())
    with pytest.raises(SchemaError, match=r"no capteur schema yet.*capteur init"):
        upgrade_store(project)


def test_who_wrote_the_schema_is_noted(old):
    upgrade_store(old)
    with looking(parse(old.url)) as conn:
        assert schema.written_by(conn) == schema.this_capteur()
    made_today = back_up(old.url, old.settings.folder / "today.zip", AS_OF)
    assert made_today.rows["meta"] == 2
