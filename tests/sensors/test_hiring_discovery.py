"""Which board is the company's? By its own pages, else by a guess that something confirms, else not at all."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from capteur import Account, RateLimited, SkipAccount, TransientError
from capteur_sensors.hiring import Hiring

HOME, CAREERS, JOBS = "https://acme.example/", "https://acme.example/careers", "https://acme.example/jobs"
H6, WEEK = timedelta(hours=6), timedelta(days=7)
SENSOR = Hiring()
ACME = Account(id=1, domain="acme.example", name="Acme Robotics, Inc.")


def greenhouse(token):
    return f"https://boards-api.greenhouse.io/v1/boards/{token}/jobs?content=true"


def about(token):
    return f"https://boards-api.greenhouse.io/v1/boards/{token}"


def lever(site):
    return f"https://api.lever.co/v0/postings/{site}?mode=json"


def ashby(name):
    return f"https://api.ashbyhq.com/posting-api/job-board/{name}?includeCompensation=true"


def gh(number=1, url=None, **more):
    return {"jobs": [{"id": 9000 + number, "internal_job_id": number, "title": "Engineer", "first_published": "2026-10-01T09:00:00Z",
                      "absolute_url": url or f"https://job-boards.greenhouse.io/x/jobs/{9000 + number}"} | more]}  # fmt: skip


LEVER_POST = [
    {"id": "a1", "text": "Engineer", "createdAt": 1790000000000, "hostedUrl": "https://jobs.lever.co/acme/a1"}
]
ASHBY_JOBS = {
    "jobs": [
        {
            "id": "b1",
            "title": "Engineer",
            "publishedAt": "2026-10-01T09:00:00Z",
            "jobUrl": "https://jobs.ashbyhq.com/acme/b1",
        }
    ]
}


def test_the_careers_page_names_the_board(bench, world):
    """Home, /careers, /jobs in this order; the search ends with the first board that answers, and is remembered for a week."""
    world.put(HOME, "<html>no jobs here</html>")
    world.put(CAREERS, '<a href="https://jobs.ashbyhq.com/acme">')
    world.put(ashby("acme"), ASHBY_JOBS)

    run = bench.run(SENSOR, ACME)

    assert [s.key for s in run.signals] == ["ashby:acme:b1:hiring.other"]
    assert run.asked == [HOME, CAREERS, ashby("acme")]
    assert (
        "info",
        "job board found",
        {"account": "acme.example", "board": "ashby:acme", "by": "markup"},
    ) in run.log.told
    assert bench.run(SENSOR, ACME, later=H6).asked == [ashby("acme")]


def test_a_named_board_that_does_not_answer_is_passed_over(bench, world):
    world.put(HOME, "jobs.lever.co/old jobs.lever.co/old jobs.ashbyhq.com/acme")
    world.put(ashby("acme"), ASHBY_JOBS)

    assert [s.key for s in bench.run(SENSOR, ACME).signals] == ["ashby:acme:b1:hiring.other"]


def test_a_site_that_is_down_does_not_prevent_the_guess(bench, world):
    """Down, refusing us, closed to robots: the vendor is asked all the same."""
    world.put(HOME, httpx.ConnectError("down"))
    world.put(CAREERS, "no", status=403)
    world.robots_closed.add(JOBS)
    world.put(about("acme"), {"name": "Acme Robotics ", "content": None})
    world.put(greenhouse("acme"), gh())

    run = bench.run(SENSOR, ACME)

    assert run.error is None
    assert [s.key for s in run.signals] == ["greenhouse:acme:1:hiring.other"]
    assert JOBS not in run.asked


def test_a_guess_that_nothing_confirms_is_not_used(bench, world):
    """Another company called Acme has a board `acme`."""
    world.put(about("acme"), {"name": "Acme Bakery"})
    world.put(greenhouse("acme"), gh())
    world.put(lever("acme"), LEVER_POST)
    world.put(ashby("acme"), ASHBY_JOBS)

    run = bench.run(SENSOR, ACME)

    assert isinstance(run.error, SkipAccount)
    assert run.error.what == "no job board found"
    assert run.signals == []


def test_the_first_label_of_the_domain_confirms_no_guess(bench, world):
    """The guess came from there: for an account without a name of its own, a board called so proves nothing."""
    world.put(about("acme"), {"name": "Acme"})
    world.put(greenhouse("acme"), gh())

    assert isinstance(bench.run(SENSOR, Account(id=1, domain="acme.example", name="acme.example")).error, SkipAccount)


@pytest.mark.parametrize(
    "proof",
    ["https://acme.example/careers/9001?gh_jid=9001", "https://careers.acme.example/x", "https://www.acme.example"],
)
def test_a_job_on_the_accounts_domain_confirms_a_guess(proof, bench, world):
    world.put(about("acme"), {"name": "Something Else"})
    world.put(greenhouse("acme"), gh(url=proof))

    assert len(bench.run(SENSOR, ACME).signals) == 1


@pytest.mark.parametrize(
    "stranger", ["https://notacme.example/x", "https://acme.example.com/x", "https://acme.example-jobs.com/"]
)
def test_a_domain_that_only_begins_or_ends_alike_confirms_nothing(stranger, bench, world):
    world.put(about("acme"), {"name": "Something Else"})
    world.put(greenhouse("acme"), gh(url=stranger))

    assert isinstance(bench.run(SENSOR, ACME).error, SkipAccount)


def test_a_posting_id_on_the_companys_page_confirms_the_guess(bench, world):
    """`?gh_jid=` names a Greenhouse posting and no board: the guessed board that has it is the one."""
    world.put(CAREERS, '<a href="/jobs/detail?x=1&amp;gh_jid=9001">')
    world.put(about("acme"), {"name": "Something Else"})
    world.put(greenhouse("acme"), gh())

    assert len(bench.run(SENSOR, ACME).signals) == 1


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://www.acme.example">Acme</a>',
        "<title>Acme Robotics Jobs</title>",
        "<title>Jobs at ACME ROBOTICS</title>",
    ],
)
def test_lever_and_ashby_guesses_are_confirmed_by_the_boards_page(page, bench, new_bench, world):
    """Their interface says neither the company's name nor its site; the page people see does."""
    for api, body, seen in (
        (lever("acme"), LEVER_POST, "https://jobs.lever.co/acme"),
        (ashby("acme"), ASHBY_JOBS, "https://jobs.ashbyhq.com/acme"),
    ):
        world.put(api, body)
        world.put(seen, page)
        assert len(new_bench().run(SENSOR, ACME).signals) == 1
        world.put(seen, "<title>Acme Bakery Jobs</title>")
        assert isinstance(new_bench().run(SENSOR, ACME).error, SkipAccount)
        world.drop(api)
        world.drop(seen)


def test_a_description_that_links_to_the_company_confirms_the_guess(bench, world):
    world.put(
        lever("acme"),
        [LEVER_POST[0] | {"description": 'See <a href="https:\\/\\/www.acme.example\\/values">our values</a>'}],
    )

    assert len(bench.run(SENSOR, ACME).signals) == 1


def test_a_vendor_in_trouble_is_no_verdict(bench, world):
    """A guess that met a 429 or an outage proves nothing: the run ends, is tried again, and nothing is remembered."""
    world.put(about("acme"), "slow down", status=429)
    assert isinstance(bench.run(SENSOR, ACME).error, RateLimited)
    world.put(about("acme"), httpx.ReadTimeout("slow"))
    assert isinstance(bench.run(SENSOR, ACME).error, TransientError)
    assert bench.memory is None


def test_a_guess_that_answers_nonsense_is_passed_over(bench, world):
    world.put(about("acme"), {"name": "Acme Robotics"})
    world.put(greenhouse("acme"), "<html>")
    world.put(ashby("acme"), "no", status=403)
    world.put(lever("acme"), LEVER_POST)
    world.put("https://jobs.lever.co/acme", "<title>Acme Robotics</title>")

    assert [s.key for s in bench.run(SENSOR, ACME).signals] == ["lever:acme:a1:hiring.other"]


def test_no_board_is_remembered_for_a_week(bench, world):
    """A list has many accounts without one: they cost 21 requests a week, not 21 every six hours."""
    first = bench.run(SENSOR, ACME)
    assert isinstance(first.error, SkipAccount)
    assert len(first.asked) <= 21
    assert bench.run(SENSOR, ACME, later=timedelta(days=6)).asked == []
    assert len(bench.run(SENSOR, ACME, later=timedelta(days=1)).asked) == len(first.asked)


def test_no_board_while_the_site_is_down_is_remembered_for_a_day(bench, world):
    world.put(HOME, httpx.ConnectError("down"))
    bench.run(SENSOR, ACME)
    world.put(HOME, "jobs.ashbyhq.com/acme")
    world.put(ashby("acme"), ASHBY_JOBS)

    assert isinstance(bench.run(SENSOR, ACME, later=H6).error, SkipAccount)
    assert len(bench.run(SENSOR, ACME, later=timedelta(hours=18)).signals) == 1


def test_a_company_that_changed_vendor_is_followed_within_a_week(bench, world):
    """The old board still answers; the company's page names the new one: an opening read there, no closings here."""
    world.put(HOME, "jobs.lever.co/acme")
    world.put(lever("acme"), LEVER_POST)
    bench.run(SENSOR, ACME)
    world.put(HOME, "jobs.ashbyhq.com/acme")
    world.put(ashby("acme"), ASHBY_JOBS)

    assert [s.key for s in bench.run(SENSOR, ACME, later=H6).signals] == []
    moved = bench.run(SENSOR, ACME, later=WEEK)

    assert [s.key for s in moved.signals] == ["ashby:acme:b1:hiring.other"]
    assert bench.memory["board"] == "ashby:acme"


def test_the_weekly_look_keeps_a_board_that_the_pages_do_not_name(bench, world):
    """A confirmed guess, or a site that is down this week: what answers stays."""
    world.put(about("acme"), {"name": "Acme Robotics"})
    world.put(greenhouse("acme"), gh())
    bench.run(SENSOR, ACME)
    world.put(HOME, httpx.ConnectError("down"))

    run = bench.run(SENSOR, ACME, later=WEEK)

    assert (run.signals, run.error) == ([], None)
    assert run.asked == [HOME, CAREERS, JOBS, greenhouse("acme")]
    assert bench.run(SENSOR, ACME, later=H6).asked == [greenhouse("acme")]


def test_a_board_that_vanished_is_looked_for_again_and_closes_nothing(bench, world):
    """A 404 is no closing. Found elsewhere: an opening read; found nowhere: not watched, and asked after again."""
    world.put(HOME, "jobs.lever.co/acme")
    world.put(lever("acme"), LEVER_POST)
    bench.run(SENSOR, ACME)
    world.drop(lever("acme"))

    lost = bench.run(SENSOR, ACME, later=H6)
    assert isinstance(lost.error, SkipAccount)
    assert lost.signals == []
    assert len(bench.run(SENSOR, ACME, later=H6).asked) == 2  # both regions of the old board, no search

    world.put(lever("acme"), LEVER_POST)
    back = bench.run(SENSOR, ACME, later=H6)
    assert (back.signals, back.error) == ([], None)


def test_a_board_that_moved_is_found_at_once(bench, world):
    world.put(HOME, "jobs.lever.co/acme")
    world.put(lever("acme"), LEVER_POST)
    bench.run(SENSOR, ACME)
    world.drop(lever("acme"))
    world.put(HOME, "jobs.ashbyhq.com/acme")
    world.put(ashby("acme"), ASHBY_JOBS)

    assert [s.key for s in bench.run(SENSOR, ACME, later=H6).signals] == ["ashby:acme:b1:hiring.other"]


def test_a_made_up_host_that_does_not_exist_ends_no_search(bench, world):
    """Teamtailor and Personio have a host per company. Another guess goes on; without one it is looked for again in a day."""
    for host in ("acme.jobs.personio.de/xml?language=en", "acme.teamtailor.com/jobs.rss?per_page=100&offset=0"):
        world.put(f"https://{host}", httpx.ConnectError("no such host"))

    nothing = bench.run(SENSOR, ACME)
    assert isinstance(nothing.error, SkipAccount)
    assert bench.run(SENSOR, ACME, later=H6).asked == []

    world.put(about("acmerobotics"), {"name": "Acme Robotics"})
    world.put(greenhouse("acmerobotics"), gh())
    assert len(bench.run(SENSOR, ACME, later=timedelta(days=1)).signals) == 1


def test_a_named_board_whose_host_is_down_is_no_verdict(bench, world):
    world.put(HOME, "https://acme.teamtailor.com/jobs")
    world.put("https://acme.teamtailor.com/jobs.rss?per_page=100&offset=0", httpx.ConnectError("down"))

    assert isinstance(bench.run(SENSOR, ACME).error, TransientError)
    assert bench.memory is None


def test_vendors_with_consent_are_guessed_at_too(bench, world):
    """And without it they are not asked."""
    url = "https://acme.recruitee.com/api/offers/"
    offer = {"id": 7, "title": "Engineer", "published_at": "2026-10-01 09:00:00 UTC", "company_name": "Acme Robotics"}
    world.put(url, {"offers": [offer]})
    assert url not in bench.run(SENSOR, ACME).asked
    bench.memory = None

    run = bench.run(Hiring(opt_in=("recruitee", "smartrecruiters")), ACME)

    assert [s.key for s in run.signals] == ["recruitee:acme:7:hiring.other"]
