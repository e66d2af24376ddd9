"""Daemons: their heartbeats and the lease among them; pausing an instance, and remembering that one is down.

Revision ID: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INT, TEXT = sa.BigInteger(), sa.Text()
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
CLUSTERED: Any = {"sqlite_with_rowid": False}


def _of(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def upgrade() -> None:
    op.add_column("instance", sa.Column("paused_at", INT, nullable=True))
    op.add_column("instance", sa.Column("down_since", INT, nullable=True))
    op.create_table(
        "daemon",
        _of("id", KEY),
        _of("host", TEXT),
        _of("pid", INT),
        _of("version", TEXT),
        _of("started_at", INT),
        _of("beat_at", INT),
        _of("running", INT),
        _of("stuck", INT),
        sa.Column("trouble", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_daemon"),
        **CLUSTERED,
    )
    op.create_table(
        "lease",
        _of("name", KEY),
        _of("holder", KEY),
        _of("until", INT),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
        **CLUSTERED,
    )
