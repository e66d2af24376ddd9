"""What one unit asked of its instance's budget, and how much of that is stored: each request once, with the unit's own commits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from capteur.errors import CapteurError
from capteur.store import spend
from capteur.store.ingest import commit

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.registry import Instance
    from capteur.sensing.purse import Purse
    from capteur.store import Store
    from capteur.store.shapes import Batch, Receipt, Spend
    from capteur.web import Session

LOOKED = frozenset({"ok", "skipped"})
"""Ends by which a unit counts as one even when it asked nothing."""


class Bill:
    """Kept by a running unit. Without a purse nothing is counted."""

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

    def commit(self, conn: Connection, batch: Batch, now: int) -> Receipt:
        """Store a batch, and tell the purse where nobody can look in between. Raises Fenced."""
        receipt = commit(conn, batch, now)
        if batch.spent is not None:
            self._stored(batch.spent)
        return receipt

    async def pay_alone(self, store: Store) -> None:
        """Store what was spent by a unit that may store nothing else: its row belongs to somebody else by now."""
        spent = self.due(None)
        if spent is None:
            return

        def work(conn: Connection) -> None:
            spend.add(conn, self._instance.name, spent)
            self._stored(spent)

        with suppress(CapteurError):  # the store is away: what is forgotten is of one unit
            await asyncio.wrap_future(store.write(work))

    def _stored(self, spent: Spend) -> None:
        self._booked += spent.requests
        if self._purse is not None:
            self._purse.booked(spent)
