"""Signals that are too old to keep, and what in them may name somebody: removed in pieces, so that others write in between.

The running state follows: a signal that goes leaves a mark, like one that comes, and its history is folded anew. What was
believed of it in the past goes with it, so a replay of an old day no longer sees it.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection

from capteur.store import marks, sql, words

Field = Literal["person", "summary", "evidence_url", "data"]
COLUMNS: Final[tuple[Field, ...]] = ("person", "summary", "evidence_url", "data")
_SQLITE = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:ages)"
_POSTGRESQL = "SELECT (a->>0)::bigint, (a->>1)::bigint FROM json_array_elements(:ages::json) a"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one transaction did: so many signals; `last` is the id to go on after, None when there is no more."""

    count: int
    last: int | None


def kinds(conn: Connection) -> list[str]:
    """The names of all kinds that the store knows."""
    return sorted(words.every(conn, "kind").values())


def remove(conn: Connection, before: Mapping[str, int], after: int, limit: int) -> Piece:
    """Delete up to `limit` signals, by kind those that occurred before a moment (micros), with ids beyond `after`."""
    found = _old(conn, before, after, limit, "")
    with sql.scrubbed(conn):
        mine = sql.array(conn, [row[0] for row in found])
        sql.run(conn, f"DELETE FROM signal_past WHERE {sql.among(conn, 'signal_id', 'ids')}", ids=mine)
        sql.run(conn, f"DELETE FROM signal WHERE {sql.among(conn, 'id', 'ids')}", ids=mine)
    return _marked(conn, found, limit)


def empty(conn: Connection, field: Field, before: Mapping[str, int], after: int, limit: int) -> Piece:
    """The same for one field: the signals stay, and say nothing there any more."""
    found = _old(conn, before, after, limit, f"AND signal.{field} IS NOT NULL")
    with sql.scrubbed(conn):
        mine = sql.array(conn, [row[0] for row in found])
        sql.run(conn, f"UPDATE signal SET {field} = NULL WHERE {sql.among(conn, 'id', 'ids')}", ids=mine)
    # who it was counts where more than one person makes a difference; words do not
    return _marked(conn, found, limit) if field == "person" else _piece(found, limit)


def _old(conn: Connection, before: Mapping[str, int], after: int, limit: int, only: str) -> list[tuple[Any, ...]]:
    ids = words.find(conn, "kind", set(before))
    ages = json.dumps([(ids[kind], moment) for kind, moment in sorted(before.items()) if kind in ids])
    # on PostgreSQL one that grows at this moment is left to tomorrow: its old belief is about to refer to it
    lock = "FOR UPDATE OF signal SKIP LOCKED" if sql.is_postgresql(conn) else ""
    return sql.rows(
        conn,
        f"""
        WITH old (kind_id, before) AS ({_POSTGRESQL if sql.is_postgresql(conn) else _SQLITE})
        SELECT signal.id, signal.account_id, signal.kind_id, signal.occurred_at, signal.event FROM signal
        JOIN old ON old.kind_id = signal.kind_id AND signal.occurred_at < old.before
        WHERE signal.id > :after {only} ORDER BY signal.id LIMIT :limit {lock}
        """,
        ages=ages,
        after=after,
        limit=limit,
    )


def _marked(conn: Connection, found: list[tuple[Any, ...]], limit: int) -> Piece:
    changes = marks.Changes()
    changes.add((account, kind, occurred_at, event) for _, account, kind, occurred_at, event in found)
    marks.leave(conn, changes)
    return _piece(found, limit)


def _piece(found: list[tuple[Any, ...]], limit: int) -> Piece:
    return Piece(len(found), found[-1][0] if len(found) == limit else None)
