"""Whole tables out of a database and into one, row by row: no table has to fit into memory."""

# ruff: noqa: S608  statements name our own tables and columns

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.store import schema, sql
from capteur.store.archive import Archive, Manifest, Writing
from capteur.store.layout import Layout, counters, layouts, set_counters

_FETCH = 5000


def write(conn: Connection, revision: str, archive: Writing, created_at: str) -> Manifest:
    """Write all that `conn` sees into an archive; `conn` sees one moment of the store, and goes on seeing it."""
    tables = layouts(revision)
    for table in tables:
        archive.table(table, _rows(conn, table))
    return archive.finish(
        schema=revision,
        engine=conn.dialect.name,
        capteur=schema.this_capteur(),
        created_at=created_at,
        counters=counters(conn, tables),
    )


def read(conn: Connection, archive: Archive, tables: Sequence[Layout], least: dict[str, int]) -> int:
    """Put the rows of an archive into the tables of its revision; returns how many. They hold what a migration put there, at most.

    No number that was given before, here (`least`) or there, is given again.
    """
    for table in reversed(tables):
        sql.run(conn, f'DELETE FROM "{table.table}"')
    for table in tables:
        _load(conn, table, archive.rows(table.table))
    there = archive.manifest.counters
    set_counters(conn, tuple(tables), {name: max(there.get(name, 0), least.get(name, 0)) for name in {*there, *least}})
    return archive.manifest.rows


def counts(conn: Connection, revision: str) -> dict[str, int]:
    """How many rows each table holds."""
    return {t.table: int(sql.value(conn, f'SELECT count(*) FROM "{t.table}"')) for t in layouts(revision)}


def _rows(conn: Connection, table: Layout) -> Iterator[Sequence[Any]]:
    query = f'SELECT {table.names} FROM "{table.table}" ORDER BY {table.order}'
    if not sql.is_postgresql(conn):
        yield from sql.driver(conn).execute(query)
        return
    with sql.driver(conn).cursor(name="capteur_backup") as cursor:
        cursor.itersize = _FETCH
        cursor.execute(query)
        yield from cursor


def _load(conn: Connection, table: Layout, rows: Iterable[Sequence[Any]]) -> None:
    driver = sql.driver(conn)
    if sql.is_postgresql(conn):
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table.table}" ({table.names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(table.columns))
    driver.executemany(f'INSERT INTO "{table.table}" ({table.names}) VALUES ({marks})', rows)
