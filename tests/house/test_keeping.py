"""Once a day, at the end of a run, what is old goes: companies nobody matched, old runs, what is remembered of what is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock
from capteur.errors import ConfigError
from capteur.keeping import Kept
from capteur.settings import load
from capteur.store import hosts, pruning, runs, validators
from capteur.store.shapes import Validator

Make = Callable[..., House]
DAY = 86_400_000_000
NAMES = ("Vanished Works", "Globex Holding", "Chatty Foods")
BODY = """
names = ["Vanished Works", "Globex Holding", "Chatty Foods"] if ctx.now.month == 11 else ["Chatty Foods"]
for name in names:
    yield Signal(kind="funding.raised", account=AccountRef(name=name), key=f"{name}:{ctx.now}", occurred_at=ctx.now)
"""


def waiting(house: House) -> list[str]:
    return sorted(account.name for account in house.accounts(("unmatched",)))


def pass_by(house: House, clock: ManualClock, days: int, step: int = 20) -> list[Kept | None]:
    """Days with a run now and then."""
    kept = []
    for _ in range(days // step):
        clock.advance(timedelta(days=step))
        kept.append(house.run().kept)
    return kept


def test_a_company_that_nobody_matched_is_purged_after_half_a_year(feed: Make, clock: ManualClock) -> None:
    """One of which something is still heard stays, and one that a listed account might be waits for its reviewer."""
    house = feed(BODY)
    house.run()
    assert [w.candidates != () for w in house.unmatched() if w.account.name == "Globex Holding"] == [True]
    assert pass_by(house, clock, 180) == [Kept()] * 9
    assert waiting(house) == sorted(NAMES)
    assert pass_by(house, clock, 20) == [Kept(companies=1)]
    assert waiting(house) == ["Chatty Foods", "Globex Holding"]
    assert {s.account for s in house.signals(limit=1000)} == {"name:chatty foods", "name:globex holding"}


def test_how_long_is_a_setting(feed: Make, clock: ManualClock) -> None:
    house = feed(BODY, toml='[accounts]\nkeep_unmatched = "30d"')
    house.run()
    pass_by(house, clock, 40)
    assert waiting(house) == ["Chatty Foods", "Globex Holding"]


@pytest.mark.parametrize("value", ['"0d"', '"23h"', '"for ever"', "30"])
def test_less_than_a_day_or_no_duration_is_refused(tmp_path: Any, value: str) -> None:
    (tmp_path / "capteur.toml").write_text(f"[accounts]\nkeep_unmatched = {value}\n")
    with pytest.raises(ConfigError, match=r"\[accounts\] keep_unmatched: (expected|.* is not a duration)"):
        load(tmp_path / "capteur.toml", {})


def test_it_is_done_once_a_day(feed: Make, clock: ManualClock) -> None:
    house = feed(BODY)
    assert house.run().kept == Kept()
    clock.advance(timedelta(hours=23))
    assert house.run().kept is None
    assert house.keep() is None
    clock.advance(timedelta(hours=1))
    assert house.keep() == Kept()


def test_a_clock_that_is_years_ahead_purges_nobody(feed: Make, clock: ManualClock) -> None:
    """Nor does it when it goes back: the next day is needed to believe it."""
    house = feed(BODY)
    house.run()
    clock.advance(timedelta(days=3650))
    assert house.keep() == Kept()
    clock.advance(timedelta(days=-3650))
    assert house.keep() == Kept()
    assert waiting(house) == sorted(NAMES)


def test_after_a_long_absence_companies_are_purged_on_the_second_day(feed: Make, clock: ManualClock) -> None:
    house = feed(BODY)
    house.run()
    clock.advance(timedelta(days=400))
    assert house.keep() == Kept()
    clock.advance(timedelta(days=1))
    assert house.keep() == Kept(companies=2, runs=1)
    assert waiting(house) == ["Globex Holding"]


def test_linked_and_listed_companies_are_never_old(feed: Make, clock: ManualClock) -> None:
    house = feed(BODY)
    house.run()
    house.link("Vanished Works", "acme.com")
    pass_by(house, clock, 400)
    assert waiting(house) == ["Chatty Foods", "Globex Holding"]
    assert {s.key.partition(":")[0] for s in house.signals("acme.com")} == {"Vanished Works"}


def test_what_was_removed_is_told(feed: Make, clock: ManualClock, caplog: pytest.LogCaptureFixture) -> None:
    house = feed(BODY)
    house.run()
    pass_by(house, clock, 180)
    with caplog.at_level(logging.INFO, "capteur.keeping"):
        pass_by(house, clock, 20)
    assert caplog.messages == ["removed 1 company that no account answered to"]
    assert str(Kept()) == "nothing"
    assert str(Kept(2, 1, 1, 2)) == (
        "2 companies that no account answered to, 1 old run, 1 host whose wait is over, 2 memories of pages that are no longer read"
    )


def test_old_runs_and_hosts_go_too(feed: Make, clock: ManualClock) -> None:
    house = feed(BODY)
    house.run()
    old = house.now() - (pruning.RUNS_DAYS + 1) * DAY
    house.store.write(lambda c: runs.start(c, "feed", old)).result()
    house.store.write(lambda c: hosts.save(c, "x.example", house.now() - DAY)).result()
    clock.advance(timedelta(days=1))
    assert house.run().kept == Kept(runs=1, hosts=1)


def test_a_store_that_cannot_be_tidied_spoils_no_run(
    feed: Make, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The run's signals are stored before; it is told, and tried again next time."""
    house = feed(BODY)
    house.keep()
    clock.advance(timedelta(days=1))
    house.store.write(
        lambda c: c.exec_driver_sql(
            "CREATE TRIGGER no_room BEFORE DELETE ON run BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    ).result()
    house.store.write(lambda c: runs.start(c, "feed", 0)).result()
    report = house.run()
    assert (report.exit_code, report.kept, report.runs[0].new) == (0, None, 3)
    assert "what is old was not removed" in caplog.text
    house.store.write(lambda c: c.exec_driver_sql("DROP TRIGGER no_room")).result()
    assert house.run().kept == Kept(runs=1)


def test_the_instances_of_the_configuration_keep_what_servers_said(project: Any, clock: ManualClock) -> None:
    """A table that is switched off is configured too."""
    house = _with_pages(project)
    house.keep()
    for _ in range(2):
        clock.advance(timedelta(days=40))
        assert house.keep() == Kept()
    project.configure("")
    house = project.open()
    clock.advance(timedelta(days=1))
    assert house.keep() == Kept(validators=1)


def _with_pages(project: Any) -> House:
    project.plugin(
        "off", 'class Off(FeedSensor):\n    name = "off"\n    kinds = ("a.b",)\n    def detect(self, ctx): yield\n'
    )
    project.configure("[sensors.off]\nenabled = false\n")
    house: House = project.open()
    page = Validator("https://x.example/", "1", None)
    house.store.write(lambda c: validators.save(c, "off|1|a", 0, [page])).result()
    return house
