"""What can be configured about `evidence@1`, checked once. Messages name the option and the cure, never print the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import log
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from capteur.clock import MICROS_PER_DAY, parse_duration
from capteur.estimators import weights
from capteur.estimators.rules import (
    BreadthRule,
    DerivedRule,
    MomentumRule,
    Role,
    Rule,
    SequenceRule,
    SurpriseRule,
)
from capteur.kinds import CATALOGUE, is_kind_name
from capteur.nearest import did_you_mean

_SHORTEST = timedelta(hours=1)
_LONGEST = timedelta(days=36_500)


def _span(text: str) -> str:
    try:
        span = parse_duration(text)
    except (ValueError, OverflowError):
        msg = "not a duration; write e.g. 36h, 7d or 2w"
        raise ValueError(msg) from None  # the cause would repeat the value
    if not _SHORTEST <= span <= _LONGEST:
        msg = "a half-life or window is at least 1h and at most 36500d"
        raise ValueError(msg)
    return text


def _kind_name(text: str) -> str:
    if not is_kind_name(text):
        msg = "a kind is written area.fact in lower case, e.g. visit.page"
        raise ValueError(msg)
    return text


Span = Annotated[str, AfterValidator(_span)]
KindName = Annotated[str, AfterValidator(_kind_name)]
MOST_WEIGHT = 1000.0  # far above any use; keeps 10 S/(S + K) below 10 in floating point


def micros_of(span: str) -> float:
    """A checked duration in micros."""
    return parse_duration(span) / timedelta(microseconds=1)


class Part(BaseModel):
    """Base of the nested options: frozen, unknown names refused, values never printed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        unknown = [name for name in given if name not in cls.model_fields] if isinstance(given, Mapping) else []
        if unknown:
            known = ", ".join(sorted(cls.model_fields))
            msg = f"unknown option {unknown[0]!r}{did_you_mean(str(unknown[0]), cls.model_fields) or f'; it knows {known}'}"
            raise ValueError(msg)
        return given


class KindWeight(Part):
    """`[models.NAME.kinds."area.fact"]`: how much one fresh signal counts, and how long. What is left out keeps its default."""

    weight: float | None = Field(default=None, ge=0, le=MOST_WEIGHT, allow_inf_nan=False)
    half_life: Span | None = None


class Damp(Part):
    """`[models.NAME.damps."area.fact"]`: the factor for one fresh signal, and how long it lasts."""

    multiplier: float | None = Field(default=None, gt=0, lt=1)
    half_life: Span | None = None


class SequenceOption(Part):
    """`[[models.NAME.sequences]]`: kinds in order within a window; each completion counts `weight` for a full signal."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")
    pattern: tuple[KindName, ...] = Field(min_length=2, max_length=10)
    window: Span
    weight: float = Field(gt=0, le=MOST_WEIGHT, allow_inf_nan=False)
    half_life: Span


class Derived(Part):
    """Base of the derived kinds: `weight` and `half_life` of a full derived signal, and the `kinds` it is made of.

    Without `kinds`: every kind that is evidence in this model's configuration.
    """

    weight: float = Field(gt=0, le=MOST_WEIGHT, allow_inf_nan=False)
    half_life: Span
    kinds: tuple[KindName, ...] = ()


class Momentum(Derived):
    """`[models.NAME.momentum]`: the account's pace picks up."""


class Breadth(Derived):
    """`[models.NAME.breadth]`: more than one person within `window`."""

    window: Span


class Surprise(Derived):
    """`[models.NAME.surprise]`: more in a day than the market's own rate that day explains."""


def table_of(
    kinds: Mapping[str, KindWeight],
    damps: Mapping[str, Damp],
    *,
    vetoes: Sequence[str],
    neutral: Sequence[str],
    ask_half: float,
    undeclared: Rule,
) -> dict[str, Rule]:
    """Every kind's rule: the defaults, replaced by what is written. Raises ValueError for a kind written in two places."""
    written = {"kinds": list(kinds), "damps": list(damps), "vetoes": list(vetoes), "neutral": list(neutral)}
    seen: dict[str, str] = {}
    for option, names in written.items():
        for name in names:
            if name in seen:
                where = f"in {seen[name]} and {option}" if seen[name] != option else f"twice in {option}"
                raise ValueError(f"{option}: {name} stands {where}; a kind has one role")
            seen[name] = option
            if name == weights.ASK and option != "neutral":
                raise ValueError(
                    f"{option}: {name} is declared, not inferred; set ask_height or ask_half_life, or make it neutral"
                )
    table = {k: Rule(Role.EVIDENCE, w.weight, w.half_life * MICROS_PER_DAY) for k, w in weights.EVIDENCE.items()}
    table |= {k: _damp(d.multiplier, d.half_life * MICROS_PER_DAY) for k, d in weights.DAMPS.items()}
    table |= {k: Rule(Role.VETO) for k in weights.VETOES}
    table |= {k: Rule(Role.NEUTRAL) for k in weights.NEUTRAL}
    table[weights.ASK] = Rule(Role.ASK, half=ask_half)
    for kind, given in kinds.items():
        base = table.get(kind, undeclared)
        base = base if base.role is Role.EVIDENCE else undeclared
        half = base.half if given.half_life is None else micros_of(given.half_life)
        table[kind] = Rule(Role.EVIDENCE, base.weight if given.weight is None else given.weight, half)
    for kind, damp in damps.items():
        default = weights.DAMPS.get(kind)
        if default is None and (damp.multiplier is None or damp.half_life is None):
            raise ValueError(f"damps.{kind}: has no default, so write both multiplier and half_life")
        known = default or weights.Damping(1.0, 1.0)
        half = known.half_life * MICROS_PER_DAY if damp.half_life is None else micros_of(damp.half_life)
        table[kind] = _damp(known.multiplier if damp.multiplier is None else damp.multiplier, half)
    return table | {k: Rule(Role.VETO) for k in vetoes} | {k: Rule(Role.NEUTRAL) for k in neutral}


def _damp(multiplier: float, half: float) -> Rule:
    return Rule(Role.DAMP, half=half, log_damp=log(multiplier))


def sequences_of(options: Sequence[SequenceOption], table: dict[str, Rule]) -> tuple[SequenceRule, ...]:
    """The declared sequences; their rules are added to `table`. Raises ValueError for unknown kinds and names used twice."""
    known, found = {*table, *CATALOGUE}, []
    for option in options:
        for kind in option.pattern:
            if kind not in known:
                hint = did_you_mean(kind, known)
                raise ValueError(
                    f'sequences.{option.name}: pattern has the unknown kind {kind}{hint} or declare it in kinds."{kind}"'
                )
        rule = SequenceRule(option.name, option.pattern, micros_of(option.window))
        if rule.kind in table:
            raise ValueError(f"sequences.{option.name}: this name is used twice")
        table[rule.kind] = Rule(Role.DERIVED, option.weight, micros_of(option.half_life))
        found.append(rule)
    return tuple(found)


def derived_of(
    momentum: Momentum | None, breadth: Breadth | None, surprise: Surprise | None, table: dict[str, Rule]
) -> tuple[DerivedRule, ...]:
    """The derived kinds that are switched on; their rules are added to `table`. Raises ValueError for kinds that are no evidence."""
    evidence = tuple(sorted(kind for kind, rule in table.items() if rule.role is Role.EVIDENCE))

    def sources(name: str, option: Derived) -> tuple[str, ...]:
        for kind in option.kinds:
            if kind not in evidence:
                hint = did_you_mean(kind, evidence)
                raise ValueError(f'{name}: {kind} is no evidence here{hint} or declare it in kinds."{kind}"')
        return tuple(sorted(set(option.kinds))) or evidence

    found: list[DerivedRule] = []
    if momentum is not None:
        found.append(MomentumRule(sources("momentum", momentum)))
    if breadth is not None:
        half = micros_of(breadth.half_life)
        found.append(BreadthRule(sources("breadth", breadth), micros_of(breadth.window), half))
    if surprise is not None:
        found.append(SurpriseRule(sources("surprise", surprise)))
    options = (option for option in (momentum, breadth, surprise) if option is not None)
    for rule, option in zip(found, options, strict=True):
        table[rule.kind] = Rule(Role.DERIVED, option.weight, micros_of(option.half_life))
    return tuple(found)
