"""What sources and the list say of accounts, by name: the newest word of each."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql


def of_accounts(conn: Connection, account_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The newest fact of each name by account, those of accounts that were linked into one included."""
    found = sql.rows(
        conn,
        f"""
        WITH RECURSIVE family (id, root) AS (
            SELECT id, id FROM account WHERE {sql.among(conn, "id", "ids")}
            UNION ALL SELECT account.id, family.root FROM account JOIN family ON account.linked_to = family.id
        ) SELECT as_of, root, name, value FROM family JOIN fact ON fact.account_id = family.id
        """,
        ids=sql.array(conn, account_ids),
    )
    newest: dict[int, dict[str, Any]] = {}
    for _, id_, name, value in sorted(map(tuple, found)):
        newest.setdefault(id_, {})[name] = json.loads(value)
    return newest


def called(conn: Connection, name: str, states: Sequence[str]) -> list[tuple[int, Any]]:
    """(account id, value) of every account in these states that has a fact of this name, or of one that ends in `.name`."""
    ending = f".{name}"
    found = sql.rows(conn, _of_states(conn, "account_id, fact.name, value"), states=sql.array(conn, states))
    return [(id_, json.loads(value)) for id_, fact, value in found if fact == name or fact.endswith(ending)]


def names(conn: Connection, states: Sequence[str]) -> list[str]:
    """The names of the facts that are known of accounts in these states."""
    found = sql.rows(conn, _of_states(conn, "DISTINCT fact.name"), states=sql.array(conn, states))
    return sorted(name for (name,) in found)


def _of_states(conn: Connection, cells: str) -> str:
    return f"SELECT {cells} FROM fact JOIN account ON account.id = account_id WHERE {sql.among(conn, 'account.state', 'states')}"
