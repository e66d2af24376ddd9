"""A project whose sensors run in processes of their own, and a look at what a run has left behind."""

from __future__ import annotations

import os
import textwrap
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from capteur import House, open_house
from capteur.clock import ManualClock

HEAD = """
import asyncio
import os
import sys
import threading

from capteur import (
    Account, AccountFact, AccountRef, AccountSensor, AuthError, Checkpoint, ConfigError, FeedSensor, NotFound, Outcome,
    RateLimited, Revoke, SameAs, Signal, SkipRun, SourceChanged, TransientError,
)
from pydantic import SecretStr


def one(key, **other):
    return Signal(**{"kind": "funding.raised", "account": "acme.com", "key": key, "occurred_at": "2026-11-19", **other})


"""
CLASS = """
class {cls}(FeedSensor):
    \"\"\"Yields what the test says.\"\"\"

    name = "{name}"
    kinds = ("funding.raised",)
    flag: str = ""
    {options}

    {colour}def detect(self, ctx):
"""


class Project:
    """Write sensors, then open; every house that was opened is closed at the end."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock = folder, clock
        self.houses: list[House] = []
        self.tables = ""
        self.web = ""
        (folder / "plugins").mkdir()
        (folder / "accounts.csv").write_text("domain,name\nacme.com,Acme\nglobex.com,Globex\n")

    def file(self, name: str, code: str) -> None:
        (self.folder / "plugins" / f"{name}.py").write_text(HEAD + textwrap.dedent(code))

    def sensor(self, name: str, body: str, *, colour: str = "", options: str = "") -> None:
        """A feed sensor whose detect() has this body."""
        head = CLASS.format(cls="The" + name.title().replace("-", ""), name=name, colour=colour, options=options)
        self.file(name.replace("-", "_"), head + textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8) + "\n")

    def table(self, name: str, toml: str = "") -> None:
        self.tables += f"[sensors.{name}]\n{toml}\n"

    def open(self, env: Mapping[str, str] | None = None) -> House:
        store = '[store]\nurl = "sqlite:///capteur.db"\n'
        text = f'[capteur]\nversion = 1\n{store}[web]\ncontact = "me@company.example"\n{self.web}\n{self.tables}'
        (self.folder / "capteur.toml").write_text(text)
        house = open_house(self.folder / "capteur.toml", clock=self.clock, env=env or {})
        self.houses.append(house)
        house.import_accounts()
        return house

    def close(self) -> None:
        for house in self.houses:
            house.close()


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Iterator[Project]:
    project = Project(tmp_path, clock)
    yield project
    project.close()


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One project for a whole module: its tests look at one run from many sides."""
    from datetime import UTC, datetime

    project = Project(tmp_path_factory.mktemp("project"), ManualClock(datetime(2026, 11, 20, 8, tzinfo=UTC)))
    yield project
    project.close()


class Leftovers:
    """What this process has: open files, children (a zombie is one too), threads."""

    def __init__(self) -> None:
        self.files = {fd.name: _target(fd) for fd in Path("/dev/fd").iterdir()}
        self.children = _children()
        self.threads = {thread for thread in threading.enumerate() if thread.is_alive()}

    def since(self, before: Leftovers) -> dict[str, object]:
        """What is there now and was not before; empty when nothing is left."""
        new = {fd: to for fd, to in self.files.items() if fd not in before.files and to is not None}
        files = {fd: to for fd, to in new.items() if "capteur.db" not in to}  # the store's pool may have grown
        children = self.children - before.children  # a browser or a database of other tests may be running
        found = {"files": files, "children": children, "threads": self.threads - before.threads}
        return {name: left for name, left in found.items() if left}


def _target(fd: Path) -> str | None:
    try:
        return str(fd.readlink())
    except OSError:
        return None  # the listing's own


def _children() -> set[int]:
    """The processes whose parent this one is, zombies included; none where the system does not tell."""
    return {int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == os.getpid()}


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None  # it has ended meanwhile


@pytest.fixture(scope="session")
def leftovers() -> type[Leftovers]:
    return Leftovers
