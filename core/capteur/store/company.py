"""Who else is in a PostgreSQL store: what replaces its tables may not be surprised by anybody."""

from __future__ import annotations

from sqlalchemy import Connection

from capteur.errors import StoreHeld
from capteur.store import sql

_OTHERS = """
SELECT pid, coalesce(host(client_addr), 'the server itself'), to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'capteur' AND pid <> pg_backend_pid() ORDER BY backend_start
"""
_SOME = 3


def refuse_company(conn: Connection, place: str) -> None:
    """Raises StoreHeld, naming them, while other processes of capteur are connected. On SQLite the lock beside the file sees to it."""
    if not sql.is_postgresql(conn):
        return
    others = sql.rows(conn, _OTHERS)
    if others:
        named = [f"from {host} since {since} UTC (session {pid})" for pid, host, since in others[:_SOME]]
        more = f" and {len(others) - _SOME} more" if len(others) > _SOME else ""
        raise StoreHeld(
            f"store {place}: another capteur is connected to it",
            why=", ".join(named) + more,
            fix="stop every daemon, run and page that uses it, then try again",
        )
