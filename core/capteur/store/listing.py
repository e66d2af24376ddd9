"""What was shown, for the track record and for alerts that do not flap: the only estimates that are stored as history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from capteur.store import sql


@dataclass(frozen=True, slots=True)
class Shown:
    """A list as it was shown at `as_of` (micros): (rank, account id, intent) by rank."""

    as_of: int
    rows: tuple[tuple[int, int, float | None], ...]


def record(conn: Connection, model: str, as_of: int, rows: Sequence[tuple[int, int, float | None]]) -> None:
    """Keep a list of (rank, account id, intent); the same moment again replaces it."""
    sql.run(conn, "DELETE FROM listing WHERE model = :model AND as_of = :at", model=model, at=as_of)
    sql.bulk(
        conn,
        "INSERT INTO listing (model, as_of, rank, account_id, intent) {rows}",
        ["text", "bigint", "bigint", "bigint", "float8"],
        [(model, as_of, rank, account_id, intent) for rank, account_id, intent in rows],
    )


def last(conn: Connection, model: str, before: int) -> Shown | None:
    """The newest list shown before a moment (micros)."""
    as_of = sql.value(
        conn, "SELECT max(as_of) FROM listing WHERE model = :model AND as_of < :before", model=model, before=before
    )
    if as_of is None:
        return None
    found = sql.rows(
        conn,
        "SELECT rank, account_id, intent FROM listing WHERE model = :model AND as_of = :at ORDER BY rank",
        model=model,
        at=as_of,
    )
    return Shown(as_of, tuple((rank, account_id, intent) for rank, account_id, intent in found))
