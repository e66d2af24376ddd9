"""docs/privacy.md: its commands run as printed, its settings are read, and its promises hold."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from capteur.cli import root
from capteur.settings import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_runs(project: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """With its settings; afterwards nothing is left of the person, nor of the account, in any file of the database."""
    (toml,) = _blocks("toml")
    project.configure(toml)
    project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
    monkeypatch.chdir(project.folder)
    assert root.run(["accounts", "import"]) == 0
    note = ["touch", "acme.com", "question", "Does Jane Doe own this?", "--person", "Jane@acme.com", "--place", "x"]
    assert root.run(note) == 0
    (commands,) = _blocks("")
    lines = [line.partition("#")[0].strip() for line in commands.splitlines()]
    assert len(lines) == 6
    told = {}
    for line in lines:
        capsys.readouterr()
        assert root.run(shlex.split(line.removeprefix("capteur "))) == 0, line
        told[line] = capsys.readouterr()
    assert "Does Jane Doe own this?" in told[lines[2]].out
    assert "Does Jane Doe own this?" in told[lines[3]].out
    assert "forgot jane@acme.com, Jane Doe: signals 1" in told[lines[4]].err
    assert "forgot acme.com: 1 signal" in told[lines[5]].err
    for file in project.folder.glob("capteur.db*"):
        content = file.read_bytes().lower()
        assert b"jane" not in content
        assert b"acme.com" not in content


def test_every_field_of_retention_is_on_the_page():
    assert [field for field in FIELDS if f"`{field}`" not in PAGE and field != "signal"] == []
