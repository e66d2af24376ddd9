"""Runs of instances: for `status`, and the log of what happened when."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.instances import id_of
from capteur.store.shapes import RunRow

_COUNTS = ("units", "ok", "failed", "skipped", "new", "updated", "unchanged", "bad", "requests")
_CELLS = ", ".join(f'run."{name}"' for name in _COUNTS)


def start(conn: Connection, instance: str, now: int) -> int:
    """Open a run; returns its id."""
    row = sql.one(
        conn,
        f"INSERT INTO run (instance_id, started_at, {', '.join(f'{chr(34)}{n}{chr(34)}' for n in _COUNTS)})"
        f" VALUES (:instance, :now, {', '.join('0' for _ in _COUNTS)}) RETURNING id",
        instance=id_of(conn, instance),
        now=now,
    )
    assert row is not None, "an insert returns its row"
    return int(row[0])


def finish(conn: Connection, run_id: int, *, now: int, error: str | None = None, **counts: int) -> None:
    """Close a run with its counts (units, ok, failed, skipped, new, updated, unchanged, bad, requests)."""
    unknown = counts.keys() - set(_COUNTS)
    if unknown:
        msg = f"a run does not count {', '.join(sorted(unknown))}"
        raise TypeError(msg)
    cells = "".join(f', "{name}" = :{name}' for name in counts)
    sql.run(
        conn,
        f"UPDATE run SET ended_at = :now, error = :error{cells} WHERE id = :id",
        now=now,
        error=error,
        id=run_id,
        **counts,
    )


def last(conn: Connection, instance: str | None = None, limit: int = 20) -> list[RunRow]:
    """The newest runs first, of one instance or of all."""
    where = "WHERE instance.name = :name" if instance is not None else ""
    values = {"name": instance} if instance is not None else {}
    found = sql.rows(
        conn,
        f"""
        SELECT instance.name, started_at, ended_at, {_CELLS}, run.error FROM run JOIN instance ON instance.id = run.instance_id
        {where} ORDER BY started_at DESC, run.id DESC LIMIT :limit
        """,
        limit=limit,
        **values,
    )
    return [RunRow(*row) for row in found]
