"""What one unit asked of its instance's budget, and how much of that is stored: each request once, with the unit's own commits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from capteur.sensing.purse import is_done
from capteur.store.ingest import commit

if TYPE_CHECKING:
    from concurrent.futures import Future

    from capteur.registry import Instance
    from capteur.sensing.purse import Purse
    from capteur.store import Store
    from capteur.store.shapes import Batch, Receipt, Spend
    from capteur.web import Session

LOOKED = frozenset({"ok", "skipped"})
"""Ends by which a unit counts as one even when it asked nothing."""


class Bill:
    """Kept by a running unit, which stores one thing after the other. Without a purse nothing is counted."""

    def __init__(self, instance: Instance, session: Session, purse: Purse | None) -> None:
        self._instance, self._session, self._purse = instance, session, purse
        self._booked = 0

    def due(self, status: str | None) -> Spend | None:
        """What was asked since the last commit; `status` ends the unit.

        Credits count whole once anything was asked. A unit that the budget cut short does not count as one: it says nothing about
        how much a whole one takes, except that it is more.
        """
        if self._purse is None:
            return None
        asked = self._session.paid - self._booked
        first = asked > 0 and self._booked == 0
        whole = status is not None and self._session.refused is None and (self._session.paid > 0 or status in LOOKED)
        return self._purse.spent(asked, self._instance.cost if first else 0, int(whole))

    def commit(self, store: Store, batch: Batch, now: int) -> Future[Receipt]:
        """Store a batch. What it spent counts as stored when the Future says so; its error may be Fenced."""
        spent = batch.spent
        if self._purse is None or spent is None:
            return store.write(lambda conn: commit(conn, batch, now))
        future = self._purse.store(store, spent, lambda conn: commit(conn, batch, now))
        self._booked += spent.requests
        future.add_done_callback(partial(self._settle, spent))
        return future

    def _settle(self, spent: Spend, future: Future[Receipt]) -> None:
        if not is_done(future):
            self._booked -= spent.requests

    def close(self, store: Store, status: str) -> None:
        """The unit has ended with this status. What it asked and could not store is stored alone; nobody waits for it.

        At once when its row belongs to somebody else by now. Else the store is in trouble, and it is tried later.
        """
        if self._purse is None or self._session.paid == self._booked:
            return
        fenced = status == "fenced"
        left = self.due(None if fenced else status)
        if left is not None:
            self._booked += left.requests
            (self._purse.pay(store, left) if fenced else self._purse.owe(left))
