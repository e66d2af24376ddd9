"""What happened with accounts, for learning and backtests."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.subjects import roots


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """A stored outcome; an account that was linked away answers with the one it went to. Times in micros."""

    account_id: int
    kind: str
    key: str
    occurred_at: int
    known_at: int
    model: str
    value: float | None
    data: Any


def rows(conn: Connection, model: str | None = None) -> list[OutcomeRow]:
    """Outcomes by (occurred_at, key), of one model or of all."""
    where = "WHERE model = :model" if model is not None else ""
    found = sql.rows(
        conn,
        f"SELECT account_id, kind, key, occurred_at, known_at, model, value, data FROM outcome {where} ORDER BY occurred_at, key",
        **({"model": model} if model is not None else {}),
    )
    linked = roots(conn)
    return [
        OutcomeRow(
            linked.get(account_id, account_id),
            kind,
            key,
            at,
            known_at,
            of,
            value,
            json.loads(data) if data is not None else None,
        )
        for account_id, kind, key, at, known_at, of, value, data in found
    ]
