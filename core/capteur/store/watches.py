"""Watch rows: the unit of state, claim and fence; and the instances they belong to.

A claim adds one to the row's epoch; a commit names the epoch it was claimed with, so whoever lost the row stores nothing.
Leases are told by the store's clock: on PostgreSQL the server's, because several machines share it.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from capteur.clock import MICROS_PER_DAY, from_micros, micros
from capteur.runner import UnitStatus
from capteur.schedules import MICROSECOND, Schedule
from capteur.store import sql
from capteur.store.faults import Fenced
from capteur.store.instances import id_of, instances, park, resume, unpark, upsert_instance
from capteur.store.shapes import Batch, WatchRow

__all__ = [
    "advance",
    "claim",
    "clip",
    "drop",
    "ensure",
    "get",
    "instances",
    "park",
    "release",
    "resume",
    "rows",
    "unpark",
    "upsert_instance",
]

FAILURES = frozenset({"backoff", "bug", "quarantined", "stuck", "failed"})
"""What counts as a failure of the row. Waiting for a host, being parked, stopped or fenced says nothing against it."""

UNDONE = frozenset({"waiting", "stopped", "fenced"})
"""Ends that are not the row's own: nothing was found out about its account."""

_CELLS = "account_id, next_due, cursor, epoch, lease_until, fails, first_ok, last_ok, newest, last_status, last_error, looked_at"


def ensure(conn: Connection, instance: str, account_ids: Sequence[int], next_due: int) -> int:
    """Make the watch rows that are missing (account 0 = the instance itself); returns how many that were."""
    instance_id = id_of(conn, instance)
    have = {row[0] for row in sql.rows(conn, "SELECT account_id FROM watch WHERE instance_id = :id", id=instance_id)}
    missing = sorted(set(account_ids) - have)
    sql.bulk(
        conn,
        "INSERT INTO watch (instance_id, account_id, next_due, epoch, lease_until, fails) {rows} ON CONFLICT DO NOTHING",
        ["bigint"] * 6,
        [(instance_id, account_id, next_due, 0, 0, 0) for account_id in missing],
    )
    return len(missing)


def claim(
    conn: Connection,
    instance: str,
    account_ids: Sequence[int] | None = None,
    *,
    lease_s: float,
    now: int,
    but: Sequence[int] = (),
    due_only: bool = True,
    limit: int | None = None,
) -> list[WatchRow]:
    """Claim rows for `lease_s` seconds, those longest due first; rows that somebody alive has claimed are left out.

    `due_only` takes only rows whose time has come at `now` (micros); `but` are accounts the caller is still busy with, for
    after a jump of the clock their leases may seem to have ended.
    """
    wanted = ["instance_id = :instance", f"lease_until <= {sql.present(conn)}"]
    if account_ids is not None:
        wanted.append(sql.among(conn, "account_id", "ids"))
    if but:
        wanted.append(f"NOT ({sql.among(conn, 'account_id', 'busy')})")
    if due_only:
        wanted.append("next_due <= :now")
    lock = "FOR UPDATE SKIP LOCKED" if sql.is_postgresql(conn) else ""
    query = f"""
        UPDATE watch SET epoch = epoch + 1, lease_until = {sql.present(conn)} + :lease
        WHERE instance_id = :instance AND account_id IN (
            SELECT account_id FROM watch WHERE {" AND ".join(wanted)} ORDER BY next_due, account_id {"LIMIT :limit" if limit is not None else ""} {lock}
        ) RETURNING {_CELLS}
    """
    values = {"instance": id_of(conn, instance), "lease": int(lease_s * 1_000_000), "now": now}
    if account_ids is not None:
        values["ids"] = sql.array(conn, account_ids)
    if but:
        values["busy"] = sql.array(conn, but)
    if limit is not None:
        values["limit"] = limit
    claimed = [WatchRow(instance, *row) for row in sql.rows(conn, query, **values)]
    return sorted(claimed, key=lambda r: (r.next_due, r.account_id))


def get(conn: Connection, instance: str, account_id: int) -> WatchRow | None:
    """One row."""
    found = sql.one(
        conn,
        f"SELECT {_CELLS} FROM watch JOIN instance ON instance.id = instance_id WHERE instance.name = :name AND account_id = :account",
        name=instance,
        account=account_id,
    )
    return WatchRow(instance, *found) if found is not None else None


def rows(conn: Connection, instance: str | None = None, *, cursors: bool = False) -> list[WatchRow]:
    """All rows, of one instance or of all; their cursors, 256 KB each at worst, are None unless asked for."""
    cells = _CELLS if cursors else _CELLS.replace("cursor", "NULL")
    where = "WHERE instance.name = :name" if instance is not None else ""
    values = {"name": instance} if instance is not None else {}
    found = sql.rows(
        conn,
        f"SELECT instance.name, {cells} FROM watch JOIN instance ON instance.id = instance_id {where} ORDER BY instance.name, account_id",
        **values,
    )
    return [WatchRow(*row) for row in found]


def release(conn: Connection, instance: str, account_id: int, epoch: int, *, next_due: int | None = None) -> bool:
    """Give a claimed row back unserved; False when it is no longer ours."""
    changed = sql.run(
        conn,
        "UPDATE watch SET lease_until = 0, next_due = COALESCE(:due, next_due)"
        " WHERE instance_id = :instance AND account_id = :account AND epoch = :epoch",
        due=next_due,
        instance=id_of(conn, instance),
        account=account_id,
        epoch=epoch,
    )
    return changed.rowcount == 1


def clip(
    conn: Connection,
    instance: str,
    schedule: Schedule,
    *,
    now: int,
    waits: Mapping[UnitStatus, timedelta],
    lease_s: float,
) -> int:
    """Pull back what only a clock that was wrong, or another schedule, can have put where it is; returns how much that was.

    A row is due by its schedule (with an hour: at that hour), or no further ahead than its status may wait (`waits`). One that
    is not goes to its next regular time; one that waits, to within a day. No row that is due is leased for longer than
    `lease_s` seconds from now. Reads an index, and what it pulls back.
    """
    (start, spread), latest = schedule.regular(from_micros(now)), schedule.latest(from_micros(now))
    wrong = "next_due > :latest" if spread else "next_due > :now AND next_due NOT IN (:start, :latest)"
    cases = " ".join(f"WHEN '{status}' THEN :{status}" for status in waits)
    wait = f"CASE last_status {cases} ELSE 0 END"
    lock = "FOR UPDATE SKIP LOCKED" if sql.is_postgresql(conn) else ""
    mine = {"instance": id_of(conn, instance), "now": now}
    late = sql.run(
        conn,
        f"""
        UPDATE watch SET next_due = CASE
            WHEN {wait} > 0 THEN :now + (next_due - :now) % LEAST({wait}, :day) ELSE :start + (next_due - :start) % :spread END
        WHERE instance_id = :instance AND next_due > :now + {wait} AND account_id IN (
            SELECT account_id FROM watch WHERE instance_id = :instance AND {wrong} {lock})
        """,
        **mine,
        start=micros(start),
        latest=micros(latest),
        spread=max(1, spread // MICROSECOND),
        day=MICROS_PER_DAY,
        **{status: longest // MICROSECOND for status, longest in waits.items()},
    )
    leased = sql.run(
        conn,
        f"""
        UPDATE watch SET lease_until = {sql.present(conn)} + :lease WHERE instance_id = :instance AND account_id IN (
            SELECT account_id FROM watch
            WHERE instance_id = :instance AND next_due <= :now AND lease_until > {sql.present(conn)} + :lease {lock})
        """,
        **mine,
        lease=int(lease_s * 1_000_000),
    )
    return late.rowcount + leased.rowcount


def drop(conn: Connection, instance: str, account_id: int) -> None:
    """Take a row off: its account is no longer looked at."""
    sql.run(
        conn,
        "DELETE FROM watch WHERE instance_id = :instance AND account_id = :account",
        instance=id_of(conn, instance),
        account=account_id,
    )


def advance(conn: Connection, batch: Batch, now: int) -> None:
    """Write what a batch says of its watch row, and hold the row until the commit. Raises Fenced when it is not ours any more."""
    if batch.epoch is None:
        return
    ours = "instance_id = (SELECT id FROM instance WHERE name = :instance) AND account_id = :account AND epoch = :epoch"
    mine = {"instance": batch.instance, "account": batch.account_id, "epoch": batch.epoch}
    finish = batch.finish
    if finish is not None:
        good = finish.status == "ok"
        fails = "0" if finish.status in ("ok", "skipped") else "fails + 1" if finish.status in FAILURES else "fails"
        changes = f"next_due = :due, lease_until = 0, last_status = :status, last_error = :error, fails = {fails}"
        mine |= {"due": finish.next_due, "status": finish.status, "error": finish.error}
        if finish.status not in UNDONE:
            changes += ", looked_at = :now"
            mine |= {"now": now}
        if good:
            changes += ", first_ok = COALESCE(first_ok, :now), last_ok = :now"
            if finish.newest is not None:
                changes += ", newest = GREATEST(COALESCE(newest, :newest), :newest)"
                mine |= {"newest": finish.newest}
        if batch.memory is not None:
            changes += ", cursor = :memory"
            mine |= {"memory": batch.memory}
        found = sql.run(conn, f"UPDATE watch SET {changes} WHERE {ours}", **mine).rowcount
    elif batch.memory is not None:
        found = sql.run(conn, f"UPDATE watch SET cursor = :memory WHERE {ours}", **mine, memory=batch.memory).rowcount
    else:
        lock = " FOR UPDATE" if sql.is_postgresql(conn) else ""
        found = len(sql.rows(conn, f"SELECT 1 FROM watch WHERE {ours}{lock}", **mine))
    if not found:
        raise Fenced(batch.instance, batch.account_id)
