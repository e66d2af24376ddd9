"""What was pushed to us, as it came: kept before anybody reads it, read by the instance's sensor, gone after some days."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from capteur.store.tables import base as column
from capteur.store.tables.base import Table


class DeliveryTable(Table, table=True):
    """One delivery. `state` is waiting, done or failed; `key` is the sender's id or the digest of what was sent.

    `client` is who sent it, as JSON, and only where the sensor serves the public: it is emptied when the delivery has been read.
    """

    __tablename__ = "delivery"
    # An id never comes twice: it is what people replay by. The index is of what waits, which is little.
    __table_args__ = (
        sa.UniqueConstraint("instance_id", "key"),
        sa.Index(
            "ix_delivery_instance_id_due_at",
            "instance_id",
            "due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_delivery_instance_id_id",
            "instance_id",
            "id",
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        ),
        sa.Index("ix_delivery_received_at", "received_at"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = column.row_id()
    instance_id: int = column.to("instance")
    key: str = column.key()
    received_at: datetime = column.moment()
    state: str = column.text(nullable=False)
    due_at: datetime = column.moment()
    fails: int = column.integer()
    read_at: datetime | None = column.moment(nullable=True)
    error: str | None = column.text()
    headers: str | None = column.text()
    query: str | None = column.text()
    client: str | None = column.text()
    body: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
