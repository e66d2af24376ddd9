"""Deliveries as people look at them: list, show, have read again, purge."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.deliveries import State, wake

CHUNK: Final = 500
"""Deliveries deleted at a time."""
_CELLS = "delivery.id, instance.name, delivery.key, received_at, state, due_at, delivery.fails, read_at, delivery.error, length(body)"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery without its body. Times in micros; `size` in bytes; `due_at` says when it is read, while it waits."""

    id: int
    instance: str
    key: str
    received_at: int
    state: State
    due_at: int
    fails: int
    read_at: int | None
    error: str | None
    size: int


@dataclass(frozen=True, slots=True)
class WholeDelivery:
    """One delivery with all that is kept of it."""

    row: DeliveryRow
    headers: Mapping[str, str]
    query: Mapping[str, str]
    client_kept: bool
    body: bytes = field(repr=False)


def rows(
    conn: Connection,
    *,
    instance: str | None = None,
    state: State | None = None,
    ids: Collection[int] | None = None,
    since: int | None = None,
    limit: int | None = None,
) -> list[DeliveryRow]:
    """Deliveries, the newest first; `since` (micros) is of their receipt."""
    wanted, values = _wanted(conn, instance, state, ids, since)
    found = sql.rows(
        conn,
        f"SELECT {_CELLS} FROM delivery JOIN instance ON instance.id = instance_id WHERE {wanted}"
        f" ORDER BY delivery.id DESC {'LIMIT :limit' if limit is not None else ''}",
        **values,
        **({"limit": limit} if limit is not None else {}),
    )
    return [DeliveryRow(*row) for row in found]


def get(conn: Connection, delivery_id: int) -> WholeDelivery | None:
    """One delivery, or None."""
    found = sql.one(
        conn,
        f"SELECT {_CELLS}, headers, query, client IS NOT NULL, body FROM delivery"
        " JOIN instance ON instance.id = instance_id WHERE delivery.id = :id",
        id=delivery_id,
    )
    if found is None:
        return None
    *cells, headers, query, client, body = found
    headers, query = (json.loads(cell) if cell else {} for cell in (headers, query))
    return WholeDelivery(DeliveryRow(*cells), headers, query, bool(client), bytes(body))


def _wanted(
    conn: Connection,
    instance: str | None,
    state: State | None,
    ids: Collection[int] | None,
    since: int | None,
) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {}
    parts = ["1 = 1"]
    if instance is not None:
        parts.append("instance.name = :instance")
        values["instance"] = instance
    if state is not None:
        parts.append(f"state = '{state}'")
    if ids is not None:
        parts.append(sql.among(conn, "delivery.id", "ids"))
        values["ids"] = sql.array(conn, ids)
    if since is not None:
        parts.append("received_at >= :since")
        values["since"] = since
    return " AND ".join(parts), values


def replay(conn: Connection, ids: Sequence[int], now: int) -> int:
    """Have these read again, as if they had just come; returns how many that were. Those that wait already are tried at once."""
    values = {"ids": sql.array(conn, ids), "now": now}
    count = sql.run(
        conn,
        "UPDATE delivery SET state = 'waiting', due_at = :now, fails = 0, error = NULL, read_at = NULL"
        f" WHERE {sql.among(conn, 'id', 'ids')}",
        **values,
    ).rowcount
    instances = sql.rows(
        conn,
        f"SELECT DISTINCT instance_id FROM delivery WHERE {sql.among(conn, 'id', 'ids')} ORDER BY 1",
        ids=values["ids"],
    )
    for (instance_id,) in instances:
        wake(conn, instance_id, now)
    return count


def purge(
    conn: Connection,
    before: int,
    *,
    instance: str | None = None,
    state: State | None = None,
    limit: int = CHUNK,
) -> int:
    """Delete up to `limit` deliveries received before `before` (micros), the oldest first; returns how many.

    What waits to be read stays, unless `state` asks for it.
    """
    name = "AND instance_id = (SELECT id FROM instance WHERE name = :name)" if instance is not None else ""
    which = f"state = '{state}'" if state else "state <> 'waiting'"
    return sql.run(
        conn,
        f"DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE received_at < :before {name}"
        f" AND {which} ORDER BY received_at LIMIT :limit)",
        before=before,
        limit=limit,
        **({"name": instance} if instance is not None else {}),
    ).rowcount


def forget_clients(conn: Connection, before: int, *, unread: int) -> int:
    """Empty who sent what was received before `before` (micros); returns how many.

    What nobody has tried to read yet keeps it, but for what was received before `unread`: read without it, it would be lost.
    """
    return sql.run(
        conn,
        "UPDATE delivery SET client = NULL WHERE client IS NOT NULL AND received_at < :before"
        " AND (received_at < :unread OR state <> 'waiting' OR fails > 0)",
        before=before,
        unread=unread,
    ).rowcount
