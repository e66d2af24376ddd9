"""Runs of the funding sensor over EDGAR: which days are read, and each filing once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from capteur import Checkpoint, ConfigError, Signal
from capteur_sensors.funding import Funding, edgar

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""A Friday."""
FRIDAY, THURSDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 18)
MISSING = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>No</Message></Error>'


def keys(run) -> list[str]:
    return [signal.key for signal in run.signals]


def days_asked(asked: Sequence[str]) -> list[str]:
    return [url[-12:-4] for url in asked if url.endswith(".idx")]


def test_without_a_contact_it_asks_nothing(bench, world):
    bench.contact = ""
    run = bench.run(Funding(feeds=["https://news.example/feed"]))
    assert isinstance(run.error, ConfigError)
    assert 'contact = "you@company.com"' in run.error.fix
    assert "capteur resume funding" in run.error.fix
    assert run.asked == []


def test_it_says_who_asks(bench, world, monkeypatch):
    seen = []
    monkeypatch.setattr(
        world, "handle", lambda request: seen.append(request.headers["user-agent"]) or httpx.Response(404)
    )
    bench.run(Funding())
    assert set(seen) == {"capteur me@company.example"}


@pytest.mark.parametrize(("given", "pace"), [({}, 5.0), ({"requests_per_second": 10}, 10.0)])
def test_it_asks_edgar_five_times_a_second_unless_told_otherwise(given, pace):
    assert Funding(**given).paces()["www.sec.gov"] == pace


@pytest.mark.parametrize("pace", [0, -1, 10.1, 100])
def test_more_than_ten_a_second_is_refused(pace):
    with pytest.raises(ValueError, match="requests_per_second"):
        Funding(requests_per_second=pace)


def test_the_days_are_read_newest_first_and_weekends_not_at_all(run, sec):
    sec.list(THURSDAY, 7)
    sec.list(date(2026, 11, 13), 8)
    sec.file(7)
    sec.file(8)
    first = run(since=NOW - timedelta(days=8))
    assert days_asked(first.asked) == [
        "20261120",
        "20261119",
        "20261118",
        "20261117",
        "20261116",
        "20261113",
        "20261112",
    ]
    assert keys(first) == ["sec:0000000007-26-000001", "sec:0000000008-26-000001"]
    assert first.bad == []


def test_a_settled_day_is_not_asked_again_and_today_is(run, sec):
    sec.list(THURSDAY, 7)
    sec.list(WEDNESDAY)
    sec.file(7)
    run()
    sec.list(WEDNESDAY, 8)
    second = run(timedelta(hours=6))
    assert days_asked(second.asked) == ["20261120", "20261118"]
    assert sec.address(7) not in second.asked


def test_a_day_without_an_index_is_no_event_and_settled_once_a_later_one_is_out(run, sec, world):
    """Thanksgiving: the bucket answers 403 for what it does not hold. It is asked for until Monday's index proves it a holiday."""
    holiday = date(2026, 11, 26)
    world.put(sec.day(holiday), MISSING, status=403)
    for day in (FRIDAY, date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)):
        sec.list(day, day.day)
        sec.file(day.day)
    at = timedelta(days=7)
    first = run(at, since=NOW)
    assert first.bad == []
    assert len(first.signals) == 4
    assert days_asked(run(timedelta(hours=6)).asked) == ["20261127", "20261126"]
    for day in (date(2026, 11, 27), date(2026, 11, 30)):
        sec.list(day, day.day)
        sec.file(day.day)
    assert days_asked(run(timedelta(days=4)).asked) == ["20261201", "20261130", "20261127", "20261126"]
    assert days_asked(run(timedelta(hours=6)).asked) == ["20261201"]


def test_an_empty_index_is_looked_at_again(run, sec):
    sec.list(THURSDAY)
    first = run(since=NOW - timedelta(days=1))
    assert (first.bad, first.error, first.signals) == ([], None, [])
    sec.list(THURSDAY, 7)
    sec.file(7)
    assert keys(run(timedelta(hours=6))) == ["sec:0000000007-26-000001"]


def test_a_filing_with_two_issuers_is_read_once(run, sec):
    row = f"D           ANOTHER ISSUER LP               99          20261119    edgar/data/99/{sec.accession(7)}.txt\n"
    sec.list(THURSDAY, 7, tail=row)
    sec.file(7)
    found = run()
    assert keys(found) == ["sec:0000000007-26-000001"]
    assert len([url for url in found.asked if url.endswith("primary_doc.xml")]) == 1


def test_what_the_index_does_not_have_yet_comes_from_the_current_filings(run, sec):
    sec.list(THURSDAY, 7)
    sec.file(7)
    sec.file(8)
    sec.current((8, FRIDAY), (7, THURSDAY))
    first = run()
    assert keys(first) == ["sec:0000000008-26-000001", "sec:0000000007-26-000001"]
    assert [s.occurred_at for s in first.signals] == [FRIDAY, THURSDAY]


def test_a_filing_read_today_is_not_read_again_from_tomorrows_index(run, sec):
    sec.list(THURSDAY, 7)
    for cik in (7, 8, 9):
        sec.file(cik)
    sec.current((8, FRIDAY), (7, THURSDAY))
    run()
    sec.list(FRIDAY, 8, 9)
    second = run(timedelta(hours=20))
    assert keys(second) == ["sec:0000000009-26-000001"]
    assert sec.address(8) not in second.asked


def test_the_pages_end_in_html_and_at_what_is_known(run, sec, world):
    sec.list(THURSDAY, 7)
    sec.file(7)
    sec.file(8)
    sec.file(9)
    sec.current((8, FRIDAY), others=99)
    sec.current((9, FRIDAY), (8, FRIDAY), start=100, others=98)  # pages overlap when something is filed meanwhile
    world.put(sec.page(200), "<!DOCTYPE html><html><title>SEC.gov | File Unavailable</title></html>", status=200)
    first = run()
    assert keys(first) == [f"sec:000000000{cik}-26-000001" for cik in (8, 9, 7)]
    assert first.asked.count(sec.address(8)) == 1
    assert first.bad == []
    sec.current((8, FRIDAY), (7, THURSDAY), others=98)
    assert sec.page(100) not in run(timedelta(hours=6)).asked


def test_an_amendment_asks_for_the_filing_it_amends(run, sec):
    sec.list(THURSDAY, (7, 2, "D/A"))
    sec.file(7, 1, sold=1_000_000)
    sec.file(7, 2, sold=3_500_000, amends=sec.accession(7, 1))
    [signal] = run().signals
    assert (signal.strength, signal.data["amount"]) == (1.0, 2_500_000)


def test_two_amendments_on_one_day_are_two_facts_of_one_event(run, sec):
    sec.list(THURSDAY, (7, 2, "D/A"), (7, 3, "D/A"))
    sec.file(7, 1, sold=1_000_000)
    sec.file(7, 2, sold=3_000_000, amends=sec.accession(7, 1))
    sec.file(7, 3, sold=3_500_000, amends=sec.accession(7, 1))
    found = run()
    assert [(s.data["amount"], s.event) for s in found.signals] == [
        (2_000_000, "sec:7:amended:2026-11-19"),
        (2_500_000, "sec:7:amended:2026-11-19"),
    ]
    assert len(set(keys(found))) == 2


def test_funds_and_small_rounds_are_not_told(run, sec):
    sec.list(THURSDAY, 7, 8, 9)
    sec.file(7, group="Pooled Investment Fund")
    sec.file(8, sold=99_999)
    sec.file(9, sold=100_000)
    found = run(min_amount=100_000)
    assert (keys(found), found.bad) == (["sec:0000000009-26-000001"], [])


def test_a_run_reads_so_many_documents_and_the_next_goes_on(run, sec, monkeypatch):
    monkeypatch.setattr(edgar, "MOST_DOCUMENTS", 3)
    sec.list(THURSDAY, 10, 11)
    sec.list(WEDNESDAY, 12, 13, 14)
    for cik in range(10, 15):
        sec.file(cik)
    first = run()
    assert [key[11:14] for key in keys(first)] == ["010", "011", "012"]
    second = run(timedelta(hours=6))
    assert [key[11:14] for key in keys(second)] == ["013", "014"]
    assert "the rest of the filings waits for the next run" in [event for _, event, _ in first.log.told]


def test_a_backfill_reads_its_window_and_neither_uses_nor_moves_the_memory(run, sec, bench):
    for day, cik in ((date(2026, 6, 1), 7), (date(2026, 6, 2), 8), (date(2026, 6, 3), 9)):
        sec.list(day, cik)
        sec.file(cik)
    sec.list(THURSDAY)
    before = run() and bench.memory
    found = run(since=datetime(2026, 6, 1, tzinfo=UTC), until=datetime(2026, 6, 3, tzinfo=UTC))
    assert keys(found) == ["sec:0000000008-26-000001", "sec:0000000007-26-000001"]
    assert days_asked(found.asked) == ["20260602", "20260601"]
    assert not [url for url in found.asked if "browse-edgar" in url]
    assert bench.memory == before


def test_there_is_nothing_to_read_of_the_days_before_form_d_went_electronic(run):
    found = run(since=datetime(2001, 1, 1, tzinfo=UTC), until=datetime(2008, 9, 15, tzinfo=UTC))
    assert (found.asked, found.error) == ([], None)


def test_the_memory_stays_small(run, sec, bench):
    """Half a year of daily runs with 20 filings a day: what is settled is forgotten but for the floor."""
    day = THURSDAY
    for step in range(120):
        if day.weekday() < 5:
            ciks = [1000 + step * 20 + n for n in range(20)]
            sec.list(day, *ciks)
            for cik in ciks:
                sec.file(cik)
        run(timedelta(days=1))
        day += timedelta(days=1)
    assert len(str(bench.memory)) < 400


def test_signals_come_before_the_last_document_is_asked_for(bench, sec, world):
    bench.now = NOW
    sec.current()
    sec.list(THURSDAY, 7, 8)
    sec.file(7)
    sec.file(8)
    stream = bench.start(Funding())
    first = next(stream)
    assert isinstance(first, Signal)
    assert sec.address(8) not in world.asked
    assert isinstance(list(stream)[-1], Checkpoint)


def test_the_address_asked_is_the_document_and_not_its_rendering(run, sec):
    sec.list(THURSDAY, 7)
    sec.file(7)
    asked = run().asked
    assert sec.address(7) in asked
    assert not any("xslFormDX01" in url for url in asked)


def test_the_captures_go_through_a_whole_run(bench, world, shared_data):
    """The index of 18 March 2020 with a captured document behind three of its rows, and nothing behind the other 173."""
    documents = shared_data / "edgar/formd"
    index = "https://www.sec.gov/Archives/edgar/daily-index/2020/QTR1/form.20200318.idx"
    world.put(index, (shared_data / "edgar/index/form.20200318.idx").read_bytes())
    places = {
        "D_Shepards.xml": "1643154/000118374020000052",
        "D_1685REIT.xml": "1806494/000180649420000001",
        "D_APFund.xml": "1806495/000180649520000001",
    }
    for name, place in places.items():
        world.put(f"https://www.sec.gov/Archives/edgar/data/{place}/primary_doc.xml", (documents / name).read_bytes())
    found = bench.run(Funding(), since=datetime(2020, 3, 18, tzinfo=UTC), until=datetime(2020, 3, 19, tzinfo=UTC))
    [signal] = found.signals
    assert (signal.key, signal.account.name, signal.strength) == (
        "sec:0001183740-20-000052",
        "Shepherd's Finance, LLC",
        0.3,
    )
    assert signal.occurred_at == date(2020, 3, 18)
    assert len(found.bad) == 173
    assert found.error is None
