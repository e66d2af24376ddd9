"""A project's database in its operator's hands: backed up by name or folder, checked down to the numbers, mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur.clock import ManualClock
from capteur.errors import ConfigError, InputError
from capteur.house.figures import figures
from capteur.house.storage import backup_store, check_store, mend_store, project_at, restore_store, upgrade_store
from capteur.store import sql

PLUGIN = """
class Feed(FeedSensor):
    \"\"\"A feed.\"\"\"

    name = "feed"
    kinds = ("funding.raised", "hiring.opened", "account.competitor")

    def detect(self, ctx):
        for i in range(12):
            yield Signal(kind="hiring.opened", account=f"a{i}.com", key=f"h/{i}", occurred_at=f"2026-11-{i + 1:02}")
            yield Signal(kind="funding.raised", account=f"a{i}.com", key=f"f/{i}", occurred_at="2026-10-01", event=f"e{i % 2}")
"""


@pytest.fixture
def used(stored_project):
    """A project with twelve accounts, their signals and their numbers; the house is closed, so that nothing holds the store."""
    stored_project.plugin("feed", PLUGIN)
    stored_project.configure('[sensors.feed]\nevery = "1h"\n')
    rows = "".join(f"a{i}.com,A{i},{'competitor' if i == 11 else ''}\n" for i in range(12))
    stored_project.accounts(f"domain,name,standing\n{rows}")
    house = stored_project.open()
    house.import_accounts()
    house.run()
    house.close()
    return project_at(stored_project.folder / "capteur.toml", clock=stored_project.clock, env={})


def wrong(findings):
    return [(f.topic, f.text, f.fix, f.exit_code) for f in findings if f.level != "ok"]


def change(stored_project, statement):
    with stored_project.open() as house:
        house.store.write(lambda c: sql.run(c, statement)).result()


def test_running_state_reads_as_the_signals_do(used):
    """Twelve accounts, one of them vetoed, events seen twice: state and history say the same, for a sample or for all."""
    found = {f.topic: f for f in check_store(used, sample=5)}
    assert found["estimates.main"].text == "5 of 12 accounts read the same from running state as from their signals"
    assert wrong(check_store(used, sample=None)) == []
    assert found["marks"].text == "nothing waits to be folded in"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE state SET n = n + 1, at = at + 86400000000 WHERE account_id = 3", "1 differ from their signals"),
        ("DELETE FROM state WHERE account_id IN (4, 5)", "2 differ from their signals"),
        ("DELETE FROM ceiling_rank WHERE account_id = 6", "1 may be missed by the list"),
        ("UPDATE ceiling_rank SET ceiling = 0.001 WHERE account_id < 4", "3 may be missed by the list"),
    ],
)
def test_numbers_that_are_not_what_the_signals_say_are_found_and_mended(used, stored_project, statement, words):
    change(stored_project, statement)
    ((topic, text, fix, code),) = wrong(check_store(used, sample=None))
    assert (topic, fix, code) == ("estimates.main", "capteur db check --mend", 1)
    assert words in text
    assert mend_store(used) == 25
    assert wrong(check_store(used, sample=None)) == []


def test_what_is_not_folded_in_yet_is_no_mistake(used, stored_project):
    change(
        stored_project,
        "INSERT INTO stale (account_id, kind_id, from_day) SELECT account_id, kind_id, 0 FROM state WHERE account_id = 3",
    )
    change(stored_project, "DELETE FROM state WHERE account_id = 3")
    found = {f.topic: f for f in check_store(used, sample=None)}
    assert {f.level for f in found.values()} == {"ok"}
    assert found["marks"].text == "2 histories changed and not folded in yet: the next reader does"
    assert found["estimates.main"].text.startswith("11 of 11 accounts")


def test_a_sample_is_another_one_each_time(used, stored_project):
    """The one wrong account of twelve is found sooner or later, though each look takes two."""
    change(stored_project, "DELETE FROM ceiling_rank WHERE account_id = 6")
    looks = []
    with stored_project.open() as house:
        for _ in range(60):
            stored_project.clock.advance(timedelta(hours=1))
            looks.append(bool(wrong(figures(house, sample=2))))
    assert set(looks) == {True, False}


def test_a_database_that_cannot_be_opened_is_a_finding(tmp_path, clock):
    config = tmp_path / "capteur.toml"
    config.write_text('[capteur]\nversion = 1\n[store]\nurl = "postgresql://me@127.0.0.1:9/nothing"\n')
    ((topic, text, fix, code),) = wrong(check_store(project_at(config, clock=clock, env={})))
    assert (topic, code) == ("database", 1)
    assert "the server is away" in text
    assert fix
    with pytest.raises(ConfigError):
        project_at(tmp_path / "nowhere.toml", clock=clock, env={})


def test_a_plugin_that_breaks_is_a_finding_too(used, stored_project):
    (used.settings.folder / "capteur.toml").write_text(
        (used.settings.folder / "capteur.toml").read_text() + '\n[models.main]\nuse = "nobody@1"\n'
    )
    again = project_at(used.settings.path, clock=used.clock, env={})
    (found,) = [f for f in check_store(again) if f.level == "error"]
    assert (found.topic, found.exit_code) == ("models", 2)
    assert "nobody@1" in found.text


def test_a_backup_gets_its_name_from_the_time_unless_it_has_one(used, stored_project, tmp_path):
    """Without a file beside capteur.toml, in a folder when it is one; and from an open house, by the same words."""
    folder = tmp_path / "backups"
    folder.mkdir()
    name = "capteur-backup-20261120T080000Z.zip"
    made = [backup_store(used), backup_store(used, folder), backup_store(used, tmp_path / "mine.zip")]
    assert [b.file for b in made] == [tmp_path / name, folder / name, tmp_path / "mine.zip"]
    assert {b.rows["signal"] for b in made} == {25}
    with pytest.raises(InputError, match="exists already"):
        backup_store(used)
    with stored_project.open() as house:
        assert house.backup(force=True).rows == made[0].rows
        assert house.backup(tmp_path / "again.zip").kind == "archive"


def test_what_was_replaced_lies_beside_the_project(used, tmp_path):
    backup = backup_store(used, tmp_path / "mine.zip")
    done = restore_store(used, backup.file, force=True)
    assert done.kept.parent == tmp_path
    assert wrong(check_store(used, sample=None)) == []
    assert upgrade_store(used).backup is None


def test_sqlite_moves_to_postgresql(project, tmp_path, postgresql_empty):
    """Back up, set [store] url, restore: the ranking is the same to the last bit."""
    project.plugin("feed", PLUGIN)
    project.configure('[sensors.feed]\nevery = "1h"\n')
    project.accounts("domain,name\na1.com,A1\na2.com,A2\n")
    with project.open() as house:
        house.import_accounts()
        house.run()
        before = house.ranking(details=True)
        file = house.backup().file
    project.store = postgresql_empty()
    project.configure('[sensors.feed]\nevery = "1h"\n')
    restore_store(project_at(tmp_path / "capteur.toml", clock=ManualClock(project.clock.now()), env={}), file)
    with project.open() as house:
        after = house.ranking(details=True)
        assert [(r.account.label, r.estimate, r.lines) for r in after.rows] == [
            (r.account.label, r.estimate, r.lines) for r in before.rows
        ]
        assert house.run().runs[0].new == 0
