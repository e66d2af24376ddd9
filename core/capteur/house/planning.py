"""What a run would do: whom it would look at, in which order and why, and what that would take. No request, no claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Literal

from capteur import roster
from capteur.accounts import Account
from capteur.house.budgets import look
from capteur.house.running import listed_accounts
from capteur.ranking.worth import reason
from capteur.registry import Broken, Instance
from capteur.sensing.purse import Balance, balance
from capteur.store import spend, watches

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

PlanState = Literal["ready", "parked", "paused", "broken"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One look: the account (None for a feed), why it stands where it stands, and whether the budget has room for it."""

    account: Account | None
    reason: str
    fits: bool


@dataclass(frozen=True, slots=True)
class InstancePlan:
    """One instance. `looks` in the order of the run, `due` of them by the schedule; `fits` is how many the budget has room for.

    `each` = requests of one look by its own history, None while there is none (then 1 is assumed). `requests` and `credits` are
    what the looks that fit would take; `requests_left` and `credits_left` what the budget has, None = not limited. `told` is what
    the budget says, or why the instance cannot be built, then with its `fix`.
    """

    instance: str
    state: PlanState
    looks: list[Planned]
    due: int
    fits: int
    each: float | None
    requests: int
    credits: int
    requests_left: int | None
    credits_left: int | None
    told: str | None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer of `capteur run --plan`."""

    as_of: int
    instances: list[InstancePlan]

    @property
    def exit_code(self) -> int:
        """2 when an instance cannot be built, as `run` would end."""
        return 2 if any(of.state == "broken" for of in self.instances) else 0


def plan(
    house: House, chosen: Sequence[Instance], broken: Sequence[Broken], labels: Sequence[str] | None, *, named: bool
) -> Plan:
    """What `run` would do with these instances; those in `broken` cannot run. Raises InputError for an unknown account."""
    now = house.now()
    accounts = house.store.read(lambda conn: listed_accounts(conn, labels, roster.find))
    found = [_plan(house, i, accounts, now, named=named) for i in chosen if i.shape != "push"]
    return Plan(now, [*found, *(_not_built(b) for b in broken)])


def _not_built(broken: Broken) -> InstancePlan:
    fix = broken.fix or None
    return InstancePlan(broken.instance, "broken", [], 0, 0, None, 0, 0, None, None, broken.message, fix)


def _plan(house: House, instance: Instance, accounts: Mapping[int, Account], now: int, *, named: bool) -> InstancePlan:
    ids = [*accounts] if instance.shape == "account" else [0]
    order = look(house, instance, ids, now)

    def work(conn: Connection) -> tuple[PlanState, int, float | None, Balance | None, int]:
        row = watches.instances(conn).get(instance.name)
        parked, paused = row is not None and row.parked_at is not None, row is not None and row.paused_at is not None
        state: PlanState = "ready" if named else "parked" if parked else "paused" if paused else "ready"
        seen = spend.looked(conn, instance.name)
        due = sum(seen[account_id][2] <= now if account_id in seen else True for account_id in ids)
        each, known = spend.usual(conn, instance.name, now), None
        if instance.budget is not None:
            known = balance(conn, instance.name, instance.budget, instance.cost, now)
        return state, due, each, known, len(spend.under_way(conn, instance.name, now))

    state, due, each, known, held = house.store.read(work)
    candidates = order.candidates
    if known is None:  # as `run` itself goes through them
        candidates = sorted(candidates, key=lambda c: (c.since is not None, -(c.since or 0), c.account_id))
    fits = 0 if state != "ready" else len(ids)
    if known is not None:
        fits = min(fits, replace(known, usual=1.0 if each is None else each).units(held))
    looks = [
        Planned(accounts.get(c.account_id), reason(c, order.line), place < fits) for place, c in enumerate(candidates)
    ]
    budget = known.budget if known is not None else None
    return InstancePlan(
        instance.name,
        state,
        looks,
        due,
        fits,
        each,
        ceil(fits * (1.0 if each is None else each)),
        fits * instance.cost,
        budget.requests - known.requests if known and budget and budget.requests is not None else None,
        budget.credits - known.credits if known and budget and budget.credits is not None else None,
        known.told(len(ids) - fits if state == "ready" else 0) if known is not None else None,
    )
