"""What the running of sensors leaves behind: watch rows, validators, runs, delays, hosts; and the store's own notes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from capteur.store.tables import base as column
from capteur.store.tables.base import CLUSTERED, Table


class InstanceTable(Table, table=True):
    """Configured uses of sensors: the hash of the configuration, why it is parked, since when paused, and since when down."""

    __tablename__ = "instance"
    id: int | None = column.row_id()
    name: str = column.key(unique=True)
    sensor: str = column.text(nullable=False)
    config_hash: str = column.text(nullable=False)
    parked_at: datetime | None = column.moment(nullable=True)
    parked_error: str | None = column.text()
    parked_fix: str | None = column.text()
    paused_at: datetime | None = column.moment(nullable=True)
    down_since: datetime | None = column.moment(nullable=True)


class WatchTable(Table, table=True):
    """The unit of state, claim and fence. Account 0 is the instance itself."""

    __tablename__ = "watch"
    __table_args__ = (sa.Index("ix_watch_instance_id_next_due", "instance_id", "next_due"), CLUSTERED)
    instance_id: int = column.to("instance", primary_key=True)
    account_id: int = column.integer(primary_key=True)
    next_due: datetime = column.moment()
    cursor: str | None = column.text()
    epoch: int = column.integer()
    lease_until: datetime = column.moment()
    fails: int = column.integer()
    first_ok: datetime | None = column.moment(nullable=True)
    last_ok: datetime | None = column.moment(nullable=True)
    newest: datetime | None = column.moment(nullable=True)
    last_status: str | None = column.text()
    last_error: str | None = column.text()
    looked_at: datetime | None = column.moment(nullable=True)


class ValidatorTable(Table, table=True):
    """What servers said about versions of pages; `account_id` as in `watch`, so that forgetting an account finds its addresses."""

    __tablename__ = "validator"
    __table_args__ = CLUSTERED
    scope: str = column.key(primary_key=True)
    url: str = column.key(primary_key=True)
    account_id: int = Field(sa_column=sa.Column(sa.BigInteger, nullable=False, index=True))
    etag: str | None = column.text()
    last_modified: str | None = column.text()


class RunTable(Table, table=True):
    """Runs of instances."""

    __tablename__ = "run"
    __table_args__ = (sa.Index("ix_run_instance_id_started_at", "instance_id", "started_at"),)
    id: int | None = column.row_id()
    instance_id: int = column.to("instance")
    started_at: datetime = column.moment()
    ended_at: datetime | None = column.moment(nullable=True)
    units: int = column.integer()
    ok: int = column.integer()
    failed: int = column.integer()
    skipped: int = column.integer()
    new: int = column.integer()
    updated: int = column.integer()
    unchanged: int = column.integer()
    bad: int = column.integer()
    requests: int = column.integer()
    error: str | None = column.text()


class SpendTable(Table, table=True):
    """What an instance with a budget asked and spent, in pieces of time that begin at `at`; `units` = looks that came to their end."""

    __tablename__ = "spend"
    __table_args__ = CLUSTERED
    instance_id: int = column.to("instance", primary_key=True)
    at: datetime = column.moment(primary_key=True)
    requests: int = column.integer()
    credits: int = column.integer()
    units: int = column.integer()


class DelayTable(Table, table=True):
    """How many signals of a sensor and kind were known how late; `bucket` as in store/delays.py."""

    __tablename__ = "delay"
    __table_args__ = CLUSTERED
    scope_id: int = column.integer(primary_key=True)
    kind_id: int = column.integer(primary_key=True)
    bucket: int = column.integer(primary_key=True)
    n: int = column.integer()


class HostTable(Table, table=True):
    """Hosts that asked us to wait."""

    __tablename__ = "host"
    __table_args__ = CLUSTERED
    host: str = column.key(primary_key=True)
    wait_until: datetime = column.moment()
    fails: int = column.integer()


class AuditTable(Table, table=True):
    """What people did to the store. Accounts by id only: a name here would outlive `forget`."""

    __tablename__ = "audit"
    id: int | None = column.row_id()
    at: datetime = column.moment()
    action: str = column.text(nullable=False)
    account_id: int | None = Field(sa_column=sa.Column(sa.BigInteger, nullable=True))
    detail: str | None = column.text()


class MetaTable(Table, table=True):
    """Single values of the store itself."""

    __tablename__ = "meta"
    __table_args__ = CLUSTERED
    name: str = column.key(primary_key=True)
    value: str = column.text(nullable=False)
