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
from capteur_sensors.demo.technology import lookup

__all__ = ["DemoWorld", "prepare", "serve"]


def prepare(folder: Path, base_url: str, resolver: str | None = None) -> Path:
    """Write the demo's project into `folder`, looking at the world at `base_url`; returns the path of its capteur.toml.

    The feeds are read by the plugin capteur-rss, DNS by the extra `adoption`; without them the project does without.
    """
    news = bool(entry_points(group="capteur.sensors", name="rss"))
    asked = resolver if find_spec("dns") else None
    return write_project(folder, market(), base_url, news=news, resolver=asked)


class DemoWorld:
    """The world of `capteur demo`."""

    def __init__(self) -> None:
        self._passed = timedelta()

    @contextmanager
    def prepare(self, folder: Path, now: datetime, moment: Callable[[], datetime] | None = None) -> Iterator[Path]:
        """Serve the world around `now`, write a project that looks at it into `folder`, and yield its capteur.toml.

        `moment` is the world's own clock; without one it stands still at `now`. Raises InputError when the folder holds
        somebody's own project. The server is gone when the block ends; the project stays.
        """
        calendar = Calendar(now, moment or (lambda: now + self._passed))
        with serve(now, calendar.moment) as base_url, serve_names(lookup(calendar)) as resolver:
            yield prepare(folder, base_url, resolver)

    def later(self) -> tuple[str, ...]:
        """Let a day pass in the world; returns the instances that a second look is worth for: what they read has no date."""
        self._passed += timedelta(days=1)
        return ("adoption",)
