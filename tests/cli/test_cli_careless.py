"""What careless operators are told: culprit, place and cure, and never a value that may be a secret. The pages are in careless.toml."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from capteur.cli import root

PAGE = Path(__file__).with_name("careless.toml")
MISTAKES: list[dict[str, Any]] = tomllib.loads(PAGE.read_text(encoding="utf-8"))["mistake"]
CANARY = "s3cret-canary"
HEAD = """[capteur]
version = 1
[web]
contact = "me@company.example"
"""
ROUNDS = '''
from typing import Literal

from pydantic import Field, SecretStr

from capteur import FeedSensor


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)
    api_key: SecretStr
    min_amount: int = Field(default=5, ge=0, le=100)
    region: Literal["eu", "us"] = "eu"
    names: tuple[str, ...] = ()
    weights: dict[str, float] = {}
    ratio: float = Field(default=0.5, gt=0, lt=1.5)
    strict: bool = True
    since: str | None = Field(default=None, pattern="^[0-9]{4}$")
    code: str = Field(default="abc", min_length=3, max_length=5)
    most: int | Literal["all"] = "all"

    def detect(self, ctx):
        yield
'''


def told(mistake: Mapping[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line says: the lines on stderr, or the findings of `check` that are not ok."""
    (folder / "plugins").mkdir()
    (folder / "plugins" / "rounds.py").write_text(ROUNDS)
    head = "" if mistake.get("bare") else HEAD
    (folder / "capteur.toml").write_text(head + mistake["written"], encoding="utf-8")
    root.run(mistake.get("argv", ["check", "rounds"]))
    out, err = capsys.readouterr()
    findings = csv.DictReader(io.StringIO(out), delimiter="\t", quoting=csv.QUOTE_NONE)
    found = [
        f"{row['text']}  fix: {row['fix']}" if row["fix"] else row["text"]
        for row in findings
        if row["level"] != "ok" and row["topic"] not in ("accounts", "config")
    ]
    return "\n".join([*err.strip().splitlines(), *found]).replace(str(folder), "FOLDER")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for variable in ("ROUNDS_KEY", "DATABASE_URL", "CAPTEUR_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["name"])
def test_a_careless_operator_is_told_culprit_place_and_cure(
    mistake: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable, value in mistake.get("environment", {}).items():
        monkeypatch.setenv(variable, value)
    said = told(mistake, folder, capsys)
    assert said == mistake["told"].strip()
    assert CANARY not in said


def test_there_are_many_of_them() -> None:
    assert len({mistake["name"] for mistake in MISTAKES}) == len(MISTAKES) >= 60
    assert sum(CANARY in mistake["written"] for mistake in MISTAKES) >= 20
