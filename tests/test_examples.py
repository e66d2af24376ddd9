"""The examples run as they stand, offline, and say what their text promises."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NUMBERED = sorted(EXAMPLES.glob("[0-9][0-9]_*.py"))


def test_the_examples_are_numbered_without_a_gap():
    assert [int(path.name[:2]) for path in NUMBERED] == list(range(1, len(NUMBERED) + 1))
    assert {path.name for path in EXAMPLES.glob("*.py")} == {path.name for path in NUMBERED}


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.name)
def test_an_example_runs_from_anywhere_and_leaves_nothing_behind(path, tmp_path):
    environment = {**os.environ, "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("CAPTEUR_CONFIG", None)
    command = [sys.executable, str(path)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.name)
def test_an_example_says_how_it_is_run(path):
    assert f"python examples/{path.name}" in path.read_text(encoding="utf-8")
