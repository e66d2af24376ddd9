"""Reports as the house hands them out, with hostile text in every place a source or a user could write."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from capteur.accounts import Account
from capteur.clock import micros
from capteur.house import InstanceRun, Move, RunReport
from capteur.house.cards import DelayCard, OptionCard, SensorCard
from capteur.intent import Estimate
from capteur.kinds import Kind, kind_of
from capteur.ranking import Explanation, Line, Ranking, Row
from capteur.registry import Broken, Conformance, PluginInfo
from capteur.registry.shapes import Failing
from capteur.roster import ImportReport, ListReport, Waiting
from capteur.store.coverage import InstanceCoverage
from capteur.store.shapes import SignalRow
from capteur.watching import Finding, InstanceStatus, Status

NOW = micros(datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
HOUR = 3_600_000_000
DAY = 24 * HOUR
HOSTILE = "Acme [/bad] [red]Ltd\x1b[31m\x07\u202egnp\t=2+2\r\nnew line :smile: " + "x" * 70
COVERAGE = [
    InstanceCoverage("hiring", "ok", NOW - 2 * HOUR, 24, 24),
    InstanceCoverage("news", "ok", NOW - HOUR, 24, 24),
    InstanceCoverage("funding", "late", NOW - 3 * DAY, 24, 0),
]
_LIST = (
    ("Northwind Robotics", "northwind.example", 8.73, 7.9, 9.2, "solid", 3.44, "raised €24M 18 days ago, hires a RevOps Manager and 2 more", 3, "Léa Martin"),
    ("Helio Freight", "heliofreight.example", 7.91, 6.8, 8.6, "some", 2.1, "dropped Marketo 8 days ago, hires a HubSpot Administrator", 26, None),
    ("Atelier Santé", "atelier-sante.example", 7.2, 5.9, 8.1, "some", 0.3, "read key pages 4 times 2 days ago", 48, "Tom Becker"),
    ("Quarry Analytics", "quarry.example", 6.4, 5.1, 7.3, "some", None, "hires a Head of Growth, hires faster than usual", 5, None),
    ("Baltic Grid", "balticgrid.example", 5.8, 4.6, 6.7, "some", -0.9, "raised money 6 weeks ago", 46 * 24, "Léa Martin"),
    ("Pinecone Foods", "pinecone.example", 4.9, 3.0, 6.4, "thin", 0.02, "opened 2 relevant roles", 96, None),
)  # fmt: skip


def _row(place: int, entry: tuple) -> Row:
    name, domain, intent, low, high, word, change, why, hours, owner = entry
    estimate = Estimate("scored", intent, low, high, word, inferred=intent, trend="steady")
    return Row(
        place,
        Account(place, domain, name),
        estimate,
        change,
        why,
        NOW - hours * HOUR,
        owner,
        {"hiring": "ok", "funding": "late"},
    )


def _without(number: int, name: str, status: str) -> Row:
    intent = 0.0 if status == "vetoed" else None
    return Row(None, Account(number, f"{name.lower()}.example", name), Estimate(status, intent, intent, intent, "thin"))


def _line(
    label: str,
    kind: str,
    intent: float,
    shown: float,
    days: int,
    url: str | None = None,
    kept: float = 1.0,
    sensor: str = "hiring",
) -> Line:
    return Line(
        label,
        kind,
        intent,
        shown,
        f"key:{label}",
        7,
        NOW - days * DAY,
        url,
        kept,
        sensor,
        kind_of(kind).could_also_mean,
    )


@pytest.fixture
def ranking() -> Ranking:
    rows = [_row(place, entry) for place, entry in enumerate(_LIST, start=1)]
    rows += [_without(90, "Rival", "vetoed"), _without(91, "Quiet", "no_signal"), _without(92, "Unseen", "not_watched")]
    statuses = {"scored": 6, "declared": 0, "vetoed": 1, "no_signal": 14, "no_evidence": 2, "not_watched": 1}
    return Ranking("main", "evidence@1", "9f31c2ab", NOW, rows, 4, 6.4, 4, 24, statuses, COVERAGE)


@pytest.fixture
def explanation(ranking: Ranking) -> Explanation:
    lines = (
        _line(
            "funding raised: Northwind raises €24M Series B",
            "funding.raised",
            2.93,
            2.9,
            18,
            "https://northwind.example/blog/series-b",
            0.87,
            "news",
        ),
        _line(
            "relevant role opened: RevOps Manager",
            "hiring.opened",
            2.24,
            2.2,
            4,
            "https://job-boards.greenhouse.io/northwind/jobs/4412",
            0.94,
        ),
        _line(
            "relevant role opened: CRM Architect",
            "hiring.opened",
            1.51,
            1.5,
            6,
            "https://job-boards.greenhouse.io/northwind/jobs/4419",
            0.91,
        ),
        _line(
            "relevant role opened: Revenue Analyst",
            "hiring.opened",
            1.37,
            1.4,
            19,
            "https://northwind.example/careers/8812",
            0.74,
        ),
        _line(
            "asked to be contacted: Please call me about 40 seats",
            "ask.contact",
            1.08,
            1.1,
            1,
            "https://us.example/contact",
            0.97,
            "forms",
        ),
        _line("layoffs: 12 people in support", "company.layoffs", -0.40, -0.4, 40, None, 0.63, "news"),
    )
    estimate = replace(ranking.rows[0].estimate, trend="rising", damp=0.8, ask=4.4, inferred=7.7)
    forecast = [(NOW + week * 7 * DAY, 8.73 * 0.9**week) for week in range(1, 9)]
    row = replace(ranking.rows[0], lines=lines, estimate=estimate)
    return Explanation(
        row, "main", "evidence@1", "9f31c2ab", NOW, [], {"hiring.other": 12, "tool.present": 3}, forecast, COVERAGE, 6.4
    )


@pytest.fixture
def report(ranking: Ranking) -> RunReport:
    runs = [
        InstanceRun("hiring", 24, 22, 0, 2, 38, 2, 1204, requests=96, seconds=4.26),
        InstanceRun("news", 1, 1, 0, 0, 6, 0, 41, unmatched=3, requests=24, seconds=1.1, shape="feed"),
        InstanceRun(
            "french-jobs", 24, 20, 4, 0, 3, 0, 80, bad=1, seconds=12.0, status="partial", error="503 from api.lever.co"
        ),
        InstanceRun(
            "funding",
            status="parked",
            error="401 from rounds.example",
            fix="check api_key, then capteur resume funding",
            credentials=True,
        ),
    ]
    moved = [Move(ranking.rows[0].account, 3.1, 8.73, ranking.rows[0].why), Move(ranking.rows[4].account, 6.7, 5.8, "")]
    return RunReport(NOW, runs, moved, 14.2)


@pytest.fixture
def signals() -> list[SignalRow]:
    def one(number: int, **values: object) -> SignalRow:
        base = SignalRow(
            number, "hiring", f"greenhouse:northwind:{number}:hiring.opened", 1, "northwind.example", "hiring.opened", NOW - number * DAY, NOW, NOW,
            False, False, None, None, 1.0, "RevOps Manager", "https://job-boards.greenhouse.io/northwind/jobs/4412", None, None, {"city": "Lyon"},
        )  # fmt: skip
        return replace(base, **values)

    revoked = {"revoked_at": NOW, "revoked_reason": "duplicate"}
    return [
        one(1),
        one(2, summary=HOSTILE, account="acme.example"),
        one(3, by_day=True, strength=0.5),
        one(4, **revoked),
    ]


@pytest.fixture
def cards() -> list[SensorCard]:
    kinds = [kind_of("hiring.opened"), Kind("weather.storm", HOSTILE)]
    options = [
        OptionCard("roles", "tuple[str, ...]", "('revops',)", False, "Roles that count."),
        OptionCard("api_key", "SecretStr", None, True, HOSTILE),
    ]
    day = timedelta(days=1)
    return [
        SensorCard(
            "hiring",
            "hiring",
            "account",
            kinds,
            day,
            "capteur 0.1.0",
            "Open roles.\n\nOn boards.",
            "ok",
            options,
            NOW - HOUR,
            True,
            overlap=timedelta(days=7),
            delays=(
                DelayCard("hiring.opened", 143, timedelta(hours=18), timedelta(days=9, hours=5), True),
                DelayCard("weather.storm", 3),
            ),
        ),
        SensorCard(
            "rounds",
            "rounds",
            "",
            [],
            timedelta(0),
            "capteur-rounds 0.2",
            "",
            "broken",
            [],
            None,
            True,
            f"rounds.py:1: {HOSTILE}",
            "reinstall it",
        ),
        SensorCard("csv", "csv", "feed", kinds[:1], day, "capteur 0.1.0", HOSTILE, "not used", [], None, False),
    ]


@pytest.fixture
def plugins() -> list[PluginInfo]:
    return [
        PluginInfo(
            "hiring",
            "sensors",
            "capteur",
            "0.1.0",
            "capteur_sensors.hiring:Hiring",
            "ok",
            conformance=Conformance(6, 6),
        ),
        PluginInfo("rounds", "sensors", "", "", HOSTILE, "broken", f"rounds.py:8: {HOSTILE}", fix=HOSTILE),
        PluginInfo(
            "careless",
            "sensors",
            "capteur-careless",
            "0.2",
            "capteur_careless:Careless",
            "not used",
            conformance=Conformance(
                4,
                6,
                (
                    Failing("its secrets are typed as secrets", f"careless.py:8: {HOSTILE}", "token: SecretStr"),
                    Failing("it says what it is", "careless.py:8: Careless has no docstring", ""),
                ),
            ),
        ),
        PluginInfo(
            "rounds-eu",
            "sensors",
            "",
            "",
            "plugins/regions.py",
            "not used",
            hooks=("capteur_sensors",),
            conformance=Conformance(6, 6),
        ),
        PluginInfo(
            "pager",
            "hooks",
            "",
            "",
            "plugins/pager.py",
            "ok",
            hooks=(
                "capteur_estimate_changed",
                "capteur_instance_parked",
                "capteur_run_finished",
                "capteur_signal_accepted",
            ),
        ),
    ]


@pytest.fixture
def status() -> Status:
    instances = [
        InstanceStatus("hiring", "ok", NOW - 2 * HOUR, NOW + 4 * HOUR, 24, 22, 0, 2),
        InstanceStatus("news", "never"),
        InstanceStatus("visits", "backoff", NOW - DAY, NOW - HOUR, 1, 0, 1, 0, HOSTILE),
        InstanceStatus(
            "funding", "parked", NOW - 3 * DAY, None, 1, 0, 1, 0, "401 from rounds.example", "capteur resume funding"
        ),
    ]
    return Status(NOW, "sqlite:///capteur.db", "0001", instances, 44, 2, [Broken("", "", "rounds", "no")])


@pytest.fixture
def findings() -> list[Finding]:
    return [
        Finding("ok", "config", "capteur.toml, 2 sensors, 1 model"),
        Finding("warn", "accounts", "the list is empty: nobody can be ranked", "capteur accounts import accounts.csv"),
        Finding("error", "hiring", f"parked: {HOSTILE}", "check api_key, then capteur resume hiring", 4),
    ]


@pytest.fixture
def accounts() -> list[Account]:
    return [
        Account(
            1,
            "northwind.example",
            "Northwind Robotics",
            aliases=("domain:northwind.io", "name:northwind"),
            facts={"owner": "Léa", "country": "FR"},
        ),
        Account(2, "acme.example", HOSTILE, facts={"owner": HOSTILE}),
    ]


@pytest.fixture
def waiting(accounts: list[Account]) -> list[Waiting]:
    unknown = Account(9, None, HOSTILE, "unmatched", "name:acme gmbh")
    return [
        Waiting(unknown, 3, NOW - DAY, ((accounts[1], 0.86),)),
        Waiting(replace(unknown, name="Nobody"), 1, None, ()),
    ]


@pytest.fixture
def imported() -> ImportReport:
    return ImportReport(
        22,
        2,
        1,
        [(7, "gmail.com is a free-mail host"), (9, HOSTILE)],
        {"customer": 2},
        {"Website": "domain"},
        [HOSTILE],
        1,
        [HOSTILE],
        [
            ListReport("competitor", "competitors.csv", 12, 3, 1, [(4, HOSTILE)]),
            ListReport("customer", "customers.csv", problem="there is no customers.csv"),
            ListReport("blocked", None, gone=2),
        ],
    )


@pytest.fixture
def plain():
    """Render a screen as a terminal of some width would show it, without colour."""

    def render(screen: object, width: int = 100) -> str:
        console = Console(file=io.StringIO(), width=width)
        assert console.width == width
        return "\n".join(line.plain.rstrip() for line in screen.lines(width)) + "\n"

    return render
