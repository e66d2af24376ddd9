"""Momentum: the account's own pace picks up. A signal is derived on each day on which it does.

Two estimates of one rate of evidence a day, with short and with long memory, read at the moment t of a day's last signal over
the kinds momentum is made of; g' = g/2 for the signals of that very day, else g:

    F = sum w_k g'_i 2^(-(t - t_i)/7 d),  L = the same at 28 d,  n = sum g_i 2^(-(t - t_i)/28 d)
    m = (F/7 - L/28)/(F/7 + L/28 + 0.01);  the derived signal's strength is m where m > 0.25 and n >= 2, else there is none.

These are the F, L and m of rule 10. A difference of a fast and a slow exponential average is what technical analysis calls MACD
(Appel 1979); dividing by their sum makes it a contrast below 1 that does not depend on how much evidence there is. The day counts
by half because a rate read right after a signal is too high on average, by that half (the trapezoid of just before and just
after). So a steady pace has momentum only while it is new: weekly visits for their first five weeks, a post every three weeks
never. Below n = 2 there is no pace to speak of: a lone signal is new, not faster. As a day is read when it happened, momentum
needs no recomputing; the derived signal fades by its own half-life.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from operator import add
from typing import NamedTuple

from capteur.estimators import rules as r
from capteur.estimators.folding import by_day, decay
from capteur.estimators.rules import MomentumRule, Rules
from capteur.estimators.sharing import turn_of
from capteur.signals import Observation


class _Sums(NamedTuple):
    """F, L and n, valued at one moment."""

    fast: float = 0.0
    slow: float = 0.0
    amount: float = 0.0


def momentum(signals: Sequence[Observation], rule: MomentumRule, rules: Rules) -> list[Observation]:
    """The days on which the pace picked up, as signals of kind `momentum`, keyed by the day's last signal.

    `signals` are of the rule's kinds and in the order of time; those of one kind in canonical order.
    """
    sums, at = _Sums(), signals[0].occurred_at if signals else 0
    done = []
    for _, group in by_day(signals):
        last = group[-1]
        earlier, today = _later(sums, last.occurred_at - at), _of_day(group, rules)
        sums, at = _Sums(*map(add, earlier, today)), last.occurred_at
        turn = turn_of(earlier.fast + today.fast / 2, earlier.slow + today.slow / 2)
        if turn > r.TREND_TURN and sums.amount >= r.RISING_FROM:
            done.append(Observation(f"{rule.kind}@{last.key}", rule.kind, at, turn))
    return done


def _later(sums: _Sums, age: int) -> _Sums:
    fast, slow = decay(age, r.FAST), decay(age, r.SLOW)
    return _Sums(sums.fast * fast, sums.slow * slow, sums.amount * slow)


def _of_day(group: Sequence[Observation], rules: Rules) -> _Sums:
    """What one day's signals come to at the last of them.

    By fsum: kinds come in another order at one instant in columns, and a threshold must get the same answer from every view.
    """
    room: dict[str, float] = {}
    parts = []
    for signal in group:
        left = room.get(signal.kind, 1.0)
        room[signal.kind] = left * (1.0 - signal.strength / rules.cap)
        worth, weight = signal.strength * left, rules.of(signal.kind).weight
        slow = decay(age := group[-1].occurred_at - signal.occurred_at, r.SLOW)
        parts.append(_Sums(weight * worth * decay(age, r.FAST), weight * worth * slow, worth * slow))
    return parts[0] if len(parts) == 1 else _Sums(*map(fsum, zip(*parts, strict=True)))
