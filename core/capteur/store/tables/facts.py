"""Accounts, what is said of them, and the signals."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from capteur.store.tables import base as column
from capteur.store.tables.base import CLUSTERED, Table


class AccountTable(Table, table=True):
    """Companies. An unmatched one keeps what the source called it in `reference`; a linked one points to where its signals went."""

    __tablename__ = "account"
    # No id comes twice: a unit that still runs must not write into the account that took a forgotten one's place.
    __table_args__ = (
        sa.Index(
            "ix_account_linked_to",
            "linked_to",
            sqlite_where=sa.text("linked_to IS NOT NULL"),
            postgresql_where=sa.text("linked_to IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: int | None = column.row_id()
    domain: str | None = column.key(nullable=True, unique=True)
    name: str = column.text(nullable=False)
    state: str = column.text(nullable=False)
    reference: str | None = column.key(nullable=True, unique=True)
    linked_to: int | None = column.to("account", nullable=True)
    created_at: datetime = column.moment()


class AliasTable(Table, table=True):
    """Other domains, names and ids of an account; `link_id` when a link brought it."""

    __tablename__ = "alias"
    __table_args__ = CLUSTERED
    text: str = column.key(primary_key=True)
    account_id: int = column.to("account", primary_key=True, index=True)
    link_id: int | None = column.to("link", nullable=True)


class LinkTable(Table, table=True):
    """Which account was merged into which, and until when."""

    __tablename__ = "link"
    id: int | None = column.row_id()
    from_id: int = column.to("account", index=True)
    to_id: int = column.to("account", index=True)
    from_state: str = column.text(nullable=False)
    linked_at: datetime = column.moment()
    undone_at: datetime | None = column.moment(nullable=True)


class ScopeTable(Table, table=True):
    """Names of sensors: a key is unique within one."""

    __tablename__ = "scope"
    id: int | None = column.row_id()
    name: str = column.key(unique=True)


class KindTable(Table, table=True):
    """Names of kinds."""

    __tablename__ = "kind"
    id: int | None = column.row_id()
    name: str = column.key(unique=True)


class TopicTable(Table, table=True):
    """Names of topics."""

    __tablename__ = "topic"
    id: int | None = column.row_id()
    name: str = column.key(unique=True)


class SignalTable(Table, table=True):
    """The signals, each once per (scope, key)."""

    __tablename__ = "signal"
    __table_args__ = (
        sa.UniqueConstraint("scope_id", "key"),
        sa.Index(
            "ix_signal_account_id_kind_id_occurred_at_strength", "account_id", "kind_id", "occurred_at", "strength"
        ),
        sa.Index(
            "ix_signal_account_id_event",
            "account_id",
            "event",
            sqlite_where=sa.text("event IS NOT NULL"),
            postgresql_where=sa.text("event IS NOT NULL"),
        ),
    )
    id: int | None = column.row_id()
    scope_id: int = column.integer()
    key: str = column.key()
    account_id: int = column.to("account")
    kind_id: int = column.integer()
    occurred_at: datetime = column.moment()
    detected_at: datetime = column.moment()
    known_at: datetime = column.moment()
    known_assumed: bool = column.flag()
    by_day: bool = column.flag()
    revoked_at: datetime | None = column.moment(nullable=True)
    strength: float = column.number()
    topic_id: int | None = Field(sa_column=sa.Column(sa.BigInteger, nullable=True))
    event: str | None = column.key(nullable=True)
    person: str | None = column.text()
    schema_version: int = column.integer()
    revoked_reason: str | None = column.text()
    summary: str | None = column.text()
    evidence_url: str | None = column.text()
    data: str | None = column.text()


class SignalPastTable(Table, table=True):
    """What was believed of a signal before it grew, or was linked elsewhere.

    The belief at T is the first of these that ends after T, the signal's own row when none does, and nothing when it was not
    known at T yet.
    """

    __tablename__ = "signal_past"
    __table_args__ = (
        sa.Index(
            "ix_signal_past_link_id",
            "link_id",
            sqlite_where=sa.text("link_id IS NOT NULL"),
            postgresql_where=sa.text("link_id IS NOT NULL"),
        ),
    )
    id: int | None = column.row_id()
    signal_id: int = column.to("signal", index=True)
    known_at: datetime = column.moment()
    known_assumed: bool = column.flag()
    until: datetime = column.moment()
    strength: float = column.number()
    account_id: int = column.to("account", index=True)
    link_id: int | None = column.to("link", nullable=True)


class FactTable(Table, table=True):
    """The newest AccountFact by name; `value` is JSON."""

    __tablename__ = "fact"
    __table_args__ = CLUSTERED
    account_id: int = column.to("account", primary_key=True)
    name: str = column.key(primary_key=True)
    value: str = column.text(nullable=False)
    as_of: datetime = column.moment()


class OutcomeTable(Table, table=True):
    """What happened with an account; only for learning and backtests."""

    __tablename__ = "outcome"
    __table_args__ = (sa.UniqueConstraint("scope_id", "key"),)
    id: int | None = column.row_id()
    scope_id: int = column.integer()
    key: str = column.key()
    account_id: int = column.to("account", index=True)
    kind: str = column.text(nullable=False)
    occurred_at: datetime = column.moment()
    known_at: datetime = column.moment()
    model: str = column.text(nullable=False)
    value: float | None = column.number(nullable=True)
    data: str | None = column.text()
