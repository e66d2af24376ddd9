"""Status says who is at work and what is wrong, and tells a silent sensor from one with nothing to find."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.house.shift import open_shift
from capteur.store import runs
from capteur.store.daemons import DaemonRow, beat
from capteur.watching import DAY, quiet_since

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
