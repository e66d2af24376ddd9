"""What is due: the question a daemon asks many times a minute, so it reads an index and writes nothing."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from capteur.store import sql, watches
from capteur.store.shapes import WatchRow

_SERVER_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


@dataclass(frozen=True, slots=True)
class Ask:
    """How many due rows of an instance are wanted, for how long, and which accounts the asker is still busy with."""

    instance: str
    limit: int
    lease_s: float
    but: Sequence[int] = field(default=())


def heads(conn: Connection, now: int) -> dict[str, int]:
    """By instance, when its first row that nobody holds is due (micros); instances that are parked or paused are left out."""
    present = _SERVER_NOW if sql.is_postgresql(conn) else ":now"
    found = sql.rows(
        conn,
        f"""
        SELECT instance.name, (
            SELECT next_due FROM watch WHERE instance_id = instance.id AND lease_until <= {present} ORDER BY next_due LIMIT 1
        ) FROM instance WHERE parked_at IS NULL AND paused_at IS NULL
        """,
        now=now,
    )
    return {name: at for name, at in found if at is not None}


def take(conn: Connection, asks: Sequence[Ask], now: int) -> Mapping[str, list[WatchRow]]:
    """Claim due rows of several instances at once, those longest due first."""
    return {
        ask.instance: watches.claim(
            conn, ask.instance, None, but=ask.but, lease_s=ask.lease_s, now=now, due_only=True, limit=ask.limit
        )
        for ask in asks
    }
