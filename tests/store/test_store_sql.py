"""One statement in the words of both engines, and the errors of both in ours."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from capteur.errors import CapteurError, ConfigError, StoreBusy, StoreError, StoreFull
from capteur.store.faults import shown, translate
from capteur.store.sql import chunks, spoken


def test_names_become_placeholders_and_casts_stay():
    sql = "SELECT GREATEST(:a, b)::bigint FROM t WHERE name LIKE '%x' AND c = :c_d AND LEAST(e, :a) > max(f)"
    assert spoken(sql, postgresql=True) == (
        "SELECT GREATEST(%(a)s, b)::bigint FROM t WHERE name LIKE '%%x' AND c = %(c_d)s AND LEAST(e, %(a)s) > max(f)"
    )
    assert spoken(sql, postgresql=False) == (
        "SELECT MAX(:a, b)::bigint FROM t WHERE name LIKE '%x' AND c = :c_d AND MIN(e, :a) > max(f)"
    )


def test_chunks_keep_order_and_lose_nothing():
    assert list(chunks(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(chunks([], 3)) == []


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (psycopg.errors.DiskFull("no space"), StoreFull, "the server's disk is full"),
        (psycopg.errors.DeadlockDetected("knot"), StoreBusy, "another writer was in the way"),
        (psycopg.errors.LockNotAvailable("late"), StoreBusy, "another writer was in the way"),
        (psycopg.errors.AdminShutdown("bye"), StoreBusy, "the server is away"),
        (psycopg.errors.TooManyConnections("full"), StoreBusy, "the server is away"),
        (psycopg.errors.UndefinedTable("no table"), StoreError, "no table"),
        (psycopg.errors.InvalidPassword("no"), ConfigError, "refuses the user or the password"),
        (
            psycopg.OperationalError('FATAL: password authentication failed for user "capteur"'),
            ConfigError,
            "refuses the user",
        ),
        (psycopg.OperationalError('FATAL: database "nowhere" does not exist'), ConfigError, "no such database"),
        (psycopg.OperationalError("connection refused"), StoreBusy, "the server is away"),
        (sqlite3.OperationalError("odd\nerror"), StoreError, "odd error"),
        (exc.TimeoutError(), StoreBusy, "all connections are in use"),
        (exc.ArgumentError("odd"), StoreError, "odd"),
    ],
)
def test_a_failure_of_the_database_is_told_with_its_place(error, kind, words):
    told = translate(error, "HERE")
    assert isinstance(told, kind)
    assert isinstance(told, CapteurError)
    assert words in str(told)
    assert "HERE" in str(told)


def test_what_is_not_the_databases_stays_as_it_is():
    for error in (KeyError("x"), StoreFull("x")):
        assert translate(error, "HERE") is error


def test_an_address_is_shown_without_its_password():
    assert shown("postgresql+psycopg://jo:hunter2@db.example/x") == "postgresql://jo:***@db.example/x"
