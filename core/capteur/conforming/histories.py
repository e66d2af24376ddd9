"""Histories of made-up accounts for estimators: signals late, revoked, tied, of one event, of a topic, of the future."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.estimator import Estimator
from capteur.intent import STATUSES, TRENDS, WORDS, Estimate, Estimates, State
from capteur.signals import Observation

AS_OF = 60 * DAY
ALWAYS = -(2**62)
ACCOUNTS = 40
CLOSE = 1e-9
"""The three views of one formula agree to this."""
TOPICS = (None, None, "crm", "payroll")
PERSONS = ("ann", None, "bob", "ann", "cleo")


def history(seed: int, kinds: Sequence[str]) -> list[Observation]:
    """One account's signals, none to 80 of them, of up to a dozen of these kinds."""
    rng = random.Random(seed)  # noqa: S311  the same accounts in every run are the point
    mine = rng.sample(list(kinds), min(len(kinds), rng.randint(1, 12)))
    if rng.random() < 0.8:  # noqa: PLR2004  most accounts have no veto
        mine = [kind for kind in mine if not kind.startswith("account.")] or [kinds[0]]
    return [
        Observation(
            key=f"{i:03d}",
            kind=rng.choice(mine),
            occurred_at=rng.randrange(65) * DAY + rng.choice([0, 0, 36_000_000_000]),
            strength=rng.choice([1.0, rng.random()]),
            known_at=rng.randrange(70) * DAY if rng.random() < 0.1 else ALWAYS,  # noqa: PLR2004  one in ten
            revoked_at=rng.randrange(70) * DAY if rng.random() < 0.1 else None,  # noqa: PLR2004  one in ten
            topic=rng.choice(TOPICS),
            event=rng.choice([None] * 6 + ["e1", "e2"]),
            person=PERSONS[i % len(PERSONS)],
            signal_id=i,
        )
        for i in range(rng.choice([0, 1, 2, 5, 20, 80]))
    ]


def is_known(signal: Observation, as_of: int) -> bool:
    """It occurred, and somebody knew."""
    return signal.occurred_at <= as_of and signal.known_at <= as_of


def is_revoked(signal: Observation, as_of: int) -> bool:
    """It was taken back by then."""
    return signal.revoked_at is not None and signal.revoked_at <= as_of


def past(signals: Sequence[Observation], as_of: int) -> list[Observation]:
    """The signals as they stood at `as_of`: nothing later, and no revocation that was still to come."""
    return [s if is_revoked(s, as_of) else replace(s, revoked_at=None) for s in signals if is_known(s, as_of)]


def moved(signals: Sequence[Observation], by: int) -> list[Observation]:
    """The same history so many micros later."""
    return [
        replace(
            s,
            occurred_at=s.occurred_at + by,
            known_at=s.known_at if s.known_at == ALWAYS else s.known_at + by,
            revoked_at=None if s.revoked_at is None else s.revoked_at + by,
        )
        for s in signals
    ]


def standing(signals: Sequence[Observation], as_of: int) -> list[Observation]:
    """What a store hands to `fold`: known and unrevoked, one witness per event, in (occurred_at, key) order."""
    rows = [s for s in signals if is_known(s, as_of) and not is_revoked(s, as_of)]
    rows.sort(key=lambda s: (s.occurred_at, s.key))
    best: dict[str, Observation] = {}
    for row in rows:
        if row.event is not None and (row.event not in best or row.strength > best[row.event].strength):
            best[row.event] = row
    return [s for s in rows if s.event is None or best[s.event] is s]


def fold_all(estimator: Estimator, rows: Sequence[Observation]) -> dict[str, State]:
    """Every kind's state from the beginning, derived kinds included, as core makes it."""
    folded = {k: estimator.fold(k, [s for s in rows if s.kind == k], None) for k in sorted({s.kind for s in rows})}
    for name, sources in estimator.derived().items():
        derived = estimator.derive(name, [s for s in rows if s.kind in sources])
        folded[name] = estimator.fold(name, derived, None)
    return {kind: state for kind, state in folded.items() if state is not None}


NUMBERS = ("intent", "low", "high", "inferred", "ask", "n_eff", "mass")


def difference(one: Estimate, other: Estimate, *, lines: bool = True) -> str:
    """The first thing in which two estimates differ, as a sentence; empty when they agree to 1e-9."""
    for name in ("status", "evidence", "trend"):
        if getattr(one, name) != getattr(other, name):
            return f"{name} is {getattr(one, name)!r} in one and {getattr(other, name)!r} in the other"
    for name in NUMBERS:
        if not _close(getattr(one, name), getattr(other, name)):
            return f"{name} is {getattr(one, name)} in one and {getattr(other, name)} in the other"
    if lines:
        mine, theirs = _lines(one), _lines(other)
        if mine.keys() != theirs.keys():
            return f"the contribution {min(mine.keys() ^ theirs.keys())[1]!r} is in one only"
        for line, intent in mine.items():
            if not _close(intent, theirs[line]):
                return f"the contribution {line[1]!r} is {intent} in one and {theirs[line]} in the other"
    return ""


def row_of(many: Estimates, i: int) -> Estimate:
    """Row `i` of the columns as an estimate."""
    values = {name: float(getattr(many, name)[i]) for name in NUMBERS}
    intent, low, high = (None if math.isnan(values[name]) else values[name] for name in ("intent", "low", "high"))
    return Estimate(
        intent=intent,
        low=low,
        high=high,
        status=STATUSES[many.status[i]],
        evidence=WORDS[many.evidence[i]],
        trend=TRENDS[many.trend[i]],
        inferred=values["inferred"],
        ask=values["ask"],
        n_eff=values["n_eff"],
        mass=values["mass"],
    )


def _lines(estimate: Estimate) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for line in estimate.contributions:
        found[line.kind, line.key] = found.get((line.kind, line.key), 0.0) + line.intent
    return found


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
