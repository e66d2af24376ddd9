"""What tables are made of: the MetaData of their own, names of constraints, types, and columns in one word each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from capteur.clock import from_micros, micros

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Micros(sa.types.TypeDecorator[datetime]):
    """BIGINT microseconds since 1970-01-01 in the table, an aware UTC datetime in Python. Naive datetimes are refused."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        if value is not None and value.tzinfo is None:
            msg = f"{value.isoformat()} has no timezone"
            raise ValueError(msg)
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else from_micros(value)


# Keys compare by bytes on both engines, so that (occurred_at, key) sorts in SQL as it does in Python.
KEY = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite's rowid must be called INTEGER
CLUSTERED = {"sqlite_with_rowid": False}


METADATA = sa.MetaData(naming_convention=NAMES)


class Table(SQLModel, registry=registry(metadata=METADATA)):
    """Base of all tables. Projections and memories carry no foreign key: they can be made again, or hold account 0."""

    metadata: ClassVar[sa.MetaData] = METADATA


def row_id(**kwargs: Any) -> Any:
    """The table's own number."""
    return Field(default=None, sa_column=sa.Column(ID, primary_key=True, **kwargs))


def to(target: str, *, primary_key: bool = False, nullable: bool = False, index: bool = False) -> Any:
    """A reference to another table's row."""
    return Field(
        sa_column=sa.Column(
            sa.BigInteger,
            sa.ForeignKey(f"{target}.id"),
            primary_key=primary_key,
            nullable=nullable,
            index=index,
            autoincrement=False,
        )
    )


def key(*, primary_key: bool = False, nullable: bool = False, unique: bool = False) -> Any:
    """A text that is compared and sorted."""
    return Field(sa_column=sa.Column(KEY, primary_key=primary_key, nullable=nullable, unique=unique))


def text(*, nullable: bool = True) -> Any:
    """A text that is only kept."""
    return Field(sa_column=sa.Column(sa.Text, nullable=nullable))


def integer(*, primary_key: bool = False) -> Any:
    """A count, or a number of something without a foreign key."""
    return Field(sa_column=sa.Column(sa.BigInteger, primary_key=primary_key, nullable=False, autoincrement=False))


def moment(*, nullable: bool = False, primary_key: bool = False) -> Any:
    """A moment."""
    return Field(sa_column=sa.Column(Micros, nullable=nullable, primary_key=primary_key, autoincrement=False))


def number(*, nullable: bool = False) -> Any:
    """A floating point number."""
    return Field(sa_column=sa.Column(sa.Double, nullable=nullable))


def flag() -> Any:
    """A boolean."""
    return Field(sa_column=sa.Column(sa.Boolean, nullable=False))
