"""`evidence@1`, the default estimator: an additive, saturating, exponentially decaying sum of evidence on a 0-10 scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from capteur.errors import PluginError
from capteur.estimator import Estimator, Market, SignalColumns
from capteur.estimators import weights
from capteur.estimators.derived import derived_signals
from capteur.estimators.folding import counted, decay, fold, in_order, worths
from capteur.estimators.options import (
    MOST_WEIGHT,
    Breadth,
    Damp,
    KindName,
    KindWeight,
    Momentum,
    SequenceOption,
    Span,
    Surprise,
    derived_of,
    micros_of,
    sequences_of,
    table_of,
)
from capteur.estimators.rules import BREADTH, FAST, MOMENTUM, SLOW, SURPRISE, Role, Rule, Rules
from capteur.estimators.sharing import Line, Tally, estimate_of, on_scale
from capteur.intent import Estimate, Estimates, State
from capteur.signals import Observation

if TYPE_CHECKING:
    from capteur.estimators.columnar import StateColumns

# Looked up once: access to an enum's member costs as much as the arithmetic it guards (Python 3.11).
_NEUTRAL, _EVIDENCE, _DERIVED, _DAMP, _ASK, _VETO = Role

_NEWER = (MOMENTUM, BREADTH, SURPRISE)
"""Options that versions stored before them do not have."""

# A bound that rounding cannot turn into less than what it bounds.
_ABOVE_ROUNDING = 1.0 + 1e-12


class Undeclared(KindWeight):
    """Weight and half-life of a kind nobody configured."""

    weight: float = Field(default=weights.UNDECLARED.weight, ge=0, le=MOST_WEIGHT, allow_inf_nan=False)
    half_life: Span = f"{weights.UNDECLARED.half_life}d"


class Evidence(Estimator):
    """Evidence of every kind, saturated within a day and over days, halved by time, damped, and mapped to 0-10.

    What is written in `kinds`, `damps`, `vetoes` and `neutral` replaces the default role of those kinds; all others keep
    theirs (estimators/weights.py). docs/how-the-estimate-is-made.md explains the numbers.

    Args:
        kinds: weight (multiples of the average account's buying rate) and half-life by kind.
        damps: multiplier per fresh signal and half-life by kind.
        vetoes: kinds that end the account's intent until revoked.
        neutral: kinds that are stored and shown, not scored.
        undeclared: what a kind nobody configured counts.
        sequences: ordered kinds within a window; each completion is evidence of its own.
        momentum, breadth, surprise: derived kinds, off unless given: the account's pace picks up; more than one person; more in
            a day than the market's own rate explains.
        r: what each further full signal is worth of the one before it; one kind's ceiling is 1/(1 - r).
        K: the evidence at which the inferred intent is 5.
        ask_height, ask_half_life, ask_counts: points of a fresh ask, their half-life, and the points below which it is over.
        kind_doubt, sparse_doubt: how unsure a weight is, and how unsure few signals make; they set the range.

    One funding round today is `10 x 4/(4 + 9)`:

    >>> from capteur import Observation
    >>> round(Evidence().explain([Observation("sec/1", "funding.raised", 0)], as_of=0).intent, 3)
    3.077
    """

    name: ClassVar[str] = "evidence@1"

    kinds: dict[KindName, KindWeight] = Field(default_factory=dict)
    damps: dict[KindName, Damp] = Field(default_factory=dict)
    vetoes: tuple[KindName, ...] = ()
    neutral: tuple[KindName, ...] = ()
    undeclared: Undeclared = Undeclared()
    sequences: tuple[SequenceOption, ...] = ()
    momentum: Momentum | None = None
    breadth: Breadth | None = None
    surprise: Surprise | None = None
    r: float = Field(default=0.6, ge=0.01, le=0.99)
    K: float = Field(default=9.0, ge=0.01, le=1e6)
    ask_height: float = Field(default=9.0, gt=0, le=9.9)
    ask_half_life: Span = "21d"
    ask_counts: float = Field(default=1.0, gt=0, lt=10)
    kind_doubt: float = Field(default=0.5, ge=0, le=5)
    sparse_doubt: float = Field(default=0.5, ge=0, le=5)

    @model_validator(mode="after")
    def _work_out(self) -> Evidence:
        _ = self._rules  # what cannot be worked out is refused here
        return self

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # What is off is not written: a version is named by its parameters, and keeps its name when an option is added to capteur.
        written: dict[str, Any] = write(self)
        return {option: value for option, value in written.items() if value is not None or option not in _NEWER}

    @cached_property
    def _rules(self) -> Rules:
        """The options worked out. A cached property lives in the instance; a private attribute would be looked up anew each time."""
        undeclared = Rule(Role.EVIDENCE, self.undeclared.weight, micros_of(self.undeclared.half_life))
        ask_half = micros_of(self.ask_half_life)
        table = table_of(
            self.kinds, self.damps, vetoes=self.vetoes, neutral=self.neutral, ask_half=ask_half, undeclared=undeclared
        )
        given = derived_of(self.momentum, self.breadth, self.surprise, table)
        return Rules(
            table=table,
            undeclared=undeclared,
            derived=sequences_of(self.sequences, table) + given,
            topics=None if self.topics is None else frozenset(self.topics),
            r=self.r,
            half_point=self.K,
            ask_height=self.ask_height,
            ask_counts=self.ask_counts,
            kind_doubt=self.kind_doubt,
            sparse_doubt=self.sparse_doubt,
        )

    def explain(self, signals: Sequence[Observation], as_of: int) -> Estimate:
        """The account's estimate with a contribution per signal; what is derived has lines of its own, e.g. `seq:NAME@KEY`."""
        rows = counted(signals, as_of, self._rules)
        tally = Tally(counted=len(rows))
        kinds: dict[str, list[Observation]] = {}
        for row in rows:
            kinds.setdefault(row.kind, []).append(row)
        for kind in sorted(kinds):
            self._count(tally, kinds[kind], self._rules.of(kind), as_of)
        for derived in self._rules.derived_at(as_of):
            done = derived_signals([s for s in rows if s.kind in derived.sources], derived, self._rules)
            if done:
                self._count(tally, done, self._rules.of(derived.kind), as_of)
        return estimate_of(tally, self._rules)

    def _count(self, tally: Tally, signals: list[Observation], rule: Rule, as_of: int) -> None:
        """Add one kind's signals, in canonical order, to the tally."""
        role, half = rule.role, rule.half
        if role is _NEUTRAL:
            return
        kept = [decay(as_of - s.occurred_at, half) for s in signals]
        if role is _ASK:
            parts = [self.ask_height * s.strength * k for s, k in zip(signals, kept, strict=True)]
            lines = tally.asks
        elif role is _VETO:
            parts, lines = [0.0] * len(signals), tally.vetoes
        else:
            worth = worths(signals, self._rules.cap)
            each = [g * k for g, k in zip(worth, kept, strict=True)]
            amount = fsum(each)
            factor = rule.log_damp if role is _DAMP else rule.weight
            whole = factor * self._rules.saturated(amount)
            parts = [whole * (e / amount) if amount else 0.0 for e in each]
            lines = tally.damps if role is _DAMP else tally.points
            if role is not _DAMP:
                tally.evidence.append(whole)
            if role is _EVIDENCE:
                tally.n_eff += amount
                ages = [as_of - s.occurred_at for s in signals]
                tally.fast += rule.weight * fsum(g * decay(a, FAST) for g, a in zip(worth, ages, strict=True))
                tally.slow += rule.weight * fsum(g * decay(a, SLOW) for g, a in zip(worth, ages, strict=True))
        lines += [
            Line(s.key, s.kind, part, s.occurred_at, k, s.signal_id)
            for s, part, k in zip(signals, parts, kept, strict=True)
        ]

    def estimate(self, signals: SignalColumns, as_of: int) -> Estimates:
        """Every account in `signals`, by columns; numpy only."""
        from capteur.estimators.columnar import estimate

        return estimate(signals, as_of, self._rules)

    def fold(self, kind: str, signals: Sequence[Observation], sealed: State | None) -> State | None:
        """Running state of one kind; a kind without a decayed sum (neutral, veto) carries only how many there are."""
        rows = [s for s in signals if s.strength > 0.0 and self._rules.takes(kind, s.topic)]
        return fold(self._rules.of(kind), rows, sealed, self._rules.cap)

    def read(self, states: Mapping[str, State], as_of: int) -> Estimate:
        """The same estimate from running state, with one contribution per kind. Imports nothing."""
        tally, rules = Tally(), self._rules
        for kind in sorted(states):
            state, rule = states[kind], rules.of(kind)
            role = rule.role
            if role is not _DERIVED:
                tally.counted += state.n
            if role is _NEUTRAL or state.n == 0:
                continue
            age = max(0, as_of - state.at)
            kept = decay(age, rule.half)
            if role is _VETO:
                tally.vetoes.append(Line(kind, kind, 0.0, state.at, kept))
                continue
            amount = state.total[0] * kept
            if role is _ASK:
                tally.asks.append(Line(kind, kind, self.ask_height * amount, state.at, kept))
            elif role is _DAMP:
                tally.damps.append(Line(kind, kind, rule.log_damp * rules.saturated(amount), state.at, kept))
            else:
                evidence = rule.weight * rules.saturated(amount)
                tally.points.append(Line(kind, kind, evidence, state.at, kept))
                tally.evidence.append(evidence)
                if role is _EVIDENCE:
                    tally.n_eff += amount
                    tally.fast += rule.weight * state.total[1] * decay(age, FAST)
                    tally.slow += rule.weight * state.total[2] * decay(age, SLOW)
        return estimate_of(tally, rules)

    def read_states(self, states: StateColumns, as_of: int) -> Estimates:
        """Many accounts from their running states, by columns; numpy only. The same numbers as `read`."""
        from capteur.estimators.columnar import read_states

        return read_states(states, as_of, self._rules)

    def ceiling(self, states: Mapping[str, State], as_of: int) -> float:
        """The intent without damps and vetoes: every part of it only decays, so it bounds the intent of any later moment."""
        mass, ask, rules = 0.0, 0.0, self._rules
        for kind, state in states.items():
            rule = rules.of(kind)
            if not state.total or rule.role is _DAMP:
                continue
            amount = state.total[0] * decay(max(0, as_of - state.at), rule.half)
            if rule.role is _ASK:
                ask = max(ask, self.ask_height * amount)
            else:
                mass += rule.weight * rules.saturated(amount)
        return on_scale(mass, ask if ask >= self.ask_counts else 0.0, rules) * _ABOVE_ROUNDING

    def derived(self) -> Mapping[str, tuple[str, ...]]:
        return {rule.kind: rule.sources for rule in self._rules.derived}

    def derive(self, name: str, signals: Sequence[Observation]) -> list[Observation]:
        """The derived signals of one kind, e.g. `seq:NAME`, among signals of its sources that count now (events settled)."""
        for rule in self._rules.derived:
            if rule.kind == name:
                rows = [
                    s
                    for s in signals
                    if s.kind in rule.sources and s.strength > 0.0 and self._rules.takes(s.kind, s.topic)
                ]
                return derived_signals(sorted(rows, key=in_order), rule, self._rules)
        raise PluginError(
            f"estimator {self.name} derives nothing called {name}", fix="use one of the names derived() gives"
        )

    def reads_persons(self) -> bool:
        return BREADTH in self.derived()

    def market_kinds(self) -> frozenset[str]:
        return frozenset(self.derived().get(SURPRISE, ()))

    def market_of(self, signals: SignalColumns, at: int, watched: int) -> Market:
        """The market of the kinds surprise is made of; numpy only."""
        from capteur.estimators.market import market_of

        return market_of(signals, at, watched, self.market_kinds(), self._rules)

    def knowing(self, market: Market) -> Self:
        """The same options, with a market for surprise to compare with."""
        copy = self.model_copy()
        copy.__dict__["_rules"] = replace(self._rules, market=market)  # where the cached property keeps it
        return copy

    def declared(self) -> frozenset[str]:
        return frozenset(self._rules.table)
