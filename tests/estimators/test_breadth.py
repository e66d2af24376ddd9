"""Breadth: several persons, each by the last time he was seen in company, the first left out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimators.evidence import Evidence
from capteur.signals import Observation

OPTION = {"weight": 3, "half_life": "30d", "window": "30d"}
ESTIMATOR = Evidence(breadth=OPTION)


def seen(*visits: tuple[str | None, float], strength: float = 1.0) -> list[Observation]:
    """Visits from (person, day), keyed by their place."""
    return [
        Observation(f"{i:03d}", "visit.page", round(day * DAY), strength, person=person)
        for i, (person, day) in enumerate(visits)
    ]


def derived(signals: list[Observation], estimator: Evidence = ESTIMATOR) -> dict[float, float]:
    """Strength by day."""
    return {s.occurred_at / DAY: s.strength for s in estimator.derive("breadth", signals)}


def amount(signals: list[Observation], as_of: float, estimator: Evidence = ESTIMATOR) -> float:
    """B, the decayed sum."""
    return sum(strength * 2 ** (-(as_of - day) / 30) for day, strength in derived(signals, estimator).items())


@pytest.mark.parametrize(
    ("visits", "found"),
    [
        ([("ann", 0), ("ann", 1), ("ann", 2)], {}),
        ([(None, 0), ("ann", 0), (None, 1)], {}),
        ([("ann", 0), ("bob", 5)], {0: 1.0}),
        ([("ann", 0), ("bob", 30)], {0: 1.0}),
        ([("ann", 0), ("bob", 30.001)], {}),
        ([("ann", 0), ("bob", 5), ("ann", 9)], {5: 1.0}),
        ([("ann", 0), ("bob", 5), ("ann", 300)], {0: 1.0}),
        ([("ann", 0), ("bob", 1), ("cleo", 2)], {1: 1.0, 0: 0.6}),
        ([("ann", 0), ("bob", 0), ("cleo", 0), ("dan", 0)], {0: 1 + 0.6 + 0.36}),
        ([("ann", 0), ("bob", 1), ("ann", 40), ("cleo", 45)], {40: 1.0, 1: 0.6}),
    ],
    ids=[
        "one person is none",
        "nobody knows whose the others are",
        "two are one beyond the first",
        "at the window's edge",
        "just outside the window they know nothing of one another",
        "each counts once, by the last time",
        "a lone visit later is not in company",
        "the third brings 0.6 of the second",
        "those of one day are one signal",
        "company may change",
    ],
)
def test_who_counts_and_when(visits, found):
    assert derived(seen(*visits)) == {day: pytest.approx(strength) for day, strength in found.items()}


def test_persons_of_one_day_are_valued_at_the_newest_of_their_times():
    (signal,) = ESTIMATOR.derive("breadth", seen(("ann", 0.0), ("bob", 0.5), ("cleo", 1.0)))
    assert (signal.key, signal.occurred_at) == ("breadth@001", DAY // 2)
    assert signal.strength == pytest.approx(1 + 0.6 * 2 ** (-0.5 / 30))


def test_the_strongest_trace_of_a_person_counts():
    """A weak one later does not hide a strong one before, as long as the strong one is not forgotten."""
    signals = [*seen(("ann", 0), ("bob", 0)), Observation("weak", "visit.page", 10 * DAY, 0.3, person="ann")]
    assert amount(signals, 10) == pytest.approx(2 ** (-10 / 30))
    assert amount([*signals, Observation("later", "visit.page", 10 * DAY, 0.9, person="bob")], 10) == pytest.approx(
        2 ** (-10 / 30)
    )


def test_a_thousand_persons_stay_below_the_ceiling():
    found = derived(seen(*((f"p{i}", i / 50) for i in range(1000))))
    assert sum(found.values()) < 2.5
    assert all(strength > 0 for strength in found.values())


def test_it_has_its_own_line_weight_and_half_life():
    signals = seen(("ann", 0), ("bob", 0))
    estimate, plain = ESTIMATOR.explain(signals, 30 * DAY), Evidence().explain(signals, 30 * DAY)
    assert estimate.undamped == pytest.approx(plain.undamped + 3 * (1 - 0.6**0.5) / 0.4, rel=1e-12)
    assert estimate.n_eff == plain.n_eff
    (line,) = [c for c in estimate.contributions if c.kind == "breadth"]
    assert (line.key, line.occurred_at, line.kept) == ("breadth@000", 0, pytest.approx(0.5))


persons = st.sampled_from(["ann", "bob", "cleo", None])
visits = st.lists(
    st.builds(
        Observation,
        key=st.text("abc0", min_size=1, max_size=5),
        kind=st.just("visit.page"),
        occurred_at=st.one_of(st.integers(0, 90).map(lambda d: d * DAY), st.integers(0, 90 * DAY)),
        strength=st.one_of(st.just(1.0), st.floats(1e-3, 1)),
        person=persons,
    ),
    max_size=12,
    unique_by=lambda s: s.key,
)


@settings(deadline=None, max_examples=150)
@given(visits, st.integers(0, 90 * DAY), persons)
def test_one_more_signal_never_lowers_it(history, at, person):
    more = Observation("more", "visit.page", at, 1.0, person=person)
    assert amount([*history, more], 90) >= amount(history, 90) - 1e-12


@settings(deadline=None, max_examples=150)
@given(visits)
def test_strengths_are_positive_and_their_sum_stays_below_the_ceiling(history):
    found = ESTIMATOR.derive("breadth", history)
    assert all(s.strength > 0 for s in found)
    assert sum(s.strength for s in found) < 2.5
    assert all(one.occurred_at // DAY < other.occurred_at // DAY for one, other in pairwise(found))
