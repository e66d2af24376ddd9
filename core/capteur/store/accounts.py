"""Accounts: listed, discovered, unmatched; their aliases and facts. What `forget` removes is in forgetting.py."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.accounts import Account
from capteur.errors import InputError
from capteur.store import marks, sql
from capteur.store.forgetting import forget
from capteur.store.subjects import root, roots

__all__ = [
    "add", "add_alias", "by_label", "forget", "get", "index_rows", "labels", "listing",
]  # fmt: skip

_CELLS = "id, domain, name, state, reference"
_KNOWN = "account.state IN ('listed', 'discovered')"


def add(
    conn: Connection, *, domain: str, name: str, now: int, aliases: Sequence[str] = (), state: str = "listed"
) -> tuple[int, bool]:
    """Put a company on the list; returns (account id, True when no account of that domain was there).

    An unmatched or discovered account of the domain is adopted: it keeps its id and its signals. A domain that was linked to
    an account means that account; one that is merely its alias becomes an account of its own, which answers to it from then on.
    An alias that another listed or discovered account has already stays there (names may be shared). Aliases are texts such as `name:acme`, `domain:acme.io`,
    `greenhouse:acme`, ready normalised.
    """
    found = sql.one(conn, "SELECT id, state, linked_to FROM account WHERE domain = :domain", domain=domain)
    if found is None:
        alias = _unique_alias(conn, f"domain:{domain}", "AND link_id IS NOT NULL")
        found = (
            sql.one(conn, "SELECT id, state, linked_to FROM account WHERE id = :id", id=alias)
            if alias is not None
            else None
        )
    created = found is None
    if found is None:
        sql.run(
            conn,
            "INSERT INTO account (domain, name, state, reference, created_at) VALUES (:domain, :name, :state, :reference, :now) ON CONFLICT DO NOTHING",
            domain=domain, name=name, state=state, reference=None, now=now,
        )  # fmt: skip
        account_id = int(sql.value(conn, "SELECT id FROM account WHERE domain = :domain", domain=domain))
    else:
        account_id = root(conn, int(found[0]))
        _adopt(conn, account_id, domain, name, state)
    for alias_text in aliases:
        if _other_owner(conn, account_id, alias_text) is None:
            _put_alias(conn, account_id, alias_text)
    return account_id, created


def _adopt(conn: Connection, account_id: int, domain: str, name: str, state: str) -> None:
    before, own = sql.rows(conn, "SELECT state, domain FROM account WHERE id = :id", id=account_id)[0]
    raised = before == "unmatched" or (before == "discovered" and state == "listed")
    if raised:
        sql.run(conn, "UPDATE account SET state = :state WHERE id = :id", state=state, id=account_id)
        marks.whole(conn, [account_id])
    if own == domain:  # under another of its domains it keeps its name
        sql.run(conn, "UPDATE account SET name = :name WHERE id = :id", name=name, id=account_id)


def get(conn: Connection, account_id: int) -> Account | None:
    """One account as it is, with aliases and facts. A linked one has the state `linked`."""
    return next(iter(_load(conn, "account.id = :id", id=account_id)), None)


def by_label(conn: Connection, text: str) -> Account | None:
    """The account a text means: a domain, an alias, an exact name or what a source called it; the target of a link for a linked one."""
    row = sql.one(
        conn,
        """
        SELECT id FROM (
            SELECT id, 0 AS place, state FROM account WHERE domain = :text
            UNION ALL SELECT account_id, 1, state FROM alias JOIN account ON account.id = account_id WHERE text IN (:text, :domain)
            UNION ALL SELECT id, 2, state FROM account WHERE reference = :text
            UNION ALL SELECT id, 3, state FROM account WHERE name = :text
        ) AS found ORDER BY place, CASE state WHEN 'listed' THEN 0 WHEN 'discovered' THEN 1 ELSE 2 END, id LIMIT 1
        """,
        text=text,
        domain=f"domain:{text}",
    )
    return get(conn, root(conn, int(row[0]))) if row is not None else None


def listing(conn: Connection, *, states: Sequence[str] = ("listed",)) -> list[Account]:
    """The accounts of these states by id."""
    return _load(conn, sql.among(conn, "account.state", "states"), states=sql.array(conn, states))


def add_alias(conn: Connection, account_id: int, alias: str) -> None:
    """Add another domain, name or id. Raises InputError when it is another account's (names may be shared)."""
    owner = _other_owner(conn, account_id, alias)
    if owner is not None:
        other = get(conn, owner)
        raise InputError(
            f"alias {alias!r} is {other.label if other else 'another account'}'s already",
            fix="remove it there first, or leave it out",
        )
    _put_alias(conn, account_id, alias)


def _other_owner(conn: Connection, account_id: int, alias: str) -> int | None:
    if alias.startswith("name:"):
        return None
    owner = _unique_alias(conn, alias)
    return None if owner == account_id else owner


def _unique_alias(conn: Connection, alias: str, only: str = "") -> int | None:
    found = None
    if alias.startswith("domain:"):  # its own domain goes before another's alias
        found = sql.value(
            conn, f"SELECT id FROM account WHERE domain = :domain AND {_KNOWN}", domain=alias.removeprefix("domain:")
        )
    if found is None:
        found = sql.value(
            conn,
            f"SELECT min(account_id) FROM alias JOIN account ON account.id = account_id WHERE text = :text AND {_KNOWN} {only}",
            text=alias,
        )
    return None if found is None else int(found)


def _put_alias(conn: Connection, account_id: int, alias: str) -> None:
    sql.run(
        conn,
        "INSERT INTO alias (text, account_id) VALUES (:text, :id) ON CONFLICT DO NOTHING",
        text=alias,
        id=account_id,
    )


def index_rows(conn: Connection) -> Iterable[tuple[str, int]]:
    """(alias, account id) of every listed and discovered account; its domain comes as the alias `domain:DOMAIN`.

    A domain that is an account's own is left out of the aliases of others.
    """
    own: dict[str, int] = {}
    for domain, id_ in sql.rows(
        conn, f"SELECT domain, id FROM account WHERE domain IS NOT NULL AND {_KNOWN} ORDER BY id"
    ):
        own[f"domain:{domain}"] = id_
    yield from own.items()
    yield from (
        (text, id_)
        for text, id_ in sql.rows(
            conn,
            f"SELECT text, account_id FROM alias JOIN account ON account.id = account_id WHERE {_KNOWN} ORDER BY account_id, text",
        )
        if own.get(text, id_) == id_
    )


def listed_among(conn: Connection, domains: Iterable[str]) -> frozenset[int]:
    """The listed accounts that answer to these domains, by their own or an alias."""
    names = sorted({domain.lower() for domain in domains})
    found = sql.rows(
        conn,
        f"SELECT id FROM account WHERE state = 'listed' AND {sql.among(conn, 'domain', 'names')}"
        " UNION SELECT account_id FROM alias JOIN account ON account.id = account_id"
        f" WHERE state = 'listed' AND {sql.among(conn, 'text', 'aliases')}",
        names=sql.array(conn, names),
        aliases=sql.array(conn, [f"domain:{name}" for name in names]),
    )
    return frozenset(id_ for (id_,) in found)


def labels(conn: Connection) -> list[str]:
    """Domains and names of all accounts that are not linked away, for "did you mean"."""
    found = sql.rows(conn, "SELECT domain, name, reference FROM account WHERE linked_to IS NULL ORDER BY id")
    return list(dict.fromkeys(text for row in found for text in row if text))


def _load(conn: Connection, where: str, **values: Any) -> list[Account]:
    """Accounts with aliases and facts, in three queries however many they are."""
    accounts = sql.rows(conn, f"SELECT {_CELLS} FROM account WHERE {where} ORDER BY id", **values)
    if not accounts:
        return []
    aliases: dict[int, list[str]] = {}
    for id_, text in sql.rows(
        conn,
        f"SELECT account_id, text FROM alias JOIN account ON account.id = account_id WHERE {where} ORDER BY text",
        **values,
    ):
        aliases.setdefault(id_, []).append(text)
    known = _facts_of(conn, where, values)
    return [
        Account(id_, domain, name, state, reference, tuple(aliases.get(id_, ())), known.get(id_, {}))
        for id_, domain, name, state, reference in accounts
    ]


def _facts_of(conn: Connection, where: str, values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """The newest fact of each name, those of accounts that were linked into the account included."""
    found = [
        (as_of, id_, name, value)
        for id_, name, value, as_of in sql.rows(
            conn,
            f"SELECT account_id, fact.name, value, as_of FROM fact JOIN account ON account.id = account_id WHERE {where}",
            **values,
        )
    ]
    linked = roots(conn)
    if linked:
        found += [
            (as_of, linked[id_], name, value)
            for id_, name, value, as_of in sql.rows(
                conn,
                "SELECT account_id, fact.name, value, as_of FROM fact JOIN account ON account.id = account_id WHERE linked_to IS NOT NULL",
            )
        ]
    newest: dict[int, dict[str, Any]] = {}
    for _, id_, name, value in sorted(found):
        newest.setdefault(id_, {})[name] = json.loads(value)
    return newest
