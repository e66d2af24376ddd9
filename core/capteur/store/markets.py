"""What a market is read from beside the signals, and the last readings of it: one a UTC day, kept for a week and a day.

A reading is only as good as the signals it was made of: `Reading.newest` and `Reading.listed` tell whether any came later that
were known before it (an import of the past, a forgotten account).
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from capteur.clock import MICROS_PER_DAY
from capteur.store import meta, sql

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT = 8
"""So many days: a list also tells what has changed in a week."""
WATCHED = ("listed",)
"""States of the accounts that make up the market. A discovered one is there because something happened to it, and nobody sees the
rest of what it does: with such companies in it a market would look busier in one kind, and far quieter in all others."""
_LISTED = f"FROM account WHERE state IN ({', '.join(repr(state) for state in WATCHED)}) AND created_at <= :at"


@dataclass(frozen=True, slots=True)
class Reading:
    """The market of one model's version as known at `at` (micros, 00:00 UTC): `watched` accounts, `worth` by kind and UTC day.

    `listed` and `newest` are how many accounts were on the list, and the id of the newest signal, when it was made.
    """

    version: str
    at: int
    watched: int
    worth: Mapping[str, Mapping[int, float]]
    listed: int
    newest: int


def listed(conn: Connection, at: int) -> set[int]:
    """The accounts that were on the list at a moment (micros) and still are."""
    return {int(id_) for (id_,) in sql.rows(conn, f"SELECT id {_LISTED}", at=at)}


def newest(conn: Connection) -> int:
    """The id of the newest signal, 0 without any."""
    return int(sql.value(conn, "SELECT max(id) FROM signal") or 0)


def holds(conn: Connection, reading: Reading) -> bool:
    """Whether the same would be read again: nothing came in since that was known before, and the list is the same."""
    if int(sql.value(conn, f"SELECT count(*) {_LISTED}", at=reading.at)) != reading.listed:
        return False
    query = "SELECT id FROM signal WHERE id > :newest AND known_at <= :at LIMIT 1"
    return sql.value(conn, query, newest=reading.newest, at=reading.at) is None


def find(conn: Connection, model: str, version: str, at: int) -> Reading | None:
    """What was read at a moment (micros, 00:00 UTC); None when it was not, by another version, or too long ago."""
    text = meta.get(conn, _name(model, at))
    if text is None:
        return None
    cells = json.loads(text)
    cells["worth"] = {kind: {int(day): worth for day, worth in days.items()} for kind, days in cells["worth"].items()}
    reading = Reading(**cells)
    return reading if (reading.version, reading.at) == (version, at) else None


def last(conn: Connection, model: str, version: str) -> Reading | None:
    """The reading the running state was made with."""
    at = meta.get(conn, f"market:{model}")
    return None if at is None else find(conn, model, version, int(at))


def save(conn: Connection, model: str, reading: Reading) -> None:
    """Keep a reading, in the place of the one of eight days before; the running state is to be made with it."""
    meta.put(conn, _name(model, reading.at), json.dumps(asdict(reading), separators=(",", ":")))
    meta.put(conn, f"market:{model}", str(reading.at))


def _name(model: str, at: int) -> str:
    return f"market:{model}:{at // MICROS_PER_DAY % KEPT}"


def mark(conn: Connection, days: Mapping[str, Collection[int]]) -> None:
    """Mark, by kind, every account with signals on one of these UTC days as stale."""
    for kind, numbers in sorted(days.items()):
        on_day = sql.among(conn, f"occurred_at / {MICROS_PER_DAY}", "days")
        sql.run(
            conn,
            f"INSERT INTO stale (account_id, kind_id, from_day) SELECT account_id, kind_id, min(occurred_at) / {MICROS_PER_DAY}"
            f" FROM signal WHERE kind_id = (SELECT id FROM kind WHERE name = :kind) AND {on_day} GROUP BY account_id, kind_id"
            " ON CONFLICT (account_id, kind_id) DO UPDATE SET from_day = LEAST(stale.from_day, excluded.from_day)",
            kind=kind,
            days=sql.array(conn, sorted(numbers)),
        )
