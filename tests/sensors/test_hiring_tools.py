"""Tools that a posting's description names are told once per job, as neutral facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur import Account
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.descriptions import MOST_TOOLS, plain_text

H6 = timedelta(hours=6)
URL = "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"
SENSOR = Hiring(roles=("revops",), boards={"acme.example": "greenhouse:acme"})


def job(number, content, title="Engineer"):
    return {"id": 9000 + number, "internal_job_id": number, "title": title, "first_published": "2026-10-01T09:00:00Z",
            "absolute_url": f"https://job-boards.greenhouse.io/acme/jobs/{number}", "content": content}  # fmt: skip


def told(run):
    return [(s.key, s.summary) for s in run.of("tool.mentioned")]


def test_a_tool_in_a_description_is_told_with_the_job_and_dated_like_it(bench, world):
    world.put(URL, {"jobs": [job(1, "&lt;p&gt;Experience with Salesforce and Outreach.&lt;/p&gt;", "RevOps Lead")]})

    run = bench.run(SENSOR)

    assert run.facts == [
        ("greenhouse:acme:1:hiring.opened", "2026-10-01T09:00:00+00:00", "RevOps Lead"),
        ("greenhouse:acme:1:tool.mentioned:salesforce", "2026-10-01T09:00:00+00:00", "Salesforce: in RevOps Lead"),
        ("greenhouse:acme:1:tool.mentioned:outreach", "2026-10-01T09:00:00+00:00", "Outreach: in RevOps Lead"),
    ]
    assert dict(run.signals[1].data) == {
        "vendor": "greenhouse",
        "board": "acme",
        "tool": "Salesforce",
        "title": "RevOps Lead",
    }
    assert run.signals[1].evidence_url == "https://job-boards.greenhouse.io/acme/jobs/1"


def test_any_job_tells_its_tools_and_an_edited_one_is_no_news(bench, world):
    """The tools say what the company works with, whatever role is asked for; once, with the opening."""
    world.put(URL, {"jobs": [job(1, "We use HubSpot.")]})
    assert told(bench.run(SENSOR)) == [("greenhouse:acme:1:tool.mentioned:hubspot", "HubSpot: in Engineer")]
    world.put(URL, {"jobs": [job(1, "We use HubSpot and Salesforce.")]})
    assert bench.run(SENSOR, later=H6).signals == []


def test_a_job_tells_at_most_five_tools(bench, world):
    world.put(URL, {"jobs": [job(1, "HubSpot, Salesforce, Marketo, Zendesk, Intercom, Snowflake, Databricks")]})

    assert len(told(bench.run(SENSOR))) == MOST_TOOLS == 5


def test_words_that_only_contain_a_name_name_nothing(bench, world):
    world.put(URL, {"jobs": [job(1, "Slackline courses, hubspotting, and our workforce of salesforces-people.")]})

    assert told(bench.run(SENSOR)) == []


def test_the_employers_own_tool_is_not_its_tool(bench, world):
    world.put(URL, {"jobs": [job(1, "Join HubSpot. You use HubSpot and Salesforce.")]})
    hubspot = Account(id=1, domain="hubspot.com", name="HubSpot")

    run = bench.run(Hiring(boards={"hubspot.com": "greenhouse:acme"}), hubspot)

    assert [summary for _, summary in told(run)] == ["Salesforce: in Engineer"]


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", ["One", "Two & three"]),
        ("&lt;ul&gt;&lt;li&gt;R&amp;amp;D&lt;/li&gt;&lt;li&gt;B&lt;/li&gt;&lt;/ul&gt;", ["R&D", "B"]),
        ("a<br/>b&nbsp;c", ["a", "b c"]),
        ("5 < 6 and <b>bold</b>", ["5 < 6 and bold"]),
    ],
)
def test_descriptions_lose_their_markup(description, text):
    assert [" ".join(line.split()) for line in plain_text(description).splitlines() if line.strip()] == text


@pytest.mark.parametrize(
    ("file", "vendor", "tools"),
    [
        ("greenhouse/gitlab_2jobs.json", "greenhouse", ["Claude", "OpenAI", "Salesforce", "Marketo", "Zendesk"]),
        ("greenhouse/honeycomb_2jobs.json", "greenhouse", []),
        ("lever/idealistconsulting_2postings.json", "lever", ["Salesforce", "Salesforce"]),
    ],
)
def test_captured_descriptions_tell_the_tools_a_reader_finds(file, vendor, tools, shared_data, bench, world):
    url = URL if vendor == "greenhouse" else "https://api.lever.co/v0/postings/acme?mode=json"
    world.put(url, (shared_data / file).read_bytes())

    run = bench.run(Hiring(boards={"acme.example": f"{vendor}:acme"}))

    assert [s.data["tool"] for s in run.of("tool.mentioned")] == tools
