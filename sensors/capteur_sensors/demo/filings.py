"""The SEC of the demo world: Form D filings in EDGAR's own shapes, at EDGAR's own addresses.

A daily index for every weekday that is over (fixed width, Latin-1, one row a filer), the list of current filings as Atom, and the
documents. What is not there answers 403 with the bucket's XML, as EDGAR does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape

from capteur_sensors.demo.market import Calendar, Company, Market, Offering, number
from capteur_sensors.demo.routes import Reply, Request, Routes

HOST = "www.sec.gov"
_PAGE = 100
_OUT = timedelta(days=1, hours=3)
"""An index comes out in the night after its day, in Washington."""
_SATURDAY = 5
_ATOM, _PLAIN, _XML = "application/atom+xml", "text/plain", "application/xml"
_INDEX = re.compile(r"/Archives/edgar/daily-index/\d{4}/QTR[1-4]/form\.(\d{8})\.idx")
_FOLDER = re.compile(r"/Archives/edgar/data/\d+/(\d{18})/(primary_doc\.xml|[\d-]+-index\.htm)")
_ABSENT = Reply(
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    _XML,
    403,
)
_BEHIND_THE_LAST = Reply.text("<!DOCTYPE html>\n<html><head><title>SEC.gov | File Unavailable</title></head></html>\n")
_OTHER_FORMS = ("10-Q", "424B2", "8-K", "DEF 14A", "DOS", "DRS", "DRS/A", "S-1")
"""What else is filed in the demo's market, some of it under names that begin with a D."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One offering as EDGAR keeps it: who filed it, when, under which numbers."""

    filers: tuple[str, ...]
    offering: Offering
    at: datetime
    day: date
    form: str
    accession: str
    amends: str | None = None

    @property
    def ciks(self) -> tuple[int, ...]:
        """The filers' numbers, in their order."""
        return tuple(1_900_000 + number("cik", name) % 90_000 for name in self.filers)


def add_filings(routes: Routes, market: Market, calendar: Calendar) -> None:
    """EDGAR with the filings of the whole market."""
    filings = sorted(_all(market, calendar), key=lambda f: f.at, reverse=True)

    def index(request: Request) -> Reply:
        asked = _INDEX.fullmatch(request.path)
        day = datetime.strptime(asked[1], "%Y%m%d").date() if asked else None  # noqa: DTZ007  a day has no zone
        end = datetime.combine(day, datetime.min.time(), calendar.anchor.tzinfo) + _OUT if day else None
        if day is None or end is None or day.weekday() >= _SATURDAY or end > calendar.moment():
            return _ABSENT
        return Reply(_index(day, [f for f in filings if f.day == day]).encode("latin-1", "replace"), _PLAIN)

    def current(request: Request) -> Reply:
        start, prefix = int(request.query.get("start", "0")), request.query.get("type", "")
        now = calendar.moment()
        out = [f for f in filings if f.at <= now and f.form.startswith(prefix)]
        rows = [(f, cik, name) for f in out for cik, name in zip(f.ciks, f.filers, strict=True)]
        return _current(rows[start : start + _PAGE], now) if start <= len(rows) else _BEHIND_THE_LAST

    def document(request: Request) -> Reply:
        asked = _FOLDER.fullmatch(request.path)
        found = next((f for f in filings if asked and f.accession.replace("-", "") == asked[1]), None)
        if asked is None or found is None or found.at > calendar.moment():
            return _ABSENT
        return Reply(_document(found).encode(), _XML) if asked[2] == "primary_doc.xml" else Reply.text(_page(found))

    routes.add(HOST, "/Archives/edgar/daily-index/*", index)
    routes.add(HOST, "/cgi-bin/browse-edgar", current)
    routes.add(HOST, "/Archives/edgar/data/*", document)


def _all(market: Market, calendar: Calendar) -> Iterator[Filed]:
    for company in (*market.companies, *market.strangers, *market.filers):
        for offering in company.offerings:
            yield from _filed(company, offering, calendar)


def _filed(company: Company, offering: Offering, calendar: Calendar) -> Iterator[Filed]:
    """The filing, and before it the one that it amends, of half a year earlier."""
    filers = (offering.issuer or company.name, *offering.others)
    at = _on_a_weekday(calendar.at(offering.ago))
    accession = _accession(filers[0], at.date(), "D")
    if offering.before is None:
        yield Filed(filers, offering, at, at.date(), "D", accession)
        return
    first = _on_a_weekday(at - timedelta(days=180))
    earlier = replace(offering, sold=offering.before, before=None)
    amended = _accession(filers[0], first.date(), "D")
    yield Filed(filers, earlier, first, first.date(), "D", amended)
    yield Filed(filers, offering, at, at.date(), "D/A", accession, amends=amended)


def _on_a_weekday(moment: datetime) -> datetime:
    """EDGAR is closed at the weekend: what would come then came on Friday."""
    return moment - timedelta(days=max(0, moment.weekday() - _SATURDAY + 1))


def _accession(name: str, day: date, form: str) -> str:
    return f"{1_700_000 + number('agent', name) % 90_000:010d}-{day:%y}-{number(name, day, form) % 1_000_000:06d}"


def _index(day: date, filings: list[Filed]) -> str:
    rows = [(f.form, name, cik, f.accession) for f in filings for cik, name in zip(f.ciks, f.filers, strict=True)]
    for form in _OTHER_FORMS:
        name = f"Registrant of a {form}, {day:%B} {day.day}, Inc."
        rows.append((form, name, 1_000_000 + number(form, day) % 90_000, _accession(name, day, form)))
    lines = [
        f"{form:<12}{name[:60]:<62}{cik:<12}{day:%Y%m%d}    {f'edgar/data/{cik}/{accession}.txt':<51}"
        for form, name, cik, accession in sorted(rows)
    ]
    head = (
        "Description:           Daily Index of EDGAR Dissemination Feed by Form Type\n"
        f"Last Data Received:    {day:%b %d, %Y}\nComments:              webmaster@sec.gov\n"
        "Anonymous FTP:         ftp://ftp.sec.gov/edgar/\n \n \n \n \n"
    )
    columns = f"{'Form Type':<12}{'Company Name':<62}{'CIK':<12}{'Date Filed':<12}File Name"
    return "\n".join([head + columns, "-" * 141, *lines, ""])


def _folder(filed: Filed, cik: int) -> str:
    return f"https://{HOST}/Archives/edgar/data/{cik}/{filed.accession.replace('-', '')}"


def _current(rows: list[tuple[Filed, int, str]], now: datetime) -> Reply:
    entries = "".join(
        f"<entry>\n<title>{f.form} - {escape(name)} ({cik:010d}) (Filer)</title>\n"
        f'<link rel="alternate" type="text/html" href="{_folder(f, cik)}/{f.accession}-index.htm"/>\n'
        f'<summary type="html">\n &lt;b&gt;Filed:&lt;/b&gt; {f.day} &lt;b&gt;AccNo:&lt;/b&gt; {f.accession} '
        f"&lt;b&gt;Size:&lt;/b&gt; 7 KB\n</summary>\n<updated>{f.at.isoformat()}</updated>\n"
        f'<category scheme="https://www.sec.gov/" label="form type" term="{f.form}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={f.accession}</id>\n</entry>\n"
        for f, cik, name in rows
    )
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Latest Filings</title>\n<updated>{now.isoformat()}</updated>\n{entries}</feed>\n"
    )
    return Reply(text.encode("latin-1", "xmlcharrefreplace"), _ATOM)


def _document(filed: Filed) -> str:
    o, (cik, *others) = filed.offering, filed.ciks
    issuers = "".join(f"<issuer>{_issuer(c, n)}</issuer>" for c, n in zip(others, filed.filers[1:], strict=True))
    first_sale = filed.day - timedelta(days=9 if filed.amends is None else 190)
    amendment = f"<previousAccessionNumber>{filed.amends}</previousAccessionNumber>" if filed.amends else ""
    return (
        '\n<?xml version="1.0"?>\n<edgarSubmission>\n<schemaVersion>X0708</schemaVersion>\n'
        f"<submissionType>{filed.form}</submissionType>\n<testOrLive>{'TEST' if o.test else 'LIVE'}</testOrLive>\n"
        f"<primaryIssuer>{_issuer(cik, filed.filers[0])}</primaryIssuer>\n"
        f"{f'<issuerList>{issuers}</issuerList>' if issuers else ''}"
        "<relatedPersonsList><relatedPersonInfo><relatedPersonName><firstName>Fictional</firstName><lastName>Person</lastName>"
        "</relatedPersonName></relatedPersonInfo></relatedPersonsList>\n<offeringData>\n"
        f"<industryGroup><industryGroupType>{o.industry}</industryGroupType></industryGroup>\n"
        f"<typeOfFiling><newOrAmendment><isAmendment>{str(bool(filed.amends)).lower()}</isAmendment>{amendment}</newOrAmendment>"
        f"<dateOfFirstSale><value>{first_sale}</value></dateOfFirstSale></typeOfFiling>\n"
        f"<typesOfSecuritiesOffered><{o.security}>true</{o.security}></typesOfSecuritiesOffered>\n<businessCombinationTransaction>"
        f"<isBusinessCombinationTransaction>{str(o.merger).lower()}</isBusinessCombinationTransaction>"
        "</businessCombinationTransaction>\n<offeringSalesAmounts>"
        f"<totalOfferingAmount>{o.offered or 'Indefinite'}</totalOfferingAmount><totalAmountSold>{o.sold}</totalAmountSold>"
        "</offeringSalesAmounts>\n</offeringData>\n</edgarSubmission>\n"
    )


def _issuer(cik: int, name: str) -> str:
    return (
        f"<cik>{cik:010d}</cik><entityName>{escape(name)}</entityName><issuerAddress><street1>1 Quay Street</street1>"
        "<street2>N/A</street2><city>PORTLAND</city><stateOrCountry>OR</stateOrCountry></issuerAddress>"
        "<issuerPreviousNameList><value>None</value></issuerPreviousNameList>"
    )


def _page(filed: Filed) -> str:
    name = escape(filed.filers[0])
    return f"<!doctype html>\n<html><body><h1>Form {filed.form}: {name}</h1><p>{name} is fictional.</p></body></html>\n"
