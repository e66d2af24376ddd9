"""EDGAR in a World: filings, the lists that name them, and a watch row of the funding sensor over it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from capteur_sensors.funding import Funding

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""A Friday."""
FRIDAY = NOW.date()
HEAD = "Form Type   Company Name                    CIK         Date Filed  File Name\n" + "-" * 100 + "\n"


class Sec:
    """EDGAR in a World: filings, and the lists that name them."""

    def __init__(self, world) -> None:
        self.world = world

    def accession(self, cik: int, number: int = 1) -> str:
        return f"{cik:010d}-26-{number:06d}"

    def address(self, cik: int, number: int = 1) -> str:
        folder = self.accession(cik, number).replace("-", "")
        return f"https://www.sec.gov/Archives/edgar/data/{cik}/{folder}/primary_doc.xml"

    def day(self, day: date) -> str:
        quarter = (day.month + 2) // 3
        return f"https://www.sec.gov/Archives/edgar/daily-index/{day.year}/QTR{quarter}/form.{day:%Y%m%d}.idx"

    def page(self, start: int = 0) -> str:
        return f"https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&type=D&owner=include&count=100&start={start}&output=atom"

    def file(
        self, cik: int, number: int = 1, *, sold: object = 2_500_000, amends: str = "", group: str = "Other Technology"
    ) -> None:
        """A document."""
        form, yes = ("D/A", "true") if amends else ("D", "false")
        self.world.put(
            self.address(cik, number),
            f"\n<?xml version='1.0'?><edgarSubmission><submissionType>{form}</submissionType><testOrLive>LIVE</testOrLive>"
            f"<primaryIssuer><cik>{cik:010d}</cik><entityName>Company {cik} Inc.</entityName></primaryIssuer><offeringData>"
            f"<industryGroup><industryGroupType>{group}</industryGroupType></industryGroup><typeOfFiling><newOrAmendment>"
            f"<isAmendment>{yes}</isAmendment><previousAccessionNumber>{amends or 'None'}</previousAccessionNumber></newOrAmendment>"
            f"</typeOfFiling><offeringSalesAmounts><totalAmountSold>{sold}</totalAmountSold></offeringSalesAmounts></offeringData>"
            "</edgarSubmission>",
        )

    def list(self, day: date, *filings: tuple[int, int, str] | int, tail: str = "") -> None:
        """A daily index of filings `(cik, number, form)`, or just the cik."""
        rows = ""
        for given in filings:
            cik, number, form = given if isinstance(given, tuple) else (given, 1, "D")
            file = f"edgar/data/{cik}/{self.accession(cik, number)}.txt"
            rows += f"{form:<12}{f'COMPANY {cik} INC':<32}{cik:<12}{day:%Y%m%d}    {file}\n"
        self.world.put(self.day(day), (HEAD + rows + tail).encode("latin-1"))

    def current(self, *filings: tuple[int, date], start: int = 0, others: int = 0) -> None:
        """A page of current filings, with so many `others` of another form and an older day's beside them."""
        entry = (
            '<entry><title>x</title><link rel="alternate" href="https://www.sec.gov/Archives/edgar/data/{cik}/1/x-index.htm"/>'
            '<summary type="html">&lt;b&gt;Filed:&lt;/b&gt; {day}</summary><category term="{form}"/>'
            "<id>urn:tag:sec.gov,2008:accession-number={accession}</id></entry>"
        )
        entries = [entry.format(cik=c, day=d, form="D", accession=self.accession(c)) for c, d in filings]
        entries += [
            entry.format(cik=1, day=FRIDAY, form="DEF 14A", accession=self.accession(1, 900 + n)) for n in range(others)
        ]
        self.world.put(self.page(start), f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>')


@pytest.fixture
def sec(world) -> Sec:
    return Sec(world)


@pytest.fixture
def run(bench, sec):
    """Run the sensor as one watch row; the first run looks two days back. `again` runs it later."""
    bench.now = NOW
    sec.current()

    def once(later: timedelta = timedelta(), **words):
        options = {name: words.pop(name) for name in ("min_amount", "feeds") if name in words}
        words.setdefault("since", NOW - timedelta(days=2))
        return bench.run(Funding(**options), later=later, **words)

    return once
