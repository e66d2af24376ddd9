"""Teamtailor's feeds: RSS in pages of a hundred, and the JSON feed where there is no RSS."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from capteur import Account, SourceChanged, TransientError
from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.vendors import boards_in

H6 = timedelta(hours=6)
JSON = "https://acme.teamtailor.com/jobs.json"
SENSOR = Hiring(roles=("account executive",), boards={"acme.example": "teamtailor:acme"})


def rss(offset=0):
    return f"https://acme.teamtailor.com/jobs.rss?per_page=100&offset={offset}"


def item(number, title="Engineer", extra=""):
    return (
        f"<item><title>{title}</title><description>&lt;p&gt;We use Salesforce.&lt;/p&gt;</description>"
        f"<pubDate>Fri, 27 Feb 2026 19:59:48 +0100</pubDate><link>https://career.acme.example/jobs/{number}-x</link>"
        f"<guid>id-{number}</guid>{extra}</item>"
    )


def feed(*items, title="Acme"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:tt="https://teamtailor.com/locations"><channel>'
        f"<title>{title}</title>{''.join(items)}</channel></rss>"
    )


def jobs_of(run):
    return [s.key.split(":")[2] for s in run.signals if s.kind.startswith("hiring.")]


def test_a_captured_json_feed_gives_its_jobs(shared_data, bench, world):
    """The offsets of the dates are honoured; places come from the posting inside."""
    world.put(JSON, (shared_data / "teamtailor/teamtailor_jobsjson.json").read_bytes())

    run = bench.run(SENSOR)

    assert run.facts == [
        ("teamtailor:acme:a52c9a45-1132-44c9-9696-76974817ae6e:hiring.opened", "2026-01-18T18:35:57+00:00",
         "Mid-Market Account Executive - Copenhagen"),
        ("teamtailor:acme:20fafb7d-f013-4061-b6de-2894b3e0838b:hiring.opened", "2026-02-04T08:26:20+00:00",
         "Account Executive - Italy (Madrid based)"),
    ]  # fmt: skip
    assert (run.bad, run.error) == ([], None)
    assert [s.data["locations"] for s in run.signals] == [["Stockholm, SE", "København, DK"], ["Madrid, ES"]]
    assert (
        run.signals[1].evidence_url == "https://career.teamtailor.com/jobs/7167985-account-executive-italy-madrid-based"
    )
    assert run.asked == [rss(), JSON]
    assert bench.run(SENSOR, later=H6).asked == [JSON]


def test_the_rss_feed_names_department_places_and_workplace(bench, world):
    extra = (
        "<remoteStatus>hybrid</remoteStatus><tt:department>Revenue</tt:department><tt:locations>"
        "<tt:location><tt:name>HQ</tt:name><tt:city>New York</tt:city><tt:country>United States</tt:country></tt:location>"
        "<tt:location><tt:name>Paris office</tt:name><tt:country>France</tt:country></tt:location></tt:locations>"
    )
    world.put(rss(), feed(item(1, "Account Executive", extra)))

    run = bench.run(SENSOR)

    assert run.facts[0] == ("teamtailor:acme:id-1:hiring.opened", "2026-02-27T18:59:48+00:00", "Account Executive")
    assert dict(run.signals[0].data) == {
        "vendor": "teamtailor", "board": "acme", "title": "Account Executive", "department": "Revenue", "workplace": "hybrid",
        "locations": ["New York, United States", "Paris office, France"],
    }  # fmt: skip


def test_a_long_feed_is_read_to_its_end_and_pages_that_overlap_count_once(bench, world):
    world.put(rss(), feed(*(item(n) for n in range(100))))
    world.put(rss(100), feed(*(item(n) for n in range(98, 120))))

    run = bench.run(SENSOR)

    assert sorted(jobs_of(run)) == sorted(f"id-{n}" for n in range(120))
    assert all("posts" not in s.data for s in run.signals)
    assert run.asked == [rss(), rss(100)]


def test_a_page_that_fails_closes_nothing(bench, world):
    """Half of a board is no read of it."""
    world.put(rss(), feed(*(item(n) for n in range(100))))
    world.put(rss(100), feed(item(100)))
    bench.run(SENSOR)
    world.put(rss(100), httpx.ReadTimeout("slow"))

    runs = [bench.run(SENSOR, later=H6) for _ in range(3)]

    assert all(isinstance(run.error, TransientError) for run in runs)
    assert [run.signals for run in runs] == [[], [], []]


def test_a_json_feed_goes_on_at_its_own_host_only(bench, world):
    def page(number, following):
        row = {"id": f"j{number}", "title": "Engineer", "date_published": "2026-10-01T09:00:00+02:00"}
        return {"items": [row], "next_url": following}

    world.put(JSON, page(1, f"{JSON}?page=2"))
    world.put(f"{JSON}?page=2", page(2, "https://evil.example/jobs.json"))

    run = bench.run(SENSOR)

    assert sorted(jobs_of(run)) == ["j1", "j2"]
    assert run.asked == [rss(), JSON, f"{JSON}?page=2"]


def test_a_date_that_is_none_is_a_bad_row_and_the_job_is_still_there(bench, world):
    world.put(rss(), feed(item(1), item(2).replace("Fri, 27 Feb 2026 19:59:48 +0100", "last Friday")))

    run = bench.run(SENSOR)

    assert jobs_of(run) == ["id-1"]
    assert len(run.bad) == 1


def test_another_document_is_a_changed_source(bench, world):
    world.put(rss(), "<html><body>Careers</body></html>")

    assert isinstance(bench.run(SENSOR).error, SourceChanged)


def test_a_guess_is_confirmed_by_a_career_site_on_the_accounts_domain(bench, world):
    world.put(rss(), feed(item(1), title="Karriere"))

    run = bench.run(Hiring(), Account(id=1, domain="acme.example", name="Acme Robotics"))

    assert jobs_of(run) == ["id-1"]


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="https://acme.teamtailor.com/jobs">', ["teamtailor:acme"]),
        ('<a href="https://acme.na.teamtailor.com/jobs/1-engineer">', ["teamtailor:acme.na"]),
        ('<script src="https://scripts.teamtailor-cdn.com/widgets.js">', []),
        ('<a href="https://www.teamtailor.com/">', []),
        ('<a href="https://acme.teamtailor.com.evil.example/">', []),
    ],
)
def test_a_board_is_read_from_raw_markup(markup, names):
    assert [str(found) for found in boards_in(markup)] == names
