"""Momentum, breadth and surprise together: what holds of them whatever the signals are, in every view."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimating import parameters
from capteur.estimator import Market, SignalColumns
from capteur.estimators.evidence import Evidence
from capteur.estimators.folding import counted
from capteur.intent import shown
from capteur.signals import Observation
from capteur.testing import EstimatorConformance

DERIVED = {
    "momentum": {"weight": 2, "half_life": "7d"},
    "breadth": {"weight": 3, "half_life": "30d", "window": "20d"},
    "surprise": {"weight": 2, "half_life": "10d"},
}
OPEN = Evidence(**DERIVED)
KINDS = ("visit.page", "visit.key_page", "hiring.opened", "company.layoffs", "ask.contact", "press.mention")
LAST = 60 * DAY
RATES = Market(LAST, 21, {kind: {day: day % 7 for day in range(60)} for kind in KINDS})
"""Twenty others who do nothing on one day of the week and up to six signals' worth on another."""
ESTIMATOR = OPEN.knowing(RATES)

quietly = settings(deadline=None, max_examples=80)  # a busy machine is not a wrong estimate
moments = st.one_of(st.integers(0, 60).map(lambda d: d * DAY), st.integers(0, LAST))
signals = st.lists(
    st.builds(
        Observation,
        key=st.text("abc0", min_size=1, max_size=4),
        kind=st.sampled_from(KINDS),
        occurred_at=moments,
        strength=st.one_of(st.just(1.0), st.just(0.0), st.floats(0, 1), st.floats(0, 1e-300)),
        known_at=st.one_of(st.just(-(2**62)), moments),
        revoked_at=st.one_of(st.none(), st.none(), moments),
        event=st.one_of(st.none(), st.none(), st.sampled_from("xy")),
        person=st.sampled_from(["ann", "bob", "cleo", None]),
    ),
    max_size=30,
    unique_by=lambda s: s.key,
)


class TestTheKitPasses(EstimatorConformance):
    """As its author would run it; without a market surprise has nothing to say."""

    estimator = Evidence
    config = DERIVED


@quietly
@given(signals, st.integers(LAST, LAST + 90 * DAY), st.randoms())
def test_the_order_of_arrival_changes_nothing(history, as_of, rng):
    """Not close: identical."""
    shuffled = list(history)
    rng.shuffle(shuffled)
    assert ESTIMATOR.explain(shuffled, as_of) == ESTIMATOR.explain(history, as_of)


@quietly
@given(signals, signals, moments)
def test_the_future_changes_nothing(past, future, as_of):
    later = [
        replace(s, key=f"later{i}", **({"occurred_at": as_of + 1 + s.occurred_at} if i % 2 else {"known_at": as_of + 1}))
        for i, s in enumerate(future)
    ]  # fmt: skip
    known = OPEN.knowing(replace(RATES, at=as_of // DAY * DAY))
    assert known.explain([*past, *later], as_of) == known.explain(past, as_of)


@quietly
@given(signals, st.integers(LAST, LAST + 90 * DAY))
def test_contributions_add_up_and_what_is_derived_never_takes_away(history, as_of):
    estimate = ESTIMATOR.explain(history, as_of)
    values = [c.intent for c in estimate.contributions]
    assert all(c.intent >= 0 for c in estimate.contributions if c.kind in DERIVED)
    assert estimate.undamped >= Evidence().explain(history, as_of).undamped
    if estimate.intent is None:
        return
    assert math.isclose(math.fsum(values), estimate.intent, rel_tol=1e-12, abs_tol=1e-12)
    for digits in range(5):
        cells, total = shown(values, estimate.intent, digits)
        assert sum(cells) == total == math.floor(estimate.intent * 10**digits + 0.5)


@quietly
@given(signals)
def test_strengths_stay_within_a_days_worth(history):
    rows = counted(history, LAST, ESTIMATOR._rules)
    for name in DERIVED:
        found = ESTIMATOR.derive(name, rows)
        assert all(0 < s.strength <= 2.5 for s in found)
        assert all(s.kind == name and s.key.startswith(f"{name}@") and s.occurred_at <= LAST for s in found)
        assert all(one.occurred_at <= other.occurred_at for one, other in pairwise(found))


@quietly
@given(st.lists(signals, min_size=1, max_size=5), st.integers(LAST, LAST + 90 * DAY))
def test_every_view_says_the_same(histories, as_of):
    """Explained, by columns and from running state."""
    market = {a: history for a, history in enumerate(histories) if history}
    many = ESTIMATOR.estimate(SignalColumns.of(market), as_of)
    for i, account in enumerate(sorted(market)):
        one = ESTIMATOR.explain(market[account], as_of)
        rows = counted(market[account], as_of, ESTIMATOR._rules)
        states = {k: ESTIMATOR.fold(k, [s for s in rows if s.kind == k], None) for k in {s.kind for s in rows}}
        states |= {name: ESTIMATOR.fold(name, ESTIMATOR.derive(name, rows), None) for name in ESTIMATOR.derived()}
        read = ESTIMATOR.read({k: state for k, state in states.items() if state is not None}, as_of)
        for name in ("intent", "low", "high", "mass", "n_eff"):
            ours, folded, column = getattr(one, name), getattr(read, name), float(getattr(many, name)[i])
            if ours is None:
                assert folded is None
                assert math.isnan(column)
            else:
                assert folded == pytest.approx(ours, rel=1e-9, abs=1e-9)
                assert column == pytest.approx(ours, rel=1e-9, abs=1e-9)
        assert read.status == one.status


def test_columns_without_persons_have_no_breadth():
    history = [Observation(p, "visit.page", 0, person=p) for p in ("ann", "bob")]
    columns = SignalColumns.of({1: history})
    wide, narrow = (float(OPEN.estimate(c, 0).mass[0]) for c in (columns, replace(columns, person=None)))
    assert wide == pytest.approx(OPEN.explain(history, 0).mass)
    assert narrow == pytest.approx(Evidence().explain(history, 0).mass)
    assert OPEN.reads_persons()
    assert not Evidence().reads_persons()


def test_persons_survive_columns():
    history = [Observation(k, "visit.page", i, person=p) for i, (k, p) in enumerate([("a", "ann"), ("b", None), ("c", "ann")])]  # fmt: skip
    back = SignalColumns.of({1: history}).by_account()[1]
    assert [s.person is None for s in back] == [False, True, False]
    assert back[0].person == back[2].person


def test_a_version_from_before_keeps_its_name():
    """What is off is not written, so that the version of an old configuration is not made anew."""
    assert not {"momentum", "breadth", "surprise"} & set(json.loads(parameters(Evidence())))
    written = json.loads(parameters(Evidence(momentum=DERIVED["momentum"])))
    assert written["momentum"] == {"weight": 2.0, "half_life": "7d", "kinds": []}
    assert Evidence(**written) == Evidence(momentum=DERIVED["momentum"])


def test_the_state_of_a_derived_kind_that_is_no_longer_configured_says_nothing():
    state = OPEN.fold("momentum", [Observation("m", "momentum", 0)], None)
    assert state is not None
    assert Evidence().read({"momentum": state}, 0).intent is None
    assert Evidence().ceiling({"momentum": state}, 0) == 0.0
    assert OPEN.read({"momentum": state}, 0).intent == pytest.approx(10 * 2 / 11)
