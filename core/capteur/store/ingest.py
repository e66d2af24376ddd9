"""One transaction: a batch's signals, facts, outcomes, the watch row, the validators, and the stale marks that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from capteur.store import (
    delays,
    deliveries,
    facts,
    links,
    marks,
    persons,
    spend,
    sql,
    staging,
    validators,
    watches,
    words,
)
from capteur.store.faults import Fenced
from capteur.store.shapes import Batch, Incoming, IncomingFact, IncomingOutcome, Receipt
from capteur.store.subjects import Subjects, hold, resolve

__all__ = ["Fenced", "commit"]

_OUTCOME = """
INSERT INTO outcome (scope_id, key, account_id, kind, occurred_at, known_at, model, value, data) {rows}
ON CONFLICT (scope_id, key) DO NOTHING
"""
_REVOKE = """
UPDATE signal SET revoked_at = :now, revoked_reason = :reason
WHERE scope_id = :scope AND key = :key AND revoked_at IS NULL RETURNING account_id, kind_id, occurred_at, event
"""

ACCOUNT = 3
"""Where the account stands among the cells of a signal."""


@dataclass(slots=True)
class _Taken:
    """What became of the signals."""

    new_keys: list[str]
    updated: int = 0
    unmatched: int = 0


def commit(conn: Connection, batch: Batch, now: int) -> Receipt:
    """Store a batch; `now` (micros) is when its signals begin to be known.

    Raises Fenced, storing nothing, when the watch row has another epoch than the batch. A key that is known is left alone,
    unless its kind grows and it is stronger now; of a key that comes twice in one batch the first counts, of a growing one
    the strongest. What concerns an account that was forgotten meanwhile is dropped and counted as unchanged.
    """
    watches.advance(conn, batch, now)
    if batch.spent is not None:
        spend.add(conn, batch.instance, batch.spent)
    if batch.read is not None:
        deliveries.settle(conn, batch.read, now)
        if batch.finish is not None:
            held = batch.finish.status not in ("ok", "stopped")
            deliveries.schedule(conn, batch.instance, not_before=batch.finish.next_due if held else None)
    _same(conn, batch, now)
    subjects = resolve(
        conn, [thing.subject for things in (batch.signals, batch.facts, batch.outcomes) for thing in things], now
    )
    changes = marks.Changes()
    taken = _signals(conn, batch, subjects, changes, now)
    revoked = _revoke(conn, batch, changes, now)
    _facts(conn, batch.facts, subjects)
    _outcomes(conn, batch, subjects, now)
    marks.leave(conn, changes)
    validators.save(conn, batch.validator_scope, batch.account_id, batch.validators)
    return Receipt(
        new=len(taken.new_keys),
        updated=taken.updated,
        unchanged=len(batch.signals) - len(taken.new_keys) - taken.updated,
        revoked=revoked,
        unmatched=taken.unmatched,
        new_keys=tuple(taken.new_keys),
        accounts=frozenset(account_id for account_id, _ in changes.earliest),
    )


def _same(conn: Connection, batch: Batch, now: int) -> None:
    """First, so that what the batch itself brings under such an id goes to its account at once."""
    subjects = resolve(conn, [subject for _, subject in batch.same], now)
    for ids, subject in batch.same:
        target = subjects.of(subject)
        if target is not None:
            links.same(conn, ids, target.id, now)


def _signals(conn: Connection, batch: Batch, subjects: Subjects, changes: marks.Changes, now: int) -> _Taken:
    if not batch.signals:
        return _Taken([])
    scope = words.ids(conn, "scope", {batch.scope})[batch.scope]
    once, growing = _once(batch.signals)
    known = staging.known(conn, scope, once)
    kinds = words.Ids(conn, "kind")
    arriving = {key: i for key, i in once.items() if key not in known} if known else once
    cells, unmatched = _cells(conn, arriving, subjects, kinds, (scope, now))
    if gone := hold(conn, {cell[ACCOUNT] for cell in cells.values()}):
        cells = {key: (*c[:ACCOUNT], gone.get(c[ACCOUNT], c[ACCOUNT]), *c[ACCOUNT + 1 :]) for key, c in cells.items()}
    new = staging.insert(conn, cells)
    stored = cells.values() if len(new) == len(cells) else [cells[key] for key in new]
    changes.add([(c[3], c[4], c[5], c[11]) for c in stored])
    if batch.live:
        delays.count(conn, scope, [(c[4], now - c[5]) for c in delays.sample(stored) if not c[7]])
    grown = staging.grow(conn, scope, now, {key: once[key] for key in growing if key not in new}, kinds)
    changes.add(grown)
    return _Taken(list(new), len(grown), sum(key in unmatched for key in new) if unmatched else 0)


def _once(signals: Sequence[Incoming]) -> tuple[dict[str, Incoming], set[str]]:
    """One signal per key: the first, of a growing one the strongest; and the keys that may grow."""
    once: dict[str, Incoming] = {}
    growing: set[str] = set()
    for incoming in signals:
        signal = incoming.signal
        key = signal.key
        first = once.setdefault(key, incoming)
        if incoming.grows:
            growing.add(key)
            if signal.strength > first.signal.strength and signal.kind == first.signal.kind:
                once[key] = incoming
    return once, growing


def _cells(
    conn: Connection, arriving: Mapping[str, Incoming], subjects: Subjects, kinds: words.Ids, head: tuple[int, int]
) -> tuple[dict[str, staging.Cells], set[str]]:
    """What is stored of each signal, by key, and the keys whose account is unmatched; forgotten accounts' are left out.

    `head` = (scope id, now).
    """
    topics = words.Ids(conn, "topic")
    cells: dict[str, staging.Cells] = {}
    unmatched: set[str] = set()
    secret: bytes | None = None
    scope, now = head
    by_id = subjects.by_id
    for key, incoming in arriving.items():
        s, subject = incoming.signal, incoming.subject
        account = by_id.get(subject) if isinstance(subject, int) else subjects.of(subject)
        if account is None:
            continue
        if account.unmatched:
            unmatched.add(key)
        known_at, assumed, person = now, False, s.person
        if incoming.known_at is not None:
            known_at, assumed = min(max(incoming.known_at, s.occurred_at), now), True
        if person is not None:
            secret = secret or persons.key_of(conn)
            person = persons.hashed(secret, person)
        cells[key] = (
            scope, now, key, account.id, kinds[s.kind], s.occurred_at, known_at, assumed, s.by_day, s.strength,
            None if s.topic is None else topics[s.topic], s.event, person, s.schema_version, s.summary, s.evidence_url, s.data,
        )  # fmt: skip
    return cells, unmatched


def _revoke(conn: Connection, batch: Batch, changes: marks.Changes, now: int) -> int:
    if not batch.revokes:
        return 0
    scope = words.find(conn, "scope", {batch.scope}).get(batch.scope)
    count = 0
    for key, reason in batch.revokes:
        revoked = sql.rows(conn, _REVOKE, now=now, reason=reason or None, scope=scope, key=key)
        changes.add((account, kind, occurred_at, event) for account, kind, occurred_at, event in revoked)
        count += len(revoked)
    return count


def _facts(conn: Connection, said: Sequence[IncomingFact], subjects: Subjects) -> None:
    newest: dict[tuple[int, str], tuple[str, int]] = {}
    for fact in said:
        account = subjects.of(fact.subject)
        if account is not None:
            key = account.id, fact.name
            if key not in newest or fact.as_of >= newest[key][1]:
                newest[key] = fact.value, fact.as_of
    facts.write(conn, [(*key, *rest) for key, rest in sorted(newest.items())])


def _outcomes(conn: Connection, batch: Batch, subjects: Subjects, now: int) -> None:
    if not batch.outcomes:
        return
    scope = words.ids(conn, "scope", {batch.scope})[batch.scope]
    once: dict[str, IncomingOutcome] = {}
    for outcome in batch.outcomes:
        once.setdefault(outcome.key, outcome)
    rows = [
        (scope, o.key, account.id, o.kind, o.occurred_at, now, o.model, o.value, o.data)
        for o in once.values()
        if (account := subjects.of(o.subject)) is not None
    ]
    types = ["bigint", "text", "bigint", "text", "bigint", "bigint", "text", "float8", "text"]
    sql.bulk(conn, _OUTCOME, types, rows)
