"""The writer: one thread through which every change goes.

What waits is taken together and committed once, each piece of work behind a savepoint of its own, so a failing one fails
alone. When the transaction itself breaks (disk full, a knot between two writers, a lost connection) nothing of it remains and
every piece is done again by itself: a piece of work must have no other effect than the one on its connection.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine, Transaction

from capteur.errors import StoreError
from capteur.store.faults import is_lost, is_transient, translate

GROUP = 64
"""Pieces of work in one commit, at most."""
ATTEMPTS = 3
"""How often work is done when the connection was lost before the commit, or two writers tied a knot."""

T = TypeVar("T")


@dataclass(slots=True)
class Work(Generic[T]):
    """A piece of work, and where its result is awaited. `bare` = outside any transaction (VACUUM)."""

    fn: Callable[[Connection], T]
    bare: bool = False
    attempts: int = 0
    future: Future[T] = field(default_factory=Future)


class Writer:
    """One thread, one connection. `place` is the store's address as it may be shown."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place
        self._waiting: deque[Work[Any]] = deque()
        self._news = threading.Condition()
        self._closed = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[[Connection], T], *, bare: bool = False) -> Future[T]:
        """Queue a piece of work. Raises StoreError once the store is closed, or when called from inside a piece of work."""
        if threading.current_thread() is self._thread:
            raise StoreError(
                "a write was asked for inside a write",
                why="it would wait for itself",
                fix="use the connection it was given",
            )
        work = Work(fn, bare)
        with self._news:
            if self._closed:
                raise StoreError(f"store {self._place}: it is closed")
            self._waiting.append(work)
            self._news.notify()
        return work.future

    def close(self) -> None:
        """Finish what waits, then let go of the connection. Safe to call twice."""
        with self._news:
            self._closed = True
            self._news.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _loop(self) -> None:
        while (group := self._next()) is not None:
            left = self._survive(group)
            while left:
                left = [again for work in left for again in self._survive([work])]
        self._disconnect()

    def _survive(self, group: Sequence[Work[Any]]) -> list[Work[Any]]:
        """`_serve`; whatever goes wrong in it, who waits is told and the next group is served: there is no other writer."""
        try:
            return self._serve(group)
        except BaseException as error:  # noqa: BLE001  as above
            with suppress(Exception):
                self._disconnect(lost=True)
            for work in group:
                if not work.future.done():
                    work.future.set_exception(translate(error, self._place))
            return []

    def _next(self) -> list[Work[Any]] | None:
        with self._news:
            while not self._waiting:
                if self._closed:
                    return None
                self._news.wait()
            group: list[Work[Any]] = []
            while self._waiting and len(group) < GROUP and not (group and (self._waiting[0].bare or group[0].bare)):
                work = self._waiting.popleft()
                if work.future.set_running_or_notify_cancel():
                    group.append(work)
            return group

    def _serve(self, group: Sequence[Work[Any]]) -> list[Work[Any]]:
        """Do the work and commit it; returns what has to be done again, each piece by itself."""
        if not group:
            return []
        alone = len(group) == 1
        try:
            conn = self._connect()
            if group[0].bare:
                group[0].future.set_result(group[0].fn(conn))
                return []
            transaction = conn.begin()
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to those who wait
            return self._broken(group, error, alone=True)
        try:
            done = self._each(conn, group, savepoint=not alone)
        except _Gone as gone:
            lost = is_lost(conn, gone.error) or not _rolled_back(conn, transaction)
            return self._broken(group, gone.error, alone=alone, lost=lost)
        try:
            transaction.commit()
        except BaseException as error:  # noqa: BLE001  as above
            # once the connection is lost nobody knows whether it was committed: not done again, the next run finds out
            lost = is_lost(conn, error) or not _rolled_back(conn, transaction)
            return self._broken([work for work, _ in done], error, alone=alone, last=lost, lost=lost)
        for work, result in done:
            work.future.set_result(result)
        return []

    def _each(self, conn: Connection, group: Sequence[Work[Any]], *, savepoint: bool) -> list[tuple[Work[Any], Any]]:
        """What was done, with its result; what failed alone has its error already. Raises _Gone when nothing of it is left."""
        done: list[tuple[Work[Any], Any]] = []
        failed: list[tuple[Work[Any], BaseException]] = []
        for work in group:
            try:
                done.append((work, self._one(conn, work, savepoint=savepoint)))
            except _Gone:
                raise
            except BaseException as error:  # noqa: BLE001  as above
                failed.append((work, error))
        for work, caught in failed:
            work.future.set_exception(translate(caught, self._place))
        return done

    def _one(self, conn: Connection, work: Work[T], *, savepoint: bool) -> T:
        """One piece of work. What it raises leaves the transaction as it was before; `_Gone` when that cannot be done."""
        try:
            if not savepoint:
                return work.fn(conn)
            conn.exec_driver_sql("SAVEPOINT work")
            result = work.fn(conn)
            conn.exec_driver_sql("RELEASE SAVEPOINT work")
        except BaseException as error:
            if not savepoint or is_transient(error) or not self._undo(conn):
                raise _Gone(error) from error
            raise
        return result

    @staticmethod
    def _undo(conn: Connection) -> bool:
        try:
            driver = conn.connection.driver_connection
            if (
                getattr(driver, "in_transaction", True) is False
            ):  # SQLite has rolled everything back by itself (disk full)
                return False
            conn.exec_driver_sql("ROLLBACK TO SAVEPOINT work")
            conn.exec_driver_sql("RELEASE SAVEPOINT work")
        except Exception:  # noqa: BLE001  the connection is lost: the caller starts anew
            return False
        return True

    def _broken(
        self, works: Sequence[Work[Any]], error: BaseException, *, alone: bool, last: bool = False, lost: bool = False
    ) -> list[Work[Any]]:
        """The transaction is gone. Returns what is worth doing again; the others (with `last` all) get the error.

        `lost`: the connection is known to be gone, whatever the error says.
        """
        lost = lost or (self._connection is not None and is_lost(self._connection, error))
        if lost:
            self._disconnect(lost=True)
        again: list[Work[Any]] = []
        for work in works:
            work.attempts += 1
            if not last and work.attempts < ATTEMPTS and (not alone or lost or is_transient(error)):
                again.append(work)
            else:
                work.future.set_exception(translate(error, self._place))
        return again

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self, *, lost: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            if lost:
                connection.invalidate()
            connection.close()


def _rolled_back(conn: Connection, transaction: Transaction) -> bool:
    """False when there was nobody to tell: the work failed by itself, and the server has ended the session meanwhile."""
    try:
        transaction.rollback()
        conn.connection.rollback()  # of a refused commit SQLAlchemy believes it is over, and in SQLite it is not
    except Exception:  # noqa: BLE001  whatever it is, the connection is of no use
        return False
    return True


class _Gone(Exception):  # noqa: N818  a message between two methods
    """The whole transaction is lost; `error` says by what."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
