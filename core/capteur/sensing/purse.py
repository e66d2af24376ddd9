"""The budget of an instance while it works: how many units may begin, and whether one more request may go out.

Who begins a unit reserves for it what a unit usually takes, by the leases in the store: so daemons that share a store share the
budget. What this process asked and has not stored yet is counted here, request by request, and nothing goes out beyond the budget.
Only units of several daemons that ask for more than usual at the same moment can pass it, by what they ask above that.

What is stored is known here once the transaction is over, for until then it may break, and be done again: a `Spend` on its way
counts as asked and not stored, except for who looks from within the very transaction that stores it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from math import ceil, floor
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from capteur.clock import Clock, format_duration, micros
from capteur.errors import CapteurError, RateLimited
from capteur.registry import Budget
from capteur.store import spend
from capteur.store.shapes import Spend
from capteur.wording import age, counted, thousands

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

UNLIMITED = 2**31
_ROUNDING = 1e-9

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Balance:
    """What counts against a budget at `now` (micros): the pieces of time of its window, oldest first.

    `usual` = requests of one unit, None while nobody knows; `cost` = credits of one unit at most.
    """

    budget: Budget
    cost: int
    rows: Sequence[Spend]
    usual: float | None
    now: int

    @property
    def requests(self) -> int:
        """Requests spent."""
        return sum(row.requests for row in self.rows)

    @property
    def credits(self) -> int:
        """Credits spent."""
        return sum(row.credits for row in self.rows)

    def units(self, held: int = 0, unstored: int = 0) -> int:
        """How many more units may begin while `held` are under way, which have asked `unstored` times so far.

        The first unit of an instance runs alone: it shows what a unit takes.
        """
        most = UNLIMITED
        if self.budget.requests is not None and self.usual != 0:
            left = self.budget.requests - self.requests - unstored
            if self.usual is None:
                most = 1 if left >= 1 and not held else 0
            else:
                reserved = max(0.0, self.usual * held - unstored)
                most = floor((left - reserved) / self.usual + _ROUNDING)
        if self.budget.credits is not None and self.cost:
            most = min(most, (self.budget.credits - self.credits) // self.cost - held)
        return max(0, most)

    @property
    def hopeless(self) -> bool:
        """One unit takes more than the whole budget: none will ever begin."""
        return self.budget.requests is not None and self.usual is not None and self.usual > self.budget.requests

    def frees_at(self, requests: float | None = None) -> int:
        """When there will be so many requests (as many as a unit takes), and credits for one unit, in micros."""
        need = min(ceil(self.usual or 1) if requests is None else requests, self.budget.requests or 0)
        wanted = ((self.budget.requests, need, self.requests), (self.budget.credits, self.cost, self.credits))
        short = [max(0, spent + more - limit) if limit is not None else 0 for limit, more, spent in wanted]
        moment = self.now
        for row in self.rows:
            if max(short) <= 0:
                return moment
            short = [short[0] - row.requests, short[1] - row.credits]
            moment = row.at + self.budget.per // timedelta(microseconds=1)
        return moment if max(short) <= 0 else self.now + self.budget.per // timedelta(microseconds=1)

    def told(self, waiting: int = 0) -> str:
        """`3 120 of 5 000 requests per 1d spent, 412 accounts wait, the next for 3 h`."""
        parts = [
            f"{thousands(spent)} of {thousands(limit)} {word}"
            for spent, limit, word in (
                (self.requests, self.budget.requests, "requests"),
                (self.credits, self.budget.credits, "credits"),
            )
            if limit is not None
        ]
        text = f"{' and '.join(parts)} per {format_duration(self.budget.per)} spent"
        if self.hopeless:
            return f"{text}, and one look takes about {ceil(self.usual or 1)} requests: none can begin"
        if not waiting:
            return text
        later = self.frees_at()
        wait = f", the next for {age(self.now, later)}" if later > self.now else ""
        return f"{text}, {counted(waiting, 'look waits', 'looks wait')}{wait}"

    @property
    def full_at(self) -> int | None:
        """When the whole budget is there again (micros); None = now."""
        return self.rows[-1].at + self.budget.per // timedelta(microseconds=1) if self.rows else None


def balance(conn: Connection, instance: str, budget: Budget, cost: int, now: int) -> Balance:
    """The balance as the store knows it; reads only."""
    rows = spend.window(conn, instance, now, budget.per)
    return Balance(budget, cost, rows, spend.usual(conn, instance, now), now)


@dataclass(eq=False, slots=True)
class _OnItsWay:
    """What is being stored, and the transaction that has it: another one each time the work is done again."""

    spent: Spend
    within: object | None = None


class Purse:
    """One instance's budget in this process. `afford` is called by the writer, the rest on the loop or in a thread."""

    def __init__(self, instance: str, budget: Budget, cost: int, clock: Clock) -> None:
        self.instance = instance
        self.budget = budget
        self.cost = cost
        self._clock = clock
        self._lock = RLock()
        self._balance: Balance | None = None
        self._unstored = 0
        self._on_their_way: list[_OnItsWay] = []
        self._owed: list[Spend] = []

    def afford(self, conn: Connection, now: int) -> int:
        """How many units may begin now. Nobody else takes from the budget until the transaction ends."""
        spend.lock(conn, self.instance)
        found = balance(conn, self.instance, self.budget, self.cost, now)
        held = len(spend.under_way(conn, self.instance, now))
        with self._lock:
            here = [each.spent for each in self._on_their_way if each.within is conn.get_transaction()]
            self._balance = replace(found, rows=_without(found.rows, here))
            return found.units(held, self._unstored - sum(spent.requests for spent in here))

    def frees_at(self) -> int | None:
        """When a unit may begin again (micros), as far as is known; None when `afford` was never asked."""
        return self._balance.frees_at() if self._balance is not None else None

    def told(self, waiting: int) -> str:
        """How much is spent, how many wait for it, and for how long, in words."""
        with self._lock:
            found = self._balance
        return found.told(waiting) if found is not None else ""

    def take(self, paid: int) -> None:
        """Pay for one more request of a unit that has asked `paid` times. Raises RateLimited when nothing is left.

        A purse that nobody asked what it can afford (a backfill, which a person starts) counts, and refuses nothing.
        """
        with self._lock:
            known, limit = self._balance, self.budget.requests
            if known is not None and limit is not None and known.requests + self._unstored >= limit:
                now = micros(self._clock.now())
                under_way = Spend(spend.piece(now, self.budget.per), self._unstored)
                there = replace(known, rows=[*known.rows, under_way], now=now)
                again = max(there.frees_at(max(known.usual or 1, paid + 1)) - now, 1_000_000)
                raise RateLimited(
                    f"its budget of {limit} requests in {format_duration(self.budget.per)} is spent",
                    retry_after=again / 1e6,
                    fix=f"wait, or raise budget in [sensors.{self.instance}]",
                )
            self._unstored += 1

    def store(self, store: Store, spent: Spend, work: Callable[[Connection], T]) -> Future[T]:
        """Have `work` done, which stores `spent`. Raises StoreError of a closed store, and then nothing is changed."""
        one = _OnItsWay(spent)

        def done(conn: Connection) -> T:
            result = work(conn)
            one.within = conn.get_transaction()
            return result

        with self._lock:  # whoever looks from a later transaction finds it settled
            future = store.write(done)
            self._on_their_way.append(one)
            future.add_done_callback(partial(self._settle, one))
        return future

    def _settle(self, one: _OnItsWay, future: Future[T]) -> None:
        with self._lock:
            self._on_their_way.remove(one)
            if is_done(future):
                self._unstored -= one.spent.requests
                if self._balance is not None:
                    self._balance = replace(self._balance, rows=[*self._balance.rows, one.spent])

    def pay(self, store: Store, spent: Spend) -> None:
        """Store what belongs to no batch; nobody waits for it. Where that fails it is owed."""
        try:
            future = self.store(store, spent, lambda conn: spend.add(conn, self.instance, spent))
        except CapteurError:
            self.owe(spent)
        else:
            future.add_done_callback(lambda paid: None if is_done(paid) else self.owe(spent))

    def owe(self, spent: Spend) -> None:
        """This could not be stored; it is tried again before the next units are claimed, and counts until then."""
        with self._lock:
            self._owed.append(spent)

    def pay_owed(self, store: Store) -> None:
        """Store what is owed."""
        with self._lock:
            owed, self._owed = self._owed, []
        for spent in owed:
            self.pay(store, spent)

    def spent(self, requests: int, credits: int, units: int) -> Spend | None:  # noqa: A002  the word of the budget
        """What is to be stored of a unit, for this moment; None when that is nothing."""
        if not (requests or credits or units):
            return None
        return Spend(spend.piece(micros(self._clock.now()), self.budget.per), requests, credits, units)


def is_done(future: Future[T]) -> bool:
    """Whether the work of a Future that is over was done, and did not fail."""
    return not future.cancelled() and future.exception() is None


def _without(rows: Sequence[Spend], those: Sequence[Spend]) -> Sequence[Spend]:
    """What was spent, less what may yet come to nothing."""
    for less in those:
        rows = [
            Spend(row.at, row.requests - less.requests, row.credits - less.credits, row.units - less.units)
            if row.at == less.at
            else row
            for row in rows
        ]
    return rows
