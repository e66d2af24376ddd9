"""The contract of an estimator, as checks that take any estimator; here they run over every shipped configuration.

An author runs the same checks over his own: `for check in CHECKS: check(MyEstimator())`.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimator import Estimator, SignalColumns
from capteur.estimators.evidence import Evidence
from capteur.intent import STATUSES, TRENDS, WORDS, Estimate, Estimates, State, shown
from capteur.kinds import CATALOGUE
from capteur.signals import Observation

AS_OF = 60 * DAY
EARLY = 30 * DAY
DERIVED = Evidence(
    momentum={"weight": 2, "half_life": "9d"},
    breadth={"weight": 3, "half_life": "30d", "window": "10d"},
    surprise={"weight": 1.5, "half_life": "14d"},
    sequences=[
        {"name": "s", "pattern": ["hiring.opened", "visit.page"], "window": "9d", "weight": 3, "half_life": "20d"}
    ],
)
ESTIMATORS: dict[str, Estimator] = {
    "evidence@1": Evidence(),
    "evidence@1, configured": Evidence(
        topics=("crm",),
        kinds={"press.mention": {"weight": 0.3, "half_life": "2d"}},
        neutral=["account.customer"],
        sequences=[
            {"name": "s", "pattern": ["hiring.opened", "visit.page"], "window": "9d", "weight": 3, "half_life": "20d"}
        ],
        r=0.4,
        K=3,
    ),
    "evidence@1, everything derived": DERIVED,
}


def history(seed: int) -> list[Observation]:
    """One account's signals of any kind, some late, revoked, tied, of one event or of a topic."""
    rng = random.Random(seed)
    kinds = rng.sample(sorted(CATALOGUE), rng.randint(1, 12))
    if rng.random() < 0.8:
        kinds = [k for k in kinds if not k.startswith("account.")] or ["visit.page"]
    return [
        Observation(
            key=f"{i:03d}",
            kind=rng.choice(kinds),
            occurred_at=rng.choice([rng.randrange(65) * DAY, rng.randrange(65 * DAY)]),
            strength=rng.choice([1.0, rng.random()]),
            known_at=rng.randrange(70 * DAY) if rng.random() < 0.1 else -(2**62),
            revoked_at=rng.randrange(70 * DAY) if rng.random() < 0.1 else None,
            topic=rng.choice([None, None, "crm", "payroll"]),
            event=rng.choice([None] * 6 + ["e1", "e2"]),
            person=("ann", None, "bob", "ann", "cleo")[i % 5],
            signal_id=i,
        )
        for i in range(rng.choice([0, 1, 2, 5, 20, 80]))
    ]


HISTORIES = [history(seed) for seed in range(60)]
MARKET = DERIVED.market_of(SignalColumns.of(dict(enumerate(HISTORIES))), EARLY, len(HISTORIES))
ESTIMATORS["evidence@1, everything derived, in a market"] = DERIVED.knowing(MARKET)


def standing(signals: list[Observation], as_of: int) -> list[Observation]:
    """What a store hands to `fold`: known and unrevoked, one witness per event, in order."""
    rows = [
        s
        for s in signals
        if s.occurred_at <= as_of and s.known_at <= as_of and (s.revoked_at is None or s.revoked_at > as_of)
    ]
    rows.sort(key=lambda s: (s.occurred_at, s.key))
    best: dict[str, Observation] = {}
    for row in rows:
        if row.event is not None and (row.event not in best or row.strength > best[row.event].strength):
            best[row.event] = row
    return [s for s in rows if s.event is None or best[s.event] is s]


def fold_all(estimator: Estimator, rows: list[Observation]) -> dict[str, State]:
    """Every kind's state from the beginning, derived kinds included."""
    folded = {k: estimator.fold(k, [s for s in rows if s.kind == k], None) for k in sorted({s.kind for s in rows})}
    for name, sources in estimator.derived().items():
        folded[name] = estimator.fold(name, estimator.derive(name, [s for s in rows if s.kind in sources]), None)
    return {k: state for k, state in folded.items() if state is not None}


def check_silence(estimator: Estimator) -> None:
    """Nothing in, no number out: neither 0 nor an error."""
    for estimate in (estimator.explain([], AS_OF), estimator.read({}, AS_OF)):
        assert (estimate.status, estimate.intent, estimate.low, estimate.high) == ("no_signal", None, None, None)
        assert estimate.contributions == ()
    assert estimator.estimate(SignalColumns.of({}), AS_OF).account.size == 0
    assert estimator.fold("visit.page", [], None) is None


def check_scale(estimator: Estimator) -> None:
    """0 <= low <= intent <= high < 10, and a number exactly for scored, declared and vetoed."""
    for signals in HISTORIES:
        e = estimator.explain(signals, AS_OF)
        has_number = e.status in ("scored", "declared", "vetoed")
        assert (e.intent is not None) == (e.low is not None) == (e.high is not None) == has_number
        if e.intent is not None:
            assert e.low is not None
            assert e.high is not None
            assert 0 <= e.low <= e.intent <= e.high < 10


def check_order(estimator: Estimator) -> None:
    """The order in which signals are given changes nothing at all."""
    for seed, signals in enumerate(HISTORIES):
        shuffled = list(signals)
        random.Random(seed).shuffle(shuffled)
        assert estimator.explain(shuffled, AS_OF) == estimator.explain(signals, AS_OF)


def check_no_look_ahead(estimator: Estimator) -> None:
    """Only what occurred, was known and stood at `as_of` is read."""
    as_of = EARLY
    for signals in HISTORIES:
        past = [
            replace(s, revoked_at=None if s.revoked_at is not None and s.revoked_at > as_of else s.revoked_at)
            for s in signals
            if s.occurred_at <= as_of and s.known_at <= as_of
        ]
        assert estimator.explain(signals, as_of) == estimator.explain(past, as_of)


def check_contributions(estimator: Estimator) -> None:
    """They add up to the intent to 1e-12, and as printed with 0 to 4 digits; from history and from state."""
    for signals in HISTORIES:
        states = fold_all(estimator, standing(signals, AS_OF))
        for e in (estimator.explain(signals, AS_OF), estimator.read(states, AS_OF)):
            if e.intent is None:
                continue
            values = [c.intent for c in e.contributions]
            assert math.isclose(math.fsum(values), e.intent, rel_tol=1e-12, abs_tol=1e-12)
            for digits in range(5):
                cells, total = shown(values, e.intent, digits)
                assert sum(cells) == total


def agree(one: Estimate, many: Estimates, i: int) -> bool:
    words = (STATUSES[many.status[i]], WORDS[many.evidence[i]], TRENDS[many.trend[i]])
    numbers = all(
        math.isnan(theirs) if ours is None else abs(ours - theirs) <= 1e-9
        for name in ("intent", "low", "high", "inferred", "ask", "n_eff", "mass")
        for ours, theirs in [(getattr(one, name), float(getattr(many, name)[i]))]
    )
    return numbers and words == (one.status, one.evidence, one.trend)


def check_views_agree(estimator: Estimator) -> None:
    """Explained, by columns and from running state, an account gets the same estimate to 1e-9."""
    market = {account: signals for account, signals in enumerate(HISTORIES) if signals}
    for as_of in (EARLY, AS_OF, 400 * DAY):
        many = estimator.estimate(SignalColumns.of(market), as_of)
        assert many.account.tolist() == sorted(market)
        for i, account in enumerate(many.account.tolist()):
            assert agree(estimator.explain(market[account], as_of), many, i)
            assert agree(estimator.read(fold_all(estimator, standing(market[account], as_of)), as_of), many, i)


def check_refold(estimator: Estimator) -> None:
    """A state folded onto an older one, from its sealed day on, reads like one folded from the beginning."""
    for seed, signals in enumerate(HISTORIES):
        rows = standing(signals, AS_OF)
        for kind in sorted({s.kind for s in rows}):
            own = [s for s in rows if s.kind == kind]
            before = estimator.fold(kind, own[: random.Random(seed).randint(0, len(own))], None)
            start = -(2**62) if before is None else before.sealed_day * DAY
            after = estimator.fold(kind, [s for s in own if s.occurred_at >= start], before)
            whole = estimator.fold(kind, own, None)
            assert (after is None) == (whole is None)
            if after is not None and whole is not None:
                assert after.n == whole.n
                one, other = estimator.read({kind: after}, AS_OF), estimator.read({kind: whole}, AS_OF)
                assert one.status == other.status
                assert math.isclose(one.mass, other.mass, abs_tol=1e-9)
                assert math.isclose(one.ask, other.ask, abs_tol=1e-9)


def check_ceiling(estimator: Estimator) -> None:
    """Without news the ceiling never rises, and no later intent exceeds it."""
    for signals in HISTORIES:
        states = fold_all(estimator, standing(signals, AS_OF))
        before = estimator.ceiling(states, AS_OF)
        for day in (0, 1, 5, 30, 90, 400):
            now = estimator.ceiling(states, AS_OF + day * DAY)
            assert (estimator.read(states, AS_OF + day * DAY).intent or 0.0) <= now <= before
            before = now


def check_storable(estimator: Estimator) -> None:
    """Hyper-parameters and states survive JSON: a version is a row, and so is a state."""
    assert type(estimator).model_validate_json(estimator.model_dump_json()) == estimator
    for signals in HISTORIES:
        for state in fold_all(estimator, standing(signals, AS_OF)).values():
            back = json.loads(json.dumps(asdict(state)))
            assert (
                State(back["sealed_day"], tuple(back["sealed"]), back["at"], tuple(back["total"]), back["n"]) == state
            )


def test_the_accounts_have_everything_that_can_be_derived():
    """Else the checks below would say nothing of it."""
    estimator = ESTIMATORS["evidence@1, everything derived, in a market"]
    counts = dict.fromkeys(estimator.derived(), 0)
    for signals in HISTORIES:
        for line in estimator.explain(signals, AS_OF).contributions:
            if line.kind in counts:
                counts[line.kind] += line.intent > 0
    assert all(counts.values()), counts


CHECKS: tuple[Callable[[Estimator], None], ...] = (
    check_silence,
    check_scale,
    check_order,
    check_no_look_ahead,
    check_contributions,
    check_views_agree,
    check_refold,
    check_ceiling,
    check_storable,
)


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_an_estimator_keeps_its_contract(check, estimator):
    check(estimator)
