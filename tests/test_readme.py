"""The README runs: its sensor is typed, loads as printed and detects; its tables and commands are the real ones."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import respx

from capteur import House, open_house
from capteur.clock import ManualClock

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HIT = {
    "id": 7,
    "domain": "halyard.example",
    "amount": 24_000_000,
    "date": "2026-11-11",
    "url": "https://halyard.example/news",
}
SMALL = {
    "id": 8,
    "domain": "halyard.example",
    "amount": 90_000,
    "date": "2026-11-12",
    "url": "https://halyard.example/more",
}


def _block(language: str, holding: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if holding in block)


SENSOR = _block("python", "class Rounds")


@pytest.fixture
def sensor_file(tmp_path: Path) -> Path:
    file = tmp_path / "plugins" / "rounds.py"
    file.parent.mkdir()
    file.write_text(SENSOR, encoding="utf-8")
    return file


@pytest.fixture
def house(sensor_file: Path, clock: ManualClock) -> House:
    """A project with the README's sensor and the README's settings for it."""
    config = sensor_file.parents[1] / "capteur.toml"
    config.write_text("[capteur]\nversion = 1\n" + _block("toml", "[sensors.rounds]"), encoding="utf-8")
    return open_house(config, clock=clock, env={"ROUNDS_KEY": "s3cret-canary"})


@pytest.mark.slow
def test_the_sensor_passes_mypy_strict(sensor_file):
    """Without our settings, as an author's own project would check it."""
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={ROOT / '.mypy_cache' / 'readme'}",
        str(sensor_file),
    ]
    path = os.pathsep.join(str(ROOT / folder) for folder in ("core", "sensors"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "MYPYPATH": path})
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_sensor_passes_pyright_strict(sensor_file):
    (sensor_file.parent / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(sensor_file.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 errors" in done.stdout


def test_the_sensor_detects_as_printed(house):
    """Over the real web client: the round that is large enough becomes a signal with its evidence, the small one does not."""
    with house, respx.mock() as router:
        upstream = router.get("https://rounds.example/v1").mock(
            return_value=httpx.Response(200, json={"rounds": [HIT, SMALL]})
        )
        house.add_account("halyard.example", "Halyard Robotics")
        report = house.run()
        rows = house.signals()
        request = upstream.calls.last.request
    assert [(run.instance, run.status, run.new) for run in report.runs] == [("rounds", "ok", 1)]
    assert [(row.kind, row.account, row.evidence_url) for row in rows] == [
        ("funding.raised", "halyard.example", HIT["url"])
    ]
    assert request.headers["Authorization"] == "Bearer s3cret-canary"
    assert request.url.params["since"] == "2026-08-22"


def test_a_second_run_stores_nothing_again(house):
    with house, respx.mock() as router:
        router.get("https://rounds.example/v1").mock(return_value=httpx.Response(200, json={"rounds": [HIT]}))
        house.add_account("halyard.example")
        first, second = house.run(), house.run()
    assert [run.new for run in (*first.runs, *second.runs)] == [1, 0]


def test_the_first_example_is_the_sensor_as_printed():
    assert SENSOR in (ROOT / "examples" / "01_smallest_sensor.py").read_text(encoding="utf-8")


def test_every_command_that_the_readme_shows_exists():
    from capteur.cli.root import COMMANDS

    blocks = re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    code = "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", README)])
    names = set(re.findall(r"^capteur ([a-z]+)", code, re.MULTILINE))
    assert names
    assert names <= set(COMMANDS)


def test_every_make_target_that_the_readme_shows_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"make ([a-z]+) +#|`make ([a-z]+)`", README))
    assert {t for pair in targets for t in pair if t} <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_every_folder_of_the_layout_exists():
    table = README.partition("## The repository")[2]
    folders = re.findall(r"`([a-z_/]+/)`", table)
    assert "core/capteur/" in folders
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_the_demo_prints_what_the_readme_shows():
    """The same columns and the same kinds of lines; numbers and ages move with the day."""
    command = [sys.executable, "-m", "capteur.cli", "demo"]
    real = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    shown = README.partition("<!-- demo:begin -->")[2].partition("<!-- demo:end -->")[0]
    header = next(line for line in real.splitlines() if "account" in line and "intent" in line)
    assert header.split() in [line.split() for line in shown.splitlines()]
    for line in ("── your line: 5 accounts a week", "accounts have a number"):
        assert line in real
        assert line in shown
    listed = re.findall(r"^ *\d+  (\S.{10})", shown, re.MULTILINE)
    assert len(listed) >= 5
    assert {name for name in listed if name not in real} == set()
