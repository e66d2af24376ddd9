"""Look at a database without opening it as a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection

from capteur.store import schema
from capteur.store.engine import BUSY_S, dispose, engines
from capteur.store.faults import shown, translate


def file_url(path: Path) -> URL:
    """The address of a SQLite file, whatever its name looks like."""
    return URL.create("sqlite", database=str(path))


@contextmanager
def looking(url: URL) -> Iterator[Connection]:
    """A connection that sees one moment of the database and cannot write. The database's errors come out as ours."""
    writer, readers = engines(url, create=False, busy_s=BUSY_S)
    try:
        with readers.connect() as conn:
            conn.begin()  # and never committed: on damaged pages even that would fail
            yield conn
    except Exception as error:
        told = translate(error, shown(url))
        if told is error:
            raise
        raise told from error
    finally:
        dispose(writer)
        dispose(readers)


@contextmanager
def changing(url: URL, *, create: bool = False) -> Iterator[Connection]:
    """A connection in one transaction that may change tables; all of it happens or nothing. Errors as with `looking`."""
    writer, readers = engines(url, create=create, busy_s=BUSY_S)
    try:
        with writer.connect() as conn, schema.rebuilding(conn), conn.begin():
            yield conn
    except Exception as error:
        told = translate(error, shown(url))
        if told is error:
            raise
        raise told from error
    finally:
        dispose(writer)
        dispose(readers)
