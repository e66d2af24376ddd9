"""A unit of work with all it stands for, and the tools it is done with."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from capteur.accounts import Account
from capteur.clock import Clock, from_micros
from capteur.matching import Index
from capteur.registry import Instance
from capteur.runner import SenseUnit
from capteur.sensing.purse import Purse
from capteur.sensing.telling import Sink
from capteur.sensor import Delivery, Log
from capteur.settings import PrivacySection, Rule
from capteur.store import Store
from capteur.store.shapes import WatchRow
from capteur.web import Web

PROCESSES = 8
"""Isolated sensors that run at once; each is a Python of its own, of 50 MB or more. The others are claimed when there is one for them."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What running a unit needs of the house. With a `sink`, what a unit finds goes there instead of into the store.

    `purses` by instance, of those that have a budget.
    """

    store: Store
    web: Web
    clock: Clock
    index: Index
    log: Callable[[str], Log]
    observe: Callable[..., None] = lambda *_, **__: None
    discover: frozenset[str] = frozenset()
    base: str = "."
    rng: random.Random = field(default_factory=random.Random)
    sink: Sink | None = None
    purses: Mapping[str, Purse] = field(default_factory=dict)
    privacy: PrivacySection = field(default_factory=lambda: PrivacySection(persons=True))
    retention: tuple[Rule, ...] = ()
    most_processes: int = field(default_factory=lambda: PROCESSES)
    processes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PROCESSES))


@dataclass(frozen=True, slots=True)
class Task:
    """A unit with all it stands for: the built instance, the claimed watch row, and what the shape needs besides.

    That is the account for an AccountSensor, the delivery for a PushSensor.
    """

    unit: SenseUnit
    instance: Instance
    watch: WatchRow
    account: Account | None = None
    limit: int | None = None
    delivery: Delivery | None = None

    @property
    def label(self) -> str | None:
        """The account in words; None for a feed."""
        return self.account.label if self.account else None

    @property
    def backfill(self) -> bool:
        """A backfill reads a window of the past and moves no cursor."""
        return self.unit.since is not None

    def since(self, now: datetime) -> datetime:
        """From when on the sensor shall look: what was asked for, else the last completed run's newest signal minus the overlap."""
        if self.unit.since is not None:
            return from_micros(self.unit.since)
        if self.watch.newest is not None:
            return min(now, from_micros(self.watch.newest)) - self.instance.overlap
        return now - self.instance.first_run
