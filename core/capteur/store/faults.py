"""What can go wrong in a database, in capteur's words. A message names the place and the cure, never a password."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote_plus

from sqlalchemy import Connection, exc
from sqlalchemy.engine import URL, make_url

from capteur.errors import CapteurError, ConfigError, SchemaError, StoreBusy, StoreError, StoreFull

# SQLite's result codes (https://www.sqlite.org/rescode.html): error, what, why, cure.
_SQLITE: dict[int, tuple[type[CapteurError], str, str, str]] = {
    **dict.fromkeys(
        (5, 6),  # BUSY, LOCKED
        (
            StoreBusy,
            "the database is locked by another program",
            "it did not let go in time",
            "close what has it open (a database browser, a backup), then try again",
        ),
    ),
    8: (
        StoreError,
        "the database cannot be written",
        "it is read-only",
        "look at the permissions of the file and its folder",
    ),
    10: (
        StoreError,
        "the disk does not work as it should",
        "reading or writing failed",
        "look at the disk, then restore a backup if need be",
    ),
    11: (StoreError, "the database is damaged", "its pages do not fit together", "restore a backup"),
    13: (StoreFull, "the disk is full", "nothing of the failed write remains", "free some space, then run again"),
    14: (StoreError, "the database cannot be opened", "", "look at the path and its permissions"),
    26: (SchemaError, "the file is not a SQLite database", "", "set [store] url to another file"),
}
_SECRET = re.compile(r"(?i)passw|passphrase|pwd|secret|token|api_?key|credential")
_REFUSED = frozenset({8, 14})
"""What SQLite says when it can write neither the database nor its write-ahead log."""
_IN_THE_WAY = frozenset({"40001", "40P01", "55P03"})
_DOOR = ("authentication failed", "no password supplied", "no pg_hba.conf entry", 'role "')


class Fenced(StoreError):  # noqa: N818  it is told as a state, not as an error of ours
    """Somebody else has claimed the watch row since: nothing of the batch was stored."""

    def __init__(self, instance: str, account_id: int) -> None:
        super().__init__(
            f"{instance}: another run has taken over {f'account {account_id}' if account_id else 'this instance'}",
            why="the lease ran out before the commit",
            fix="nothing to do: the other run stores what it finds",
        )


def shown(url: URL | str) -> str:
    """The address of a store without its password, wherever it stands: libpq takes secrets in the query as well."""
    parsed = make_url(url)
    parsed = parsed.set(query={k: "***" if _SECRET.search(k) else v for k, v in parsed.query.items()})
    text = parsed.render_as_string(hide_password=True).replace("+psycopg:", ":", 1)
    return text.replace(f"={quote_plus('***')}", "=***")


def translate(error: BaseException, place: str) -> BaseException:
    """The same failure as one of capteur.errors; anything that is not the database's is returned as it is."""
    cause: BaseException | None = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(error, CapteurError):
        return error
    if isinstance(error, exc.TimeoutError):
        return StoreBusy(f"store {place}: all connections are in use", fix="try again in a moment")
    if isinstance(cause, sqlite3.Error):
        return _sqlite(cause, place)
    sqlstate = getattr(cause, "sqlstate", None)
    if cause is not None and (isinstance(sqlstate, str) or type(cause).__module__.partition(".")[0] == "psycopg"):
        return _postgresql(cause, sqlstate or "", place)
    if isinstance(error, exc.SQLAlchemyError):
        return StoreError(f"store {place}: {_line(error)}")
    return error


def is_transient(error: BaseException) -> bool:
    """True when PostgreSQL broke a knot by refusing one of two transactions: the same work can be done again at once."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) in ("40001", "40P01")


def is_lost(conn: Connection, error: BaseException) -> bool:
    """True when the connection is gone, not only the statement."""
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    try:
        return bool(getattr(conn.connection.driver_connection, "closed", False))
    except exc.SQLAlchemyError:  # asking an invalidated connection
        return True


def is_damaged(error: BaseException | None) -> bool:
    """True when SQLite found that the pages of a file do not fit together."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT


def _sqlite(error: sqlite3.Error, place: str) -> CapteurError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code not in _SQLITE:
        return StoreError(f"store {place}: {_line(error)}")
    kind, what, why, fix = _SQLITE[code]
    file = Path(place.removeprefix("sqlite:///"))
    if code in _REFUSED and file.exists() and not os.access(file.parent, os.W_OK):
        return StoreError(
            f"store {place}: the folder {file.parent} cannot be written",
            why="SQLite writes beside its database even to read it",
            fix="let this user write there, or look at a copy of it: capteur --db COPY ...",
        )
    return kind(f"store {place}: {what}", why=why, fix=fix)


def _postgresql(error: BaseException, sqlstate: str, place: str) -> CapteurError:
    text = _line(error)
    # refused at the door there is no code, only the server's sentence
    if sqlstate == "3D000" or (not sqlstate and 'database "' in text and "does not exist" in text):
        return ConfigError(
            f"store {place}: the server has no such database", fix="create it (createdb), or correct [store] url"
        )
    if sqlstate.startswith("28") or (not sqlstate and any(word in text for word in _DOOR)):
        return ConfigError(f"store {place}: the server refuses the user or the password", fix="correct [store] url")
    if sqlstate == "53100":
        return StoreFull(
            f"store {place}: the server's disk is full",
            why="nothing of the failed write remains",
            fix="free some space on the server",
        )
    if sqlstate in _IN_THE_WAY:
        return StoreBusy(f"store {place}: another writer was in the way", fix="nothing to do: it is tried again")
    if not sqlstate or sqlstate.startswith(("08", "53", "57")):
        return StoreBusy(
            f"store {place}: the server is away", why=text, fix="nothing to do: capteur connects again by itself"
        )
    return StoreError(f"store {place}: {text}")


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004  one line of a terminal, about
