"""The account list: import it, write the vetoes of its `standing` column, link what sources call companies, forget."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from capteur.accounts import Account, AccountRef
from capteur.domains import account_domain, registrable
from capteur.errors import InputError
from capteur.importing import AccountRow, ImportFile, read_accounts
from capteur.matching import Index, alias, normal_name
from capteur.nearest import nearest
from capteur.signals import Accepted
from capteur.store import accounts as stored
from capteur.store import links
from capteur.store import signals as stored_signals
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming, IncomingFact

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

SCOPE = "accounts"
"""The scope of what the user's own list says."""
STANDINGS = {
    "competitor": "account.competitor",
    "customer": "account.customer",
    "blocked": "account.blocked",
    "partner": "account.partner",
}


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    `bad` = (line, reason) of rows left out; `standing` counts accounts per standing; `matched` = companies that sources had
    named before and that now have their account; `notes` say what was merged or read in another way.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)
    standing: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    matched: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What `forget` removed."""

    account: str
    signals: int
    rows: int


def index(conn: Connection) -> Index:
    """The matching index over all accounts that are not themselves unmatched."""
    return Index(stored.index_rows(conn))


def import_file(
    store: Store, path: Path, mapping: Mapping[str, str] | None, now: int, models: Collection[str] = ()
) -> ImportReport:
    """Read a list of accounts and bring the store in line with it. Raises InputError for a file that cannot be read at all."""
    file = read_accounts(path, mapping)
    return store.write(lambda conn: _import(conn, file, now, models)).result()


def _import(conn: Connection, file: ImportFile, now: int, models: Collection[str]) -> ImportReport:
    report = ImportReport(
        columns=dict(file.columns),
        ignored=list(file.ignored),
        bad=[(bad.line, bad.reason) for bad in file.bad],
        notes=[f"line {note.line}: {note.reason}" for note in file.notes],
    )
    standing = _standing_now(conn)
    signals: list[Incoming] = []
    revokes: list[tuple[str, str]] = []
    facts: list[IncomingFact] = []
    for row in file.rows:
        model = (row.standing or "").partition(":")[2]
        if model and models and model not in models:
            near = nearest(model, models)
            hint = f"; did you mean {near[0]}?" if near else f"; configured: {', '.join(models)}"
            report.bad.append((row.line, f"standing: there is no model called {model[:60]!r}{hint}"))
            continue
        account_id, change = _put(conn, row, now)
        if row.standing is not None:
            holds = standing.get(account_id, {})
            changed = _standing(row, account_id, holds, now, signals, revokes)
            report.notes += [f"{row.domain}: no longer {word}" for word in holds if word != row.standing]
            change = change or ("updated" if changed else "")
            if row.standing:
                word = row.standing.partition(":")[0]
                report.standing[word] = report.standing.get(word, 0) + 1
        facts += [IncomingFact(account_id, name, value, now) for name, value in row.facts.items()]
        report.added += change == "added"
        report.updated += change == "updated"
        report.unchanged += not change
    if signals or revokes or facts:
        commit(conn, Batch(SCOPE, SCOPE, signals=tuple(signals), revokes=tuple(revokes), facts=tuple(facts)), now)
    report.matched = rematch(conn, now)
    return report


def _put(conn: Connection, row: AccountRow, now: int) -> tuple[int, str]:
    before = stored.by_label(conn, row.domain)
    aliases = [alias(*a.split(":", 1)) if a.startswith("name:") else a for a in row.aliases]
    if row.name:
        aliases.append(alias("name", row.name))
    name = row.name or (before.name if before else row.domain)
    account_id, created = stored.add(conn, domain=row.domain, name=name, now=now, aliases=aliases)
    if created:
        return account_id, "added"
    if before is None or before.name != name or before.state != "listed" or not set(aliases) <= set(before.aliases):
        return account_id, "updated"
    same = all(before.facts.get(fact) == json.loads(value) for fact, value in row.facts.items())
    return account_id, "" if same else "updated"


def _standing_now(conn: Connection) -> dict[int, dict[str, str]]:
    """Per account: the standing that holds (`competitor`, `customer:MODEL`) and the key of the signal that says so."""
    found: dict[int, dict[str, str]] = {}
    for row in stored_signals.rows(conn, scope=SCOPE):
        if row.revoked_at is None:
            word = row.kind.removeprefix("account.") + (f":{row.topic}" if row.topic else "")
            found.setdefault(row.account_id, {})[word] = row.key
    return found


def _standing(
    row: AccountRow,
    account_id: int,
    holds: Mapping[str, str],
    now: int,
    signals: list[Incoming],
    revokes: list[tuple[str, str]],
) -> bool:
    wanted = row.standing or ""
    revokes += [(key, "the account list says otherwise now") for word, key in holds.items() if word != wanted]
    if not wanted or wanted in holds:
        return any(word != wanted for word in holds)
    word, _, model = wanted.partition(":")
    ref = AccountRef(domain=row.domain)
    key = f"standing:{row.domain}:{wanted}:{now}"
    summary = f"of {model}" if model else None
    signals.append(
        Incoming(
            Accepted(STANDINGS[word], ref, key, now, False, 1.0, summary, None, None, model or None, None, None, 1),
            account_id,
        )
    )
    return True


def rematch(conn: Connection, now: int) -> int:
    """Match companies that waited against the accounts as they are now, exactly; returns how many found their account."""
    waiting = stored.listing(conn, states=("unmatched",))
    if not waiting:
        return 0
    known, count = index(conn), 0
    for account in waiting:
        found = known.match(reference_of(account))
        if found is not None and found != account.id:
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
        before = stored.by_label(conn, domain)
        row = AccountRow(line=0, domain=domain, name=name, standing=None, aliases=(), facts={})
        account_id, _ = _put(conn, row, now)
        rematch(conn, now)
        account = stored.get(conn, account_id)
        assert account is not None, "it was just added"
        return account, before is None or before.state != "listed"

    return store.write(work).result()


def find(conn: Connection, text: str, *, states: Sequence[str] = ("listed", "discovered", "unmatched")) -> Account:
    """The account a person means. Raises InputError with the nearest names."""
    domain = registrable(text)
    account = (
        stored.by_label(conn, text.strip())
        or (stored.by_label(conn, domain) if domain else None)
        or stored.by_label(conn, f"name:{normal_name(text)}")
    )
    if account is None or account.state not in states:
        near = nearest(text, [name for name in stored.labels(conn) if ":" not in name])
        fix = f"did you mean {' or '.join(near)}?" if near else "capteur accounts list shows the accounts"
        raise InputError(f"no account answers to {text.strip()[:80]!r}", fix=fix)
    return account


def link(store: Store, what: str, to: str, now: int) -> Account:
    """What a source called a company *is* this account: its signals move, and later ones follow. Undone by `unlink`."""

    def work(conn: Connection) -> Account:
        source = find(conn, what, states=("unmatched", "discovered"))
        target = find(conn, to, states=("listed", "discovered"))
        if source.id == target.id:
            raise InputError(f"{source.label} and {target.label} are one account already")
        links.link(conn, source.id, target.id, now)
        linked = stored.get(conn, target.id)
        assert linked is not None, "the target of a link stays"
        return linked

    return store.write(work).result()


def unlink(store: Store, what: str, now: int) -> Account:
    """Undo a link: the company waits again under what its source called it, with its signals."""

    def work(conn: Connection) -> Account:
        link_id = links.find(conn, what.strip())
        if link_id is None:
            raise InputError(f"nothing called {what.strip()[:80]!r} has been linked", fix="capteur accounts unmatched")
        return links.unlink(conn, link_id, now)

    return store.write(work).result()


def forget(store: Store, text: str) -> ForgetReport:
    """Remove everything about an account, without a trace in the file. Raises InputError for an unknown one."""

    def work(conn: Connection) -> ForgetReport:
        account = find(conn, text)
        signals = len(stored_signals.rows(conn, account_id=account.id))
        return ForgetReport(account.label, signals, stored.forget(conn, account.id))

    report = store.write(work).result()
    store.vacuum()
    return report


def listed(conn: Connection, states: Iterable[str]) -> list[Account]:
    """Accounts of these states by name."""
    return sorted(stored.listing(conn, states=tuple(states)), key=lambda a: (a.name.casefold(), a.id))
