"""How a batch's signals get in: ask which keys are known, insert the others, let the known ones grow.

On SQLite there is one writer, so what was asked still holds and the rest is a plain insert. On PostgreSQL another writer may
bring the same key meanwhile: there the rows are copied to a stage and inserted from it with ON CONFLICT DO NOTHING, which waits
for the other and says which rows were new; those that were not may still grow.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.shapes import Incoming

COLUMNS = (
    "scope_id", "detected_at", "key", "account_id", "kind_id", "occurred_at", "known_at", "known_assumed", "by_day", "strength",
    "topic_id", "event", "person", "schema_version", "summary", "evidence_url", "data",
)  # fmt: skip
Cells = tuple[Any, ...]
"""One signal as it is stored, in the order of COLUMNS. A plain tuple: there is one per signal, and it goes to the driver as it is."""
Changed = tuple[int, int, int, str | None]
"""(account id, kind id, occurred_at, event) of a signal that is new or has grown."""

_NAMES = ", ".join(COLUMNS)
_PLAIN = f"INSERT INTO signal ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"
_STAGE = (
    'CREATE TEMP TABLE IF NOT EXISTS stage (scope_id BIGINT, detected_at BIGINT, key TEXT COLLATE "C", account_id BIGINT, kind_id BIGINT, occurred_at BIGINT,'
    " known_at BIGINT, known_assumed BOOLEAN, by_day BOOLEAN, strength DOUBLE PRECISION, topic_id BIGINT, event TEXT, person TEXT,"
    " schema_version BIGINT, summary TEXT, evidence_url TEXT, data TEXT) ON COMMIT DELETE ROWS"
)
_COPY = f"COPY stage ({_NAMES}) FROM STDIN"
# in key order: two writers with the same keys then wait for each other in one direction only
_FROM_STAGE = f"INSERT INTO signal ({_NAMES}) SELECT {_NAMES} FROM stage ORDER BY key ON CONFLICT (scope_id, key) DO NOTHING RETURNING key"
# Belief ends now, and never before the one before it, also when the clock has gone back.
UNTIL = "GREATEST(:now, signal.known_at, COALESCE((SELECT max(p.until) FROM signal_past p WHERE p.signal_id = signal.id), :now))"
_BELIEVED = f"SELECT id, key, kind_id, strength, account_id, occurred_at, event, known_at, known_assumed, {UNTIL} FROM signal WHERE scope_id = :scope AND revoked_at IS NULL AND "
_PAST = "INSERT INTO signal_past (signal_id, known_at, known_assumed, until, strength, account_id) {rows}"
_GROW = """
UPDATE signal SET strength = :strength, known_at = GREATEST(:now, known_at), known_assumed = false,
    summary = COALESCE(:summary, summary), evidence_url = COALESCE(:url, evidence_url), data = COALESCE(:data, data) WHERE id = :id
"""


def known(conn: Connection, scope_id: int, keys: Collection[str]) -> set[str]:
    """Which of the keys the scope has already."""
    if sql.is_postgresql(conn):
        query = "SELECT key FROM signal WHERE scope_id = :scope AND key = ANY(ARRAY(SELECT json_array_elements_text(:keys::json)))"
    else:  # asks for each key as it comes; an IN would first sort them, at twice the price for keys that are new
        query = "SELECT value FROM json_each(:keys) WHERE EXISTS (SELECT 1 FROM signal WHERE scope_id = :scope AND signal.key = value)"
    return {row[0] for row in sql.rows(conn, query, scope=scope_id, keys=json.dumps(list(keys)))}


def insert(conn: Connection, signals: Mapping[str, Cells]) -> Collection[str]:
    """Store signals by key, whose keys were asked for and not known; returns the keys that were still new."""
    if not signals:
        return ()
    if not sql.is_postgresql(conn):
        sql.driver(conn).executemany(_PLAIN, signals.values())
        return signals.keys()
    sql.run(conn, _STAGE)
    sql.run(conn, "DELETE FROM stage")
    with sql.driver(conn).cursor() as cursor, cursor.copy(_COPY) as copy:
        for cells in signals.values():
            copy.write_row(cells)
    new = {row[0] for row in sql.rows(conn, _FROM_STAGE)}
    return new if len(new) == len(signals) else [key for key in signals if key in new]


def grow(
    conn: Connection, scope_id: int, now: int, growing: Mapping[str, Incoming], kinds: Mapping[str, int]
) -> list[Changed]:
    """Let known signals grow: those that are stronger now, of the same kind and not revoked, with the old belief kept."""
    if not growing:
        return []
    # locked on PostgreSQL: the belief that is kept must be the one another writer has just left, not the one before it
    query = (
        f"{_BELIEVED} {sql.among(conn, 'key', 'keys')} ORDER BY id {'FOR UPDATE' if sql.is_postgresql(conn) else ''}"
    )
    past: list[tuple[Any, ...]] = []
    stronger: list[dict[str, Any]] = []
    grown: list[Changed] = []
    for id_, key, kind_id, strength, account_id, occurred_at, event, known_at, assumed, until in sql.rows(
        conn, query, scope=scope_id, now=now, keys=sql.array(conn, growing)
    ):
        seen = growing[key].signal
        if kind_id != kinds[seen.kind] or seen.strength <= strength:
            continue
        past.append((id_, known_at, bool(assumed), until, strength, account_id))
        more = {"summary": seen.summary, "url": seen.evidence_url, "data": seen.data}
        stronger.append({"id": id_, "now": now, "strength": seen.strength, **more})
        grown.append((account_id, kind_id, occurred_at, event))
    sql.bulk(conn, _PAST, ["bigint", "bigint", "boolean", "bigint", "float8", "bigint"], past)
    sql.many(conn, _GROW, stronger)
    return grown
