"""Who came to the seller's site: the demo's access log is one that a web server writes, and each of its visitors is known for what he is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from capteur import House, open_house
from capteur.receiving import receiving
from capteur_sensors.demo import DemoWorld
from capteur_sensors.demo.market import market
from capteur_sensors.demo.site import _site

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def evening(tmp_path, clock) -> Iterator[tuple[DemoWorld, House]]:
    world = DemoWorld()
    with world.prepare(tmp_path, clock.now()) as config, open_house(config, clock=clock, env={}) as house:
        house.import_accounts()
        yield world, house


def seen(house: House) -> dict[str, set[str]]:
    """The kinds of visits by account."""
    found: dict[str, set[str]] = {}
    for row in house.signals():
        if row.kind.startswith("visit."):
            found.setdefault(row.account, set()).add(row.kind)
    return found


def test_companies_are_known_and_robots_scanners_and_strangers_are_not(evening):
    _, house = evening
    (run,) = house.run(["visits"]).runs
    assert (run.status, run.bad) == ("ok", 0)
    assert seen(house) == {
        "atelier-sante.example": {"visit.page", "visit.key_page"},
        "halyard.example": {"visit.page"},
        "okonkwo-foods.example": {"visit.key_page"},
        "colossus-mutual.example": {"visit.ignored_page"},
        "clearwater-ledger.example": {"visit.key_page"},
    }
    assert house.explain("colossus-mutual.example").row.estimate.intent is None
    assert house.explain("clearwater-ledger.example").row.estimate.status == "vetoed"


def test_who_comes_by_while_the_demo_runs_is_seen_by_the_second_look_alone(evening):
    world, house = evening
    house.run(["visits"])
    assert "pipandpebble.example" not in seen(house)
    world.later()
    (run,) = house.run(["visits"]).runs
    assert run.new >= 1
    assert "visit.key_page" in seen(house)["pipandpebble.example"]


def test_who_says_in_a_form_who_he_is_was_there_before(evening):
    """Over real HTTP: two pages of somebody unknown, then a question; all of it is his company's, and nothing his own."""
    world, house = evening
    house.run(["hiring"])
    with receiving(house, listen=("127.0.0.1", 0)) as port:
        assert world.send(f"http://127.0.0.1:{port}") == 3
        assert world.send(f"http://127.0.0.1:{port}") == 3  # a sender that tries again
    (run,) = house.run(["segment"]).runs
    assert (run.status, run.bad) == ("ok", 0)
    found = {row.kind: row for row in house.signals("balticgrid.example") if row.scope == "segment"}
    assert found.keys() == {"visit.key_page", "question.asked"}
    assert found["question.asked"].summary.startswith("Can it post to two ledgers at once")
    assert "kask" not in repr(found)


def test_no_address_of_a_visitor_is_stored(evening, tmp_path):
    world, house = evening
    house.run(["visits"])
    world.later()
    house.run(["visits"])
    house.store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("capteur.db*"))
    assert b"visit.key_page" in stored
    assert [v["from"] for v in _site()["visit"] if v["from"].encode() in stored] == []


def test_every_network_is_one_of_an_account():
    assert {*_site()["networks"].values()} <= {company.domain for company in market().companies}
