"""The sensors that capteur ships pass the kit that strangers' sensors have to pass."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import pytest
from capteur_rss import Rss

from capteur.testing import SensorConformance
from capteur_sensors.adoption import Adoption
from capteur_sensors.csv_file import CsvFile
from capteur_sensors.demo.nameserver import Told, serve_names
from capteur_sensors.funding import Funding
from capteur_sensors.hiring import Hiring

GREENHOUSE = "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"
LEVER = "https://api.lever.co/v0/postings/acme?mode=json"
ASHBY = "https://api.ashbyhq.com/posting-api/job-board/acme"
REVOPS, BAKER = "Revenue Operations Manager", "Baker"


class TestHiring(SensorConformance):
    """A board that the user named."""

    sensor = Hiring
    config = {"roles": ["revenue operations*"], "boards": {"acme.example": "greenhouse:acme"}}  # noqa: RUF012  as an author writes it
    second = {"boards": {"acme.example": "greenhouse:acme"}}  # noqa: RUF012  as above
    now = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)

    def upstream(self, router):
        router.get(GREENHOUSE).respond(json={"jobs": [self.job(1, REVOPS), self.job(2, BAKER)]})

    def empty(self, router):
        router.get(GREENHOUSE).respond(json={"jobs": []})

    def job(self, number: int, title: str) -> dict[str, object]:
        return {
            "id": number,
            "internal_job_id": 100 + number,
            "title": title,
            "first_published": "2026-03-02T09:00:00-05:00",
            "absolute_url": f"https://job-boards.greenhouse.io/acme/jobs/{number}",
            "location": {"name": "Paris"},
            "departments": [{"name": "Sales"}],
        }


class TestHiringFound(TestHiring):
    """A board that the company's own page names."""

    config = {"roles": ["revenue operations*"]}  # noqa: RUF012  as above
    second = None

    def upstream(self, router):
        super().upstream(router)
        self.page(router)

    def empty(self, router):
        super().empty(router)
        self.page(router)

    def page(self, router):
        router.get("https://acme.example/").respond(html='<a href="https://job-boards.greenhouse.io/acme">Jobs</a>')


class TestHiringLever(TestHiring):
    config = {"roles": ["revenue operations*"], "boards": {"acme.example": "lever:acme"}}  # noqa: RUF012  as above
    second = None

    def upstream(self, router):
        router.get(LEVER).respond(json=[self.job(1, REVOPS), self.job(2, BAKER)])

    def empty(self, router):
        router.get(LEVER).respond(json=[])

    def job(self, number: int, title: str) -> dict[str, object]:
        return {
            "id": f"0a1b2c3d-0000-4000-8000-00000000000{number}",
            "text": title,
            "createdAt": 1_772_442_000_000,
            "hostedUrl": f"https://jobs.lever.co/acme/0a1b2c3d-0000-4000-8000-00000000000{number}",
            "categories": {"location": "Paris", "department": "Sales", "commitment": "Full-time"},
        }


class TestHiringAshby(TestHiring):
    config = {"roles": ["revenue operations*"], "boards": {"acme.example": "ashby:acme"}}  # noqa: RUF012  as above
    second = None

    def upstream(self, router):
        router.get(url__startswith=ASHBY).respond(json={"jobs": [self.job(1, REVOPS), self.job(2, BAKER)]})

    def empty(self, router):
        router.get(url__startswith=ASHBY).respond(json={"jobs": []})

    def job(self, number: int, title: str) -> dict[str, object]:
        return {
            "id": f"0a1b2c3d-0000-4000-8000-00000000000{number}",
            "title": title,
            "publishedAt": "2026-03-02T09:00:00.000+00:00",
            "jobUrl": f"https://jobs.ashbyhq.com/acme/0a1b2c3d-0000-4000-8000-00000000000{number}",
            "location": "Paris",
            "department": "Sales",
            "isListed": True,
        }


HEADER = "account,date,kind,summary,id\n"


class TestCsvFile(SensorConformance):
    sensor = CsvFile
    config = {"path": "history.csv", "source": "crm"}  # noqa: RUF012  as above
    second = {"path": "history.csv", "source": "events", "kind": "event.attended"}  # noqa: RUF012  as above

    def upstream(self, router):
        rows = "acme.example,2026-03-02,touch.meeting,Demo,1\nglobex.example,2026-03-03,event.attended,Fair,2\n"
        (self.folder / "history.csv").write_text(HEADER + rows)

    def empty(self, router):
        (self.folder / "history.csv").write_text(HEADER)


FEED, OTHER_FEED = "https://blog.acme.example/feed", "https://globex.example/news.xml"


class TestRss(SensorConformance):
    sensor = Rss
    config = {"feeds": [{"url": FEED}, {"url": OTHER_FEED}]}  # noqa: RUF012  as above
    second = {"feeds": [{"url": OTHER_FEED}]}  # noqa: RUF012  as above

    def upstream(self, router):
        router.get(FEED).respond(content=self.feed("Acme raises $12M Series A", "Acme opens an office"))
        router.get(OTHER_FEED).respond(content=self.feed("Globex names Ann Lee as Chief Revenue Officer"))

    def empty(self, router):
        router.get(FEED).respond(content=self.feed())
        router.get(OTHER_FEED).respond(content=self.feed())

    def feed(self, *titles: str) -> bytes:
        items = "".join(
            f"<item><title>{title}</title><link>https://blog.example/{n}</link><guid>{n}</guid>"
            f"<pubDate>Mon, 0{n} Jun 2026 10:00:00 GMT</pubDate></item>"
            for n, title in enumerate(titles, 1)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>{items}</channel></rss>'.encode()


INDEX = "https://www.sec.gov/Archives/edgar/daily-index/2009/QTR1/form.20090313.idx"
OTHER_DAY = r"https://www\.sec\.gov/Archives/edgar/daily-index/\d{4}/QTR\d/form\.\d{8}\.idx"
CURRENT = "https://www.sec.gov/cgi-bin/browse-edgar"
HEAD = "Form Type   Company Name          CIK         Date Filed  File Name\n" + "-" * 90 + "\n"


class TestFunding(SensorConformance):
    """Filings alone. In the spring of 2009 the first of them are half a year old, which keeps the kit's ten years of past short."""

    sensor = Funding
    config = {}  # noqa: RUF012  as above
    now = datetime(2009, 3, 16, 8, 0, tzinfo=UTC)

    def upstream(self, router):
        router.get(INDEX).respond(text=HEAD + self.row("Acme Inc.", 7) + self.row("Globex Inc.", 8))
        router.get(CURRENT).respond(content=self.page(9))
        for number in (7, 8, 9):
            folder = f"https://www.sec.gov/Archives/edgar/data/{number}/{number:010d}09000001"
            router.get(f"{folder}/primary_doc.xml").respond(content=self.document(number))
        router.get(url__regex=OTHER_DAY).respond(text=HEAD)

    def empty(self, router):
        router.get(url__regex=OTHER_DAY).respond(text=HEAD)
        router.get(CURRENT).respond(content=self.page())

    def row(self, name: str, number: int) -> str:
        file = f"edgar/data/{number}/{number:010d}-09-000001.txt"
        return f"{'D':<12}{name:<22}{number:<12}20090313    {file}\n"

    def page(self, *numbers: int) -> bytes:
        entries = "".join(
            f'<entry><title>D - Initech Inc. ({n:010d}) (Filer)</title><link rel="alternate" '
            f'href="https://www.sec.gov/Archives/edgar/data/{n}/{n:010d}09000001/{n:010d}-09-000001-index.htm"/>'
            f'<summary type="html">&lt;b&gt;Filed:&lt;/b&gt; 2009-03-16</summary><category term="D"/>'
            f"<id>urn:tag:sec.gov,2008:accession-number={n:010d}-09-000001</id></entry>"
            for n in numbers
        )
        return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()

    def document(self, number: int) -> bytes:
        return (
            f"<edgarSubmission><submissionType>D</submissionType><testOrLive>LIVE</testOrLive><primaryIssuer><cik>{number}</cik>"
            f"<entityName>Company {number} Inc.</entityName></primaryIssuer><offeringData><offeringSalesAmounts>"
            "<totalAmountSold>2500000</totalAmountSold></offeringSalesAmounts></offeringData></edgarSubmission>"
        ).encode()


class TestFundingNews(SensorConformance):
    """Headlines alone."""

    sensor = Funding
    config = {"edgar": False, "feeds": [FEED, OTHER_FEED]}  # noqa: RUF012  as above
    second = {"edgar": False, "feeds": [OTHER_FEED]}  # noqa: RUF012  as above
    now = datetime(2026, 6, 4, 8, 0, tzinfo=UTC)

    def upstream(self, router):
        router.get(FEED).respond(content=TestRss().feed("Acme raises $12M Series A", "Acme opens an office"))
        router.get(OTHER_FEED).respond(content=TestRss().feed("Globex secures £4m in seed funding"))

    def empty(self, router):
        TestRss().empty(router)


class TestFundingRegister(SensorConformance):
    """The UK register alone, with its key."""

    sensor = Funding
    config = {"edgar": False, "companies_house_key": "k3y-of-the-house", "uk_companies": {"acme.example": "1234567"}}  # noqa: RUF012  as above
    now = datetime(2026, 6, 4, 8, 0, tzinfo=UTC)

    def upstream(self, router):
        items = [self.item(3, "1,210"), self.item(2, "1,100"), self.item(1, "1,000")]
        self.route(router).respond(json={"items": items, "total_count": 3})

    def empty(self, router):
        self.route(router).respond(json={"items": [], "total_count": 0})

    def route(self, router):
        return router.get("https://api.company-information.service.gov.uk/company/01234567/filing-history")

    def item(self, number: int, figure: str) -> dict[str, object]:
        values = {"date": f"2026-05-2{number}", "capital": [{"figure": figure, "currency": "GBP"}]}
        return {
            "type": "SH01",
            "date": f"2026-06-0{number}",
            "transaction_id": f"t{number}",
            "description_values": values,
        }


class TestAdoption(SensorConformance):
    """Pages alone."""

    sensor = Adoption
    config = {"dns": False, "ecosystem": ["HubSpot"], "competitors": ["Intercom"]}  # noqa: RUF012  as above
    second = {"dns": False, "competitors": ["HubSpot"], "pages": 1}  # noqa: RUF012  as above

    def upstream(self, router):
        scripts = ("//js.hs-scripts.com/1.js", "//cdn.pendo.io/agent/x.js")
        router.get("https://acme.example/").respond(html=self.page(*scripts))

    def empty(self, router):
        router.get("https://acme.example/").respond(html=self.page())

    def page(self, *scripts: str) -> str:
        return "<html><head>" + "".join(f'<script src="{script}"></script>' for script in scripts) + "</head></html>"


class TestAdoptionNames(SensorConformance):
    """DNS alone, over real packets on loopback. It asks nothing over HTTP, so the checks on bad HTTP stand aside."""

    sensor = Adoption
    records: ClassVar[dict[tuple[str, str], Told]] = {}

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _name_server(cls):
        with serve_names(lambda name, kind: cls.records.get((name, kind), Told())) as address:
            cls.config = {
                "pages": 0,
                "resolver": address,
                "queries_per_second": 10_000,
                "ecosystem": ["HubSpot"],
            }
            yield

    def upstream(self, router):
        self.records["acme.example", "TXT"] = Told(("v=spf1 include:1.spf04.hubspotemail.net -all", "docusign=1"))
        self.records["acme.example", "MX"] = Told(("1 aspmx.l.google.com",))

    def empty(self, router):
        self.records.clear()


@pytest.mark.parametrize(
    "kit", [TestAdoption, TestHiring, TestCsvFile, TestRss, TestFunding, TestFundingNews, TestFundingRegister]
)
def test_the_answers_of_the_shipped_kits_are_known_to_them(kit):
    """No request of a shipped sensor's good run falls beside the routes: a 404 would test another path than meant."""
    assert kit()._good().ran.upstream.unknown == []
