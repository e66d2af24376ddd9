"""Share allotments in the UK register: what looks like a round, and what does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from capteur import AuthError
from capteur_sensors.funding import Funding
from capteur_sensors.funding.companies_house import plain_number

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ACME = (
    "https://api.company-information.service.gov.uk/company/01234567/filing-history?category=capital&items_per_page=100"
)
BETA = ACME.replace("01234567", "SC123456")


def allotment(id: str, filed: str, *figures: tuple[str, str] | str, type: str = "SH01") -> dict[str, object]:  # noqa: A002
    pairs = [figure if isinstance(figure, tuple) else (figure, "GBP") for figure in figures]
    capital = [{"figure": figure, "currency": currency} for figure, currency in pairs]
    return {
        "type": type,
        "category": "capital",
        "date": filed,
        "description": "capital-allotment-shares",
        "description_values": {"date": "2026-11-02", "capital": capital},
        "transaction_id": id,
    }


@pytest.fixture
def run(bench):
    bench.now = NOW

    def once(**companies: str):
        companies = companies or {"acme.example": "1234567"}
        sensor = Funding(edgar=False, companies_house_key="k3y", uk_companies=companies)
        return bench.run(sensor, since=NOW - timedelta(days=14))

    return once


def test_an_allotment_of_a_fifth_is_a_weak_signal_without_an_amount(run, world):
    world.put(ACME, {"items": [allotment("n2", "2026-11-12", "1,200.50"), allotment("n1", "2025-03-01", "1,000.00")]})
    [signal] = run().signals
    assert (signal.kind, signal.account, signal.key) == ("funding.raised", "acme.example", "uk:01234567:n2")
    assert (signal.occurred_at, signal.strength) == (date(2026, 11, 12), 0.3)
    assert signal.summary == "allotted shares, 20 % more capital; what was paid is not in the register (SH01)"
    assert (
        signal.evidence_url
        == "https://find-and-update.company-information.service.gov.uk/company/01234567/filing-history"
    )
    assert signal.data == {
        "form": "SH01", "company_number": "01234567", "amount": None, "allotted": "2026-11-02", "currency": "GBP",
        "nominal_capital": "1200.50", "nominal_capital_before": "1000.00",
    }  # fmt: skip


@pytest.mark.parametrize(
    "items",
    [
        [allotment("n2", "2026-11-12", "1,049"), allotment("n1", "2025-03-01", "1,000")],
        [allotment("n2", "2026-11-12", "2,001"), allotment("n1", "2025-03-01", "1,000")],
        [allotment("n2", "2026-11-12", "900"), allotment("n1", "2025-03-01", "1,000")],
        [allotment("n2", "2026-11-12", "100"), allotment("n1", "2025-03-01", "0")],
        [allotment("n2", "2026-11-12", "1,200")],
        [allotment("n2", "2026-11-12", ("1,200", "USD")), allotment("n1", "2025-03-01", "1,000")],
        [allotment("n2", "2026-11-12", "1,200", type="SH06"), allotment("n1", "2025-03-01", "1,000")],
        [allotment("n2", "2026-10-12", "1,200"), allotment("n1", "2025-03-01", "1,000")],
        [],
    ],
    ids=[
        "options",
        "bonus issue",
        "less",
        "from nothing",
        "first",
        "other currency",
        "other form",
        "before since",
        "none",
    ],
)
def test_what_does_not_look_like_a_round_is_none(run, world, items):
    world.put(ACME, {"items": items})
    found = run()
    assert (found.signals, found.bad, found.error) == ([], [], None)


def test_each_allotment_is_measured_against_the_one_before(run, world):
    world.put(ACME, {"items": [
        allotment("n3", "2026-11-13", "1,210", ("50", "USD")), allotment("n2", "2026-11-12", "1,100", ("50", "USD")),
        allotment("n1", "2025-03-01", ("50", "USD"), "1,000"),
    ]})  # fmt: skip
    assert [s.key for s in run().signals] == ["uk:01234567:n2", "uk:01234567:n3"]


@pytest.mark.parametrize(
    "odd",
    [None, 7, {}, {"type": "SH01"}, {"type": "SH01", "description_values": None},
     {"type": "SH01", "date": "2026-11-12", "transaction_id": "x", "description_values": {"capital": "much"}},
     {"type": "SH01", "date": "soon", "transaction_id": "x", "description_values": {"capital": [{"figure": "5", "currency": "GBP"}]}},
     {"type": "SH01", "date": "2026-11-12", "description_values": {"capital": [{"figure": "NaN"}, None, {"figure": "x"}]}}],
)  # fmt: skip
def test_an_odd_row_never_stops_the_others(run, world, odd):
    world.put(ACME, {"items": [allotment("n2", "2026-11-12", "1,200"), odd, allotment("n1", "2025-03-01", "1,000")]})
    assert [s.key for s in run().signals] == ["uk:01234567:n2"]


@pytest.mark.parametrize(
    ("body", "status"), [({"errors": []}, 200), ([1], 200), ("<html>", 200), ("", 404), ("", 500), ("slow", 429)]
)
def test_a_company_that_cannot_be_read_does_not_stop_the_others(run, world, body, status):
    world.put(ACME, body, status=status)
    world.put(BETA, {"items": [allotment("n2", "2026-11-12", "1,200"), allotment("n1", "2025-03-01", "1,000")]})
    found = run(**{"acme.example": "01234567", "beta.example": "sc123456"})
    assert ([s.account for s in found.signals], len(found.bad), found.error) == (["beta.example"], 1, None)


def test_a_refused_key_is_an_error_of_credentials(run, world):
    world.put(ACME, {"error": "Invalid Authorization"}, status=401)
    assert isinstance(run().error, AuthError)


def test_the_key_goes_as_the_name_of_basic_authentication(run, world, monkeypatch):
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json={"items": []})

    monkeypatch.setattr(world, "handle", handle)
    run()
    assert seen == ["Basic azN5Og=="]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234567", "01234567"),
        (" sc123456 ", "SC123456"),
        ("00000006", "00000006"),
        ("123456789", None),
        ("S1234567", None),
        ("", None),
    ],
)
def test_numbers_are_written_as_the_register_writes_them(text, number):
    assert plain_number(text) == number


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"uk_companies": {"acme.example": "1"}}, "needs companies_house_key"),
        (
            {"companies_house_key": "k", "uk_companies": {"acme.example": "12 34"}},
            "entry 1: write the domain and the number",
        ),
        ({"companies_house_key": "k", "uk_companies": {"acme": "1"}}, "entry 1: write the domain and the number"),
    ],
)
def test_companies_that_cannot_be_are_refused(options, says):
    with pytest.raises(ValueError, match=says):
        Funding(edgar=False, **options)


def test_the_register_is_asked_twice_a_second():
    assert Funding().paces()["api.company-information.service.gov.uk"] == 2.0
