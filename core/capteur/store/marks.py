"""Stale marks: which (account, kind) has running state that its signals have left behind, and from which UTC day on.

One row per (account, kind): on PostgreSQL a writer that marks it waits for whoever is refolding it, so two refolds of one
state never overlap.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from capteur.clock import MICROS_PER_DAY
from capteur.store import sql
from capteur.store.shapes import Mark

_UPSERT = """
INSERT INTO stale (account_id, kind_id, from_day) {rows}
ON CONFLICT (account_id, kind_id) DO UPDATE SET from_day = LEAST(stale.from_day, excluded.from_day)
"""


class Changes:
    """What a transaction has changed: the earliest occurred_at per (account, kind id), and the events concerned."""

    def __init__(self) -> None:
        self.earliest: dict[tuple[int, int], int] = {}
        self.events: set[tuple[int, str]] = set()

    def add(self, changed: Iterable[tuple[int, int, int, str | None]]) -> None:
        """Signals that appeared, grew, moved or were revoked: (account id, kind id, occurred_at, event) of each."""
        earliest, events = self.earliest, self.events
        for account_id, kind_id, occurred_at, event in changed:
            key = account_id, kind_id
            if occurred_at < earliest.get(key, _LATER):
                earliest[key] = occurred_at
            if event is not None:
                events.add((account_id, event))


_LATER = 2**63
"""Later than every moment."""


def leave(conn: Connection, changes: Changes) -> None:
    """Write the marks. Other sightings of the same event are marked too: which of them counts may have changed."""
    earliest = changes.earliest
    for account_id, event in sorted(changes.events):
        for kind_id, occurred_at in sql.rows(
            conn,
            "SELECT kind_id, min(occurred_at) FROM signal WHERE account_id = :account AND event = :event GROUP BY kind_id",
            account=account_id,
            event=event,
        ):
            key = account_id, kind_id
            earliest[key] = min(occurred_at, earliest.get(key, occurred_at))
    write(conn, {key: moment // MICROS_PER_DAY for key, moment in earliest.items()})


def write(conn: Connection, days: Mapping[tuple[int, int], int]) -> None:
    """Write marks by (account, kind id); a mark that exists keeps the smaller day."""
    sql.bulk(conn, _UPSERT, ["bigint"] * 3, [(*key, day) for key, day in sorted(days.items())])


def whole(conn: Connection, account_ids: Iterable[int]) -> None:
    """Mark every kind of these accounts from the beginning of its signals."""
    found = sql.rows(
        conn,
        "SELECT account_id, kind_id, min(occurred_at) FROM signal WHERE "
        + sql.among(conn, "account_id", "ids")
        + " GROUP BY account_id, kind_id",
        ids=sql.array(conn, account_ids),
    )
    write(conn, {(account_id, kind_id): moment // MICROS_PER_DAY for account_id, kind_id, moment in found})


def mark_all(conn: Connection) -> None:
    """Mark everything: the state is to be built anew."""
    sql.run(
        conn,
        "INSERT INTO stale (account_id, kind_id, from_day) SELECT account_id, kind_id, min(occurred_at) / :day FROM signal"
        " WHERE true GROUP BY account_id, kind_id"
        " ON CONFLICT (account_id, kind_id) DO UPDATE SET from_day = LEAST(stale.from_day, excluded.from_day)",
        day=MICROS_PER_DAY,
    )


def take_marks(conn: Connection, limit: int) -> list[Mark]:
    """Take about `limit` marks, whole accounts at a time, and delete them in this transaction.

    On PostgreSQL accounts another process is refolding are left to it: what concerns an account as a whole (its ceiling) must
    be made by one of them.
    """
    if limit <= 0:
        return []
    if sql.is_postgresql(conn):
        return _take_skipping(conn, limit)
    taken = sql.rows(
        conn,
        "DELETE FROM stale WHERE account_id IN (SELECT account_id FROM stale ORDER BY account_id, kind_id LIMIT :limit)"
        " RETURNING account_id, (SELECT name FROM kind WHERE kind.id = kind_id), from_day",
        limit=limit,
    )
    return sorted((Mark(*row) for row in taken), key=lambda m: (m.account_id, m.kind))


def _take_skipping(conn: Connection, limit: int) -> list[Mark]:
    # NO KEY UPDATE: a writer that adds signals of the account only needs its key, and is not kept waiting
    taken = sql.rows(
        conn,
        """
        WITH mine AS MATERIALIZED (
            SELECT id FROM account WHERE id IN (SELECT account_id FROM stale ORDER BY account_id, kind_id LIMIT :limit)
            FOR NO KEY UPDATE SKIP LOCKED
        ), marks AS MATERIALIZED (
            SELECT account_id, kind_id FROM stale WHERE account_id IN (SELECT id FROM mine) FOR UPDATE SKIP LOCKED
        )
        DELETE FROM stale USING marks, kind
        WHERE stale.account_id = marks.account_id AND stale.kind_id = marks.kind_id AND kind.id = stale.kind_id
        RETURNING stale.account_id, kind.name, stale.from_day
        """,
        limit=limit,
    )
    return sorted((Mark(*row) for row in taken), key=lambda m: (m.account_id, m.kind))


def marks_left(conn: Connection) -> int:
    """How many marks there are."""
    return int(sql.value(conn, "SELECT count(*) FROM stale"))
