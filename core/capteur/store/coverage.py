"""Who is watched: the difference between *silent* and *nobody looked*."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import bindparam, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

State = Literal["ok", "late", "parked", "missing"]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Watcher:
    """An enabled instance as coverage sees it.

    `everyone` = a feed or a receiver, which watches every account it could name; `horizon` (micros) = how long a good run
    keeps an account watched (3 intervals; a receiver's `silent_after`).
    """

    instance: str
    everyone: bool
    horizon: int
    parked: bool = False
    only: frozenset[int] | None = None
    """The accounts it could name; None = any."""


@dataclass(frozen=True, slots=True)
class InstanceCoverage:
    """One instance over all accounts: `watched` of `accounts` had a good run within the horizon. Times in micros."""

    instance: str
    state: State
    last_ok: int | None
    accounts: int
    watched: int


@dataclass(frozen=True, slots=True)
class Span:
    """When a watch row was good: first and last time, micros."""

    first_ok: int
    last_ok: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which instances watch which of some accounts, as of a moment."""

    watchers: tuple[Watcher, ...]
    spans: Mapping[tuple[str, int], Span]
    as_of: int

    def of(self, account_id: int) -> dict[str, State]:
        """State per instance for one account."""
        return {w.instance: self._state(w, account_id) for w in self.watchers}

    def watched(self, account_id: int) -> bool:
        """Somebody looked at this account and it was not too long ago."""
        return any(state == "ok" for state in self.of(account_id).values())

    def _state(self, watcher: Watcher, account_id: int) -> State:
        if watcher.only is not None and account_id not in watcher.only:
            return "missing"
        if watcher.parked:
            return "parked"
        span = self.spans.get((watcher.instance, 0 if watcher.everyone else account_id))
        if span is None or span.first_ok > self.as_of:
            return "missing"
        return "ok" if self.as_of - span.last_ok <= watcher.horizon else "late"

    def at(self, as_of: int) -> Coverage:
        """The same at another moment: good since first_ok is all that is remembered of the past."""
        return Coverage(self.watchers, self.spans, as_of)


def listed(conn: Connection, among: Collection[int] | None = None) -> int:
    """How many accounts are on the list; of these accounts, where given."""
    query = "SELECT count(*) FROM account WHERE state = 'listed'"
    if among is None:
        return int(conn.execute(text(query)).scalar_one())
    some = text(f"{query} AND id IN :ids").bindparams(bindparam("ids", expanding=True))
    ids = sorted(among)
    return sum(
        int(conn.execute(some, {"ids": ids[start : start + _BATCH]}).scalar_one())
        for start in range(0, len(ids), _BATCH)
    )


def stale_accounts(conn: Connection) -> list[int]:
    """Accounts whose running state is behind their signals."""
    return [int(row[0]) for row in conn.execute(text("SELECT DISTINCT account_id FROM stale ORDER BY account_id"))]


def of_accounts(conn: Connection, watchers: Sequence[Watcher], account_ids: Sequence[int], as_of: int) -> Coverage:
    """Coverage of these accounts. An account whose last run was skipped is not watched by that instance."""
    query = text(
        "SELECT instance.name, watch.account_id, watch.first_ok, watch.last_ok FROM watch"
        " JOIN instance ON instance.id = watch.instance_id"
        " WHERE watch.account_id IN :ids AND watch.first_ok IS NOT NULL"
        " AND (watch.last_status IS NULL OR watch.last_status <> 'skipped')"
    ).bindparams(bindparam("ids", expanding=True))
    spans: dict[tuple[str, int], Span] = {}
    ids = [0, *account_ids]
    for start in range(0, len(ids), _BATCH):
        for name, account_id, first_ok, last_ok in conn.execute(query, {"ids": ids[start : start + _BATCH]}):
            spans[name, account_id] = Span(int(first_ok), int(last_ok))
    return Coverage(tuple(watchers), spans, as_of)


def of_instances(conn: Connection, watchers: Sequence[Watcher], as_of: int) -> list[InstanceCoverage]:
    """Each instance over all listed accounts, counted by the database."""
    total = listed(conn)
    found: list[InstanceCoverage] = []
    query = text(
        "SELECT count(*), max(watch.last_ok), sum(CASE WHEN watch.last_ok >= :since AND"
        " (watch.last_status IS NULL OR watch.last_status <> 'skipped') THEN 1 ELSE 0 END)"
        " FROM watch JOIN instance ON instance.id = watch.instance_id"
        " WHERE instance.name = :name AND (watch.first_ok IS NULL OR watch.first_ok <= :as_of) AND ((:everyone = 1 AND watch.account_id = 0) OR (:everyone = 0 AND watch.account_id > 0))"
    )
    for watcher in watchers:
        since = as_of - watcher.horizon
        row = conn.execute(
            query, {"since": since, "as_of": as_of, "name": watcher.instance, "everyone": int(watcher.everyone)}
        ).one()
        last_ok, good = (int(row[1]) if row[1] is not None else None), int(row[2] or 0)
        everyone = total if watcher.only is None else listed(conn, watcher.only)
        watched = everyone if watcher.everyone and good else good
        state: State = (
            "parked" if watcher.parked else "missing" if last_ok is None else "ok" if last_ok >= since else "late"
        )
        found.append(InstanceCoverage(watcher.instance, state, last_ok, total, watched))
    return found
