"""Is this database ours, and of our time? And the one way its tables are made: the migrations."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import secrets
from pathlib import Path

from sqlalchemy import Connection, inspect

from capteur.errors import SchemaError
from capteur.store import sql

HEAD = "0002"
"""The newest revision; a test holds it to the migrations, so that opening a store need not import Alembic."""
VERSION_TABLE = "capteur_schema"
MIGRATIONS = Path(__file__).parent / "migrations"
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
    if not (found.isdecimal() and int(found) < int(head)):
        raise SchemaError(
            f"store {place}: its schema {found} is unknown to this capteur, which knows up to {head}",
            why="a newer capteur has written it",
            fix="pip install --upgrade capteur",
        )
    if upgrade:
        return False
    raise SchemaError(f"store {place}: its schema {found} is older than {head}", fix="capteur db upgrade")


def bring(conn: Connection, place: str, migrations: Path = MIGRATIONS) -> None:
    """Make the tables, or bring them up to date, in the transaction of `conn`."""
    if sql.is_postgresql(conn):
        sql.run(
            conn, "SELECT pg_advisory_xact_lock(7094)"
        )  # two processes that create at once: the second finds it made
    fresh = revision(conn, place) is None
    _migrate(conn, migrations)
    if fresh:
        _first_values(conn)


def _migrate(conn: Connection, migrations: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = conn
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, "head")


def _first_values(conn: Connection) -> None:
    # the key under which persons are hashed: without it their hashes say nothing, and it never leaves the database
    sql.run(
        conn, "INSERT INTO meta (name, value) VALUES (:name, :value)", name="person_key", value=secrets.token_hex(32)
    )
