"""Keep the store tidy: once a day, remove what is old and what nobody reads any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capteur.clock import MICROS_PER_DAY
from capteur.settings.retention import SIGNAL, Rule, age_of
from capteur.store import deliveries, forgetting, inbox, meta, pruning, retention, sql
from capteur.wording import counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

log = logging.getLogger("capteur.keeping")

EVERY: Final = MICROS_PER_DAY
LONG_AWAY: Final = 45 * MICROS_PER_DAY
"""A clock that is months ahead makes everything old, and what it deletes is gone. So after such a gap nothing is removed until
the next day: by then it is the right time again, or it really is that late. A run a month makes no gap."""
CHUNK: Final = 500
"""Companies of one transaction: others write between them."""
SIGNALS: Final = 2000
"""Signals of one transaction, likewise."""
CLIENTS: Final = MICROS_PER_DAY
"""How long it is known who sent a delivery that cannot be read."""
UNREAD: Final = 7 * MICROS_PER_DAY
"""How long it is known of one that nobody has tried to read yet: a daemon may be away for some days."""
_DONE: Final = "kept_at"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was removed: unmatched `companies` and `discovered` ones with all that was known of them, `signals` and single `fields` by `[retention]`,
    and rows of the store's own books.
    """

    companies: int = 0
    runs: int = 0
    hosts: int = 0
    validators: int = 0
    signals: int = 0
    fields: int = 0
    discovered: int = 0
    deliveries: int = 0

    def __str__(self) -> str:
        parts = (
            (self.companies, "company that no account answered to", "companies that no account answered to"),
            (self.discovered, "discovered company of old", "discovered companies of old"),
            (self.signals, "signal past its retention", "signals past their retention"),
            (self.fields, "field past its retention", "fields past their retention"),
            (self.deliveries, "delivery as it came", "deliveries as they came"),
            (self.runs, "old run", "old runs"),
            (self.hosts, "host whose wait is over", "hosts whose wait is over"),
            (self.validators, "memory of a page that is no longer read", "memories of pages that are no longer read"),
        )
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in parts if count) or "nothing"


def keep(
    store: Store,
    now: int,
    *,
    keep_unmatched: timedelta,
    keep_discovered: timedelta,
    in_review: Callable[[Connection], Collection[int]],
    configured: Collection[str],
    rules: tuple[Rule, ...] = (),
    read: Collection[str],
    of_browsers: Collection[str],
    keep_deliveries: timedelta = timedelta(days=7),
) -> Kept | None:
    """Remove what is old; None when that was done less than a day before `now` (micros).

    `in_review` names the companies that wait for a person's decision; they stay, like those of which a signal was detected
    within `keep_unmatched` or `keep_discovered`. `configured` are the names of the instances, `read` those whose deliveries are read
    now or once a mistake in the file is mended, `of_browsers` those that browsers send to; `rules` are those of `[retention]`.
    Raises StoreError.
    """
    done = store.read(lambda conn: meta.get(conn, _DONE))
    since = now - int(done) if done is not None else None
    if since is not None and 0 <= since < EVERY:
        return None
    if since is None or not 0 <= since <= LONG_AWAY:
        store.write(lambda conn: meta.put(conn, _DONE, str(now))).result()
        return Kept()
    signals, fields = _retain(store, now, rules)
    micro = timedelta(microseconds=1)
    companies = _purge(store, "unmatched", now - keep_unmatched // micro, in_review)
    discovered = _purge(store, "discovered", now - keep_discovered // micro, in_review)

    delivered = _deliveries(store, now, now - keep_deliveries // micro, read, of_browsers)

    def work(conn: Connection) -> Kept:
        meta.put(conn, _DONE, str(now))
        pruning.spends(conn, now)
        pruning.states(conn)
        return Kept(
            companies,
            pruning.runs(conn, now),
            pruning.hosts(conn, now),
            pruning.validators(conn, configured, now),
            signals,
            fields,
            discovered,
            delivered,
        )

    kept = store.write(work).result()
    if kept != Kept():
        log.info("removed %s", kept)
    return kept


def _deliveries(store: Store, now: int, before: int, read: Collection[str], of_browsers: Collection[str]) -> int:
    """Deliveries received before `before` go, but for those that somebody is still to read; who sent what goes sooner.

    What browsers sent and was read goes with its sender: without him it cannot be read again, and anybody may send it.
    """
    store.write(lambda conn: inbox.forget_clients(conn, now - CLIENTS, unread=now - UNREAD)).result()
    total = _purged(store, before)
    total += sum(_purged(store, now - CLIENTS, instance=name) for name in of_browsers)
    for name in store.read(deliveries.tallies):
        if name not in read and (count := _purged(store, before, instance=name, state="waiting")):
            told = counted(count, "delivery that nobody has read is", "deliveries that nobody has read are")
            log.warning("%s: %s removed: the instance is not enabled", name, told)
            total += count
    return total


def _purged(store: Store, before: int, *, instance: str | None = None, state: deliveries.State | None = None) -> int:
    total, count = 0, CHUNK
    while count == CHUNK:
        count = store.write(
            lambda conn: inbox.purge(conn, before, instance=instance, state=state, limit=CHUNK)
        ).result()
        total += count
    return total


def _retain(store: Store, now: int, rules: tuple[Rule, ...]) -> tuple[int, int]:
    """How many signals and how many single fields went by the rules of `[retention]`."""
    if not rules:
        return 0, 0
    kinds = store.read(retention.kinds)

    def before(field: str) -> dict[str, int]:
        ages = ((kind, age_of(rules, kind, field)) for kind in kinds)
        return {kind: now - age // timedelta(microseconds=1) for kind, age in ages if age is not None}

    def whole(conn: Connection, old: Mapping[str, int], after: int) -> retention.Piece:
        return retention.remove(conn, old, after, SIGNALS)

    signals = _in_pieces(store, before(SIGNAL), whole)
    fields = 0
    for column in retention.COLUMNS:

        def one(
            conn: Connection, old: Mapping[str, int], after: int, field: retention.Field = column
        ) -> retention.Piece:
            return retention.empty(conn, field, old, after, SIGNALS)

        fields += _in_pieces(store, before(column), one)
    return signals, fields


def _in_pieces(
    store: Store, old: Mapping[str, int], work: Callable[[Connection, Mapping[str, int], int], retention.Piece]
) -> int:
    count, after = 0, 0
    while old:
        piece = store.write(lambda conn, after=after: work(conn, old, after)).result()  # type: ignore[misc]  # bound at once
        count += piece.count
        if piece.last is None:
            break
        after = piece.last
    return count


def _purge(
    store: Store, state: forgetting.Unlisted, before: int, in_review: Callable[[Connection], Collection[int]]
) -> int:
    old = store.read(lambda conn: forgetting.idle(conn, state, before))
    if not old:
        return 0
    spared = set(store.read(in_review))
    chunks = sql.chunks((account_id for account_id in old if account_id not in spared), CHUNK)
    return sum(
        store.write(lambda conn, ids=ids: forgetting.purge(conn, state, before, ids)).result()  # type: ignore[misc]
        for ids in chunks
    )
