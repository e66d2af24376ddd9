"""Workable's widget: dates without a time, one short code per country, and an empty answer that proves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur import Account, SkipAccount
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import boards_in

H6 = timedelta(hours=6)
ACME = Account(id=1, domain="acme.example", name="Acme Robotics, Inc.")
HOME = "https://acme.example/"


def board(name):
    return f"https://apply.workable.com/api/v1/widget/accounts/{name}?details=true"


def job(code, title="Engineer", **more):
    return {"shortcode": code, "title": title, "published_on": "2026-10-01", "url": f"https://apply.workable.com/j/{code}",
            "country": "France", "city": "Paris"} | more  # fmt: skip


SENSOR = Hiring(roles=("account executive",), boards={"acme.example": "workable:acme"})


def test_a_captured_board_gives_its_jobs_on_their_days(shared_data, bench, world):
    """created_at, a draft's date weeks before, is not read; a place without a city is its state and country."""
    world.put(board("acme"), (shared_data / "workable/job-agent_2jobs.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("workable:acme:74172297A5:hiring.opened", "2026-08-05T00:00:00+00:00", "Account Executive (Partner First) - APAC"),
        ("workable:acme:15F16B8D99:hiring.opened", "2026-08-10T00:00:00+00:00", "Account Executive - UK&I / Northern Europe"),
    ]  # fmt: skip
    assert (run.bad, run.error) == ([], None)
    assert [dict(s.data) for s in run.signals] == [
        {"vendor": "workable", "board": "acme", "title": "Account Executive (Partner First) - APAC", "workplace": "remote",
         "locations": ["New South Wales, Australia"], "department": "Sales - International", "employment": "Full-time"},
        {"vendor": "workable", "board": "acme", "title": "Account Executive - UK&I / Northern Europe",
         "locations": ["London, England, United Kingdom"], "department": "Sales - International", "employment": "Full-time"},
    ]  # fmt: skip
    assert run.signals[0].evidence_url == "https://apply.workable.com/j/74172297A5"


def test_a_captured_short_code_listed_once_per_country_is_one_job(shared_data, bench, world):
    world.put(board("acme"), (shared_data / "workable/zaelab_duplicate_shortcode.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("workable:acme:DD136DD7E7:hiring.other", "2026-08-05T00:00:00+00:00", "Business Analyst - Spanish Speaking")
    ]
    assert (run.signals[0].data["locations"], run.signals[0].data["posts"]) == (["Spain", "Portugal"], 2)


def test_a_short_code_that_leaves_one_country_stays_open(bench, world):
    world.put(board("acme"), {"jobs": [job("A1"), job("A1", country="Spain"), job("B2")]})
    bench.run(SENSOR)
    world.put(board("acme"), {"jobs": [job("A1"), job("B2")]})

    assert [bench.run(SENSOR, later=H6).signals for _ in range(3)] == [[], [], []]


def test_a_hidden_place_is_not_told(bench, world):
    places = [
        {"city": "Paris", "country": "France", "hidden": False},
        {"city": "Lyon", "country": "France", "hidden": True},
    ]
    world.put(board("acme"), {"jobs": [job("A1", locations=places)]})

    assert bench.run(SENSOR).signals[0].data["locations"] == ["Paris, France"]


def test_an_empty_answer_for_a_guess_is_no_board(bench, world):
    """Workable answers 200 without jobs for names that never were customers, here even with the right name."""
    world.put(board("acme"), {"name": "Acme Robotics", "jobs": []})

    run = bench.run(Hiring(), ACME)

    assert isinstance(run.error, SkipAccount)
    assert board("acme") in run.asked


def test_a_guess_is_confirmed_by_the_name_in_the_answer(bench, world):
    world.put(board("acme"), {"name": "Acme Robotics", "jobs": [job("A1")]})

    assert [s.key for s in bench.run(Hiring(), ACME).signals] == ["workable:acme:A1:hiring.other"]


def test_a_guess_that_is_called_otherwise_is_not_used(bench, world):
    """The page that people see does not link to the account's domain either."""
    world.put(board("acme"), {"name": "Acme Bakery", "jobs": [job("A1")]})

    assert isinstance(bench.run(Hiring(), ACME).error, SkipAccount)


def test_an_empty_board_that_the_page_names_is_watched_when_nothing_better_is_found(bench, world):
    """It hires nobody now; its first job is then news."""
    world.put(HOME, "https://apply.workable.com/acme-robotics/")
    world.put(board("acme-robotics"), {"name": "Acme Robotics", "jobs": []})
    first = bench.run(Hiring(), ACME)
    world.put(board("acme-robotics"), {"name": "Acme Robotics", "jobs": [job("A1", published_on="2026-11-20")]})

    assert (first.signals, first.error) == ([], None)
    assert [s.key for s in bench.run(Hiring(), ACME, later=H6).signals] == ["workable:acme-robotics:A1:hiring.other"]


def test_a_board_with_many_jobs_that_is_suddenly_empty_is_held(bench, world):
    """What Workable says of a company that left it, or of a bad moment, is not six closings."""
    world.put(board("acme"), {"jobs": [job(f"A{n}") for n in range(6)]})
    bench.run(SENSOR)
    world.put(board("acme"), {"name": None, "jobs": []})

    runs = [bench.run(SENSOR, later=H6) for _ in range(2)]

    assert [run.signals for run in runs] == [[], []]
    assert any("held" in event for _, event, _ in runs[0].log.told)


def test_the_shared_host_is_asked_slowly():
    assert Hiring().paces()["apply.workable.com"] == 2.0


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="https://apply.workable.com/acme/">', ["workable:acme"]),
        ('<a href="https://apply.workable.com/acme/j/74172297A5/">', ["workable:acme"]),
        ("fetch('https://apply.workable.com/api/v1/widget/accounts/acme?details=true')", ["workable:acme"]),
        ("https://www.workable.com/api/accounts/acme?details=true", ["workable:acme"]),
        ('<a href="https://acme.workable.com/">', ["workable:acme"]),
        ('<a href="https://apply.workable.com/j/74172297A5">', []),
        ('<a href="https://www.workable.com/pricing">', []),
        ('<a href="mailto:jobs@acme.workable.com">', []),
        ('<a href="https://acme.workable.com.evil.example/">', []),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, names):
    assert [str(found) for found in boards_in(markup)] == names
