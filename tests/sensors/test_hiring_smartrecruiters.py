"""SmartRecruiters: pages that overlap, empty departments, postings of years ago; and only with the user's consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from capteur import Account, SkipAccount
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import boards_in

H6 = timedelta(hours=6)
SENSOR = Hiring(
    roles=("sales executive",), opt_in=("smartrecruiters",), boards={"acme.example": "smartrecruiters:Acme1"}
)


def url(offset=0):
    return f"https://api.smartrecruiters.com/v1/companies/Acme1/postings?limit=100&offset={offset}"


def row(number, title="Engineer", **more):
    return {"id": str(number), "name": title, "releasedDate": "2026-10-01T09:00:00.000Z", "visibility": "PUBLIC", "department": {},
            "company": {"identifier": "Acme1", "name": "Acme"}, "location": {"city": "Paris", "country": "fr"}} | more  # fmt: skip


def answer(*rows, total=None):
    return {"totalFound": len(rows) if total is None else total, "content": list(rows)}


def test_captured_pages_that_overlap_are_one_list(shared_data, bench, world):
    """Three postings and a repeated one, where four are said to be: nobody is told twice."""
    world.put(url(), (shared_data / "smartrecruiters/job-agent_page0.json").read_bytes())
    world.put(url(3), (shared_data / "smartrecruiters/job-agent_page1.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("smartrecruiters:acme1:743999704892584:hiring.other", "2020-01-21T21:03:44+00:00",
         "Strategic Account Manager/Senior Account Executive - Seattle (4120)"),
        ("smartrecruiters:acme1:743999706405540:hiring.opened", "2020-02-06T18:23:10+00:00", "Sr. Sales Executive (4418)"),
        ("smartrecruiters:acme1:743999706414750:hiring.other", "2020-02-06T19:42:44+00:00", "Pricing Analyst"),
    ]  # fmt: skip
    assert (run.bad, run.error, run.asked) == ([], None, [url(), url(3)])
    assert dict(run.signals[1].data) == {
        "vendor": "smartrecruiters", "board": "Acme1", "title": "Sr. Sales Executive (4418)",
        "locations": ["Los Angeles, CA, United States"], "employment": "Full-time",
    }  # fmt: skip
    assert run.signals[1].evidence_url == "https://jobs.smartrecruiters.com/AutomationAnywhere1/743999706405540"


def test_a_captured_posting_of_2018_counts_from_2018(shared_data, bench, world):
    """It is still open; who made it is not kept."""
    world.put(url(), (shared_data / "smartrecruiters/knight_2018.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("smartrecruiters:acme1:743999671674844:hiring.other", "2018-06-08T02:11:28+00:00",
         "CNA / LPN - Consistent Hours. Start Next Week.")
    ]  # fmt: skip
    assert "Human Resources Talent Manager" not in str(run.signals)


def test_pages_that_skip_a_posting_prove_no_absence(bench, world):
    """Between two pages a new posting pushed the others: fewer are listed than said."""
    world.put(url(), answer(row(1), row(2), row(3)))
    bench.run(SENSOR)
    world.put(url(), answer(row(1), row(2), total=3))
    world.put(url(2), answer(row(2), total=3))

    assert [bench.run(SENSOR, later=H6).signals for _ in range(3)] == [[], [], []]


def test_all_pages_are_read_whatever_their_size(bench, world):
    world.put(url(), answer(*(row(n) for n in range(100)), total=230))
    world.put(url(100), answer(*(row(n) for n in range(100, 200)), total=230))
    world.put(url(200), answer(*(row(n) for n in range(200, 230)), total=230))

    assert len(bench.run(SENSOR).signals) == 230


def test_a_total_that_lies_ends_with_the_first_empty_page(bench, world):
    world.put(url(), answer(row(1), total=10_000))
    world.put(url(1), answer(total=10_000))

    run = bench.run(SENSOR)

    assert (len(run.signals), run.asked) == (1, [url(), url(1)])


def test_a_department_is_told_where_there_is_one(bench, world):
    world.put(url(), answer(row(1, department={"id": "1", "label": "Sales"}), row(2, department=None)))

    assert [s.data.get("department") for s in bench.run(SENSOR).signals] == ["Sales", None]


def test_the_user_is_warned_once_that_robots_are_not_wanted(bench, world):
    world.put(url(), answer(row(1)))

    runs = [bench.run(SENSOR), bench.run(SENSOR, later=H6)]

    told = [[values["why"] for level, _, values in run.log.told if level == "warning"] for run in runs]
    assert told == [["the robots.txt of api.smartrecruiters.com closes it to robots"], []]


def test_naming_a_board_is_refused_with_the_warning_until_the_user_consents():
    with pytest.raises(ValidationError, match=r"add it to opt_in \(the robots.txt"):
        Hiring(boards={"acme.example": "smartrecruiters:Acme1"})


def test_without_consent_nothing_is_asked_there(bench, world):
    """Neither for a board that the page names, nor for an alias, nor for a guess."""
    world.put("https://acme.example/", '<a href="https://jobs.smartrecruiters.com/Acme1/1-x">')
    acme = Account(id=1, domain="acme.example", name="Acme1", aliases=("smartrecruiters:Acme1",))

    run = bench.run(Hiring(), acme)

    assert isinstance(run.error, SkipAccount)
    assert not [asked for asked in run.asked if "smartrecruiters" in asked]


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="https://jobs.smartrecruiters.com/Acme1/743999-engineer">', ["smartrecruiters:Acme1"]),
        ('<a href="https://careers.smartrecruiters.com/Acme1">', ["smartrecruiters:Acme1"]),
        (
            '<a href="https://jobs.smartrecruiters.com/oneclick-ui/company/Acme1/publication/1">',
            ["smartrecruiters:Acme1"],
        ),
        ("fetch('https://api.smartrecruiters.com/v1/companies/Acme1/postings')", ["smartrecruiters:Acme1"]),
        ('<a href="https://www.smartrecruiters.com/">', []),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, names):
    assert [str(found) for found in boards_in(markup)] == names
