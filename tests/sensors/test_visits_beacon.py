"""The beacon's endpoint: what it makes of reports, honest and made up, through the real receiver and the real store."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from capteur import ConfigError, Delivery
from capteur.receiving import receiving
from capteur.testing import SensorConformance
from capteur_sensors.visits.beacon import Beacon

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE = "https://www.us.example"


def report(path: str = "/pricing", **more: Any) -> dict[str, Any]:
    return {"v": 1, "h": "www.us.example", "p": path, "q": "", "a": 0, "s": 0, "d": 0, **more}


class Browser:
    """Sends reports to a receiver on loopback, from 127.0.0.1, which is Acme's network."""

    def __init__(self, house: Any, port: int) -> None:
        self.house, self.port = house, port

    def send(self, body: Any, *, origin: str = SITE, agent: str = AGENT, **headers: str) -> int:
        """One report, read at once; the status of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            told = {
                "Origin": origin,
                "User-Agent": agent,
                "Content-Type": "text/plain",
                **{n.replace("_", "-"): v for n, v in headers.items()},
            }
            connection.request(
                "POST", "/hooks/beacon", body if isinstance(body, bytes) else json.dumps(body).encode(), told
            )
            status = connection.getresponse().status
        finally:
            connection.close()
        self.house.run()
        return status

    def told(self) -> list[tuple[str, str, float]]:
        """(account, kind, strength) of every signal."""
        accounts = {a.id: a.label for a in self.house.accounts(("listed", "unmatched"))}
        return sorted((accounts[s.account_id], s.kind, s.strength) for s in self.house.signals())


@pytest.fixture
def browser(project: Any) -> Iterator[Callable[..., Browser]]:
    with ExitStack() as stack:

        def start(toml: str = "") -> Browser:
            (project.folder / "networks.csv").write_text("network,domain\n127.0.0.1,acme.com\n")
            project.configure(f'[sensors.beacon]\nsites = ["us.example"]\ncompanies = "networks.csv"\n{toml}')
            project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
            house = project.open()
            house.import_accounts()
            assert not house.broken, house.broken
            return Browser(house, stack.enter_context(receiving(house, listen=("127.0.0.1", 0))))

        yield start


def test_a_report_is_a_visit_and_a_longer_one_the_same_visit(browser, clock):
    seen = browser()
    assert seen.send(report()) == 204
    assert seen.told() == [("acme.com", "visit.key_page", 0.5)]
    clock.advance(timedelta(seconds=240))
    seen.send(report(a=240, s=120, d=100))
    assert seen.told() == [("acme.com", "visit.key_page", 0.75)]
    seen.send(report("/blog/x", d=20))
    assert seen.told() == [("acme.com", "visit.key_page", 0.912), ("acme.com", "visit.page", 0.876)]


@pytest.mark.parametrize(
    ("stayed", "depth", "strength"), [(0, 0, 0.5), (120, 0, 0.646), (120, 100, 0.75), (86_400, 100, 0.984)]
)
def test_time_in_sight_and_depth_set_the_strength(browser, clock, stayed, depth, strength):
    """Half of the time for the top of a page alone, and ten minutes at most."""
    seen = browser()
    seen.send(report(a=0))
    clock.advance(timedelta(seconds=min(stayed, 1500)))
    seen.send(report(a=min(stayed, 1500), s=stayed, d=depth))
    assert seen.told() == [("acme.com", "visit.key_page", strength)]


def test_a_paid_click_that_bounces_says_less_and_one_that_stays_does_not(browser, clock):
    seen = browser()
    seen.send(report(q="?gclid&utm_source=x"))
    assert seen.told() == [("acme.com", "visit.key_page", 0.15)]
    clock.advance(timedelta(seconds=30))
    seen.send(report(q="?gclid&utm_source=x", a=30, s=30, d=10))
    assert seen.told()[0][2] > 0.5


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"q": "?utm_source=news&utm_campaign=Autumn+sale&utm_medium=email"}, {"campaign": "Autumn sale / news / email"}),
        ({"q": "?utm_campaign=jane%40acme.com"}, {"campaign": "***"}),
        ({"r": "www.google.com"}, {"referrer": "www.google.com"}),
        ({"r": "us.example"}, {}),
        ({"r": "<script>"}, {}),
        ({"d": 40}, {"depth": 40}),
    ],
)  # fmt: skip
def test_where_a_visitor_came_from_is_kept_without_a_person(browser, said, kept):
    seen = browser()
    seen.send(report(**said))
    (signal,) = seen.house.signals()
    assert {name: value for name, value in signal.data.items() if name in ("campaign", "referrer", "depth")} == kept


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (report(), {"DNT": "1"}), (report(), {"Sec_GPC": "1"}), (report(), {"agent": "Googlebot/2.1"}), (report(), {"agent": ""}),
        (report(h="www.acme.com"), {}), (report("/app.js"), {}), (report("/feed/"), {}),
    ],
)  # fmt: skip
def test_what_is_declined_automatic_or_of_no_page_says_nothing(browser, body, how):
    seen = browser()
    assert seen.send(body, **how) == 204
    assert seen.told() == []
    assert seen.house.deliveries()[0].state == "done"


@pytest.mark.parametrize(
    "origin", ["https://www.acme.com", "null", "", "http://www.us.example", "https://us.example.evil.com"]
)
def test_other_sites_are_refused(browser, origin):
    seen = browser()
    assert seen.send(report(), origin=origin) == 403
    assert seen.house.deliveries() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[" * 4000, b"null", b"[]", {}, {"v": 2, "h": "www.us.example", "p": "/"}, {"v": 1, "h": {}, "p": []}, report(p=None)],
)  # fmt: skip
def test_what_the_script_does_not_send_is_set_aside_quietly(browser, body, clock, caplog):
    seen = browser()
    seen.send(body)
    for _ in range(3):
        clock.advance(timedelta(hours=1))
        seen.house.run()
    assert seen.told() == []
    assert seen.house.deliveries()[0].state == "failed"
    assert [
        record for record in caplog.records if record.levelname == "WARNING" and "set aside" in record.getMessage()
    ] == []


@pytest.mark.parametrize(
    "more",
    [{"a": -5, "s": -5, "d": -5}, {"a": 10**30, "s": 10**30, "d": 10**9}, {"a": "x", "s": [], "d": {}}, {"a": True, "s": 1.5, "d": None},
     {"q": 5, "r": 5, "c": 5}, {"q": "?" * 1800, "r": "a" * 1800}, {"c": "gmail.com"}],
)  # fmt: skip
def test_odd_numbers_and_texts_do_no_harm(browser, more):
    seen = browser("identify = true")
    seen.send(report(**more))
    assert [(account, kind) for account, kind, _ in seen.told()] == [("acme.com", "visit.key_page")]


def test_a_crowd_of_made_up_visitors_counts_as_a_few(browser, monkeypatch):
    """Somebody in Acme's network invents a browser for each report."""
    monkeypatch.setattr("capteur_sensors.visits.onsite.MOST_OF_ONE", 5)
    seen = browser()
    assert [seen.send(report(), agent=f"{AGENT} {n}") for n in range(9)] == [204] * 9
    assert len(seen.told()) == 5


def test_nobodys_network_says_nothing_and_leaves_nothing(browser, project):
    seen = browser()
    (project.folder / "networks.csv").write_text("network,domain\n10.0.0.1,acme.com\n")
    seen.send(report())
    assert seen.told() == []
    assert seen.house.accounts(("unmatched",)) == []


def test_a_form_names_the_company_only_where_that_is_believed(browser, project):
    """With the option, earlier pages of the same day attach; without it nothing does."""
    believing = browser("identify = true")
    (project.folder / "networks.csv").write_text("network,domain\n10.0.0.1,acme.com\n")
    believing.send(report("/docs"))
    assert [account.partition(":")[0] for account, _, _ in believing.told()] == ["visitor"]
    believing.send(report("/contact", c="globex.com"))
    assert [(account, kind) for account, kind, _ in believing.told()] == [("globex.com", "visit.key_page")]


def test_a_form_is_not_believed_by_default(browser):
    seen = browser()
    seen.send(report(c="globex.com"))
    assert [account for account, _, _ in seen.told()] == ["acme.com"]


def test_names_change_every_day_and_cannot_be_made_again(browser, clock):
    seen = browser()
    for _ in range(3):
        seen.send(report())
        clock.advance(timedelta(days=1))
    names = {signal.key.split(":")[1] for signal in seen.house.signals()}
    assert len(names) == 3
    cursor = seen.house.store.read(
        lambda c: c.exec_driver_sql("SELECT cursor FROM watch WHERE cursor IS NOT NULL").scalar()
    )
    assert json.loads(cursor)["keys"]["day"] == int((NOW + timedelta(days=2)).timestamp()) // 86_400 - 2


def test_neither_address_nor_agent_stays(browser, tmp_path):
    seen = browser("identify = true")
    seen.send(report("/welcome/jane.canary@acme.com"))
    seen.house.store.vacuum()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("capteur.db*"))
    assert b"acme.com" in stored
    assert b"/pricing" not in stored
    for canary in ("Firefox", "Gecko", "127.0.0.1"):
        assert canary.encode() not in stored, canary
    assert [signal.summary for signal in seen.house.signals()] == ["/welcome/***"]


@pytest.mark.parametrize("sites", [[], ["acme.com/path"], ["*"], ["javascript:alert(1)"], ["https://"]])
def test_sites_have_to_be_sites(project, sites):
    project.configure(f"[sensors.beacon]\nidentify = true\nsites = {json.dumps(sites)}")
    house = project.open()
    assert [broken for broken in house.broken if "sites" in str(broken)], house.broken


def test_a_beacon_that_can_know_nobody_is_refused():
    with pytest.raises(ConfigError, match="whose visit it is"):
        Beacon(sites="acme.com")


def test_a_bare_site_is_meant_with_and_without_www():
    sensor = Beacon(sites=("acme.com", "www.globex.com", "http://localhost:3000/"), identify=True)
    assert sensor.origins() == {
        "https://acme.com",
        "https://www.acme.com",
        "https://www.globex.com",
        "http://localhost:3000",
    }


def test_the_script_is_small_and_has_no_way_to_store():
    media, content = Beacon(sites="acme.com", identify=True).files()["beacon.js"]
    assert media.startswith("text/javascript")
    assert len(content) < 2000
    for word in ("cookie", "Storage", "indexedDB", "eval", "Function("):
        assert word.encode() not in content.partition(b"\n")[2], word


HEADERS = {"origin": SITE, "user-agent": AGENT, "client-address": "203.0.113.77"}


class TestBeacon(SensorConformance):
    """The kit that strangers' sensors have to pass. Two visitors: a dry run keeps no memory from one report to the next."""

    sensor = Beacon
    config = {"sites": ["us.example"], "companies": "networks.csv", "visitor_key": "a-key-for-visitors-1"}  # noqa: RUF012  as an author writes it
    second = {**config, "groups": {"news": {"pages": ["/news"]}}, "identify": True}  # noqa: RUF012  as above
    now = NOW
    deliveries = tuple(
        Delivery(f"kit-{n}", NOW, json.dumps(body).encode(), {**HEADERS, "user-agent": f"{AGENT} {n}"})
        for n, body in enumerate([report(), report("/blog/x", a=60, s=60, d=50)])
    )

    def upstream(self, router):
        (self.folder / "networks.csv").write_text("network,domain\n203.0.113.77,acme.com\n", encoding="utf-8")
