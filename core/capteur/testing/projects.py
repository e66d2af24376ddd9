"""A project that says nothing, a sensor built in it as the registry does, and an empty store to begin with."""

from __future__ import annotations

import functools
import inspect
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from capteur.clock import ManualClock
from capteur.conforming.declared import settings_in
from capteur.registry import Instance, Origin
from capteur.registry import building as registry_building
from capteur.registry.contract import check
from capteur.registry.shapes import Found
from capteur.sensor import Sensor
from capteur.store import open_store

DEADLINE = "10s"
"""Of a unit in the kit: nothing here waits for a network, so what takes longer does not end."""
LONG_AGO = "3650d"
"""`ctx.since` of a first run in the kit, so that a fixture does not grow too old for its own test."""


def build(cls: type[Sensor], config: Mapping[str, Any], folder: Path, name: str = "") -> Instance:
    """The sensor as an instance, by the registry's own way. Raises PluginError, ConfigError."""
    origin = Origin("", "", inspect.getfile(cls))
    check(cls, Found("sensors", cls.name, origin, ready=cls))
    raw = {"first_run": LONG_AGO, "deadline": DEADLINE, **config, "isolate": False}  # looked at from this process
    return registry_building.instance(name or cls.name, raw, cls, origin, settings_in(folder))


@functools.cache
def empty_store() -> bytes:
    """The file of a store with its schema and nothing in it: making the schema takes longer than a whole check."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        open_store(f"sqlite:///{path}", ManualClock(datetime(2020, 1, 1, tzinfo=UTC)), create=True).close()
        return path.read_bytes()
