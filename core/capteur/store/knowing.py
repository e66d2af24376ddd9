"""What the store already holds of facts somebody is about to bring."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from capteur.signals import Observation
from capteur.store import sql, words
from capteur.store.signals import OBSERVED

CHUNK = 500


def known(conn: Connection, scope: str, keys: Collection[str]) -> dict[str, Observation]:
    """What is believed of these keys of a sensor (`scope` is its name), by key; revoked signals included."""
    scope_id = words.find(conn, "scope", {scope}).get(scope)
    wanted = sorted(set(keys))
    found: dict[str, Observation] = {}
    for start in range(0, len(wanted) if scope_id is not None else 0, CHUNK):
        rows = sql.rows(
            conn,
            f"SELECT {OBSERVED} FROM signal JOIN kind ON kind.id = signal.kind_id LEFT JOIN topic ON topic.id = signal.topic_id"
            f" WHERE signal.scope_id = :scope AND {sql.among(conn, 'signal.key', 'keys')}",
            scope=scope_id,
            keys=sql.array(conn, wanted[start : start + CHUNK]),
        )
        found |= {row[0]: Observation(*row) for row in rows}
    return found
