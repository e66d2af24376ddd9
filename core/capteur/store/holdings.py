"""All that is held of an account, or of a person, as plain JSON: for whoever asks what there is, so nothing is left out.

It is read from the tables as they are declared: a table that is added with an `account_id` is in it from that day.
"""

# ruff: noqa: S608  statements name our own tables and columns; every value is a parameter

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from capteur.clock import from_micros
from capteur.store import erasing, sql
from capteur.store.naming import Sought, company
from capteur.store.shapes import FAR
from capteur.store.tables import METADATA, Micros

_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "scope_id": ("scope", "sensor"),
    "kind_id": ("kind", "kind"),
    "topic_id": ("topic", "topic"),
    "instance_id": ("instance", "instance"),
}
"""Ids that say nothing to a reader: the table of their names, and what the name is called."""
_JSON: Final = frozenset({"data", "detail", "cursor", "value", "headers", "query", "client"})
Row = dict[str, Any]
Held = dict[str, list[Row]]
"""Rows by table; a signal carries what was believed of it before as `past`."""


def of_account(conn: Connection, account_id: int) -> Held:
    """Everything about an account and what was linked into it, by table; tables that hold nothing of it are empty lists."""
    family = [
        row[0]
        for row in sql.rows(
            conn,
            "WITH RECURSIVE family (id) AS (SELECT id FROM account WHERE id = :id"
            " UNION SELECT account.id FROM account JOIN family ON account.linked_to = family.id) SELECT id FROM family",
            id=account_id,
        )
    ]
    ids = sql.array(conn, family)
    held = {"account": _rows(conn, "account", sql.among(conn, "id", "ids"), ids=ids)}
    for table in with_accounts():
        held[table] = _rows(conn, table, sql.among(conn, "account_id", "ids"), ids=ids)
    held["link"] = _rows(
        conn, "link", f"{sql.among(conn, 'from_id', 'ids')} OR {sql.among(conn, 'to_id', 'ids')}", ids=ids
    )
    told = sql.rows(conn, f"SELECT domain, name, reference FROM account WHERE {sql.among(conn, 'id', 'ids')}", ids=ids)
    whom = company((domain, name, reference) for domain, name, reference in told)
    held["delivery"] = _deliveries(conn, whom)
    held["run"] = []
    if whom.names:
        _add_naming(conn, whom, [place for place in erasing.PLACES if place.table in ("run", "watch")], held)
    return _with_past(held)


def of_person(conn: Connection, whom: Sought) -> Held:
    """Every row that names a person, by table: what `erasing.erase` would take it out of."""
    signals = [id_ for id_, _, _ in erasing.signals_naming(conn, whom)]
    held: Held = {
        "signal": _by_ids(conn, "signal", signals),
        "signal_past": _rows(conn, "signal_past", sql.among(conn, "signal_id", "ids"), ids=sql.array(conn, signals)),
        "account": [
            row for row in _rows(conn, "account", "true") if whom.is_in(row["domain"], row["name"], row["reference"])
        ],
        "alias": [{"text": text, "account_id": id_} for text, id_ in erasing.aliases_naming(conn, whom)],
        "delivery": _deliveries(conn, whom),
    }
    _add_naming(conn, whom, erasing.PLACES, held)
    return _with_past(held)


def _add_naming(conn: Connection, whom: Sought, places: Iterable[erasing.Place], held: Held) -> None:
    """Add the rows of these places that name a person or a company, each once."""
    for place in places:
        rows = held.setdefault(place.table, [])
        for row in erasing.naming(conn, place, whom):
            where = " AND ".join(f"{name} = :key_{name}" for name in place.key)
            keys = {f"key_{name}": value for name, value in zip(place.key, row, strict=False)}
            rows += [found for found in _rows(conn, place.table, where, **keys) if found not in rows]


def with_accounts() -> list[str]:
    """The tables with a column `account_id`, by name."""
    return sorted(table.name for table in METADATA.sorted_tables if "account_id" in table.columns)


def _deliveries(conn: Connection, whom: Sought) -> list[Row]:
    return _by_ids(conn, "delivery", erasing.deliveries_naming(conn, whom)) if whom.names else []


def _by_ids(conn: Connection, table: str, ids: Collection[int]) -> list[Row]:
    return _rows(conn, table, sql.among(conn, "id", "ids"), ids=sql.array(conn, ids))


def _rows(conn: Connection, table: str, where: str, **values: Any) -> list[Row]:
    columns = [*METADATA.tables[table].columns]
    names = ", ".join(f'"{column.name}"' for column in columns)
    order = ", ".join(f'"{column.name}"' for column in METADATA.tables[table].primary_key)
    found = sql.rows(conn, f'SELECT {names} FROM "{table}" WHERE {where} ORDER BY {order}', **values)
    words = _words(conn, (column.name for column in columns))
    return [dict(_cell(column, value, words) for column, value in zip(columns, row, strict=True)) for row in found]


def _words(conn: Connection, columns: Iterable[str]) -> dict[str, dict[int, str]]:
    wanted = {name: _NAMED[name][0] for name in columns if name in _NAMED}
    return {name: dict(sql.pairs(conn, f"SELECT id, name FROM {table}")) for name, table in wanted.items()}


def _cell(column: sa.Column[Any], value: Any, words: Mapping[str, Mapping[int, str]]) -> tuple[str, Any]:
    """A cell under its name, as a person reads it: moments as ISO 8601 (None for never), JSON as itself, names instead of their ids."""
    name = column.name
    if name in words:
        return _NAMED[name][1], words[name].get(value)
    if value is None:
        return name, None
    if isinstance(column.type, Micros):
        return name, None if value >= FAR else from_micros(value).isoformat()
    if isinstance(column.type, sa.Boolean):
        return name, bool(value)
    if isinstance(column.type, sa.LargeBinary):
        raw = bytes(value)
        return name, raw.decode(errors="replace") if name == "body" else [*struct.unpack(f"<{len(raw) // 8}d", raw)]
    return name, _read(value) if name in _JSON else value


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _with_past(held: Held) -> Held:
    """Past beliefs stand with the signal they are of; those of signals that went elsewhere stay by themselves."""
    past: dict[int, list[Row]] = {}
    for row in held.get("signal_past", []):
        past.setdefault(row["signal_id"], []).append(row)
    for signal in held["signal"]:
        signal["past"] = past.get(signal["id"], [])
    return held
