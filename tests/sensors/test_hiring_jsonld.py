"""A careers page with JobPostings of schema.org: what can be read is read, what cannot is counted."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from capteur import Account, SkipAccount
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.schema_org import job_places, postings

H6, WEEK = timedelta(hours=6), timedelta(days=7)
HOME, CAREERS = "https://acme.example/", "https://acme.example/careers"
ACME = Account(id=1, domain="acme.example", name="Acme Robotics")
SENSOR = Hiring(roles=("quantitative analyst",), boards={"acme.example": "jsonld:acme.example/careers"})


def posting(title="Engineer", **more):
    return {
        "@type": "JobPosting",
        "title": title,
        "datePosted": "2026-10-01",
        "hiringOrganization": {"name": "Acme"},
    } | more


def page(*bodies, before="", after=""):
    scripts = "".join(
        f'<script type="application/ld+json">{before}{body if isinstance(body, str) else json.dumps(body)}{after}</script>'
        for body in bodies
    )
    return f"<html><head>{scripts}</head><body>Careers</body></html>"


def titles(markup):
    found, unread = postings(markup)
    return [one.get("title") for one in found], unread


def test_a_captured_page_gives_its_job(shared_data, bench, world):
    """A graph, a type in a list, a trailing comma; the organisation beside it is no job."""
    world.put(CAREERS, (shared_data / "jsonld/application-tracker_page.html").read_bytes())

    run = bench.run(SENSOR)

    assert [(moment, title) for _, moment, title in run.facts] == [
        ("2026-07-15T00:00:00+00:00", "Quantitative Analyst")
    ]
    assert (run.bad, run.error) == ([], None)
    signal = run.signals[0]
    assert signal.key.startswith("jsonld:acme.example/careers:")
    assert (signal.kind, signal.evidence_url) == ("hiring.opened", CAREERS)
    assert dict(signal.data) == {
        "vendor": "jsonld", "board": "acme.example/careers", "title": "Quantitative Analyst", "locations": ["Amsterdam, NL"],
        "workplace": "remote", "employment": "full time",
    }  # fmt: skip
    assert bench.run(SENSOR, later=H6).signals == []


@pytest.mark.parametrize(
    "markup",
    [
        page(posting("A")),
        page([posting("A")]),
        page({"@graph": [{"@type": "WebSite"}, posting("A")]}),
        page({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": posting("A")}]}),
        page(posting("A") | {"@type": ["Thing", "JobPosting"]}),
        page(posting("A") | {"@type": "https://schema.org/JobPosting"}),
        page(posting("A"), before="<!--", after="-->"),
        page(posting("A"), before="\n//<![CDATA[\n", after="\n//]]>\n"),
        page(posting("A"), before="/*<![CDATA[*/", after="/*]]>*/;"),
        page(posting("A"), before="<!-- made by a plugin -->\n"),
        page(json.dumps(posting("A")).replace('"', "&quot;")),
        page('{"@type":"JobPosting","title":"A","description":"first\nsecond\tthird"}'),
        page('{"@type":["JobPosting",],"title":"A",\n}'),
        page('{"@type":"Organization"}{"@type":"JobPosting","title":"A"}'),
        page(posting("A")).replace("application/ld+json", "application/ld&#43;json"),
        page(posting("A")).replace('"application/ld+json"', "application/ld+json data-x='1'").replace("script>", "SCRIPT>"),
    ],
)  # fmt: skip
def test_careless_markup_is_read(markup):
    assert titles(markup) == (["A"], 0)


def test_commas_and_brackets_in_texts_stay_as_they_are():
    found, _ = postings(page('{"@type":"JobPosting","title":"A","description":"x, ] y ,} \\" ,] &amp; z",}'))

    assert found[0]["description"] == 'x, ] y ,} " ,] &amp; z'


def test_a_script_that_cannot_be_read_is_counted_and_stops_no_other():
    assert titles(page("{not json", posting("A"), '{"a": [1, 2', "", posting("B"))) == (["A", "B"], 2)


def test_a_page_that_is_cut_off_within_a_script_is_counted():
    assert titles(page(posting("A")) + '<script type="application/ld+json">{"@type": "JobPos') == (["A"], 1)


@pytest.mark.parametrize(
    "markup",
    [
        "<script type=application/ld" * 100_000,
        '<script type="application/ld+json">' + "[" * 500_000,
        '<script type="application/ld+json">' + '{"a":' * 50_000 + "</script>",
        '<script type="application/ld+json">"' + '\\"' * 500_000,
        '<script type="application/ld+json">{"a":"' + ", " * 500_000 + "</script>",
    ],
    ids=["starts", "brackets", "nesting", "quotes", "commas"],
)
def test_hostile_pages_cost_little(markup):
    """Seconds would be a quadratic reader; these take hundredths."""
    before = time.process_time()

    assert titles(markup)[0] == []
    assert time.process_time() - before < 2


def test_a_script_that_cannot_be_read_proves_nobodys_absence(bench, world):
    world.put(CAREERS, page(posting("A"), posting("B")))
    bench.run(SENSOR)
    world.put(CAREERS, page(posting("A"), "{oops"))

    runs = [bench.run(SENSOR, later=H6) for _ in range(3)]
    world.put(CAREERS, page(posting("A")))
    later = [bench.run(SENSOR, later=H6) for _ in range(2)]

    assert [(run.signals, len(run.bad)) for run in runs] == [([], 1)] * 3
    assert [[s.kind for s in run.signals] for run in later] == [[], ["hiring.closed"]]


def test_jobs_are_told_apart_by_number_then_link_then_title(bench, world):
    """A number that all jobs share is the company's; a link that all share is the page's."""
    company, here = {"@type": "PropertyValue", "value": "acme"}, CAREERS
    rows = [
        posting("One", identifier=company, url=here),
        posting("Two", identifier=company, url=here),
        posting("Three", identifier=company, url=f"{here}/3"),
        posting("Four", identifier={"value": 4711}, url=here),
    ]
    world.put(CAREERS, page(rows))
    bench.run(SENSOR)
    rows[2]["title"], rows[3]["title"] = "Three, edited", "Four, edited"
    world.put(CAREERS, page([*rows[::-1], posting("Two", identifier=company, url=here, jobLocation="Paris")]))

    run = bench.run(SENSOR, later=H6)

    assert len(bench.memory["jobs"]) == 5
    assert [s.data["locations"] for s in run.signals] == [["Paris"]]
    assert "4711" in bench.memory["jobs"]


def test_a_time_without_an_offset_is_its_day_and_none_is_not_today(bench, world):
    world.put(CAREERS, page(posting("A", datePosted="2026-10-01T23:30:00"), posting("B", datePosted=None)))

    assert [(moment, title) for _, moment, title in bench.run(SENSOR).facts] == [("2026-10-01T00:00:00+00:00", "A")]


def test_places_are_read_from_addresses_and_from_plain_text():
    address = {"addressLocality": "Paris", "addressCountry": {"@type": "Country", "name": "France"}}

    assert job_places({"jobLocation": [{"address": address}, {"address": "Lyon"}, "Nice", {"name": "HQ"}]}) == (
        "Paris, France", "Lyon", "Nice", "HQ",
    )  # fmt: skip


def test_a_page_with_postings_is_the_second_choice_when_a_company_has_no_board(bench, world):
    """The page with the most postings is taken, and asked as a page: with robots.txt."""
    world.put(HOME, page(posting("A")))
    world.put(CAREERS, page(posting("A"), posting("B")))

    run = bench.run(Hiring(), ACME)

    assert [s.summary for s in run.signals] == ["A", "B"]
    assert bench.memory["board"] == "jsonld:acme.example/careers"
    assert bench.run(Hiring(), ACME, later=H6).asked == [CAREERS]
    world.robots_closed.add(CAREERS)
    assert isinstance(bench.run(Hiring(), ACME, later=H6).error, SkipAccount)


def test_a_vendors_board_is_preferred_and_followed_later(bench, world):
    world.put(CAREERS, page(posting("A")))
    bench.run(Hiring(), ACME)
    world.put(CAREERS, page(posting("A")) + '<a href="https://jobs.lever.co/acme">')
    row = {"id": "a1", "text": "A", "createdAt": 1790000000000}
    world.put("https://api.lever.co/v0/postings/acme?mode=json", [row])

    bench.run(Hiring(), ACME, later=WEEK)

    assert bench.memory["board"] == "lever:acme"


def test_a_market_place_is_nobodys_board(bench, world):
    """Its pages carry the postings of its customers."""
    rows = [posting(f"Job {n}", hiringOrganization={"name": f"Customer {n}"}) for n in range(4)]
    world.put(HOME, page(rows))

    assert isinstance(bench.run(Hiring(), ACME).error, SkipAccount)


def test_a_page_made_anew_without_postings_closes_nothing(bench, world):
    world.put(CAREERS, page(posting("A")))
    bench.run(Hiring(), ACME)
    world.put(CAREERS, "<html>Our new careers page</html>")

    runs = [bench.run(Hiring(), ACME, later=H6) for _ in range(3)]

    assert [run.signals for run in runs] == [[], [], []]
    assert all(isinstance(run.error, SkipAccount) for run in runs)
