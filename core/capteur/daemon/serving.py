"""The daemon from its first tick to its exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from capteur.daemon.ticking import Ticker
from capteur.daemon.watchdog import Watchdog, notify
from capteur.house.choosing import broken_of
from capteur.house.looping import run_here
from capteur.house.pulse import Pulse
from capteur.house.shift import Shift, open_shift
from capteur.store.hold import DAEMON
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house import House

log = logging.getLogger("capteur.daemon")

DRAIN_S = 25.0
"""How long units that run may go on after the first SIGTERM; systemd and Docker kill after a little more."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Options:
    """How a daemon runs. `port` is where /healthz, /readyz and /metrics answer, None for nowhere.

    `host` is the address they are asked at: any; of one that is not loopback the log warns.
    """

    host: str = "127.0.0.1"
    port: int | None = 9464
    drain_s: float = DRAIN_S
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


Beside = Callable[["House", Pulse, Callable[[], object]], AbstractContextManager[object]]
"""What runs beside the daemon for as long as it takes work: made of the house, the pulse to count by, and what wakes the daemon,
which may be called from any thread."""


def serve(house: House, options: Options, beside: Beside | None = None) -> int:
    """Run until SIGTERM or SIGINT; returns 0 after an orderly end. A second signal ends the process at once.

    Raises StoreHeld when another daemon, or a run, holds a SQLite store; ConfigError when the port is taken; what `beside` raises.
    """
    with house.store.hold(DAEMON):
        return asyncio.run(_serve(house, options, beside))


def once(house: House) -> int:
    """Serve everything that is due now, and return: 0, or 1 when something failed, 4 for a credential (`capteur daemon --once`)."""
    with house.store.hold("capteur daemon --once"):
        return run_here(_once(house))


async def _once(house: House) -> int:
    async with open_shift(house) as shift:
        await shift.work_off()
        shift.leave()
        code = shift.exit_code
    _leave_threads(shift, code)
    return code


async def _serve(house: House, options: Options, beside: Beside | None) -> int:
    async with open_shift(house) as shift:
        loop = asyncio.get_running_loop()
        stop = _stopper(loop)
        watchdog = Watchdog(shift.pulse, house.clock, options.environment)
        ticker = Ticker(shift.tick)
        with ExitStack() as stack:
            if options.port is not None:
                from capteur.daemon.health import listening

                stack.enter_context(listening(house, shift.pulse, options.host, options.port))
            stack.callback(watchdog.stop)
            ticker.start()
            neighbour = stack.enter_context(ExitStack())
            if beside is not None:
                wake = partial(loop.call_soon_threadsafe, shift.wake)
                neighbour.enter_context(beside(house, shift.pulse, wake))
            watchdog.start()
            ready, broken = len(house.instances), len(broken_of(house))
            share = f"{ready} of {counted(ready + broken, 'instance')}" if broken else counted(ready, "instance")
            log.info("the daemon has begun: %s", share)
            await stop.wait()
            log.info("stopping: nothing more is taken, what runs has %.0f s", options.drain_s)
            notify(
                f"STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC={int((options.drain_s + 10) * 1e6)}",
                options.environment,
            )
            watchdog.stop()
            await asyncio.to_thread(neighbour.close)
            stopped = await shift.drain(options.drain_s)
            ticker.stop()
        shift.leave()
    log.info("stopped; %s before its end", counted(stopped, "unit was stopped", "units were stopped"))
    _leave_threads(shift, 0)
    return 0


def _stopper(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    """An event that the first signal sets; the second ends the process."""
    stop = asyncio.Event()

    def told(number: int) -> None:
        if stop.is_set():
            log.warning("a second signal: leaving at once")
            os._exit(128 + number)
        stop.set()

    _install(loop, told)
    return stop


def _install(loop: asyncio.AbstractEventLoop, told: Callable[[int], None]) -> None:
    for number in SIGNALS:
        try:
            loop.add_signal_handler(number, told, int(number))
        except NotImplementedError:  # Windows has no signal handlers on the loop
            signal.signal(number, lambda n, _: loop.call_soon_threadsafe(told, n))


def _leave_threads(shift: Shift, code: int) -> None:
    """A thread of a sensor that never returned would hold the interpreter's end up: leave without it.

    Everything that was to be stored is stored; the store's log is replayed when it is opened next.
    """
    left = [t for t in threading.enumerate() if t.name == "sensor" and t.is_alive()]
    if shift.pulse.stuck or left:
        lost = counted(max(len(left), shift.pulse.stuck), "thread of a sensor", "threads of sensors")
        log.warning("%s never came back: leaving without", lost)
        logging.shutdown()
        os._exit(code)
