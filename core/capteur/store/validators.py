"""What servers said about versions of pages; saved with the unit that read them, so a crash cannot mean 304 for ever."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from capteur.store import sql
from capteur.store.shapes import Validator

_SAVE = """
INSERT INTO validator (scope, url, account_id, etag, last_modified) {rows}
ON CONFLICT (scope, url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified, account_id = excluded.account_id
"""


def load(conn: Connection, scope: str, account_id: int) -> dict[str, Validator]:
    """The validators that units of this account (0 = the instance itself) left in a scope, by address."""
    query = "SELECT url, etag, last_modified FROM validator WHERE scope = :scope AND account_id = :account"
    return {row[0]: Validator(*row) for row in sql.rows(conn, query, scope=scope, account=account_id)}


def save(conn: Connection, scope: str, account_id: int, validators: Sequence[Validator]) -> None:
    """Keep the newest word on each address; a new scope of an instance (`instance|...`) replaces the instance's others."""
    if (
        validators
        and "|" in scope
        and sql.one(conn, "SELECT 1 FROM validator WHERE scope = :scope LIMIT 1", scope=scope) is None
    ):
        own = scope[: scope.index("|") + 1]
        sql.run(conn, "DELETE FROM validator WHERE substr(scope, 1, :long) = :own", long=len(own), own=own)
    newest = {v.url: (scope, v.url, account_id, v.etag, v.last_modified) for v in validators}
    sql.bulk(conn, _SAVE, ["text", "text", "bigint", "text", "text"], [newest[url] for url in sorted(newest)])
