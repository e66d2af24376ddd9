"""Reading signals: as estimators take them (Observations), as people look at them (SignalRows); and revoking one."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from capteur.signals import Observation
from capteur.store import audit, marks, sql, words
from capteur.store.columns import columns
from capteur.store.shapes import SignalRow

__all__ = ["columns", "history", "history_as_of", "last_seen", "revoke", "rows", "seen_since", "sources", "who_asked"]

_OBSERVED = "signal.key, kind.name, signal.occurred_at, {strength}, {known_at}, signal.revoked_at, topic.name, signal.event, signal.person, signal.id"
_NAMED = "JOIN kind ON kind.id = signal.kind_id LEFT JOIN topic ON topic.id = signal.topic_id"
OBSERVED = _OBSERVED.format(strength="signal.strength", known_at="signal.known_at")
_THEN = _OBSERVED.format(strength="past.strength", known_at="past.known_at")
# Of several standing sightings of one event only the strongest counts, the earliest of equals; whatever their kinds.
STRONGEST = """
(signal.event IS NULL OR NOT EXISTS (
    SELECT 1 FROM signal other WHERE other.account_id = signal.account_id AND other.event = signal.event AND other.revoked_at IS NULL
    AND (other.strength > signal.strength OR (other.strength = signal.strength
         AND (other.occurred_at, other.key, other.id) < (signal.occurred_at, signal.key, signal.id)))))
"""


def history(conn: Connection, account_id: int) -> list[Observation]:
    """Everything now believed of an account, revoked signals included, by (occurred_at, key)."""
    found = sql.rows(
        conn,
        f"SELECT {OBSERVED} FROM signal {_NAMED} WHERE signal.account_id = :account ORDER BY signal.occurred_at, signal.key, signal.id",
        account=account_id,
    )
    return [Observation(*row) for row in found]


def history_as_of(conn: Connection, account_id: int, as_of: int) -> list[Observation]:
    """What was believed of an account at `as_of` (micros): before later growth, links and undone links. Sorted as `history`."""
    found = sql.rows(
        conn,
        f"""
        SELECT {OBSERVED} FROM signal {_NAMED}
        WHERE signal.account_id = :account AND signal.known_at <= :at AND signal.occurred_at <= :at AND NOT EXISTS (
            SELECT 1 FROM signal_past later WHERE later.signal_id = signal.id AND later.until > :at)
        UNION ALL
        SELECT {_THEN} FROM signal_past past JOIN signal ON signal.id = past.signal_id {_NAMED}
        WHERE past.account_id = :account AND past.known_at <= :at AND past.until > :at AND signal.occurred_at <= :at AND NOT EXISTS (
            SELECT 1 FROM signal_past first WHERE first.signal_id = past.signal_id AND first.until > :at
            AND (first.until, first.id) < (past.until, past.id))
        """,
        account=account_id,
        at=as_of,
    )
    return sorted((Observation(*row) for row in found), key=lambda o: (o.occurred_at, o.key, o.signal_id))


def rows(
    conn: Connection,
    *,
    account_id: int | None = None,
    kind: str | None = None,
    since: int | None = None,
    until: int | None = None,
    scope: str | None = None,
    limit: int | None = None,
    newest_first: bool = True,
) -> list[SignalRow]:
    """Signals with everything a person may want to see, revoked ones included; `since` <= occurred_at < `until` (micros)."""
    where, values = ["true"], dict[str, Any]()
    for condition, name, value in (
        ("signal.account_id = :account", "account", account_id),
        ("kind.name = :kind", "kind", kind),
        ("signal.occurred_at >= :since", "since", since),
        ("signal.occurred_at < :until", "until", until),
        ("scope.name = :scope", "scope", scope),
    ):
        if value is not None:
            where.append(condition)
            values[name] = value
    way = "DESC" if newest_first else "ASC"
    if limit is not None:
        values["limit"] = limit
    found = sql.rows(
        conn,
        f"""
        SELECT signal.id, scope.name, signal.key, signal.account_id, COALESCE(account.domain, account.reference, account.name), kind.name,
            signal.occurred_at, signal.detected_at, signal.known_at, signal.known_assumed, signal.by_day, signal.revoked_at,
            signal.revoked_reason, signal.strength, signal.summary, signal.evidence_url, topic.name, signal.event, signal.data
        FROM signal {_NAMED} JOIN scope ON scope.id = signal.scope_id JOIN account ON account.id = signal.account_id
        WHERE {" AND ".join(where)} ORDER BY signal.occurred_at {way}, signal.key {way} {"LIMIT :limit" if limit is not None else ""}
        """,
        **values,
    )
    # SQLite has no booleans, and keeps JSON as it came
    return [
        replace(
            row,
            known_assumed=bool(row.known_assumed),
            by_day=bool(row.by_day),
            data=_read(row.data),
        )
        for row in (SignalRow(*cells) for cells in found)
    ]


def _read(text: str | None) -> Any:
    """What the JSON says; None for damaged text, so that a bad row costs only itself."""
    try:
        return None if text is None else json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return None


def revoke(conn: Connection, signal_id: int, reason: str, now: int) -> bool:
    """A person says that a signal is wrong: from now on it does not count. False when it was revoked already, or is not there."""
    changes = marks.Changes()
    revoked = sql.rows(
        conn,
        "UPDATE signal SET revoked_at = :now, revoked_reason = :reason WHERE id = :id AND revoked_at IS NULL"
        " RETURNING account_id, kind_id, occurred_at, event",
        now=now,
        reason=reason or None,
        id=signal_id,
    )
    changes.add((account, kind, occurred_at, event) for account, kind, occurred_at, event in revoked)
    marks.leave(conn, changes)
    for account, *_ in revoked:
        audit.add(conn, now, "revoke", account, {"signal": signal_id})
    return bool(revoked)


def seen_since(conn: Connection, since: int, states: Sequence[str]) -> list[int]:
    """The accounts in these states with a standing signal that occurred at `since` (micros) or later."""
    query = f"""
        SELECT DISTINCT account_id FROM signal JOIN account ON account.id = account_id
        WHERE signal.revoked_at IS NULL AND signal.occurred_at >= :since AND {sql.among(conn, "account.state", "states")}
    """
    return [id_ for (id_,) in sql.rows(conn, query, since=since, states=sql.array(conn, states))]


def sources(conn: Connection, account_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The sensors that standing signals of these accounts come from, the one with the newest first."""
    query = f"""
        SELECT account_id, scope.name FROM signal JOIN scope ON scope.id = scope_id
        WHERE revoked_at IS NULL AND {sql.among(conn, "account_id", "ids")}
        GROUP BY account_id, scope.name ORDER BY account_id, max(occurred_at) DESC, scope.name
    """
    found: dict[int, tuple[str, ...]] = {}
    for account_id, name in sql.pairs(conn, query, ids=sql.array(conn, account_ids)):
        found[account_id] = (*found.get(account_id, ()), name)
    return found


def last_seen(conn: Connection, account_ids: Collection[int] | None = None) -> dict[int, int]:
    """When the newest standing signal of each account occurred (micros)."""
    where = "" if account_ids is None else f" AND {sql.among(conn, 'account_id', 'ids')}"
    values = {} if account_ids is None else {"ids": sql.array(conn, account_ids)}
    query = f"SELECT account_id, max(occurred_at) FROM signal WHERE revoked_at IS NULL{where} GROUP BY account_id"
    return dict(sql.pairs(conn, query, **values))


def who_asked(conn: Connection, kind: str, since: int) -> list[int]:
    """Accounts that are not on the list and have a standing signal of a kind since then (micros), the newest first."""
    if not (known := words.find(conn, "kind", {kind})):
        return []
    found = sql.rows(
        conn,
        "SELECT account.id FROM account JOIN signal ON signal.account_id = account.id AND signal.kind_id = :kind"
        " WHERE account.state IN ('unmatched', 'discovered') AND signal.occurred_at >= :since AND signal.revoked_at IS NULL"
        " GROUP BY account.id ORDER BY max(signal.occurred_at) DESC, account.id",
        kind=known[kind],
        since=since,
    )
    return [id_ for (id_,) in found]
