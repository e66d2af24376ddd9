"""The first schema.

Revision ID: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Several columns a line:
# fmt: off
# Written out rather than taken from tables.py: a migration must still make the same schema when the tables have moved on.
INT, TEXT, BOOL, BYTES = sa.BigInteger(), sa.Text(), sa.Boolean(), sa.LargeBinary()
FLOAT: sa.Double[float] = sa.Double()
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
CLUSTERED: Any = {"sqlite_with_rowid": False}


def _of(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, autoincrement=kind is ID)


def _maybe(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _where(condition: str) -> Any:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Make every table."""
    _words()
    _accounts()
    _signals()
    _sensing()
    _estimating()


def downgrade() -> None:
    """There is nothing below the first schema."""
    msg = "the first schema has no predecessor; delete the database instead"
    raise NotImplementedError(msg)


def _words() -> None:
    op.create_table(
        "meta", _of("name", KEY), _of("value", TEXT), sa.PrimaryKeyConstraint("name", name="pk_meta"), **CLUSTERED
    )
    op.create_table(
        "scope",
        _of("id", ID), _of("name", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_scope"),
        sa.UniqueConstraint("name", name="uq_scope_name"),
    )
    op.create_table(
        "kind",
        _of("id", ID), _of("name", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_kind"),
        sa.UniqueConstraint("name", name="uq_kind_name"),
    )
    op.create_table(
        "topic",
        _of("id", ID), _of("name", KEY),
        sa.PrimaryKeyConstraint("id", name="pk_topic"),
        sa.UniqueConstraint("name", name="uq_topic_name"),
    )
    op.create_table(
        "host",
        _of("host", KEY), _of("wait_until", INT), _of("fails", INT),
        sa.PrimaryKeyConstraint("host", name="pk_host"),
        **CLUSTERED,
    )
    op.create_table(
        "audit",
        _of("id", ID), _of("at", INT), _of("action", TEXT), _maybe("account_id", INT), _maybe("detail", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        _of("id", ID), _maybe("domain", KEY), _of("name", TEXT), _of("state", TEXT), _maybe("reference", KEY),
        _maybe("linked_to", INT), _of("created_at", INT),
        sa.ForeignKeyConstraint(["linked_to"], ["account.id"], name="fk_account_linked_to"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("domain", name="uq_account_domain"),
        sa.UniqueConstraint("reference", name="uq_account_reference"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_linked_to", "account", ["linked_to"], **_where("linked_to IS NOT NULL"))
    op.create_table(
        "link",
        _of("id", ID), _of("from_id", INT), _of("to_id", INT), _of("from_state", TEXT), _of("linked_at", INT),
        _maybe("undone_at", INT),
        sa.ForeignKeyConstraint(["from_id"], ["account.id"], name="fk_link_from_id"),
        sa.ForeignKeyConstraint(["to_id"], ["account.id"], name="fk_link_to_id"),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
    )
    op.create_index("ix_link_from_id", "link", ["from_id"])
    op.create_index("ix_link_to_id", "link", ["to_id"])
    op.create_table(
        "alias",
        _of("text", KEY), _of("account_id", INT), _maybe("link_id", INT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_alias_account_id"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_alias_link_id"),
        sa.PrimaryKeyConstraint("text", "account_id", name="pk_alias"),
        **CLUSTERED,
    )
    op.create_index("ix_alias_account_id", "alias", ["account_id"])
    op.create_table(
        "fact",
        _of("account_id", INT), _of("name", KEY), _of("value", TEXT), _of("as_of", INT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_fact_account_id"),
        sa.PrimaryKeyConstraint("account_id", "name", name="pk_fact"),
        **CLUSTERED,
    )
    op.create_table(
        "outcome",
        _of("id", ID), _of("scope_id", INT), _of("key", KEY), _of("account_id", INT), _of("kind", TEXT),
        _of("occurred_at", INT), _of("known_at", INT), _of("model", TEXT), _maybe("value", FLOAT), _maybe("data", TEXT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_outcome_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("scope_id", "key", name="uq_outcome_scope_id_key"),
    )
    op.create_index("ix_outcome_account_id", "outcome", ["account_id"])


def _signals() -> None:
    op.create_table(
        "signal",
        _of("id", ID), _of("scope_id", INT), _of("key", KEY), _of("account_id", INT), _of("kind_id", INT),
        _of("occurred_at", INT), _of("detected_at", INT), _of("known_at", INT), _of("known_assumed", BOOL),
        _of("by_day", BOOL), _maybe("revoked_at", INT), _of("strength", FLOAT), _maybe("topic_id", INT),
        _maybe("event", KEY), _maybe("person", TEXT), _of("schema_version", INT), _maybe("revoked_reason", TEXT),
        _maybe("summary", TEXT), _maybe("evidence_url", TEXT), _maybe("data", TEXT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_signal_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
        sa.UniqueConstraint("scope_id", "key", name="uq_signal_scope_id_key"),
    )
    op.create_index("ix_signal_account_id_event", "signal", ["account_id", "event"], **_where("event IS NOT NULL"))
    op.create_index(
        "ix_signal_account_id_kind_id_occurred_at_strength",
        "signal",
        ["account_id", "kind_id", "occurred_at", "strength"],
    )
    op.create_table(
        "signal_past",
        _of("id", ID), _of("signal_id", INT), _of("known_at", INT), _of("known_assumed", BOOL), _of("until", INT),
        _of("strength", FLOAT), _of("account_id", INT), _maybe("link_id", INT),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_signal_past_account_id"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_signal_past_link_id"),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name="fk_signal_past_signal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_signal_past"),
    )
    op.create_index("ix_signal_past_account_id", "signal_past", ["account_id"])
    op.create_index("ix_signal_past_link_id", "signal_past", ["link_id"], **_where("link_id IS NOT NULL"))
    op.create_index("ix_signal_past_signal_id", "signal_past", ["signal_id"])


def _sensing() -> None:
    op.create_table(
        "instance",
        _of("id", ID), _of("name", KEY), _of("sensor", TEXT), _of("config_hash", TEXT), _maybe("parked_at", INT),
        _maybe("parked_error", TEXT), _maybe("parked_fix", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
        sa.UniqueConstraint("name", name="uq_instance_name"),
    )
    op.create_table(
        "watch",
        _of("instance_id", INT), _of("account_id", INT), _of("next_due", INT), _maybe("cursor", TEXT), _of("epoch", INT),
        _of("lease_until", INT), _of("fails", INT), _maybe("first_ok", INT), _maybe("last_ok", INT), _maybe("newest", INT),
        _maybe("last_status", TEXT), _maybe("last_error", TEXT),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_watch_instance_id"),
        sa.PrimaryKeyConstraint("instance_id", "account_id", name="pk_watch"),
        **CLUSTERED,
    )
    op.create_index("ix_watch_instance_id_next_due", "watch", ["instance_id", "next_due"])
    op.create_table(
        "validator",
        _of("scope", KEY), _of("url", KEY), _of("account_id", INT), _maybe("etag", TEXT), _maybe("last_modified", TEXT),
        sa.PrimaryKeyConstraint("scope", "url", name="pk_validator"),
        **CLUSTERED,
    )
    op.create_index("ix_validator_account_id", "validator", ["account_id"])
    op.create_table(
        "run",
        _of("id", ID), _of("instance_id", INT), _of("started_at", INT), _maybe("ended_at", INT), _of("units", INT),
        _of("ok", INT), _of("failed", INT), _of("skipped", INT), _of("new", INT), _of("updated", INT), _of("unchanged", INT),
        _of("bad", INT), _of("requests", INT), _maybe("error", TEXT),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_run_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
    )
    op.create_index("ix_run_instance_id_started_at", "run", ["instance_id", "started_at"])


def _estimating() -> None:
    op.create_table(
        "stale",
        _of("account_id", INT), _of("kind_id", INT), _of("from_day", INT),
        sa.PrimaryKeyConstraint("account_id", "kind_id", name="pk_stale"),
        **CLUSTERED,
    )
    op.create_table(
        "version",
        _of("id", ID), _of("model", KEY), _of("estimator", TEXT), _of("hash", KEY), _of("params", TEXT),
        _of("created_at", INT),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
        sa.UniqueConstraint("model", "hash", name="uq_version_model_hash"),
    )
    op.create_table(
        "state",
        _of("version_id", INT), _of("account_id", INT), _of("kind_id", INT), _of("sealed_day", INT), _of("sealed", BYTES),
        _of("at", INT), _of("total", BYTES), _of("n", INT),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_state_version_id"),
        sa.PrimaryKeyConstraint("version_id", "account_id", "kind_id", name="pk_state"),
        **CLUSTERED,
    )
    op.create_table(
        "ceiling_rank",
        _of("model", KEY), _of("account_id", INT), _of("ceiling", FLOAT),
        sa.PrimaryKeyConstraint("model", "account_id", name="pk_ceiling_rank"),
        **CLUSTERED,
    )
    op.create_index("ix_ceiling_rank_model_ceiling_account_id", "ceiling_rank", ["model", "ceiling", "account_id"])
    op.create_table(
        "listing",
        _of("model", KEY), _of("as_of", INT), _of("rank", INT), _of("account_id", INT), _maybe("intent", FLOAT),
        sa.PrimaryKeyConstraint("model", "as_of", "rank", name="pk_listing"),
        **CLUSTERED,
    )
