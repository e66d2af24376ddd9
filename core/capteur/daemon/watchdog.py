"""The watchdog: a thread that sees whether the ticker still ticks, by the clock that only goes forward, and tells systemd.

It lives outside the loop and outside the scheduler: a loop that is blocked for ever cannot say so itself.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

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
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
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
            log.critical("the ticker has stood still for %.0f s: giving up", self._pulse.tick_age(now))
            notify("STATUS=the ticker stands still", self._environment)
            self._give_up(FROZEN)
            return
        if not self._told_ready and self._pulse.looked is not None:
            self._told_ready = notify("READY=1\nSTATUS=running", self._environment)
        notify("WATCHDOG=1", self._environment)
