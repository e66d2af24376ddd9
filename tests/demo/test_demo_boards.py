"""The demo's job boards have the vendors' true shapes, stumbling blocks included."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

GREENHOUSE = "https://boards-api.greenhouse.io/v1/boards/{}/jobs?content=true"
LEVER = "https://api.lever.co/v0/postings/{}?mode=json"
ASHBY = "https://api.ashbyhq.com/posting-api/job-board/{}?includeCompensation=true"


def _keys(folder, jobs):
    rows = [row for path in sorted(folder.glob("*.json")) for row in jobs(json.loads(path.read_bytes()))]
    return {key for row in rows for key in row}


def test_greenhouse_posts_have_no_field_that_the_real_ones_lack(shared_data, read):
    known = _keys(shared_data / "greenhouse", lambda body: body["jobs"])
    assert {key for row in read(GREENHOUSE.format("halyardrobotics"))["jobs"] for key in row} <= known


def test_lever_posts_have_no_field_that_the_real_ones_lack(shared_data, read):
    known = _keys(shared_data / "lever", lambda body: body)
    assert {key for row in read(LEVER.format("quarryandsons")) for key in row} <= known


def test_ashby_posts_have_no_field_that_the_real_ones_lack(shared_data, read):
    known = _keys(shared_data / "ashby", lambda body: body["jobs"])
    assert {key for row in read(ASHBY.format("atelier-sante"))["jobs"] for key in row} <= known


def test_one_greenhouse_job_in_two_cities_is_two_posts_of_one_internal_job(read):
    heads = [row for row in read(GREENHOUSE.format("halyardrobotics"))["jobs"] if "Head" in row["title"]]
    assert len(heads) == 2
    assert len({row["id"] for row in heads}) == 2
    assert len({row["internal_job_id"] for row in heads}) == 1


def test_greenhouse_prospect_posts_have_no_internal_job(read):
    rows = read(GREENHOUSE.format("zephyrcoop"))["jobs"]
    assert rows
    assert {row["internal_job_id"] for row in rows} == {None}


def test_greenhouse_content_is_escaped_html_with_entities_of_its_own(read):
    content = read(GREENHOUSE.format("halyardrobotics"))["jobs"][0]["content"]
    assert content.startswith("&lt;p&gt;")
    assert "&nbsp;" in html.unescape(content)


def test_greenhouse_gives_no_departments_unless_content_is_asked_for(read):
    row = read("https://boards-api.greenhouse.io/v1/boards/halyardrobotics/jobs")["jobs"][0]
    assert not {"content", "departments", "offices"} & set(row)


def test_greenhouse_dates_carry_an_offset_and_edits_move_only_updated_at(read, now):
    row = next(r for r in read(GREENHOUSE.format("halyardrobotics"))["jobs"] if r["title"] == "CRM Administrator")
    first, updated = datetime.fromisoformat(row["first_published"]), datetime.fromisoformat(row["updated_at"])
    assert row["first_published"].endswith("-04:00")
    assert abs(now - timedelta(days=11.7) - first) < timedelta(seconds=1)
    assert first < updated <= now


def test_the_board_calls_its_company_by_name(read):
    assert read("https://boards-api.greenhouse.io/v1/boards/gruenwald")["name"] == "Grünwald Maschinenbau SE & Co. KG"
    assert read("https://boards-api.greenhouse.io/v1/boards/mossbank")["name"] == "Mossbank Software Inc."


def test_the_giant_has_120_jobs_at_an_even_pace_and_none_of_them_is_a_role_asked_for(read, now, world):
    rows = read(GREENHOUSE.format("colossusmutual"))["jobs"]
    days = sorted((now - datetime.fromisoformat(row["first_published"])).days for row in rows)
    roles = re.compile("|".join(world.market.seller.roles), re.IGNORECASE)
    assert len(rows) == 120
    assert sum(day < 7 for day in days) <= 8
    assert not [row["title"] for row in rows if roles.search(row["title"])]


def test_lever_answers_a_bare_list_with_times_in_milliseconds(read, now):
    rows = read(LEVER.format("quarryandsons"))
    lead = next(row for row in rows if row["text"] == "Sales Operations Lead")
    assert datetime.fromtimestamp(lead["createdAt"] / 1000, UTC) == now - timedelta(days=6.6)
    assert [row["text"] for row in rows].count("Geologist") == 2


def test_lever_answers_an_object_for_a_site_it_does_not_know(ask, read):
    assert ask(LEVER.format("nobody")).status == 404
    assert read(LEVER.format("nobody")) == {"ok": False, "error": "Document not found"}


def test_a_european_lever_site_is_known_only_in_europe(ask, read):
    assert ask(LEVER.format("okonkwofoods")).status == 404
    assert len(read("https://api.eu.lever.co/v0/postings/okonkwofoods?mode=json")) == 2


def test_lever_pages_by_skip_and_limit(read):
    rows = read(LEVER.format("quarryandsons"))
    assert read(LEVER.format("quarryandsons") + "&skip=1&limit=1") == rows[1:2]


def test_ashby_lists_what_is_unlisted_and_says_so(read):
    rows = {row["title"]: row["isListed"] for row in read(ASHBY.format("nandu-viajes"))["jobs"]}
    assert rows["Revenue Operations Director"] is False
    assert rows["Especialista CRM"] is True


def test_ashby_has_remote_posts_that_are_hybrid_and_posts_that_say_nothing(read):
    rows = read(ASHBY.format("atelier-sante"))["jobs"]
    assert {(row["isRemote"], row["workplaceType"]) for row in rows} == {(True, "Hybrid"), (None, None)}


@pytest.mark.parametrize("url", [ASHBY.format("quietstone"), LEVER.format("emberandoak")])
def test_a_silent_company_has_a_board_without_jobs(url, read):
    body = read(url)
    assert (body["jobs"] if isinstance(body, dict) else body) == []


def test_one_board_fails_once_and_then_answers(ask):
    url = GREENHOUSE.format("pomelohealth")
    assert [ask(url).status for _ in range(3)] == [500, 200, 200]


def test_one_board_asks_once_to_wait_a_second(ask):
    first, second = ask(ASHBY.format("tessellate")), ask(ASHBY.format("tessellate"))
    assert (first.status, first.headers) == (429, {"Retry-After": "1"})
    assert (second.status, second.headers) == (200, {})


def test_one_board_is_gone_everywhere(ask):
    links = [
        "https://boards-api.greenhouse.io/v1/boards/ironwoodlogistics",
        "https://job-boards.greenhouse.io/ironwoodlogistics",
    ]
    assert {ask(url).status for url in (*links, GREENHOUSE.format("ironwoodlogistics"))} == {404}


def test_one_board_is_slow(ask):
    assert ask(LEVER.format("saltmarsh")).pause > 0.5


def test_posts_open_and_close_as_the_worlds_clock_moves(read, clock):
    board = "https://api.ashbyhq.com/posting-api/job-board/balticgrid"
    brightwater = GREENHOUSE.format("brightwaterbiologics")
    before = {row["title"] for row in read(board)["jobs"]}, {row["title"] for row in read(brightwater)["jobs"]}
    clock.advance(timedelta(days=3))
    after = {row["title"] for row in read(board)["jobs"]}, {row["title"] for row in read(brightwater)["jobs"]}
    assert after[0] - before[0] == {"Revenue Operations Manager"}
    assert before[1] - after[1] == {"Sales Operations Associate"}
