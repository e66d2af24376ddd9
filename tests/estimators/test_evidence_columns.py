"""The columnar view: the same numbers as one account at a time, on everything that can happen at once."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimator import SignalColumns
from capteur.estimators import columnar, weights
from capteur.estimators.evidence import Evidence
from capteur.estimators.folding import in_order, strongest_of_events
from capteur.intent import STATUSES, TRENDS, WORDS, Estimate, Estimates, State
from capteur.signals import Observation

KINDS = (
    *weights.EVIDENCE,
    *weights.DAMPS,
    *sorted(weights.NEUTRAL),
    *sorted(weights.VETOES),
    weights.ASK,
    "webinar.joined",
)
FIGURES = ("intent", "low", "high", "inferred", "ask", "n_eff", "mass")
PLAIN = Evidence()
FULL = Evidence(
    topics=("crm", "main"),
    kinds={"visit.page": {"weight": 0.7, "half_life": "36h"}, "hiring.other": {"weight": 0.0}},
    sequences=[
        {
            "name": "one",
            "pattern": ["funding.raised", "hiring.opened", "visit.page"],
            "window": "20d",
            "weight": 4,
            "half_life": "30d",
        },
        {"name": "two", "pattern": ["press.mention", "press.mention"], "window": "3d", "weight": 2, "half_life": "12h"},
    ],
    r=0.5,
    K=4.0,
)


def random_signal(rng: random.Random, i: int, pool: list[str]) -> Observation:
    return Observation(
        f"k{i}",
        rng.choice(pool),
        rng.choice([rng.randrange(45) * DAY, rng.randrange(45 * DAY), 10 * DAY + 5]),
        rng.choice([1.0, rng.random(), 0.0]),
        known_at=rng.randrange(50 * DAY) if rng.random() < 0.1 else -(2**62),
        revoked_at=rng.randrange(50 * DAY) if rng.random() < 0.2 else None,
        topic=rng.choice([None, None, "crm", "payroll", "main"]),
        event=rng.choice([None, None, None, "e1", "e2"]),
        signal_id=i,
    )


def random_market(seed: int, accounts: int) -> dict[int, list[Observation]]:
    """Accounts with nothing, little, much, floods, ties, every role, revocations, late knowledge, events and topics."""
    rng, market = random.Random(seed), {}
    for account in range(accounts):
        pool = rng.sample(KINDS, rng.randint(1, 8))
        if rng.random() < 0.7:
            pool = [k for k in pool if k not in weights.VETOES] or ["visit.page"]
        if rng.random() < 0.2:
            pool = ["funding.raised", "hiring.opened", "visit.page", "company.layoffs"]
        market[account * 7] = [random_signal(rng, i, pool) for i in range(rng.choice([1, 3, 10, 60, 300]))]
    return market


def same(one: Estimate, many: Estimates, i: int) -> bool:
    if (one.status, one.trend, one.evidence) != (
        STATUSES[many.status[i]],
        TRENDS[many.trend[i]],
        WORDS[many.evidence[i]],
    ):
        return False
    for figure in FIGURES:
        ours, theirs = getattr(one, figure), float(getattr(many, figure)[i])
        if math.isnan(theirs) != (ours is None) or (ours is not None and abs(ours - theirs) > 1e-9):
            return False
    return True


@pytest.mark.parametrize("estimator", [PLAIN, FULL], ids=["defaults", "configured"])
@pytest.mark.parametrize("as_of", [0, 12 * DAY, 40 * DAY, 400 * DAY])
def test_columns_equal_one_account_at_a_time(estimator, as_of):
    market = random_market(as_of, 300)
    many = estimator.estimate(SignalColumns.of(market), as_of)
    assert many.account.tolist() == sorted(market)
    assert all(same(estimator.explain(market[a], as_of), many, i) for i, a in enumerate(many.account.tolist()))


def test_the_size_of_a_block_changes_nothing(monkeypatch):
    """Also when one account alone is larger than a block."""
    columns = SignalColumns.of(random_market(7, 120))
    whole = FULL.estimate(columns, 30 * DAY)
    for block in (1, 50, 1000):
        monkeypatch.setattr(columnar, "BLOCK", block)
        parts = FULL.estimate(columns, 30 * DAY)
        for figure in (*FIGURES, "account", "status", "trend", "evidence"):
            np.testing.assert_array_equal(getattr(parts, figure), getattr(whole, figure))


def test_no_signals_at_all_give_no_estimates():
    assert PLAIN.estimate(SignalColumns.of({}), 0).account.size == 0
    assert PLAIN.read_states(state_columns({}), 0).account.size == 0


def test_without_places_rows_decide_between_equals_of_one_kind():
    """Of two equally strong signals of an event, at one instant and of one kind, the first row is the first key."""
    pair = [
        Observation("a", "visit.page", 0, event="e", topic="crm"),
        Observation("b", "visit.page", 0, event="e", topic="no"),
    ]
    columns = replace(SignalColumns.of({1: pair}), place=None)
    estimate = Evidence(topics=("crm",)).estimate(columns, 0)
    assert STATUSES[estimate.status[0]] == "scored"


def test_one_event_id_in_two_accounts_is_two_events():
    """Stores may number events across accounts."""
    market = {a: [Observation("x", "visit.page", 0, strength, event="e")] for a, strength in ((1, 1.0), (2, 0.5))}
    columns = SignalColumns.of(market)
    shared = replace(columns, event=np.zeros_like(columns.event))
    assert PLAIN.estimate(shared, 0).n_eff.tolist() == [1.0, 0.5]


def test_a_flood_keeps_its_exactness_in_columns():
    """The running product over 20,000 signals of a day, each of a different strength, against the one-by-one rule."""
    rng = random.Random(3)
    flood = [Observation(f"{i:05d}", "visit.page", 5 * DAY + i, rng.random() ** 9) for i in range(20_000)]
    many = PLAIN.estimate(SignalColumns.of({1: flood}), 6 * DAY)
    one = PLAIN.explain(flood, 6 * DAY)
    assert float(many.n_eff[0]) == pytest.approx(one.n_eff, rel=1e-12)


def state_columns(states: dict[int, dict[str, State]]) -> columnar.StateColumns:
    rows = [(a, k, s) for a in sorted(states) for k, s in sorted(states[a].items())]
    kinds = tuple(sorted({k for _, k, _ in rows}))
    totals = np.zeros((len(rows), 3))
    for i, (_, _, state) in enumerate(rows):
        totals[i, : len(state.total)] = state.total
    return columnar.StateColumns(
        account=np.array([a for a, _, _ in rows], dtype=np.int64),
        kind=np.array([kinds.index(k) for _, k, _ in rows], dtype=np.int32),
        kinds=kinds,
        at=np.array([s.at for _, _, s in rows], dtype=np.int64),
        totals=totals,
        n=np.array([s.n for _, _, s in rows], dtype=np.int64),
    )


def states_of(estimator: Evidence, signals: list[Observation], as_of: int) -> dict[str, State]:
    """As the flow does it: what stands now, one witness per event, folded kind by kind."""
    standing = sorted(
        (
            s
            for s in signals
            if s.occurred_at <= as_of and s.known_at <= as_of and (s.revoked_at is None or s.revoked_at > as_of)
        ),
        key=in_order,
    )
    told = strongest_of_events(standing)
    folded = {k: estimator.fold(k, [s for s in told if s.kind == k], None) for k in {s.kind for s in told}}
    folded |= {name: estimator.fold(name, estimator.derive(name, told), None) for name in estimator.derived()}
    return {k: state for k, state in folded.items() if state is not None}


@pytest.mark.parametrize("estimator", [PLAIN, FULL], ids=["defaults", "configured"])
def test_states_in_columns_equal_states_one_by_one_and_the_history(estimator):
    as_of = 40 * DAY
    market = random_market(11, 300)
    states = {a: states_of(estimator, signals, as_of) for a, signals in market.items()}
    many = estimator.read_states(state_columns(states), as_of)
    assert many.account.tolist() == [a for a, own in sorted(states.items()) if own]
    for i, account in enumerate(many.account.tolist()):
        assert same(estimator.read(states[account], as_of), many, i)
        assert same(estimator.explain(market[account], as_of), many, i)


def test_a_state_without_signals_counts_for_nothing():
    columns = state_columns({1: {"visit.page": PLAIN.fold("visit.page", [Observation("a", "visit.page", 0)], None)}})
    empty = replace(columns, n=np.zeros_like(columns.n))
    assert STATUSES[PLAIN.read_states(empty, 0).status[0]] == "no_signal"


@pytest.mark.parametrize("estimator", [PLAIN, FULL], ids=["defaults", "configured"])
def test_the_ceiling_only_falls_and_bounds_every_later_intent(estimator):
    for signals in random_market(23, 150).values():
        states = states_of(estimator, signals, 45 * DAY)
        moments = [45 * DAY + day * DAY // 3 for day in range(0, 300, 7)]
        ceilings = [estimator.ceiling(states, at) for at in moments]
        assert all(later <= earlier for earlier, later in pairwise(ceilings))
        assert all((estimator.read(states, at).intent or 0.0) <= ceilings[0] for at in moments)
        assert all((estimator.read(states, at).intent or 0.0) <= top for at, top in zip(moments, ceilings, strict=True))
