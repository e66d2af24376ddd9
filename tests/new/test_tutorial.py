"""docs/tutorial.md, walked through from its first command to its last; each shows what the page says it shows."""

from __future__ import annotations

import os
import pty
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:^<!-- (.*?) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
PORT = "8765"
SHOWN = [block[2] for block in BLOCK.findall(PAGE) if block[1] == "text"]


@dataclass(slots=True)
class Walk:
    """A terminal in which the page is followed: its folder and variables stay from one command to the next."""

    folder: Path
    env: dict[str, str]
    state: Path
    second: subprocess.Popen[str] | None = None

    def type(self, commands: str) -> str:
        """Run commands as at a terminal of 100 columns; returns what they show. Stops at the first that fails."""
        script = f"set -e\n{commands}\n{{ pwd; env -0; }} > {self.state}"
        ours, theirs = pty.openpty()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self.folder,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=errors,
            )
            os.close(theirs)
            shown = b"".join(_read(ours))
            os.close(ours)
            code = process.wait(timeout=120)
            errors.seek(0)
            told = errors.read().decode()
        text = ANSI.sub("", shown.decode())
        assert code == 0, f"{commands}\nended with {code}\n{text}\n{told}"
        where, _, variables = self.state.read_text().partition("\n")
        self.folder = Path(where)
        self.env = dict(item.split("=", 1) for item in variables.split("\0") if "=" in item)
        return text

    def leave_running(self, command: str) -> None:
        """The second terminal. Returns when it has said its first line."""
        self.second = subprocess.Popen(
            ["bash", "-c", f"exec {command.strip()}"],
            cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.second.stdout is not None
        assert PORT not in (said := self.second.stdout.readline()), (
            "another port than the page's: two may be tested at once"
        )
        assert said.startswith("playing api.rounds.example")

    def stop(self) -> None:
        """Close the second terminal."""
        if self.second is not None:
            self.second.terminate()
            self.second.communicate(timeout=30)


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # how a terminal says that nobody writes to it any more
        while part := os.read(terminal, 65536):
            yield part


def _named_before(at: int) -> str:
    """The file that the last lines before a block name."""
    return re.findall(r"`([\w/]+\.py)`", PAGE[:at])[-1]


@pytest.fixture(scope="module")
def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder, bin_, site = (tmp_path_factory.mktemp(name) for name in ("tutorial", "bin", "site"))
    for name in ("python", "capteur", "pytest"):
        module = {"python": "", "capteur": "-m capteur.cli", "pytest": "-m pytest"}[name]
        _script(bin_ / name, f'exec "{sys.executable}" {module} "$@"')
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CAPTEUR_", "PYTEST_", "COV_"))}
    env |= {
        "PATH": f"{bin_}{os.pathsep}{env['PATH']}",
        "PYTHONPATH": str(site),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "100",
        "TERM": "xterm-256color",
        "NO_COLOR": "1",
        "PYTEST_ADDOPTS": "-p no:asyncio -p no:cacheprovider -p no:xdist",  # what an author may not have installed
    }
    walk = Walk(folder, env, bin_ / "state")
    yield walk
    walk.stop()


@pytest.fixture(scope="module")
def followed(walk: Walk, free_port: str, request: pytest.FixtureRequest) -> list[str | None]:
    """What the commands before each block of output showed; None where something could not be installed."""
    shown: list[str | None] = []
    last: str | None = ""
    for match in BLOCK.finditer(PAGE):
        note, language, text = match[1] or "", match[2], match[3].replace(PORT, free_port)
        if last is None or note.startswith("not run"):
            pass
        elif language == "python":
            (walk.folder / _named_before(match.start())).write_text(text, encoding="utf-8")
        elif language == "toml":
            _configure(walk.folder / "capteur.toml", note, text)
        elif note == "second terminal":
            walk.leave_running(text)
        elif language == "sh":
            last = walk.type(text) if "pip install" not in text or _can_install(walk, request) else None
        if language == "text":
            shown.append(last)
    return shown


def _configure(file: Path, note: str, text: str) -> None:
    before = file.read_text(encoding="utf-8")
    head, table, rest = before.partition("[web]\n")
    assert table
    file.write_text(f"{head}{table}{text}{rest}" if "below [web]" in note else f"{before}\n{text}", encoding="utf-8")


def _can_install(walk: Walk, request: pytest.FixtureRequest) -> bool:
    """Give the terminal a `pip` that installs into a folder of the test's, not into the environment it runs in."""
    try:
        hatchling: Path = request.getfixturevalue("hatchling")
    except pytest.skip.Exception:
        return False
    site = walk.env["PYTHONPATH"]
    uv = Path(sys.executable).with_name("uv")
    pip = f'"{uv}" pip install --python "{sys.executable}"' if uv.exists() else f'"{sys.executable}" -m pip install'
    install = f'PYTHONPATH="{hatchling}" exec {pip} --quiet --no-deps --no-build-isolation --target "{site}" "$@"'
    _script(Path(walk.env["PATH"].split(os.pathsep)[0]) / "pip", f'[ "$1" = install ] && shift\n{install}')
    return True


def _script(path: Path, body: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{body}\n")
    path.chmod(0o755)


def _unwrapped(lines: list[str]) -> tuple[str, ...]:
    """A long path wraps a line, at a blank or within a word."""
    return lines[0], " ".join(lines), "".join(lines)


def _missing(wanted: str, real: str) -> list[str]:
    """The lines of the page that are not shown in this order; `...` stands for anything, and blanks for blanks."""
    rest = [" ".join(line.split()) for line in real.splitlines()]
    missing = []
    for line in filter(str.strip, wanted.splitlines()):
        pattern = re.compile(r".*?".join(re.escape(" ".join(part.split())) for part in line.split("...")))
        found = next(
            (i for i in range(len(rest)) if any(pattern.search(shown) for shown in _unwrapped(rest[i : i + 3]))), None
        )
        if found is None:
            missing.append(line)
        else:
            rest = rest[found:]
    return missing


def test_every_step_shows_what_the_page_says(followed):
    """One walk and one test: a step stands on those before it."""
    walked = [(wanted, real) for wanted, real in zip(SHOWN, followed, strict=True) if real is not None]
    assert [(missing, real) for wanted, real in walked if (missing := _missing(wanted, real))] == []
    assert len(walked) >= 8
    if len(walked) < len(SHOWN):
        pytest.skip("NOT WALKED TO THE END: the package cannot be built here, no package index can be reached")


def test_the_page_takes_the_sensor_of_the_template_no_further_than_it_says():
    """What the page tells to write is a plugin as `new` writes it: same shape, same imports."""
    from capteur.cli.making import render

    values = {"name": "rounds", "cls": "Rounds"}
    template = render("sensor/feed", values).partition("URL =")[0].partition("\n")[2]
    ours = next(block[2] for block in BLOCK.findall(PAGE) if "class Rounds(FeedSensor)" in block[2])
    assert ours.partition("URL =")[0].partition("\n")[2] == template
