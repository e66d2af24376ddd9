"""What is due, and for whom: what a daemon asks many times a minute, by indexes, and how it takes rows and gives them back."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from capteur.store import sql, watches
from capteur.store.shapes import WatchRow


@dataclass(frozen=True, slots=True)
class Ask:
    """How many due rows of an instance are wanted, for how long, and which accounts the asker is still busy with.

    `accounts` are the only ones wanted, None = any that is due.
    """

    instance: str
    limit: int
    lease_s: float
    but: Sequence[int] = field(default=())
    accounts: Sequence[int] | None = None


def heads(conn: Connection, now: int) -> dict[str, int]:
    """By instance, when its first row that nobody holds is due (micros); instances that are parked or paused are left out."""
    found = sql.rows(
        conn,
        f"""
        SELECT instance.name, (
            SELECT next_due FROM watch WHERE instance_id = instance.id AND lease_until <= {sql.present(conn)} ORDER BY next_due LIMIT 1
        ) FROM instance WHERE parked_at IS NULL AND paused_at IS NULL
        """,
        now=now,
    )
    return {name: at for name, at in found if at is not None}


def listed_ids(conn: Connection) -> list[int]:
    """Every account that is looked at."""
    return [row[0] for row in sql.rows(conn, "SELECT id FROM account WHERE state = 'listed' ORDER BY id")]


def roster_mark(conn: Connection) -> tuple[int, ...]:
    """Numbers that change when accounts, their aliases or links do: who knows them knows whether to read the list again."""
    row = sql.one(
        conn,
        """
        SELECT COALESCE(sum(CASE WHEN state = 'listed' THEN 1 ELSE 0 END), 0), COALESCE(sum(CASE WHEN state <> 'unmatched' THEN 1 ELSE 0 END), 0),
            COALESCE(max(CASE WHEN state <> 'unmatched' THEN id ELSE 0 END), 0),
            (SELECT count(*) FROM alias), (SELECT count(*) FROM link WHERE undone_at IS NULL) FROM account
        """,
    )
    assert row is not None, "an aggregate has a row"
    return tuple(int(cell) for cell in row)


def last_good(conn: Connection) -> int | None:
    """When anything was last looked at with success (micros): a clock far from it is a doubtful one."""
    found = sql.value(conn, "SELECT max(last_ok) FROM watch")
    return None if found is None else int(found)


def take(conn: Connection, asks: Sequence[Ask], now: int) -> Mapping[str, list[WatchRow]]:
    """Claim due rows of several instances at once, those longest due first."""
    return {
        ask.instance: watches.claim(
            conn, ask.instance, ask.accounts, but=ask.but, lease_s=ask.lease_s, now=now, due_only=True, limit=ask.limit
        )
        for ask in asks
    }


def give_back(conn: Connection, rows: Sequence[WatchRow]) -> None:
    """Free rows that were claimed and not served; they are due as before."""
    for row in rows:
        watches.release(conn, row.instance, row.account_id, row.epoch)
