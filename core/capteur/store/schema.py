"""Is this database ours, and of our time? And the one way its tables are made: the migrations."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path

from sqlalchemy import Connection, inspect

from capteur.errors import SchemaError
from capteur.store import meta, sql

HEAD = "0005"
"""The newest revision; a test holds it to the migrations, so that opening a store need not import Alembic."""
VERSION_TABLE = "capteur_schema"
MIGRATIONS = Path(__file__).parent / "migrations"
WRITTEN_BY = "written_by"
"""The name in `meta` of the capteur that made the schema what it is."""
_OURS = frozenset({"account", "signal", "watch", "stale"})


def revision(conn: Connection, place: str) -> str | None:
    """The revision the database is at; None for one that holds nothing of ours yet.

    Raises SchemaError for a database that belongs to something else.
    """
    tables = set(inspect(conn).get_table_names())
    if VERSION_TABLE in tables:
        found = sql.value(conn, f"SELECT version_num FROM {VERSION_TABLE}")
        if found is not None:
            return str(found)
        tables -= {VERSION_TABLE}
    foreign = tables if conn.dialect.name == "sqlite" else tables & _OURS
    if foreign:
        raise SchemaError(
            f"store {place}: this database is not capteur's",
            why=f"it holds the tables {', '.join(sorted(foreign)[:3])}{', …' if len(foreign) > 3 else ''}",  # noqa: PLR2004  three are enough to know it by
            fix="set [store] url to another database",
        )
    return None


def is_ready(conn: Connection, place: str, *, create: bool, upgrade: bool, head: str = HEAD) -> bool:
    """True when the schema is the newest, False when it may be made or upgraded. Raises SchemaError for anything else."""
    found = revision(conn, place)
    if found == head:
        return True
    if found is None:
        if create:
            return False
        raise SchemaError(f"store {place}: it holds no capteur schema yet", fix="capteur init")
    if not is_older(found, head):
        raise newer(f"store {place}", found, written_by(conn), head)
    if upgrade:
        return False
    raise SchemaError(f"store {place}: its schema {found} is older than {head}", fix="capteur db upgrade")


def is_older(found: str, head: str = HEAD) -> bool:
    """True for a revision that this capteur can bring up to date."""
    return found.isdecimal() and int(found) < int(head)


def this_capteur() -> str:
    """The version that runs."""
    return installed("capteur")


def newer(what: str, found: str, version: str | None, head: str = HEAD) -> SchemaError:
    """The refusal of a schema from the future; `version` is the capteur that wrote it, where that is known."""
    known = version is not None and version != this_capteur()
    return SchemaError(
        f"{what}: its schema {found} is unknown to this capteur {this_capteur()}, which knows up to {head}",
        why=f"capteur {version} has written it" if known else "a newer capteur has written it",
        fix=f"pip install 'capteur>={version}'" if known else "pip install --upgrade capteur",
    )


def written_by(conn: Connection) -> str | None:
    """The version of capteur that made the schema what it is; None where nobody wrote it down."""
    has = inspect(conn).has_table("meta")
    return meta.get(conn, WRITTEN_BY) if has else None


@contextmanager
def rebuilding(conn: Connection) -> Iterator[None]:
    """Around the transaction that changes tables. SQLite changes some by making them anew, and may not look at references meanwhile."""
    if sql.is_postgresql(conn):
        yield
        return
    driver = sql.driver(conn)
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def bring(conn: Connection, place: str, migrations: Path = MIGRATIONS) -> None:
    """Make the tables, or bring them up to date, in the transaction of `conn`.

    Raises SchemaError, when a reference leads nowhere that led somewhere before.
    """
    if sql.is_postgresql(conn):
        sql.run(
            conn, "SELECT pg_advisory_xact_lock(7094)"
        )  # two processes that create at once: the second finds it made
    fresh = revision(conn, place) is None
    lost, given = lost_references(conn), _given(conn)
    migrate(conn, migrations=migrations)
    if fresh:
        _first_values(conn)
    for table, number in given.items():  # SQLite forgets it when a migration makes the table anew
        sql.run(
            conn, "UPDATE sqlite_sequence SET seq = MAX(seq, :number) WHERE name = :table", number=number, table=table
        )
    meta.put(conn, WRITTEN_BY, this_capteur())
    torn = sorted(lost_references(conn) - lost)
    if torn:
        raise SchemaError(
            f"store {place}: the migration left {torn[0][0]} rows that refer to none",
            why="this is a mistake in capteur, not yours; nothing was changed",
            fix="report it, and go on with the capteur you had",
        )


def _given(conn: Connection) -> dict[str, int]:
    """The largest number that SQLite gave in each table that never gives one twice; PostgreSQL's sequences stay by themselves."""
    if sql.is_postgresql(conn) or not sql.value(conn, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'"):
        return {}
    return dict(sql.pairs(conn, "SELECT name, seq FROM sqlite_sequence"))


def lost_references(conn: Connection) -> Counter[tuple[str, str]]:
    """How many rows of a table (first) refer to rows of another (second) that are not there; PostgreSQL lets none come so far."""
    if sql.is_postgresql(conn):
        return Counter()
    return Counter((row[0], row[2]) for row in sql.rows(conn, "PRAGMA foreign_key_check"))


def migrate(conn: Connection, revision: str = "head", migrations: Path = MIGRATIONS) -> None:
    """Run the migrations up to `revision`, and nothing else."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = conn
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, revision)


def _first_values(conn: Connection) -> None:
    # the key under which persons are hashed: without it their hashes say nothing, and it never leaves the database
    sql.run(
        conn, "INSERT INTO meta (name, value) VALUES (:name, :value)", name="person_key", value=secrets.token_hex(32)
    )
