"""The way into a project: open its house."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from capteur.clock import Clock, SystemClock
from capteur.house.core import House
from capteur.registry import Registry
from capteur.settings import load
from capteur.store import open_store


def open_house(
    path: str | Path | None = None,
    *,
    clock: Clock | None = None,
    env: Mapping[str, str] | None = None,
    create: bool = True,
    store_url: str | None = None,
) -> House:
    """Open a project: `path` is capteur.toml (else CAPTEUR_CONFIG, else ./capteur.toml).

    `create` makes the database when there is none; `store_url` overrides `[store] url`. Raises ConfigError for settings,
    SchemaError for a database that is not ours or of another version.
    """
    settings = load(Path(path) if path is not None else None, os.environ if env is None else env)
    clock = clock or SystemClock()
    registry = Registry(plugin_folder=settings.plugins_path)
    store = open_store(store_url or settings.store_url, clock, create=create)
    return House(settings, registry, store, clock)
