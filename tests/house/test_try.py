"""A try shows everything a sensor does, and leaves no trace of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.errors import InputError, UsageError

Make = Callable[..., House]

TWO = """
yield Signal(kind="funding.raised", account="acme.com", key="r1", occurred_at=ctx.now, summary="Series A, $12M")
yield Signal(kind="hiring.opened", account="globex.com", key="j1", occurred_at=ctx.now, summary="RevOps Manager")
"""
LOOKER = '''
class Looker(AccountSensor):
    """Looks at one account."""

    name = "looker"
    kinds = ("hiring.opened",)

    def detect(self, ctx, account):
        yield Signal(kind="hiring.opened", account=account.domain, key=account.domain, occurred_at=ctx.now)
'''
HOOKED = '''
class Hooked(PushSensor):
    """Reads deliveries."""

    name = "hooked"
    kinds = ("question.asked",)

    def receive(self, ctx, delivery):
        for row in delivery.json()["events"]:
            yield Signal(kind="question.asked", account=row["company"], key=row["id"], occurred_at=delivery.received_at)
'''


def everything(house: House) -> list[object]:
    """All rows of all tables."""

    def work(conn: Any) -> list[object]:
        tables = [
            row[0] for row in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return [(table, [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {table}")]) for table in tables]

    return house.store.read(work)


def test_a_try_stores_nothing_and_moves_nothing(feed: Make) -> None:
    house = feed(TWO + 'yield Checkpoint({"page": 2})\nyield AccountFact("acme.com", "owner", "Ann", ctx.now)')
    before = everything(house)
    trial = house.try_sensor("feed")
    assert (trial.run.new, trial.others, trial.memory) == (2, {"fact": 1}, 10)
    assert everything(house) == before


def test_a_try_works_while_a_run_holds_the_store(feed: Make) -> None:
    house = feed(TWO)
    with house.store.hold("capteur run"):
        assert house.try_sensor("feed").run.new == 2


def test_the_memory_and_the_start_of_the_last_run_are_read_and_left_alone(feed: Make) -> None:
    house = feed(
        'yield Signal(kind="funding.raised", account="acme.com", key=str(ctx.cursor), occurred_at=ctx.since)\nyield Checkpoint("seen")'
    )
    assert house.try_sensor("feed").start == "first run"
    house.run()
    trial = house.try_sensor("feed")
    assert (trial.start, trial.remembered, trial.signals[0].signal.key) == ("last run", True, "seen")
    asked = house.try_sensor("feed", since=house.clock.now() - timedelta(days=3))
    assert (asked.start, asked.remembered, asked.signals[0].signal.key) == ("asked for", False, "None")
    assert asked.since == house.now() - 3 * 86_400_000_000


def test_what_each_signal_would_add_is_what_it_adds_once_it_is_stored(feed: Make) -> None:
    house = feed(TWO)
    trial = house.try_sensor("feed")
    assert [s.state for s in trial.signals] == ["new", "new"]
    promised = {s.account.label: s.adds for s in trial.signals if s.account}
    (shift, _) = trial.shifts
    house.run()
    kept = {row.account.label: row.estimate.intent for row in house.ranking().rows}
    assert promised == pytest.approx(kept)
    assert shift.after == pytest.approx(kept[shift.account.label])


def test_known_signals_add_nothing_and_the_rest_is_weighed_beside_them(feed: Make) -> None:
    house = feed(TWO)
    house.run()
    trial = house.try_sensor("feed")
    assert [(s.state, s.adds) for s in trial.signals] == [("known", 0.0), ("known", 0.0)]
    assert (trial.shifts, trial.run.new, trial.run.unchanged) == ([], 0, 2)


def test_a_growing_signal_is_weighed_instead_of_its_old_belief(feed: Make, project: Any) -> None:
    body = 'yield Signal(kind="visit.page", account="acme.com", key="day", occurred_at="2026-11-19", strength={})'
    house = feed(body.format("0.2"), kinds='("visit.page",)')
    house.run()
    stored = house.ranking().rows[0].estimate.intent
    house = feed_again(project, body.format("0.9"))
    trial = house.try_sensor("feed")
    (signal,), (shift,) = trial.signals, trial.shifts
    assert (signal.state, shift.before, trial.run.updated) == ("grows", pytest.approx(stored), 1)
    assert signal.adds == pytest.approx((shift.after or 0) - (shift.before or 0))
    assert (signal.adds or 0) > 0


def feed_again(project: Any, body: str) -> House:
    """The same project with another detect(), opened anew."""
    path = project.folder / "plugins" / "feed.py"
    head, mark, _ = path.read_text().rpartition("def detect(self, ctx):\n")
    path.write_text(f"{head}{mark}        {body}\n")
    house: House = project.open()
    return house


def test_a_key_that_comes_twice_is_told(feed: Make) -> None:
    same = 'yield Signal(kind="funding.raised", account="acme.com", key="r1", occurred_at=ctx.now)\n'
    assert [s.state for s in feed(same * 2).try_sensor("feed").signals] == ["new", "twice"]


def test_a_key_of_one_company_that_comes_for_another_is_bad(feed: Make) -> None:
    run = feed(TWO.replace('"j1"', '"r1"')).run().runs[0]
    assert (run.new, run.bad) == (1, 1)
    assert "key 'r1' came for globex.com (hiring.opened) and already belongs to acme.com (funding.raised)" in (
        run.error or ""
    )


def test_a_company_that_no_account_answers_to_is_told_with_the_command_that_adds_it(feed: Make) -> None:
    house = feed('yield Signal(kind="funding.raised", account="rival.com", key="r", occurred_at=ctx.now)')
    trial = house.try_sensor("feed")
    assert (trial.signals[0].account, trial.signals[0].reference, trial.run.unmatched) == (None, "domain:rival.com", 1)
    assert "capteur accounts add rival.com" in [command for command, _ in trial.steps]
    assert house.unmatched() == []


def test_a_try_stops_after_its_limit_and_the_sensor_with_it(feed: Make) -> None:
    house = feed(
        'for i in range(10**9):\n    yield Signal(kind="press.mention", account="acme.com", key=i, occurred_at=ctx.now)'
    )
    trial = house.try_sensor("feed", limit=3)
    assert (len(trial.signals), trial.limited) == (3, True)


def test_one_account_of_a_feed_is_filtered_out_of_all(feed: Make) -> None:
    trial = feed(TWO).try_sensor("feed", account="Globex", limit=1)
    assert ([s.signal.key for s in trial.signals], trial.elsewhere) == (["j1"], 1)


def test_bad_signals_are_told_with_the_authors_line_and_all_of_them(feed: Make) -> None:
    trial = feed(
        'for name in ("acme corp", "globex corp"):\n    yield Signal(kind="press.mention", account=name, key=name, occurred_at=ctx.now)'
    ).try_sensor("feed")
    assert len(trial.bad) == 2
    assert all("feed.py:15" in note for note in trial.bad)


def test_errors_are_told_as_in_a_run_with_its_exit_code(feed: Make) -> None:
    body = TWO + "raise {}"
    tried = feed(body.format("AuthError('401 from x')")).try_sensor("feed")
    assert (tried.exit_code, len(tried.signals), tried.failures[0][1]) == (4, 2, "sensor feed: 401 from x")


def test_failures_of_the_past_do_not_colour_a_try(feed: Make) -> None:
    house = feed("raise KeyError('x')\nyield")
    for _ in range(3):
        house.run()
    assert house.try_sensor("feed").run.status == "failed"
    assert house.status().instances[0].state == "quarantined"


def test_a_parked_instance_can_be_tried(feed: Make) -> None:
    house = feed("raise AuthError('401 from x')\nyield")
    house.run()
    assert house.try_sensor("feed").run.accounts == 1


def test_an_account_sensor_is_tried_on_some_accounts_or_on_the_one_that_was_named(project: Any) -> None:
    project.plugin("looker", LOOKER)
    project.configure("[sensors.looker]")
    project.accounts("domain,name\n" + "".join(f"acme{i}.com,Acme {i}\n" for i in range(9)))
    house: House = project.open()
    with pytest.raises(InputError, match="the list is empty"):
        house.try_sensor("looker")
    house.import_accounts()
    several, few = house.try_sensor("looker"), house.try_sensor("looker", limit=2)
    assert (len(several.looked_at), several.listed, len(few.looked_at)) == (5, 9, 2)
    assert house.try_sensor("looker", account="Acme 7").looked_at == ("acme7.com",)


def test_an_account_that_is_not_on_the_list_can_be_looked_at(project: Any) -> None:
    project.plugin("looker", LOOKER)
    project.configure("")
    house: House = project.open()
    before = everything(house)
    trial = house.try_sensor("looker", account="newcomer.com")
    (signal,) = trial.signals
    assert (signal.account and signal.account.id, signal.state) == (0, "new")
    assert (signal.adds or 0) > 0
    assert everything(house) == before
    with pytest.raises(InputError, match="no account answers to 'newcomer'"):
        house.try_sensor("looker", account="newcomer")


def test_a_sensor_nobody_configured_is_built_with_its_defaults(project: Any) -> None:
    project.plugin("looker", LOOKER)
    project.configure("")
    house: House = project.open()
    trial = house.try_sensor("looker", account="acme.com")
    assert trial.steps[-1][0] == "[sensors.looker]"
    with pytest.raises(UsageError) as unknown:
        house.try_sensor("loker")
    assert unknown.value.fix == "did you mean looker?"


def test_a_delivery_is_tried_through_receive(project: Any, tmp_path: Path) -> None:
    project.plugin("hooked", HOOKED)
    project.configure("[sensors.hooked]")
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    body = tmp_path / "body.json"
    body.write_text(json.dumps({"events": [{"company": "acme.com", "id": "e1"}]}))
    trial = house.try_sensor("hooked", delivery=body)
    assert [(s.signal.key, s.state) for s in trial.signals] == [("e1", "new")]
    body.write_text("<html>")
    assert house.try_sensor("hooked", delivery=body).exit_code == 1
    with pytest.raises(UsageError, match="reads deliveries"):
        house.try_sensor("hooked")


def test_a_sensor_that_asks_its_source_reads_no_deliveries(feed: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="reads no deliveries"):
        feed(TWO).try_sensor("feed", delivery=tmp_path / "body.json")
