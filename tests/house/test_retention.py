"""Nothing outlives its purpose: signals and fields go when the settings say so, and the numbers are those of what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from capteur import House, estimating, keeping
from capteur.clock import ManualClock
from capteur.keeping import Kept
from capteur.store import sql, states

ARRIVALS = '''
class Arrivals(FeedSensor):
    """Visits of five weeks, two a day, each by somebody of their own."""

    name = "arrivals"
    kinds = ("visit.page", "visit.key_page", "question.asked", "account.competitor")
    only: int = 35

    def detect(self, ctx):
        from datetime import timedelta
        for day in range(self.only):
            at = ctx.now - timedelta(days=day, hours=1)
            for kind in ("visit.page", "question.asked"):
                yield Signal(kind=kind, account="acme.com", key=f"{kind}:{at:%Y%m%d}", occurred_at=at, person=f"p{day}@acme.com",
                             summary="canary-7f3a", evidence_url=f"https://acme.com/canary-7f3a/{day}", data={"who": "canary-7f3a"},
                             event=f"day {day}" if day % 3 == 0 else None, strength=0.7 if kind == "visit.page" else 0.9)
        yield Signal(kind="account.competitor", account="globex.com", key="c", occurred_at=ctx.now - timedelta(days=900))
'''
RETENTION = """
[retention]
"visit.*" = "20d"
"question.asked" = { person = "5d", summary = "10d", data = "10d", evidence_url = "10d" }
"account.*" = { data = "1d" }
"*" = "600d"
[privacy]
persons = true
[models.main.breadth]
weight = 2.0
half_life = "14d"
window = "14d"
[sensors.arrivals]
"""
Make = Callable[..., House]


@pytest.fixture
def make(stored_project: Any) -> Make:
    def open_with(toml: str) -> House:
        stored_project.plugin("arrivals", ARRIVALS)
        stored_project.configure(toml)
        stored_project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return open_with


@pytest.fixture
def house(make: Make, clock: ManualClock) -> House:
    """Run a day ago without any rule, and opened again with rules."""
    first = make(RETENTION[RETENTION.index("[privacy]") :])
    first.run()
    clock.advance(timedelta(days=1))
    return make(RETENTION)


def cells(house: House, column: str, kind: str) -> int:
    """How many signals of a kind still say something in a column."""
    query = (
        f"SELECT count(*) FROM signal WHERE {column} IS NOT NULL AND kind_id = (SELECT id FROM kind WHERE name = :kind)"
    )
    return int(house.store.read(lambda conn: sql.value(conn, query, kind=kind)))


def test_signals_and_fields_go_by_the_strictest_rule(house: House) -> None:
    """A signal whose field was emptied stays; a competitor of 900 days ago stays one, for no rule names it whole."""
    assert house.keep() == Kept(signals=16, fields=31 + 3 * 26)
    assert {kind: cells(house, "key", kind) for kind in ("visit.page", "question.asked", "account.competitor")} == {
        "visit.page": 19,
        "question.asked": 35,
        "account.competitor": 1,
    }
    assert [cells(house, column, "question.asked") for column in ("person", "summary", "data", "evidence_url")] == [
        4,
        9,
        9,
        9,
    ]
    assert cells(house, "person", "visit.page") == 19


def test_the_numbers_are_those_of_what_is_left(house: House) -> None:
    """From running state, from history, in columns, and folded anew from nothing: always the same."""
    house.refresh()
    before = house.explain("acme.com").row.estimate.intent
    house.keep()
    (row,) = [r for r in house.ranking().rows if r.account.domain == "acme.com"]
    model, now = house.model("main"), house.now()
    told, _ = house.store.read(lambda conn: estimating.explain_one(conn, model, row.account.id, now, replay=False))
    whole = house.store.read(lambda conn: estimating.estimate_all(conn, model, now))
    batch = dict(zip(whole.account.tolist(), whole.intent.tolist(), strict=True))[row.account.id]
    house.store.write(states.mark_all).result()
    house.refresh()
    (again,) = [r for r in house.ranking().rows if r.account.domain == "acme.com"]
    assert row.estimate.intent == pytest.approx(told.intent, abs=1e-9)
    assert batch == pytest.approx(told.intent, abs=1e-9)
    assert again.estimate.intent == pytest.approx(told.intent, abs=1e-9)
    assert before != pytest.approx(told.intent, abs=1e-3)


def test_a_replay_sees_what_is_left(house: House) -> None:
    """What was believed of a removed signal has gone with it: a list of an old day, and a backtest, are made without it."""
    day = house.clock.now() - timedelta(hours=20)
    before = house.ranking(as_of=day).rows[0].estimate.intent
    house.keep()
    after = house.ranking(as_of=day).rows[0].estimate.intent
    assert before is not None
    assert after is not None
    assert after < before - 0.001


def test_it_works_in_pieces(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones, so that others write in between: the same goes."""
    monkeypatch.setattr(keeping, "SIGNALS", 3)
    assert house.keep() == Kept(signals=16, fields=31 + 3 * 26)
    assert house.keep() is None


def test_the_next_run_does_not_bring_back_what_was_removed(house: House) -> None:
    """The source still tells it; it is too old to come in, and that is counted."""
    house.keep()
    (run,) = house.run().runs
    assert (run.new, run.expired, run.bad) == (2, 15, 0)
    assert cells(house, "key", "visit.page") == 20


def test_without_rules_everything_stays(make: Make, clock: ManualClock) -> None:
    house = make("[sensors.arrivals]")
    house.run()
    clock.advance(timedelta(days=300))
    house.keep()
    clock.advance(timedelta(days=1))
    assert house.keep() == Kept()


def test_persons_are_left_out_by_default(make: Make) -> None:
    """The signal comes without them, and the run says how many; where the settings name the sensor they come as hashes."""
    house = make("[sensors.arrivals]\nonly = 3\n")
    (run,) = house.run().runs
    assert (run.new, run.persons, run.bad) == (7, 6, 0)
    assert cells(house, "person", "visit.page") == 0
    allowed = make('[privacy]\npersons = ["arrivals"]\n[sensors.arrivals]\nonly = 4\n')
    (run,) = allowed.run().runs
    assert (run.new, run.persons) == (2, 0)
    assert cells(allowed, "person", "visit.page") == 1


def test_what_was_removed_is_overwritten_in_the_file(project: Any, clock: ManualClock) -> None:
    """Once the log beside it is folded in, no byte of it is left, though nobody has vacuumed."""
    project.plugin("arrivals", ARRIVALS)
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    project.configure("[sensors.arrivals]")
    house = project.open()
    house.import_accounts()
    house.run()
    house.close()
    assert b"canary-7f3a" in (project.folder / "capteur.db").read_bytes()
    clock.advance(timedelta(days=40))
    project.configure('[retention]\n"*" = "10d"\n[sensors.arrivals]\nenabled = false\n')
    house = project.open()
    assert house.keep() == Kept(signals=70)
    house.close()
    assert b"canary-7f3a" not in (project.folder / "capteur.db").read_bytes()
