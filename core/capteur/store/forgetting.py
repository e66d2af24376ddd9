"""Removing accounts: for good, everything about them. `Store.vacuum()` afterwards takes the last traces out of the file."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql

_BY_ACCOUNT = (
    "signal_past",
    "signal",
    "fact",
    "outcome",
    "stale",
    "state",
    "ceiling_rank",
    "listing",
    "watch",
    "validator",
    "alias",
    "audit",
)


def forget(conn: Connection, account_id: int) -> int:
    """Delete an account, the accounts linked into it and all that is known of them; returns the number of rows.

    Messages of runs that name it are emptied too. What a feed keeps in its own memory is the feed's, and not looked into.
    """
    family = [
        row[0]
        for row in sql.rows(
            conn,
            "WITH RECURSIVE family (id) AS (SELECT id FROM account WHERE id = :id"
            " UNION SELECT account.id FROM account JOIN family ON account.linked_to = family.id) SELECT id FROM family",
            id=account_id,
        )
    ]
    _empty_messages(conn, family)
    return _delete(conn, family)


def old_unmatched(conn: Connection, before: int) -> list[int]:
    """Unmatched accounts of which nothing was detected since `before` (micros), by id."""
    return _old(conn, before, "")


def purge_unmatched(conn: Connection, before: int, ids: Collection[int]) -> int:
    """Delete those of these accounts that are old and unmatched still; returns how many."""
    mine = list(ids)
    if sql.is_postgresql(
        conn
    ):  # held before they are looked at: a signal that is just arriving makes an account young again
        query = f"SELECT id FROM account WHERE {sql.among(conn, 'id', 'ids')} ORDER BY id FOR UPDATE SKIP LOCKED"
        mine = [row[0] for row in sql.rows(conn, query, ids=mine)]
    old = _old(conn, before, f"AND {sql.among(conn, 'account.id', 'ids')}", ids=sql.array(conn, mine))
    if old:
        _delete(conn, old)
    return len(old)


def _old(conn: Connection, before: int, only: str, **values: Any) -> list[int]:
    return [
        row[0]
        for row in sql.rows(
            conn,
            "SELECT id FROM account WHERE state = 'unmatched' AND created_at < :before AND NOT EXISTS"
            " (SELECT 1 FROM signal WHERE signal.account_id = account.id AND signal.detected_at >= :before)"
            f" AND NOT EXISTS (SELECT 1 FROM account other WHERE other.linked_to = account.id) {only} ORDER BY id",
            before=before,
            **values,
        )
    ]


def _delete(conn: Connection, ids: Sequence[int]) -> int:
    """Everything about these accounts, children first."""
    count = 0
    mine = {"ids": sql.array(conn, ids)}
    links = [
        row[0]
        for row in sql.rows(
            conn,
            f"SELECT id FROM link WHERE {sql.among(conn, 'from_id', 'ids')} OR {sql.among(conn, 'to_id', 'ids')}",
            **mine,
        )
    ]
    gone = {"links": sql.array(conn, links)}
    count += sql.run(
        conn,
        f"DELETE FROM signal_past WHERE signal_id IN (SELECT id FROM signal WHERE {sql.among(conn, 'account_id', 'ids')})",
        **mine,
    ).rowcount
    for table in _BY_ACCOUNT:
        if table == "state":
            where = f"version_id IN (SELECT id FROM version) AND {sql.among(conn, 'account_id', 'ids')}"
        else:
            where = sql.among(conn, "account_id", "ids")
        count += sql.run(conn, f"DELETE FROM {table} WHERE {where}", **mine).rowcount
    if links:
        sql.run(conn, f"UPDATE signal_past SET link_id = NULL WHERE {sql.among(conn, 'link_id', 'links')}", **gone)
        count += sql.run(conn, f"DELETE FROM alias WHERE {sql.among(conn, 'link_id', 'links')}", **gone).rowcount
        count += sql.run(conn, f"DELETE FROM link WHERE {sql.among(conn, 'id', 'links')}", **gone).rowcount
    sql.run(conn, f"UPDATE account SET linked_to = NULL WHERE {sql.among(conn, 'id', 'ids')}", **mine)
    return count + sql.run(conn, f"DELETE FROM account WHERE {sql.among(conn, 'id', 'ids')}", **mine).rowcount


def _empty_messages(conn: Connection, ids: Sequence[int]) -> None:
    words = {
        text
        for row in sql.rows(
            conn,
            f"SELECT domain, name, reference FROM account WHERE {sql.among(conn, 'id', 'ids')}",
            ids=sql.array(conn, ids),
        )
        for text in row
        if text
    }
    for word in sorted(words):
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        sql.run(conn, "UPDATE run SET error = NULL WHERE error LIKE :like ESCAPE '\\'", like=like)
        sql.run(conn, "UPDATE watch SET last_error = NULL WHERE last_error LIKE :like ESCAPE '\\'", like=like)
        sql.run(conn, "DELETE FROM validator WHERE url LIKE :like ESCAPE '\\'", like=like)
        sql.run(
            conn,
            "UPDATE instance SET parked_error = 'its message named an account that was forgotten' WHERE parked_error LIKE :like ESCAPE '\\'",
            like=like,
        )
