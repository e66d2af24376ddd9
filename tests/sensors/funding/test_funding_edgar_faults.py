"""Bad days of EDGAR: what is half, late, gone, refused or strange harms only itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from capteur import RateLimited, SourceChanged, TransientError

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""A Friday."""
FRIDAY, THURSDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 18)
SLOW_DOWN = (
    "<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body></body></html>"
)
WHO = "<html><body><h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"


def keys(run) -> list[str]:
    return [signal.key for signal in run.signals]


def days_asked(asked: Sequence[str]) -> list[str]:
    return [url[-12:-4] for url in asked if url.endswith(".idx")]


def test_six_weekdays_without_an_index_are_no_holiday(run, bench):
    run = run(since=NOW - timedelta(days=30))
    assert run.error is not None
    assert isinstance(run.error, SourceChanged)
    assert "no daily index of the last 6 weekdays" in run.error.what
    assert len(days_asked(run.asked)) == 6
    assert bench.memory is None


def test_html_in_the_place_of_the_first_page_is_bad_and_the_index_still_counts(run, sec, world):
    world.put(sec.page(), "<html>We are working on it</html>")
    sec.list(THURSDAY, 7)
    sec.file(7)
    found = run()
    assert (len(found.bad), keys(found), found.error) == (1, ["sec:0000000007-26-000001"], None)


@pytest.mark.parametrize("answer", [None, "half", 500, "fund of another"])
def test_when_that_filing_cannot_be_had_the_signal_is_weak(run, sec, world, answer):
    sec.list(THURSDAY, (7, 2, "D/A"))
    sec.file(7, 2, sold=3_500_000, amends=sec.accession(7, 1))
    if answer == 500:
        world.put(sec.address(7, 1), "", status=500)
    elif answer == "half":
        world.put(sec.address(7, 1), "<edgarSubmission><submiss")
    elif answer is not None:
        sec.file(8, 1, sold=1)
        world.answers[sec.address(7, 1)] = world.answers[sec.address(8, 1)]
    found = run()
    [signal] = found.signals
    assert (signal.strength, signal.data["amount"], found.bad) == (0.3, None, [])


@pytest.mark.parametrize(
    "content",
    ["<html><body>rendered</body></html>", "<edgarSubmission>", '{"capteur": 1}', b"\xff\xfe\x00", "",
     '<!DOCTYPE e [<!ENTITY a "aaaa">]><edgarSubmission>&a;</edgarSubmission>', "<a>" * 5000],
)  # fmt: skip
def test_one_bad_document_never_stops_the_others(run, sec, world, content):
    sec.list(THURSDAY, 7, 8, 9)
    for cik in (7, 8, 9):
        sec.file(cik)
    world.put(sec.address(8), content)
    first = run()
    assert keys(first) == ["sec:0000000007-26-000001", "sec:0000000009-26-000001"]
    assert (len(first.bad), first.error) == (1, None)
    assert days_asked(run(timedelta(hours=6)).asked) == ["20261120", "20261118"]


def test_a_document_that_is_not_out_yet_is_asked_for_again(run, sec):
    sec.list(THURSDAY, 7)
    first = run()
    assert (first.signals, first.bad) == ([], [])
    sec.file(7)
    assert keys(run(timedelta(hours=6))) == ["sec:0000000007-26-000001"]


def test_a_filing_on_paper_has_no_document_and_is_bad_once(run, sec):
    old = date(2026, 11, 12)
    sec.list(old, 7)
    sec.list(THURSDAY, 8)
    sec.file(8)
    first = run(since=datetime(2026, 11, 12, tzinfo=UTC))
    assert (keys(first), len(first.bad)) == (["sec:0000000008-26-000001"], 1)
    assert sec.address(7) not in run(timedelta(hours=6)).asked


def test_an_index_cut_in_the_middle_gives_what_it_has_and_is_read_again(run, sec):
    sec.list(THURSDAY, 7, tail="D           COMPANY 8 INC                   8           2026")
    sec.file(7)
    sec.file(8)
    first = run()
    assert keys(first) == ["sec:0000000007-26-000001"]
    assert len(first.bad) == 2
    sec.list(THURSDAY, 7, 8)
    second = run(timedelta(hours=6))
    assert keys(second) == ["sec:0000000008-26-000001"]
    assert sec.address(7) not in second.asked


def test_a_page_in_the_place_of_an_index_harms_its_day_only(run, sec, world):
    world.put(sec.day(THURSDAY), "<html><body>Maintenance</body></html>")
    sec.list(WEDNESDAY, 7)
    sec.file(7)
    first = run()
    assert (keys(first), len(first.bad), first.error) == (["sec:0000000007-26-000001"], 1, None)
    sec.list(THURSDAY, 8)
    sec.file(8)
    assert keys(run(timedelta(hours=6))) == ["sec:0000000008-26-000001"]


@pytest.mark.parametrize(("body", "status"), [(SLOW_DOWN, 403), (WHO, 403), (WHO, 200), (SLOW_DOWN, 200)])
def test_to_be_turned_away_is_no_holiday_and_makes_it_wait(run, sec, world, body, status):
    world.put(sec.day(FRIDAY), body, status=status)
    found = run()
    assert isinstance(found.error, RateLimited)
    assert found.error.retry_after == 600
    assert len(found.asked) == 1


def test_turned_away_on_the_way_it_stops_asking_and_keeps_what_it_has(run, sec, world):
    sec.list(THURSDAY, 7, 8, 9)
    for cik in (7, 9):
        sec.file(cik)
    world.put(sec.address(8), SLOW_DOWN, status=403)
    first = run()
    assert (keys(first), len(first.bad), first.error) == (["sec:0000000007-26-000001"], 1, None)
    assert sec.address(9) not in first.asked
    sec.file(8)
    assert keys(run(timedelta(hours=6))) == ["sec:0000000008-26-000001", "sec:0000000009-26-000001"]


def test_three_documents_in_a_row_that_fail_are_a_source_that_is_down(run, sec, world):
    sec.list(THURSDAY, *range(10, 20))
    for cik in range(10, 20):
        sec.file(cik)
    for cik in (11, 13, 14, 15):
        world.put(sec.address(cik), "", status=503)
    first = run()
    assert keys(first) == ["sec:0000000010-26-000001", "sec:0000000012-26-000001"]
    assert sec.address(16) not in first.asked
    assert first.error is None
    for cik in (11, 13, 14, 15):
        sec.file(cik)
    second = run(timedelta(hours=6))
    assert len(second.signals) == 8
    assert sec.address(10) not in second.asked


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_edgar_out_of_reach_is_an_error_and_moves_nothing(run, sec, world, bench, failure):
    world.put(sec.day(FRIDAY), failure)
    found = run()
    assert isinstance(found.error, TransientError)
    assert bench.memory is None


@pytest.mark.parametrize(
    "memory", ["nonsense", {"floor": 3}, {"floor": "2026-11-19"}, {"floor": "x", "settled": [], "read": {}}, [1]]
)
def test_a_memory_of_another_form_begins_anew(run, sec, bench, memory):
    bench.memory = memory
    sec.list(THURSDAY, 7)
    sec.file(7)
    assert keys(run()) == ["sec:0000000007-26-000001"]
