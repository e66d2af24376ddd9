"""`capteur demo`: the real sensors over real HTTP against the bundled world, told as a person would type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from capteur.cli import root
from capteur.cli.commands.demo import before

STEPS = ("$ capteur accounts import accounts.csv", "$ capteur run", "$ capteur rank", "$ capteur explain ")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """One demo in a process of its own, in a folder with a broken project, under an environment that means another one."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "capteur.toml").write_text("this is not TOML")
    env = {
        **os.environ,
        "CAPTEUR_CONFIG": str(folder / "capteur.toml"),
        "CAPTEUR_STORE__URL": "sqlite:////nowhere/x.db",
        "PATH": os.pathsep.join([str(Path(sys.prefix, "bin")), os.environ["PATH"]]),
    }
    command = [sys.executable, "-m", "capteur.cli", "demo", "--keep", "kept"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)
    return done, folder


def test_it_goes_the_whole_way(demo):
    done, _ = demo
    assert done.returncode == 0, done.stderr
    at = [done.stdout.index(step) for step in STEPS]
    assert at == sorted(at)
    assert "accounts added" in done.stdout
    assert "your line: " in done.stdout
    assert "the intent, exactly the sum of the lines" in done.stdout


def test_into_a_pipe_it_has_neither_colour_nor_progress(demo):
    done, _ = demo
    assert "\x1b" not in done.stdout
    assert done.stderr == ""
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_it_ends_with_the_next_three_steps(demo):
    done, _ = demo
    commands = [line.strip().split("   ")[0] for line in done.stdout.partition("\nNext\n")[2].splitlines()[:3]]
    assert commands == ["mkdir my-market && cd my-market && capteur init", "capteur run", "capteur rank"]


def test_where_the_shell_would_not_find_capteur_the_first_step_is_to_make_it(tmp_path, monkeypatch):
    activate = tmp_path / "bin" / "activate"
    activate.parent.mkdir()
    activate.touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    assert before() == ((f". {tmp_path.name}/bin/activate", "so that your shell finds capteur"),)
    (tmp_path / "capteur").touch(mode=0o755)
    assert before() == ()


def test_the_first_of_the_list_is_the_one_explained(demo):
    done, _ = demo
    listed = done.stdout.partition("$ capteur rank")[2]
    first = next(line for line in listed.splitlines() if line.lstrip().startswith("1  "))
    explained = done.stdout.partition("$ capteur explain ")[2].splitlines()[1]
    assert explained.partition("  ")[0] in first


def test_the_kept_project_can_be_looked_at_without_its_world(demo, capsys, monkeypatch):
    _, folder = demo
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    config = str(folder / "kept" / "capteur.toml")
    assert root.run(["rank", "--config", config, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) >= 10


def test_a_folder_with_a_project_of_ones_own_is_left_alone(tmp_path, capsys):
    (tmp_path / "capteur.toml").write_text("mine")
    assert root.run(["demo", "--keep", str(tmp_path)]) == 2
    assert "is a project of your own" in capsys.readouterr().err
    assert (tmp_path / "capteur.toml").read_text() == "mine"
