"""The small dictionaries: names of sensors, kinds and topics, and their ids in the signal rows."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import Connection

from capteur.store import sql

Dictionary = Literal["scope", "kind", "topic"]


def ids(conn: Connection, table: Dictionary, names: Collection[str]) -> dict[str, int]:
    """The id of each name; new names are added."""
    found = find(conn, table, names)
    missing = sorted(set(names) - found.keys())
    if missing:
        sql.bulk(
            conn, f"INSERT INTO {table} (name) {{rows}} ON CONFLICT DO NOTHING", ["text"], [(name,) for name in missing]
        )
        found |= find(conn, table, missing)
    return found


class Ids(dict[str, int]):
    """The ids of names as they are asked for: one look each, new names are added."""

    def __init__(self, conn: Connection, table: Dictionary) -> None:
        super().__init__()
        self._conn, self._table = conn, table

    def __missing__(self, name: str) -> int:
        self[name] = found = ids(self._conn, self._table, {name})[name]
        return found


def find(conn: Connection, table: Dictionary, names: Collection[str]) -> dict[str, int]:
    """The ids of the names that are known."""
    if len(names) == 1:
        (name,) = names
        found = sql.value(conn, f"SELECT id FROM {table} WHERE name = :name", name=name)
        return {} if found is None else {name: found}
    if not names:
        return {}
    query = f"SELECT name, id FROM {table} WHERE {sql.among(conn, 'name', 'names')}"
    return dict(sql.pairs(conn, query, names=sql.array(conn, names)))


def every(conn: Connection, table: Dictionary) -> dict[int, str]:
    """All names by id."""
    return dict(sql.pairs(conn, f"SELECT id, name FROM {table} ORDER BY id"))
