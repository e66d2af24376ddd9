"""Plugins for the registry's tests: real distributions on a path of their own, real files in a project's folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import pytest

from capteur.registry import Registry
from capteur.settings import Settings, load

ROUNDS = '''
from collections.abc import Iterator

from pydantic import SecretStr

from capteur import Context, FeedSensor, Signal


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)
    every = "6h"

    api_key: SecretStr
    min_amount: int = 1_000_000

    def detect(self, ctx: Context) -> Iterator[Signal]:
        answer = ctx.http.get_json("https://rounds.example/v1", params={"since": ctx.since.date()}, token=self.api_key)
        for r in answer["rounds"]:
            if r["amount"] >= self.min_amount:
                yield Signal(kind="funding.raised", account=r["domain"], key=r["id"], occurred_at=r["date"],
                             evidence_url=r["url"], data={"amount": r["amount"]})
'''

FEED = """
from capteur import FeedSensor, Signal


class {cls}(FeedSensor):
    name = "{name}"
    kinds = ("press.mention",)

    def detect(self, ctx):
        yield Signal(kind="press.mention", account="acme.com", key=1, occurred_at=ctx.now)
"""


@dataclass
class Project:
    """A folder with capteur.toml, `plugins/`, and a site folder with distributions."""

    root: Path
    rounds: ClassVar[str] = ROUNDS

    @staticmethod
    def feed(name: str) -> str:
        """A plain sensor's source; its class is the name in capitals."""
        return FEED.format(cls=name.title().replace("-", ""), name=name)

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def plugins(self) -> Path:
        return self.root / "plugins"

    def install(
        self, name: str, entry_points: str, modules: Mapping[str, str] | None = None, version: str = "0.2"
    ) -> None:
        """Lay out an installed distribution, as pip would."""
        info = self.site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(dedent(entry_points))
        for path, source in (modules or {}).items():
            file = self.site / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)

    def file(self, name: str, source: str) -> Path:
        """Write a plugin of the project's own."""
        self.plugins.mkdir(exist_ok=True)
        path = self.plugins / name
        path.write_text(source)
        return path

    def registry(self) -> Registry:
        return Registry(plugin_folder=self.plugins, distributions=list(distributions(path=[str(self.site)])))

    def settings(self, text: str = "", env: Mapping[str, str] | None = None) -> Settings:
        (self.root / "capteur.toml").write_text(dedent(text))
        return load(self.root / "capteur.toml", env or {})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield Project(tmp_path)
    for module in set(sys.modules) - before:
        origin = getattr(sys.modules[module], "__file__", None) or ""
        if origin.startswith(str(tmp_path)):
            del sys.modules[module]


@pytest.fixture
def message(project: Project) -> Callable[..., str]:
    """The message of the only broken instance once `source` is plugins/rounds.py and `[sensors.rounds]` uses it."""

    def of(source: str, table: str = "", env: Mapping[str, str] | None = None) -> str:
        project.file("rounds.py", source)
        built, broken = project.registry().sensor_instances(project.settings(f"[sensors.rounds]\n{table}", env))
        assert not built
        assert len(broken) == 1
        return str(broken[0])

    return of
