"""How the rooms of the store speak to both engines: one statement, written once with `:name`, and plain tuples back.

The statements are written in PostgreSQL's words (`GREATEST`, `LEAST`); `spoken` puts them into SQLite's, or into psycopg's
placeholders. They go straight to the driver of the connection: what SQLAlchemy adds to a statement costs more than most of
them take (docs/decisions/0001-store.md). Transactions, pools and reconnecting stay with SQLAlchemy.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)")
_SERVER_NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
CHUNK = 5000

T = TypeVar("T")


class Cursor(Protocol):
    """What both drivers give back for a statement."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[tuple[Any, ...]]: ...


def is_postgresql(conn: Connection) -> bool:
    """Which of the two engines `conn` speaks to."""
    return conn.dialect.name == "postgresql"


def present(conn: Connection) -> str:
    """The present in micros, as a statement says it: the server's on PostgreSQL, which several machines share; else `:now`."""
    return _SERVER_NOW if is_postgresql(conn) else ":now"


def driver(conn: Connection) -> Any:
    """The connection of sqlite3 or psycopg below `conn`; both have `execute`."""
    return conn.connection.driver_connection


@lru_cache(maxsize=512)
def spoken(sql: str, *, postgresql: bool) -> str:
    """`sql` in the words of the engine."""
    if postgresql:
        return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))
    return sql.replace("GREATEST(", "MAX(").replace("LEAST(", "MIN(")


def run(conn: Connection, sql: str, /, **values: Any) -> Cursor:
    """Execute one statement."""
    cursor: Cursor = driver(conn).execute(spoken(sql, postgresql=is_postgresql(conn)), values)
    return cursor


def many(conn: Connection, sql: str, values: Sequence[Mapping[str, Any]]) -> None:
    """Execute one statement for many sets of values."""
    if values:
        driver(conn).cursor().executemany(spoken(sql, postgresql=is_postgresql(conn)), values)


def rows(conn: Connection, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return run(conn, sql, **values).fetchall()


def pairs(conn: Connection, sql: str, /, **values: Any) -> list[tuple[Any, Any]]:
    """All rows of a query for two cells."""
    found: list[Any] = rows(conn, sql, **values)
    return found


def one(conn: Connection, sql: str, /, **values: Any) -> tuple[Any, ...] | None:
    """The first row of a query, or None."""
    found: tuple[Any, ...] | None = run(conn, sql, **values).fetchone()
    return found


def value(conn: Connection, sql: str, /, **values: Any) -> Any:
    """The first cell of the first row, or None."""
    row = one(conn, sql, **values)
    return None if row is None else row[0]


def among(conn: Connection, column: str, name: str) -> str:
    """The condition `column is one of :name`, where :name was made by `array`."""
    if is_postgresql(conn):
        return f"{column} = ANY(:{name})"
    return f"{column} IN (SELECT value FROM json_each(:{name}))"


def array(conn: Connection, values: Iterable[int] | Iterable[str]) -> Any:
    """Many values as one parameter: no limit on their number, and one statement to prepare whatever it is."""
    listed = list(values)
    return listed if is_postgresql(conn) else json.dumps(listed)


def bulk(conn: Connection, sql: str, types: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    """Execute `sql` for many rows, which stand where it says `{rows}`; `types` are PostgreSQL's, one a column.

    SQLite takes them one by one, PostgreSQL as one statement over arrays: there a row must not come twice.
    """
    if not values:
        return
    if is_postgresql(conn):
        source = "SELECT * FROM unnest(" + ", ".join(f"%s::{t}[]" for t in types) + ")"
        for part in chunks(values, CHUNK):
            driver(conn).execute(
                sql.replace("%", "%%").format(rows=source), [list(column) for column in zip(*part, strict=True)]
            )
    else:
        source = "VALUES (" + ", ".join("?" * len(types)) + ")"
        driver(conn).executemany(spoken(sql, postgresql=False).format(rows=source), values)


@contextmanager
def scrubbed(conn: Connection) -> Iterator[None]:
    """What is deleted meanwhile is overwritten in a SQLite file, not only given free. On PostgreSQL VACUUM does it later."""
    if is_postgresql(conn):
        yield
        return
    (before,) = driver(conn).execute("PRAGMA secure_delete").fetchone()
    driver(conn).execute("PRAGMA secure_delete = ON")
    try:
        yield
    finally:
        driver(conn).execute(f"PRAGMA secure_delete = {before}")


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into lists of at most `size`."""
    left = iter(values)
    while part := list(islice(left, size)):
        yield part
