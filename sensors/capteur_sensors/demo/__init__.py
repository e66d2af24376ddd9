"""The demo world: a fictional market in the vendors' true shapes, served on loopback over real HTTP and DNS.

`capteur demo` finds it by the entry point `capteur.worlds` and calls `DemoWorld.prepare`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from capteur_sensors.demo.market import Calendar, market
from capteur_sensors.demo.nameserver import serve_names
from capteur_sensors.demo.project import write_project
from capteur_sensors.demo.server import serve
from capteur_sensors.demo.site import LOG, append_log, write_log, write_networks
from capteur_sensors.demo.tag import post
from capteur_sensors.demo.technology import lookup

__all__ = ["DemoWorld", "prepare", "serve"]


def prepare(folder: Path, base_url: str, now: datetime, resolver: str | None = None) -> Path:
    """Write the demo's project into `folder`, looking at the world at `base_url`; returns the path of its capteur.toml.

    The feeds are read by the plugin capteur-rss, DNS by the extra `adoption`, the log of the seller's site by the extra
    `visits`; without them the project does without.
    """
    news, visits = bool(entry_points(group="capteur.sensors", name="rss")), bool(find_spec("crawleruseragents"))
    asked = resolver if find_spec("dns") else None
    config = write_project(folder, market(), base_url, news=news, visits=visits, resolver=asked)
    if visits:
        write_networks(folder)
        write_log(folder, now)
    return config


class DemoWorld:
    """The world of `capteur demo`."""

    def __init__(self) -> None:
        self._passed = timedelta()
        self._log: tuple[Path, datetime] | None = None

    @contextmanager
    def prepare(self, folder: Path, now: datetime, moment: Callable[[], datetime] | None = None) -> Iterator[Path]:
        """Serve the world around `now`, write a project that looks at it into `folder`, and yield its capteur.toml.

        `moment` is the world's own clock; without one it stands still at `now`. Raises InputError when the folder holds
        somebody's own project. The server is gone when the block ends; the project stays.
        """
        calendar = Calendar(now, moment or (lambda: now + self._passed))
        with serve(now, calendar.moment) as base_url, serve_names(lookup(calendar)) as resolver:
            config = prepare(folder, base_url, now, resolver)
            self._log = (folder, now) if (folder / LOG).exists() else None
            yield config

    def later(self) -> tuple[str, ...]:
        """Let a day pass in the world, and somebody come by; returns the instances that a second look is worth for."""
        self._passed += timedelta(days=1)
        if self._log is None:
            return ("adoption",)
        append_log(*self._log)
        return ("adoption", "visits", "segment")

    def send(self, base_url: str) -> int:
        """Send what visitors of the site did to the receiver at `base_url`; returns how many deliveries it kept."""
        return post(base_url, self._log[1]) if self._log is not None else 0
