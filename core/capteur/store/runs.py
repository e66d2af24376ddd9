"""Runs of instances: for `status`, and the log of what happened when."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Tally:
    """What the runs of an instance came to: runs, units and what became of them, signals, requests."""

    runs: int = 0
    units: int = 0
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0
    requests: int = 0


def tally(conn: Connection, since: int) -> dict[str, Tally]:
    """By instance, what its runs since `since` (micros) came to."""
    sums = ", ".join(f'sum(run."{name}")' for name in _COUNTS)
    found = sql.rows(
        conn,
        f"SELECT instance.name, count(*), {sums} FROM run JOIN instance ON instance.id = run.instance_id"
        " WHERE started_at >= :since GROUP BY instance.name",
        since=since,
    )
    return {name: Tally(*(int(cell) for cell in cells)) for name, *cells in found}


def finds(conn: Connection, since: int) -> dict[str, list[int]]:
    """By instance, when its runs since `since` found something new (micros, ascending), its very first run left out.

    The first run reads what was there before anybody looked: it says nothing about how often something happens.
    """
    rows = sql.rows(
        conn,
        """
        SELECT instance.name, run.started_at FROM run JOIN instance ON instance.id = run.instance_id
        WHERE run.started_at >= :since AND run."new" > 0
            AND run.id <> (SELECT min(first.id) FROM run AS first WHERE first.instance_id = run.instance_id)
        ORDER BY run.started_at, run.id
        """,
        since=since,
    )
    found: dict[str, list[int]] = {}
    for name, at in rows:
        found.setdefault(name, []).append(int(at))
    return found


def silent(conn: Connection) -> set[str]:
    """The instances that have run and never made a request: they read files, or what is sent to them."""
    found = sql.rows(
        conn,
        "SELECT instance.name FROM run JOIN instance ON instance.id = run.instance_id GROUP BY instance.name"
        " HAVING sum(run.requests) = 0 AND sum(run.ok) > 0",
    )
    return {name for (name,) in found}
