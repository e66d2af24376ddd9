"""Keep the store tidy: once a day, remove what is old and what nobody reads any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from capteur.clock import MICROS_PER_DAY
from capteur.store import forgetting, meta, pruning, sql

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
_DONE: Final = "kept_at"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was removed: unmatched `companies` with all that was known of them, and rows of the store's own books."""

    companies: int = 0
    runs: int = 0
    hosts: int = 0
    validators: int = 0

    def __str__(self) -> str:
        parts = (
            (self.companies, "company that no account answered to", "companies that no account answered to"),
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
    in_review: Callable[[Connection], Collection[int]],
    configured: Collection[str],
) -> Kept | None:
    """Remove what is old; None when that was done less than a day before `now` (micros).

    `in_review` names the unmatched accounts that wait for a person's decision; they stay, like those of which a signal was
    detected within `keep_unmatched`. `configured` are the names of the instances. Raises StoreError.
    """
    done = store.read(lambda conn: meta.get(conn, _DONE))
    since = now - int(done) if done is not None else None
    if since is not None and 0 <= since < EVERY:
        return None
    if since is None or not 0 <= since <= LONG_AWAY:
        store.write(lambda conn: meta.put(conn, _DONE, str(now))).result()
        return Kept()
    companies = _purge(store, now - keep_unmatched // timedelta(microseconds=1), in_review)

    def work(conn: Connection) -> Kept:
        meta.put(conn, _DONE, str(now))
        pruning.spends(conn, now)
        pruning.states(conn)
        return Kept(
            companies, pruning.runs(conn, now), pruning.hosts(conn, now), pruning.validators(conn, configured, now)
        )

    kept = store.write(work).result()
    if kept != Kept():
        log.info("removed %s", kept)
    return kept


def _purge(store: Store, before: int, in_review: Callable[[Connection], Collection[int]]) -> int:
    old = store.read(lambda conn: forgetting.old_unmatched(conn, before))
    if not old:
        return 0
    spared = set(store.read(in_review))
    chunks = sql.chunks((account_id for account_id in old if account_id not in spared), CHUNK)
    return sum(
        store.write(lambda conn, ids=ids: forgetting.purge_unmatched(conn, before, ids)).result()  # type: ignore[misc]
        for ids in chunks
    )
