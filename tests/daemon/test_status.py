"""Status says who is at work and what is wrong, and tells a silent sensor from one with nothing to find."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.cli.screens.statuses import Statuses, _told
from capteur.house.pulse import Pulse
from capteur.house.shift import open_shift
from capteur.store import runs
from capteur.store.daemons import DaemonRow, beat, lead
from capteur.watching import DAY, DaemonStatus, quiet_since

if TYPE_CHECKING:
    from capteur import House
    from capteur.clock import ManualClock

HOUR = DAY // 24


@pytest.mark.parametrize(
    ("finds", "now", "quiet"),
    [
        ([0, 1, 2, 3], 100, None),  # too few to know its habit
        ([0, 1, 2, 3, 4], 10, None),  # 6 h without, at one an hour: one chance in 400
        ([0, 1, 2, 3, 4], 11, 4),  # 7 h: one in 1100
        ([0, 24, 48, 72, 96], 96 + 165, None),
        ([0, 24, 48, 72, 96], 96 + 167, 96),
        ([0, 1, 2, 3, 500], 500 + 700, None),  # it was silent for 497 h before
    ],
)
def test_a_silence_is_unusual_by_the_habit_of_the_source_itself(finds: list[int], now: int, quiet: int | None) -> None:
    assert quiet_since([at * HOUR for at in finds], now * HOUR) == (None if quiet is None else quiet * HOUR)


@given(st.lists(st.integers(0, 10**12), min_size=5, max_size=20), st.integers(0, 10**12))
def test_a_silence_once_unusual_stays_so_until_something_is_found(finds: list[int], more: int) -> None:
    finds.sort()
    now = finds[-1] + more
    if quiet_since(finds, now) is not None:
        assert quiet_since(finds, now + DAY) == finds[-1]
    assert quiet_since([*finds, now], now) is None


@pytest.fixture
def house(project: Any) -> House:
    project.plugin(
        "feed",
        'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = ("funding.raised",)\n\n'
        "    def detect(self, ctx):\n        import pathlib\n"
        '        if not pathlib.Path(ctx.base, "quiet").exists():\n'
        '            yield Signal(kind="funding.raised", account="acme.com", key=f"{ctx.now:%d%H%M}", occurred_at=ctx.now)\n',
    )
    project.configure('[sensors.feed]\nevery = "1h"')
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    return house


async def hours(house: House, clock: ManualClock, count: int) -> None:
    for _ in range(count * 6):
        async with open_shift(house) as shift:
            await shift.work_off()
        clock.advance(timedelta(minutes=10))


async def test_a_sensor_that_runs_well_and_finds_nothing_for_unusually_long_is_silent(
    house: House, clock: ManualClock
) -> None:
    await hours(house, clock, 8)
    assert house.status().instances[0].state == "ok"
    (house.settings.folder / "quiet").touch()
    await hours(house, clock, 12)
    found = house.status().instances[0]
    assert found.state == "silent"
    assert found.day.runs - found.day.new == 12
    assert "has found nothing since 20 Nov" in (found.error or "")
    assert "capteur try feed" in (found.fix or "")
    assert next(f.level for f in house.check("feed") if f.topic == "feed") == "warn"


async def test_what_was_there_before_anybody_looked_is_no_habit(house: House, clock: ManualClock) -> None:
    async with open_shift(house) as shift:
        await shift.work_off()
    assert house.store.read(lambda conn: runs.finds(conn, 0)) == {}


async def test_a_paused_instance_and_its_daemon_are_told(house: House, clock: ManualClock) -> None:
    house.pause("feed")
    async with open_shift(house) as shift:
        await shift.work_off()
        status = house.status()
    assert (status.instances[0].state, status.instances[0].fix) == ("paused", "capteur resume feed")
    (daemon,) = status.daemons
    assert (daemon.alive, daemon.leads) == (True, True)


async def test_a_daemon_without_a_heartbeat_is_not_alive(house: House, clock: ManualClock) -> None:
    gone = DaemonRow("x", "elsewhere", 7, "0.1", house.now(), 0, 3, 0, None)
    house.store.write(lambda conn: beat(conn, gone, house.now())).result()
    clock.advance(timedelta(seconds=61))
    (daemon,) = house.status().daemons
    assert (daemon.host, daemon.alive) == ("elsewhere", False)


def test_an_instance_that_finds_nothing_to_read_at_anybody_is_not_ok_and_says_why(project: Any) -> None:
    """Nobody is watched by it: an operator who sees green would not look."""
    project.plugin(
        "each",
        'class Each(AccountSensor):\n    """Every account."""\n\n    name = "each"\n    kinds = ("press.mention",)\n\n'
        "    def detect(self, ctx, account):\n        import pathlib\n"
        '        if pathlib.Path(ctx.base, "away").exists():\n'
        '            raise SkipAccount("there is no such domain")\n'
        "        yield from ()\n",
    )
    project.configure("[sensors.each]")
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    house: House = project.open()
    house.import_accounts()
    assert house.status().instances[0].state == "never"
    (house.settings.folder / "away").touch()
    house.run()
    found = house.status().instances[0]
    assert (found.state, found.skipped, found.ok) == ("skipped", 2, 0)
    assert found.error == "there is no such domain"
    assert [f.level for f in house.check() if f.topic == "each"] == ["warn"]
    (house.settings.folder / "away").unlink()
    house.run()
    assert house.status().instances[0].state == "ok"


async def test_a_daemon_whose_process_is_gone_is_dead_at_once_on_its_own_machine(house: House) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await process.wait()
    rows = [DaemonRow(f"{host}-{pid}", host, pid, "0.1", house.now(), 0, 0, 0, None)
            for host, pid in ((platform.node(), process.pid), (platform.node(), os.getpid()), ("elsewhere", process.pid))]  # fmt: skip
    for row in rows:
        house.store.write(lambda conn, row=row: beat(conn, row, house.now())).result()  # type: ignore[misc]
    assert {(d.host, d.pid): d.alive for d in house.status().daemons} == {
        (platform.node(), process.pid): False,
        (platform.node(), os.getpid()): True,
        ("elsewhere", process.pid): True,
    }
    async with open_shift(house) as shift:
        await shift.work_off()
        left = {(d.host, d.pid) for d in house.status().daemons}
    assert (platform.node(), process.pid) not in left
    assert ("elsewhere", process.pid) in left


def test_whoever_holds_a_sqlite_store_forgets_the_daemons_before(house: House) -> None:
    """Only one can hold it, so they were killed, whatever machine they say they were on."""
    gone = DaemonRow("x", "elsewhere", 7, "0.1", house.now(), 0, 3, 0, None)
    house.store.write(
        lambda conn: (beat(conn, gone, house.now()), lead(conn, "x", lease_s=60, now=house.now()))
    ).result()
    house.run()
    assert house.status().daemons == []
    assert house.store.write(lambda conn: lead(conn, "y", lease_s=60, now=house.now())).result()


def test_a_heartbeat_is_told_to_the_second() -> None:
    daemon = DaemonStatus("vm", 7, "0.1", 0, 0, True, 0, 0, None, True)
    assert _told(daemon, 50_000_000) == "Daemon on vm, process 7: just begun, heartbeat 50 s ago, leads."
    gone = replace(daemon, alive=False)
    assert _told(gone, 50_000_000) == "Daemon on vm, process 7: no heartbeat for 50 s; it was killed, or stands still."
    assert "heartbeat 2 min ago" in _told(daemon, 121_000_000)


def test_a_world_is_told_by_status_and_check_for_no_source_is_asked(project: Any) -> None:
    project.configure('world = "http://127.0.0.1:8000"\n')
    house: House = project.open()
    words = "every request goes to http://127.0.0.1:8000, and no source is asked"
    assert any(words in note for note in Statuses(house.status()).notes())
    assert any(finding.level == "warn" and words in finding.text for finding in house.check())


def test_the_age_of_a_tick_is_never_negative() -> None:
    """Whoever asks may have read the clock before the tick came."""
    assert Pulse(0.0, ticked=5.01).tick_age(5.0) == 0.0
