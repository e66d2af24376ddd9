"""What many accounts' signals come to, and the estimates made of it: sharing.py on numpy columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capteur.estimators import rules as r
from capteur.estimators.rules import Role, Rules
from capteur.intent import STATUSES, TRENDS, WORDS, Estimates

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NEARLY_NOTHING = 1e-100  # below it, squares underflow; such evidence is 0 on the scale and one kind stands for all


@dataclass(frozen=True, slots=True)
class KindArrays:
    """The rules by kind code. `rate` is 1/half-life (0: no decay); `weight` is 0 where a kind is no evidence, `trend_weight`
    also where it is derived; `scores` is 1 for evidence and derived kinds, `is_signal` for evidence alone, else 0.
    """

    names: tuple[str, ...]
    role: NDArray[np.int8]
    weight: Floats
    trend_weight: Floats
    rate: Floats
    log_damp: Floats
    scores: Floats
    is_signal: Floats

    @classmethod
    def of(cls, names: tuple[str, ...], rules: Rules) -> KindArrays:
        found = [rules.of(name) for name in names]
        return cls(
            names=names,
            role=np.array([f.role for f in found], dtype=np.int8),
            weight=np.array([f.weight for f in found], dtype=np.float64),
            trend_weight=np.array([f.weight * (f.role is Role.EVIDENCE) for f in found], dtype=np.float64),
            rate=np.array([1.0 / f.half for f in found], dtype=np.float64),
            log_damp=np.array([f.log_damp for f in found], dtype=np.float64),
            scores=np.array([f.role in (Role.EVIDENCE, Role.DERIVED) for f in found], dtype=np.float64),
            is_signal=np.array([f.role is Role.EVIDENCE for f in found], dtype=np.float64),
        )

    def has(self, role: Role) -> bool:
        return bool((self.role == role).any())

    def places(self, role: Role, kind: NDArray[np.integer[Any]]) -> Ints:
        """Where a kind of this role stands in a column of codes."""
        return np.flatnonzero((self.role == role)[kind])


@dataclass(frozen=True, slots=True)
class Rows:
    """Counted signals of some accounts, by account; `owner` is the account's place among them, `known` in micros.

    `person` holds codes, -1 for none; None when nobody asked for persons.
    """

    owner: Ints
    kind: NDArray[np.int32]
    at: Ints
    strength: Floats
    known: Ints
    person: Ints | None


@dataclass(slots=True)
class Tallies:
    """One element per account; the columns of `sharing.Tally`. `squares` is the sum of (kind_doubt e_k)^2."""

    points: Floats
    squares: Floats
    log_damp: Floats
    ask: Floats
    n_eff: Floats
    fast: Floats
    slow: Floats
    scored: Flags
    vetoed: Flags
    counted: Flags

    @classmethod
    def empty(cls, accounts: int) -> Tallies:
        def numbers() -> Floats:
            return np.zeros(accounts)

        def flags() -> Flags:
            return np.zeros(accounts, dtype=bool)

        sums = (numbers(), numbers(), numbers(), numbers(), numbers(), numbers(), numbers())
        return cls(*sums, flags(), flags(), flags())


def add_sums(
    out: Tallies, owner: Ints, kind: NDArray[np.integer[Any]], amount: Floats, kinds: KindArrays, rules: Rules
) -> None:
    """Add evidence, damps and vetoes from decayed sums, one element of `amount` per (account, kind)."""
    accounts = len(out.points)
    full = np.expm1(amount * rules.log_r)
    full *= -rules.cap
    evidence = kinds.weight[kind] * full
    out.points += np.bincount(owner, evidence, accounts)
    evidence *= rules.kind_doubt
    out.squares += np.bincount(owner, np.square(evidence), accounts)
    out.n_eff += np.bincount(owner, kinds.is_signal[kind] * amount, accounts)
    out.scored |= np.bincount(owner, kinds.scores[kind], accounts) > 0.0
    if kinds.has(Role.DAMP):
        damps = kinds.places(Role.DAMP, kind)
        out.log_damp += np.bincount(owner[damps], kinds.log_damp[kind[damps]] * full[damps], accounts)
    if kinds.has(Role.VETO):
        out.vetoed[owner[kinds.places(Role.VETO, kind)]] = True


def ranges(first: Ints, last: Ints) -> Ints:
    """The numbers first..last-1 of each pair, in one array."""
    length = last - first
    numbers: Ints = np.repeat(first - (np.cumsum(length) - length), length)
    return numbers + np.arange(len(numbers))


def add_trend(
    out: Tallies,
    begin: Ints,
    kind: NDArray[np.integer[Any]],
    age: Floats,
    fast: Floats,
    slow: Floats,
    kinds: KindArrays,
) -> None:
    """Add F and L of accounts that begin at the rows `begin`, from sums of `age` (micros, 0 or less).

    Where few accounts have evidence enough for a trend, only their rows are looked at.
    """
    enough = np.flatnonzero(out.n_eff >= r.THIN_BELOW)
    if not enough.size:
        return
    whose: Ints | slice = slice(None)
    if 2 * enough.size < begin.size:
        whose, first, last = enough, begin[enough], np.append(begin[1:], len(kind))[enough]
        rows = ranges(first, last)
        kind, age, fast, slow = kind[rows], age[rows], fast[rows], slow[rows]
        begin = np.append(0, np.cumsum(last - first)[:-1])
    weight, left = kinds.trend_weight[kind], age * (1.0 / r.SLOW)
    np.exp2(left, out=left)
    part = slow * left
    out.slow[whose] = np.add.reduceat(np.multiply(part, weight, out=part), begin)
    np.square(np.square(left, out=left), out=left)  # 2^(-age/7 d) is the fourth power of 2^(-age/28 d)
    np.multiply(fast, left, out=part)
    out.fast[whose] = np.add.reduceat(np.multiply(part, weight, out=part), begin)


def blank(account: Ints) -> Estimates:
    """Room for the estimates of these accounts, to be written block by block: what is in the cache is not read again."""
    size = len(account)
    numbers = [np.empty(size) for _ in range(7)]
    codes = [np.empty(size, dtype=np.int8) for _ in range(3)]
    intent, low, high, inferred, ask, n_eff, mass = numbers
    status, evidence, trend = codes
    return Estimates(account, status, intent, low, high, inferred, ask, n_eff, mass, evidence, trend)


def write(out: Estimates, at: slice, tally: Tallies, rules: Rules) -> None:
    """Write the estimates of one block of accounts into their places."""
    points, n_eff, vetoed, ask = tally.points, tally.n_eff, tally.vetoed, tally.ask
    ask[ask < rules.ask_counts] = 0.0
    declared = ask > 0.0
    mass = np.multiply(points, np.exp(tally.log_damp), out=out.mass[at])
    far = np.exp(r.Z80 * _spread(tally, rules))
    out.ask[at], out.n_eff[at] = ask, n_eff
    room = 1.0 - ask / 10.0
    inferred = _mapped(mass, rules, out.inferred[at])
    columns = (
        np.add(ask, inferred * room, out=out.intent[at]),
        np.add(ask, _mapped(mass / far, rules, out.low[at]) * room, out=out.low[at]),
        np.add(ask, _mapped(mass * far, rules, out.high[at]) * room, out=out.high[at]),
    )
    nothing = ~(tally.scored | vetoed | declared)
    for flags, value in ((vetoed, 0.0), (nothing, np.nan)):
        if flags.any():
            for column in columns:
                column[flags] = value
    cases = [("no_evidence", tally.counted), ("scored", tally.scored), ("declared", declared), ("vetoed", vetoed)]
    out.status[at] = _codes(STATUSES, "no_signal", cases)
    thin = n_eff < r.THIN_BELOW
    out.evidence[at] = _codes(WORDS, "some", [("solid", n_eff > r.SOLID_ABOVE), ("thin", thin)])
    quick, calm = tally.fast / r.WEEK_FAST, tally.slow / r.WEEK_SLOW
    turn = (quick - calm) / (quick + calm + r.TREND_FLOOR)
    rising = (turn > r.TREND_TURN) & (n_eff >= r.RISING_FROM)
    turns = [("falling", turn < -r.TREND_TURN), ("rising", rising), ("unknown", thin)]
    out.trend[at] = _codes(TRENDS, "steady", turns)


def _mapped(mass: Floats, rules: Rules, out: Floats) -> Floats:
    """10 S/(S + K): the evidence on the scale."""
    np.divide(mass, mass + rules.half_point, out=out)
    out *= 10.0
    return out


def _spread(tally: Tallies, rules: Rules) -> Floats:
    """The width of the range, rho of rule 8."""
    some = tally.points > _NEARLY_NOTHING
    solid = np.where(some, tally.points, 1.0)
    doubt = np.where(some, tally.squares / solid / solid, np.where(tally.points > 0.0, rules.kind_doubt**2, 0.0))
    return np.sqrt(doubt + rules.sparse_doubt / (tally.n_eff + 1.0))


def _codes(words: tuple[str, ...], otherwise: str, cases: list[tuple[str, Flags]]) -> NDArray[np.int8]:
    """The code of the last case that holds, element by element."""
    out = np.full(len(cases[0][1]), words.index(otherwise), dtype=np.int8)
    for word, holds in cases:
        out = np.where(holds, np.int8(words.index(word)), out)
    return out
