"""Derived kinds: declared sequences, whose completions are signals with a weight of their own. They need history."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from math import fsum
from typing import TYPE_CHECKING

from capteur.estimators.folding import decay, worths
from capteur.estimators.rules import Rules, SequenceRule
from capteur.signals import Observation

if TYPE_CHECKING:
    from capteur.estimators.tallying import KindArrays, Rows, Tallies


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


def derived_signals(signals: Iterable[Observation], sequence: SequenceRule) -> list[Observation]:
    """Each completion as a full-strength signal of kind `seq:NAME`, keyed by the signal that completed it."""
    return [
        Observation(key=f"{sequence.kind}@{s.key}", kind=sequence.kind, occurred_at=s.occurred_at)
        for s in completions(signals, sequence)
    ]


def add_sequences(out: Tallies, rows: Rows, as_of: int, kinds: KindArrays, rules: Rules) -> None:
    """Add the completed sequences of one block of accounts: only accounts with every kind of the pattern are looked at."""
    for sequence in rules.sequences:
        rule = rules.of(sequence.kind)
        for place, signals in _candidates(rows, kinds, sequence):
            done = derived_signals(signals, sequence)
            if not done:
                continue
            left = (decay(as_of - s.occurred_at, rule.half) for s in done)
            evidence = rule.weight * rules.saturated(
                fsum(g * k for g, k in zip(worths(done, rules.cap), left, strict=True))
            )
            out.points[place] += evidence
            out.squares[place] += (rules.kind_doubt * evidence) ** 2
            out.scored[place] = True


def _candidates(rows: Rows, kinds: KindArrays, sequence: SequenceRule) -> Iterable[tuple[int, list[Observation]]]:
    import numpy as np

    if not set(sequence.pattern) <= set(kinds.names):
        return
    having = [np.unique(rows.owner[rows.kind == kinds.names.index(name)]) for name in set(sequence.pattern)]
    for place in reduce(np.intersect1d, having).tolist():
        first, last = np.searchsorted(rows.owner, [place, place + 1])
        own = zip(rows.kind[first:last].tolist(), rows.at[first:last].tolist(), strict=True)
        yield place, [Observation("", kinds.names[kind], at) for kind, at in own]
