"""Real logs, by figures counted by hand or by another way of counting; and what the sensor says of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from crawleruseragents import is_crawler

from capteur import SkipRun
from capteur_sensors.visits import Visits
from capteur_sensors.visits.pages import Pages

MAY = datetime(2015, 5, 21, 8, 0, tzinfo=UTC)
TOOLS = {"tools": {"pages": ["/projects"], "strength": 0.8}, "people": {"pages": ["/about"], "standing": "ignored"}}


@pytest.fixture
def log(shared_data) -> Path:
    return shared_data / "accesslog" / "apache_combined_10k.log"


def run(bench, tmp_path: Path, networks: dict[str, str], **options):
    """One run in May 2015 with these networks known."""
    bench.now = MAY
    rows = "".join(f"{network},{domain}\n" for network, domain in networks.items())
    (tmp_path / "companies.csv").write_text("network,domain\n" + rows, encoding="utf-8")
    found = bench.run(
        Visits(**{"site": "semicomplete.com", "companies": "companies.csv", "secret": "s3cret", **options}),
        since=MAY - timedelta(days=30),
    )
    assert found.error is None, found.error
    assert found.bad == []
    return found


def told(found) -> dict[str, int]:
    return next(values for _, event, values in found.log.told if event == "log read")


def test_one_visitor_of_the_real_log_counted_by_hand(bench, tmp_path, log):
    """130.237.218.86 read five pages on 19 May, alone or two within 20 s; on 20 May three within 52 s, later two, and one.

    19 May: e = 1 - 2^-(1/2 + 20/120), 0.3 + 0.7 e = 0.559. 20 May: e = 1 - 2^-(2/2 + 52/120), 0.3 + 0.7 e = 0.741.
    Its other 340 requests are pictures, scripts and style sheets.
    """
    found = run(bench, tmp_path, {"130.237.218.86": "acme.com"}, path=str(log))
    said = [
        (
            a.kind,
            a.ref.domain,
            s.occurred_at.isoformat(),
            s.strength,
            s.data["pages"],
            s.data["seconds"],
            s.data["path"],
        )
        for s, a in zip(found.signals, found.accepted, strict=True)
    ]
    assert said == [
        ("visit.page", "acme.com", "2015-05-19T12:05:59+00:00", 0.559, 2, 20, "/presentations/logstash-intro/"),
        ("visit.page", "acme.com", "2015-05-20T00:05:00+00:00", 0.741, 3, 52, "/presentations/logstash-provops/"),
    ]
    assert [s.key.split(":")[0::2] for s in found.signals] == [
        ["semicomplete.com", "2015-05-19"],
        ["semicomplete.com", "2015-05-20"],
    ]
    assert found.signals[1].evidence_url == "https://semicomplete.com/presentations/logstash-provops/"
    assert found.signals[1].summary == "/presentations/logstash-provops/, 3 pages in 1 min"


def test_two_agents_at_one_address_are_two_visitors(bench, tmp_path, log):
    """75.97.9.59: a computer on three days, and a phone that asked for one page's pictures on one of them."""
    found = run(bench, tmp_path, {"75.97.9.59": "acme.com"}, path=str(log))
    names = {(s.key.split(":")[1], s.key.split(":")[2]) for s in found.signals}
    text = log.read_text(encoding="latin-1")
    ours = [line for line in text.splitlines() if line.startswith("75.97.9.59 ")]
    assert len({line.rsplit('"', 2)[1] for line in ours}) == 2
    assert sorted(day for _, day in names) == ["2015-05-17", "2015-05-18", "2015-05-19"]
    assert len({name for name, _ in names}) == 3, "a visitor has another name each day"


LINE = re.compile(
    r'(\S+) \S+ \S+ \[(\d+)/May/2015:[\d:]+ \+0000\] "GET (\S+)[^"]*" (\d+) \S+ "[^"]*" "(Mozilla/|Opera/)([^"]*)"'
)


def test_the_whole_real_log_counted_another_way(bench, tmp_path, log):
    """Every network belongs to a company of its own; visitors of a day are counted by a plain loop over the text."""
    found = run(bench, tmp_path, {f"{n}.0.0.0/8": f"company{n}.com" for n in range(256)}, path=str(log), groups=TOOLS)
    expected, counted, pages = Counter(), defaultdict(set), Pages({})
    agents = {}
    for text in log.read_text(encoding="latin-1").splitlines():
        match = LINE.match(text)
        if match is None or match[4] not in ("200", "304"):
            continue
        agent = match[5] + match[6]
        if agents.setdefault(agent, is_crawler(agent)) or re.search(
            r"\bbot\b|crawler|spider|monitor", agent, re.IGNORECASE
        ):
            continue
        if pages.of(match[3].encode()) is None:
            continue
        path = match[3].lower().partition("?")[0]
        kind = (
            "visit.key_page"
            if re.match(r"/projects(?:[/.]|$)", path)
            else "visit.ignored_page"
            if re.match(r"/about(?:[/.]|$)", path)
            else "visit.page"
        )
        expected[kind] += 1
        counted[kind].add((match[1], agent, match[2]))
    assert told(found)["views"] == expected.total() == pytest.approx(1712, abs=GROWTH)
    assert {kind: len(visitors) for kind, visitors in counted.items()} == Counter(s.kind for s in found.signals)
    assert len(counted["visit.page"]) == pytest.approx(709, abs=GROWTH)
    assert len(counted["visit.key_page"]) == pytest.approx(288, abs=GROWTH)


def test_the_funnel_of_the_real_log(bench, tmp_path, log):
    """8,044 of its 10,000 lines are of agents that the list does not know (and one has none at all); few of them read a page."""
    known = {}
    texts = log.read_text(encoding="latin-1").splitlines()
    agents = [text.rsplit('"', 2)[1] if text.endswith('"') else None for text in texts]
    unlisted = sum(not known.setdefault(agent, is_crawler(agent)) for agent in agents if agent is not None)
    assert unlisted == pytest.approx(8044, abs=5 * GROWTH)
    counts = told(run(bench, tmp_path, {"203.0.113.1": "acme.com"}, path=str(log)))
    assert (counts["lines"], counts["no_pages"]) == (10_000, 7120)
    assert counts["unknown"] == pytest.approx(1712, abs=GROWTH)
    assert counts["programs"] + counts["unknown"] == 2880


GROWTH = 20
"""The list of crawlers grows: a later one knows some agents more."""


def test_the_order_of_the_real_log_does_not_matter(bench, new_bench, tmp_path, log):
    """Half of its neighbours run backwards; put in order, it says the same."""
    lines = log.read_text(encoding="latin-1").splitlines(keepends=True)
    moments = [re.search(r"\[([^\]]+)\]", text)[1] for text in lines]  # type: ignore[index]
    backwards = sum(one > two for one, two in pairwise(moments))
    assert backwards > 4000
    (tmp_path / "sorted.log").write_text(
        "".join(text for _, text in sorted(zip(moments, lines, strict=True))), encoding="latin-1"
    )
    networks = {f"{n}.0.0.0/8": f"company{n}.com" for n in range(256)}
    found = [run(b, tmp_path, networks, path=path) for b, path in ((bench, str(log)), (new_bench(), "sorted.log"))]
    one, two = ({s.key: s.strength for s in f.signals} for f in found)
    assert one == two


def test_without_a_way_to_know_companies_nobody_is_told_of(bench, tmp_path, log):
    """And that is said once, with what to do about it."""
    bench.now = MAY
    sensor = Visits(path=str(log))
    found = bench.run(sensor, since=MAY - timedelta(days=30))
    assert found.signals == []
    assert [event for level, event, _ in found.log.told if level == "warning"] == [
        "no visit is of a known company: give mmdb or companies"
    ]
    assert sensor.covers() == ()
    assert Visits(path="x", companies="c.csv").covers() is None


def test_an_old_log_is_read_as_far_back_as_the_first_run_looks(bench, tmp_path, log):
    """Its first line is of 17 May; of a run that looks back to the 20th, nothing older is told."""
    bench.now = MAY
    (tmp_path / "companies.csv").write_text("130.237.218.86,acme.com\n", encoding="utf-8")
    sensor = Visits(path=str(log), companies="companies.csv", secret="s3cret")
    found = bench.run(sensor, since=datetime(2015, 5, 20, tzinfo=UTC))
    assert [s.key.split(":")[2] for s in found.signals] == ["2015-05-20"]
    assert told(found)["too_old"] > 1000


def test_a_backfill_names_visitors_as_the_live_runs_do(bench, tmp_path, log):
    """With a secret its keys are the same; without one it cannot be, and says so."""
    live = run(bench, tmp_path, {"130.237.218.86": "acme.com"}, path=str(log))
    options = {"path": str(log), "site": "semicomplete.com", "companies": "companies.csv"}
    window = {"since": datetime(2015, 5, 1, tzinfo=UTC), "until": datetime(2015, 5, 20, tzinfo=UTC)}
    past = bench.run(Visits(**options, secret="s3cret"), **window)
    assert [s.key for s in past.signals] == [s.key for s in live.signals if ":2015-05-19:" in s.key]
    assert isinstance(bench.run(Visits(**options), **window).error, SkipRun)


def test_iis_of_the_real_captures(bench, tmp_path, shared_data):
    """Of its 210 requests most are of bingbot or not there; the pages that browsers read, by hand from the file."""
    bench.now = datetime(2015, 1, 20, tzinfo=UTC)
    (tmp_path / "companies.csv").write_text("0.0.0.0/0,acme.com\n", encoding="utf-8")
    sensor = Visits(
        path=str(shared_data / "accesslog" / "lnav" / "logfile_w3c_big.0"), companies="companies.csv", secret="s3cret"
    )
    found = bench.run(sensor)
    assert found.error is None
    rows = [r.split() for r in Path(sensor.path[0]).read_text(encoding="utf-8").splitlines() if r[:1] == "2"]
    assert told(found)["lines"] == len(rows) == 210
    assert told(found).get("views", 0) == IIS_VIEWS


IIS_VIEWS = 5
