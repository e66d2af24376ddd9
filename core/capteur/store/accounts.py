"""Accounts: listed, discovered, unmatched; their aliases and facts. What `forget` removes is in forgetting.py."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from capteur.accounts import Account
from capteur.errors import InputError
from capteur.store import audit, facts, marks, sql
from capteur.store.forgetting import forget
from capteur.store.subjects import root

__all__ = [
    "add", "adopt", "by_label", "count", "forget", "get", "home", "index_rows", "labels", "linked_into", "listing", "of_domain",
    "own_aliases", "owner", "owner_of_alias", "set_aside", "some", "take_back",
]  # fmt: skip

LISTED = ("listed",)
DISCOVERED = ("discovered",)
KNOWN = (*LISTED, *DISCOVERED)
ASIDE = ("aside",)
"""On one of the user's lists (competitors, customers, ...) and not on the account list: remembered, and never shown."""
ANSWERING = (*KNOWN, *ASIDE)
"""Who a signal may be attached to."""
NAMED = 4
"""So many accounts of one name are named."""
STATES = frozenset({*ANSWERING, "unmatched", "linked"})
_CELLS = "id, domain, name, state, reference"


def add(
    conn: Connection, *, domain: str, name: str, now: int, aliases: Sequence[str] = (), state: str = "listed"
) -> tuple[int, bool]:
    """Put a company on the list; returns (account id, True when no account of that domain was there).

    An unmatched or discovered account of the domain, or one set aside, is adopted: it keeps its id and its signals. A domain that was linked to
    an account means that account; one that is merely its alias becomes an account of its own, which answers to it from then on.
    An alias that another account of the list has already stays there (names may be shared); one that a merely discovered
    account has is put on the list as well. Aliases are texts such as `name:acme`, `domain:acme.io`, `greenhouse:acme`, ready
    normalised.
    """
    account_id = owner(conn, domain)
    created = account_id is None
    if account_id is None:
        sql.run(
            conn,
            "INSERT INTO account (domain, name, state, reference, created_at) VALUES (:domain, :name, :state, :reference, :now) ON CONFLICT DO NOTHING",
            domain=domain, name=name, state=state, reference=None, now=now,
        )  # fmt: skip
        account_id = int(sql.value(conn, "SELECT id FROM account WHERE domain = :domain", domain=domain))
    else:
        _put_on_list(conn, account_id, domain, name, state)
    states = LISTED if state == "listed" else KNOWN
    for alias_text in aliases:
        if _other_owner(conn, account_id, alias_text, states) is None:
            _put_alias(conn, account_id, alias_text)
    return account_id, created


def owner(conn: Connection, domain: str) -> int | None:
    """The account, in any state, that a domain is the key of, or was linked to."""
    found = sql.value(conn, "SELECT id FROM account WHERE domain = :domain", domain=domain)
    if found is None:
        found = _unique_alias(conn, f"domain:{domain}", KNOWN, "AND link_id IS NOT NULL")
    return None if found is None else root(conn, int(found))


def of_domain(conn: Connection, domain: str) -> Account | None:
    """The account, in any state, that answers to a domain: its own, a linked one or an alias."""
    found = owner(conn, domain)
    if found is None:
        found = _unique_alias(conn, f"domain:{domain}", ANSWERING)
    return get(conn, found) if found is not None else None


def home(conn: Connection, domain: str) -> str | None:
    """The own domain of the account that a domain was linked to; None for a domain that was linked to none."""
    found = owner(conn, domain)
    own = sql.value(conn, "SELECT domain FROM account WHERE id = :id", id=found) if found is not None else None
    return None if own in (None, domain) else str(own)


def adopt(conn: Connection, account_id: int, *, domain: str, name: str, now: int) -> None:
    """Put a company that is known by name or id alone on the list, under a domain that is nobody's yet.

    It keeps its id, its signals and since when they are known, and goes on answering to what its source called it.
    """
    sql.run(
        conn,
        "UPDATE account SET domain = :domain, name = :name, state = 'listed' WHERE id = :id AND domain IS NULL",
        domain=domain,
        name=name,
        id=account_id,
    )
    account = get(conn, account_id)
    assert account is not None, "it was found before"
    assert account.domain == domain, "an account keeps its domain"
    if account.reference:
        _put_alias(conn, account_id, account.reference)
    marks.whole(conn, [account_id])
    audit.add(conn, now, "adopt", account_id)


def set_aside(conn: Connection, account_id: int) -> None:
    """Take an unmatched or discovered account out of sight; a listed one stays listed."""
    sql.run(
        conn,
        "UPDATE account SET state = 'aside' WHERE id = :id AND state IN ('unmatched', 'discovered')",
        id=account_id,
    )


def take_back(conn: Connection, account_id: int) -> None:
    """An account that was set aside is unmatched again."""
    sql.run(conn, "UPDATE account SET state = 'unmatched' WHERE id = :id AND state = 'aside'", id=account_id)


def _put_on_list(conn: Connection, account_id: int, domain: str, name: str, state: str) -> None:
    before, own = sql.rows(conn, "SELECT state, domain FROM account WHERE id = :id", id=account_id)[0]
    raised = before in ("unmatched", "aside") or (before == "discovered" and state == "listed")
    if raised:
        sql.run(conn, "UPDATE account SET state = :state WHERE id = :id", state=state, id=account_id)
        marks.whole(conn, [account_id])
    if own == domain:  # under another of its domains it keeps its name
        sql.run(conn, "UPDATE account SET name = :name WHERE id = :id", name=name, id=account_id)


def get(conn: Connection, account_id: int) -> Account | None:
    """One account as it is, with aliases and facts. A linked one has the state `linked`."""
    return next(iter(_load(conn, "account.id = :id", id=account_id)), None)


_BY_LABEL = (
    "SELECT id, state FROM account WHERE domain = :text UNION SELECT id, state FROM account WHERE reference = :text",
    "SELECT account_id AS id, state FROM alias JOIN account ON account.id = account_id WHERE text IN (:text, :domain)",
    "SELECT id, state FROM account WHERE name = :text",
)
"""One after the other: what an account is known by is nobody else's, whoever has it as an alias; the last looks at every account."""


def by_label(conn: Connection, text: str) -> Account | None:
    """The account a text means: a domain, what a source called it, an alias or an exact name; the target of a link for a linked one.

    Raises InputError for an alias that several have.
    """
    place = "CASE state WHEN 'listed' THEN 0 WHEN 'discovered' THEN 1 WHEN 'linked' THEN 3 ELSE 2 END"
    for query in _BY_LABEL:
        is_alias = ":domain" in query
        values = {"text": text} | ({"domain": f"domain:{text}"} if is_alias else {})
        found = sql.rows(conn, f"SELECT {place} AS place, id FROM ({query}) AS found ORDER BY place, id", **values)
        if not found:
            continue
        meant = list(dict.fromkeys(root(conn, int(id_)) for at, id_ in found if at == found[0][0]))
        if is_alias and len(meant) > 1:
            alike = [account.label for account in some(conn, meant)]
            raise InputError(
                f"{len(alike)} accounts are called {text[:80]!r}", fix=f"say which: {', '.join(alike[:NAMED])}"
            )
        return get(conn, meant[0])
    return None


def linked_into(conn: Connection, account_id: int) -> list[Account]:
    """The accounts whose signals went to this one, by id: those linked into it, and those linked into them."""
    query = (
        "WITH RECURSIVE inside (id) AS (SELECT id FROM account WHERE linked_to = :id"
        " UNION SELECT account.id FROM account JOIN inside ON account.linked_to = inside.id) SELECT id FROM inside"
    )
    return some(conn, [id_ for (id_,) in sql.rows(conn, query, id=account_id)])


def own_aliases(conn: Connection, account_id: int) -> frozenset[str]:
    """The aliases an account has by itself, without those that links brought."""
    found = sql.rows(conn, "SELECT text FROM alias WHERE account_id = :id AND link_id IS NULL", id=account_id)
    return frozenset(text for (text,) in found)


def listing(conn: Connection, *, states: Sequence[str] = ("listed",)) -> list[Account]:
    """The accounts of these states by id."""
    return _load(conn, _in(states))


def some(conn: Connection, account_ids: Iterable[int]) -> list[Account]:
    """These accounts by id; one that is not there is left out."""
    return _load(conn, sql.among(conn, "account.id", "wanted"), wanted=sql.array(conn, account_ids))


def _other_owner(conn: Connection, account_id: int, alias: str, states: Sequence[str]) -> int | None:
    if alias.startswith("name:"):
        return None
    found = _unique_alias(conn, alias, states)
    return None if found == account_id else found


def _unique_alias(conn: Connection, alias: str, states: Sequence[str], only: str = "") -> int | None:
    """The account in one of these states that has an alias; its own domain goes before another's alias."""
    known, found = _in(states), None
    if alias.startswith("domain:"):
        found = sql.value(
            conn, f"SELECT id FROM account WHERE domain = :domain AND {known}", domain=alias.removeprefix("domain:")
        )
    if found is None:
        found = sql.value(
            conn,
            f"SELECT min(account_id) FROM alias JOIN account ON account.id = account_id WHERE text = :text AND {known} {only}",
            text=alias,
        )
    return None if found is None else int(found)


def _in(states: Sequence[str]) -> str:
    """The condition, with the words in it: as a parameter they cost a list's walk for every account."""
    if not {*states} <= STATES:
        raise ValueError(f"no account is {', '.join({*states} - STATES)}")
    return f"account.state IN ({', '.join(repr(state) for state in states)})"


def owner_of_alias(conn: Connection, alias: str) -> int | None:
    """The account of the list that has an id or a domain; None for a name, which several may have."""
    return None if alias.startswith("name:") else _unique_alias(conn, alias, LISTED)


def _put_alias(conn: Connection, account_id: int, alias: str) -> None:
    sql.run(
        conn,
        "INSERT INTO alias (text, account_id) VALUES (:text, :id) ON CONFLICT DO NOTHING",
        text=alias,
        id=account_id,
    )


def index_rows(conn: Connection, states: Sequence[str] = KNOWN) -> Iterable[tuple[str, int]]:
    """(alias, account id) of every account in these states; its domain comes as the alias `domain:DOMAIN`.

    A domain that is an account's own is left out of the aliases of others.
    """
    own: dict[str, int] = {}
    known = _in(states)
    for domain, id_ in sql.rows(
        conn, f"SELECT domain, id FROM account WHERE domain IS NOT NULL AND {known} ORDER BY id"
    ):
        own[f"domain:{domain}"] = id_
    yield from own.items()
    yield from (
        (text, id_)
        for text, id_ in sql.rows(
            conn,
            f"SELECT text, account_id FROM alias JOIN account ON account.id = account_id WHERE {known} ORDER BY account_id, text",
        )
        if own.get(text, id_) == id_
    )


def count(conn: Connection, states: Sequence[str]) -> int:
    """How many accounts are in these states."""
    return int(sql.value(conn, f"SELECT count(*) FROM account WHERE {_in(states)}"))


def known_among(conn: Connection, domains: Iterable[str]) -> frozenset[int]:
    """The listed and discovered accounts that answer to these domains, by their own or an alias."""
    names = sorted({domain.lower() for domain in domains})
    found = sql.rows(
        conn,
        f"SELECT id FROM account WHERE {_in(KNOWN)} AND {sql.among(conn, 'domain', 'names')}"
        " UNION SELECT account_id FROM alias JOIN account ON account.id = account_id"
        f" WHERE {_in(KNOWN)} AND {sql.among(conn, 'text', 'aliases')}",
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
    # By id and not by `where` again: aliases and facts of all the others, who may be many more, are not looked at.
    ids = [row[0] for row in accounts]
    aliases: dict[int, list[str]] = {}
    for id_, text in sql.rows(
        conn,
        f"SELECT account_id, text FROM alias WHERE {sql.among(conn, 'account_id', 'ids')} ORDER BY text",
        ids=sql.array(conn, ids),
    ):
        aliases.setdefault(id_, []).append(text)
    known = facts.of_accounts(conn, ids)
    return [
        Account(id_, domain, name, state, reference, tuple(aliases.get(id_, ())), known.get(id_, {}))
        for id_, domain, name, state, reference in accounts
    ]
