"""What sources and the list say of accounts, by name: the newest word of each."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql

_PUT = """
INSERT INTO fact (account_id, name, value, as_of) {rows}
ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value, as_of = excluded.as_of WHERE excluded.as_of >= fact.as_of
"""


def of_accounts(conn: Connection, account_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The newest fact of each name by account, those of accounts that were linked into one included.

    Of two from the same moment the account's own.
    """
    found = sql.rows(
        conn,
        f"""
        WITH RECURSIVE family (id, root) AS (
            SELECT id, id FROM account WHERE {sql.among(conn, "id", "ids")}
            UNION ALL SELECT account.id, family.root FROM account JOIN family ON account.linked_to = family.id
        ) SELECT as_of, family.id = root, family.id, root, name, value FROM family JOIN fact ON fact.account_id = family.id
        """,
        ids=sql.array(conn, account_ids),
    )
    newest: dict[int, dict[str, Any]] = {}
    for *_, id_, name, value in sorted(map(tuple, found)):
        newest.setdefault(id_, {})[name] = json.loads(value)
    return newest


def own(conn: Connection, account_id: int) -> dict[str, str]:
    """The facts that were said of an account itself, as JSON text by name."""
    return dict(sql.pairs(conn, "SELECT name, value FROM fact WHERE account_id = :id", id=account_id))


def put(conn: Connection, account_id: int, told: Mapping[str, str], as_of: int) -> None:
    """Store facts (JSON text by name) of this very account, be it linked; an older one is replaced."""
    write(conn, [(account_id, name, value, as_of) for name, value in sorted(told.items())])


def write(conn: Connection, cells: Sequence[tuple[int, str, str, int]]) -> None:
    """Store facts, each an account id, name, value as JSON text and moment (micros), unless a newer one is there."""
    sql.bulk(conn, _PUT, ["bigint", "text", "text", "bigint"], cells)


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
