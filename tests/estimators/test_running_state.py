"""Running state: folded from the seal or from the beginning, it says what the whole history says."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict, replace

import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimator import SignalColumns
from capteur.estimators import weights
from capteur.estimators.evidence import Evidence
from capteur.intent import STATUSES, TRENDS, State
from capteur.signals import Observation

EVERY_KIND = (*weights.EVIDENCE, *weights.DAMPS, *sorted(weights.NEUTRAL), weights.ASK, "webinar.joined")


def visits(*days: float, kind: str = "visit.page") -> list[Observation]:
    return [Observation(f"{i:04d}", kind, round(day * DAY)) for i, day in enumerate(days)]


def folded(signals: list[Observation], kind: str = "visit.page", sealed: State | None = None) -> State:
    state = Evidence().fold(kind, signals, sealed)
    assert state is not None
    return state


def same(a: State, b: State) -> bool:
    """Equal but for the last bits of the sums; the seal may lie on different days."""
    return (a.at, a.n) == (b.at, b.n) and all(
        math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-300) for x, y in zip(a.total, b.total, strict=True)
    )


def test_evidence_carries_its_own_half_life_a_week_and_four_weeks():
    state = folded(visits(0, 7), "visit.key_page")
    assert (state.sealed_day, state.at, state.n) == (7, 7 * DAY, 2)
    assert state.total == pytest.approx((1 + 2**-0.5, 1.5, 1 + 2**-0.25))
    assert state.sealed[:3] == pytest.approx((2**-0.5, 0.5, 2**-0.25))


def test_an_ask_carries_the_strongest_of_its_asks_decayed():
    asks = [Observation("a", "ask.contact", 0), Observation("b", "ask.contact", 21 * DAY, 0.4)]
    state = folded(asks, "ask.contact")
    assert (state.total, state.n) == ((0.5,), 2)
    assert Evidence().read({"ask.contact": state}, 21 * DAY).ask == pytest.approx(4.5)


@pytest.mark.parametrize(("kind", "sums"), [("company.layoffs", 1), ("account.customer", 0), ("press.mention", 0)])
def test_other_roles_carry_only_what_is_read(kind, sums):
    state = folded(visits(0, 1, kind=kind), kind)
    assert (len(state.total), state.n, state.at) == (sums, 2, DAY)


@pytest.mark.parametrize("kind", ["visit.page", "ask.contact", "company.layoffs", "account.blocked", "hiring.other"])
def test_new_signals_are_folded_onto_the_seal(kind):
    """Read from the sealed day only, the state is that of the whole history: the cost grows with news, not with history."""
    days = [0, 0.1, 0.9, 3, 3.5, 40, 40, 40.2, 41, 90.5]
    history = visits(*days, kind=kind)
    for known in range(1, len(history)):
        before = folded(history[:known], kind)
        news = [s for s in history if s.occurred_at // DAY >= before.sealed_day]
        assert same(folded(news, kind, before), folded(history, kind)), known


def test_a_revoked_newest_day_leaves_the_sealed_part():
    history = visits(0, 0.5, 9, 30)
    state = folded(history)
    assert same(folded([], sealed=state), folded(history[:3]))
    again = folded(visits(50), sealed=folded([], sealed=state))
    assert same(again, folded([*history[:3], Observation("0000", "visit.page", 50 * DAY)]))


@pytest.mark.parametrize("kind", ["visit.page", "account.customer", "press.mention"])
def test_nothing_is_left_when_the_last_signal_is_revoked(kind):
    state = folded(visits(5, kind=kind), kind)
    assert Evidence().fold(kind, [], state) is None
    assert Evidence().fold(kind, [], None) is None


def test_a_revoked_flood_after_a_long_silence_leaves_something_that_can_be_read():
    """The sealed part has decayed to nothing; valuing it backwards must not overflow."""
    estimator = Evidence(kinds={"visit.page": {"half_life": "1h"}})
    state = estimator.fold("visit.page", visits(0, 400), None)
    assert state is not None
    left = estimator.fold("visit.page", [], state)
    assert left is not None
    assert (left.n, left.at) == (1, 0)
    assert estimator.read({"visit.page": left}, 400 * DAY).intent == pytest.approx(0, abs=1e-12)


def test_signals_of_no_strength_and_of_other_topics_leave_no_state():
    estimator = Evidence(topics=("crm",))
    weak = Observation("a", "visit.page", 0, 0.0)
    other = Observation("b", "visit.page", 0, topic="payroll")
    assert estimator.fold("visit.page", [weak, other], None) is None


def test_a_state_survives_json():
    state = folded(visits(0, 3, 3.25))
    assert (
        State(**{k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(json.dumps(asdict(state))).items()})
        == state
    )


def test_a_clock_that_went_back_does_not_raise_the_intent():
    state = folded(visits(10))
    assert Evidence().read({"visit.page": state}, 9 * DAY) == Evidence().read({"visit.page": state}, 10 * DAY)


def test_contributions_from_state_are_per_kind_and_add_up():
    estimator = Evidence()
    history = [*visits(0, 1, 2), Observation("h", "hiring.opened", 2 * DAY), Observation("l", "company.layoffs", DAY)]
    states = {
        k: folded([s for s in history if s.kind == k], k) for k in ("visit.page", "hiring.opened", "company.layoffs")
    }
    read, explained = estimator.read(states, 5 * DAY), estimator.explain(history, 5 * DAY)
    assert {c.key: c.occurred_at for c in read.contributions} == {
        "visit.page": 2 * DAY,
        "hiring.opened": 2 * DAY,
        "company.layoffs": DAY,
    }
    for line in read.contributions:
        whole = math.fsum(c.intent for c in explained.contributions if c.kind == line.kind)
        assert line.intent == pytest.approx(whole, abs=1e-12)


def test_reading_from_state_imports_no_numpy():
    code = (
        "import sys; from capteur.estimators.evidence import Evidence; from capteur.signals import Observation\n"
        "e = Evidence(); s = e.fold('visit.page', [Observation('a', 'visit.page', 0)], None)\n"
        "assert e.read({'visit.page': s}, 0).intent and e.ceiling({'visit.page': s}, 0)\n"
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_state_equals_batch_on_a_hundred_thousand_signals():
    """1e5 signals arrive one by one: most in order, some late, a third tied at midnight; 500 are revoked afterwards."""
    rng, estimator = random.Random(4), Evidence()
    signals = [
        (
            rng.randrange(800),
            Observation(
                f"i{i:06d}",
                rng.choice(EVERY_KIND),
                (rng.randrange(365) * DAY) if rng.random() < 0.3 else rng.randrange(365 * DAY),
                rng.choice([1.0, rng.random()]),
            ),
        )
        for i in range(100_000)
    ]
    late = {i for i in range(len(signals)) if rng.random() < 0.02}
    arrivals = sorted(
        range(len(signals)), key=lambda i: signals[i][1].occurred_at + (rng.randrange(60 * DAY) if i in late else 0)
    )
    held: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    states: dict[tuple[int, str], State | None] = {}

    def refold(segment: tuple[int, str], day: int) -> None:
        sealed = states.get(segment)
        if sealed is not None and day < sealed.sealed_day:
            sealed = None
        start = -(2**62) if sealed is None else sealed.sealed_day * DAY
        own = sorted((s for s in held[segment] if s.occurred_at >= start), key=lambda s: (s.occurred_at, s.key))
        states[segment] = estimator.fold(segment[1], own, sealed)

    for i in arrivals:
        account, signal = signals[i]
        held[account, signal.kind].append(signal)
        refold((account, signal.kind), signal.occurred_at // DAY)
    for i in rng.sample(range(len(signals)), 500):
        account, signal = signals[i]
        held[account, signal.kind].remove(signal)
        refold((account, signal.kind), signal.occurred_at // DAY)

    by_account: dict[int, dict[str, State]] = defaultdict(dict)
    history: dict[int, list[Observation]] = defaultdict(list)
    for (account, kind), state in states.items():
        history[account] += held[account, kind]
        if state is not None:
            by_account[account][kind] = state
    as_of = 400 * DAY
    batch = estimator.estimate(SignalColumns.of(history), as_of)
    worst = 0.0
    for i, account in enumerate(batch.account.tolist()):
        read = estimator.read(by_account[account], as_of)
        assert read.status == STATUSES[batch.status[i]]
        assert read.trend == TRENDS[batch.trend[i]]
        for figure in ("inferred", "ask", "n_eff", "mass", "intent", "low", "high"):
            worst = max(worst, abs(getattr(read, figure) - float(getattr(batch, figure)[i])))
    assert worst < 1e-9
    assert sum(len(group) for group in held.values()) == 99_500


def test_growth_replaces_the_day_it_happened_on():
    """A visit count of the day grows while the day lasts: refolding its day gives the history with the new strength."""
    history = [*visits(0, 1), Observation("today", "visit.page", 2 * DAY, 0.3)]
    grown = [*history[:2], replace(history[2], strength=0.8)]
    assert same(folded(grown[2:], sealed=folded(history)), folded(grown))
