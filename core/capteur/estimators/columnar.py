"""`evidence@1` over many accounts at once: the formula of folding.py and sharing.py on numpy columns, no loop over signals.

Rows are worked off in blocks of whole accounts small enough to stay in the processor's cache: on 10 M signals that is what
memory bandwidth allows, and the memory needed does not grow with the history.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capteur.clock import MICROS_PER_DAY
from capteur.estimator import SignalColumns
from capteur.estimators import tallying
from capteur.estimators.derived_columns import add_derived
from capteur.estimators.rules import Role, Rules
from capteur.estimators.tallying import Flags, Floats, Ints, KindArrays, Rows, Tallies
from capteur.intent import Estimates

BLOCK = 1 << 17  # rows; measured: flat from half of that on, 1.7x slower at 8,000, 1.3x without blocks


@dataclass(frozen=True, slots=True)
class StateColumns:
    """Running states as columns of one length, sorted by account.

    `kind` holds codes into `kinds`; `at` is in micros; `totals` has shape (n, 3), zero where a kind's state has fewer sums; `n`
    counts signals.
    """

    account: Ints
    kind: NDArray[np.int32]
    kinds: tuple[str, ...]
    at: Ints
    totals: Floats
    n: Ints


def changes(column: NDArray[Any]) -> Flags:
    """True where a value differs from the one before it, and at the beginning."""
    out = np.ones(len(column), dtype=bool)
    np.not_equal(column[1:], column[:-1], out=out[1:])
    return out


def starts_of(column: NDArray[Any]) -> Ints:
    """Where each run of equal values begins, and the length at the end."""
    return np.append(np.flatnonzero(changes(column)), len(column))


@dataclass(frozen=True, slots=True)
class Block:
    """Some accounts' signals. `begin` says at which row each account begins, `keep` which rows count; the others are views."""

    begin: Ints
    kind: NDArray[np.int32]
    at: Ints
    strength: Floats
    keep: Flags
    known: Ints
    person: Ints | None


def _keep_temporaries() -> None:
    """Have malloc keep a block's temporaries instead of returning them to the system after each line.

    glibc takes the largest piece ever given back as its measure of what to keep; untouched, this one costs nothing. Without
    it every temporary is page-faulted in anew: 9 ns a row instead of 1 for exp2. Elsewhere it has no effect.
    """
    piece = np.empty(1 << 21)  # 16 MB
    del piece


def _blocks(starts: Ints) -> Iterator[tuple[int, int]]:
    """(first, last) account places per block: whole accounts, about BLOCK rows each."""
    first, accounts = 0, len(starts) - 1
    while first < accounts:
        last = int(np.searchsorted(starts, starts[first] + BLOCK, side="right")) - 1
        last = min(max(last, first + 1), accounts)
        yield first, last
        first = last


def estimate(columns: SignalColumns, as_of: int, rules: Rules) -> Estimates:
    """The estimates of every account in `columns` as of `as_of` (micros), in the order of the columns."""
    starts = starts_of(columns.account)
    kinds = KindArrays.of(columns.kinds, rules)
    out = tallying.blank(columns.account[starts[:-1]])
    _keep_temporaries()
    for places, block in counted_blocks(columns, starts, as_of, kinds, rules):
        tallying.write(out, places, _tally(block, as_of, kinds, rules), rules)
    return out


def counted_blocks(
    columns: SignalColumns, starts: Ints, as_of: int, kinds: KindArrays, rules: Rules
) -> Iterator[tuple[slice, Block]]:
    """(places of the accounts, their signals with what counts as of a moment in micros), some accounts at a time.

    `starts` says at which row each account begins, with the end behind them.
    """
    for first, last in _blocks(starts):
        yield slice(first, last), _counted(columns, starts[first : last + 1], as_of, kinds, rules)


def _counted(columns: SignalColumns, starts: Ints, as_of: int, kinds: KindArrays, rules: Rules) -> Block:
    """What may be read at `as_of`: occurred, known, standing, not empty; then one witness per event; then the topics."""
    span = slice(int(starts[0]), int(starts[-1]))
    begin = starts[:-1] - starts[0]
    at, kind, strength = columns.occurred_at[span], columns.kind[span], columns.strength[span]
    keep = (at <= as_of) & (columns.known_at[span] <= as_of) & (columns.revoked_at[span] > as_of) & (strength > 0.0)
    event = columns.event[span]
    told = np.flatnonzero(keep & (event >= 0))
    if told.size:
        owner = np.searchsorted(begin, told, side="right")
        place = told if columns.place is None else columns.place[span][told]
        order = np.lexsort((place, at[told], -strength[told], event[told], owner))
        again = ~changes(event[told][order]) & ~changes(owner[order])
        keep[told[order[again]]] = False
    if rules.topics is not None:
        # Code -1, no topic, finds the last element: such a signal counts in every model.
        follows = np.array([*(t in rules.topics for t in columns.topics), True])
        keep &= follows[columns.topic[span]] | (kinds.role == Role.VETO)[kind]
    person = None if columns.person is None else columns.person[span]
    return Block(begin, kind, at, strength, keep, columns.known_at[span], person)


def day_worth(strength: Floats, new_day: Flags, cap: float) -> Floats:
    """Turn strengths into worths, in place: each times the product of (1 - s/cap) over its day's earlier rows.

    The running product doubles its reach at each pass, so a flood of 1000 rows takes 10 passes, over its own rows only.
    """
    later = np.flatnonzero(~new_day)
    if not later.size:
        return strength
    room = 1.0 - strength / cap
    day = np.flatnonzero(np.diff(later, prepend=-1) != 1)  # the later rows of one day stand together
    depth = np.arange(1, len(later) + 1) - np.repeat(day, np.diff(day, append=len(later)))
    rows, reach = later, 1
    while rows.size:
        room[rows] *= room[rows - reach]
        reach *= 2
        deep = np.flatnonzero(depth >= reach)
        rows, depth = rows[deep], depth[deep]
    strength[later] *= room[later - 1]
    return strength


def _tally(block: Block, as_of: int, kinds: KindArrays, rules: Rules) -> Tallies:
    begin, size = block.begin, len(block.kind)
    out = Tallies.empty(len(begin))
    out.counted = np.logical_or.reduceat(block.keep, begin)
    new_kind = changes(block.kind)
    new_kind[begin] = True
    new_day = new_kind | changes(block.at // MICROS_PER_DAY)
    # A row that does not count is worth nothing and takes nothing from its day; moving the others together costs more.
    worth = day_worth(np.where(block.keep, block.strength, 0.0), new_day, rules.cap)
    age = np.subtract(block.at, float(as_of))
    np.minimum(age, 0.0, out=age)
    decay = kinds.rate[block.kind]
    np.exp2(np.multiply(decay, age, out=decay), out=decay)
    segment = np.flatnonzero(new_kind)
    end = np.append(segment[1:], size)
    amount = np.add.reduceat(worth * decay, segment)
    kind = block.kind[segment].astype(np.intp)
    owner = np.repeat(np.arange(len(begin)), np.diff(np.searchsorted(segment, begin), append=len(segment)))
    if not amount.all():  # nothing counts, or what does is nearly forgotten
        here = np.flatnonzero(np.logical_or.reduceat(block.keep, segment))
        segment, end, amount, kind, owner = segment[here], end[here], amount[here], kind[here], owner[here]
    tallying.add_sums(out, owner, kind, amount, kinds, rules)
    tallying.add_trend(out, block.begin, block.kind, age, worth, worth, kinds)
    asks = kinds.places(Role.ASK, kind)
    if asks.size:
        rows = tallying.ranges(segment[asks], end[asks])
        heights = rules.ask_height * block.strength[rows] * decay[rows] * block.keep[rows]
        np.maximum.at(out.ask, np.repeat(owner[asks], (end - segment)[asks]), heights)
    if rules.derived:
        rows = np.flatnonzero(block.keep)
        whose = np.searchsorted(begin, rows, side="right") - 1
        person = None if block.person is None else block.person[rows]
        told = Rows(whose, block.kind[rows], block.at[rows], block.strength[rows], block.known[rows], person)
        add_derived(out, told, as_of, kinds, rules)
    return out


def read_states(states: StateColumns, as_of: int, rules: Rules) -> Estimates:
    """The estimates of every account in `states`, in the order of the columns; the same numbers as reading one by one."""
    starts = starts_of(states.account)
    kinds = KindArrays.of(states.kinds, rules)
    out = tallying.blank(states.account[starts[:-1]])
    _keep_temporaries()
    for first, last in _blocks(starts):
        tallying.write(
            out, slice(first, last), _tally_states(states, starts[first : last + 1], as_of, kinds, rules), rules
        )
    return out


def _tally_states(states: StateColumns, starts: Ints, as_of: int, kinds: KindArrays, rules: Rules) -> Tallies:
    span, begin = slice(int(starts[0]), int(starts[-1])), starts[:-1] - starts[0]
    out = Tallies.empty(len(begin))
    owner, here = np.repeat(np.arange(len(begin)), np.diff(starts)), states.n[span] > 0
    kind, totals = states.kind[span].astype(np.intp), states.totals[span]
    age = np.subtract(states.at[span], float(as_of))
    np.minimum(age, 0.0, out=age)
    amount = np.exp2(age * kinds.rate[kind]) * totals[:, 0]
    if here.all():
        out.counted[:] = True
        tallying.add_sums(out, owner, kind, amount, kinds, rules)
    else:
        out.counted[owner[here]] = True
        tallying.add_sums(out, owner[here], kind[here], amount[here], kinds, rules)
    tallying.add_trend(out, begin, kind, age, totals[:, 1], totals[:, 2], kinds)
    asks = kinds.places(Role.ASK, kind)
    if asks.size:
        np.maximum.at(out.ask, owner[asks], rules.ask_height * amount[asks])
    return out
