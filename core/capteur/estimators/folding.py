"""One kind of one account: which signals count, what a day is worth, and the running state. Pure Python, times in micros.

Rule numbers are those of docs/how-the-estimate-is-made.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from capteur.clock import MICROS_PER_DAY
from capteur.estimators.rules import Role, Rule, Rules
from capteur.intent import State
from capteur.signals import Observation

_MOST_HALVINGS = 1000.0  # 2^1000 still fits a float; what decayed by more is nothing in any unit


def in_order(signal: Observation) -> tuple[int, str, int, str, float]:
    """The one canonical order (occurred_at, key); the rest decides between two sources that chose the same key."""
    return (signal.occurred_at, signal.key, signal.signal_id, signal.kind, signal.strength)


def strongest_of_events(signals: Iterable[Observation]) -> list[Observation]:
    """Of signals (in canonical order) that tell of one real event, keep only the strongest; the earliest of equals."""
    rows = list(signals)
    best: dict[str, Observation] = {}
    for signal in rows:
        if signal.event is not None and (signal.event not in best or signal.strength > best[signal.event].strength):
            best[signal.event] = signal
    return [s for s in rows if s.event is None or best[s.event] is s] if best else rows


def counted(signals: Iterable[Observation], as_of: int, rules: Rules) -> list[Observation]:
    """What the estimator may read at `as_of`: occurred, known, not revoked, not empty; in canonical order.

    Events are settled before topics are chosen: one real event has one strongest witness, whatever the model follows.
    """
    standing = [
        s
        for s in signals
        if s.occurred_at <= as_of
        and s.known_at <= as_of
        and (s.revoked_at is None or s.revoked_at > as_of)
        and s.strength > 0.0
    ]
    standing.sort(key=in_order)
    return [s for s in strongest_of_events(standing) if rules.takes(s.kind, s.topic)]


def decay(age: float, half: float) -> float:
    """2^(-age / half), the part that is left."""
    return float(2.0 ** (-age / half))


def day_worth(strengths: Iterable[float], cap: float) -> list[float]:
    """Rule 1 for one day of one kind: g_i = s_i (1 - z/cap), z = the day's earlier g. The whole day stays below `cap`."""
    worth, room = [], 1.0
    for strength in strengths:
        worth.append(strength * room)
        room *= 1.0 - strength / cap
    return worth


def by_day(signals: Sequence[Observation]) -> list[tuple[int, list[Observation]]]:
    """(UTC day number, its signals) in order."""
    return [(day, list(group)) for day, group in groupby(signals, key=lambda s: s.occurred_at // MICROS_PER_DAY)]


def worths(signals: Sequence[Observation], cap: float) -> list[float]:
    """The worth g of each signal of one kind, in canonical order."""
    return [g for _, day in by_day(signals) for g in day_worth((s.strength for s in day), cap)]


def _plus(a: float, b: float) -> float:
    return a + b


def fold(rule: Rule, signals: Sequence[Observation], sealed: State | None, cap: float) -> State | None:
    """The running state of one kind: decayed sums (an ask: the decayed maximum) at each of the rule's half-lives.

    The state is sealed at the newest signal's UTC day, so a new signal needs only the signals of that day and later.
    `sealed` ends with two more numbers, how many signals lie before the seal and the newest one's time: without them a
    revoked signal could not be told from the last one.
    """
    halves = rule.halves
    join: Callable[[float, float], float] = max if rule.role is Role.ASK else _plus
    if sealed is None:
        days, before, count, newest = by_day(signals), [0.0] * len(halves), 0, 0
        seal = days[0][0] if days else 0
    else:
        days, before = by_day(signals), list(sealed.sealed[:-2])
        count, newest, seal = int(sealed.sealed[-2]), int(sealed.sealed[-1]), sealed.sealed_day

    for position, (day, group) in enumerate(days):
        start = day * MICROS_PER_DAY
        before = [b * decay(start - seal * MICROS_PER_DAY, h) for b, h in zip(before, halves, strict=True)]
        seal = day
        worth = [s.strength for s in group] if rule.role is Role.ASK else day_worth((s.strength for s in group), cap)
        last = position == len(days) - 1
        until = group[-1].occurred_at if last else start + MICROS_PER_DAY
        sums = []
        for b, h in zip(before, halves, strict=True):
            amount = b * decay(until - start, h)
            for s, g in zip(group, worth, strict=True):
                amount = join(amount, g * decay(until - s.occurred_at, h))
            sums.append(amount)
        if last:
            return State(seal, (*before, float(count), float(newest)), until, tuple(sums), count + len(group))
        before, seal, count, newest = sums, day + 1, count + len(group), group[-1].occurred_at

    if count == 0 or sealed is None:
        return None
    # Everything since the seal is gone (revoked, linked away): value the sealed part at its own newest signal.
    gap = seal * MICROS_PER_DAY - newest
    grown = tuple(b * 2.0 ** min(gap / h, _MOST_HALVINGS) for b, h in zip(before, halves, strict=True))
    return State(seal, sealed.sealed, newest, grown, count)
