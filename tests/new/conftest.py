"""Projects and packages as `capteur new` makes them, and what is needed to build and install them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from capteur.cli import root

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def _installer() -> list[str]:
    """The command that installs: of uv where it is there, else of pip."""
    uv = BIN / "uv"
    return (
        [str(uv), "pip", "install", "--python", sys.executable]
        if uv.exists()
        else [sys.executable, "-m", "pip", "install"]
    )


@pytest.fixture(scope="session")
def hatchling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the build backend in it; skips where no package index can be reached."""
    folder = tmp_path_factory.mktemp("hatchling")
    done = subprocess.run(
        [*_installer(), "--quiet", "--target", str(folder), "hatchling>=1.25"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(
            f"NOTHING IS BUILT OR INSTALLED HERE: the build backend cannot be fetched: {done.stderr.strip()[-300:]}"
        )
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An empty project, and we are in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    assert root.run(["init", "--no-input", "--quiet"]) == 0
    capsys.readouterr()
    return tmp_path


@pytest.fixture
def capteur(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run one command line; returns (exit code, stdout, stderr)."""

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = root.run(list(argv))
        return code, *capsys.readouterr()

    return call


@pytest.fixture(scope="session")
def run_python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m ARGV` in a folder as an author would: without this repository's settings."""

    def run(*argv: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "MYPYPATH": str(ROOT / "core"), **env}
        environment.pop("PYTEST_ADDOPTS", None)
        return subprocess.run(
            [sys.executable, "-m", *argv],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], SimpleNamespace]:
    """Call it: from then on all streams are terminals (pytest takes the streams back before a test)."""

    def make() -> SimpleNamespace:
        monkeypatch.setenv("COLUMNS", "100")
        streams = SimpleNamespace(out=_Terminal(), err=_Terminal())
        monkeypatch.setattr("sys.stdin", _Terminal())
        monkeypatch.setattr("sys.stdout", streams.out)
        monkeypatch.setattr("sys.stderr", streams.err)
        return streams

    return make


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True
