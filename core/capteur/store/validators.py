"""What servers said about versions of pages; saved with the unit that read them, so a crash cannot mean 304 for ever."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.shapes import Validator

_SAVE = """
INSERT INTO validator (scope, url, account_id, etag, last_modified) {rows}
ON CONFLICT (scope, url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified, account_id = excluded.account_id
"""


def load(conn: Connection, scope: str, urls: Collection[str] | None = None) -> dict[str, Validator]:
    """The validators of a scope by address; only of `urls` when given."""
    query = "SELECT url, etag, last_modified FROM validator WHERE scope = :scope"
    if urls is not None:
        query += f" AND {sql.among(conn, 'url', 'urls')}"
        return {row[0]: Validator(*row) for row in sql.rows(conn, query, scope=scope, urls=sql.array(conn, urls))}
    return {row[0]: Validator(*row) for row in sql.rows(conn, query, scope=scope)}


def save(conn: Connection, scope: str, account_id: int, validators: Sequence[Validator]) -> None:
    """Keep the newest word on each address."""
    newest = {v.url: (scope, v.url, account_id, v.etag, v.last_modified) for v in validators}
    sql.bulk(conn, _SAVE, ["text", "text", "bigint", "text", "text"], [newest[url] for url in sorted(newest)])
