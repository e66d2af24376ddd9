"""Surprise: what an account did in a day beyond the market's own rate that day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.errors import PluginError
from capteur.estimator import Estimator, Market, SignalColumns
from capteur.estimators import columnar
from capteur.estimators.evidence import Evidence
from capteur.signals import Observation

OPTION = {"weight": 2, "half_life": "10d"}
ESTIMATOR = Evidence(surprise=OPTION)
NOON = DAY // 2


def visits(*days: int, kind: str = "visit.page", **more: object) -> list[Observation]:
    return [Observation(f"{kind}{i:03d}", kind, day * DAY + NOON, **more) for i, day in enumerate(days)]


def market(watched: int = 11, at: int = 30, **worth: float) -> Market:
    """Visits of day N worth so much in all, as dN=worth."""
    return Market(at * DAY, watched, {"visit.page": {int(day[1:]): total for day, total in worth.items()}})


def derived(signals: list[Observation], known: Market) -> dict[float, float]:
    """Strength by day."""
    return {s.occurred_at / DAY: s.strength for s in ESTIMATOR.knowing(known).derive("surprise", signals)}


@pytest.mark.parametrize(
    ("own", "total", "strength"),
    [
        (1, 1.0, 1.0),
        (3, 1.96, 1.96),
        (1, 4.0, 0.7),
        (3, 1.96 + 5.0, 1.46),
        (1, 11.0, None),
        (1, 25.0, None),
    ],
    ids=[
        "a quiet day's visit counts in full",
        "three visits are worth what they are worth",
        "three of ten others came too",
        "what the market explains is taken off",
        "what everyone does is no news",
        "and less than everyone is none either",
    ],
)
def test_a_day_against_the_market(own, total, strength):
    """The account is judged at 00:00 after the day, against the rate of the ten others."""
    assert derived(visits(*[5] * own), market(d5=total)) == ({6.0: pytest.approx(strength)} if strength else {})


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=6), st.floats(0, 100), st.floats(0, 100))
def test_the_market_only_lowers_and_never_below_nothing(strengths, calm, more):
    """The busier the others are, the less an account stands out; never more than its day is worth."""
    signals = [Observation(f"{i}", "visit.page", 5 * DAY, s) for i, s in enumerate(strengths)]
    own = 0.0
    for s in strengths:
        own += s * (1 - own / 2.5)
    quiet, busy = (derived(signals, market(d5=own + others)).get(6.0, 0.0) for others in (calm, calm + more))
    assert 0 <= busy <= quiet <= own + 1e-12


def test_kinds_are_compared_each_with_its_own_rate():
    known = Market(9 * DAY, 11, {"visit.page": {5: 11.0}, "hiring.opened": {5: 2.0}})
    signals = [*visits(5), *visits(5, kind="hiring.opened")]
    (one,) = ESTIMATOR.knowing(known).derive("surprise", signals)
    assert (one.key, one.strength) == ("surprise@hiring.opened@hiring.opened000", pytest.approx(0.9))


def test_a_day_is_judged_when_it_is_over_and_was_known():
    """Otherwise what arrives late would stand out from a market that does not have it yet."""
    late = visits(5, known_at=30 * DAY + 1)
    in_time = visits(5, known_at=30 * DAY)
    assert derived(late, market(d5=1.0)) == {}
    assert derived(in_time, market(d5=1.0)) == {6.0: 1.0}
    assert derived(visits(29), market(d29=1.0)) == {30.0: 1.0}
    assert derived(visits(30), market(d30=1.0)) == {}


def test_without_others_there_is_nothing_to_stand_out_from():
    assert derived(visits(5), market(watched=1, d5=1.0)) == {}
    assert ESTIMATOR.derive("surprise", visits(5)) == []
    assert ESTIMATOR.explain(visits(5), 9 * DAY) == Evidence().explain(visits(5), 9 * DAY)


def test_a_market_read_later_is_not_known_yet():
    """Asked for a moment before its market, the estimator does not look ahead; in columns neither."""
    knowing = ESTIMATOR.knowing(market(d5=1.0))
    assert knowing.explain(visits(5), 29 * DAY) == Evidence().explain(visits(5), 29 * DAY)
    columns = SignalColumns.of({1: visits(5)})
    assert knowing.estimate(columns, 29 * DAY).mass[0] == Evidence().estimate(columns, 29 * DAY).mass[0]
    assert knowing.estimate(columns, 30 * DAY).mass[0] > Evidence().estimate(columns, 30 * DAY).mass[0]


def test_it_has_its_own_line_weight_and_half_life():
    knowing = ESTIMATOR.knowing(market(at=7, d5=1.0))
    estimate, plain = knowing.explain(visits(5), 16 * DAY), Evidence().explain(visits(5), 16 * DAY)
    assert estimate.undamped == pytest.approx(plain.undamped + 2 * (1 - 0.6**0.5) / 0.4, rel=1e-12)
    (line,) = [c for c in estimate.contributions if c.kind == "surprise"]
    assert (line.key, line.occurred_at, line.kept) == ("surprise@visit.page@visit.page000", 6 * DAY, pytest.approx(0.5))


def test_knowing_leaves_the_options_and_the_estimator_alone():
    knowing = ESTIMATOR.knowing(market(d5=1.0))
    assert knowing == ESTIMATOR
    assert knowing.model_dump_json() == ESTIMATOR.model_dump_json()
    assert ESTIMATOR.derive("surprise", visits(5)) == []


def test_the_market_is_the_sum_of_what_days_are_worth():
    """One event has one witness, a flood is worth 2.5, and what was not known or stood then is not in it."""
    flood = [Observation(f"f{i:04d}", "visit.page", 5 * DAY + i) for i in range(1000)]
    told = [
        Observation("a", "visit.page", 6 * DAY, event="e"),
        Observation("b", "hiring.opened", 6 * DAY, 0.5, event="e"),
        Observation("c", "visit.page", 7 * DAY, known_at=9 * DAY),
        Observation("d", "visit.page", 7 * DAY, revoked_at=8 * DAY),
        Observation("e", "press.mention", 7 * DAY),
        Observation("f", "visit.page", 8 * DAY),
    ]
    columns = SignalColumns.of({1: flood, 2: told, 3: visits(5, 5, strength=0.5)})
    found = ESTIMATOR.market_of(columns, 8 * DAY, 4)
    assert (found.at, found.watched) == (8 * DAY, 4)
    assert found.worth == {"visit.page": {5: pytest.approx(2.5 + 0.5 + 0.5 * (1 - 0.5 / 2.5)), 6: 1.0}}


def test_the_size_of_a_block_changes_no_market(monkeypatch):
    rng = np.random.default_rng(4)
    signals = {
        a: [Observation(f"{i:02d}", "visit.page", int(d) * DAY, float(s)) for i, (d, s) in enumerate(zip(rng.integers(0, 9, 20), rng.random(20), strict=True))]
        for a in range(30)
    }  # fmt: skip
    columns = SignalColumns.of(signals)
    whole = ESTIMATOR.market_of(columns, 9 * DAY, 30).worth["visit.page"]
    monkeypatch.setattr(columnar, "BLOCK", 50)
    parts = ESTIMATOR.market_of(columns, 9 * DAY, 30).worth["visit.page"]
    assert parts == {day: pytest.approx(worth, rel=1e-12) for day, worth in whole.items()}


def test_no_signals_make_an_empty_market():
    assert ESTIMATOR.market_of(SignalColumns.of({}), 0, 0).worth == {}


def test_most_estimators_read_no_market():
    class Plain(Estimator):
        name = "plain"

    assert Plain().market_kinds() == Evidence().market_kinds() == frozenset()
    assert ESTIMATOR.market_kinds() == set(ESTIMATOR.derived()["surprise"])
    with pytest.raises(PluginError, match="plain reads no market"):
        Plain().knowing(market())
    with pytest.raises(PluginError, match="plain reads no market"):
        Plain().market_of(SignalColumns.of({}), 0, 0)
