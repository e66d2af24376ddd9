"""Sensors that hang, drip, or mean ill, under a daemon: the others are on time (daemon.md, rows 3, 4 and 6)."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.clock import SystemClock
from capteur.house.shift import Shift, open_shift
from capteur.sensing.drive import late
from capteur.sensing.verdict import judge
from capteur.store import signals, watches

pytestmark = pytest.mark.slow

Start = Callable[..., Awaitable[Any]]
HEALTHY = '''
class Healthy(FeedSensor):
    """Finds one thing a second."""

    name = "healthy"
    kinds = ("press.mention",)
    every = "1s"

    def detect(self, ctx):
        yield Signal(kind="press.mention", account="acme.com", key=ctx.now.isoformat(), occurred_at=ctx.now)
'''
HUNG = '''
import asyncio, os, threading


class {cls}(FeedSensor):
    """Hangs."""

    name = "{name}"
    kinds = ("press.mention",)
    deadline = "1s"
    flag: str = ""
    port: int = 0

    {colour}def detect(self, ctx):
        {body}
        yield
'''
WAIT = "while not os.path.exists(self.flag): {}"
HANGS = {
    # how it hangs: colour, body, isolate, the status it ends with
    "awaits": ("async ", "await asyncio.sleep(1000)", False, "backoff"),
    "sleeps": ("", WAIT.format("threading.Event().wait(0.05)"), False, "stuck"),
    "loops": ("", WAIT.format("threading.Event().wait(0)"), False, "stuck"),
    "loops-away": ("", "while True: pass", True, "backoff"),
    "sleeps-away": ("", "threading.Event().wait()", True, "backoff"),
    "blocks-its-loop-away": ("async ", "while True: pass", True, "backoff"),
    "drips": ("", 'ctx.http.get(f"http://127.0.0.1:{self.port}/")', False, "backoff"),
    "drips-async": ("async ", 'await ctx.ahttp.get(f"http://127.0.0.1:{self.port}/")', False, "backoff"),
}


@pytest.fixture
def flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """When it is there, the threads that hang let go."""
    monkeypatch.setattr("capteur.sensing.drive.GRACE_S", 0.2)
    flag = tmp_path / "over"
    yield flag
    flag.touch()
    for thread in threading.enumerate():
        if thread.name == "sensor":
            thread.join(20)


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte every tenth of a second: every single read is in time."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def ticking(shift: Shift, over: Callable[[], bool], seconds: float = 60.0) -> None:
    """Tick as the daemon does until something has come about."""
    for _ in range(int(seconds / 0.05)):
        shift.tick()
        await asyncio.sleep(0.05)
        if over():
            return
    raise AssertionError("it did not come about in time")


def status(house: House, name: str) -> str | None:
    rows = house.store.read(lambda conn: watches.rows(conn, name))
    return rows[0].last_status if rows else None


async def test_hung_sensors_meet_their_deadline_and_the_others_are_on_time(
    project: Any, source: Start, flag: Path
) -> None:
    """Row 3: async by cancellation, sync at its next call or given up, isolated killed. Row 4: bytes that trickle do not help."""
    project.clock = SystemClock()
    port = (await source(drip)).port
    project.plugin("healthy", HEALTHY)
    tables = "[sensors.healthy]\n"
    for name, (colour, body, isolate, _) in HANGS.items():
        project.plugin(
            name.replace("-", "_"),
            HUNG.format(cls="The" + name.title().replace("-", ""), name=name, colour=colour, body=body),
        )
        tables += f'[sensors.{name}]\nflag = "{flag}"\nport = {port}\nisolate = {str(isolate).lower()}\n'
    project.configure('allow = ["127.0.0.1"]\n' + tables)
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    ran: dict[str, float] = {}
    async with open_shift(house) as shift:

        def over() -> bool:
            for (name, _), count in shift.pulse.units.items():
                if count:
                    ran.setdefault(name, shift.pulse.seconds[name])
            return set(HANGS) <= set(ran) and shift.pulse.units["healthy", "ok"] > 1

        await ticking(shift, over)
        ticks, stuck = shift.pulse.ticks, shift.pulse.stuck
        await shift.drain(5)
    assert {name: status(house, name) for name in HANGS} == {name: way[3] for name, way in HANGS.items()}
    assert all(0.9 < ran[name] < 20 for name in HANGS), ran
    assert stuck == sum(way[3] == "stuck" for way in HANGS.values())
    assert ticks > 10
    found = house.store.read(signals.rows)
    assert len(found) == shift.pulse.units["healthy", "ok"] > 1


EVIL = {
    "exits": "raise SystemExit(3)",
    "interrupts": "raise KeyboardInterrupt",
    "cancels": "raise asyncio.CancelledError",
    "odd": "raise type('Odd', (BaseException,), {})('x')",
    "recurses": "f = lambda g: g(g); f(f)",
    "unsayable": "raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})",
    "paints": "raise ValueError('\\x1b[2J\\x1b]0;pwned\\x07')",
}
AWAY = {
    "ends": "os._exit(0)",
    "closes": "os.closerange(0, 1000)",
}


async def test_the_hostile_hurt_nobody_but_themselves_pass_after_pass(
    project: Any, flag: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 6: each of them beside a healthy one, two passes, one line each in the log, nothing that moves a cursor."""
    project.plugin("healthy", HEALTHY)
    tables = "[sensors.healthy]\n"
    for name, body in {**EVIL, **AWAY}.items():
        colour = "async " if name in ("interrupts", "exits") else ""
        project.plugin(name, HUNG.format(cls="The" + name.title(), name=name, colour=colour, body=body))
        tables += f'[sensors.{name}]\nevery = "1s"\ndeadline = "20s"\nisolate = {str(name in AWAY).lower()}\n'
    project.plugin("nosyntax", "def f(:\n")
    project.configure(tables + "[sensors.nosyntax]\n")
    project.accounts("domain,name\nacme.com,Acme\n")
    house: House = project.open()
    house.import_accounts()
    async with open_shift(house) as shift:
        for _ in range(2):
            project.clock.advance(timedelta(days=1))
            await shift.work_off()
    assert len(house.store.read(signals.rows)) == 2
    hostile = [*EVIL, *AWAY]
    assert {status(house, name) for name in hostile} == {"bug"}
    assert {row.fails for row in house.store.read(watches.rows)} == {0, 2}
    states = {i.name: i.state for i in house.status().instances}
    assert (states["healthy"], states["nosyntax"]) == ("ok", "broken")
    lines = [r.getMessage() for r in caplog.records if r.name == "capteur.daemon" and r.levelname == "WARNING"]
    assert all(line.isprintable() for line in lines)
    assert sorted(line.split()[0] for line in lines) == sorted(hostile)


def test_the_cure_of_a_passed_deadline_names_the_instance() -> None:
    verdict = judge(late(2.0), instance="slow", fails=0, account=None, keyed=False, rng=random.Random(0))
    assert verdict.fix == "set `deadline` higher in [sensors.slow], or look: capteur try slow"
