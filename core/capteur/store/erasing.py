"""Forgetting a person, wherever he is named: what identifies him goes, the anonymous fact stays.

A signal that names him keeps its kind, company, time and strength, and loses its words, address, details and who it was. What
is nothing but a name (an id of him, a fact, an address that was read) goes whole. `Store.vacuum()` afterwards takes the last
traces out of the file. A company's own name and domain stay, though they may be a person's: they are told.
"""

# ruff: noqa: S608  statements are put together from constants and from letters and digits; every other value is a parameter

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from capteur.store import marks, sql
from capteur.store.naming import Sought, sought

SPARED: Final = "account.state IN ('listed', 'discovered')"
_FORGOTTEN: Final = "its message named somebody who was forgotten"
_DELIVERIES: Final = 500
"""Deliveries looked through at once: they may be large."""
_SAID: Final = ("key", "event", "summary", "evidence_url", "data", "revoked_reason")


@dataclass(frozen=True, slots=True)
class Place:
    """A column that may name a person, the columns that tell its row, and what becomes of it: emptied, renamed, deleted, cut."""

    table: str
    column: str
    key: tuple[str, ...]
    then: str
    word: str


MEMORY: Final = Place("watch", "cursor", ("instance_id", "account_id"), "cut", "memories of sensors")
MESSAGES: Final = (
    Place("run", "error", ("id",), "emptied", "messages"),
    Place("watch", "last_error", ("instance_id", "account_id"), "emptied", "messages"),
    Place("instance", "parked_error", ("id",), "replaced", "messages"),
    Place("instance", "parked_fix", ("id",), "emptied", "messages"),
    Place("daemon", "trouble", ("id",), "emptied", "messages"),
    Place("validator", "url", ("scope", "url"), "deleted", "addresses read"),
    Place("validator", "etag", ("scope", "url"), "deleted", "addresses read"),
)
"""What capteur itself noted on the way; it may name companies as well as people."""
PLACES: Final = (
    Place("topic", "name", ("id",), "renamed", "topics"),
    Place("fact", "value", ("account_id", "name"), "deleted", "facts"),
    Place("outcome", "data", ("id",), "emptied", "outcomes"),
    Place("outcome", "key", ("id",), "renamed", "outcomes"),
    Place("audit", "detail", ("id",), "emptied", "audit notes"),
    MEMORY,
    *MESSAGES,
)
"""Beside signals, companies, their aliases and deliveries, which have rules of their own."""
NAMELESS: Final = frozenset(
    {
        "account.state", "daemon.host", "daemon.id", "daemon.version", "delivery.state", "host.host", "instance.config_hash",
        "instance.name", "instance.sensor", "kind.name", "lease.holder", "lease.name", "link.from_state", "listing.model",
        "ceiling_rank.model", "meta.name", "meta.value", "outcome.kind", "outcome.model", "audit.action", "fact.name", "scope.name",
        "validator.scope", "validator.last_modified", "version.estimator", "version.hash", "version.model", "version.params",
        "watch.last_status",
    }
)  # fmt: skip
"""Columns of text that only capteur itself and its configuration write. A test holds every column to one of these lists."""


@dataclass(slots=True)
class Erased:
    """What was done: `rows` by what they are; `left` = companies whose own name is the person's."""

    rows: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def add(self, word: str, count: int) -> None:
        """Count some more of them."""
        if count:
            self.rows[word] = self.rows.get(word, 0) + count


def erase(conn: Connection, names: Collection[str]) -> Erased:
    """Remove everything that identifies a person called by these names and e-mail addresses; case does not count."""
    whom, erased = sought(conn, names), Erased()
    erased.add("signals", _signals(conn, whom))
    erased.add("companies without a name of their own", _companies(conn, whom, erased))
    erased.add("aliases", _aliases(conn, whom))
    for place in PLACES:
        erased.add(place.word, clear(conn, place, whom))
    erased.add("deliveries", erase_deliveries(conn, whom))
    return erased


def deliveries_naming(conn: Connection, whom: Sought) -> list[int]:
    """The ids of what was pushed to us and names a person or a company, in its body or what came with it."""
    found: list[int] = []
    last = 0
    columns = "id, key, headers, query, client, error, body"
    while part := sql.rows(
        conn, f"SELECT {columns} FROM delivery WHERE id > :last ORDER BY id LIMIT :most", last=last, most=_DELIVERIES
    ):
        last = part[-1][0]
        found += [id_ for id_, *told, body in part if whom.is_in(*told, bytes(body).decode(errors="replace"))]
    return found


def erase_deliveries(conn: Connection, whom: Sought) -> int:
    """Delete them whole, whatever else they tell; returns how many."""
    gone = deliveries_naming(conn, whom)
    for part in sql.chunks(gone, sql.CHUNK):
        sql.run(conn, f"DELETE FROM delivery WHERE {sql.among(conn, 'id', 'ids')}", ids=sql.array(conn, part))
    return len(gone)


def signals_naming(conn: Connection, whom: Sought) -> list[tuple[int, str, str | None]]:
    """The signals that name a person: (id, key, event)."""
    columns = ", ".join(_SAID)
    conditions = " OR ".join(whom.may_be_in(conn, column) for column in _SAID)
    found = sql.rows(
        conn,
        f"SELECT id, person, {columns} FROM signal WHERE {sql.among(conn, 'person', 'hashes')} OR {conditions} ORDER BY id",
        hashes=sql.array(conn, sorted(whom.hashes)),
    )
    return [(row[0], row[2], row[3]) for row in found if row[1] in whom.hashes or whom.is_in(*row[2:])]


def naming(conn: Connection, place: Place, whom: Sought) -> list[tuple[Any, ...]]:
    """The rows of a place that name a person: the columns that tell the row, then the text."""
    columns = ", ".join((*place.key, place.column))
    query = f"SELECT {columns} FROM {place.table} WHERE {whom.may_be_in(conn, place.column)} ORDER BY {', '.join(place.key)}"
    return [row for row in sql.rows(conn, query) if whom.is_in(row[-1])]


def _signals(conn: Connection, whom: Sought) -> int:
    found = signals_naming(conn, whom)
    events = {event: token() for _, _, event in found if event is not None and whom.is_in(event)}
    changes = marks.Changes()
    for part in sql.chunks(found, sql.CHUNK):
        mine = sql.array(conn, [id_ for id_, _, _ in part])
        changed = sql.rows(
            conn,
            "UPDATE signal SET person = NULL, summary = NULL, evidence_url = NULL, data = NULL, revoked_reason = NULL"
            f" WHERE {sql.among(conn, 'id', 'ids')} RETURNING account_id, kind_id, occurred_at, event",
            ids=mine,
        )
        changes.add((account, kind, occurred_at, event) for account, kind, occurred_at, event in changed)
    for id_, key, _ in found:
        if whom.is_in(key):
            sql.run(conn, "UPDATE signal SET key = :token WHERE id = :id", token=token(), id=id_)
    marks.leave(conn, changes)
    for event, made in events.items():  # what several sources saw as one stays one
        sql.run(conn, "UPDATE signal SET event = :token WHERE event = :event", token=made, event=event)
    return len(found)


def _companies(conn: Connection, whom: Sought, erased: Erased) -> int:
    """Companies that wait under a person's name lose it; what is on a list is a company, whatever it is called."""
    count = 0
    fits = " OR ".join(whom.may_be_in(conn, column) for column in ("name", "reference", "domain"))
    for id_, domain, name, reference, spared in sql.rows(
        conn, f"SELECT id, domain, name, reference, {SPARED} FROM account WHERE {fits} ORDER BY id"
    ):
        if not whom.is_in(domain, name, reference):
            continue
        if spared or whom.is_in(domain):
            erased.left.append(domain or name)
            continue
        made = token()
        sql.run(
            conn,
            "UPDATE account SET reference = :made, name = :name WHERE id = :id",
            made=made,
            name=domain or made,
            id=id_,
        )
        count += 1
    return count


def _aliases(conn: Connection, whom: Sought) -> int:
    gone = aliases_naming(conn, whom)
    for text, account_id in gone:
        sql.run(conn, "DELETE FROM alias WHERE text = :text AND account_id = :id", text=text, id=account_id)
    return len(gone)


def aliases_naming(conn: Connection, whom: Sought) -> list[tuple[str, int]]:
    """Aliases that are a person's, by (text, account id); not the names and domains of companies on a list."""
    found = sql.rows(
        conn,
        f"SELECT text, account_id, {SPARED} FROM alias JOIN account ON account.id = account_id WHERE {whom.may_be_in(conn, 'text')}",
    )
    return [
        (text, id_)
        for text, id_, spared in found
        if whom.is_in(text) and not (spared and text.startswith(("name:", "domain:")))
    ]


def clear(conn: Connection, place: Place, whom: Sought) -> int:
    """Take a person, or a company, out of one place; returns how many rows named it."""
    found = naming(conn, place, whom)
    where = " AND ".join(f"{name} = :key_{name}" for name in place.key)
    for row in found:
        keys = {f"key_{name}": value for name, value in zip(place.key, row, strict=False)}
        if place.then == "deleted":
            sql.run(conn, f"DELETE FROM {place.table} WHERE {where}", **keys)
            continue
        text = {
            "emptied": None,
            "renamed": token(),
            "replaced": _FORGOTTEN,
            "cut": _without(row[-1], whom) if place.then == "cut" else None,
        }[place.then]
        sql.run(conn, f"UPDATE {place.table} SET {place.column} = :text WHERE {where}", text=text, **keys)
    return len(found)


def token() -> str:
    """A name that says nothing, for what cannot do without one."""
    return f"erased:{secrets.token_hex(12)}"


def _without(memory: str, whom: Sought) -> str:
    """A sensor's memory without what names the person; its shape stays, so that the sensor can still read it."""
    try:
        return json.dumps(_cut(json.loads(memory), whom), separators=(",", ":"), sort_keys=True)
    except (ValueError, RecursionError):
        return "null"


def _cut(value: Any, whom: Sought) -> Any:
    """Entries under a name go; a text that has one becomes empty, so that a list keeps its places."""
    if isinstance(value, dict):
        return {name: _cut(item, whom) for name, item in value.items() if not whom.is_in(name)}
    if isinstance(value, list):
        return [_cut(item, whom) for item in value]
    return "" if isinstance(value, str) and whom.is_in(value) else value
