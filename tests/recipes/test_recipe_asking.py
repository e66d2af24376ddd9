"""What a recipe asks: parameters, keys, from page to page, files and CSV; over the real web client."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
import respx

URL = "https://api.example/leads"
RECIPE = """
[request]
url = "https://api.example/leads"
{request}

{pages}

[rows]
path = "leads"

[account]
domain = "site"

[signals.lead]
kind = "content.downloaded"
key = ["id"]
occurred_at = "at"
"""


def recipe(request: str = "", pages: str = "") -> str:
    return RECIPE.format(request=request, pages=pages)


def lead(number: int, at: str = "2026-11-18", site: str = "acme.com") -> dict:
    return {"id": number, "site": site, "at": at}


def pager(pages: dict[str | None, object], param: str):
    """Answers by one parameter; anything else is a 404."""

    def answer(request: httpx.Request) -> httpx.Response:
        at = request.url.params.get(param)
        return httpx.Response(200, json=pages[at]) if at in pages else httpx.Response(404)

    return answer


@pytest.mark.parametrize(
    ("pages", "param", "answers", "asked"),
    [
        ('by = "page"\nparam = "p"', "p", {"1": [1, 2], "2": [3], "3": []}, ["1", "2", "3"]),
        ('by = "page"\nparam = "p"\nfirst = 0', "p", {"0": [1, 2], "1": [3], "2": []}, ["0", "1", "2"]),
        ('by = "page"\nparam = "p"\nlast = "!more"', "p", {"1": [1, 2], "2": [3]}, ["1", "2"]),
        ('by = "offset"\nparam = "skip"', "skip", {None: [1, 2], "2": [3], "3": []}, [None, "2", "3"]),
        ('by = "cursor"\nparam = "after"\npath = "next"', "after", {None: [1, 2], "x1": [3]}, [None, "x1"]),
        ('by = "next"\npath = "links.next"', "c", {None: [1, 2], "x1": [3]}, [None, "x1"]),
        ("by = \"next\"\npath = ['absent', 'links.next']", "c", {None: [1, 2], "x1": [3]}, [None, "x1"]),
    ],
    ids=["page", "page from 0", "page and more", "offset", "cursor", "next", "next, second path"],
)
def test_pages_lead_on_until_there_are_no_more(pages, param, answers, asked, project):
    """Every page is read once, whatever the way from one to the next; the other parameters stay."""
    last = list(answers)[-1]
    bodies = {
        at: {
            "leads": [lead(n) for n in numbers], "more": at != last, "next": "x1" if at is None else None,
            "links": {"next": "/leads?c=x1&size=2" if at is None else ""},
        }
        for at, numbers in answers.items()
    }  # fmt: skip
    house = project.follow(recipe("params = { size = 2 }", f"[pages]\n{pages}"))
    with respx.mock() as router:
        route = router.get(url__startswith=URL).mock(side_effect=pager(bodies, param))
        (run,) = house.run().runs
    assert (run.status, run.error, run.new) == ("ok", None, 3)
    assert [call.request.url.params.get(param) for call in route.calls] == asked
    assert {call.request.url.params["size"] for call in route.calls} == {"2"}


def test_the_link_header_leads_on(project):
    """`next` among other relations, relative or not."""
    house = project.follow(recipe(pages='[pages]\nby = "link"'))
    headers = {"Link": '<https://api.example/leads?p=9>; rel="last", </leads?p=2>; title="a"; rel="prev next"'}
    with respx.mock() as router:
        router.get(URL, params={"p": "2"}).respond(json={"leads": [lead(2)]}, headers={"Link": '</leads>; rel="first"'})
        router.get(URL).respond(json={"leads": [lead(1)]}, headers=headers)
        (run,) = house.run().runs
    assert (run.status, run.new, run.requests) == ("ok", 2, 2)


def test_the_key_stays_with_its_place(project):
    """A next address on another host is followed, without the key."""
    house = project.follow(
        recipe("auth = { bearer = true }", '[pages]\nby = "next"\npath = "next"'), 'key = "canary-key-77"'
    )
    with respx.mock() as router:
        first = router.get(URL).respond(json={"leads": [lead(1)], "next": "https://cdn.example/p2"})
        second = router.get("https://cdn.example/p2").respond(json={"leads": [lead(2)], "next": None})
        (run,) = house.run().runs
    assert first.calls.last.request.headers["authorization"] == "Bearer canary-key-77"
    assert "authorization" not in second.calls.last.request.headers
    assert run.new == 2


def test_a_key_in_a_header_of_its_own(project):
    house = project.follow(
        recipe('auth = { header = "Authorization", prefix = "Api-Key " }\nheaders = { X-Org = "7" }'),
        'key = "canary-key-77"',
    )
    with respx.mock() as router:
        route = router.get(URL).respond(json={"leads": []})
        house.run()
    sent = route.calls.last.request.headers
    assert (sent["authorization"], sent["x-org"]) == ("Api-Key canary-key-77", "7")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("iso", "2026-08-22T08:00:00+00:00"), ("date", "2026-08-22"), ("unix", "1787385600"), ("unix_ms", "1787385600000"),
        ("%d.%m.%Y", "22.08.2026"), ("days", "90"),
    ],
)  # fmt: skip
def test_the_source_is_told_from_when(form, told, project):
    """The first run looks back 90 days; `since` is told in the source's form."""
    house = project.follow(recipe(f'since = {{ param = "from", format = "{form}" }}'))
    with respx.mock() as router:
        route = router.get(url__startswith=URL).respond(json={"leads": []})
        house.run()
    assert route.calls.last.request.url.params["from"] == told


def test_what_is_older_than_asked_is_left_out(project):
    """A source that does not know `since` answers everything; a day counts when its day does."""
    house = project.follow(recipe())
    with respx.mock() as router:
        router.get(URL).respond(json={"leads": [lead(1), lead(2, "2026-08-22"), lead(3, "2026-08-21")]})
        (run,) = house.run().runs
    assert (run.new, run.bad) == (2, 0)


def test_newest_first_is_not_read_to_its_end(project):
    pages = '[pages]\nby = "page"\nparam = "p"\noldest = "leads[-1].at"'
    house = project.follow(recipe(pages=pages))
    with respx.mock() as router:
        router.get(url__startswith=URL).mock(
            side_effect=pager(
                {"1": {"leads": [lead(1)]}, "2": {"leads": [lead(2, "2026-08-30"), lead(3, "2026-08-01")]}}, "p"
            )
        )
        (run,) = house.run().runs
    assert (run.status, run.new, run.requests) == ("ok", 2, 2)


def test_the_same_page_again_is_the_end(project):
    """A source that ignores the parameter is not asked for ever."""
    house = project.follow(recipe(pages='[pages]\nby = "page"\nparam = "p"'))
    with respx.mock() as router:
        router.get(url__startswith=URL).respond(json={"leads": [lead(1)]})
        (run,) = house.run().runs
    assert (run.status, run.new, run.requests) == ("ok", 1, 2)


def test_too_many_pages_are_an_error_and_what_was_read_is_kept(project):
    house = project.follow(recipe(pages='[pages]\nby = "page"\nparam = "p"\nmost = 3'))
    with respx.mock() as router:
        router.get(url__startswith=URL).mock(
            side_effect=lambda request: httpx.Response(200, json={"leads": [lead(int(request.url.params["p"]))]})
        )
        (run,) = house.run().runs
    assert (run.status, run.new, run.requests) == ("failed", 3, 3)
    assert "more than 3 pages" in run.error
    assert "[pages] most" in run.fix


def test_a_later_page_that_fails_keeps_the_first(project):
    house = project.follow(recipe(pages='[pages]\nby = "page"\nparam = "p"'))
    with respx.mock() as router:
        router.get(url__startswith=URL).mock(side_effect=pager({"1": {"leads": [lead(1)]}, "2": {"error": "x"}}, "p"))
        (run,) = house.run().runs
    assert (run.status, run.new) == ("failed", 1)
    assert "the answer has no rows where [rows] path looks for them" in run.error


def test_a_post_carries_its_parameters_in_the_body(project):
    request = 'body = { query = { list = "${list}" }, size = 2 }\nsince = { param = "from", format = "date" }'
    house = project.follow(
        recipe(request, '[pages]\nby = "cursor"\nparam = "after"\npath = "next"') + "\n[options.list]\nmany = true\n",
        'options = { list = ["a", "b"] }',
    )
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(__import__("json").loads(request.content))
        return httpx.Response(200, json={"leads": [lead(len(seen))], "next": "x1" if len(seen) == 1 else None})

    with respx.mock() as router:
        router.post(URL).mock(side_effect=answer)
        (run,) = house.run().runs
    assert run.new == 2
    assert seen[0] == {"query": {"list": ["a", "b"]}, "size": 2, "from": "2026-08-22"}
    assert seen[1] == {**seen[0], "after": "x1"}


def test_options_go_into_the_address_escaped(project):
    """What a user fills in cannot lead to another place."""
    text = (
        recipe().replace("https://api.example/leads", "${base}/v1/${list}/leads") + "\n[options.base]\n[options.list]\n"
    )
    house = project.follow(text, 'options = { base = "https://api.example", list = "a/../../b?x" }')
    with respx.mock() as router:
        route = router.get(url__startswith="https://api.example/v1/").respond(json={"leads": []})
        house.run()
    assert route.calls.last.request.url.raw_path == b"/v1/a%2F..%2F..%2Fb%3Fx/leads"


def test_no_content_is_nothing(project):
    house = project.follow(recipe())
    with respx.mock() as router:
        router.get(URL).respond(204)
        (run,) = house.run().runs
    assert (run.status, run.new, run.bad) == ("ok", 0, 0)


CSV = """
[request]
{where}
format = "csv"

[account]
domain = "Website"
name = "Company"

[outcomes.deal]
kind = {{ path = "Stage", map = {{ "Closed Won" = "won", "Closed Lost" = "lost" }} }}
when = "starts_with(Stage, 'Closed')"
key = ['"Deal ID"']
occurred_at = {{ path = '"Closed on"', format = "%d/%m/%Y" }}
value = "Amount"

[facts.owner]
name = "owner"
value = "Owner"

[signals.demo]
kind = "touch.meeting"
when = "Stage == 'Demo'"
key = ['"Deal ID"']
occurred_at = {{ path = '"Closed on"', format = "%d/%m/%Y" }}
strength = {{ path = "Score", range = [0, 100] }}
"""
ROWS = (
    "Deal ID;Company;Website;Stage;Closed on;Amount;Owner;Score\r\n"
    "1;Acme;https://www.acme.com;Closed Won;18/11/2026;1200,50;Kim;\r\n"
    "2;Globex;globex.com;Demo;17/11/2026;;Lee;70\r\n"
    "3;Globex;globex.com;Closed Won;31/02/2026;;;\r\n"
    "4;Café;;Demo;16/11/2026;;;150\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_becomes_outcomes_facts_and_signals(encoding, project):
    """Rows by their header, from an address; a date that is none costs its row."""
    house = project.follow(CSV.format(where='url = "https://crm.example/deals.csv"'))
    with respx.mock() as router:
        router.get("https://crm.example/deals.csv").respond(content=ROWS.encode(encoding))
        (run,) = house.run().runs
    assert (run.status, run.bad) == ("ok", 1)
    assert {(row.account, row.kind, row.strength) for row in house.signals()} == {
        ("globex.com", "touch.meeting", 0.7),
        ("name:cafe", "touch.meeting", 1.0),
    }
    assert {a.domain: a.facts.get("owner") for a in house.accounts()} == {"acme.com": "Kim", "globex.com": "Lee"}


def test_a_file_beside_capteur_toml(project):
    project.write("deals.csv", ROWS)
    house = project.follow(CSV.format(where='file = "deals.csv"'))
    (run,) = house.run().runs
    assert (run.status, run.requests, len(house.signals())) == ("ok", 0, 2)


def test_a_file_that_is_not_there_parks_it_with_the_cure(project):
    house = project.follow(CSV.format(where='file = "nothing.csv"'))
    (run,) = house.run().runs
    assert run.status == "parked"
    assert "nothing.csv" in run.error
    assert "capteur resume own" in run.fix


@pytest.mark.parametrize("body", [b"", b"<html>sorry</html>"])
def test_a_page_instead_of_a_csv_is_an_error(body, project):
    house = project.follow(CSV.format(where='url = "https://crm.example/deals.csv"'))
    with respx.mock() as router:
        router.get("https://crm.example/deals.csv").respond(content=body)
        (run,) = house.run().runs
    assert run.status == "failed"
    assert "where a CSV with a header was due" in run.error


def test_the_memory_of_time_is_the_rows_own(project, clock):
    """The next run asks from the newest row minus the overlap."""
    house = project.follow(recipe('since = { param = "from", format = "date" }'))
    with respx.mock() as router:
        route = router.get(url__startswith=URL).respond(json={"leads": [lead(1, "2026-11-18")]})
        house.run()
        house.run()
    assert route.calls.last.request.url.params["from"] == "2026-11-11"
    assert clock.now() == datetime(2026, 11, 20, 8, tzinfo=UTC)
