"""What the settings are once they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from capteur.errors import ConfigError
from capteur.settings.retention import Rule

REFERENCE = "env:"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Raw = Mapping[str, Any]
LISTS: Mapping[str, str] = {
    "competitor": "competitors",
    "customer": "customers",
    "partner": "partners",
    "blocked": "blocked",
}
"""The options of `[accounts]` that name a file of companies, by the standing it gives."""


@dataclass(frozen=True, slots=True)
class WebSection:
    """`[web]`: see `OPTIONS`."""

    contact: str = ""
    concurrency: int = 64
    allow: tuple[str, ...] = ()
    world: str | None = None


@dataclass(frozen=True, slots=True)
class AccountsSection:
    """`[accounts]`: the list's file, the instances that may discover accounts, how long unmatched and discovered companies stay,
    and the files of companies by the standing they give. Paths are absolute.
    """

    file: Path
    discover: tuple[str, ...] = ()
    keep_unmatched: timedelta = timedelta(days=180)
    keep_discovered: timedelta = timedelta(days=365)
    lists: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrivacySection:
    """`[privacy]`: whose persons are kept: nobody's, everybody's, or those of the named instances."""

    persons: bool | tuple[str, ...] = False

    def allows(self, *names: str) -> bool:
        """Whether an instance that goes by one of these names may keep who it was."""
        return self.persons if isinstance(self.persons, bool) else not {*names}.isdisjoint(self.persons)


@dataclass(frozen=True, slots=True)
class ReceivingSection:
    """`[receiving]`: host and port to listen at (None = nowhere), how long deliveries are kept, the largest body in bytes."""

    listen: tuple[str, int] | None = None
    keep: timedelta = timedelta(days=7)
    body_bytes: int = 1024 * 1024
    rate: int = 2000
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything capteur.toml and the environment say.

    Args:
        path: the file that was read.
        folder: its folder, absolute; relative paths start here.
        store_url: with an absolute SQLite path; may hold a password (hidden in repr).
        models, sensors, notifiers: raw tables by name, in the file's order; values may be `env:NAME` (see `resolve`).
        retention: what goes after how long, in the file's order.
        capacity: accounts a week, None when the team did not say.
        environment: the environment that `env:NAME` refers to.
        overridden: option path -> the environment variable that set it, for messages.
    """

    path: Path
    folder: Path
    store_url: str = field(repr=False)
    web: WebSection
    accounts: AccountsSection
    receiving: ReceivingSection = ReceivingSection()
    capacity: int | None
    plugins_path: Path
    models: Mapping[str, Raw] = field(repr=False)
    sensors: Mapping[str, Raw] = field(repr=False)
    notifiers: Mapping[str, Raw] = field(repr=False)
    privacy: PrivacySection = PrivacySection()
    retention: tuple[Rule, ...] = ()
    version: int = 1
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    overridden: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def place(self, table: str, option: str | None = None) -> str:
        """Where a setting is written, as messages say it: `capteur.toml, [sensors.rounds]` or a variable's name."""
        return where(self.path.name, self.overridden, tuple(table.split(".", 1)), option)

    def spelled(self, table: str, option: str) -> str | None:
        """The text of the environment variable that set an option, None when the file did: `12345` may be a key, not a number."""
        variable = self.overridden.get((*table.split(".", 1), option))
        return None if variable is None else self.environment.get(variable)

    def resolve(self, table: str, raw: Raw) -> tuple[dict[str, Any], frozenset[str]]:
        """`raw` with every `env:NAME` replaced, and the values that came from there.

        Raises ConfigError naming variable, table and option when a variable is not set or empty.
        """
        secrets: set[str] = set()
        values = {
            option: _resolved(value, self.environment, self.place(table, option), secrets)
            for option, value in raw.items()
        }
        return values, frozenset(secrets)

    @property
    def secrets(self) -> frozenset[str]:
        """Every value that some `env:NAME` refers to, and the store's password: what no message may show."""
        found = {
            self.environment[name]
            for table in (*self.models.values(), *self.sensors.values(), *self.notifiers.values())
            for name in _references(table)
            if self.environment.get(name)
        }
        password = re.match(r"[^/]+://[^/@]*?:([^@/]+)@", self.store_url)
        return frozenset({*found, password[1]} if password else found)


def where(file: str, overridden: Mapping[tuple[str, ...], str], path: tuple[str, ...], option: str | None) -> str:
    """`capteur.toml, [web] concurrency`, or the variable that set it."""
    if option is None:
        return f"{file}, [{'.'.join(path)}]"
    return overridden.get((*path, option)) or f"{file}, [{'.'.join(path)}] {option}"


def from_environment(value: str, environment: Mapping[str, str], place: str) -> str:
    """The value of `env:NAME`. Raises ConfigError that names the variable and the place, never a value."""
    name = value.removeprefix(REFERENCE)
    if not _VARIABLE.fullmatch(name):
        raise ConfigError(
            f"{place}: after env: comes the name of an environment variable", fix="write e.g. env:ROUNDS_KEY"
        )
    found = environment.get(name, "")
    if not found.strip():
        raise ConfigError(
            f"{place}: the environment variable {name} is {'empty' if name in environment else 'not set'}",
            fix=f"export {name}=...",
        )
    return found


def _resolved(value: Any, environment: Mapping[str, str], place: str, secrets: set[str]) -> Any:
    if isinstance(value, str) and value.startswith(REFERENCE):
        found = from_environment(value, environment, place)
        secrets.add(found)
        return found
    if isinstance(value, Mapping):
        return {key: _resolved(item, environment, place, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, environment, place, secrets) for item in value]
    return value


def _references(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value.removeprefix(REFERENCE)] if value.startswith(REFERENCE) else []
    items = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return [name for item in items for name in _references(item)]
