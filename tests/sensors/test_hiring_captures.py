"""Every captured board goes through the sensor. Expectations were read from the files by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import VENDORS

ADDRESSES = {
    "greenhouse": "https://boards-api.greenhouse.io/v1/boards/{}/jobs?content=true",
    "lever": "https://api.lever.co/v0/postings/{}?mode=json",
    "ashby": "https://api.ashbyhq.com/posting-api/job-board/{}?includeCompensation=true",
}
ROLES = ("account executive", "product marketing")
OPENED, OTHER = "hiring.opened", "hiring.other"

# file -> (key without vendor:board, kind, moment in UTC, title, department, workplace), in the order of publication
EXPECTED = {
    "greenhouse/amplitude_2jobs.json": [
        ("6446232002", OTHER, "2026-07-16T15:55:32+00:00", "Customer Data Scientist - Experimentation", "Solutions Consulting", None),
        ("6453494002", OPENED, "2026-07-27T06:52:26+00:00", "Emerging Account Executive (India)", "Account Executives", None),
    ],
    "greenhouse/anthropic_4jobs.json": [
        # two posts, 5023394008 and 5183044008, share internal_job_id 4381824008: one job, published with the first
        ("4381824008", OTHER, "2025-12-11T17:27:23+00:00", "Anthropic Fellows Program", "AI Research & Engineering", None),
        ("4418623008", OPENED, "2026-04-07T20:10:24+00:00", "Account Executive, Public Sector", "Sales", None),
        ("4472255008", OTHER, "2026-05-11T21:58:31+00:00", "Amazon GTM Partnership, Startups", "Sales", None),
    ],
    "greenhouse/gitlab_2jobs.json": [  # meta.total says 167
        ("6396658002", OPENED, "2026-04-17T09:58:03+00:00", "Account Executive - Italy", "EMEA - Commercial", None),
        ("6421347002", OTHER, "2026-05-29T11:49:29+00:00", "AI Engineer", "Enterprise Applications", None),
    ],
    "greenhouse/honeycomb_2jobs.json": [  # no meta at all
        ("4349900008", OPENED, "2025-10-16T23:50:42+00:00", "Mid Market Account Executive", "Sales", None),
        ("4526739008", OTHER, "2026-08-10T19:24:00+00:00", "Field Marketing Specialist", "Events", None),
    ],
    "greenhouse/warp_board.json": [
        ("4172672004", OTHER, "2022-02-02T00:00:42+00:00", "Software Engineer", "Engineering", None),
        ("5025819004", OTHER, "2026-01-06T02:50:57+00:00", "Forward Deployed Engineer", "Sales", None),
        ("5154750004", OTHER, "2026-05-14T19:40:59+00:00", "Expansion Account Manager", "Sales", None),
        ("5194760004", OPENED, "2026-08-03T14:09:08+00:00", "Senior Product Marketing Manager, Enterprise", "Growth", None),
    ],
    "lever/idealistconsulting_2postings.json": [
        ("5d54d69b-e940-452e-b892-1170aa60f095", OTHER, "2023-01-29T02:28:23.769000+00:00",
         "(1099 Contract) Salesforce for Nonprofits: Solution Architect", "Services Team", "remote"),
        ("a24ec4e5-5caa-473d-abd4-b71f09a8167b", OTHER, "2025-11-27T01:02:41.939000+00:00",
         "(1099 Contract) Nonprofit Salesforce Consultant: Enterprise Project Manager", "Services Team", "remote"),
    ],
    "lever/jumpcloud_2postings.json": [
        ("9a6ab6b6-d8fc-4e34-8d13-9e8016e98223", OTHER, "2026-07-28T16:09:41.579000+00:00", "Account Manager - Singapore", "Customer Success", "remote"),
        ("7d6cc0b4-a5f9-4f02-8542-7fc1eb5749e2", OPENED, "2026-07-29T15:44:26.689000+00:00",
         "Account Executive, North America SMB - India", "Sales", "remote"),
    ],
    "lever/matchgroup_2postings.json": [
        ("4004a95b-ed89-4193-ad1a-a2ed5d4703d5", OTHER, "2026-01-05T06:59:28.549000+00:00", "Android Software Engineer (Azar)", "Hyperconnect", "hybrid"),
        ("3414ba28-35f7-45d3-8e13-35c883959635", OTHER, "2026-05-19T20:38:11.267000+00:00", "Android Engineer III", "Hinge", "hybrid"),
    ],
    "lever/peopleai_4postings.json": [
        ("d6d4ddcc-1d05-433f-8777-e803665e219a", OTHER, "2026-04-28T21:11:16.083000+00:00", "Director of IT", "G&A", "remote"),
        ("282276d1-9800-4567-a2f8-7eafef1c6fea", OTHER, "2026-06-26T16:49:20.352000+00:00",
         "Senior Software Engineer — XCore (Europe)", "Engineering - Europe", "remote"),
        ("c95e83cc-06b4-4e2c-bece-2ed45faddd6e", OPENED, "2026-07-07T18:26:18.134000+00:00", "Key Account Executive", "Sales", "remote"),
        ("bb0e548d-48e5-4154-8931-a0c2a944c068", OTHER, "2026-07-07T18:44:23.804000+00:00", "Principal Customer Success Manager", "Customer Success", "remote"),
    ],
    "ashby/highlightta_2jobs.json": [
        ("90fb3621-899e-4b59-925d-25080ec91e18", OTHER, "2026-04-20T22:43:56.531000+00:00", "Senior Technical Recruiter", "HighlightTA", "remote"),
        # isRemote is true beside workplaceType Hybrid; the title ends with a space
        ("fc2f1f85-46a0-4a31-b165-683e39c07c04", OTHER, "2026-07-08T19:48:19.767000+00:00",
         "Senior Site Reliability Engineer", "HighlightTA Confidential", "hybrid"),
    ],
    "ashby/linear_2jobs_later.json": [  # the same title twice: two jobs
        ("d3bc1ced-3ce4-4086-a050-555055dbb1ff", OTHER, "2021-04-27T20:13:45.158000+00:00", "Senior / Staff Fullstack Engineer", "Product", "remote"),
        ("cd5ae036-0223-427a-b038-ba16ef9dcb32", OTHER, "2021-08-18T20:48:26.891000+00:00", "Senior / Staff Fullstack Engineer", "Product", "remote"),
    ],
    "ashby/ramp_4jobs.json": [
        ("b55447c0-4adc-42eb-9ca2-f88fd44e0e5b", OTHER, "2025-07-25T17:14:33.373000+00:00",
         "Partner Development Representative | Accounting", "Sales", "hybrid"),
        ("deca582c-a1d0-4705-9975-60aed81ba89f", OTHER, "2025-11-05T16:45:58.645000+00:00", "Software Engineer, Enterprise Product", "Engineering", "hybrid"),
        # the title begins with a space
        ("34413f8d-26bf-4bbc-8ade-eb309a0e2245", OTHER, "2026-04-07T17:12:35.753000+00:00", "Security Engineer, Cloud", "Engineering", "hybrid"),
        ("6a20b3b8-8111-4cbd-be4b-423b60660738", OTHER, "2026-07-28T18:22:37.155000+00:00", "Office Coordinator, NYC", "People & Talent", "onsite"),
    ],
    "ashby/render_2jobs.json": [  # the other posting is titled "Open Application"
        ("c7d896f2-20a9-4b44-9f7d-13929a0fe453", OTHER, "2025-07-10T18:08:57.261000+00:00", "Software Engineer, Product (all levels)", "Engineering", "remote"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("file", EXPECTED)
def test_a_captured_board_gives_exactly_its_jobs_at_their_own_dates(file, shared_data, bench, world):
    """Keys, kinds, moments in UTC, clean titles: as read by hand; nothing in the file is unreadable."""
    vendor, token = file.split("/")[0], file.split("/")[1].split("_")[0]
    world.put(ADDRESSES[vendor].format(token), (shared_data / file).read_bytes())

    run = bench.run(Hiring(roles=ROLES, boards={"acme.example": f"{vendor}:{token}"}))

    got = [
        (s.key, s.kind, moment, s.data["title"], s.data.get("department"), s.data.get("workplace"))
        for s, (_, moment, _) in zip(run.signals, run.facts, strict=True)
        if s.kind != "tool.mentioned"
    ]
    assert got == [(f"{vendor}:{token}:{job}:{kind}", kind, *rest) for job, kind, *rest in EXPECTED[file]]
    assert (run.error, run.bad) == (None, [])
    assert all(s.account == "acme.example" and s.evidence_url.startswith("https://") for s in run.signals)


def test_every_captured_file_has_an_expectation(shared_data):
    """A new capture must not go untested."""
    files = {f"{vendor}/{path.name}" for vendor in ADDRESSES for path in (shared_data / vendor).iterdir()}

    assert files == set(EXPECTED)


# Read in the tests of their vendors. The detail is not asked for: one request per posting, at a host that wants no robots.
ELSEWHERE = {
    "jsonld/application-tracker_page.html",
    "personio/careerkit_duplicate_id.xml",
    "recruitee/aikido_3offers.json",
    "recruitee/careerkit_2offers.json",
    "smartrecruiters/job-agent_detail.json",
    "smartrecruiters/job-agent_page0.json",
    "smartrecruiters/job-agent_page1.json",
    "smartrecruiters/knight_2018.json",
    "teamtailor/teamtailor_jobsjson.json",
    "workable/job-agent_2jobs.json",
    "workable/zaelab_duplicate_shortcode.json",
}


def test_every_vendor_with_captures_has_tests_that_read_all_of_them(shared_data):
    others = set(VENDORS) - set(ADDRESSES)
    files = {f"{vendor}/{path.name}" for vendor in others for path in (shared_data / vendor).iterdir()}
    texts = "".join(
        path.read_text("utf-8") for path in Path(__file__).parent.glob("test_hiring_*.py") if path != Path(__file__)
    )

    assert files == ELSEWHERE
    assert [file for file in sorted(files) if file not in texts] == ["smartrecruiters/job-agent_detail.json"]


@pytest.mark.parametrize("file", EXPECTED)
def test_a_second_read_of_a_captured_board_says_nothing(file, shared_data, bench, world):
    """Edits move updated_at and descriptions; nothing of that is news."""
    vendor, token = file.split("/")[0], file.split("/")[1].split("_")[0]
    url = ADDRESSES[vendor].format(token)
    body = json.loads((shared_data / file).read_bytes())
    sensor = Hiring(roles=ROLES, boards={"acme.example": f"{vendor}:{token}"})
    world.put(url, body)
    bench.run(sensor)

    for row in body if isinstance(body, list) else body["jobs"]:
        row |= {
            "updated_at": "2026-11-19T10:00:00-05:00",
            "content": "rewritten",
            "description": "rewritten",
            "descriptionHtml": "rewritten",
        }
    world.put(url, body)

    assert bench.run(sensor).signals == []


def test_several_cities_in_one_string_are_several_places(shared_data, bench, world):
    world.put(
        ADDRESSES["greenhouse"].format("anthropic"), (shared_data / "greenhouse/anthropic_4jobs.json").read_bytes()
    )

    run = bench.run(Hiring(boards={"acme.example": "greenhouse:anthropic"}))

    assert [s.data["locations"] for s in run.of("hiring.other")] == [
        ["London, UK", "Ontario, CAN", "Remote-Friendly, United States", "San Francisco, CA"],
        ["Sydney, Australia"],
        ["San Francisco, CA", "New York City, NY", "Seattle, WA"],
    ]
    assert run.signals[0].data["posts"] == 2


def test_the_opening_read_of_a_capture_is_no_burst_of_today(shared_data, bench, world):
    """The board's oldest job was published in February 2022 and stays there."""
    world.put(ADDRESSES["greenhouse"].format("warp"), (shared_data / "greenhouse/warp_board.json").read_bytes())

    run = bench.run(Hiring(boards={"acme.example": "greenhouse:warp"}))

    assert {moment[:10] for _, moment, _ in run.facts} == {"2022-02-02", "2026-01-06", "2026-05-14", "2026-08-03"}
    assert run.of("hiring.surge") == []
    assert date(2026, 11, 20).isoformat() not in str(run.facts)
