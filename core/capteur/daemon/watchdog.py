"""The watchdog: a thread that sees whether the ticker still ticks, by the clock that only goes forward, and tells systemd.

It lives outside the loop and outside the scheduler: a loop that is blocked for ever cannot say so itself.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

import capteur.sensing
from capteur.clock import Clock
from capteur.house.pulse import Pulse

log = logging.getLogger("capteur.daemon")

LOOK_S = 1.0
FROZEN = 70
"""The exit code of a daemon whose ticker stood still; systemd starts it again."""


def notify(message: str, environment: Mapping[str, str]) -> bool:
    """Send one message of sd_notify(3) to systemd; False when it does not listen (NOTIFY_SOCKET is not set)."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0)) as sender:
            sender.connect(address)
            sender.sendall(message.encode())
    except OSError as error:
        log.warning("systemd cannot be told %s: %s", message.partition("\n")[0], error.strerror)
        return False
    return True


def blocked_in(thread: int) -> str | None:
    """`file.py:12` of the line of a sensor that keeps a thread from going on, None when it is not in a sensor.

    A sensor's is the frame that was called by the room that runs sensors.
    """
    ours, sensing = Path(capteur.__file__).parent, Path(capteur.sensing.__file__).parent
    called: FrameType | None = None
    frame = sys._current_frames().get(thread)  # noqa: SLF001  the only way to see another thread's stack; documented
    while frame is not None and not Path(frame.f_code.co_filename).is_relative_to(ours):
        called, frame = frame, frame.f_back
    if called is None or frame is None or not Path(frame.f_code.co_filename).is_relative_to(sensing):
        return None
    return f"{Path(called.f_code.co_filename).name}:{called.f_lineno}"


class Watchdog:
    """Looks every second; `give_up(code)` ends the process (os._exit by default: a blocked loop hears of nothing else)."""

    def __init__(
        self,
        pulse: Pulse,
        clock: Clock,
        environment: Mapping[str, str],
        give_up: Callable[[int], object] = os._exit,
        look_s: float = LOOK_S,
    ) -> None:
        self._pulse = pulse
        self._clock = clock
        self._environment = environment
        self._give_up = give_up
        self._look_s = look_s
        self._over = threading.Event()
        self._told_ready = False
        self._ticker: int | None = None
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look. Called where the ticker runs."""
        self._ticker = threading.get_ident()
        self._thread.start()

    def stop(self) -> None:
        """The daemon is on its way out: a ticker that stands still is right now."""
        self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(self._look_s):
            self.look()

    def look(self) -> None:
        """Look once: tell systemd that all is well, or end the process."""
        now = self._clock.monotonic()
        if self._pulse.is_frozen(now):
            place = blocked_in(self._ticker) if self._ticker is not None else None
            log.critical(
                "the ticker has stood still for %.0f s: giving up%s",
                self._pulse.tick_age(now),
                f"  it waits in {place}  fix: write a plain def instead of async def, or isolate = true"
                if place
                else "",
            )
            notify("STATUS=the ticker stands still", self._environment)
            self._give_up(FROZEN)
            return
        if not self._told_ready and self._pulse.looked is not None:
            self._told_ready = notify("READY=1\nSTATUS=running", self._environment)
        notify("WATCHDOG=1", self._environment)
