"""The demo world: a fictional market in the vendors' true shapes, served on loopback over real HTTP.

`capteur demo` finds it by the entry point `capteur.worlds` and calls `DemoWorld.prepare`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path

from capteur_sensors.demo.market import market
from capteur_sensors.demo.project import write_project
from capteur_sensors.demo.server import serve

__all__ = ["DemoWorld", "prepare", "serve"]


def prepare(folder: Path, base_url: str) -> Path:
    """Write the demo's project into `folder`, looking at the world at `base_url`; returns the path of its capteur.toml.

    The feeds are read by the plugin capteur-rss; without it the project has the hiring sensor alone.
    """
    news = bool(entry_points(group="capteur.sensors", name="rss"))
    return write_project(folder, market(), base_url, news=news)


class DemoWorld:
    """The world of `capteur demo`."""

    @contextmanager
    def prepare(self, folder: Path, now: datetime, moment: Callable[[], datetime] | None = None) -> Iterator[Path]:
        """Serve the world around `now`, write a project that looks at it into `folder`, and yield its capteur.toml.

        `moment` is the world's own clock; without one it stands still at `now`. Raises InputError when the folder holds
        somebody's own project. The server is gone when the block ends; the project stays.
        """
        with serve(now, moment) as base_url:
            yield prepare(folder, base_url)
