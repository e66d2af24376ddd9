"""What is remembered of hosts: until when they asked us to wait, and how often in a row they failed."""

from __future__ import annotations

from sqlalchemy import Connection

from capteur.store import sql


def load(conn: Connection) -> dict[str, tuple[int, int]]:
    """(wait until, in micros; failures) by host."""
    return {host: (until, fails) for host, until, fails in sql.rows(conn, "SELECT host, wait_until, fails FROM host")}


def save(conn: Connection, host: str, wait_until: int, fails: int = 0) -> None:
    """Remember a host; a wait that is over and no failures are nothing to remember."""
    if wait_until <= 0 and fails <= 0:
        sql.run(conn, "DELETE FROM host WHERE host = :host", host=host)
        return
    sql.run(
        conn,
        "INSERT INTO host (host, wait_until, fails) VALUES (:host, :until, :fails)"
        " ON CONFLICT (host) DO UPDATE SET wait_until = excluded.wait_until, fails = excluded.fails",
        host=host,
        until=wait_until,
        fails=fails,
    )
