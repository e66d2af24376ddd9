"""Boards named in raw markup, and the tokens guessed from a name: pure functions."""

from __future__ import annotations

import pytest

from capteur import Account
from capteur_sensors.hiring.discovery import slugs
from capteur_sensors.hiring.vendors import Board, boards_in


@pytest.mark.parametrize(
    ("markup", "board"),
    [
        ('<a href="https://boards.greenhouse.io/acme">', "greenhouse:acme"),
        ('<a href="https://job-boards.greenhouse.io/acme/jobs/123?gh_src=x">', "greenhouse:acme"),
        ('<a href="https://job-boards.eu.greenhouse.io/acme">', "greenhouse:acme"),
        ('<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme"></script>', "greenhouse:acme"),
        (
            '<iframe src="https://boards.greenhouse.io/embed/job_board?b=https%3A%2F%2Facme.example&amp;for=acme">',
            "greenhouse:acme",
        ),
        ('<iframe src="//boards.greenhouse.io/embed/job_app?token=1&for=acme">', "greenhouse:acme"),
        ('{"api":"https:\\/\\/boards-api.greenhouse.io\\/v1\\/boards\\/acme\\/jobs"}', "greenhouse:acme"),
        ("fetch('https://api.greenhouse.io/v1/boards/acme/jobs')", "greenhouse:acme"),
        ('<a href="https://jobs.lever.co/acme">', "lever:acme"),
        ('<a href="https://jobs.eu.lever.co/acme-robotics/123">', "lever:acme-robotics"),
        ("fetch('https://api.lever.co/v0/postings/acme?mode=json')", "lever:acme"),
        ("window.leverJobsOptions = {accountName: 'acme', includeCss: true}", "lever:acme"),
        ('<a href="https:&#x2F;&#x2F;jobs.ashbyhq.com&#x2F;Acme">', "ashby:Acme"),
        ('<a href="https://jobs.ashbyhq.com/Acme%20Robotics/embed">', "ashby:Acme Robotics"),
        ('"https:\\u002F\\u002Fapi.ashbyhq.com\\u002Fposting-api\\u002Fjob-board\\u002Facme"', "ashby:acme"),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, board):
    assert [str(found) for found in boards_in(f"<html><body>{markup}</body></html>")] == [board]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://boards.greenhouse.io/embed/job_board/js">',
        '<link href="https://jobs.ashbyhq.com/api/x">',
        '<a href="https://www.greenhouse.io/customers">',
        '<a href="https://lever.co/">',
        '<a href="https://notboards.greenhouse.io.evil.example/acme">',
    ],
)
def test_what_only_looks_like_a_board_is_none(markup):
    assert boards_in(markup) == []


def test_the_board_named_most_often_comes_first():
    """A page may also link to a partner's board."""
    page = "jobs.lever.co/partner " + "jobs.ashbyhq.com/acme/1 jobs.ashbyhq.com/acme/2 "

    assert boards_in(page) == [Board("ashby", "acme"), Board("lever", "partner")]


@pytest.mark.parametrize(
    ("domain", "name", "expected"),
    [
        ("acme.com", "Acme Robotics, Inc.", ["acme", "acmerobotics", "acme-robotics", "acmecom"]),
        ("people.ai", "People.ai", ["people", "peopleai", "people-ai"]),
        ("honeycomb.io", "honeycomb.io", ["honeycomb", "honeycombio", "honeycomb-io"]),
        ("x.com", "", ["xcom", "x-com"]),
        (None, "1KOMMA5° GmbH", ["1komma5"]),
        ("acme.com", "株式会社", ["acme", "acmecom", "acme-com"]),
    ],
)
def test_slugs_come_from_name_and_domain(domain, name, expected):
    assert slugs(Account(id=1, domain=domain, name=name)) == expected
