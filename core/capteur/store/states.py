"""Running state, the ceilings it is walked by, the versions it belongs to; and the marks that say what of it is stale."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence

from sqlalchemy import Connection

from capteur.intent import State
from capteur.store import sql, words
from capteur.store.marks import mark_all, marks_left, take_marks
from capteur.store.shapes import VersionRow

__all__ = [
    "find_version", "hold", "load", "mark_all", "marks_left", "save", "set_ceilings", "take_marks", "version", "walk",
]  # fmt: skip

_SAVE = """
INSERT INTO state (version_id, account_id, kind_id, sealed_day, sealed, at, total, n) {rows}
ON CONFLICT (version_id, account_id, kind_id) DO UPDATE SET
    sealed_day = excluded.sealed_day, sealed = excluded.sealed, at = excluded.at, total = excluded.total, n = excluded.n
"""
_TYPES = ["bigint", "bigint", "bigint", "bigint", "bytea", "bigint", "bytea", "bigint"]
_VERSION = "id, model, estimator, hash, params, created_at"


def load(conn: Connection, account_ids: Sequence[int], model: str, version_id: int) -> dict[int, dict[str, State]]:
    """The states of these accounts by account and kind; accounts without any are left out. `model` names whose version it is."""
    del model  # the version belongs to one model; callers say it for the reader
    found: dict[int, dict[str, State]] = {}
    query = f"""
        SELECT account_id, kind.name, sealed_day, sealed, at, total, n FROM state JOIN kind ON kind.id = kind_id
        WHERE version_id = :version AND {sql.among(conn, "account_id", "ids")}
    """
    for account_id, kind, sealed_day, sealed, at, total, n in sql.rows(
        conn, query, version=version_id, ids=sql.array(conn, account_ids)
    ):
        state = State(sealed_day, _unpack(sealed), at, _unpack(total), n)
        if (own := found.get(account_id)) is None:
            found[account_id] = {kind: state}
        else:
            own[kind] = state
    return found


def save(conn: Connection, model: str, version_id: int, changes: Sequence[tuple[int, str, State | None]]) -> None:
    """Write states; None deletes one."""
    del model  # as in load
    if not changes:
        return
    kinds = words.ids(conn, "kind", {kind for _, kind, _ in changes})
    newest = {(account_id, kinds[kind]): state for account_id, kind, state in changes}
    kept = [
        (version_id, a, k, s.sealed_day, _pack(s.sealed), s.at, _pack(s.total), s.n)
        for (a, k), s in sorted(newest.items())
        if s is not None
    ]
    sql.bulk(conn, _SAVE, _TYPES, kept)
    for (account_id, kind_id), state in sorted(newest.items()):
        if state is None:
            sql.run(
                conn,
                "DELETE FROM state WHERE version_id = :version AND account_id = :account AND kind_id = :kind",
                version=version_id,
                account=account_id,
                kind=kind_id,
            )


def set_ceilings(conn: Connection, model: str, ceilings: Sequence[tuple[int, float | None]]) -> None:
    """Write the upper bounds the walk goes by; None takes an account out of the walk."""
    newest = dict(ceilings)
    sql.bulk(
        conn,
        "INSERT INTO ceiling_rank (model, account_id, ceiling) {rows}"
        " ON CONFLICT (model, account_id) DO UPDATE SET ceiling = excluded.ceiling WHERE ceiling_rank.ceiling <> excluded.ceiling",
        ["text", "bigint", "float8"],
        [(model, account_id, ceiling) for account_id, ceiling in sorted(newest.items()) if ceiling is not None],
    )
    for account_id, ceiling in newest.items():
        if ceiling is None:
            sql.run(
                conn,
                "DELETE FROM ceiling_rank WHERE model = :model AND account_id = :account",
                model=model,
                account=account_id,
            )


def walk(
    conn: Connection, model: str, after: tuple[float, int] | None, limit: int, *, states: Sequence[str] = ("listed",)
) -> list[tuple[int, float]]:
    """The next `limit` (account id, ceiling) going down, after the pair (ceiling, account id) given; accounts of these states."""
    further = "AND (ceiling, account_id) < (:ceiling, :account)" if after is not None else ""
    wanted = ", ".join(f":state_{chr(97 + i)}" for i in range(len(states)))
    values = {f"state_{chr(97 + i)}": state for i, state in enumerate(states)}
    found = sql.rows(
        conn,
        f"""
        SELECT account_id, ceiling FROM ceiling_rank JOIN account ON account.id = account_id
        WHERE model = :model AND account.state IN ({wanted}) {further} ORDER BY ceiling DESC, account_id DESC LIMIT :limit
        """,
        model=model,
        limit=limit,
        **values,
        **({"ceiling": after[0], "account": after[1]} if after is not None else {}),
    )
    return [(account_id, ceiling) for account_id, ceiling in found]


def hold(conn: Connection, account_ids: Sequence[int]) -> list[int]:
    """Those of these accounts that nobody else is refolding; nobody does before this transaction ends."""
    if not sql.is_postgresql(conn):
        return list(account_ids)
    query = "SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
    return [row[0] for row in sql.rows(conn, query, ids=list(account_ids))]


def version_hash(estimator: str, params_json: str) -> str:
    """What names a version: the estimator and its canonical parameters."""
    return hashlib.sha256(f"{estimator}\n{params_json}".encode()).hexdigest()[:16]


def find_version(conn: Connection, model: str, estimator: str, params_json: str) -> VersionRow | None:
    """The version of a model with these parameters, when there is one."""
    row = sql.one(
        conn,
        f"SELECT {_VERSION} FROM version WHERE model = :model AND hash = :hash",
        model=model,
        hash=version_hash(estimator, params_json),
    )
    return VersionRow(*row) if row is not None else None


def version(conn: Connection, model: str, estimator: str, params_json: str, now: int) -> VersionRow:
    """The version of a model with these parameters, made when it is new (`created_at` is then `now`)."""
    sql.run(
        conn,
        "INSERT INTO version (model, estimator, hash, params, created_at) VALUES (:model, :estimator, :hash, :params, :now) ON CONFLICT DO NOTHING",
        model=model,
        estimator=estimator,
        hash=version_hash(estimator, params_json),
        params=params_json,
        now=now,
    )
    found = find_version(conn, model, estimator, params_json)
    assert found is not None, "it was just written"
    return found


def _pack(values: tuple[float, ...]) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


def _unpack(data: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(data) // 8}d", data)
