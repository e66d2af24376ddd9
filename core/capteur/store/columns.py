"""Signals as columns, for batch: rebuild, `--as-of` and learning. Reads every row, so it makes no object per row."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from capteur.store import sql, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from capteur.estimator import SignalColumns

# Eight bytes each, none missing: so that PostgreSQL's binary rows are an array as they come.
_CELLS = """
    signal.id, {account}, signal.kind_id, signal.occurred_at, {known_at}, COALESCE(signal.revoked_at, :never), {strength},
    COALESCE(signal.topic_id, -1), CASE WHEN signal.event IS NULL THEN {none} ELSE {one} END
"""
_NAMES = ("id", "account", "kind", "occurred_at", "known_at", "revoked_at", "strength", "topic", "event")
_SIGNATURE, _END = 19, 2
"""Bytes before and after the rows of PostgreSQL's binary COPY (https://www.postgresql.org/docs/current/sql-copy.html)."""


def columns(
    conn: Connection,
    *,
    as_of: int | None = None,
    account_ids: Collection[int] | None = None,
    states: Collection[str] | None = None,
    persons: bool = False,
) -> SignalColumns:
    """All signals, revoked ones included, as columns sorted by (account, kind, occurred_at, key).

    With `as_of` (micros) as they were believed then: before later growth and links. `account_ids` and `states` (of the
    account) narrow it. `persons` also says who it was, which costs an object per person.
    """
    import numpy as np

    from capteur.estimator import SignalColumns  # here, because it costs pydantic, which readers of rows do not need

    table = _read(conn, as_of, account_ids, states)
    kinds, topics = words.every(conn, "kind"), words.every(conn, "topic")
    table = table[np.lexsort((table["occurred_at"], table["kind"], table["account"]))]
    _order_ties(conn, table)
    kind, kind_names = _codes(table["kind"], kinds)
    topic, topic_names = _codes(table["topic"], topics)
    event, place = _events(conn, table)
    return SignalColumns(
        account=np.ascontiguousarray(table["account"]),
        kind=kind,
        kinds=kind_names,
        occurred_at=np.ascontiguousarray(table["occurred_at"]),
        known_at=np.ascontiguousarray(table["known_at"]),
        revoked_at=np.ascontiguousarray(table["revoked_at"]),
        strength=np.ascontiguousarray(table["strength"]),
        event=event,
        topic=topic,
        topics=topic_names,
        signal_id=np.ascontiguousarray(table["id"]),
        place=place,
        person=_persons(conn, table["id"]) if persons else None,
    )


def _read(
    conn: Connection, as_of: int | None, account_ids: Collection[int] | None, states: Collection[str] | None
) -> NDArray[np.void]:
    from capteur.estimator import NEVER

    where, past, values = ["true"], "", dict[str, Any](never=NEVER)
    if account_ids is not None:
        where.append(sql.among(conn, "{account}", "ids"))
        values["ids"] = sql.array(conn, account_ids)
    if states is not None:
        where.append(f"{{account}} IN (SELECT id FROM account WHERE {sql.among(conn, 'state', 'states')})")
        values["states"] = sql.array(conn, states)
    narrowed = " AND ".join(where)
    whole = "{}::bigint" if sql.is_postgresql(conn) else "{}"
    numbers = {"none": whole.format(0), "one": whole.format(1)}
    now = _CELLS.format(account="signal.account_id", known_at="signal.known_at", strength="signal.strength", **numbers)
    present = narrowed.replace("{account}", "signal.account_id")
    if as_of is not None:
        then = _CELLS.format(account="past.account_id", known_at="past.known_at", strength="past.strength", **numbers)
        values["at"] = as_of
        present += (
            " AND signal.known_at <= :at AND signal.occurred_at <= :at"
            " AND NOT EXISTS (SELECT 1 FROM signal_past later WHERE later.signal_id = signal.id AND later.until > :at)"
        )
        past = f"""
            UNION ALL SELECT {then} FROM signal_past past JOIN signal ON signal.id = past.signal_id
            WHERE {narrowed.replace("{account}", "past.account_id")} AND past.known_at <= :at AND past.until > :at AND signal.occurred_at <= :at
            AND NOT EXISTS (SELECT 1 FROM signal_past first WHERE first.signal_id = past.signal_id AND first.until > :at
                AND (first.until, first.id) < (past.until, past.id))
        """
    return _array(conn, f"SELECT {now} FROM signal WHERE {present} {past}", values)


def _array(conn: Connection, query: str, values: dict[str, Any]) -> NDArray[np.void]:
    """The rows of a query as one structured array, without a tuple or an object left over from any of them."""
    import numpy as np

    kinds = [(name, "f8" if name == "strength" else "i8") for name in _NAMES]
    driver = sql.driver(conn)
    if not sql.is_postgresql(conn):
        return np.fromiter(driver.execute(sql.spoken(query, postgresql=False), values), dtype=np.dtype(kinds))
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY ({sql.spoken(query, postgresql=True)}) TO STDOUT (FORMAT BINARY)", values) as copy,
    ):
        data = b"".join(copy)
    wire = np.dtype(
        [
            ("fields", ">i2"),
            *((part, kind) for name, kind in kinds for part, kind in ((f"{name}_bytes", ">i4"), (name, ">" + kind))),
        ]
    )
    found = np.frombuffer(data, dtype=wire, offset=_SIGNATURE, count=(len(data) - _SIGNATURE - _END) // wire.itemsize)
    table = np.empty(found.size, dtype=np.dtype(kinds))
    for name in _NAMES:
        table[name] = found[name]
    return table


def _codes(ids: NDArray[np.int64], names: dict[int, str]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Ids of a dictionary as codes into its names that occur; ids and codes sort alike. -1 stays."""
    import numpy as np

    present, codes = np.unique(ids, return_inverse=True)
    none = int(present.size > 0 and present[0] == -1)
    return (codes - none).astype(np.int32), tuple(names[int(i)] for i in present[none:])


def _order_ties(conn: Connection, table: NDArray[np.void]) -> None:
    """Put signals of one account, kind and moment in key order; only for those the keys are read."""
    import numpy as np

    if table.size < 2:  # noqa: PLR2004  one row has no order
        return
    equal = np.ones(table.size - 1, dtype=bool)
    for name in ("account", "kind", "occurred_at"):
        equal &= table[name][1:] == table[name][:-1]
    tied = np.flatnonzero(np.concatenate(([False], equal)) | np.concatenate((equal, [False])))
    if not tied.size:
        return
    ids = [int(i) for i in table["id"][tied]]
    keys: dict[int, str] = {}
    for part in sql.chunks(ids, sql.CHUNK):
        keys.update(
            sql.pairs(
                conn, f"SELECT id, key FROM signal WHERE {sql.among(conn, 'id', 'ids')}", ids=sql.array(conn, part)
            )
        )
    rows = table[tied]
    place = sorted(
        range(len(ids)),
        key=lambda i: (rows["account"][i], rows["kind"][i], rows["occurred_at"][i], keys[ids[i]], ids[i]),
    )
    table[tied] = rows[place]


def _events(conn: Connection, table: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """A code per (account, event), -1 for signals without one; and where there are any, the signals' place by (occurred_at, key)."""
    import numpy as np

    codes = np.full(table.size, -1, dtype=np.int64)
    told = np.flatnonzero(table["event"])
    if not told.size:
        return codes, None
    texts: dict[int, tuple[str, str]] = {}
    for part in sql.chunks((int(i) for i in table["id"][told]), sql.CHUNK):
        query = f"SELECT id, event, key FROM signal WHERE {sql.among(conn, 'id', 'ids')}"
        texts.update((id_, (event, key)) for id_, event, key in sql.rows(conn, query, ids=sql.array(conn, part)))
    known: dict[tuple[int, str], int] = {}
    order: list[tuple[int, str, int, int]] = []
    for i, id_, account_id, at in zip(
        told.tolist(), *(table[n][told].tolist() for n in ("id", "account", "occurred_at")), strict=True
    ):
        event, key = texts[id_]
        codes[i] = known.setdefault((account_id, event), len(known))
        order.append((at, key, id_, i))
    place = np.zeros(table.size, dtype=np.int64)
    place[[i for *_, i in sorted(order)]] = np.arange(told.size)
    return codes, place


def _persons(conn: Connection, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """A code per person of these signals, -1 for none."""
    import numpy as np

    codes = np.full(ids.size, -1, dtype=np.int64)
    order, known = np.argsort(ids), dict[str, int]()
    for part in sql.chunks(ids[order].tolist(), sql.CHUNK):
        query = f"SELECT id, person FROM signal WHERE {sql.among(conn, 'id', 'ids')} AND person IS NOT NULL"
        told = list(sql.pairs(conn, query, ids=sql.array(conn, part)))
        places = order[np.searchsorted(ids, np.array([id_ for id_, _ in told], dtype=np.int64), sorter=order)]
        codes[places] = [known.setdefault(person, len(known)) for _, person in told]
    return codes
