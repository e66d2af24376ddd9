"""Daemons that serve the store: their heartbeats, and the one lease among them.

Time here is the store's clock: on PostgreSQL the server's, because the daemons' machines may disagree.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from capteur.store import sql

HOUSEKEEPING = "housekeeping"
"""The lease of the leader: who purges, adopts and mends for all."""


@dataclass(frozen=True, slots=True)
class DaemonRow:
    """One daemon. `trouble` is why it cannot work at the moment, in one line; `leads` is true for the leader. Times in micros."""

    id: str
    host: str
    pid: int
    version: str
    started_at: int
    beat_at: int
    running: int
    stuck: int
    trouble: str | None
    leads: bool = False

    @property
    def is_dead(self) -> bool:
        """Whether its process is gone for certain: that can be known on its own machine only."""
        if self.host != platform.node() or sys.platform == "win32":  # there, asking after a process ends it
            return False
        with suppress(PermissionError, OverflowError):
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return True
        return False


def beat(conn: Connection, row: DaemonRow, now: int) -> None:
    """Say that this daemon is alive; `beat_at` is the store's present, whatever `row` says."""
    sql.run(
        conn,
        f"""
        INSERT INTO daemon (id, host, pid, version, started_at, beat_at, running, stuck, trouble)
        VALUES (:id, :host, :pid, :version, :started, {sql.present(conn)}, :running, :stuck, :trouble)
        ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, running = excluded.running, stuck = excluded.stuck,
            trouble = excluded.trouble
        """,
        id=row.id,
        host=row.host,
        pid=row.pid,
        version=row.version,
        started=row.started_at,
        running=row.running,
        stuck=row.stuck,
        trouble=row.trouble,
        now=now,
    )


def leave(conn: Connection, daemon_id: str) -> None:
    """Take a daemon that ends in order off the list, and give its lease back."""
    sql.run(conn, "DELETE FROM daemon WHERE id = :id", id=daemon_id)
    sql.run(conn, "DELETE FROM lease WHERE holder = :id", id=daemon_id)


def lead(conn: Connection, daemon_id: str, *, lease_s: float, now: int, name: str = HOUSEKEEPING) -> bool:
    """Take or keep a lease for `lease_s` seconds; False while another daemon holds it."""
    row = sql.one(
        conn,
        f"""
        INSERT INTO lease (name, holder, until) VALUES (:name, :id, {sql.present(conn)} + :span)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE lease.holder = excluded.holder OR lease.until <= {sql.present(conn)} OR lease.until > excluded.until
        RETURNING holder
        """,
        name=name,
        id=daemon_id,
        span=int(lease_s * 1_000_000),
        now=now,
    )
    return row is not None


def daemons(conn: Connection) -> list[DaemonRow]:
    """Every daemon that has not ended in order, the newest heartbeat first."""
    cells = "id, host, pid, version, started_at, beat_at, running, stuck, trouble"
    found = sql.rows(conn, f"SELECT {cells} FROM daemon ORDER BY beat_at DESC, id")
    leader = sql.value(conn, "SELECT holder FROM lease WHERE name = :name", name=HOUSEKEEPING)
    return [DaemonRow(*(*row, row[0] == leader)) for row in found]


def bury(conn: Connection, before: int) -> int:
    """Forget daemons without a heartbeat since `before` (micros): they were killed."""
    return sql.run(conn, "DELETE FROM daemon WHERE beat_at < :before", before=before).rowcount


def bury_dead(conn: Connection) -> None:
    """Forget the daemons of this machine whose processes are gone, and give back what they lead."""
    for row in daemons(conn):
        if row.is_dead:
            leave(conn, row.id)


def bury_all(conn: Connection) -> None:
    """Forget every daemon; only for whoever holds the store alone, for then none is alive."""
    sql.run(conn, "DELETE FROM daemon")
    sql.run(conn, "DELETE FROM lease")


def probe(conn: Connection) -> None:
    """Find out whether there is room to write: raises what the database raises when there is none. Leaves nothing behind."""
    size = 65_536
    sql.run(
        conn,
        "INSERT INTO lease (name, holder, until) VALUES ('probe', :text, 0) ON CONFLICT DO NOTHING",
        text="x" * size,
    )
    sql.run(conn, "DELETE FROM lease WHERE name = 'probe'")
