"""From what a batch calls its accounts to account ids, following links and making accounts for companies nobody knows."""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from capteur.store import marks, sql
from capteur.store.shapes import Subject, Unknown


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where an account's signals go today; `unmatched` = it still waits to be linked."""

    id: int
    unmatched: bool


@dataclass(slots=True)
class Subjects:
    """The subjects of one batch, resolved."""

    by_id: dict[int, Resolved]
    by_reference: dict[str, Resolved]

    def of(self, subject: Subject) -> Resolved | None:
        """The account of a subject; None when it has been forgotten meanwhile."""
        return self.by_id.get(subject) if isinstance(subject, int) else self.by_reference.get(subject.reference)


def resolve(conn: Connection, subjects: Sequence[Subject], now: int) -> Subjects:
    """Resolve every subject; unknown companies become accounts."""
    ids = {subject for subject in subjects if isinstance(subject, int)}
    unknown = {subject.reference: subject for subject in reversed(subjects) if not isinstance(subject, int)}
    return Subjects(_by_id(conn, ids), _by_reference(conn, unknown, now) if unknown else {})


def root(conn: Connection, account_id: int) -> int:
    """The account this one was merged into, itself when it was not."""
    while (to := sql.value(conn, "SELECT linked_to FROM account WHERE id = :id", id=account_id)) is not None:
        account_id = to
    return account_id


def roots(conn: Connection) -> dict[int, int]:
    """Of every linked account the one its signals went to in the end; they are few, and an index finds them."""
    linked: dict[int, int] = dict(sql.pairs(conn, "SELECT id, linked_to FROM account WHERE linked_to IS NOT NULL"))

    def end(account_id: int) -> int:
        while account_id in linked:
            account_id = linked[account_id]
        return account_id

    return {account_id: end(account_id) for account_id in linked}


def hold(conn: Connection, account_ids: Iterable[int]) -> dict[int, int]:
    """Keep accounts that are about to get signals from being linked until the commit; returns where those linked meanwhile went.

    SQLite has one writer. On PostgreSQL another one may link an account between our look at it and the insert: its signals
    would stay with an account that nobody reads. The lock is the one that the insert's foreign key takes anyway.
    """
    if not sql.is_postgresql(conn):
        return {}
    found = sql.rows(
        conn,
        f"SELECT id, linked_to FROM account WHERE {sql.among(conn, 'id', 'ids')} ORDER BY id FOR KEY SHARE",
        ids=sql.array(conn, account_ids),
    )
    gone = {id_: root(conn, linked_to) for id_, linked_to in found if linked_to is not None}
    if gone:
        hold(conn, gone.values())
    return gone


def _by_id(conn: Connection, ids: set[int]) -> dict[int, Resolved]:
    if not ids:
        return {}
    if len(ids) == 1:
        (only,) = ids
        found = sql.rows(conn, "SELECT id, state, linked_to FROM account WHERE id = :id", id=only)
    else:
        found = sql.rows(
            conn,
            f"SELECT id, state, linked_to FROM account WHERE {sql.among(conn, 'id', 'ids')}",
            ids=sql.array(conn, ids),
        )
    return {id_: _resolved(conn, id_, state, linked_to) for id_, state, linked_to in found}


def _resolved(conn: Connection, account_id: int, state: str, linked_to: int | None) -> Resolved:
    if linked_to is None:
        return Resolved(account_id, state == "unmatched")
    target = root(conn, linked_to)
    return Resolved(target, sql.value(conn, "SELECT state FROM account WHERE id = :id", id=target) == "unmatched")


def _by_reference(conn: Connection, unknown: dict[str, Unknown], now: int) -> dict[str, Resolved]:
    found, torn = _look_up(conn, unknown)
    # who has ids of two accounts is nobody that could be discovered
    unknown = {r: replace(u, state="unmatched") if r in torn else u for r, u in unknown.items()} if torn else unknown
    missing = [unknown[reference] for reference in sorted(unknown.keys() - found.keys())]
    if missing:
        sql.bulk(
            conn,
            "INSERT INTO account (domain, name, state, reference, created_at) {rows} ON CONFLICT DO NOTHING",
            ["text", "text", "text", "text", "bigint"],
            [
                (u.domain, u.name or u.domain or u.reference, u.state, u.reference, now)
                for u in _once_per_domain(missing)
            ],
        )
        found |= _look_up(conn, {u.reference: u for u in missing})[0]
    _promote(conn, unknown, found)
    waiting = [
        (text, found[u.reference].id)
        for u in unknown.values()
        if found[u.reference].unmatched or u in missing
        for text in _ids(u)
    ]
    sql.bulk(
        conn,
        "INSERT INTO alias (text, account_id) {rows} ON CONFLICT DO NOTHING",
        ["text", "bigint"],
        sorted(set(waiting)),
    )
    return found


def _once_per_domain(unknown: Iterable[Unknown]) -> list[Unknown]:
    seen: set[str] = set()
    return [u for u in unknown if u.domain is None or not (u.domain in seen or seen.add(u.domain))]  # type: ignore[func-returns-value]  # the idiom for "first of each"


def _look_up(conn: Connection, unknown: dict[str, Unknown]) -> tuple[dict[str, Resolved], set[str]]:
    """By what the source called it, by domain, then by alias and id; a name that several accounts share finds none.

    Ids of several accounts find none either; returned second are the references that have such.
    """
    by_reference: dict[str, Resolved] = {}
    by_domain: dict[str, Resolved] = {}
    domains = sorted({u.domain for u in unknown.values() if u.domain})
    for id_, state, linked_to, reference, domain in sql.rows(
        conn,
        "SELECT id, state, linked_to, reference, domain FROM account WHERE "
        + sql.among(conn, "reference", "references_")
        + " OR "
        + sql.among(conn, "domain", "domains"),
        references_=sql.array(conn, unknown),
        domains=sql.array(conn, domains),
    ):
        resolved = _resolved(conn, id_, state, linked_to)
        by_reference[reference] = resolved
        by_domain[domain] = resolved
    texts = {text for u in unknown.values() if _several(u, by_reference) for text in (u.reference, *_ids(u))}
    by_alias = _by_alias(conn, texts) if texts else {}
    found: dict[str, Resolved] = {}
    torn: set[str] = set()
    for reference, u in unknown.items():
        ids = _ids(u)
        owners = {owner for text in ids if (owner := by_alias.get(text)) is not None and not owner.unmatched}
        called = [reference, *ids]
        if len(owners) > 1:
            torn.add(reference)
            called = [text for text in called if text not in ids]
        candidates = (by_reference.get(reference), by_domain.get(u.domain or ""), *(by_alias.get(t) for t in called))
        resolved_ = next((c for c in candidates if c is not None), None)
        if resolved_ is not None:
            found[reference] = resolved_
    return found, torn


def _several(unknown: Unknown, by_reference: dict[str, Resolved]) -> bool:
    """Whether its aliases say anything: it is not found yet, or a company that waits may turn out to be two."""
    known = by_reference.get(unknown.reference)
    return known is None or (known.unmatched and len(unknown.ids) > 1)


def _by_alias(conn: Connection, texts: set[str]) -> dict[str, Resolved]:
    targets: dict[str, set[Resolved]] = {}
    for text, id_, state, linked_to in sql.rows(
        conn,
        "SELECT text, account.id, state, linked_to FROM alias JOIN account ON account.id = account_id WHERE "
        + sql.among(conn, "text", "texts"),
        texts=sql.array(conn, texts),
    ):
        targets.setdefault(text, set()).add(_resolved(conn, id_, state, linked_to))
    sure = {text: {t for t in found if not t.unmatched} or found for text, found in targets.items()}
    return {text: next(iter(found)) for text, found in sure.items() if len(found) == 1}


def _ids(unknown: Unknown) -> list[str]:
    return [f"{scheme}:{value}" for scheme, value in sorted(unknown.ids.items())]


def _promote(conn: Connection, unknown: dict[str, Unknown], found: dict[str, Resolved]) -> None:
    """A company that waited becomes a discovered account once a sensor that may discover names it."""
    raised = sorted(
        {found[r].id for r, u in unknown.items() if u.state == "discovered" and r in found and found[r].unmatched}
    )
    if raised:
        sql.run(
            conn,
            f"UPDATE account SET state = 'discovered' WHERE state = 'unmatched' AND {sql.among(conn, 'id', 'raised')}",
            raised=sql.array(conn, raised),
        )
        marks.whole(conn, raised)
        for reference, resolved in list(found.items()):
            if resolved.id in raised:
                found[reference] = Resolved(resolved.id, unmatched=False)
