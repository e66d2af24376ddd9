"""Each further vendor passes the kit that strangers' sensors have to pass."""

from __future__ import annotations

from datetime import UTC, datetime

from capteur.testing import SensorConformance
from capteur.testing.upstream import status
from capteur_sensors.hiring import Hiring

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
REVOPS, BAKER = "Revenue Operations Manager", "Baker"
ROLES = ["revenue operations*"]


class BoardConformance(SensorConformance):
    """A vendor says how it writes a board of these titles."""

    sensor = Hiring
    now = NOW

    def upstream(self, router):
        self.answer(router, REVOPS, BAKER)

    def empty(self, router):
        self.answer(router)


class TestWorkable(BoardConformance):
    config = {"roles": ROLES, "boards": {"acme.example": "workable:acme"}}  # noqa: RUF012  as an author writes it

    def answer(self, router, *titles):
        jobs = [{"shortcode": f"A{n}", "title": title, "published_on": "2026-03-02"} for n, title in enumerate(titles)]
        address = "https://apply.workable.com/api/v1/widget/accounts/acme?details=true"
        router.get(address).respond(json={"name": "Acme", "jobs": jobs})


class TestPersonio(BoardConformance):
    config = {"roles": ROLES, "boards": {"acme.example": "personio:acme"}}  # noqa: RUF012  as above

    def answer(self, router, *titles):
        positions = "".join(
            f"<position><id>{n}</id><name>{title}</name><createdAt>2026-03-02T09:00:00+00:00</createdAt></position>"
            for n, title in enumerate(titles, 1)
        )
        content = f"<workzag-jobs>{positions}</workzag-jobs>".encode()
        router.get("https://acme.jobs.personio.de/xml?language=en").respond(content=content)


class TestTeamtailor(BoardConformance):
    config = {"roles": ROLES, "boards": {"acme.example": "teamtailor:acme"}}  # noqa: RUF012  as above

    def answer(self, router, *titles):
        items = "".join(
            f"<item><title>{title}</title><guid>g{n}</guid><pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate></item>"
            for n, title in enumerate(titles)
        )
        feed = f'<rss version="2.0"><channel><title>Acme</title>{items}</channel></rss>'
        router.get("https://acme.teamtailor.com/jobs.rss?per_page=100&offset=0").respond(content=feed.encode())


class TestSmartRecruiters(BoardConformance):
    config = {"roles": ROLES, "opt_in": ["smartrecruiters"], "boards": {"acme.example": "smartrecruiters:acme"}}  # noqa: RUF012  as above

    def answer(self, router, *titles):
        rows = [
            {"id": str(n), "name": title, "releasedDate": "2026-03-02T09:00:00.000Z"}
            for n, title in enumerate(titles, 1)
        ]
        address = "https://api.smartrecruiters.com/v1/companies/acme/postings?limit=100&offset=0"
        router.get(address).respond(json={"totalFound": len(rows), "content": rows})


class TestRecruitee(BoardConformance):
    """A board whose employer's token is asked for from 2027 on."""

    config = {"roles": ROLES, "opt_in": ["recruitee"], "boards": {"acme.example": "recruitee:acme"}}  # noqa: RUF012  as above

    def answer(self, router, *titles):
        rows = [
            {"id": n, "title": title, "published_at": "2026-03-02 09:00:00 UTC"} for n, title in enumerate(titles, 1)
        ]
        router.get("https://acme.recruitee.com/api/offers/").respond(json={"offers": rows})

    def test_a_401_parks_it(self) -> None:
        """Not here: each employer has its own token, and one that refuses must not park the look at all others."""
        self._ends(status(401), "answers 401", "skipped")
