"""Spending a budget: on whom first, how much a daemon may claim, and what is told of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from capteur import estimating, ranking
from capteur.ranking.worth import Candidate
from capteur.ranking.worth import by_worth as ordered
from capteur.registry import Instance
from capteur.schedules import MICROSECOND
from capteur.sensing.purse import Purse, balance
from capteur.store import accounts, due, spend
from capteur.store.shapes import WatchRow
from capteur.watching import BudgetStatus, InstanceStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.accounts import Account
    from capteur.house.core import House

log = logging.getLogger("capteur.house")

FRESH_S = 60.0
"""How long an order of accounts holds while a daemon works it off; and how long it leaves a budget alone that has no room."""


@dataclass(frozen=True, slots=True)
class Look:
    """Accounts of an instance, those worth most first, and the line that their nearness is told by."""

    candidates: list[Candidate]
    line: float | None


def look(house: House, instance: Instance, ids: Sequence[int], now: int) -> Look:
    """These accounts in the order in which a budget is spent on them. Reads only."""
    seen = house.store.read(lambda conn: spend.looked(conn, instance.name))
    intents, line = _numbers(house, ids, now)
    found = []
    for account_id in ids:
        at = seen.get(account_id, (None, None, 0))[0]
        found.append(Candidate(account_id, None if at is None else now - at, intents.get(account_id)))
    return Look(ordered(found, instance.schedule.interval() // MICROSECOND, line), line)


def by_worth(house: House, instance: Instance, ids: Sequence[int]) -> list[int]:
    """The ids alone."""
    return [candidate.account_id for candidate in look(house, instance, ids, house.now()).candidates]


def _numbers(house: House, ids: Sequence[int], now: int) -> tuple[dict[int, float], float | None]:
    """Intents by the first model, and where capacity draws the line; nothing when there are no numbers to go by."""
    if list(ids) == [0]:
        return {}, None

    def work(conn: Connection) -> tuple[dict[int, float], float | None]:
        model = next(iter(house.models.values()))
        read = estimating.read_now(conn, model, ids, now)
        capacity, line = house.settings.capacity, None
        if capacity is not None:
            args = (conn, model.estimator, model.name, model.version.id, now)
            top = [e.intent or 0.0 for _, e in ranking.top_now(*args, capacity)]
            line = ranking.threshold(top, capacity)[0]
        return {account_id: e.intent for account_id, e in read.items() if e.intent is not None}, line

    try:
        return house.store.read(work)
    except Exception as error:  # noqa: BLE001  a plugin's estimator may raise anything: then staleness alone decides
        log.warning("no numbers to spend budgets by: %s", error)
        return {}, None


@dataclass(slots=True)
class _Cut:
    """What is claimed, who is then left in the order of each instance, and how many seconds those without room are left alone."""

    asks: list[due.Ask] = field(default_factory=list)
    left: dict[str, list[int]] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)


class Thrift:
    """A daemon's side of it: kept by the shift, which lets it claim, in a thread."""

    def __init__(self, house: House, purses: Mapping[str, Purse], instances: Mapping[str, Instance]) -> None:
        self._house, self._purses, self._instances = house, purses, instances
        self._orders: dict[str, tuple[float, list[int]]] = {}
        self._again: dict[str, float] = {}

    def may_ask(self, name: str) -> bool:
        """Whether it makes sense to claim for an instance: not while its budget is known to have no room."""
        return self._house.clock.monotonic() >= self._again.get(name, 0.0)

    def claim(self, asks: Sequence[due.Ask], now: int) -> list[tuple[WatchRow, Account | None]]:
        """Claim what is due and affordable, with the accounts (None for the instance itself, or one that is gone)."""
        self._prepare(asks)

        def work(conn: Connection) -> tuple[_Cut, list[tuple[WatchRow, Account | None]]]:
            cut = self._cut(conn, asks, now)
            rows = [row for rows in due.take(conn, cut.asks, now).values() for row in rows]
            return cut, [(row, accounts.get(conn, row.account_id) if row.account_id else None) for row in rows]

        cut, claimed = self._house.store.write(work).result()
        self._orders |= {name: (self._orders[name][0], left) for name, left in cut.left.items()}
        self._again |= {name: self._house.clock.monotonic() + seconds for name, seconds in cut.waits.items()}
        return claimed

    def _prepare(self, asks: Sequence[due.Ask]) -> None:
        """Know who is due, and in which order, for the instances that have a budget."""
        now = self._house.now()
        for ask in asks:
            if ask.instance in self._purses:
                self._purses[ask.instance].pay_owed(self._house.store)
            made, order = self._orders.get(ask.instance, (0.0, []))
            fresh = order and self._house.clock.monotonic() < made + FRESH_S
            if ask.instance in self._purses and not fresh:
                seen = self._house.store.read(lambda conn, name=ask.instance: spend.looked(conn, name))  # type: ignore[misc]
                ids = [account_id for account_id, (_, _, at) in seen.items() if at <= now]
                order = [c.account_id for c in look(self._house, self._instances[ask.instance], ids, now).candidates]
                self._orders[ask.instance] = self._house.clock.monotonic(), order

    def _cut(self, conn: Connection, asks: Sequence[due.Ask], now: int) -> _Cut:
        """The asks, those of instances with a budget cut to what it has room for.

        In the transaction that claims, which may break and be done again: it changes nothing here.
        """
        cut = _Cut()
        for ask in asks:
            purse = self._purses.get(ask.instance)
            if purse is None:
                cut.asks.append(ask)
                continue
            order = [account_id for account_id in self._orders[ask.instance][1] if account_id not in ask.but]
            most = min(purse.afford(conn, now), ask.limit)
            if most:
                cut.asks.append(replace(ask, accounts=order[:most], limit=most))
            elif not ask.but:
                wait = ((purse.frees_at() or now) - now) / 1e6
                cut.waits[ask.instance] = min(max(wait, 1.0), FRESH_S)
            cut.left[ask.instance] = order[most:]
        return cut


def with_budget(conn: Connection, status: InstanceStatus, instance: Instance, now: int) -> InstanceStatus:
    """The state of an instance with what its budget has left, and who waits for it."""
    if instance.budget is None or not instance.enabled:
        return status
    known = balance(conn, instance.name, instance.budget, instance.cost, now)
    held = set(spend.under_way(conn, instance.name, now))
    ready = [a for a, (_, _, at) in spend.looked(conn, instance.name).items() if at <= now and a not in held]
    waiting = max(0, len(ready) - known.units(len(held)))
    room = known.frees_at() if waiting else None
    words = known.told(waiting)
    found = BudgetStatus(
        known.budget.requests,
        known.requests,
        known.budget.credits,
        known.credits,
        int(known.budget.per.total_seconds()),
        waiting,
        room,
        known.full_at,
        words,
    )
    return replace(status, budget=found)
