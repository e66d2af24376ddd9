"""The sensor passes the kit that strangers' sensors have to pass; its upstream is a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from capteur.testing import SensorConformance
from capteur_sensors.visits import Visits

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ADDRESSES = ("203.0.113.77", "198.51.100.66")
USER = "jane.doe@umbrella.com"
CONFIG = {
    "path": "access.log",
    "site": "www.example.com",
    "companies": "companies.csv",
    "signed_in": True,
    "secret": "visitors-s3cret",
}


def line(path: str, ago: int, address: str, user: str = "-") -> str:
    stamp = (NOW - timedelta(minutes=ago)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - {user} [{stamp}] "GET {path} HTTP/1.1" 200 100 "-" "{AGENT}"\n'


class TestVisits(SensorConformance):
    sensor = Visits
    config = CONFIG
    second = {**CONFIG, "groups": {"news": {"pages": ["/news"]}}}  # noqa: RUF012  as an author writes it
    now = NOW

    def upstream(self, router):
        self._write(
            line("/pricing?email=jane@acme.com&gclid=CANARY", 30, ADDRESSES[0]),
            line("/news/jane.doe@acme.com", 28, ADDRESSES[0]),
            line("/demo", 20, ADDRESSES[1]),
            line("/docs", 5, "192.0.2.200", USER),
        )

    def empty(self, router):
        self._write()

    def _write(self, *lines: str) -> None:
        (self.folder / "access.log").write_text("".join(lines), encoding="utf-8")
        (self.folder / "companies.csv").write_text(
            f"network,domain\n{ADDRESSES[0]},acme.com\n{ADDRESSES[1]},initech.com\n", encoding="utf-8"
        )

    def test_nothing_of_a_person_is_in_the_store(self) -> None:
        """Of the whole database file: no address, agent, query or e-mail; the company's name is there, and so is the page."""
        stored = self._good().file
        assert b"acme.com" in stored
        assert b"umbrella.com" in stored
        assert b"/pricing" in stored
        for canary in (*ADDRESSES, "192.0.2.200", AGENT, "Firefox", "CANARY", "gclid", "jane", USER, "visitors-s3cret"):
            assert canary.encode() not in stored, canary
            packed = bytes(map(int, canary.split("."))) if canary.replace(".", "").isdigit() else b"\x00no address"
            assert packed not in stored, canary
