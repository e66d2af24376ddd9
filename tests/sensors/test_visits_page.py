"""docs/sensors/visits.md says what the sensor has, its example is one; and what options do."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from capteur import ConfigError, TransientError
from capteur_sensors.visits import Visits
from capteur_sensors.visits.companies import Companies
from capteur_sensors.visits.pages import DEFAULT_GROUPS
from capteur_sensors.visits.sessions import FLOOD, GAP_S, MOST_A_DAY

PAGE = (Path(__file__).parents[2] / "docs/sensors/visits.md").read_text("utf-8")
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def line(path: str = "/pricing", address: str = "192.0.2.7", *, more: str = "", host: str = "", user: str = "-") -> str:
    stamp = (NOW - timedelta(minutes=5)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{host}{address} - {user} [{stamp}] "GET {path} HTTP/1.1" 200 100 "-" "{AGENT}"{more}\n'


def _run(bench, tmp_path: Path, *lines: str, table: str = "192.0.2.0/24,acme.com\n", **options):
    (tmp_path / "companies.csv").write_text(table, encoding="utf-8")
    (tmp_path / "access.log").write_text("".join(lines), encoding="utf-8")
    return bench.run(Visits(**{"path": "access.log", "companies": "companies.csv", "secret": "s3cret", **options}))


def test_the_example_is_a_sensor(tmp_path):
    """And its table is one too."""
    sensor = Visits(**tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0])["sensors"]["visits"])
    assert set(sensor.groups) == {"pricing", "stories", "support"}
    table = tmp_path / "networks.csv"
    table.write_text(re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    with Companies(table=table) as companies:
        assert (companies.find("192.0.2.9").domain, companies.find("2001:db8:7::1").domain) == (
            "umbrella.com",
            "umbrella.com",
        )


def test_every_option_and_every_kind_has_its_row():
    rows = set(re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE))
    assert rows == set(Visits.model_fields) | Visits.kind_names()


def test_groups_and_limits_are_as_the_page_says():
    assert [name for name in DEFAULT_GROUPS if f"`{name}`" not in PAGE] == []
    assert (f"{FLOOD} pages within one minute", f"{MOST_A_DAY}\n  a day", f"{GAP_S // 60} minutes between") == tuple(
        text
        for text in (f"{FLOOD} pages within one minute", f"{MOST_A_DAY}\n  a day", f"{GAP_S // 60} minutes between")
        if text in PAGE
    )
    assert "3.3 %" in PAGE


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"path": []}, "path"),
        ({"site": "https://acme.com/"}, "site"),
        ({"own": "acme corp"}, "entry 1 is not a domain"),
        ({"timezone": "Mars/Base"}, "no such time zone"),
        ({"groups": {"x": {"pages": ["pricing"]}}}, "entry 1 is no path"),
        ({"groups": {"x": {"standing": "best"}}}, "standing"),
        ({"groups": {"x": {"strength": 2}}}, "strength"),
        ({"groups": {"x": {"page": ["/a"]}}}, "page"),
    ],
)
def test_wrong_options_are_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Visits(**{"path": "access.log", **options})


def test_the_host_of_the_log_comes_before_the_option(bench, tmp_path):
    """A host that is none is what somebody asked for, not a site of ours."""
    found = _run(
        bench,
        tmp_path,
        line(host="Shop.Example.com:443 "),
        line("/demo", "192.0.2.8"),
        line("/demo", "192.0.2.9", host="%{x} "),
        site="www.example.com",
    )
    assert {(s.key.split(":")[0], s.evidence_url) for s in found.signals} == {
        ("shop.example.com", "https://shop.example.com/pricing"),
        ("www.example.com", "https://www.example.com/demo"),
    }


def test_without_a_host_keys_begin_with_the_logs_name(bench, tmp_path):
    """And there is no address to show."""
    found = _run(bench, tmp_path, line())
    assert [(s.key.split(":")[0], s.evidence_url) for s in found.signals] == [("access", None)]


def test_our_own_visits_say_nothing(bench, tmp_path):
    table = "192.0.2.0/24,acme.com\n198.51.100.0/24,initech.com\n"
    found = _run(
        bench,
        tmp_path,
        line(),
        line(address="198.51.100.1"),
        line(address="203.0.113.1", user="me@acme.com"),
        table=table,
        signed_in=True,
        own=["www.acme.com"],
    )
    assert [s.account for s in found.signals] == ["initech.com"]


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, {("acme.com", None)}), ({"signed_in": True}, {("acme.com", None), ("initech.com", "vp@initech.com")})],
)
def test_a_name_that_nobody_checked_is_not_believed(bench, tmp_path, options, said):
    """Whoever sends `Authorization: Basic` to a public page is written into the log under that name, with status 200."""
    pretended = line("/demo", "203.0.113.1", user="vp@initech.com")
    found = _run(bench, tmp_path, line(), pretended, **options)
    assert {(a.ref.domain, s.person) for s, a in zip(found.signals, found.accepted, strict=True)} == said


@pytest.mark.parametrize("query", ["ref=www.envato.com", "ref=/.env", "next=/.git/config"])
def test_a_harmless_query_takes_nothing_back(bench, tmp_path, query):
    """Scanners are known by the path they ask for; what stands behind it was put there by somebody's link."""
    found = _run(bench, tmp_path, line("/"), line(f"/pricing?{query}"))
    assert (sorted(s.kind for s in found.signals), found.revoked) == (["visit.key_page", "visit.page"], [])


@pytest.mark.parametrize(("forwarded", "account"), [(False, "acme.com"), (True, "initech.com")])
def test_behind_a_proxy_the_last_address_is_taken(bench, tmp_path, forwarded, account):
    """What the visitor wrote stands before what the proxy added."""
    table = "192.0.2.0/24,acme.com\n198.51.100.0/24,initech.com\n203.0.113.0/24,hooli.com\n"
    found = _run(bench, tmp_path, line(more=' "203.0.113.5, 198.51.100.1"'), table=table, forwarded=forwarded)
    assert [s.account for s in found.signals] == [account]


def test_names_of_networks_are_looked_up_among_the_accounts(bench, tmp_path, shared_data):
    """H & M has a network of its own in MaxMind's test data; a provider's name never leaves."""
    database = str(shared_data / "mmdb" / "GeoIP2-ISP-Test.mmdb")
    lines = [line(address="1.128.0.1"), line(address="193.169.60.1")]
    silent = _run(bench, tmp_path, *lines, mmdb=database)
    assert (silent.error, silent.signals) == (None, [])
    bench.memory = None
    found = _run(bench, tmp_path, *lines, mmdb=database, match_names=True)
    names = [a.ref.name for a in found.accepted]
    assert "Telstra Internet" not in names


def test_a_damaged_database_stops_the_run_and_moves_nothing(bench, tmp_path, shared_data):
    """It is tried again; the log is read from the same place then."""
    good = _run(bench, tmp_path, line())
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.write(line("/demo"))
    bad = bench.run(
        Visits(
            path="access.log",
            companies="companies.csv",
            secret="s3cret",
            mmdb=str(shared_data / "mmdb" / "GeoIP2-City-Test-Invalid-Node-Count.mmdb"),
        )
    )
    assert isinstance(bad.error, TransientError)
    assert bad.memory == good.memory
    assert [
        s.data["pages"]
        for s in bench.run(Visits(path="access.log", companies="companies.csv", secret="s3cret")).signals
    ] == [2]


def test_a_table_that_is_wrong_parks(bench, tmp_path):
    """And it is configuration: corrected, the instance goes on."""
    assert isinstance(_run(bench, tmp_path, line(), table="192.0.2.0/24\n").error, ConfigError)
    assert Visits(path="x", companies="companies.csv").config_files() == ("companies.csv",)
    assert Visits(path="x").config_files() == ()


def test_with_a_table_alone_its_companies_are_watched_and_no_others(tmp_path, monkeypatch):
    """Systems and names need a database to be known by; of a table that is not found nobody can say whom it names."""
    table = tmp_path / "companies.csv"
    table.write_text(
        "192.0.2.0/24,acme.com\n198.51.100.7,own.example\nAS64500,globex.com\nSoylent,soylent.com\n", "utf-8"
    )
    whole = {"path": "x", "companies": str(table), "own": "own.example"}
    assert Visits(**whole).covers() == {"acme.com"}
    assert Visits(**whole, signed_in=True).covers() == {"acme.com"}
    assert Visits(**whole, mmdb="isp.mmdb").covers() is None
    assert Visits(path="x", signed_in=True).covers() == ()
    beside = Visits(path="x", companies="companies.csv")
    monkeypatch.chdir(tmp_path)
    assert beside.covers() is None, "another folder's table may have this name"
    (tmp_path / "capteur.toml").touch()
    assert beside.covers() == {"acme.com", "own.example"}
    table.write_text("192.0.2.0/24,initech.com\n198.51.100.0/24,hooli.com\n", "utf-8")
    assert beside.covers() == {"initech.com", "hooli.com"}
    table.write_text("192.0.2.0/24\n", "utf-8")
    assert beside.covers() is None


def test_a_scanner_from_a_company_is_taken_back(bench, tmp_path):
    """Told as a visitor first, then it asks for what only scanners ask for."""
    first = _run(bench, tmp_path, line("/"), line("/pricing"))
    assert len(first.signals) == 2
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.write(line("/.git/config"))
        file.write(line("/demo"))
    again = bench.run(Visits(path="access.log", companies="companies.csv", secret="s3cret"))
    assert again.signals == []
    assert sorted(again.revoked) == sorted(s.key for s in first.signals)
