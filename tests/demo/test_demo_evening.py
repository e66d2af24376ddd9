"""The whole way through the demo's market: the real sensors over real HTTP, then the list a person would read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from capteur import House, open_house
from capteur.clock import ManualClock
from capteur_sensors.demo.market import market
from capteur_sensors.demo.project import write_project
from capteur_sensors.demo.server import serve

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@contextmanager
def _evening(folder: Path, clock: ManualClock) -> Iterator[House]:
    """The demo's project with its accounts imported, over a world that moves with the clock."""
    with serve(clock.now(), clock.now) as world:
        config = write_project(folder, market(), world, news=False, visits=False)
        with open_house(config, clock=clock, env={}) as house:
            house.import_accounts()
            yield house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """After the first run."""
    with _evening(tmp_path_factory.mktemp("evening"), ManualClock(NOW)) as house:
        house.run(["hiring"])
        yield house


@pytest.fixture(scope="module")
def places(house: House) -> dict[str, int]:
    return {row.account.name: place for place, row in enumerate(house.ranking().rows, 1)}


@pytest.fixture(scope="module")
def statuses(house: House) -> dict[str, str]:
    return {row.account.name: row.estimate.status for row in house.ranking(everyone=True).rows}


def test_a_startups_first_revops_role_outranks_a_giant_with_120_jobs(house, places, statuses):
    assert places["Pip & Pebble"] <= 5
    assert "Colossus Mutual" not in places
    assert statuses["Colossus Mutual"] == "no_evidence"
    assert {row.kind for row in house.signals("colossus-mutual.example")} == {"hiring.other"}
    assert len(house.signals("colossus-mutual.example")) == 120


def test_a_competitor_and_a_customer_are_vetoed_whatever_they_hire(statuses):
    assert [statuses["Clearwater Ledger"], statuses["Fernhill Academies"]] == ["vetoed", "vetoed"]


def test_silent_is_told_apart_from_not_watched(statuses):
    silent = {name for name, status in statuses.items() if status == "no_signal"}
    assert silent == {"Quietstone Holdings", "Ember & Oak Hotels", "Zephyr Wind Co-operative"}
    assert {name for name, status in statuses.items() if status == "not_watched"} == {
        "Mossbank Dairy",
        "Ironwood Logistics",
    }


def test_boards_that_misbehave_lose_nothing(places):
    assert {"Pomelo Health", "Tessellate GmbH", "Saltmarsh Energy"} <= set(places)


def test_a_namesakes_board_is_not_taken_for_the_companys(house):
    assert house.signals("mossbank.example") == []


def test_a_board_that_nothing_names_is_guessed_and_confirmed(house):
    [row] = house.signals("gruenwald.example", kind="hiring.opened")
    assert (row.summary or "").startswith("Referent Sales Operations (m/w/d)")


def test_one_job_in_two_cities_is_one_signal_and_an_unlisted_job_none(house):
    assert len(house.signals("halyard.example", kind="hiring.opened")) == 3
    [row] = house.signals("nandu-viajes.example", kind="hiring.opened")
    assert (row.summary or "").startswith("Especialista CRM")


def test_a_second_run_an_hour_later_finds_nothing_new(tmp_path, clock):
    with _evening(tmp_path, clock) as house:
        first = house.run(["hiring"]).runs[0]
        clock.advance(timedelta(hours=1))
        second = house.run(["hiring"]).runs[0]
    assert first.new > 150
    assert (second.new, second.updated) == (0, 0)


def test_the_market_lives_on(tmp_path, clock):
    """Days later a role has opened, and one has closed after two reads without it."""
    labels = ["balticgrid.example", "brightwater.example"]
    with _evening(tmp_path, clock) as house:
        house.run(["hiring"], accounts=labels)
        before = {row.key for row in house.signals()}
        for _ in range(2):
            clock.advance(timedelta(days=2))
            house.run(["hiring"], accounts=labels)
        news = {(row.kind, row.account) for row in house.signals() if row.key not in before}
    assert ("hiring.opened", "balticgrid.example") in news
    assert ("hiring.closed", "brightwater.example") in news


@pytest.mark.parametrize("days", range(7))
def test_the_surge_shows_on_every_day_of_the_week_and_the_giant_never_surges(days, tmp_path):
    with _evening(tmp_path, ManualClock(NOW + timedelta(days=days))) as house:
        house.run(["hiring"], accounts=["nordlys-freight.example", "colossus-mutual.example"])
        assert {row.account for row in house.signals(kind="hiring.surge")} == {"nordlys-freight.example"}
