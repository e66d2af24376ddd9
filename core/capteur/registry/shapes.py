"""What the registry finds and what it builds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from capteur.errors import CapteurError
from capteur.kinds import Kind
from capteur.schedules import Schedule
from capteur.sensor import Sensor

Group = Literal["sensors", "estimators", "notifiers", "runners", "hooks"]
Shape = Literal["feed", "account", "push"]
GROUPS: tuple[Group, ...] = ("sensors", "estimators", "notifiers", "runners", "hooks")
ONE: Mapping[Group, str] = {
    "sensors": "sensor",
    "estimators": "estimator",
    "notifiers": "notifier",
    "runners": "runner",
    "hooks": "hooks",
}
"""One of a group in words, as messages begin."""


class Config(Protocol):
    """What the registry asks of the settings; they are another room, so it knows them by their shape only."""

    @property
    def folder(self) -> Path: ...
    @property
    def sensors(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def notifiers(self) -> Mapping[str, Mapping[str, Any]]: ...
    def place(self, table: str, option: str | None = None) -> str: ...
    def spelled(self, table: str, option: str) -> str | None: ...
    def resolve(self, table: str, raw: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin comes from. A project's own file has no distribution; `where` is then its path, else `module:Class`."""

    distribution: str
    version: str
    where: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip() if self.distribution else self.where


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin known by its name. `module` and `attribute` load it, from `file` when it is a project's own; `ready` needs no loading.

    `hook` is the registering hook that made it.
    """

    group: Group
    name: str
    origin: Origin
    module: str = ""
    attribute: str = ""
    file: Path | None = None
    ready: object = None
    hook: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin, or a configured use of one, that cannot be used.

    `message` is one line and begins with the author's file:line where there is one; `instance` is the table's name when it is
    a configured use; `where` is as in Origin.
    """

    distribution: str
    version: str
    name: str
    message: str
    group: Group = "sensors"
    instance: str = ""
    fix: str = ""
    where: str = ""
    error: CapteurError = field(default_factory=CapteurError, repr=False, compare=False)

    @classmethod
    def of(
        cls, error: CapteurError, *, group: Group, name: str, origin: Origin | None = None, instance: str = ""
    ) -> Broken:
        """From the error that says why."""
        message = f"{error.what}  ({error.why})" if error.why else error.what
        return cls(
            origin.distribution if origin else "",
            origin.version if origin else "",
            name,
            message,
            group,
            instance,
            error.fix,
            origin.where if origin else "",
            error,
        )

    def __str__(self) -> str:
        source = f"{self.distribution} {self.version}".strip()
        text = f"{source} -> {self.message}" if source else self.message
        return f"{text}  fix: {self.fix}" if self.fix else text


@dataclass(frozen=True, slots=True)
class Failing:
    """A check that a plugin does not pass: its name in words, what is wrong, and the cure."""

    check: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Conformance:
    """What the checks that need no source came to. Those that stood aside are not counted in `of`."""

    passed: int
    of: int
    failing: tuple[Failing, ...] = ()

    def __str__(self) -> str:
        return f"{self.passed} of {self.of}"


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One line of `capteur plugins`.

    `hooks` are those a plugin of hooks implements; for a class that such a plugin made, the registering hook it came by.
    `conformance` is None where nothing was checked: for hooks, runners and what is broken.
    """

    name: str
    group: Group
    distribution: str
    version: str
    where: str
    state: Literal["ok", "broken", "not used"]
    message: str = ""
    hooks: tuple[str, ...] = ()
    conformance: Conformance | None = None
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many requests and credits in any `per`; None of one of them: it is not limited."""

    requests: int | None
    credits: int | None
    per: timedelta


@dataclass(frozen=True, slots=True)
class Reception:
    """How the senders of an instance prove who they are; without `secrets` nobody can. Header names are in lower case.

    `way` is where a secret stands: in the path, in the header or query parameter `name`, or nowhere, for what was sent is signed
    with it: by Standard Webhooks, or in the header `name` as the hexadecimal HMAC of the body. `id_header` has the sender's id.
    """

    secrets: tuple[str, ...] = field(repr=False)
    way: Literal["path", "header", "query", "signature"] = "path"
    name: str = ""
    id_header: str = "webhook-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One configured use of a sensor, ready to run.

    Args:
        name: the table's name; use: the sensor's name; sensor: its frozen options; origin: where the sensor comes from.
        every, overlap, first_run, deadline, silent_after: durations, the sensor's own where the table says nothing.
        at: hours instead of `every`, as text: `mon-fri 08:00 Europe/Paris`.
        schedule: when it is due, from `every` or `at`.
        budget: how much it may ask and spend in how long, None for no limit.
        cost: the credits one unit costs at most, as `Sensor.cost` says; 0 where nothing is counted.
        config_hash: of the sensor's name, options (secrets as digests) and the files among them; it changes when what is detected may change.
        secrets: values that no message may show.
        kinds: the declared kinds by name.
        given: the options as the table gives them, `env:NAME` resolved: what the sensor was built from, secrets included.
        reception: how the senders of a PushSensor's instance prove who they are, None for the other shapes.
    """

    name: str
    use: str
    sensor: Sensor
    shape: Shape
    every: timedelta
    at: str | None
    schedule: Schedule
    overlap: timedelta
    first_run: timedelta
    deadline: timedelta
    silent_after: timedelta
    budget: Budget | None
    enabled: bool
    isolate: bool
    config_hash: str
    secrets: frozenset[str] = field(repr=False)
    origin: Origin
    kinds: Mapping[str, Kind]
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    cost: int = 0
    reception: Reception | None = None
