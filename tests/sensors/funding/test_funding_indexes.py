"""EDGAR's lists of filings as they were captured, and as they come on bad days."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from capteur import Answer, InputError, SourceChanged
from capteur_sensors.funding.indexes import Filing, read_current, read_index

URL = "https://www.sec.gov/Archives/edgar/daily-index/2020/QTR1/form.20200318.idx"


def answer(content: bytes, url: str = URL) -> Answer:
    return Answer(200, url, {}, content)


def filings(content: bytes) -> list[Filing]:
    index = read_index(answer(content))
    return [filing for line in index.lines if (filing := index.filing(line)) is not None]


@pytest.fixture(scope="module")
def edgar(shared_data):
    return shared_data / "edgar"


def test_a_daily_index_has_its_87_notices_and_89_amendments(edgar):
    found = filings((edgar / "index/form.20200318.idx").read_bytes())
    assert Counter(f.form for f in found) == {"D": 87, "D/A": 89}
    assert found[0] == Filing("D", "1806494", "0001806494-20-000001", date(2020, 3, 18))
    assert found[-1] == Filing("D/A", "1643154", "0001183740-20-000052", date(2020, 3, 18))
    assert found[0].folder == "https://www.sec.gov/Archives/edgar/data/1806494/000180649420000001"


def test_other_forms_that_begin_with_a_d_are_none_of_ours(edgar):
    """The same index lists 94 of them."""
    index = read_index(answer((edgar / "index/form.20200318.idx").read_bytes()))
    others = [line for line in index.lines if line.startswith("D") and index.filing(line) is None]
    assert Counter(line[:12].strip() for line in others) == {
        "DEF 14A": 43, "DEFA14A": 37, "DEFC14A": 2, "DEFR14A": 1, "DEL AM": 1, "DFAN14A": 6, "DOS": 1, "DRS": 1, "DRS/A": 1,
        "DRSLTR": 1,
    }  # fmt: skip


def test_a_header_that_wrapped_and_another_order_of_columns_are_read(edgar):
    found = filings((edgar / "index/company.20221003.idx").read_bytes())
    assert Counter(f.form for f in found) == {"D": 121, "D/A": 58}
    assert found[0] == Filing("D", "1949340", "0001949340-22-000001", date(2022, 10, 3))


def test_a_filing_is_listed_once_however_many_filed_it(edgar):
    """Four rows, two filings: two issuers each."""
    content = (edgar / "index/company.20221003.idx").read_bytes()
    assert content.count(b"/0001883700-22-00000") == 4
    found = [f for f in filings(content) if f.accession.startswith("0001883700-22")]
    assert [(f.cik, f.accession) for f in found] == [
        ("1883703", "0001883700-22-000002"),
        ("1883700", "0001883700-22-000001"),
    ]


def test_two_amendments_of_one_issuer_on_one_day_are_two_filings(edgar):
    found = [f for f in filings((edgar / "index/company.20221003.idx").read_bytes()) if f.cik == "1938104"]
    assert [(f.form, f.accession) for f in found] == [
        ("D/A", "0001938104-22-000004"),
        ("D/A", "0001938104-22-000005"),
    ]


def test_a_name_that_fills_its_column_moves_nothing(edgar):
    """In the quarterly index one name is so long that it pushes the CIK out of its column; here it files a D."""
    content = (edgar / "index/badform.idx.txt").read_bytes()
    row = next(line for line in content.splitlines() if b"UNITED PLANNERS" in line)
    assert row.index(b"820694") > content.splitlines()[8].index(b"CIK")
    assert filings(content) == []
    found = filings(content.replace(b"X-17A-5     UNITED", b"D           UNITED"))
    assert found == [Filing("D", "820694", "9999999997-21-003146", date(2021, 2, 24))]


def test_an_index_without_rows_is_no_error(edgar):
    index = read_index(answer((edgar / "index/empty-form.idx").read_bytes()))
    assert (index.lines, index.whole) == ([], True)


@pytest.mark.parametrize("lost", [20, 90])
def test_an_index_cut_in_the_middle_of_its_last_line_says_so(edgar, lost):
    content = (edgar / "index/form.20200318.idx").read_bytes().rstrip()
    assert read_index(answer(content)).whole
    assert not read_index(answer(content[:-lost])).whole
    assert len(filings(content[:-lost])) == 176


def test_a_row_of_ours_that_cannot_be_read_is_bad_alone(edgar):
    content = (edgar / "index/form.20200318.idx").read_bytes()
    index = read_index(
        answer(content.replace(b"20200318    edgar/data/1806494/", b"20201399    edgar/data/1806494/", 1))
    )
    [bad] = [line for line in index.lines if "20201399" in line]
    with pytest.raises(InputError, match="'20201399' is no date"):
        index.filing(bad)
    assert sum(index.filing(line) is not None for line in index.lines if line != bad) == 175


def test_names_are_latin_1():
    head = "Form Type   Company Name          CIK         Date Filed  File Name\n" + "-" * 60 + "\n"
    row = "D           Soci\u00e9t\u00e9 G\u00e9n\u00e9rale      7           20200318    edgar/data/7/0000000007-20-000001.txt\n"
    assert filings((head + row).encode("latin-1")) == [Filing("D", "7", "0000000007-20-000001", date(2020, 3, 18))]


@pytest.mark.parametrize("content", [b"", b"<html><body>SEC.gov | File Unavailable</body></html>", b'{"capteur": 1}'])
def test_anything_but_an_index_is_refused(content):
    with pytest.raises(SourceChanged, match="no form index"):
        read_index(answer(content))


def test_a_page_of_current_filings_is_filtered_by_its_categories(edgar):
    """100 entries, four of them ours; DEF 14A and DEFA14A stand beside them."""
    page = read_current(answer((edgar / "atom/getcurrent_2025-12-12_p03.xml").read_bytes()))
    assert (page.entries, page.oldest) == (100, date(2025, 12, 12))
    assert page.filings == (
        Filing("D", "10048", "0001140361-25-045407", date(2025, 12, 12)),
        Filing("D", "2099637", "0002099637-25-000001", date(2025, 12, 12)),
        Filing("D/A", "1943716", "0001943716-25-000003", date(2025, 12, 12)),
        Filing("D/A", "2078974", "0002078974-25-000005", date(2025, 12, 12)),
    )


def test_a_page_without_any_of_ours_has_none(edgar):
    page = read_current(answer((edgar / "atom/getcurrent_2025-12-12_p00.xml").read_bytes()))
    assert (page.entries, page.filings) == (100, ())


def test_the_accession_number_and_the_issuer_come_from_the_entry(edgar):
    page = read_current(answer((edgar / "atom/getcurrent_2025-12-12_p07.xml").read_bytes()))
    dynocardia = Filing("D/A", "1776173", "0001776173-25-000005", date(2025, 12, 12))
    assert dynocardia in page.filings
    assert {f.form for f in page.filings} == {"D", "D/A"}


def test_the_page_behind_the_last_one_is_html_and_no_feed(edgar):
    with pytest.raises(SourceChanged):
        read_current(answer((edgar / "atom/getcurrent_2025-12-12_p51.html").read_bytes()))


def test_entries_without_a_day_are_passed_over_and_a_page_of_nothing_else_is_refused():
    entry = (
        "<entry><title>D - Acme (0000000007) (Filer)</title>{link}<summary>{summary}</summary>"
        '<category term="D"/><id>urn:tag:sec.gov,2008:accession-number=0000000007-26-000001</id></entry>'
    )
    link = '<link href="https://www.sec.gov/Archives/edgar/data/7/000000000726000001/0000000007-26-000001-index.htm"/>'
    good = entry.format(link=link, summary="&lt;b&gt;Filed:&lt;/b&gt; 2026-11-20")
    odd = entry.format(link=link, summary="&lt;b&gt;Filed:&lt;/b&gt; 2026-13-45")
    feed = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
    page = read_current(answer(feed.format(odd + good).encode()))
    assert (page.entries, len(page.filings)) == (2, 1)
    assert (
        read_current(
            answer(feed.format(entry.format(link="", summary="&lt;b&gt;Filed:&lt;/b&gt; 2026-11-20")).encode())
        ).filings
        == ()
    )
    with pytest.raises(SourceChanged, match="when it was filed"):
        read_current(answer(feed.format(odd).encode()))
