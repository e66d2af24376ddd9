"""Single text values of the store itself."""

from __future__ import annotations

from sqlalchemy import Connection

from capteur.store import sql


def get(conn: Connection, name: str) -> str | None:
    """The value, or None."""
    found = sql.value(conn, "SELECT value FROM meta WHERE name = :name", name=name)
    return None if found is None else str(found)


def put(conn: Connection, name: str, value: str | None) -> None:
    """Set a value; None deletes it."""
    if value is None:
        sql.run(conn, "DELETE FROM meta WHERE name = :name", name=name)
        return
    sql.run(
        conn,
        "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name=name,
        value=value,
    )
