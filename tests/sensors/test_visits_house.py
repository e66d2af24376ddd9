"""Through the real house and its estimator: a visit to the pricing page moves the list, a flood and a bot do not."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from capteur import open_house

CONFIG = """\
[capteur]
version = 1
[privacy]
persons = ["visits"]
[sensors.visits]
path = "access.log"
site = "www.tidewright.example"
companies = "networks.csv"
signed_in = true
"""
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ADDRESS, DOMAIN = "203.0.113.77", "quietstone.example"


@pytest.fixture
def house(tmp_path, clock):
    """One account whose network is known, and an empty log; no secret, so the visitors' key is in the memory."""
    (tmp_path / "capteur.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "networks.csv").write_text(f"203.0.113.0/24,{DOMAIN}\n", encoding="utf-8")
    (tmp_path / "access.log").touch()
    with open_house(tmp_path / "capteur.toml", clock=clock, env={}) as house:
        house.add_account(DOMAIN, "Quietstone Holdings")
        yield house


@pytest.fixture
def visit(house, clock, tmp_path):
    """Write views and run a minute later; returns how many signals were (new, updated, revoked)."""

    def run(
        *paths: str, agent: str = PERSON, user: str = "-", later: timedelta = timedelta(minutes=1)
    ) -> tuple[int, int, int]:
        with (tmp_path / "access.log").open("a", encoding="utf-8") as log:
            for path in paths:
                log.write(
                    f'{ADDRESS} - {user} [{clock.now():%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" 200 1 "-" "{agent}"\n'
                )
        clock.advance(later)
        [done] = house.run(["visits"]).runs
        assert (done.status, done.bad, done.error) == ("ok", 0, None)
        return done.new, done.updated, done.revoked

    return run


def estimate(house):
    return house.explain(DOMAIN).row.estimate


def test_a_visit_counts_and_grows(house, visit):
    """One signal a kind and day, stronger with every page; nothing new is nothing stored."""
    assert estimate(house).intent is None
    assert visit("/pricing") == (1, 0, 0)
    once = estimate(house).intent
    assert 0 < once < 1.5
    assert visit("/blog/a", "/docs") == (1, 1, 0)
    assert estimate(house).intent > once
    assert visit() == (0, 0, 0)
    assert visit("/demo", later=timedelta(days=1)) == (0, 2, 0)
    assert visit("/pricing") == (1, 0, 0), "another day, another name"


def test_a_bot_moves_nothing(house, visit):
    visit("/")
    before = estimate(house).intent
    assert visit("/pricing", "/demo", agent=ROBOT) == (0, 0, 0)
    assert visit("/pricing", agent="-") == (0, 0, 0)
    assert estimate(house).intent == pytest.approx(before, abs=0.01)


def test_a_flood_is_taken_back(house, visit):
    """It looked like a person at first."""
    assert visit("/pricing") == (1, 0, 0)
    assert estimate(house).intent > 0
    assert visit(*(f"/page/{n}" for n in range(200)), later=timedelta(minutes=2)) == (0, 0, 1)
    assert estimate(house).intent in (None, 0)
    assert visit("/pricing", "/demo") == (0, 0, 0)


def test_nothing_of_a_person_is_on_the_disk(house, visit, tmp_path):
    """In no file of the store: no address, in letters or bytes, no agent, no query, no e-mail; who signed in is a keyed hash."""
    visit("/pricing?email=jane.doe@quietstone.example&token=CANARY")
    visit("/docs", user="jane.doe@quietstone.example")
    with sqlite3.connect(tmp_path / "capteur.db") as bare:
        assert bare.execute("SELECT count(*), count(person) FROM signal").fetchone() == (2, 1)
    bare.close()
    content = b"".join(path.read_bytes() for path in tmp_path.glob("capteur.db*"))
    assert b"/pricing" in content
    for canary in (ADDRESS.encode(), bytes(map(int, ADDRESS.split("."))), b"Firefox", b"CANARY", b"jane.doe"):
        assert canary not in content


def test_an_account_that_the_table_cannot_name_is_not_watched(house, visit, tmp_path, monkeypatch):
    """Not watched is another thing than silent: of a company without a network in the table, the log says nothing."""
    house.add_account("slatemoor.example", "Slatemoor")
    monkeypatch.chdir(tmp_path)
    assert visit() == (0, 0, 0)
    said = {name: house.explain(name).row.estimate.status for name in (DOMAIN, "slatemoor.example")}
    assert said == {DOMAIN: "no_signal", "slatemoor.example": "not_watched"}
