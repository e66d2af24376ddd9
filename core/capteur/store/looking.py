"""Look at a database without opening it as a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine

from capteur.store import schema
from capteur.store.engine import BUSY_S, dispose, engines
from capteur.store.faults import shown, translate


def file_url(path: Path) -> URL:
    """The address of a SQLite file, whatever its name looks like."""
    return URL.create("sqlite", database=str(path))


@contextmanager
def looking(url: URL) -> Iterator[Connection]:
    """A connection that sees one moment of the database and cannot write. The database's errors come out as ours."""
    with _opened(url, create=False) as (_, readers), readers.connect() as conn:
        conn.begin()  # and never committed: on damaged pages even that would fail
        yield conn


@contextmanager
def changing(url: URL, *, create: bool = False) -> Iterator[Connection]:
    """A connection in one transaction that may change tables; all of it happens or nothing. Errors as with `looking`."""
    with _opened(url, create=create) as (writer, _), writer.connect() as conn, schema.rebuilding(conn), conn.begin():
        yield conn


@contextmanager
def _opened(url: URL, *, create: bool) -> Iterator[tuple[Engine, Engine]]:
    writer, readers = engines(url, create=create, busy_s=BUSY_S)
    try:
        yield writer, readers
    except Exception as error:
        told = translate(error, shown(url))
        if told is error:
            raise
        raise told from error
    finally:
        dispose(writer)
        dispose(readers)
