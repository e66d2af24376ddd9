"""`capteur db` as it is typed: backup, restore, upgrade, check; and what each says when something is in the way."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

SCHEMA = Path(__file__).parents[1] / "store" / "schema_0001.sqlite.sql"


@pytest.fixture
def old(project):
    """The project's store as capteur 0.1.0 left it."""
    conn = sqlite3.connect(project / "capteur.db")
    conn.executescript(SCHEMA.read_text(encoding="utf-8"))
    conn.close()


def row(out):
    head, *rows = out.splitlines()
    return dict(zip(head.split("\t"), rows[0].split("\t"), strict=True))


def test_a_backup_is_made_told_and_brings_everything_back(ready, project):
    code, out, err = ready("db", "backup", "safe.zip")
    assert (code, err) == (0, "")
    made = row(out)
    assert (made["file"], made["kind"], made["accounts"], made["signals"]) == ("safe.zip", "archive", "5", "7")
    ranked = ready("rank")[1]
    (project / "capteur.db").unlink()
    code, out, err = ready("db", "restore", "safe.zip")
    assert (code, err, row(out)["kept"]) == (0, "", "")
    assert ready("rank")[1] == ranked


def test_a_name_that_ends_in_db_gives_a_database(ready, project):
    assert row(ready("db", "backup", "copy.db")[1])["kind"] == "copy"
    conn = sqlite3.connect(project / "copy.db")
    assert conn.execute("SELECT count(*) FROM signal").fetchone() == (7,)
    conn.close()


def test_without_a_name_the_time_gives_one(ready, project):
    told = json.loads(ready("db", "backup", "--json")[1])["items"][0]
    assert Path(told["file"]).parent == project
    assert Path(told["file"]).name.startswith("capteur-backup-2")
    assert set(told) == {"file", "kind", "engine", "schema", "accounts", "signals", "rows", "size_bytes"}


def test_nothing_is_overwritten_unasked(ready):
    ready("db", "backup", "safe.zip")
    code, out, err = ready("db", "backup", "safe.zip")
    assert (code, out) == (2, "")
    assert err == "error: safe.zip exists already\n  fix: name another file, or add --force\n"
    code, out, err = ready("db", "restore", "safe.zip")
    assert (code, out) == (1, "")
    assert "it holds 5 accounts and 7 signals\n" in err
    assert "fix: capteur db restore safe.zip --force\n" in err
    code, out, err = ready("db", "restore", "safe.zip", "--force")
    assert code == 0
    assert Path(row(out)["kept"]).is_file()
    assert err == f"what was there before is kept in {row(out)['kept']}\n"


def test_a_file_that_is_no_backup_is_refused_in_words(ready):
    code, _, err = ready("db", "restore", "capteur.toml", "--force")
    assert code == 2
    assert err == "error: backup capteur.toml: it is not a backup of capteur\n  fix: capteur db backup makes one\n"


def test_an_upgrade_says_from_where_to_where_and_where_the_backup_is(capteur, project, old):
    code, _, err = capteur("rank")
    assert code == 2
    assert err.endswith("fix: capteur db upgrade\n")
    code, out, err = capteur("db", "upgrade")
    assert (code, err, row(out)["schema_before"]) == (0, "", "0001")
    assert Path(row(out)["backup"]).name.startswith("capteur.db.before-")
    assert capteur("rank")[0] == 0
    again = row(capteur("db", "upgrade")[1])
    assert (again["schema_before"], again["backup"]) == (again["schema"], "")


def test_an_upgrade_without_a_backup_has_to_be_asked_for(capteur, project, old):
    assert row(capteur("db", "upgrade", "--no-backup")[1])["backup"] == ""
    assert not list(project.glob("*before*"))


def test_a_check_that_finds_nothing_ends_with_0(ready):
    code, out, err = ready("db", "check", "--all")
    assert (code, err) == (0, "")
    assert {line.split("\t")[0] for line in out.splitlines()[1:]} == {"ok"}


def test_a_check_names_the_cure_and_the_cure_works(ready, project):
    conn = sqlite3.connect(project / "capteur.db", isolation_level=None)
    conn.execute("DELETE FROM state")
    conn.close()
    code, out, _ = ready("db", "check", "--json")
    errors = [item for item in json.loads(out)["items"] if item["level"] == "error"]
    assert (code, [(e["topic"], e["fix"]) for e in errors]) == (1, [("estimates.main", "capteur db check --mend")])
    code, _, err = ready("db", "check", "--mend", "--sample", "3")
    assert code == 0
    assert err == "made the numbers of 7 histories anew\n"
    assert ready("db", "check")[0] == 0


def test_the_present_is_all_it_knows(ready):
    for command in (("backup",), ("restore", "x.zip"), ("upgrade",), ("check",)):
        code, _, err = ready("db", *command, "--as-of", "2026-01-01")
        assert code == 2
        assert f"db {command[0]} takes no --as-of" in err


def test_another_store_is_named_by_its_path(ready, project):
    ready("db", "backup", "safe.zip")
    assert ready("db", "restore", "safe.zip", "--db", "other.db")[0] == 0
    assert ready("rank", "--db", "other.db")[1] == ready("rank")[1]
    assert json.loads(ready("db", "check", "--db", "other.db", "--json")[1])["items"][0]["text"].endswith("/other.db")
