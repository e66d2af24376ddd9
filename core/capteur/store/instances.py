"""Instances: the configured uses of sensors, their configuration's hash, parking, pausing, and who is down."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from sqlalchemy import Connection

from capteur.store import meta, sql
from capteur.store.shapes import InstanceRow

_CELLS = """name, config_hash, sensor, parked_at, parked_error, parked_fix, paused_at, down_since,
    (SELECT value FROM meta WHERE meta.name = 'parked:' || instance.name)"""


def id_of(conn: Connection, name: str) -> int:
    """The instance's id; a name seen for the first time gets one."""
    found = sql.value(conn, "SELECT id FROM instance WHERE name = :name", name=name)
    if found is None:
        sql.run(
            conn,
            "INSERT INTO instance (name, sensor, config_hash) VALUES (:name, '', '') ON CONFLICT DO NOTHING",
            name=name,
        )
        found = sql.value(conn, "SELECT id FROM instance WHERE name = :name", name=name)
    return int(found)


def instances(conn: Connection) -> dict[str, InstanceRow]:
    """All instances by name."""
    return {row[0]: InstanceRow(*row) for row in sql.rows(conn, f"SELECT {_CELLS} FROM instance ORDER BY name")}


def upsert_instance(conn: Connection, name: str, sensor: str, config_hash: str) -> InstanceRow:
    """Remember an instance as it is configured now. One whose configuration has changed is no longer parked."""
    row = sql.one(
        conn,
        f"""
        INSERT INTO instance (name, sensor, config_hash) VALUES (:name, :sensor, :hash)
        ON CONFLICT (name) DO UPDATE SET sensor = excluded.sensor, config_hash = excluded.config_hash,
            parked_at = CASE WHEN instance.config_hash = excluded.config_hash THEN instance.parked_at END,
            parked_error = CASE WHEN instance.config_hash = excluded.config_hash THEN instance.parked_error END,
            parked_fix = CASE WHEN instance.config_hash = excluded.config_hash THEN instance.parked_fix END
        RETURNING {_CELLS}
        """,
        name=name,
        sensor=sensor,
        hash=config_hash,
    )
    assert row is not None, "an upsert returns its row"
    return InstanceRow(*row)


def park(conn: Connection, name: str, error: str, fix: str | None, now: int, *, credentials: bool = False) -> bool:
    """Stop an instance until its operator resumes it, or changes its configuration. False when it is parked already.

    `credentials` = for a credential, else for what somebody wrote.
    """
    changed = sql.run(
        conn,
        "UPDATE instance SET parked_at = :now, parked_error = :error, parked_fix = :fix WHERE id = :id AND parked_at IS NULL",
        now=now,
        error=error,
        fix=fix,
        id=id_of(conn, name),
    )
    if changed.rowcount:
        meta.put(conn, f"parked:{name}", "credentials" if credentials else "config")
    return changed.rowcount == 1


def unpark(conn: Connection, name: str) -> bool:
    """Take the parking off, when each row is due stays as it is; False when the instance was not parked."""
    meta.put(conn, f"parked:{name}", None)
    changed = sql.run(
        conn,
        "UPDATE instance SET parked_at = NULL, parked_error = NULL, parked_fix = NULL WHERE name = :name AND parked_at IS NOT NULL",
        name=name,
    )
    return changed.rowcount == 1


def resume(conn: Connection, name: str) -> bool:
    """Let a parked instance run again, its rows due at once; False when it was not parked."""
    if not unpark(conn, name):
        return False
    sql.run(
        conn,
        "UPDATE watch SET next_due = 0, fails = 0 WHERE instance_id = (SELECT id FROM instance WHERE name = :name)",
        name=name,
    )
    return True


def pause(conn: Connection, name: str, now: int) -> bool:
    """Let an instance rest until its operator resumes it; False when it rests already."""
    changed = sql.run(
        conn,
        "UPDATE instance SET paused_at = :now WHERE id = :id AND paused_at IS NULL",
        now=now,
        id=id_of(conn, name),
    )
    return changed.rowcount == 1


def unpause(conn: Connection, name: str) -> bool:
    """End a pause; what became due meanwhile runs once. False when the instance was not paused."""
    changed = sql.run(
        conn, "UPDATE instance SET paused_at = NULL WHERE name = :name AND paused_at IS NOT NULL", name=name
    )
    return changed.rowcount == 1


def down(conn: Connection, name: str, now: int) -> bool:
    """Remember that an instance does not work; False when that is known already, so that it is told once."""
    changed = sql.run(
        conn,
        "UPDATE instance SET down_since = :now WHERE id = :id AND down_since IS NULL",
        now=now,
        id=id_of(conn, name),
    )
    return changed.rowcount == 1


def up(conn: Connection, name: str) -> int | None:
    """Remember that an instance works again; returns since when it was down, None when it was not."""
    since = sql.value(conn, "SELECT down_since FROM instance WHERE name = :name", name=name)
    if since is None:
        return None
    changed = sql.run(
        conn, "UPDATE instance SET down_since = NULL WHERE name = :name AND down_since IS NOT NULL", name=name
    )
    return int(since) if changed.rowcount else None
