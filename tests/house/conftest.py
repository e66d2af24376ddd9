"""A project in a folder: capteur.toml, plugins, accounts; opened with a clock that moves when told."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from capteur import House, open_house
from capteur.clock import ManualClock

TOML = """
[capteur]
version = 1
[store]
url = "sqlite:///capteur.db"
[web]
contact = "me@company.example"
"""


class Project:
    """Write files, then open; every house that was opened is closed at the end."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock = folder, clock
        self.houses: list[House] = []
        (folder / "plugins").mkdir()
        self.toml = ""

    def plugin(self, name: str, code: str) -> None:
        """A file in the plugin folder, with the imports a sensor usually has."""
        head = "from collections.abc import Iterator\n\nfrom capteur import *\n\n\n"
        (self.folder / "plugins" / f"{name}.py").write_text(head + textwrap.dedent(code))

    def configure(self, toml: str) -> None:
        """Tables beyond store and web; rewrites what was configured before."""
        self.toml = textwrap.dedent(toml)
        (self.folder / "capteur.toml").write_text(TOML + self.toml)

    def accounts(self, csv: str) -> None:
        (self.folder / "accounts.csv").write_text(textwrap.dedent(csv))

    def open(self, env: dict[str, str] | None = None) -> House:
        house = open_house(self.folder / "capteur.toml", clock=self.clock, env=env or {})
        self.houses.append(house)
        return house


@pytest.fixture
def project(tmp_path: Path, clock: ManualClock) -> Iterator[Project]:
    project = Project(tmp_path, clock)
    yield project
    for house in project.houses:
        house.close()


@pytest.fixture
def feed(project: Project) -> Callable[..., House]:
    """A project with one feed sensor called `feed` whose detect() has the given body."""

    def make(
        body: str,
        kinds: str = '("funding.raised", "hiring.opened", "press.mention")',
        options: str = "",
        toml: str = "",
    ) -> House:
        method = textwrap.indent(textwrap.dedent(body), " " * 8)
        project.plugin(
            "feed",
            f'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = {kinds}\n    {options}\n\n    def detect(self, ctx):\n{method}\n',
        )
        project.configure(f"[sensors.feed]\n{toml}")
        project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house = project.open()
        house.import_accounts()
        return house

    return make
