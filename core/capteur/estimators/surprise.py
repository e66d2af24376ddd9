"""Surprise: what an account did in a day beyond the market's own rate that day. On a launch day everyone visits; that is no news.

For each kind and each UTC day that is over, with z = what the account's signals of that day are worth (rule 1), Z = the same
summed over all N watched accounts, and lambda = (Z - z)/(N - 1), the market's rate without the account itself:

    strength = max(0, z - lambda), at 00:00 after the day

Read the day as two Poisson streams laid over each other, the market's with rate lambda and the account's own with rate mu: of z
arrivals the account's own share is expected to be mu/(lambda + mu), with the estimate max(0, z - lambda) of mu (the thinning
probability of stochastic declustering: Zhuang, Ogata & Vere-Jones 2002). So a quiet day's signal counts in full, one that
everyone gives counts nothing, and no market can make it count more. Worth instead of a bare count, because a robot's thousand
visits are worth 2.5 (rule 1): no single account sets the market's rate.

The market is read once a UTC day, as known at 00:00, and only signals known by then are held against it: an account's day that
arrives late waits for the next reading instead of standing out from a market that does not have it yet. Without a market, or
alone in it, an account has no surprise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from capteur.clock import MICROS_PER_DAY
from capteur.estimators.folding import day_worth
from capteur.estimators.rules import Rules, SurpriseRule
from capteur.signals import Observation

if TYPE_CHECKING:
    from capteur.estimator import Market

_ROUNDING = 1e-9
"""The least strength there is: an account that did exactly what everyone did must not stand out by the last bits of a sum."""
_COMPANY = 2


def surprise(signals: Iterable[Observation], rule: SurpriseRule, rules: Rules) -> list[Observation]:
    """The days on which the account stood out, as signals of kind `surprise`, one per kind and day.

    `signals` are of the rule's kinds and in canonical order. Strengths lie between 0 and 1/(1 - r).
    """
    market = rules.market
    if market is None or market.watched < _COMPANY:
        return []
    days: dict[tuple[int, str], list[Observation]] = {}
    for signal in signals:
        if is_judged(signal.occurred_at, signal.known_at, market):
            days.setdefault((signal.occurred_at // MICROS_PER_DAY, signal.kind), []).append(signal)
    done = []
    for (day, kind), group in sorted(days.items(), key=lambda item: item[0]):
        own = sum(day_worth((s.strength for s in group), rules.cap))
        rate = max(0.0, market.worth.get(kind, {}).get(day, 0.0) - own) / (market.watched - 1)
        if own - rate > _ROUNDING:
            key = f"{rule.kind}@{kind}@{group[-1].key}"
            done.append(Observation(key, rule.kind, (day + 1) * MICROS_PER_DAY, own - rate))
    return done


def is_judged(occurred_at: int, known_at: int, market: Market) -> bool:
    """Whether a signal was in the market when it was read: its day was over, and it was known."""
    return occurred_at < market.at and known_at <= market.at
