"""Recipes at work: asked over the project's real web client, or handed a delivery; and a project folder to write them into."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import AccountFact, Context, Delivery, House, Outcome, Signal, open_house
from capteur.clock import ManualClock
from capteur.signals import Accepted, accept
from capteur_sensors.recipes import RecipeHook

RECEIVED = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)


class Log:
    """Keeps what a sensor logs."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, /, **values: Any) -> None:
        self.lines.append((event, values))

    debug = warning = info


@dataclass
class Got:
    """What a delivery came to."""

    signals: list[Signal] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    facts: dict[tuple[str, str], Any] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    log: Log = field(default_factory=Log)


def _receive(sensor: RecipeHook, body: object, at: datetime = RECEIVED, base: str = ".") -> Got:
    """Hand over one delivery, as core does; every signal is checked as core checks it."""
    got = Got()
    ctx = Context(
        instance="hook", now=at + timedelta(hours=1), since=at - timedelta(days=7), http=None, ahttp=None, log=got.log, base=base,
        _bad_row=lambda error: got.bad.append(str(error)),
    )  # fmt: skip
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    for thing in sensor.receive(ctx, Delivery("d1", at, raw)):
        if isinstance(thing, Signal):
            got.signals.append(thing)
            got.accepted.append(accept(thing, sensor.kind_names(), ctx.now))
        elif isinstance(thing, AccountFact):
            got.facts[thing.account if isinstance(thing.account, str) else thing.account.domain, thing.name] = (
                thing.value
            )
        elif isinstance(thing, Outcome):
            got.outcomes.append(thing)
    return got


@pytest.fixture
def receive() -> Callable[..., Got]:
    return _receive


class Project:
    """A folder with capteur.toml and recipes beside it; houses are closed at the end."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock = folder, clock
        self._houses: list[House] = []

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text), encoding="utf-8")

    def open(self, toml: str, **env: str) -> House:
        """A house with these tables under [sensors]; acme.com and globex.com are its accounts."""
        self.write("capteur.toml", "[capteur]\nversion = 1\n" + textwrap.dedent(toml))
        house = open_house(self.folder / "capteur.toml", clock=self.clock, env=env)
        self._houses.append(house)
        house.add_account("acme.com", "Acme")
        house.add_account("globex.com", "Globex")
        return house

    def follow(self, recipe: str, options: str = "") -> House:
        """A house with one instance, `own`, of the recipe given."""
        self.write("own.toml", recipe)
        return self.open(f'[sensors.own]\nuse = "recipe"\nrecipe = "own.toml"\n{textwrap.dedent(options)}')

    def close(self) -> None:
        for house in self._houses:
            house.close()


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Iterator[Project]:
    project = Project(tmp_path, clock)
    yield project
    project.close()
