"""Deliveries: kept before anybody reads them, read once, readable again until they are purged.

The watch row of the instance (account 0) says when it has something to read: it is due at once when something is kept, in the
same transaction, and whoever has read writes the next time. Both lock that row first, so nothing that is kept is overlooked.
Which delivery came twice is told by its `key`, the sender's own id or a digest of what was sent.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.shapes import FAR, Read

State = Literal["waiting", "done", "failed"]
STATES: Final[tuple[State, ...]] = ("waiting", "done", "failed")
_KEEP = """
INSERT INTO delivery (instance_id, key, received_at, state, due_at, fails, headers, query, client, body) {rows}
ON CONFLICT (instance_id, key) DO NOTHING
"""
_TYPES = ("bigint", "text", "bigint", "text", "bigint", "bigint", "text", "text", "text", "bytea")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One delivery on its way in. Headers, query and client are JSON texts, None for nothing; `also` is another key that it may
    be known by already, received `since` (micros) or later.
    """

    instance_id: int
    key: str
    received_at: int
    body: bytes = field(repr=False)
    headers: str | None = None
    query: str | None = None
    client: str | None = None
    also: str | None = None
    since: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """One delivery that is to be read; `fails` is how often that did not work."""

    id: int
    key: str
    received_at: int
    fails: int
    headers: Mapping[str, str]
    query: Mapping[str, str]
    client: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """What an instance has: how many wait, since when the first of them, how many could not be read."""

    waiting: int = 0
    oldest: int | None = None
    failed: int = 0


def keep(conn: Connection, arrived: Iterable[Arrived]) -> int:
    """Keep what is new, and have it read; returns how many that were. In the order of their keys: receivers that keep the same
    deliveries at the same time wait for each other, and tie no knot.
    """
    ordered = sorted(arrived, key=lambda a: (a.instance_id, a.key))
    count = 0
    for instance_id, group in groupby(ordered, key=lambda a: a.instance_id):
        count += _keep(conn, instance_id, list(group))
    for instance_id in dict.fromkeys(a.instance_id for a in ordered):
        wake(conn, instance_id, max(a.received_at for a in ordered if a.instance_id == instance_id))
    return count


def _keep(conn: Connection, instance_id: int, arrived: Sequence[Arrived]) -> int:
    asked = sorted({key for a in arrived for key in (a.key, a.also) if key})
    known = dict(
        sql.pairs(
            conn,
            f"SELECT key, received_at FROM delivery WHERE instance_id = :id AND {sql.among(conn, 'key', 'keys')}",
            id=instance_id,
            keys=sql.array(conn, asked),
        )
    )
    new: dict[str, Arrived] = {}
    for a in arrived:
        if a.key not in known and not (a.also and known.get(a.also, a.since - 1) >= a.since):
            new.setdefault(a.key, a)
    sql.bulk(
        conn,
        _KEEP,
        _TYPES,
        [
            (instance_id, a.key, a.received_at, "waiting", a.received_at, 0, a.headers, a.query, a.client, a.body)
            for a in new.values()
        ],
    )
    return len(new)


def wake(conn: Connection, instance_id: int, at: int) -> None:
    """Make the instance's own watch row due at `at` (micros), or leave it where it is sooner; holds it until the commit."""
    lock = " FOR UPDATE" if sql.is_postgresql(conn) else ""
    row = sql.one(conn, f"SELECT next_due FROM watch WHERE instance_id = :id AND account_id = 0{lock}", id=instance_id)
    if row is None:
        sql.run(
            conn,
            "INSERT INTO watch (instance_id, account_id, next_due, epoch, lease_until, fails) VALUES (:id, 0, :at, 0, 0, 0)"
            " ON CONFLICT (instance_id, account_id) DO UPDATE SET next_due = LEAST(watch.next_due, excluded.next_due)",
            id=instance_id,
            at=at,
        )
    elif row[0] > at:
        sql.run(
            conn, "UPDATE watch SET next_due = :at WHERE instance_id = :id AND account_id = 0", id=instance_id, at=at
        )


def tend(conn: Connection, instance: str, now: int, *, lease_s: float, retry_most: int) -> None:
    """See to it that the instance's watch row is there and due when something waits, whatever a wrong clock has written.

    No delivery waits longer than `retry_most` micros for its next try, no claim longer than `lease_s` seconds.
    """
    of_it = "instance_id = (SELECT id FROM instance WHERE name = :name)"
    sql.run(
        conn,
        f"UPDATE delivery SET due_at = :now WHERE {of_it} AND state = 'waiting' AND due_at > :latest",
        name=instance,
        now=now,
        latest=now + retry_most,
    )
    sql.run(
        conn,
        "INSERT INTO watch (instance_id, account_id, next_due, epoch, lease_until, fails)"
        " SELECT id, 0, :far, 0, 0, 0 FROM instance WHERE name = :name ON CONFLICT DO NOTHING",
        name=instance,
        far=FAR,
    )
    latest = sql.present(conn)
    sql.run(
        conn,
        f"UPDATE watch SET lease_until = {latest} + :lease WHERE {of_it} AND account_id = 0 AND lease_until > {latest} + :lease",
        name=instance,
        now=now,
        lease=int(lease_s * 1_000_000),
    )
    first = _first_due(conn, instance)
    sql.run(
        conn,
        f"UPDATE watch SET next_due = :first WHERE {of_it} AND account_id = 0 AND lease_until <= {latest} AND next_due > :first",
        name=instance,
        now=now,
        first=FAR if first is None else first,
    )


def schedule(conn: Connection, instance: str, *, not_before: int | None = None) -> None:
    """Write when the instance has something to read next: at the first of what waits, or never. For who holds its watch row."""
    first = _first_due(conn, instance)
    at = FAR if first is None else max(first, not_before or 0)
    sql.run(
        conn,
        "UPDATE watch SET next_due = :at WHERE instance_id = (SELECT id FROM instance WHERE name = :name) AND account_id = 0",
        name=instance,
        at=at,
    )


def _first_due(conn: Connection, instance: str) -> int | None:
    found = sql.value(
        conn,
        "SELECT min(due_at) FROM delivery WHERE instance_id = (SELECT id FROM instance WHERE name = :name) AND state = 'waiting'",
        name=instance,
    )
    return None if found is None else int(found)


def take(conn: Connection, instance: str, now: int, *, limit: int, most_bytes: int) -> list[Waiting]:
    """What the instance has to read now, the longest due first: at most `limit`, and `most_bytes` of bodies beyond the first."""
    sizes = sql.pairs(
        conn,
        "SELECT id, length(body) FROM delivery WHERE instance_id = (SELECT id FROM instance WHERE name = :name)"
        " AND state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit",
        name=instance,
        now=now,
        limit=limit,
    )
    ids: list[int] = []
    total = 0
    for delivery_id, size in sizes:
        total += size
        if ids and total > most_bytes:
            break
        ids.append(delivery_id)
    found = sql.rows(
        conn,
        "SELECT id, key, received_at, fails, headers, query, client, body FROM delivery"
        f" WHERE {sql.among(conn, 'id', 'ids')}",
        ids=sql.array(conn, ids),
    )
    place = {delivery_id: number for number, delivery_id in enumerate(ids)}
    waiting = [
        Waiting(number, key, at, fails, _told(headers), _told(query), _told(client), bytes(body))
        for number, key, at, fails, headers, query, client, body in found
    ]
    return sorted(waiting, key=lambda w: place[w.id])


def _told(cell: str | None) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(cell) if cell else {}
    return found


def waiting_now(conn: Connection, instance: str, now: int) -> int:
    """How many deliveries of the instance are to be read now."""
    return int(
        sql.value(
            conn,
            "SELECT count(*) FROM delivery WHERE instance_id = (SELECT id FROM instance WHERE name = :name)"
            " AND state = 'waiting' AND due_at <= :now",
            name=instance,
            now=now,
        )
    )


def settle(conn: Connection, read: Sequence[Read], now: int) -> None:
    """Write what became of deliveries that were read. Of one that is done nobody can tell any more who sent it."""
    done = [r.id for r in read if r.state == "done"]
    if done:
        sql.run(
            conn,
            "UPDATE delivery SET state = 'done', read_at = :now, error = NULL, client = NULL"
            f" WHERE {sql.among(conn, 'id', 'ids')}",
            now=now,
            ids=sql.array(conn, done),
        )
    sql.many(
        conn,
        "UPDATE delivery SET state = :state, read_at = :now, fails = :fails, due_at = :due, error = :error WHERE id = :id",
        [
            {"id": r.id, "state": r.state, "now": now, "fails": r.fails, "due": r.due_at, "error": r.error}
            for r in read
            if r.state != "done"
        ],
    )


def tallies(conn: Connection) -> dict[str, Tally]:
    """By instance, what waits and what could not be read. Reads two small indexes."""
    waiting = sql.rows(
        conn,
        "SELECT instance.name, found.n, found.oldest FROM instance JOIN (SELECT instance_id, count(*) AS n, min(received_at)"
        " AS oldest FROM delivery WHERE state = 'waiting' GROUP BY instance_id) found ON found.instance_id = instance.id",
    )
    failed = dict(
        sql.pairs(
            conn,
            "SELECT instance.name, found.n FROM instance JOIN (SELECT instance_id, count(*) AS n FROM delivery"
            " WHERE state = 'failed' GROUP BY instance_id) found ON found.instance_id = instance.id",
        )
    )
    found = {name: Tally(n, oldest, failed.pop(name, 0)) for name, n, oldest in waiting}
    return found | {name: Tally(failed=n) for name, n in failed.items()}
