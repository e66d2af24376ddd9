"""What instances with a budget have spent; and when an account was last looked at, whatever came of it.

Revision ID: 0004
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INT = sa.BigInteger()
CLUSTERED: Any = {"sqlite_with_rowid": False}


def _of(name: str) -> sa.Column[Any]:
    return sa.Column(name, INT, nullable=False, autoincrement=False)


def upgrade() -> None:
    op.add_column("watch", sa.Column("looked_at", INT, nullable=True))
    op.execute("UPDATE watch SET looked_at = last_ok")
    op.create_table(
        "spend",
        _of("instance_id"),
        _of("at"),
        _of("requests"),
        _of("credits"),
        _of("units"),
        sa.PrimaryKeyConstraint("instance_id", "at", name="pk_spend"),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_spend_instance_id"),
        **CLUSTERED,
    )
