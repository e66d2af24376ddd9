"""Derived kinds of many accounts: numpy finds the accounts that can have any; those go through derived.py one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from math import fsum
from operator import itemgetter

import numpy as np

from capteur.estimators.derived import derived_signals
from capteur.estimators.folding import decay, worths
from capteur.estimators.rules import BreadthRule, DerivedRule, MomentumRule, Rules, SequenceRule, SurpriseRule
from capteur.estimators.tallying import Flags, Ints, KindArrays, Rows, Tallies
from capteur.signals import Observation

_SEVERAL = 2


def add_derived(out: Tallies, rows: Rows, as_of: int, kinds: KindArrays, rules: Rules) -> None:
    """Add the derived kinds of one block of accounts as of a moment (micros)."""
    for rule in rules.derived_at(as_of):
        own = rules.of(rule.kind)
        for place, signals in _candidates(rows, kinds, rule, rules):
            done = derived_signals(signals, rule, rules)
            if not done:
                continue
            left = (decay(as_of - s.occurred_at, own.half) for s in done)
            evidence = own.weight * rules.saturated(
                fsum(g * k for g, k in zip(worths(done, rules.cap), left, strict=True))
            )
            out.points[place] += evidence
            out.squares[place] += (rules.kind_doubt * evidence) ** 2
            out.scored[place] = True


def _candidates(
    rows: Rows, kinds: KindArrays, rule: DerivedRule, rules: Rules
) -> Iterator[tuple[int, list[Observation]]]:
    """(place, signals of the rule's kinds in the order of time) of each account that may have derived signals."""
    of_kind = np.array([name in rule.sources for name in kinds.names], dtype=bool)
    here = np.flatnonzero(of_kind[rows.kind] & _of_use(rows, rule, rules))
    here = here[_enough(rows, here, rule)]
    here = here[np.lexsort((rows.at[here], rows.owner[here]))]
    whose, kind, at, strength, known = (
        column[here].tolist() for column in (rows.owner, rows.kind, rows.at, rows.strength, rows.known)
    )
    person = [-1] * len(whose) if rows.person is None else rows.person[here].tolist()
    cells = zip(whose, kind, at, strength, known, person, strict=True)
    for place, own in groupby(cells, key=itemgetter(0)):
        yield (
            place,
            [
                Observation("", kinds.names[k], t, s, known_at=n, person=None if p < 0 else str(p))
                for _, k, t, s, n, p in own
            ],
        )


def _of_use(rows: Rows, rule: DerivedRule, rules: Rules) -> Flags | bool:
    """Which rows the rule can read."""
    match rule:
        case BreadthRule():
            return False if rows.person is None else rows.person >= 0
        case SurpriseRule():
            return False if rules.market is None else (rows.at < rules.market.at) & (rows.known <= rules.market.at)
        case SequenceRule() | MomentumRule():
            return True


def _enough(rows: Rows, here: Ints, rule: DerivedRule) -> Flags:
    """Which of the rows `here` belong to an account that has what the rule needs at least."""
    owner = rows.owner[here]
    match rule:
        case SequenceRule():
            need, each = len(rule.sources), rows.kind[here].astype(np.int64)
        case BreadthRule() if rows.person is not None:
            need, each = _SEVERAL, rows.person[here]
        case MomentumRule():
            need, each = _SEVERAL, here  # rising takes two signals' worth
        case _:
            return np.ones(len(here), dtype=bool)
    if not here.size:
        return np.zeros(0, dtype=bool)
    span = int(each.max()) + 1
    different = np.unique(owner * span + each) // span
    enough: Flags = (np.bincount(different, minlength=int(owner.max()) + 1) >= need)[owner]
    return enough
