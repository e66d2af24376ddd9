"""The demo world, asked directly (`ask`) and over real HTTP (`site`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from capteur.clock import ManualClock
from capteur_sensors.demo import serve
from capteur_sensors.demo.routes import Reply, Request
from capteur_sensors.demo.world import World

Ask = Callable[[str], Reply]


@pytest.fixture
def world(clock: ManualClock) -> World:
    return World(clock.now(), clock.now)


@pytest.fixture
def ask(world: World) -> Ask:
    """Ask the world for a URL."""

    def answer(url: str) -> Reply:
        parts = urlsplit(url)
        return world.answer(Request(parts.hostname or "", parts.path or "/", dict(parse_qsl(parts.query))))

    return answer


@pytest.fixture
def read(ask: Ask) -> Callable[[str], Any]:
    """Ask the world for a URL that answers JSON."""
    return lambda url: json.loads(ask(url).body)


@pytest.fixture
def site(clock: ManualClock) -> Iterator[SimpleNamespace]:
    """The world behind its server: `get(url, **kwargs)` asks it as the web client does in world mode."""
    with serve(clock.now(), clock.now) as base, httpx.Client(base_url=base, timeout=10) as client:

        def get(url: str, **kwargs: Any) -> httpx.Response:
            parts = urlsplit(url)
            headers = {"X-Capteur-Host": parts.hostname or "", **kwargs.pop("headers", {})}
            path = parts.path + ("?" + parts.query if parts.query else "")
            return client.request(kwargs.pop("method", "GET"), path, headers=headers, **kwargs)

        yield SimpleNamespace(base=base, client=client, get=get)


@pytest.fixture
def now(clock: ManualClock) -> datetime:
    return clock.now()
