"""Linking: saying that a company, as a source named it or by its old domain, *is* this account. A merge that can be undone.

The signals move; what was believed before stays in `signal_past`, so a replay of a day before the link sees them where they
were, and one of a day while it held sees them where they had gone.
"""

# ruff: noqa: S608  statements are put together from constants; every value is a parameter

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from capteur.accounts import Account
from capteur.errors import InputError
from capteur.store import accounts, audit, marks, sql
from capteur.store.staging import UNTIL
from capteur.store.subjects import root

_PAST = f"""
INSERT INTO signal_past (signal_id, known_at, known_assumed, until, strength, account_id, link_id)
SELECT signal.id, signal.known_at, signal.known_assumed, {UNTIL}, signal.strength, signal.account_id, :link FROM signal WHERE
"""
_GO = """
UPDATE signal SET account_id = :target, known_at = GREATEST(:now, known_at), known_assumed = false WHERE account_id = :source
"""
_MOVED = "signal.account_id = :target AND EXISTS (SELECT 1 FROM signal_past q WHERE q.signal_id = signal.id AND q.link_id = :link)"
# what has grown since keeps the moment it grew; the rest is known since it was before the link
_RETURN = """
UPDATE signal SET account_id = :source,
    known_at = CASE WHEN signal.strength = q.strength THEN q.known_at ELSE signal.known_at END,
    known_assumed = CASE WHEN signal.strength = q.strength THEN q.known_assumed ELSE signal.known_assumed END
FROM signal_past q WHERE q.signal_id = signal.id AND q.link_id = :link AND signal.account_id = :target
"""


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    """A company that waits: how many signals it has, and when the newest of them occurred (micros)."""

    account: Account
    signals: int
    newest: int | None


def link(conn: Connection, from_id: int, to_id: int, now: int) -> int:
    """Merge account `from_id` into `to_id`; returns the link's id. Raises InputError when that says nothing, or goes in a circle."""
    to_id = root(conn, to_id)
    _hold(conn, from_id, to_id)
    source, target = accounts.get(conn, from_id), accounts.get(conn, to_id)
    if source is None or target is None:
        raise InputError(f"there is no account {from_id if source is None else to_id}")
    if source.state == "linked":
        raise InputError(f"{source.label} is linked already", fix="undo that link first: capteur accounts unlink")
    if source.id == target.id:
        raise InputError(f"{source.label} and {target.label} are one account already")
    row = sql.one(
        conn,
        "INSERT INTO link (from_id, to_id, from_state, linked_at) VALUES (:source, :target, :state, :now) RETURNING id",
        source=source.id,
        target=target.id,
        state=source.state,
        now=now,
    )
    assert row is not None, "an insert returns its row"
    link_id = int(row[0])
    marks.whole(conn, [source.id])
    sql.run(conn, _PAST + "signal.account_id = :source", now=now, link=link_id, source=source.id)
    sql.run(conn, _GO, now=now, target=target.id, source=source.id)
    sql.run(
        conn,
        "UPDATE account SET state = 'linked', linked_to = :target WHERE id = :source",
        target=target.id,
        source=source.id,
    )
    # nobody looks at it any more; a unit that is under way loses its row, and stores nothing
    sql.run(conn, "DELETE FROM watch WHERE account_id = :source", source=source.id)
    texts = {*source.aliases, *_called(source)}
    for text in sorted(texts - _of_others(conn, texts, target.id)):
        sql.run(
            conn,
            "INSERT INTO alias (text, account_id, link_id) VALUES (:text, :target, :link) ON CONFLICT DO NOTHING",
            text=text,
            target=target.id,
            link=link_id,
        )
    marks.whole(conn, [target.id])
    audit.add(conn, now, "link", target.id, {"link": link_id})
    return link_id


def unlink(conn: Connection, link_id: int, now: int) -> Account:
    """Undo a link; returns the account that waits again. Its signals are known since when they were before the link.

    Signals that came in under its name meanwhile stay where they are. Raises InputError for a link that is not, or that a
    later link rests on.
    """
    found = sql.one(
        conn, "SELECT from_id, to_id, from_state FROM link WHERE id = :id AND undone_at IS NULL", id=link_id
    )
    if found is None:
        raise InputError(f"there is no link {link_id} to undo", fix="capteur accounts unmatched")
    source, target, state = int(found[0]), int(found[1]), str(found[2])
    later = accounts.get(conn, target)
    if later is None or later.state == "linked":
        raise InputError(
            f"{later.label if later else 'its account'} was itself linked since", fix="undo that link first"
        )
    marks.whole(conn, [target])
    sql.run(conn, _PAST.replace(":link", "NULL") + _MOVED, now=now, target=target, link=link_id)
    sql.run(conn, _RETURN, source=source, target=target, link=link_id)
    sql.run(conn, "UPDATE account SET state = :state, linked_to = NULL WHERE id = :source", state=state, source=source)
    sql.run(conn, "DELETE FROM alias WHERE link_id = :link", link=link_id)
    sql.run(conn, "UPDATE link SET undone_at = :now WHERE id = :link", now=now, link=link_id)
    marks.whole(conn, [source])
    audit.add(conn, now, "unlink", target, {"link": link_id})
    waiting = accounts.get(conn, source)
    assert waiting is not None, "a linked account stays"
    return waiting


def find(conn: Connection, text: str) -> int | None:
    """The link that stands for what a source called a company: its reference, domain, name, or one of its aliases."""
    found = sql.value(
        conn,
        """
        SELECT max(link.id) FROM link JOIN account ON account.id = link.from_id WHERE link.undone_at IS NULL AND (
            account.reference IN (:text, :name) OR account.domain = :text OR account.name = :text
            OR EXISTS (SELECT 1 FROM alias WHERE alias.account_id = account.id AND alias.text = :text))
        """,
        text=text,
        name=f"name:{text}",
    )
    return None if found is None else int(found)


def company_of(conn: Connection, domain: str) -> int | None:
    """The linked account that had a domain, as its own or as an alias; None when no link brought it anywhere."""
    found = sql.value(conn, "SELECT id FROM account WHERE domain = :domain AND linked_to IS NOT NULL", domain=domain)
    if found is None:
        found = sql.value(
            conn,
            "SELECT min(link.from_id) FROM alias JOIN link ON link.id = alias.link_id WHERE text = :text",
            text=f"domain:{domain}",
        )
    return None if found is None else int(found)


def add_aliases(conn: Connection, account_id: int, texts: Sequence[str]) -> bool:
    """Give a linked account more aliases, and with them all to whom its links brought it; whether one was new to it."""
    put = (
        "INSERT INTO alias (text, account_id, link_id) VALUES (:text, :id, :link) ON CONFLICT DO NOTHING RETURNING text"
    )
    new = [text for text in texts if sql.rows(conn, put, text=text, id=account_id, link=None)]
    way = "SELECT id, to_id FROM link WHERE from_id = :id AND undone_at IS NULL ORDER BY id DESC LIMIT 1"
    while (found := sql.one(conn, way, id=account_id)) is not None:
        link_id, account_id = found
        for text in texts:
            sql.rows(conn, put, text=text, id=account_id, link=link_id)
    return bool(new)


def waiting(conn: Connection, text: str, name: str) -> Account | None:
    """The unmatched or discovered account that a source calls so: by its reference (`name` is the one a name makes) or its domain."""
    found = sql.value(
        conn,
        "SELECT id FROM account WHERE state IN ('unmatched', 'discovered') AND (reference IN (:text, :name) OR domain = :text)"
        " ORDER BY id LIMIT 1",
        text=text,
        name=name,
    )
    return None if found is None else accounts.get(conn, int(found))


def called(conn: Connection, name: str, normal: str, states: Sequence[str]) -> list[Account]:
    """The accounts in these states that have a name, or the alias that is its normal form."""
    found = sql.rows(
        conn,
        f"SELECT id FROM account WHERE name = :name AND {sql.among(conn, 'state', 'states')}"
        " UNION SELECT account_id FROM alias JOIN account ON account.id = account_id"
        f" WHERE text = :normal AND {sql.among(conn, 'state', 'states')}",
        name=name,
        normal=normal,
        states=sql.array(conn, states),
    )
    return accounts.some(conn, [id_ for (id_,) in found])


def undone(conn: Connection) -> set[tuple[int, int]]:
    """(from, to) of the links that a person has undone: he said that these are two companies."""
    return set(sql.pairs(conn, "SELECT from_id, to_id FROM link WHERE undone_at IS NOT NULL"))


def _parted(conn: Connection, account_id: int, others: Sequence[int]) -> bool:
    """Whether a person has undone a link between an account and one of these, whichever went to the other."""
    asked = "SELECT 1 FROM link WHERE undone_at IS NOT NULL AND ((from_id = :a AND to_id = :b) OR (from_id = :b AND to_id = :a))"
    return any(sql.value(conn, asked, a=account_id, b=other) for other in others if other != account_id)


def unmatched(conn: Connection, limit: int | None = None, *, state: str = "unmatched") -> list[UnmatchedRow]:
    """Companies that wait, or those that were discovered, those with the most signals first."""
    found = sql.rows(
        conn,
        "SELECT account.id, count(signal.id), max(signal.occurred_at) FROM account LEFT JOIN signal ON signal.account_id = account.id"
        " WHERE account.state = :state GROUP BY account.id ORDER BY count(signal.id) DESC, max(signal.occurred_at) DESC, account.id"
        + (" LIMIT :limit" if limit is not None else ""),
        state=state,
        **({"limit": limit} if limit is not None else {}),
    )
    waiting = {account.id: account for account in accounts.listing(conn, states=(state,))} if found else {}
    return [UnmatchedRow(waiting[id_], count, newest) for id_, count, newest in found]


def same(conn: Connection, ids: Mapping[str, str], account_id: int, now: int) -> None:
    """These ids are this account's: they become aliases, and companies that waited under one of them are linked to it.

    An id that another listed or discovered account has already stays there. A company that waits under a domain of its own is no
    id's to move: a person may have to do with two companies. What a person has unlinked stays apart.
    """
    account_id = root(conn, account_id)  # what the same batch said before may have linked it
    for scheme, value in sorted(ids.items()):
        text = f"{scheme}:{value}"
        owners = sql.rows(
            conn,
            "SELECT account.id, state, domain FROM alias JOIN account ON account.id = account_id"
            " WHERE text = :text AND linked_to IS NULL"
            " UNION SELECT id, state, domain FROM account WHERE reference = :text AND linked_to IS NULL",
            text=text,
        )
        if any(state != "unmatched" and id_ != account_id for id_, state, _ in owners):
            continue
        if _parted(conn, account_id, [id_ for id_, _, _ in owners]):
            continue
        for id_, _, domain in owners:
            if id_ != account_id and domain is None:
                link(conn, id_, account_id, now)
        sql.run(
            conn,
            "INSERT INTO alias (text, account_id) VALUES (:text, :id) ON CONFLICT DO NOTHING",
            text=text,
            id=account_id,
        )


def _hold(conn: Connection, *account_ids: int) -> None:
    """Let nobody store a signal of these accounts until the commit; who has begun to is waited for (see `subjects.hold`)."""
    if sql.is_postgresql(conn):
        sql.rows(
            conn,
            f"SELECT id FROM account WHERE {sql.among(conn, 'id', 'ids')} ORDER BY id FOR UPDATE",
            ids=sql.array(conn, account_ids),
        )


def _of_others(conn: Connection, texts: Collection[str], account_id: int) -> set[str]:
    """The ids among these aliases that another account of the list has: they stay there."""
    ids = [text for text in texts if not text.startswith(("name:", "domain:"))]
    found = sql.rows(
        conn,
        "SELECT text FROM alias JOIN account ON account.id = account_id"
        f" WHERE state = 'listed' AND account.id <> :id AND {sql.among(conn, 'text', 'ids')}",
        id=account_id,
        ids=sql.array(conn, ids),
    )
    return {text for (text,) in found}


def _called(source: Account) -> list[str]:
    return [text for text in (source.reference, f"domain:{source.domain}" if source.domain else None) if text]
