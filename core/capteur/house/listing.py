"""The ranked list and the explanation of one account, read from the house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from capteur import estimating, ranking, roster
from capteur.accounts import Account
from capteur.clock import micros
from capteur.estimating import Model
from capteur.estimators.weights import ASK
from capteur.intent import STATUSES, Estimate, Status
from capteur.ranking import WEEK, Explanation, Ranking, Row, Sort
from capteur.signals import Observation
from capteur.store import accounts as stored_accounts
from capteur.store import coverage
from capteur.store import signals as stored_signals
from capteur.store.coverage import Coverage, Watcher

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

EXACT = 5000
"""Up to so many accounts the status of each is counted; beyond, the list alone is read."""
ASKED_LATELY = 30 * 86_400_000_000
"""After so long somebody who asked to be contacted has found another."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the list is asked for; as the arguments of `House.ranking`."""

    model: str
    as_of: datetime | None
    top: int | None
    capacity: int | None
    minimum: float | None
    owner: str | None
    sort: Sort
    details: bool
    everyone: bool

    @property
    def replay(self) -> bool:
        """The past is asked for, as it was believed then."""
        return self.as_of is not None


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers before words: accounts in order, every estimate that was read on the way, and how many accounts there are."""

    ordered: list[tuple[int, Estimate]]
    every: Mapping[int, Estimate]
    total: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """One read of the store: everything in it belongs to one moment."""

    conn: Connection
    house: House
    model: Model
    watchers: list[Watcher]
    now: int
    replay: bool

    def present(self, ask: Ask) -> _Numbers:
        """From running state: walking down to the top where the list is long, else every account."""
        model, total = self.model, coverage.listed(self.conn)
        args = (self.conn, model.estimator, model.name, model.version.id, self.now)
        plain = ask.owner is None and ask.sort == "intent" and not ask.everyone
        if total > EXACT and ask.top is not None and plain:
            return _Numbers(ranking.top_now(*args, max(ask.top, ask.capacity or 0)), {}, total)
        found = ranking.everyone_now(*args)
        newest = stored_signals.last_seen(self.conn) if ask.sort == "newest" else {}
        return _Numbers(ranking.order(((a, e, newest.get(a, 0)) for a, e in found.items()), ask.sort), found, total)

    def past(self, ask: Ask) -> _Numbers:
        """From history, as it was believed then."""
        total = coverage.listed(self.conn)
        found = dict(
            ranking.unpacked(estimating.estimate_all(self.conn, self.model, self.now, states=stored_accounts.LISTED))
        )
        newest = {a: self.newest_then(a) for a in found} if ask.sort == "newest" else {}
        return _Numbers(ranking.order(((a, e, newest.get(a, 0)) for a, e in found.items()), ask.sort), found, total)

    def newest_then(self, account_id: int) -> int:
        """The newest signal of an account that was known at the moment of the replay."""
        history = stored_signals.history_as_of(self.conn, account_id, self.now)
        return max((s.occurred_at for s in history if s.revoked_at is None or s.revoked_at > self.now), default=0)

    def explain(self, account: Account, cover: Coverage) -> tuple[Estimate, Estimate | None, list[Observation]]:
        """(now, 7 days ago or None when unwatched then, history)."""
        now, history = estimating.explain_one(self.conn, self.model, account.id, self.now, replay=self.replay)
        before = None
        if cover.at(self.now - WEEK).watched(account.id):
            before, _ = estimating.explain_one(self.conn, self.model, account.id, self.now - WEEK, replay=True)
        return now, before, history

    def row(self, account: Account, cover: Coverage, rank: int, *, lines: bool) -> Row:
        """One row of the list with its words."""
        estimate, before, _ = self.explain(account, cover)
        return ranking.detail(self.conn, account, estimate, before, cover, self.house.kinds, rank=rank, lines=lines)

    def pick(self, account_ids: Iterable[int], ask: Ask) -> list[Account]:
        """The accounts to show, in order: of one owner where asked, at most `top`."""
        wanted = (ask.owner or "").casefold()
        picked: list[Account] = []
        for account_id in account_ids:
            if ask.top is not None and len(picked) >= ask.top:
                break
            account = stored_accounts.get(self.conn, account_id)
            if account is not None and (not wanted or str(account.facts.get("owner", "")).casefold() == wanted):
                picked.append(account)
        return picked

    def ranking(self, ask: Ask) -> Ranking:
        """The list."""
        numbers = self.past(ask) if self.replay else self.present(ask)
        line, above = ranking.threshold(
            sorted((e.intent or 0.0 for _, e in numbers.ordered), reverse=True), ask.capacity
        )
        ordered = [(a, e) for a, e in numbers.ordered if ask.minimum is None or (e.intent or 0.0) >= ask.minimum]
        places = {account_id: place for place, (account_id, _) in enumerate(ordered, start=1)}
        picked = self.pick(places, ask)
        cover = coverage.of_accounts(self.conn, self.watchers, [a.id for a in picked], self.now)
        rows = [self.row(account, cover, places[account.id], lines=ask.details) for account in picked]
        rest: list[Row] = []
        if numbers.total <= EXACT or ask.everyone:
            accounts = stored_accounts.listing(self.conn)
            ids = [account.id for account in accounts]
            rest = ranking.unranked(
                accounts, numbers.every, coverage.of_accounts(self.conn, self.watchers, ids, self.now)
            )
        model = self.model
        discovered, best = self.apart()
        return Ranking(
            model=model.name,
            estimator=model.estimator.name,
            version=model.version.hash[:8],
            as_of=self.now,
            rows=rows + (rest if ask.everyone else []),
            capacity=ask.capacity,
            line=line,
            above=above,
            total=numbers.total,
            statuses=_statuses(numbers.ordered, rest),
            coverage=coverage.of_instances(self.conn, self.watchers, self.now),
            discovered=discovered,
            best=best,
            asking=self.asking(),
        )

    def asking(self) -> tuple[Account, ...]:
        """Companies off the list that asked to be contacted in the last weeks: nobody would see them in it."""
        if self.replay:
            return ()
        asked = stored_signals.who_asked(self.conn, ASK, self.now - ASKED_LATELY)
        accounts = {account.id: account for account in stored_accounts.some(self.conn, asked)}
        return tuple(accounts[id_] for id_ in asked)

    def apart(self) -> tuple[int, float | None]:
        """(how many companies were discovered that nobody listed, the highest intent among them); nothing for the past."""
        model, count = self.model, 0 if self.replay else stored_accounts.count(self.conn, stored_accounts.DISCOVERED)
        if not count:
            return 0, None
        args = (self.conn, model.estimator, model.name, model.version.id, self.now)
        top = ranking.top_now(*args, 1, states=stored_accounts.DISCOVERED)
        return count, top[0][1].intent if top else None

    def explanation(self, label: str) -> Explanation:
        """One account in full."""
        conn, model = self.conn, self.model
        knowing = estimating.knowing(conn, model, self.now).estimator
        account = roster.find(conn, label)
        cover = coverage.of_accounts(conn, self.watchers, [account.id], self.now)
        found, before, history = self.explain(account, cover)
        estimate = ranking.with_status(found, watched=cover.watched(account.id))
        rank, line = self.placing(account.id)
        row = ranking.detail(conn, account, estimate, before, cover, self.house.kinds, rank=rank, lines=True)
        return Explanation(
            row=row,
            model=model.name,
            estimator=model.estimator.name,
            version=model.version.hash[:8],
            as_of=self.now,
            vetoes=[line for line in row.lines if line.kind.startswith("account.")],
            neutral=ranking.uncounted(estimate, history, self.now),
            forecast=ranking.forecast(knowing, history, self.now) if estimate.intent is not None else [],
            coverage=coverage.of_instances(conn, self.watchers, self.now),
            line=line,
        )

    def placing(self, account_id: int) -> tuple[int | None, float | None]:
        """(the account's rank now, where capacity draws the line now).

        None for the past; the rank also without a number and where the list is too long to look, the line without a capacity.
        """
        capacity, model = self.house.settings.capacity, self.model
        if self.replay:
            return None, None
        args = (self.conn, model.estimator, model.name, model.version.id, self.now)
        if coverage.listed(self.conn) > EXACT:
            top = ranking.top_now(*args, capacity) if capacity else []
            return None, ranking.threshold([e.intent or 0.0 for _, e in top], capacity)[0]
        ordered = ranking.order(((a, e, 0) for a, e in ranking.everyone_now(*args).items()), "intent")
        rank = next((place for place, (other, _) in enumerate(ordered, start=1) if other == account_id), None)
        return rank, ranking.threshold([e.intent or 0.0 for _, e in ordered], capacity)[0]


def _statuses(ordered: Iterable[tuple[int, Estimate]], rest: Iterable[Row]) -> dict[Status, int]:
    counts: dict[Status, int] = dict.fromkeys(STATUSES, 0)
    for _, estimate in ordered:
        counts[estimate.status] += 1
    for row in rest:
        counts[row.estimate.status] += 1
    return counts


def ranking_for(house: House, ask: Ask) -> Ranking:
    """The ranked list; what is stale is refolded first unless the past is asked for."""
    model, watchers = house.model(ask.model), house.watchers()
    now = house.now() if ask.as_of is None else micros(ask.as_of)
    if not ask.replay:
        house.refresh()
    return house.store.read(lambda conn: _Reading(conn, house, model, watchers, now, ask.replay).ranking(ask))


def explanation(house: House, label: str, model_name: str, as_of: datetime | None) -> Explanation:
    """One account in full, from its history."""
    model, watchers = house.model(model_name), house.watchers()
    now = house.now() if as_of is None else micros(as_of)
    house.refresh()
    return house.store.read(
        lambda conn: _Reading(conn, house, model, watchers, now, as_of is not None).explanation(label)
    )
