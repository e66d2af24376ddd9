"""Removing accounts: for good, everything about them. `Store.vacuum()` afterwards takes the last traces out of the file."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import Connection

from capteur.store import erasing, naming, sql

Unlisted = Literal["unmatched", "discovered"]
"""States of companies that nobody put on the list."""

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

    Messages of runs that name it are emptied too, what names its domain in sensors' memories is cut out, and what was
    pushed to us and names it goes whole, whoever else it tells of; a company without a domain is looked for by its name.
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


def idle(conn: Connection, state: Unlisted, before: int) -> list[int]:
    """Accounts in this state of which nothing was detected since `before` (micros), by id."""
    return _idle(conn, state, before, "")


def purge(conn: Connection, state: Unlisted, before: int, ids: Collection[int]) -> int:
    """Delete those of these accounts that are idle and in this state still; returns how many."""
    mine = list(ids)
    if sql.is_postgresql(
        conn
    ):  # held before they are looked at: a signal that is just arriving makes an account young again
        query = f"SELECT id FROM account WHERE {sql.among(conn, 'id', 'ids')} ORDER BY id FOR UPDATE SKIP LOCKED"
        mine = [row[0] for row in sql.rows(conn, query, ids=mine)]
    old = _idle(conn, state, before, f"AND {sql.among(conn, 'account.id', 'ids')}", ids=sql.array(conn, mine))
    if old:
        _delete(conn, old)
    return len(old)


def _idle(conn: Connection, state: Unlisted, before: int, only: str, **values: Any) -> list[int]:
    return [
        row[0]
        for row in sql.rows(
            conn,
            "SELECT id FROM account WHERE state = :state AND created_at < :before AND NOT EXISTS"
            " (SELECT 1 FROM signal WHERE signal.account_id = account.id AND signal.detected_at >= :before)"
            f" AND NOT EXISTS (SELECT 1 FROM account other WHERE other.linked_to = account.id) {only} ORDER BY id",
            state=state,
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
    called: list[tuple[str | None, str | None, str | None]] = sql.rows(
        conn,
        f"SELECT domain, name, reference FROM account WHERE {sql.among(conn, 'id', 'ids')}",
        ids=sql.array(conn, ids),
    )
    whom = naming.company(called)
    if whom.names:
        erasing.clear(conn, erasing.MEMORY, whom)
        erasing.erase_deliveries(conn, whom)
    anything = naming.company(called, by_any=True)
    for place in erasing.MESSAGES if anything.names else ():
        erasing.clear(conn, place, anything)
