"""What holds of `evidence@1` whatever the signals are."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimators import weights
from capteur.estimators.evidence import Evidence
from capteur.intent import State, shown
from capteur.signals import Observation

SEQUENCE = {
    "name": "s",
    "pattern": ["funding.raised", "hiring.opened", "visit.page"],
    "window": "20d",
    "weight": 4,
    "half_life": "30d",
}
ESTIMATOR = Evidence(sequences=[SEQUENCE])
SCORING = ("visit.page", "funding.raised", "hiring.opened", "question.asked", "webinar.joined", "ask.contact")
KINDS = (*SCORING, "company.layoffs", "engagement.unsubscribed", "press.mention")
LAST = 60 * DAY

quietly = settings(deadline=None, max_examples=150)  # a busy machine is not a wrong estimate
moments = st.one_of(st.integers(0, 60).map(lambda d: d * DAY), st.integers(0, LAST))
strengths = st.one_of(st.just(1.0), st.just(0.0), st.floats(0, 1), st.floats(0, 1e-300))


def signals(kinds: tuple[str, ...] = KINDS, *, vetoes: bool = True) -> st.SearchStrategy[list[Observation]]:
    """Up to 30 signals with distinct keys."""
    pool = (*kinds, "account.blocked") if vetoes else kinds
    one = st.builds(
        Observation,
        key=st.text("abc0", min_size=1, max_size=4),
        kind=st.sampled_from(pool),
        occurred_at=moments,
        strength=strengths,
        known_at=st.one_of(st.just(-(2**62)), moments),
        revoked_at=st.one_of(st.none(), st.none(), moments),
        event=st.one_of(st.none(), st.none(), st.sampled_from("xy")),
    )
    return st.lists(one, max_size=30, unique_by=lambda s: s.key)


@quietly
@given(signals(), moments, st.randoms())
def test_the_order_of_arrival_changes_nothing(given_signals, as_of, rng):
    """Not close: identical."""
    shuffled = list(given_signals)
    rng.shuffle(shuffled)
    assert ESTIMATOR.explain(shuffled, as_of) == ESTIMATOR.explain(given_signals, as_of)


@quietly
@given(signals(), signals(), moments)
def test_the_future_changes_nothing(past, future, as_of):
    """Neither what has not happened, nor what is not known yet, nor a revocation still to come."""
    later = [
        replace(
            s, key=f"later{i}", **({"occurred_at": as_of + 1 + s.occurred_at} if i % 2 else {"known_at": as_of + 1})
        )
        for i, s in enumerate(future)
    ]
    revoked_later = [replace(s, revoked_at=as_of + 1) if s.revoked_at is None else s for s in past]
    now = ESTIMATOR.explain(past, as_of)
    assert ESTIMATOR.explain([*past, *later], as_of) == now
    assert ESTIMATOR.explain(revoked_later, as_of) == now


@quietly
@given(signals(), moments)
def test_contributions_add_up_unrounded_and_as_printed(given_signals, as_of):
    estimate = ESTIMATOR.explain(given_signals, as_of)
    values = [c.intent for c in estimate.contributions]
    assert [abs(v) for v in values] == sorted((abs(v) for v in values), reverse=True)
    if estimate.intent is None:
        assert values == []
        return
    assert math.isclose(math.fsum(values), estimate.intent, rel_tol=1e-12, abs_tol=1e-12)
    for digits in range(5):
        cells, total = shown(values, estimate.intent, digits)
        assert sum(cells) == total == math.floor(estimate.intent * 10**digits + 0.5)
        assert all(abs(c - v * 10**digits) < 2 for c, v in zip(cells, values, strict=True))


@quietly
@given(signals(), moments)
def test_the_intent_is_on_the_scale_and_inside_its_range(given_signals, as_of):
    estimate = ESTIMATOR.explain(given_signals, as_of)
    if estimate.intent is None:
        assert estimate.low is estimate.high is None
        assert estimate.status in ("no_signal", "no_evidence")
    else:
        assert 0 <= estimate.low <= estimate.intent <= estimate.high < 10


@quietly
@given(signals(SCORING, vetoes=False))
def test_without_damps_silence_only_lowers_the_intent(given_signals):
    standing = [replace(s, known_at=-(2**62), revoked_at=None) for s in given_signals]
    values = [ESTIMATOR.explain(standing, LAST + day * DAY).intent for day in range(0, 300, 11)]
    numbers = [v for v in values if v is not None]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(numbers))


@quietly
@given(signals(SCORING, vetoes=False), moments, strengths)
def test_one_more_signal_never_lowers_the_evidence(given_signals, as_of, strength):
    more = Observation("more", "visit.page", as_of, strength)
    plain = Evidence()
    assert plain.explain([*given_signals, more], as_of).mass >= plain.explain(given_signals, as_of).mass - 1e-12


@quietly
@given(signals())
def test_a_state_survives_json_bit_by_bit(given_signals):
    for kind in KINDS:
        own = sorted((s for s in given_signals if s.kind == kind), key=lambda s: (s.occurred_at, s.key))
        state = ESTIMATOR.fold(kind, own, None)
        if state is not None:
            back = json.loads(json.dumps(asdict(state)))
            assert (
                State(back["sealed_day"], tuple(back["sealed"]), back["at"], tuple(back["total"]), back["n"]) == state
            )


@quietly
@given(st.lists(st.tuples(st.integers(0, 40 * DAY), strengths), min_size=1, max_size=25), st.data())
def test_a_fold_from_any_seal_equals_the_fold_from_the_start(rows, data):
    kind = data.draw(st.sampled_from(sorted({*weights.EVIDENCE, *weights.DAMPS, *weights.NEUTRAL, "ask.contact"})))
    history = [Observation(f"{i:02d}", kind, at, strength) for i, (at, strength) in enumerate(sorted(rows))]
    cut = data.draw(st.integers(0, len(history)))
    seen = history[:cut]
    before = ESTIMATOR.fold(kind, seen, None)
    news = history if before is None else [s for s in history if s.occurred_at // DAY >= before.sealed_day]
    after, whole = ESTIMATOR.fold(kind, news, before), ESTIMATOR.fold(kind, history, None)
    if whole is None:
        assert after is None
        return
    assert after is not None
    assert (after.n, after.at) == (whole.n, whole.at)
    assert all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-300) for a, b in zip(after.total, whole.total, strict=True))
