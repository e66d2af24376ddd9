"""What instances with a budget have asked and spent. It is written in the transaction of the unit that spent it.

Time is cut into pieces of `piece(per)`; what was spent in a piece is free again `per` after the piece began. So in any row of
pieces as long as `per` no more is spent than the budget has, and a run at the same hour every day has the whole of it.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from capteur.clock import MICROS_PER_DAY
from capteur.store import sql
from capteur.store.instances import id_of
from capteur.store.shapes import Spend

HOUR = 3_600_000_000
PIECES = 24
"""`per` has at least so many pieces; none is longer than an hour."""
USUAL_DAYS = 30
"""How far back is looked for how many requests a unit usually takes."""


def piece(moment: int, per: timedelta) -> int:
    """When the piece of time began that `moment` (micros) lies in."""
    span = per // timedelta(microseconds=1)
    width = span // max(PIECES, -(-span // HOUR))
    return moment - moment % width


def add(conn: Connection, instance: str, spent: Spend) -> None:
    """Count what was spent on top of what is known of its piece of time."""
    sql.run(
        conn,
        """
        INSERT INTO spend (instance_id, at, requests, credits, units) VALUES (:instance, :at, :requests, :credits, :units)
        ON CONFLICT (instance_id, at) DO UPDATE SET requests = spend.requests + excluded.requests,
            credits = spend.credits + excluded.credits, units = spend.units + excluded.units
        """,
        instance=id_of(conn, instance),
        at=spent.at,
        requests=spent.requests,
        credits=spent.credits,
        units=spent.units,
    )


def window(conn: Connection, instance: str, now: int, per: timedelta) -> list[Spend]:
    """What counts against a budget at `now` (micros), oldest first. What a wrong clock wrote further ahead than `per` does not."""
    span = per // timedelta(microseconds=1)
    found = sql.rows(
        conn,
        "SELECT at, requests, credits, units FROM spend JOIN instance ON instance.id = instance_id"
        " WHERE instance.name = :name AND at > :since AND at < :until ORDER BY at",
        name=instance,
        since=now - span,
        until=now + span,
    )
    return [Spend(*row) for row in found]


def usual(conn: Connection, instance: str, now: int) -> float | None:
    """Requests of one unit, as a mean over the last 30 days; None when none has come to its end yet.

    From what was counted against the budget; of an instance that had none until now, from its log of runs.
    """
    since = now - USUAL_DAYS * MICROS_PER_DAY
    for table, at in (("spend", "at"), ("run", "started_at")):
        row = sql.one(
            conn,
            f'SELECT sum(t.requests), sum(t.units) FROM "{table}" AS t JOIN instance ON instance.id = t.instance_id'
            f" WHERE instance.name = :name AND t.{at} >= :since",
            name=instance,
            since=since,
        )
        requests, units = (int(cell or 0) for cell in row or (0, 0))
        if units or requests:
            return requests / max(units, 1)
    return None


def lock(conn: Connection, instance: str) -> None:
    """Nobody else takes from this instance's budget until the transaction ends. SQLite has one writer anyway."""
    if sql.is_postgresql(conn):
        sql.rows(conn, "SELECT 1 FROM instance WHERE name = :name FOR UPDATE", name=instance)


def under_way(conn: Connection, instance: str, now: int) -> list[int]:
    """The accounts whose rows somebody holds: what they will spend is not written yet."""
    found = sql.rows(
        conn,
        "SELECT account_id FROM watch JOIN instance ON instance.id = instance_id"
        f" WHERE instance.name = :name AND lease_until > {sql.present(conn)}",
        name=instance,
        now=now,
    )
    return [row[0] for row in found]


def looked(conn: Connection, instance: str) -> dict[int, tuple[int | None, int | None, int]]:
    """Of every account that is watched: when it was last looked at, last read with success, and when it is due (micros)."""
    found = sql.rows(
        conn,
        "SELECT account_id, looked_at, last_ok, next_due FROM watch JOIN instance ON instance.id = instance_id"
        " WHERE instance.name = :name ORDER BY account_id",
        name=instance,
    )
    return {account_id: (looked_at, last_ok, due) for account_id, looked_at, last_ok, due in found}
