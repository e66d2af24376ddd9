"""The shipped recipe that asks Mantiks, over the real web client, on bodies of the shape its clients read."""

from __future__ import annotations

import json
from typing import ClassVar

import httpx
import pytest
import respx
from pydantic import ValidationError

from capteur.testing import SensorConformance
from capteur_sensors.recipes import Recipe

SEARCH = "https://api.mantiks.io/company/search"
KEY = "mk-canary-5417"
JOB = {
    "job_title": "Account Executive", "location": "Paris", "job_board": "linkedin",
    "job_board_url": "https://www.linkedin.com/jobs/view/1?trackingId=abc&refId=x", "linkedin_apply_url": None,
    "date_creation": "2026-11-18", "description": "You know HubSpot.",
    "contact": {"name": "Jo Doe", "email": "jo@acme.com"},
}  # fmt: skip
OTHER = {
    **JOB,
    "job_title": "Cook",
    "job_board_url": "https://www.linkedin.com/jobs/view/2",
    "date_creation": "2026-11-17T09:00:00",
}
UNDATED = {**JOB, "job_board_url": "https://www.linkedin.com/jobs/view/3", "date_creation": "soon"}
ACME = {
    "name": "Acme",
    "website": "https://acme.com",
    "industry": "Software",
    "employee_count": 120,
    "jobs": [JOB, UNDATED, OTHER],
}
NOBODY = {"name": "", "website": None, "jobs": [JOB]}
GLOBEX = {"name": "Globex", "website": "https://www.globex.com/about", "jobs": [{**JOB, "job_board_url": None}]}
MANTIKS = """
[sensors.mantiks]
use = "recipe"
recipe = "mantiks"
key = "env:MANTIKS_KEY"
options = { job_location_ids = [2988507, 42], job_title = ["account executive"] }
"""


@pytest.fixture
def mantiks(project):
    return project.open(MANTIKS, MANTIKS_KEY=KEY)


def _two_pages(router: respx.MockRouter) -> respx.Route:
    return router.get(url__startswith=SEARCH).mock(
        side_effect=[
            httpx.Response(200, json={"companies": [ACME, NOBODY], "next_offset": "b3Bh", "credits_remaining": 412}),
            httpx.Response(200, json={"companies": [GLOBEX], "next_offset": None, "credits_remaining": 411}),
        ]
    )


def test_mantiks_is_asked_as_its_clients_ask(mantiks):
    """The key in its header, the ids repeated, the age in days, and the cursor of the answer in the next question."""
    with respx.mock() as router:
        upstream = _two_pages(router)
        mantiks.run()
    first, second = (call.request for call in upstream.calls)
    assert first.headers["x-api-key"] == KEY
    assert "authorization" not in first.headers
    assert first.url.params.get_list("job_location_ids") == ["2988507", "42"]
    assert first.url.params["job_age_in_days"] == "90"
    assert "offset" not in first.url.params
    assert "job_board" not in first.url.params
    assert second.url.params["offset"] == "b3Bh"
    assert second.url.params.get_list("job_location_ids") == ["2988507", "42"]


def test_mantiks_jobs_become_signals_and_one_bad_row_stops_no_other(mantiks):
    """A title that was searched for is relevant, any other is neutral; a job without a date, or a company, is counted."""
    with respx.mock() as router:
        _two_pages(router)
        (run,) = mantiks.run().runs
    rows = {row.key: (row.account, row.kind, row.summary) for row in mantiks.signals()}
    own = next(key for key in rows if "linkedin" not in key)
    assert rows == {
        "mantiks:https://www.linkedin.com/jobs/view/1:hiring.opened": (
            "acme.com",
            "hiring.opened",
            "Account Executive",
        ),
        "mantiks:https://www.linkedin.com/jobs/view/2:hiring.other": ("acme.com", "hiring.other", "Cook"),
        own: ("globex.com", "hiring.opened", "Account Executive"),
    }
    assert (run.status, run.bad) == ("ok", 2)
    assert {a.domain: dict(a.facts) for a in mantiks.accounts()}["acme.com"] == {"industry": "Software", "size": 120}


def test_the_same_answers_are_the_same_facts(mantiks, clock):
    """Also when the board's link carries another tracking id tomorrow."""
    with respx.mock() as router:
        _two_pages(router)
        mantiks.run()
    again = json.loads(json.dumps(ACME).replace("trackingId=abc", "trackingId=other"))
    with respx.mock() as router:
        router.get(url__startswith=SEARCH).respond(json={"companies": [again], "next_offset": None})
        (run,) = mantiks.run().runs
    assert (run.new, run.unchanged) == (0, 2)


@pytest.mark.parametrize(
    "body",
    [
        [
            {
                "title": "Account Executive",
                "company_name": "Acme",
                "posted_at": "2026-11-18",
                "url": "https://x.example/1",
            }
        ],
        {
            "companies": [
                {"name": "Acme", "jobs": [{"title": "Account Executive", "published_at": "2026-11-18T08:00:00Z"}]}
            ]
        },
        {
            "companies": {
                "name": "Acme",
                "website": "acme.com",
                "jobs": {"job_title": "Account Executive", "date_creation": "2026-11-18"},
            }
        },
    ],
    ids=["bare list", "other names", "one object"],
)
def test_mantiks_is_read_leniently(body, mantiks):
    """Its clients disagree about the form; each of theirs is taken."""
    with respx.mock() as router:
        router.get(url__startswith=SEARCH).respond(json=body)
        (run,) = mantiks.run().runs
    assert (run.status, run.bad, run.new) == ("ok", 0, 1)
    assert [(row.kind, row.account, row.summary) for row in mantiks.signals()] == [
        ("hiring.opened", "acme.com", "Account Executive")
    ]


def test_without_titles_every_job_is_neutral(project):
    """Relevance is the user's to say; until then nothing looks hot."""
    house = project.open(MANTIKS.replace(', job_title = ["account executive"]', ""), MANTIKS_KEY=KEY)
    with respx.mock() as router:
        _two_pages(router)
        house.run()
    assert {row.kind for row in house.signals()} == {"hiring.other"}


def test_a_refused_key_parks_it_and_is_never_shown(mantiks):
    with respx.mock() as router:
        router.get(url__startswith=SEARCH).respond(401, json={"detail": KEY})
        (run,) = mantiks.run().runs
    assert run.status == "parked"
    assert "401" in run.error
    assert KEY not in f"{run.error} {run.fix}"


def test_contacts_are_not_stored(mantiks):
    """Mantiks may send people; no path reads them."""
    with respx.mock() as router:
        _two_pages(router)
        mantiks.run()
    assert "jo@acme.com" not in repr(mantiks.signals()) + repr(mantiks.accounts())


def test_a_missing_key_and_a_missing_option_say_so_before_anything_is_asked():
    with pytest.raises(ValidationError, match="the recipe mantiks: it needs the option 'key'"):
        Recipe(recipe="mantiks", options={"job_location_ids": [1]})
    with pytest.raises(ValidationError, match="needs the option 'job_location_ids': places by Mantiks' ids"):
        Recipe(recipe="mantiks", key=KEY)


class TestMantiks(SensorConformance):
    sensor = Recipe
    config: ClassVar = {
        "recipe": "mantiks",
        "key": KEY,
        "options": {"job_location_ids": [1], "job_title": ["account executive"]},
    }
    second: ClassVar = {"recipe": "mantiks", "key": "another-key", "options": {"job_location_ids": [2]}}

    def upstream(self, router):
        pages = {None: ({**ACME, "jobs": [JOB, OTHER]}, "b3Bh"), "b3Bh": (GLOBEX, None)}

        def answer(request):
            company, following = pages[request.url.params.get("offset")]
            return httpx.Response(200, json={"companies": [company], "next_offset": following})

        router.get(url__startswith=SEARCH).mock(side_effect=answer)

    def empty(self, router):
        router.get(url__startswith=SEARCH).respond(json={"companies": [], "next_offset": None})
