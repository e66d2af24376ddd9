"""What the pushed sensors remember stays within what core takes, and counts each day's strangers."""

from __future__ import annotations

import json

import pytest

from capteur_sensors.visits.keys import Keys
from capteur_sensors.visits.onsite import CLAIMS, DAYS, MOST, MOST_BYTES, STRANGERS_A_DAY, Onsite
from capteur_sensors.visits.pages import LONGEST, Page

DAY = 20_777
CORE_TAKES = 256 * 1024


def crowd(memory: Onsite, letter: str, number: int = MOST) -> None:
    """So many visitors with the longest paths there are, of companies with long names."""
    for n in range(number):
        guest = memory.visitor(f"n{n}", "www.us.example", f"{letter * 100}{n}", DAY)
        assert guest is not None
        for group, standing in (("", "plain"), ("pricing", "key"), ("jobs", "ignored")):
            path = (f"/{group}/" + letter * LONGEST)[:LONGEST]
            guest.view(Page(path, group, standing, 1.0), DAY * 86_400 + n, DAY * 86_400 + n, paid=False)
        memory.keep(guest)


@pytest.mark.parametrize("letter", ["a", "é", "價", "🦆"])
def test_any_memory_fits_and_the_newest_stay(letter):
    """The bytes are counted as they are sent: `é` is six of them."""
    memory = Onsite(Keys.fresh(DAY))
    for n in range(CLAIMS):
        memory.claim(f"{n:016}", "=" + letter * 200)
    crowd(memory, letter)
    told = memory.dump()
    assert len(json.dumps(told)) <= MOST_BYTES < CORE_TAKES
    again = Onsite.load(json.loads(json.dumps(told)), None, DAY)
    sorted_again = Onsite.load(json.loads(json.dumps(told, sort_keys=True)), None, DAY)
    assert list(sorted_again.rows) == list(again.rows), "core sorts names"
    assert list(again.rows) == list(memory.rows)[-len(again.rows) :]
    assert list(again.claims) == list(memory.claims)[-len(again.claims) :]
    assert len(again.rows) >= 20
    assert len(again.claims) >= 20
    guest = again.visitor(f"n{MOST - 1}", "www.us.example", f"{letter * 100}{MOST - 1}", DAY)
    assert guest is not None
    assert guest.views == 3


def test_what_fits_is_kept_whole():
    memory = Onsite(Keys.fresh(DAY))
    memory.claim("x", "acme.com")
    crowd(memory, "é", 20)
    told = memory.dump()
    assert (list(told["visitors"]), told["claims"]) == (list(memory.rows), {"x": "acme.com"})


def test_claims_without_visitors_may_take_the_room():
    """Only what does not fit is forgotten."""
    memory = Onsite(Keys.fresh(DAY))
    for n in range(CLAIMS):
        memory.claim(f"{n:016}", "=" + "é" * 110)
    assert len(memory.dump()["claims"]) == CLAIMS


def test_the_strangers_of_each_day_are_counted_apart():
    """Days that alternate let in no more than each day by itself."""
    memory = Onsite(Keys.fresh(DAY))
    taken = 0
    for n in range(4 * STRANGERS_A_DAY):
        taken += memory.takes_stranger(DAY - n % 2)
    assert taken == 2 * STRANGERS_A_DAY
    again = Onsite.load(memory.dump(), None, DAY)
    assert not again.takes_stranger(DAY)
    assert again.takes_stranger(DAY + 1)


def test_days_long_ago_share_one_count(monkeypatch):
    """However many days somebody makes up, as many strangers are taken as of the days that are counted."""
    monkeypatch.setattr("capteur_sensors.visits.onsite.STRANGERS_A_DAY", 3)
    memory = Onsite(Keys.fresh(DAY))
    taken = sum(memory.takes_stranger(DAY - n % 1000) for n in range(20_000))
    assert taken == 3 * DAYS
    assert len(memory.strangers) == DAYS


def test_the_count_of_a_former_version_is_taken_over():
    memory = Onsite.load({"day": DAY, "strangers": STRANGERS_A_DAY}, None, DAY)
    assert not memory.takes_stranger(DAY)
    assert memory.takes_stranger(DAY - 1)
