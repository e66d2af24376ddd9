"""Derived kinds: signals made of signals, each with a weight of its own. They need history, surprise also the market's.

Sequences are here; momentum, breadth and surprise each in the module of their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from capteur.estimators.breadth import breadth
from capteur.estimators.momentum import momentum
from capteur.estimators.rules import BreadthRule, DerivedRule, MomentumRule, Rules, SequenceRule, SurpriseRule
from capteur.estimators.surprise import surprise
from capteur.signals import Observation


def completions(signals: Iterable[Observation], sequence: SequenceRule) -> list[Observation]:
    """The signals that complete the pattern in order within its window: non-overlapping, latest start.

    At one instant kinds are read in pattern order: dates without an hour must not hide a sequence. Within a kind, `signals`
    come in canonical order.
    """
    pattern, window = sequence.pattern, sequence.window
    rank = {kind: i for i, kind in reversed(list(enumerate(pattern)))}
    starts: list[int | None] = [None] * len(pattern)
    done = []
    rows = [s for s in signals if s.kind in rank]
    rows.sort(key=lambda s: (s.occurred_at, rank[s.kind]))
    for signal in rows:
        # From the end: one signal moves the pattern that has come furthest, and never two steps at once.
        for step in range(len(pattern) - 1, -1, -1):
            if signal.kind != pattern[step]:
                continue
            if step == 0:
                starts[0] = signal.occurred_at
            else:
                start = starts[step - 1]
                if start is None or signal.occurred_at - start > window:
                    continue
                starts[step] = start
            if step == len(pattern) - 1:
                done.append(signal)
                starts = [None] * len(pattern)
            break
    return done


def derived_signals(signals: Sequence[Observation], rule: DerivedRule, rules: Rules) -> list[Observation]:
    """The derived signals of one account, in canonical order; `signals` are of the rule's kinds, in canonical order.

    The completion of a sequence is a full-strength signal of kind `seq:NAME`, keyed by the signal that completed it.
    """
    match rule:
        case SequenceRule(kind=kind):
            return [Observation(f"{kind}@{s.key}", kind, s.occurred_at) for s in completions(signals, rule)]
        case MomentumRule():
            return momentum(signals, rule, rules)
        case BreadthRule():
            return breadth(signals, rule, rules)
        case SurpriseRule():
            return surprise(signals, rule, rules)
