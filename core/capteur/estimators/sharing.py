"""From what an account's signals come to, to the estimate and the lines that add up to it. Pure Python.

How the intent is shared (rule 11): evidence pro rata inside a kind; damps take their loss by their part of log D; the map and
the ask scale every line alike; a veto is one negative line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, fsum, sqrt
from typing import NamedTuple

from capteur.estimators import rules as r
from capteur.estimators.rules import Rules
from capteur.intent import Contribution, Estimate, EvidenceWord, Status, Trend


class Line(NamedTuple):
    """A contribution in the making; `value` is in points of S, parts of log D, or points of the ask, by its list in `Tally`."""

    key: str
    kind: str
    value: float
    occurred_at: int
    kept: float
    signal_id: int = 0


@dataclass(slots=True)
class Tally:
    """What one account's signals come to, kind by kind, before damping and mapping.

    `evidence` holds e_k per kind, derived ones too; `fast` and `slow` the F and L of the trend; `counted` how many signals
    (or states) were counted at all, neutral ones included.
    """

    points: list[Line] = field(default_factory=list)
    damps: list[Line] = field(default_factory=list)
    asks: list[Line] = field(default_factory=list)
    vetoes: list[Line] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    n_eff: float = 0.0
    fast: float = 0.0
    slow: float = 0.0
    counted: int = 0


def word_of(n_eff: float) -> EvidenceWord:
    """How much there is to go by, in a word."""
    return "thin" if n_eff < r.THIN_BELOW else "solid" if n_eff > r.SOLID_ABOVE else "some"


def turn_of(fast: float, slow: float) -> float:
    """The m of rule 10, between -1 and 1: the week's rate against the month's, both as half-lives."""
    quick, calm = fast / r.WEEK_FAST, slow / r.WEEK_SLOW
    return (quick - calm) / (quick + calm + r.TREND_FLOOR)


def trend_of(n_eff: float, fast: float, slow: float) -> Trend:
    """Rule 10: what the turn is called."""
    if n_eff < r.THIN_BELOW:
        return "unknown"
    turn = turn_of(fast, slow)
    if turn > r.TREND_TURN and n_eff >= r.RISING_FROM:
        return "rising"
    return "falling" if turn < -r.TREND_TURN else "steady"


def on_scale(mass: float, ask: float, rules: Rules) -> float:
    """Rules 5 and 6: S and A to 0-10. The ask is taken whole; evidence fills a share of the room it leaves."""
    return ask + 10.0 * mass / (mass + rules.half_point) * (1.0 - ask / 10.0)


def _status(tally: Tally, ask: float) -> Status:
    if tally.vetoes:
        return "vetoed"
    if ask > 0.0:
        return "declared"
    if tally.evidence:
        return "scored"
    return "no_evidence" if tally.counted else "no_signal"


def estimate_of(tally: Tally, rules: Rules) -> Estimate:
    """The estimate with its contributions, in descending size, ties by key."""
    points = fsum(line.value for line in tally.points)
    log_damp = fsum(line.value for line in tally.damps)
    damp = exp(log_damp)
    mass = points * damp
    asks = [line for line in tally.asks if line.value >= rules.ask_counts]
    ask = max((line.value for line in asks), default=0.0)
    status = _status(tally, ask)
    # Each part is divided before it is squared: the square of what is nearly forgotten would underflow.
    doubt = fsum((rules.kind_doubt * (e / points)) ** 2 for e in tally.evidence) if points > 0.0 else 0.0
    spread = sqrt(doubt + rules.sparse_doubt / (tally.n_eff + 1.0))
    intent: float | None
    low: float | None
    high: float | None
    if status == "vetoed":
        intent = low = high = 0.0
    elif status in ("no_evidence", "no_signal"):
        intent = low = high = None
    else:
        intent = on_scale(mass, ask, rules)
        low, high = (on_scale(mass * exp(z * spread), ask, rules) for z in (-r.Z80, r.Z80))
    return Estimate(
        status=status,
        intent=intent,
        low=low,
        high=high,
        evidence=word_of(tally.n_eff),
        inferred=10.0 * mass / (mass + rules.half_point),
        ask=ask,
        trend=trend_of(tally.n_eff, tally.fast, tally.slow),
        n_eff=tally.n_eff,
        mass=mass,
        undamped=points,
        damp=damp,
        spread=spread,
        contributions=()
        if intent is None
        else _contributions(tally, asks, rules, lost=points - mass, log_damp=log_damp, mass=mass),
    )


def _contributions(
    tally: Tally, asks: list[Line], rules: Rules, *, lost: float, log_damp: float, mass: float
) -> tuple[Contribution, ...]:
    winner = min(asks, key=lambda line: (-line.value, line.key, line.kind), default=None)
    ask = winner.value if winner is not None else 0.0
    scale = 10.0 / (mass + rules.half_point) * (1.0 - ask / 10.0)
    # A damp so old that its logarithm is 0 takes nothing away, and has nothing to share.
    per_log = -lost / log_damp if log_damp else 0.0
    rows = [(line, line.value * scale) for line in tally.points]
    rows += [(line, line.value * per_log * scale) for line in tally.damps]
    rows += [(line, ask if line is winner else 0.0) for line in asks]
    if tally.vetoes:
        # One veto is enough: the first by key speaks, the others stand beside it with nothing left to take.
        first = min(tally.vetoes, key=lambda line: (line.key, line.kind))
        total = fsum(value for _, value in rows)
        rows += [(line, -total if line is first else 0.0) for line in tally.vetoes]
    rows.sort(key=lambda row: (-abs(row[1]), row[0].key, row[0].kind, row[0].occurred_at))
    return tuple(
        Contribution(line.key, line.kind, value + 0.0, line.occurred_at, line.kept, line.signal_id)  # + 0.0: no "-0.0"
        for line, value in rows
    )
