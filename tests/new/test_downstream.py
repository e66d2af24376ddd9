"""From the outside: the wheels of capteur and of three plugins, in an environment that has never seen this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from capteur.cli import root

pytestmark = pytest.mark.downstream

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
RELEASED = (ROOT, ROOT / "plugins" / "capteur-rss")
MADE = {"capteur-deals": ("sensor", "deals", "--shape", "account"), "capteur-momentum": ("estimator", "momentum")}
PROJECT = """
[capteur]
version = 1
[models.main]
use = "momentum@1"
[sensors.deals]
api_key = "env:DEALS_KEY"
[sensors.rss]
feeds = [{ url = "https://blog.acme.com/rss.xml" }]
"""


@dataclass(frozen=True, slots=True)
class Outside:
    """The fresh environment: its folder of programs, and a folder with the packages' sources."""

    programs: Path
    packages: Path

    def run(self, program: str, *argv: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, without anything of ours on the path."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return subprocess.run(
            [str(self.programs / program), *argv],
            cwd=cwd, env={**kept, "DEALS_KEY": "s3cret"},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip


def _call(*command: str | Path, **env: str) -> None:
    """Run a command that has to work."""
    words = [str(word) for word in command]
    done = subprocess.run(words, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"


def _build(source: Path, into: Path, hatchling: Path) -> Path:
    """The wheel of a distribution, by the build backend it names."""
    code = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(into)],
        cwd=source, env={**os.environ, "PYTHONPATH": str(hatchling)},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return into / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two packages as `capteur new` makes them."""
    folder = tmp_path_factory.mktemp("packages")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in MADE.values():
            assert root.run(["new", *words, "--package", "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, packages: Path, hatchling: Path) -> Outside:
    """The environment with four wheels in it. Skips where their dependencies cannot be fetched."""
    wheels = tmp_path_factory.mktemp("wheels")
    built = [_build(source, wheels, hatchling) for source in (*RELEASED, *(packages / name for name in MADE))]
    venv = tmp_path_factory.mktemp("outside") / "venv"
    python = venv / "bin" / "python"
    if UV.exists():
        _call(UV, "venv", "--quiet", "--python", sys.executable, venv)
        install: tuple[str | Path, ...] = (UV, "pip", "install", "--quiet", "--python", python)
    else:
        _call(sys.executable, "-m", "venv", venv)
        install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    wanted = [f"{built[0]}[testing]", *map(str, built[1:])]
    done = subprocess.run(
        [*map(str, install), "--constraint", str(ROOT / "constraints.txt"), *wanted],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"NOTHING IS INSTALLED HERE: the dependencies cannot be fetched: {done.stderr.strip()[-300:]}")
    return Outside(venv / "bin", packages)


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """A project that uses the three plugins."""
    (tmp_path / "capteur.toml").write_text(PROJECT)
    (tmp_path / "accounts.csv").write_text("domain\nacme.com\n")
    return tmp_path


def _items(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    items: list[dict[str, object]] = json.loads(done.stdout)["items"]
    return items


def test_every_plugin_is_found_by_its_entry_point_and_loads(outside, market):
    items = _items(outside.run("capteur", "plugins", "--json", cwd=market))
    states = {item["name"]: (item["distribution"], item["state"]) for item in items}
    assert states["deals"] == ("capteur-deals", "ok")
    assert states["momentum@1"] == ("capteur-momentum", "ok")
    assert states["rss"] == ("capteur-rss", "ok")
    assert "broken" not in {state for _, state in states.values()}


def test_check_has_nothing_to_say_against_them(outside, market):
    assert outside.run("capteur", "accounts", "import", "accounts.csv", cwd=market).returncode == 0
    done = outside.run("capteur", "check", cwd=market)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_brings_its_templates(outside, tmp_path):
    """They are package data: a wheel without them would make nothing."""
    assert outside.run("capteur", "init", "--no-input", cwd=tmp_path).returncode == 0
    for what in (("sensor", "rounds"), ("estimator", "pace"), ("notifier", "chat"), ("sensor", "news", "--package")):
        done = outside.run("capteur", "new", *what, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "plugins" / "rounds.py").exists()


@pytest.mark.parametrize("name", MADE)
def test_a_package_passes_its_tests_where_it_is_installed(outside, name, tmp_path):
    """The kit comes with the extra `testing`; the module that is tested is the installed one."""
    shutil.copytree(outside.packages / name / "tests", tmp_path / "tests")
    done = outside.run("python", "-m", "pytest", "-q", "-W", "error", "--strict-markers", "tests", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_copy_of_a_plugin_in_the_project_makes_both_stand_back(outside, market):
    """And everything else goes on: the message names both."""
    (market / "plugins").mkdir()
    shutil.copy(outside.packages / "capteur-deals/src/capteur_deals/__init__.py", market / "plugins" / "deals.py")
    items = _items(outside.run("capteur", "plugins", "--json", cwd=market))
    twice = [item for item in items if item["name"] == "deals"]
    assert {item["state"] for item in twice} == {"broken"}
    assert all(
        "capteur-deals 0.1.0" in str(item["message"]) and "plugins/deals.py" in str(item["message"]) for item in twice
    )
    assert next(item["state"] for item in items if item["name"] == "rss") == "ok"
