"""Putting a company on the list that a source has named: under its domain, with the signals it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.domains import account_domain
from capteur.errors import InputError
from capteur.importing import AccountRow
from capteur.roster.companies import enlist, find, rematch
from capteur.store import accounts as stored
from capteur.store import links, sql

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store


def adopt(store: Store, domain: str, what: str, name: str | None, now: int) -> tuple[Account, bool]:
    """Put the company that sources call `what` on the list as `domain`; False when it was there before.

    Where no account has the domain yet, the company becomes that account: it keeps its id, and its signals are known since when
    they were. Else it is linked to the account: its signals are known there from now on, and `unlink` undoes it.
    Raises InputError for a company nobody knows, for one that is another account already, and for a name that several have.
    """
    key = account_domain(domain)

    def work(conn: Connection) -> tuple[Account, bool]:
        company, there = _company(conn, what), stored.owner(conn, key)
        if company.state == "listed":
            if company.id != there:
                raise InputError(f"{what.strip()[:80]!r} is {company.label} on your list already")
            return company, False
        called = name or _name_of(conn, there) or company.name
        names: list[str] = []
        if there is None and company.domain is None:
            stored.adopt(conn, company.id, domain=key, name=called, now=now)
            names.append(f"name:{company.name}")  # a link would bring and take back what it is called
        account_id = enlist(conn, AccountRow(line=0, domain=key, name=called, aliases=tuple(names)), now)
        if account_id != company.id:
            links.link(conn, company.id, account_id, now)
        rematch(conn, now)
        account = stored.get(conn, account_id)
        assert account is not None, "it was just put on the list"
        return account, True

    return store.write(work).result()


def _company(conn: Connection, what: str) -> Account:
    """The one company of this name, whatever its case, or id."""
    text = what.strip()
    same = sql.rows(
        conn,
        "SELECT id, reference FROM account WHERE lower(name) = lower(:name) AND reference IS NOT NULL"
        " AND state IN ('unmatched', 'discovered') ORDER BY id",
        name=text,
    )
    if len(same) > 1:
        references = [str(reference) for _, reference in same]
        raise InputError(
            f"{len(same)} companies are called {text[:80]!r}", fix=f"say which: --as {' or --as '.join(references[:4])}"
        )
    company = stored.get(conn, int(same[0][0])) if same else None
    return company or find(conn, text)


def _name_of(conn: Connection, account_id: int | None) -> str | None:
    """What the account of the domain is called already; None for one that is known by its domain alone."""
    account = stored.get(conn, account_id) if account_id is not None else None
    return account.name if account is not None and account.name not in (account.domain, account.reference) else None
