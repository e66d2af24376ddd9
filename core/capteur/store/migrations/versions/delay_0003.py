"""How late sensors learn of facts, counted.

Revision ID: 0003
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CLUSTERED: Any = {"sqlite_with_rowid": False}


def _of(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "delay",
        _of("scope_id"),
        _of("kind_id"),
        _of("bucket"),
        _of("n"),
        sa.PrimaryKeyConstraint("scope_id", "kind_id", "bucket", name="pk_delay"),
        **CLUSTERED,
    )
