"""The ticker goes on whatever the wall clock does, and the watchdog sees when it does not."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base
import pytest

from capteur.clock import ManualClock
from capteur.daemon.ticking import Ticker
from capteur.daemon.watchdog import FROZEN, Watchdog, blocked_in, notify
from capteur.house.pulse import STALE_S, Pulse
from capteur.matching import Index
from capteur.sensing import Intake
from capteur.sensing.looped import drive_async
from capteur.sensing.scrubbing import Scrubber
from capteur.web import Redactor

STEP = 0.01


class _Wall:
    """The wall clock as APScheduler sees it, with an error that a test sets."""

    def __init__(self) -> None:
        self.error = timedelta(0)

    def now(self, tz: object = None) -> datetime:
        return datetime.now(UTC) + self.error if tz is not None else datetime.now() + self.error  # noqa: DTZ005  as it is asked


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> _Wall:
    made = _Wall()
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", made)
    return made


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=60), timedelta(days=3650)])
async def test_a_jump_of_the_clock_neither_silences_the_ticker_nor_makes_it_run_through_what_it_missed(
    wall: _Wall, jump: timedelta
) -> None:
    ticks, more = 0, asyncio.Event()

    def tick() -> None:
        nonlocal ticks
        ticks += 1
        if ticks in (5, 10):
            more.set()

    ticker = Ticker(tick, STEP)
    ticker.start()
    await asyncio.wait_for(more.wait(), 60)
    more.clear()
    wall.error = jump
    began = time.process_time()
    await asyncio.wait_for(more.wait(), 60)
    ticker.stop()
    assert ticks == 10
    assert time.process_time() - began < 5, "a loop over every missed tick takes minutes"


def dog(clock: ManualClock, pulse: Pulse, environment: dict[str, str]) -> tuple[Watchdog, list[int]]:
    ends: list[int] = []
    return Watchdog(pulse, clock, environment, ends.append), ends


def test_the_watchdog_ends_the_process_when_the_ticker_stands_still(clock: ManualClock) -> None:
    pulse = Pulse(clock.monotonic())
    watchdog, ends = dog(clock, pulse, {})
    pulse.ticked = clock.monotonic()
    clock.advance(timedelta(seconds=STALE_S))
    watchdog.look()
    assert ends == []
    clock.advance(timedelta(seconds=1))
    watchdog.look()
    assert ends == [FROZEN]


def test_a_ticker_that_never_began_is_frozen_as_well(clock: ManualClock) -> None:
    watchdog, ends = dog(clock, Pulse(clock.monotonic()), {})
    clock.advance(timedelta(seconds=STALE_S + 1))
    watchdog.look()
    assert ends == [FROZEN]


def test_the_watchdog_names_the_line_of_a_sensor_that_keeps_the_loop(clock: ManualClock) -> None:
    """An async sensor that waits without await stops everything; who reads the log must know which one."""
    here, go = threading.Event(), threading.Event()

    async def detect() -> AsyncIterator[Any]:
        here.set()
        go.wait(60)
        if go is None:
            yield

    async def drive() -> None:
        intake = Intake(kinds={}, now=clock.now(), index=Index([]), hide=Scrubber(Redactor()))
        async for _ in drive_async(detect, intake, 60):
            pass

    thread = threading.Thread(target=lambda: asyncio.run(drive()))
    thread.start()
    try:
        assert here.wait(60)
        first = detect.__code__.co_firstlineno
        assert blocked_in(thread.ident or 0) in {f"test_ticking.py:{first + 1}", f"test_ticking.py:{first + 2}"}
        assert blocked_in(threading.get_ident()) is None
    finally:
        go.set()
        thread.join(60)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is told over a UNIX socket")
def test_systemd_hears_that_we_are_ready_once_and_alive_often(clock: ManualClock, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        pulse = Pulse(clock.monotonic())
        watchdog, _ = dog(clock, pulse, {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        watchdog.look()
        pulse.looked = pulse.ticked = clock.monotonic()
        watchdog.look()
        watchdog.look()
        heard = [systemd.recv(100).decode() for _ in range(4)]
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    assert heard == ["WATCHDOG=1", "READY=1\nSTATUS=running", "WATCHDOG=1", "WATCHDOG=1"]


def test_a_systemd_that_went_away_stops_nobody(tmp_path: Path) -> None:
    assert notify("WATCHDOG=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")}) is False
    assert notify("WATCHDOG=1", {}) is False
