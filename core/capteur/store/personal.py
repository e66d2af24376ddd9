"""Counts for the people in legal: what the store holds that may be about somebody, how much, since when, and from whom."""

# ruff: noqa: S608  statements are put together from constants

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from capteur.store import sql


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept in one place: `table.column`, how many, and the oldest of them (micros, None where rows have no date)."""

    place: str
    count: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """What one sensor (by its scope) has brought: signals, and how many of them with a person's hash."""

    sensor: str
    signals: int
    persons: int


_PLACES: Final[dict[str, tuple[str, str | None, str]]] = {
    "signal.person": ("signal", "occurred_at", "person IS NOT NULL"),
    "signal.summary": ("signal", "occurred_at", "summary IS NOT NULL"),
    "signal.data": ("signal", "occurred_at", "data IS NOT NULL"),
    "signal.evidence_url": ("signal", "occurred_at", "evidence_url IS NOT NULL"),
    "alias.text": ("alias", None, "text NOT LIKE 'name:%' AND text NOT LIKE 'domain:%'"),
    "fact.value": ("fact", "as_of", "true"),
    "outcome.data": ("outcome", "occurred_at", "data IS NOT NULL"),
    "delivery.body": ("delivery", "received_at", "true"),
    "delivery.client": ("delivery", "received_at", "client IS NOT NULL"),
    "watch.cursor": ("watch", None, "cursor IS NOT NULL"),
    "audit.detail": ("audit", "at", "detail IS NOT NULL"),
    "run.error": ("run", "started_at", "error IS NOT NULL"),
}


def kept(conn: Connection) -> list[Kept]:
    """Every place that may hold something about a person, in the order of how near it comes to one."""
    found = []
    for place, (table, dated, where) in _PLACES.items():
        row = sql.one(conn, f"SELECT count(*), {f'min({dated})' if dated else 'NULL'} FROM {table} WHERE {where}")
        assert row is not None, "a count is always there"
        found.append(Kept(place, int(row[0]), None if row[1] is None else int(row[1])))
    return found


def sources(conn: Connection) -> list[Source]:
    """Who brought signals, by name."""
    query = "SELECT scope.name, count(*), count(person) FROM signal JOIN scope ON scope.id = scope_id GROUP BY scope.name ORDER BY scope.name"
    return [Source(*row) for row in sql.rows(conn, query)]


def schemes(conn: Connection) -> dict[str, int]:
    """How many ids there are of which sort (`greenhouse`, `email`), beside names and domains."""
    counts: dict[str, int] = {}
    for (text,) in sql.rows(conn, "SELECT text FROM alias WHERE text NOT LIKE 'name:%' AND text NOT LIKE 'domain:%'"):
        scheme = str(text).partition(":")[0]
        counts[scheme] = counts.get(scheme, 0) + 1
    return dict(sorted(counts.items()))


def hosts(conn: Connection) -> set[str]:
    """Hosts that were asked, as far as the store remembers: those with a page that is asked again, or a wait."""
    urls = sql.rows(conn, "SELECT DISTINCT url FROM validator")
    asked = {urlsplit(url).hostname or "" for (url,) in urls}
    return (asked | {host for (host,) in sql.rows(conn, "SELECT host FROM host")}) - {""}
