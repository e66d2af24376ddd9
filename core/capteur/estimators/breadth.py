"""Breadth: more than one person. Each counts once, by the last time he was seen in company; the one who counts most is the first.

A signal i of person p is in company when a signal of another person lies within the window before or after it. Then

    v_p = max over p's signals in company of s_i 2^(-(T - t_i)/h),  sorted downwards v_1 >= v_2 >= ...
    B = sum over j >= 2 of r^(j - 2) v_j

One more person adds r = 0.6 of what the one before him added, as further signals of a day do, so a thousand never exceed 2.5.
What several persons of one UTC day bring is one derived signal, at the newest of their times: `strength` = their sum there. No
order of v depends on T (all fade by the same half-life), so breadth needs no recomputing. One more signal never lowers B: it can
only raise some v_p. Without the window, two persons who never knew of one another, a year apart, would be breadth.

Counting distinct people beside touches follows the buying group of B2B research (Johnston & Bonoma 1981, "The buying center");
the diminishing is that of rule 1. Signals without a person take no part: nobody can tell whether they are somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import fsum, log2

from capteur.clock import MICROS_PER_DAY
from capteur.estimators.folding import decay
from capteur.estimators.rules import BreadthRule, Rules
from capteur.signals import Observation


def breadth(signals: Iterable[Observation], rule: BreadthRule, rules: Rules) -> list[Observation]:
    """Further persons as signals of kind `breadth`, one a UTC day, keyed by the newest signal that counts that day.

    `signals` are of the rule's kinds and in canonical order. Strengths lie between 0 and 1/(1 - r).
    """
    named = [s for s in signals if s.person is not None]
    best: dict[str | None, tuple[float, Observation]] = {}
    for signal in _in_company(named, rule.window):
        size = log2(signal.strength) + signal.occurred_at / rule.half
        if signal.person not in best or size >= best[signal.person][0]:
            best[signal.person] = (size, signal)
    ranked = sorted(best.values(), key=lambda b: (b[0], b[1].occurred_at, b[1].key), reverse=True)
    further = [(s, s.strength * rules.r**place) for place, (_, s) in enumerate(ranked[1:])]
    further.sort(key=lambda f: (f[0].occurred_at, f[0].key))
    done = []
    for _, day in groupby(further, key=lambda f: f[0].occurred_at // MICROS_PER_DAY):
        group = list(day)
        newest = group[-1][0]
        worth = fsum(part * decay(newest.occurred_at - s.occurred_at, rule.half) for s, part in group)
        if worth > 0.0:  # the thousandth person's part underflows
            done.append(Observation(f"{rule.kind}@{newest.key}", rule.kind, newest.occurred_at, worth))
    return done


def _in_company(signals: Sequence[Observation], window: float) -> list[Observation]:
    """The signals with one of another person at most `window` micros before or after."""
    gap_before = _to_another(signals)
    gap_after = reversed(list(_to_another(signals[::-1])))
    return [s for s, *gaps in zip(signals, gap_before, gap_after, strict=True) if min(gaps) <= window]


def _to_another(signals: Sequence[Observation]) -> Iterable[float]:
    """How far each signal is from the nearest one before it in the list that is another person's."""
    latest, who, other = 0, None, None
    for signal in signals:
        if who is None:
            who = signal.person
        elif signal.person != who:
            who, other = signal.person, latest
        latest = signal.occurred_at
        yield float("inf") if other is None else abs(signal.occurred_at - other)
