"""Is what the database holds as it should be? Looked at, never changed; each finding with its cure."""

# ruff: noqa: S608  statements name our own tables and columns

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from capteur.store import schema, sql
from capteur.store.faults import is_damaged
from capteur.store.layout import layouts

RESTORE = "capteur db restore FILE --force, with your newest backup"
MEND = "capteur db check --mend"
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at."""

    level: Literal["ok", "warn", "error"]
    topic: str
    text: str
    fix: str | None = None


# (table, column, table it refers to) where no foreign key watches over it: dictionaries, projections, memories.
_SIGNAL_WORDS = (("signal", "scope_id", "scope"), ("signal", "kind_id", "kind"), ("signal", "topic_id", "topic"))
_MEMORIES = (
    ("outcome", "scope_id", "scope"),
    ("delay", "scope_id", "scope"),
    ("delay", "kind_id", "kind"),
    ("watch", "account_id", "account"),
    ("validator", "account_id", "account"),
    ("listing", "account_id", "account"),
)
_PROJECTIONS = (
    ("state", "account_id", "account"),
    ("state", "kind_id", "kind"),
    ("ceiling_rank", "account_id", "account"),
    ("stale", "account_id", "account"),
    ("stale", "kind_id", "kind"),
)
_NOBODY = frozenset({("watch", "account_id"), ("validator", "account_id")})
"""Where 0 stands for the instance itself."""


def look(conn: Connection) -> list[Found]:
    """Pages, schema, references, uniqueness and numbering of a store at today's schema."""
    damage = list(_pages(conn))
    if any(found.level == "error" for found in damage):
        return damage  # what else is read from such pages says nothing
    drift = list(_schema(conn))
    if any(found.level == "error" for found in drift):
        return [*damage, *drift]
    return [*damage, *drift, *_references(conn), *_uniqueness(conn), *_numbers(conn)]


def _pages(conn: Connection) -> Iterator[Found]:
    if sql.is_postgresql(conn):
        return
    try:
        said = [str(row[0]) for row in sql.rows(conn, f"PRAGMA integrity_check({_TOLD})")]
    except sqlite3.DatabaseError as error:
        if not is_damaged(error):
            raise
        said = [str(error)]
    if said == ["ok"]:
        yield Found("ok", "integrity", "every page of the file is sound")
    else:
        yield Found("error", "integrity", "; ".join(said), RESTORE)


def _schema(conn: Connection) -> Iterator[Found]:
    """What Alembic would change to make the tables what the models say."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from capteur.store.tables import METADATA

    options = {
        "compare_type": True,
        "compare_server_default": True,
        # a PostgreSQL database may be shared: tables of other names are somebody else's
        "include_object": lambda _o, name, kind, reflected, _c: (
            not (kind == "table" and reflected and name not in METADATA.tables)
        ),
    }
    changes = compare_metadata(MigrationContext.configure(conn, opts=options), METADATA)
    version = schema.written_by(conn)
    made = f", made by capteur {version}" if version else ""
    if not changes:
        yield Found("ok", "schema", f"{schema.HEAD}{made}; every table is as it should be")
    for change in changes[:_TOLD]:
        verb, name = _told(change)
        if verb.startswith("remove_"):
            text = f"{verb.removeprefix('remove_')} {name} is none of capteur's"
            yield Found("warn", "schema", text, "drop it, unless you know what it is for")
        else:
            text = (
                f"changed by hand: {verb.removeprefix('add_')} {name} {'is missing' if verb.startswith('add_') else ''}"
            )
            yield Found("error", "schema", text.rstrip(), RESTORE)


def _told(change: object) -> tuple[str, str]:
    """Alembic's words for one difference: the verb, and the names of what it is about."""
    first = change[0] if isinstance(change, list) else change
    assert isinstance(first, tuple), "Alembic's differences are tuples, some of them in a list"
    names = [str(getattr(part, "name", part)) for part in first[1:] if isinstance(part, str | sa.schema.SchemaItem)]
    return str(first[0]), ".".join(names)


def _references(conn: Connection) -> Iterator[Found]:
    from capteur.store.tables import METADATA

    keys = [
        (table.name, key.parent.name, key.column.table.name)
        for table in METADATA.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda k: k.parent.name)
    ]
    fixes = [(name, RESTORE) for name in (*keys, *_SIGNAL_WORDS, *_MEMORIES)] + [(name, MEND) for name in _PROJECTIONS]
    lost = [(name, fix, count) for name, fix in fixes if (count := _lost(conn, *name))]
    if not lost:
        yield Found("ok", "references", f"every signal has its account; {len(fixes)} references lead somewhere")
    for (table, column, target), fix, count in lost:
        text = f"{count} {'row' if count == 1 else 'rows'} of {table}: {column} leads to no {target}"
        yield Found("error", "references", text, fix)


def _lost(conn: Connection, table: str, column: str, target: str) -> int:
    only = f"AND c.{column} <> 0" if (table, column) in _NOBODY else ""
    query = (
        f'SELECT count(*) FROM "{table}" c WHERE c.{column} IS NOT NULL {only}'
        f' AND NOT EXISTS (SELECT 1 FROM "{target}" p WHERE p.id = c.{column})'
    )
    return int(sql.value(conn, query))


def _uniqueness(conn: Connection) -> Iterator[Found]:
    from capteur.store.tables import METADATA

    bad = False
    for table in METADATA.sorted_tables:
        uniques = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint | sa.PrimaryKeyConstraint)]
        for columns in sorted([column.name for column in unique.columns] for unique in uniques):
            names = ", ".join(f'"{name}"' for name in columns)
            given = " AND ".join(f'"{name}" IS NOT NULL' for name in columns)
            query = f'SELECT count(*) FROM (SELECT 1 FROM "{table.name}" WHERE {given} GROUP BY {names} HAVING count(*) > 1) twice'
            if count := int(sql.value(conn, query)):
                bad = True
                yield Found(
                    "error", "uniqueness", f"{table.name}: {count} times the same {', '.join(columns)}", RESTORE
                )
    if not bad:
        yield Found("ok", "uniqueness", "every fact is there once")


def _numbers(conn: Connection) -> Iterator[Found]:
    """PostgreSQL counts apart from the tables; a counter that lags behind refuses the next row."""
    for layout in layouts(schema.HEAD) if sql.is_postgresql(conn) else ():
        if not layout.numbered:
            continue
        sequence = sql.value(conn, "SELECT pg_get_serial_sequence(:table, 'id')", table=layout.table)
        largest = sql.value(conn, f'SELECT max(id) FROM "{layout.table}"')
        if sequence is None:
            yield Found("error", "numbers", f"{layout.table}: nothing counts its rows", RESTORE)
        elif largest is not None and largest > (last := sql.value(conn, f"SELECT last_value FROM {sequence}")):
            fix = f"in psql: SELECT setval('{sequence}', {largest})"
            yield Found("error", "numbers", f"{layout.table}: the next number is {last + 1}, {largest} is taken", fix)


def clear_running_state(conn: Connection, model: str, version_id: int) -> None:
    """Take away what was folded for a model, and what is left of accounts that are gone; whoever marks everything next has it made anew."""
    sql.run(conn, "DELETE FROM state WHERE version_id = :version", version=version_id)
    sql.run(conn, "DELETE FROM ceiling_rank WHERE model = :model", model=model)
    for table, column, target in _PROJECTIONS:
        sql.run(
            conn,
            f'DELETE FROM "{table}" WHERE NOT EXISTS (SELECT 1 FROM "{target}" p WHERE p.id = "{table}".{column})',
        )
