"""What estimators make of the signals: all of it can be made again, but for the lists that were shown."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from capteur.store.tables import base as column
from capteur.store.tables.base import CLUSTERED, Table


class StaleTable(Table, table=True):
    """Marks: signals of (account, kind) changed from this UTC day number on."""

    __tablename__ = "stale"
    __table_args__ = CLUSTERED
    account_id: int = column.integer(primary_key=True)
    kind_id: int = column.integer(primary_key=True)
    from_day: int = column.integer()


class VersionTable(Table, table=True):
    """Immutable parameter sets of the models."""

    __tablename__ = "version"
    __table_args__ = (sa.UniqueConstraint("model", "hash"),)
    id: int | None = column.row_id()
    model: str = column.key()
    estimator: str = column.text(nullable=False)
    hash: str = column.key()
    params: str = column.text(nullable=False)
    created_at: datetime = column.moment()


class StateTable(Table, table=True):
    """Running state per (version, account, kind); `sealed` and `total` are little-endian doubles."""

    __tablename__ = "state"
    __table_args__ = CLUSTERED
    version_id: int = column.to("version", primary_key=True)
    account_id: int = column.integer(primary_key=True)
    kind_id: int = column.integer(primary_key=True)
    sealed_day: int = column.integer()
    sealed: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    at: datetime = column.moment()
    total: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    n: int = column.integer()


class CeilingRankTable(Table, table=True):
    """Upper bounds of the intents, in the order the top N is walked."""

    __tablename__ = "ceiling_rank"
    __table_args__ = (sa.Index("ix_ceiling_rank_model_ceiling_account_id", "model", "ceiling", "account_id"), CLUSTERED)
    model: str = column.key(primary_key=True)
    account_id: int = column.integer(primary_key=True)
    ceiling: float = column.number()


class ListingTable(Table, table=True):
    """What was shown: the track record, and the memory of hysteresis."""

    __tablename__ = "listing"
    __table_args__ = CLUSTERED
    model: str = column.key(primary_key=True)
    as_of: datetime = column.moment(primary_key=True)
    rank: int = column.integer(primary_key=True)
    account_id: int = column.integer()
    intent: float | None = column.number(nullable=True)
