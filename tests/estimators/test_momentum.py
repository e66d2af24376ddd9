"""Momentum: the account's own pace, short memory against long, read on each day it shows evidence."""

from __future__ import annotations

import pytest

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimators.evidence import Evidence
from capteur.signals import Observation

ESTIMATOR = Evidence(momentum={"weight": 2, "half_life": "7d"})


def series(*days: float, kind: str = "visit.page", strength: float = 1.0) -> list[Observation]:
    return [Observation(f"{kind}{i:03d}", kind, round(day * DAY), strength) for i, day in enumerate(days)]


def derived(*signals: Observation, estimator: Evidence = ESTIMATOR) -> dict[float, float]:
    """Strength by day."""
    return {s.occurred_at / DAY: s.strength for s in estimator.derive("momentum", signals)}


def contrast(fast: float, slow: float) -> float:
    return (fast / 7 - slow / 28) / (fast / 7 + slow / 28 + 0.01)


def test_three_days_in_a_row_by_hand():
    """The third day counts by half; before it the pace was too thin to be one."""
    fast = 2 ** (-2 / 7) + 2 ** (-1 / 7) + 0.5
    slow = 2 ** (-2 / 28) + 2 ** (-1 / 28) + 0.5
    assert derived(*series(0, 1, 2)) == {2.0: pytest.approx(contrast(fast, slow), rel=1e-12)}


def test_kinds_are_weighed_and_read_at_the_days_last_signal():
    """A flood inside a day counts as it does everywhere, 1 + 0.6 + 0.36; weights are those of the kinds."""
    rounds, visits = series(0, kind="funding.raised"), series(2, 2, 2)
    fast = 4 * 2 ** (-2 / 7) + 1.96 / 2
    slow = 4 * 2 ** (-2 / 28) + 1.96 / 2
    assert derived(*rounds, *visits) == {2.0: pytest.approx(contrast(fast, slow), rel=1e-12)}


@pytest.mark.parametrize(
    ("kind", "every", "until"),
    [("visit.page", 1, 34), ("visit.page", 7, 28), ("visit.page", 10, 30), ("hiring.opened", 21, -1), ("tool.adopted", 60, -1)],
)  # fmt: skip
def test_a_steady_pace_has_momentum_only_while_it_is_new(kind, every, until):
    """A rate read right after a signal is too high; without the half day a monthly post would be momentum for ever."""
    found = derived(*series(*range(0, 600, every), kind=kind))
    assert max(found, default=-1) == until


def test_a_weekly_pace_that_becomes_daily_has_momentum_from_the_third_day_until_it_is_the_pace():
    found = derived(*series(*range(0, 70, 7), *range(70, 150)))
    assert max(day for day in found if day < 70) == 28
    assert [day for day in found if day >= 70] == list(range(72, 99))


@pytest.mark.parametrize("days", [(0,), (0, 0), (0, 0, 0), (0, 3), (0, 40, 80)])
def test_few_signals_are_new_and_not_faster(days):
    assert derived(*series(*days)) == {}


def test_it_has_its_own_line_weight_and_half_life():
    signals = series(0, 1, 2)
    estimate, plain = ESTIMATOR.explain(signals, 9 * DAY), Evidence().explain(signals, 9 * DAY)
    strength = derived(*signals)[2.0]
    assert estimate.undamped == pytest.approx(plain.undamped + 2 * (1 - 0.6 ** (strength / 2)) / 0.4, rel=1e-12)
    assert estimate.n_eff == plain.n_eff
    (line,) = [c for c in estimate.contributions if c.kind == "momentum"]
    assert (line.key, line.occurred_at, line.signal_id) == ("momentum@visit.page002", 2 * DAY, 0)
    assert line.kept == pytest.approx(0.5)


def test_only_the_kinds_it_is_made_of_are_read():
    estimator = Evidence(momentum={"weight": 1, "half_life": "7d", "kinds": ["hiring.opened"]})
    assert derived(*series(0, 1, 2), estimator=estimator) == {}
    assert estimator.derived() == {"momentum": ("hiring.opened",)}
    assert len(derived(*series(0, 1, 2, kind="hiring.opened"), estimator=estimator)) == 1


def test_neutral_and_damping_kinds_are_no_pace():
    assert "press.mention" not in ESTIMATOR.derived()["momentum"]
    assert "company.layoffs" not in ESTIMATOR.derived()["momentum"]
    assert derived(*series(0, 1, 2, kind="press.mention")) == {}


def test_signals_from_before_1970_do_not_overflow():
    assert len(derived(*series(-30_000, 0, 1, 2))) == 1
