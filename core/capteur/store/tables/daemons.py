"""The daemons that serve a store, and which of them does the housekeeping."""

from __future__ import annotations

from datetime import datetime

from capteur.store.tables import base as column
from capteur.store.tables.base import CLUSTERED, Table


class DaemonTable(Table, table=True):
    """Daemons that are alive, or were lately: each writes its own row every few seconds."""

    __tablename__ = "daemon"
    __table_args__ = CLUSTERED
    id: str = column.key(primary_key=True)
    host: str = column.text(nullable=False)
    pid: int = column.integer()
    version: str = column.text(nullable=False)
    started_at: datetime = column.moment()
    beat_at: datetime = column.moment()
    running: int = column.integer()
    stuck: int = column.integer()
    trouble: str | None = column.text()


class LeaseTable(Table, table=True):
    """Duties that one daemon has at a time; whoever holds a lease that has ended loses it to the next who asks."""

    __tablename__ = "lease"
    __table_args__ = CLUSTERED
    name: str = column.key(primary_key=True)
    holder: str = column.key()
    until: datetime = column.moment()
