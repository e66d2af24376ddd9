"""What the tables look like at a revision: asked of the migrations themselves, so that every revision ever made can be read."""

# ruff: noqa: S608  statements name our own tables and columns

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection, create_engine, inspect

from capteur.store import schema, sql

Type = Literal["integer", "real", "text", "boolean", "bytes"]
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], Type], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "real"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what its cells are in Python and in an archive."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Layout:
    """One table: its columns, the columns of its primary key, and whether its rows get a number of their own."""

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    numbered: bool

    @property
    def names(self) -> str:
        """The columns as a statement lists them; some of them are words of SQL."""
        return ", ".join(f'"{column.name}"' for column in self.columns)

    @property
    def order(self) -> str:
        """The primary key as a statement lists it."""
        return ", ".join(f'"{name}"' for name in self.key)


@cache
def layouts(revision: str) -> tuple[Layout, ...]:
    """Every table at `revision`, parents before children. Raises alembic.util.CommandError for a revision nobody made."""
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as conn, conn.begin():
            schema.migrate(conn, revision)
            looked = inspect(conn)
            names = [name for name, _ in looked.get_sorted_table_and_fkc_names() if name]
            return tuple(_layout(looked, name) for name in names if name != schema.VERSION_TABLE)
    finally:
        engine.dispose()


def _layout(looked: sa.Inspector, table: str) -> Layout:
    columns = tuple(Column(c["name"], _type(c["type"])) for c in looked.get_columns(table))
    key = tuple(looked.get_pk_constraint(table)["constrained_columns"])
    return Layout(table, columns, key, key == ("id",) and Column("id", "integer") in columns)


def _type(found: sa.types.TypeEngine[Any]) -> Type:
    return next(name for kind, name in _TYPES if isinstance(found, kind))


def counters(conn: Connection, tables: tuple[Layout, ...]) -> dict[str, int]:
    """Of every numbered table the largest number it ever gave: a number of a row that is gone must not come again."""
    found = {t.table: sql.value(conn, f'SELECT max(id) FROM "{t.table}"') or 0 for t in tables if t.numbered}
    if not sql.is_postgresql(conn):
        given = dict(sql.pairs(conn, "SELECT name, seq FROM sqlite_sequence"))
        return {table: max(largest, given.get(table, 0)) for table, largest in found.items()}
    for table, largest in found.items():
        sequence = sql.value(conn, "SELECT pg_get_serial_sequence(:table, 'id')", table=table)
        if sequence is not None:
            last = sql.value(
                conn, f"SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}"
            )
            found[table] = max(largest, last)
    return found


def set_counters(conn: Connection, tables: tuple[Layout, ...], least: Mapping[str, int]) -> None:
    """Go on counting after the largest number there is, and after `least` where that is larger."""
    for table, largest in counters(conn, tables).items():
        number = max(largest, least.get(table, 0))
        if sql.is_postgresql(conn):
            sql.run(
                conn,
                "SELECT setval(pg_get_serial_sequence(:table, 'id'), GREATEST(:number, 1), :given)",
                table=table,
                number=number,
                given=number > 0,
            )
        elif sql.value(conn, "SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema WHERE name = :table", table=table):
            sql.run(conn, "DELETE FROM sqlite_sequence WHERE name = :table", table=table)
            sql.run(
                conn, "INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)", table=table, number=number
            )
