"""The SEC of the demo world answers as EDGAR does, and the funding sensor finds in it what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from capteur import House, open_house
from capteur.clock import ManualClock
from capteur.markup import parse_xml
from capteur_sensors.demo.market import market
from capteur_sensors.demo.project import write_project
from capteur_sensors.demo.routes import Request
from capteur_sensors.demo.server import serve
from capteur_sensors.demo.world import World

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""A Friday."""
CURRENT = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&type=D&owner=include&count=100&output=atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def _index(day: date) -> str:
    return f"https://www.sec.gov/Archives/edgar/daily-index/{day.year}/QTR{(day.month + 2) // 3}/form.{day:%Y%m%d}.idx"


class _Hurried(ManualClock):
    """Half a second passes whenever somebody looks, so that nobody waits for the pace that the SEC asks for."""

    def monotonic(self) -> float:
        self._monotonic += 0.5
        return self._monotonic


@contextmanager
def _project(folder: Path, clock: ManualClock) -> Iterator[House]:
    with serve(clock.now(), clock.now) as world:
        config = write_project(folder, market(), world, news=False, visits=False)
        with open_house(config, clock=clock, env={}) as house:
            house.import_accounts()
            yield house


@pytest.mark.parametrize("days", [0, 5, 6, 12], ids=["today", "a Sunday", "a Saturday", "two Sundays ago"])
def test_a_day_without_an_index_answers_as_the_bucket_does(ask, now, days):
    reply = ask(_index((now - timedelta(days=days)).date()))
    assert (reply.status, reply.type) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code>" in reply.body


def test_an_index_comes_out_in_the_night_after_its_day():
    clock = ManualClock(NOW)
    world = World(NOW, clock.now)
    path = _index(NOW.date()).removeprefix("https://www.sec.gov")
    assert world.answer(Request("www.sec.gov", path)).status == 403
    clock.advance(timedelta(hours=20))
    assert world.answer(Request("www.sec.gov", path)).status == 200


def test_an_index_lists_a_filing_once_per_filer_beside_other_forms_with_a_d(ask, now):
    days = [(now - timedelta(days=n)).date() for n in range(15)]
    texts = [reply.body.decode("latin-1") for day in days if (reply := ask(_index(day))).status == 200]
    rows = [line for text in texts for line in text.splitlines() if "edgar/data/" in line]
    fund = [row for row in rows if "Saltglass" in row]
    assert len(fund) == 2
    assert len({row.split("/")[-1] for row in fund}) == 1
    assert {row[:12].strip() for row in rows} >= {"D", "D/A", "DEF 14A", "DOS", "DRS"}
    header = next(line for line in texts[0].splitlines() if line.startswith("Form Type"))
    assert [header.index(name) for name in ("Company Name", "CIK", "Date Filed", "File Name")] == [12, 74, 86, 98]
    assert all(row[98:].startswith("edgar/data/") for row in rows)


def test_current_filings_are_found_by_a_prefix_and_end_in_html(ask):
    feed = parse_xml(ask(CURRENT).body)
    forms = {c.get("term") for c in feed.iter(f"{ATOM}category")}
    assert forms == {"D", "D/A"}
    amended = parse_xml(ask(CURRENT.replace("type=D", "type=D/A")).body)
    assert {c.get("term") for c in amended.iter(f"{ATOM}category")} == {"D/A"}
    assert ask(CURRENT + "&start=100").body.startswith(b"<!DOCTYPE html>")


def test_a_document_begins_with_a_newline_and_leads_to_the_one_it_amends(ask):
    feed = parse_xml(ask(CURRENT).body)
    entry = next(e for e in feed.iter(f"{ATOM}entry") if "IRONWOOD" in (e.findtext(f"{ATOM}title") or ""))
    link = entry.find(f"{ATOM}link")
    assert link is not None
    folder = link.get("href", "").rpartition("/")[0]
    reply = ask(f"{folder}/primary_doc.xml")
    assert reply.body.startswith(b'\n<?xml version="1.0"?>')
    document = parse_xml(reply.body)
    previous = document.findtext(".//previousAccessionNumber") or ""
    before = parse_xml(ask(f"{folder.rpartition('/')[0]}/{previous.replace('-', '')}/primary_doc.xml").body)
    assert [d.findtext(".//totalAmountSold") for d in (before, document)] == ["9000000", "14200000"]
    assert ask(link.get("href", "")).status == 200


@pytest.mark.parametrize("days", range(7))
def test_on_every_day_of_the_week_the_same_four_have_raised(days, tmp_path):
    """No fund, no test, no merger, no amendment that adds nothing; two of the four are on nobody's list, and discovered."""
    with _project(tmp_path, _Hurried(NOW + timedelta(days=days))) as house:
        run = house.run(["funding"]).runs[0]
        assert (run.status, run.new, run.bad, run.unmatched) == ("ok", 4, 0, 0)
        raised = {row.account: row for row in house.signals(kind="funding.raised")}
        discovered = sorted(found.row.account.name for found in house.discovered().found)
    assert discovered == ["Gull & Anchor Provisions, Inc.", "Mossbank Software, Inc."]
    assert (raised["pomelo-health.example"].summary, raised["ironwood.example"].summary) == (
        "raised $18.5M (Form D, equity)",
        "raised $5.2M (Form D/A, equity)",
    )
    assert not {row.occurred_at // 86_400_000_000 % 7 for row in raised.values()} & {2, 3}  # 1970 began on a Thursday


def test_a_second_run_asks_for_today_alone_and_finds_nothing_new(tmp_path):
    clock = _Hurried(NOW)
    with _project(tmp_path, clock) as house:
        first = house.run(["funding"]).runs[0]
        clock.advance(timedelta(hours=1))
        second = house.run(["funding"]).runs[0]
    assert (second.new, second.updated, second.bad, second.requests) == (0, 0, 0, 2)
    assert first.requests > 15
