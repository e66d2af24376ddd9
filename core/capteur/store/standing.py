"""Standing signals of many (account, kind) at once: what refolding reads, in one query however many are stale."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capteur.signals import Observation
from capteur.store import sql
from capteur.store.signals import OBSERVED, STRONGEST

if TYPE_CHECKING:
    from sqlalchemy import Connection

Wanted = tuple[int, str, int | None]
"""(account id, kind, from this moment on in micros; None = from the beginning)."""
EARLIEST = -(2**62)
_SQLITE = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:wanted)"
_POSTGRESQL = "SELECT (w->>0)::bigint, w->>1, (w->>2)::bigint FROM json_array_elements(:wanted::json) w"


def standing(conn: Connection, wanted: Sequence[Wanted]) -> dict[tuple[int, str], list[Observation]]:
    """The signals that stand now, by (account, kind), each list by (occurred_at, key): what `fold` takes.

    Of sightings of one event, whatever their kinds, only the strongest is there, the earliest of equals.
    """
    found: dict[tuple[int, str], list[Observation]] = defaultdict(list)
    if not wanted:
        return found
    source = _POSTGRESQL if sql.is_postgresql(conn) else _SQLITE
    query = f"""
        WITH wanted (account_id, kind_name, start) AS ({source})
        SELECT signal.account_id, {OBSERVED} FROM wanted JOIN kind ON kind.name = wanted.kind_name
        JOIN signal ON signal.account_id = wanted.account_id AND signal.kind_id = kind.id AND signal.occurred_at >= wanted.start
        LEFT JOIN topic ON topic.id = signal.topic_id
        WHERE signal.revoked_at IS NULL AND {STRONGEST}
        ORDER BY signal.account_id, kind.id, signal.occurred_at, signal.key, signal.id
    """
    asked = json.dumps([(account, kind, EARLIEST if start is None else start) for account, kind, start in wanted])
    for row in sql.rows(conn, query, wanted=asked):
        found[row[0], row[2]].append(Observation(*row[1:]))
    return found
