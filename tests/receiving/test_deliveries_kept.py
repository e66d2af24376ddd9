"""How long a delivery is kept, and who sent it: by whether it was read, and by whether anybody is to read it."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from capteur.store import sql
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CLIENT = '{"client-address": "192.0.2.1"}'
BOTH = '[sensors.hook]\nsecret = "0123456789abcdef"\n[sensors.pixel]\n'


@pytest.fixture
def keep():
    """Keeps one body for an instance as if it had been received now."""

    def work(house, body, instance="pixel", client=CLIENT):
        number = house.store.write(lambda c: id_of(c, instance)).result()
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = f"id:{len(house.deliveries())}"
        house.keep_deliveries([Arrived(number, key, house.now(), content, client=client)]).result()

    return work


def clients(house):
    return [cell for (cell,) in house.store.read(lambda c: sql.rows(c, "SELECT client FROM delivery ORDER BY id"))]


def tidy(house, clock, days=1):
    """What goes at the daily keeping, so many days later."""
    clock.advance(days * DAY)
    kept = house.keep()
    assert kept is not None
    return kept.deliveries


def test_a_visit_of_the_days_before_counts_when_the_daemon_comes_back(pushed_everywhere, keep, clock):
    """The store is tidied before anything is read."""
    house = pushed_everywhere(BOTH)
    house.keep()
    keep(house, {"page": "/pricing"})
    assert tidy(house, clock, days=3) == 0
    house.run()
    assert [s.key for s in house.signals()] == ["pixel:192.0.2.1:/pricing"]
    assert clients(house) == [None]


def test_who_sent_what_nobody_reads_is_forgotten_after_a_week(pushed, keep, clock):
    house = pushed(BOTH + '[receiving]\nkeep = "30d"\n')
    house.keep()
    keep(house, {"page": "/"})
    tidy(house, clock, days=6)
    assert clients(house) == [CLIENT]
    tidy(house, clock, days=2)
    assert clients(house) == [None]


def test_who_sent_what_could_not_be_read_is_forgotten_after_a_day(pushed, keep, clock):
    house = pushed(BOTH)
    house.keep()
    keep(house, b"broken")
    house.run()
    assert [(r.state, r.fails) for r in house.deliveries()] == [("waiting", 1)]
    assert clients(house) == [CLIENT]
    clock.advance(HOUR)
    tidy(house, clock)
    assert clients(house) == [None]


def test_what_browsers_sent_and_was_read_goes_after_a_day(pushed_everywhere, keep, clock):
    """It cannot be read again without its sender, whoever filled the store with it; what has a secret stays for replaying."""
    house = pushed_everywhere(BOTH)
    house.keep()
    keep(house, {"page": "/"})
    keep(house, b"broken")
    keep(house, {"id": 1, "domain": "acme.com"}, "hook", None)
    for _ in range(3):
        house.run()
        clock.advance(HOUR)
    assert sorted((r.instance, r.state) for r in house.deliveries()) == [
        ("hook", "done"), ("pixel", "done"), ("pixel", "failed"),
    ]  # fmt: skip
    keep(house, {"page": "/new"})
    assert tidy(house, clock) == 2
    assert sorted((r.instance, r.state) for r in house.deliveries()) == [("hook", "done"), ("pixel", "waiting")]


@pytest.mark.parametrize("toml", ["[sensors.hook]\nenabled = false\n", ""])
def test_what_waits_for_nobody_goes_with_its_time_and_is_told(pushed, project, keep, clock, caplog, toml):
    house = pushed(BOTH)
    house.keep()
    keep(house, {"id": 1, "domain": "acme.com"}, "hook", None)
    project.configure(toml)
    other = project.open()
    assert tidy(other, clock, days=6) == 0
    with caplog.at_level(logging.WARNING):
        assert tidy(other, clock, days=2) == 1
    assert "hook: 1 delivery that nobody has read is removed: the instance is not enabled" in caplog.text


@pytest.mark.parametrize("broken", ["secret = 5", 'secret = "env:NOT_THERE"', 'use = "nothing"', 'enabled = "perhaps"'])
def test_what_waits_for_an_instance_that_cannot_be_built_stays(pushed, project, keep, clock, broken):
    """A mistake in a file is mended some day; what came meanwhile is there."""
    house = pushed(BOTH)
    house.keep()
    keep(house, {"id": 1, "domain": "acme.com"}, "hook", None)
    project.configure(f"[sensors.hook]\n{broken}\n")
    other = project.open()
    assert [b.instance for b in other.broken] == ["hook"]
    assert tidy(other, clock, days=8) == 0
    assert [r.state for r in other.deliveries()] == ["waiting"]
