"""A store that is closed while somebody reads from it leaves no connection open."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from capteur.clock import ManualClock
from capteur.store.opening import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine


@pytest.fixture
def store(store_url: str, clock: ManualClock) -> Iterator[Store]:
    with open_store(store_url, clock, create=True) as opened:
        yield opened


def counted(engine: Engine) -> Callable[[], int]:
    """How many of the engine's connections are open."""
    opened = engine.pool.checkedin()

    def more(*_: object) -> None:
        nonlocal opened
        opened += 1

    def fewer(*_: object) -> None:
        nonlocal opened
        opened -= 1

    event.listen(engine, "connect", more)
    event.listen(engine, "close", fewer)
    return lambda: opened


def test_a_read_that_outlasts_the_store_closes_its_connection(store: Store) -> None:
    opened = counted(store._engines[1])
    reading, closed = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        reading.set()
        assert closed.wait(60)

    reader = threading.Thread(target=store.read, args=(wait,))
    reader.start()
    assert reading.wait(60)
    assert opened() == 1
    store.close()
    closed.set()
    reader.join(60)
    assert opened() == 0


def test_a_read_after_the_end_leaves_no_connection_open(store: Store) -> None:
    opened = counted(store._engines[1])
    store.close()
    store.close()
    store.read(lambda _: None)
    assert opened() == 0
