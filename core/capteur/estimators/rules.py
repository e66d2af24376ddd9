"""A configuration of `evidence@1`, worked out: what each kind does, and the numbers of the formula. Times in micros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from math import expm1, log
from typing import Final

from capteur.clock import MICROS_PER_DAY
from capteur.estimator import Market

Z80: Final = 1.2815515655446004
"""Standard normal quantile: 80 % lie within +- Z80."""
FAST: Final = 7.0 * MICROS_PER_DAY
SLOW: Final = 28.0 * MICROS_PER_DAY
"""The two half-lives whose comparison is the trend."""
WEEK_FAST: Final = 7.0
WEEK_SLOW: Final = 28.0
TREND_FLOOR: Final = 0.01
TREND_TURN: Final = 0.25
RISING_FROM: Final = 2.0
THIN_BELOW: Final = 1.0
SOLID_ABOVE: Final = 4.0
SEQUENCE_PREFIX: Final = "seq:"
MOMENTUM: Final = "momentum"
BREADTH: Final = "breadth"
SURPRISE: Final = "surprise"
_DERIVED: Final = frozenset({MOMENTUM, BREADTH, SURPRISE})


class Role(IntEnum):
    """What a kind does to the estimate. A kind has exactly one role."""

    NEUTRAL = 0
    EVIDENCE = 1
    DERIVED = 2
    DAMP = 3
    ASK = 4
    VETO = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind's role and numbers: `weight` of evidence and derived kinds, `half` in micros, `log_damp` = log of the multiplier."""

    role: Role
    weight: float = 0.0
    half: float = float("inf")
    log_damp: float = 0.0

    @property
    def halves(self) -> tuple[float, ...]:
        """The half-lives whose decayed sums the running state carries, in micros."""
        if self.role is Role.EVIDENCE:
            return (self.half, FAST, SLOW)
        return () if self.role in (Role.NEUTRAL, Role.VETO) else (self.half,)


_NEUTRAL = Rule(Role.NEUTRAL)


@dataclass(frozen=True, slots=True)
class SequenceRule:
    """A declared sequence: `pattern` in order within `window` micros."""

    name: str
    pattern: tuple[str, ...]
    window: float

    @property
    def kind(self) -> str:
        return SEQUENCE_PREFIX + self.name

    @property
    def sources(self) -> tuple[str, ...]:
        """The kinds it is made of, each once."""
        return tuple(dict.fromkeys(self.pattern))


@dataclass(frozen=True, slots=True)
class MomentumRule:
    """The account's own pace, over the kinds `sources`."""

    sources: tuple[str, ...]
    kind: str = MOMENTUM


@dataclass(frozen=True, slots=True)
class BreadthRule:
    """Several persons within `window` micros, over the kinds `sources`; `half` as in its Rule."""

    sources: tuple[str, ...]
    window: float
    half: float
    kind: str = BREADTH


@dataclass(frozen=True, slots=True)
class SurpriseRule:
    """The account's day against the market's, for each of the kinds `sources`."""

    sources: tuple[str, ...]
    kind: str = SURPRISE


DerivedRule = SequenceRule | MomentumRule | BreadthRule | SurpriseRule


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything the formula needs. `cap` = 1/(1-r), the ceiling of one kind's day and of f; `log_r` = log(r).

    `derived` says what is made of signals, in the order of its lines; `market` is what surprise compares with, None = unknown.
    """

    table: Mapping[str, Rule]
    undeclared: Rule
    derived: tuple[DerivedRule, ...]
    topics: frozenset[str] | None
    r: float
    half_point: float
    ask_height: float
    ask_counts: float
    kind_doubt: float
    sparse_doubt: float
    market: Market | None = None
    cap: float = field(init=False)
    log_r: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cap", 1.0 / (1.0 - self.r))
        object.__setattr__(self, "log_r", log(self.r))

    def of(self, kind: str) -> Rule:
        """The rule of a kind; the undeclared one for a kind nobody configured."""
        rule = self.table.get(kind)
        if rule is not None:
            return rule
        # A derived kind this configuration does not have says nothing here; it is not a kind somebody forgot.
        return _NEUTRAL if kind in _DERIVED or kind.startswith(SEQUENCE_PREFIX) else self.undeclared

    def derived_at(self, as_of: int) -> tuple[DerivedRule, ...]:
        """What can be derived as of a moment: a market that was read later is not known yet."""
        if self.market is None or self.market.at <= as_of:
            return self.derived
        return tuple(rule for rule in self.derived if not isinstance(rule, SurpriseRule))

    def takes(self, kind: str, topic: str | None) -> bool:
        """False for a signal on a topic this model does not follow. A veto's topic names a model, so vetoes always pass."""
        return self.topics is None or topic is None or topic in self.topics or self.of(kind).role is Role.VETO

    def saturated(self, amount: float) -> float:
        """f(B) = (1 - r^B)/(1 - r): f(0) = 0, f(1) = 1, never above `cap`. expm1 keeps small amounts exact."""
        return -expm1(amount * self.log_r) * self.cap
