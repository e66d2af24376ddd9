"""The sensors that capteur ships pass the kit that strangers' sensors have to pass."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from capteur_rss import Rss

from capteur.testing import SensorConformance
from capteur_sensors.csv_file import CsvFile
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


@pytest.mark.parametrize("kit", [TestHiring, TestCsvFile, TestRss])
def test_the_answers_of_the_shipped_kits_are_known_to_them(kit):
    """No request of a shipped sensor's good run falls beside the routes: a 404 would test another path than meant."""
    assert kit()._good().ran.upstream.unknown == []
