"""The account list: put companies on it, find them, link what sources call them, forget."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from capteur.accounts import Account, AccountRef
from capteur.domains import account_domain, registrable
from capteur.errors import InputError
from capteur.importing import AccountRow
from capteur.matching import Index, alias, normal_name
from capteur.nearest import nearest
from capteur.roster.recognising import recognise
from capteur.roster.standings import SCOPE, academic
from capteur.store import accounts as stored
from capteur.store import links
from capteur.store import signals as stored_signals
from capteur.store.ingest import commit
from capteur.store.shapes import Batch

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a row: its account, `added`, `updated` or nothing, and the aliases that are another account's."""

    account_id: int
    change: str
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """A link that was made: the account, and the label of the company that is it now, which undoes it."""

    account: Account
    source: str


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What `forget` removed."""

    account: str
    signals: int
    rows: int


def index(conn: Connection) -> Index:
    """The matching index over all accounts that are not themselves unmatched."""
    return Index(stored.index_rows(conn, stored.ANSWERING))


def put(conn: Connection, row: AccountRow, now: int) -> Put:
    """Put a row on the list. An alias that another account of the list has stays there, and is told."""
    known = stored.owner(conn, row.domain)
    before = stored.get(conn, known) if known is not None else None
    aliases = spelled(row)
    name = row.name or (before.name if before else row.domain)
    account_id, created = stored.add(conn, domain=row.domain, name=name, now=now, aliases=aliases)
    taken: tuple[str, ...] = ()
    if any(not text.startswith("name:") for text in aliases):  # names may be shared
        after = stored.get(conn, account_id)
        assert after is not None, "it was just put there"
        taken = tuple(text for text in dict.fromkeys(aliases) if text not in after.aliases)
    if created or before is None or before.state != "listed":
        return Put(account_id, "added", taken)
    same = before.name == name and {*aliases} <= {*before.aliases, *taken}
    told = all(before.facts.get(fact) == json.loads(value) for fact, value in row.facts.items())
    return Put(account_id, "" if told and same else "updated", taken)


def spelled(row: AccountRow) -> list[str]:
    """The aliases of a row as they are stored, its name among them."""
    aliases = [alias(*text.split(":", 1)) if text.startswith(("name:", "cik:")) else text for text in row.aliases]
    return [*aliases, alias("name", row.name)] if row.name else aliases


def enlist(conn: Connection, row: AccountRow, now: int) -> int:
    """Put one company on the list, with what its domain alone says of it; returns the account's id."""
    account_id = put(conn, row, now).account_id
    student = academic(account_id, row.domain, now)
    if student is not None:
        commit(conn, Batch(SCOPE, SCOPE, signals=(student,)), now)
    return account_id


def rematch(conn: Connection, now: int) -> int:
    """Match companies that waited or were discovered against the accounts as they are now, exactly; returns how many found theirs.

    What a person has unlinked stays apart.
    """
    count = recognise(conn, now)
    waiting = stored.listing(conn, states=("unmatched",))
    if not waiting:
        return count
    known, undone = index(conn), links.undone(conn)
    for account in waiting:
        found = known.match(reference_of(account))
        if found is not None and found != account.id and (account.id, found) not in undone:
            links.link(conn, account.id, found, now)
            count += 1
    return count


def reference_of(account: Account) -> AccountRef:
    """What a waiting account is known by."""
    ids = dict(text.partition(":")[::2] for text in account.aliases if not text.startswith(("name:", "domain:")))
    return AccountRef(name=account.name or None, domain=account.domain, ids=ids)


def add(store: Store, text: str, name: str | None, now: int) -> tuple[Account, bool]:
    """Put one company on the list; an unmatched or discovered one of that domain is adopted. Raises InputError."""
    domain = account_domain(text)

    def work(conn: Connection) -> tuple[Account, bool]:
        known = stored.owner(conn, domain)
        before = stored.get(conn, known) if known is not None else None
        account_id = enlist(conn, AccountRow(line=0, domain=domain, name=name), now)
        rematch(conn, now)
        account = stored.get(conn, account_id)
        assert account is not None, "it was just added"
        return account, before is None or before.state != "listed"

    return store.write(work).result()


def find(conn: Connection, text: str, *, states: Sequence[str] = ("listed", "discovered", "unmatched")) -> Account:
    """The account a person means. Raises InputError for a name that several have, and with the nearest names for one nobody has."""
    domain = registrable(text)
    name = f"name:{normal_name(text)}"
    account = stored.by_label(conn, text.strip()) or (stored.by_label(conn, domain) if domain else None)
    if account is None or text.strip() not in (account.domain, account.reference):
        if not domain:
            called = _called(conn, text.strip(), name, states)
            account = account or called
        account = account or stored.by_label(conn, name)
    if account is None or account.state not in states:
        near = nearest(text, [label for label in stored.labels(conn) if ":" not in label])
        fix = f"did you mean {' or '.join(near)}?" if near else "capteur accounts list shows the accounts"
        raise InputError(f"no account answers to {text.strip()[:80]!r}", fix=fix)
    return account


def _called(conn: Connection, text: str, name: str, states: Sequence[str]) -> Account | None:
    """The account of a name, one of an earlier state before the others. Raises InputError where several of that state have it."""
    found = links.called(conn, text, name, states)
    alike = next((same for state in states if (same := [a for a in found if a.state == state])), [])
    if len(alike) <= 1:
        return alike[0] if alike else None
    waiting = links.waiting(conn, text, name)
    every = {a.id: a for a in (*found, waiting) if a is not None and a.state in states}
    # who is called exactly so first: of many, those behind are not named
    offered = sorted(every.values(), key=lambda a: (a.name != text, states.index(a.state), a.id))
    raise InputError(
        f"{len(offered)} accounts are called {text[:80]!r}",
        fix=f"say which: {', '.join(a.label for a in offered[: stored.NAMED])}",
    )


def link(store: Store, what: str, to: str, now: int) -> Linked:
    """What a source called a company, or an account of the list by its domain, *is* this account.

    Its signals move, and later ones follow; so do what is known of it and its standing. Undone by `unlink`.
    """

    def work(conn: Connection) -> Linked:
        source = links.waiting(conn, what.strip(), f"name:{normal_name(what)}") or _listed(conn, what)
        target = find(conn, to, states=("listed", "discovered"))
        if source is None:
            source = find(conn, what, states=("unmatched", "discovered"))
        if source.state == "listed" and target.state != "listed":
            raise InputError(
                f"{target.label} is not on your list, and {source.label} is",
                fix=f"the other way round: capteur accounts link {target.label} {source.label}",
            )
        if source.id == target.id:
            raise InputError(f"{what.strip()[:80]} is {target.label} already")
        links.link(conn, source.id, target.id, now)
        linked = stored.get(conn, target.id)
        assert linked is not None, "the target of a link stays"
        return Linked(linked, source.label)

    return store.write(work).result()


def _listed(conn: Connection, what: str) -> Account | None:
    """An account of the list by nothing but its domain: a name may be that of another one."""
    domain = registrable(what)
    account = stored.by_label(conn, domain) if domain else None
    return account if account is not None and account.state == "listed" else None


def unlink(store: Store, what: str, now: int) -> Account:
    """Undo a link: the company waits again under what its source called it, with its signals."""

    def work(conn: Connection) -> Account:
        called = (what.strip(), registrable(what), f"name:{normal_name(what)}")  # exactly before as `link` reads it
        link_id = next((found for text in called if text and (found := links.find(conn, text)) is not None), None)
        if link_id is None:
            raise InputError(f"nothing called {what.strip()[:80]!r} has been linked", fix="capteur accounts unmatched")
        return links.unlink(conn, link_id, now)

    return store.write(work).result()


def forget(store: Store, text: str) -> ForgetReport:
    """Remove everything about an account and what was linked into it, without a trace in the file.

    Raises InputError for an unknown one, and for what was linked into another: it would take that one along.
    """

    def work(conn: Connection) -> ForgetReport:
        account = find(conn, text, states=("listed", "discovered", "unmatched", "aside"))
        _refuse_linked(conn, account, text)
        signals = len(stored_signals.rows(conn, account_id=account.id))
        return ForgetReport(account.label, signals, stored.forget(conn, account.id))

    report = store.write(work).result()
    store.vacuum()
    return report


def _refuse_linked(conn: Connection, account: Account, text: str) -> None:
    """Raises InputError where a text names what was linked into an account, and not the account itself."""
    domain = registrable(text)
    given = {text.strip(), domain} - {None}
    if given & {account.domain, account.reference, account.name}:
        return
    loosely = given | {f"domain:{domain}", f"name:{normal_name(text)}"}
    inside = stored.linked_into(conn, account.id)
    away = next((a for a in inside if given & {a.domain, a.reference, f"domain:{a.domain}"}), None)
    if away is None and not loosely & stored.own_aliases(conn, account.id):
        away = next((a for a in inside if loosely & {a.name, a.reference, *a.aliases}), None)
    if away is not None:
        raise InputError(
            f"{away.label} was linked to {account.label}: forgetting it would remove everything about {account.label}",
            fix=f"capteur accounts unlink {quote(away.label)}, then forget it; or capteur accounts forget {quote(account.label)}",
        )


def listed(conn: Connection, states: Iterable[str]) -> list[Account]:
    """Accounts of these states by name."""
    return sorted(stored.listing(conn, states=tuple(states)), key=lambda a: (a.name.casefold(), a.id))
