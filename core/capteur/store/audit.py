"""What people did to the store, by account id: a name here would outlive `forget`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from capteur.store import sql


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed; `at` in micros."""

    at: int
    action: str
    account_id: int | None
    detail: Any


def add(
    conn: Connection, now: int, action: str, account_id: int | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Note a deed. `detail` names no account."""
    sql.run(
        conn,
        "INSERT INTO audit (at, action, account_id, detail) VALUES (:at, :action, :account, :detail)",
        at=now,
        action=action,
        account=account_id,
        detail=json.dumps(detail, sort_keys=True) if detail is not None else None,
    )


def last(conn: Connection, limit: int = 50) -> list[AuditRow]:
    """The newest deeds first."""
    found = sql.rows(
        conn, "SELECT at, action, account_id, detail FROM audit ORDER BY id DESC LIMIT :limit", limit=limit
    )
    return [
        AuditRow(at, action, account_id, json.loads(detail) if detail is not None else None)
        for at, action, account_id, detail in found
    ]
