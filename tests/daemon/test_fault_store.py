"""A store that is full, locked or away, under a daemon (daemon.md, rows 7, 8 and 9)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from capteur import House
from capteur.clock import SystemClock
from capteur.daemon.health import Monitor
from capteur.daemon.ticking import Ticker
from capteur.house.core import House as BuiltHouse
from capteur.house.shift import open_shift
from capteur.registry import Registry
from capteur.settings import load
from capteur.store import open_store, signals, sql, states, watches

if TYPE_CHECKING:
    from capteur.clock import ManualClock

Start = Callable[..., Awaitable[Any]]
Asking = Callable[..., House]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick")]


def facts(house: House) -> int:
    return len(house.store.read(signals.rows))


def settled(house: House) -> bool:
    """Every row free, every number up to date."""
    rows = house.store.read(watches.rows)
    return not any(r.lease_until for r in rows) and not house.store.read(states.marks_left)


async def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that other tasks bring about."""
    for _ in range(int(seconds / 0.02)):
        if what():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about in time")


# row 7


async def test_a_full_disk_is_rolled_back_told_once_and_made_up_for(
    project: Any, source: Start, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Three passes over thirty accounts while the file may not grow; then it may: everything is there once."""
    caplog.set_level(logging.WARNING, "capteur.daemon")
    many = await source(_answer(200))
    house = _asking(project, many.port, accounts=30)

    def room(pages: int) -> None:
        house.store.write(lambda conn: sql.run(conn, f"PRAGMA max_page_count = {pages}").fetchone()).result()

    async with open_shift(house) as shift:
        await shift.work_off()
        before = facts(house)
        assert before == 30 * 200
        many.answer = _answer(400)
        monitor = Monitor(house, shift.pulse)
        room(1)
        for _ in range(3):
            clock.advance(timedelta(hours=7))
            shift.tick()
            await shift.work_off()
            assert monitor.answer("/healthz", "").status == 503
            assert monitor.answer("/readyz", "").status == 503
        assert facts(house) % 200 == 0, "a unit is stored whole or not at all"
        room(1_000_000)
        for _ in range(3):
            clock.advance(timedelta(hours=7))
            await shift.work_off()
        shift.tick()
        assert monitor.answer("/healthz", "").status == 200
    assert facts(house) == 30 * 400
    assert settled(house)
    told = [("full" in (line := r.getMessage()), "works again" in line) for r in caplog.records]
    assert [line for line in told if any(line)] == [
        (True, False),
        (False, True),
    ]  # a busy machine may tell of its source


# row 8


@pytest.mark.parametrize(("busy_s", "held_s"), [(5.0, 0.3), (0.2, 1.5)], ids=["3 s of 5", "30 s of 4"])
async def test_a_second_writer_stops_the_work_and_never_the_ticks(
    project: Any,
    source: Start,
    busy_s: float,
    held_s: float,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ratio of the lock to the time the store waits for it is that of the real ones, three and thirty seconds against five."""
    caplog.set_level(logging.WARNING, "capteur.daemon")
    near = await source()
    monkeypatch.setattr("capteur.house.shift.AGAIN_S", 0.1)
    monkeypatch.setattr("capteur.house.upkeep.BEAT_S", 0.1)
    project.clock = SystemClock()
    _asking(project, near.port, accounts=20).close()
    settings = load(project.folder / "capteur.toml", {})
    store = open_store(settings.store_url, project.clock, busy_s=busy_s)
    house = BuiltHouse(settings, Registry(plugin_folder=settings.plugins_path), store, project.clock)
    project.houses.append(house)
    path = project.folder / "capteur.db"
    async with open_shift(house) as shift:
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            letting_go = threading.Timer(held_s, lambda: other.execute("ROLLBACK"))
            letting_go.start()
            ticker = Ticker(shift.tick, 0.02)
            ticker.start()
            await until(lambda: not letting_go.is_alive())
            assert facts(house) == 0
            assert shift.pulse.ticks > held_s / 0.02 / 4
        await until(lambda: facts(house) == 40 and not shift.pulse.trouble)
        ticker.stop()
        await shift.drain(5)
    assert settled(house)
    assert sum("locked" in r.getMessage() for r in caplog.records) <= 1


# row 9


async def test_a_server_that_drops_every_connection_again_and_again_loses_and_doubles_nothing(
    project: Any, source: Start, postgresql_url: str, clock: ManualClock
) -> None:
    near = await source(_answer(20))
    project.store = postgresql_url
    house = _asking(project, near.port, accounts=60)
    dropped = 0
    over = threading.Event()

    def drop() -> None:
        nonlocal dropped
        with psycopg.connect(postgresql_url, autocommit=True) as admin:
            while not over.wait(0.03):
                dropped += admin.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchall()[0][0]

    async with open_shift(house) as shift:
        dropping = threading.Thread(target=drop)
        dropping.start()
        for _ in range(6):
            await shift.work_off()
            clock.advance(timedelta(minutes=10))
        over.set()
        dropping.join()
        for _ in range(8):
            house.store.free()
            clock.advance(timedelta(hours=7))
            await shift.work_off()
    assert dropped > 5
    rows = house.store.read(signals.rows)
    assert len(rows) == len({row.key for row in rows}) == 60 * 20
    assert settled(house)


@pytest.mark.parametrize("arrived", [True, False], ids=["committed", "not committed"])
async def test_a_commit_of_which_nobody_knows_whether_it_happened_is_harmless(
    project: Any, source: Start, postgresql_url: str, clock: ManualClock, arrived: bool
) -> None:
    """The connection is lost while the COMMIT is under way, after the server did it or before; the next pass sorts it out.

    (Leases on a server end by its own clock, which no test moves: `free` stands for the two minutes.)
    """
    from sqlalchemy import event

    near = await source(_answer(20))
    project.store = postgresql_url
    house = _asking(project, near.port, accounts=10)
    engine = house.store._engines[0]
    armed = False

    def cut(conn: Any) -> None:
        nonlocal armed
        if armed and facts_sent(conn):
            armed = False
            if arrived:
                conn.connection.driver_connection.commit()
            conn.connection.driver_connection.close()

    def facts_sent(conn: Any) -> bool:
        return bool(sql.value(conn, "SELECT count(*) FROM signal"))

    event.listen(engine, "commit", cut)
    async with open_shift(house) as shift:
        armed = True
        await shift.work_off()
        assert armed is False
        assert facts(house) < 200 or arrived
        for _ in range(3):
            house.store.free()
            clock.advance(timedelta(hours=7))
            await shift.work_off()
    rows = house.store.read(signals.rows)
    assert len(rows) == len({row.key for row in rows}) == 10 * 20
    assert settled(house)


# what the tests share


def _answer(count: int) -> bytes:
    body = b'{"facts": %d}' % count
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def _asking(project: Any, port: int, accounts: int) -> House:
    project.plugin(
        "each",
        '''
class Each(AccountSensor):
    """Asks its source how many facts there are of an account."""

    name = "each"
    kinds = ("press.mention",)
    port: int

    def detect(self, ctx, account):
        for i in range(ctx.http.get_json(f"http://127.0.0.1:{self.port}/{account.domain}")["facts"]):
            yield Signal(kind="press.mention", account=account.domain, key=f"{account.domain}:{i}", occurred_at="2026-11-19")
''',
    )
    project.configure(f'allow = ["127.0.0.1"]\n[sensors.each]\nport = {port}\nevery = "6h"')
    project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(accounts)))
    house: House = project.open()
    house.import_accounts()
    return house
