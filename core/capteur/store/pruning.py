"""What grows for ever and nobody reads any more: old runs, hosts whose wait is over, validators of what is gone."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from capteur.clock import MICROS_PER_DAY
from capteur.store import sql

RUNS_DAYS = 400
"""A year ago can be compared with today, and a month more for who looks late."""
HOSTS_DAYS = 7
"""So long after its last wait a host that kept failing is remembered; one that did not is forgotten at once."""
VALIDATORS_DAYS = 30
"""An instance without a good run for so long would find its pages changed anyway."""


def runs(conn: Connection, now: int) -> int:
    """Delete runs that began more than RUNS_DAYS ago; returns how many."""
    return sql.run(conn, "DELETE FROM run WHERE started_at < :before", before=now - RUNS_DAYS * MICROS_PER_DAY).rowcount


def spends(conn: Connection, now: int) -> int:
    """Delete what was spent more than RUNS_DAYS ago: no budget looks back so far. Returns how many rows that were."""
    return sql.run(conn, "DELETE FROM spend WHERE at < :before", before=now - RUNS_DAYS * MICROS_PER_DAY).rowcount


def states(conn: Connection) -> int:
    """Delete the running state of versions their models no longer have: one that comes back is folded anew. Returns how many rows."""
    return sql.run(
        conn,
        "DELETE FROM state WHERE version_id IN (SELECT version.id FROM version"
        " JOIN meta ON meta.name = 'version:' || version.model WHERE meta.value <> version.hash)",
    ).rowcount


def hosts(conn: Connection, now: int) -> int:
    """Delete hosts that nobody waits for; returns how many."""
    return sql.run(
        conn,
        "DELETE FROM host WHERE wait_until < :now AND (fails = 0 OR wait_until < :before)",
        now=now,
        before=now - HOSTS_DAYS * MICROS_PER_DAY,
    ).rowcount


def validators(conn: Connection, configured: Collection[str], now: int) -> int:
    """Delete what servers said to units of accounts that are gone, and of instances that are neither configured nor in use.

    Another machine may have instances in its configuration that this one has not: a good run shows them. Returns how many.
    """
    used = sql.rows(
        conn,
        "SELECT DISTINCT instance.name FROM instance JOIN watch ON watch.instance_id = instance.id WHERE last_ok >= :since",
        since=now - VALIDATORS_DAYS * MICROS_PER_DAY,
    )
    alive = {*configured, *(name for (name,) in used)}
    gone = [
        scope
        for (scope,) in sql.rows(conn, "SELECT DISTINCT scope FROM validator")
        if "|" in scope and scope.partition("|")[0] not in alive
    ]
    return sql.run(
        conn,
        f"DELETE FROM validator WHERE {sql.among(conn, 'scope', 'gone')}"
        " OR (account_id > 0 AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = validator.account_id))",
        gone=sql.array(conn, gone),
    ).rowcount
