"""Look at a database without opening it as a store."""

from __future__ import annotations

from capteur.store import schema
from capteur.store.engine import BUSY_S, engines, parse
from capteur.store.faults import shown, translate


def schema_of(url: str) -> str:
    """The schema revision a database is at, "none" for an empty one. Raises ConfigError, SchemaError, StoreBusy, StoreError."""
    parsed = parse(url)
    place = shown(parsed)
    writer, readers = engines(parsed, create=False, busy_s=BUSY_S)
    try:
        with readers.connect() as conn, conn.begin():
            return schema.revision(conn, place) or "none"
    except Exception as error:
        told = translate(error, place)
        if told is error:
            raise
        raise told from error
    finally:
        writer.dispose()
        readers.dispose()
