"""What is pushed to us, kept as it came.

Revision ID: 0005
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INT, TEXT = sa.BigInteger(), sa.Text()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _of(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=kind is ID)


def _maybe(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _where(condition: str) -> Any:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "delivery",
        _of("id", ID),
        _of("instance_id", INT),
        _of("key", KEY),
        _of("received_at", INT),
        _of("state", TEXT),
        _of("due_at", INT),
        _of("fails", INT),
        _maybe("read_at", INT),
        _maybe("error", TEXT),
        _maybe("headers", TEXT),
        _maybe("query", TEXT),
        _maybe("client", TEXT),
        _of("body", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_delivery_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("instance_id", "key", name="uq_delivery_instance_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_delivery_instance_id_due_at", "delivery", ["instance_id", "due_at"], **_where("state = 'waiting'")
    )
    op.create_index("ix_delivery_instance_id_id", "delivery", ["instance_id", "id"], **_where("state = 'failed'"))
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"])
