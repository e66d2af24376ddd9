"""docs/kinds.md tells every kind as it is, and who brings it; what is written there runs."""

from __future__ import annotations

import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from capteur.cli import root
from capteur.estimators import weights
from capteur.house.touching import KINDS
from capteur.kinds import CATALOGUE
from capteur.roster.standings import STANDINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
ROWS = {
    row[0]: row[1:]
    for row in re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
}
CARRIERS = {"csv", "recipe", "recipe-hook"}
"""They bring whatever they are told to, so they are no kind's owner."""


def _sensors() -> dict[str, set[str]]:
    """Every sensor of this repository with the kinds it declares."""
    found = {}
    for project in (ROOT / "pyproject.toml", *(ROOT / "plugins").glob("*/pyproject.toml")):
        entries = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["entry-points"]["capteur.sensors"]
        for name, target in entries.items():
            if name not in CARRIERS:
                module, _, cls = target.partition(":")
                found[name] = set(getattr(import_module(module), cls).kind_names())
    return found


def _role(kind: str) -> str:
    if kind in weights.EVIDENCE:
        return f"{weights.EVIDENCE[kind].weight:g}, {weights.EVIDENCE[kind].half_life:g} d"
    if kind in weights.DAMPS:
        return f"damps to {weights.DAMPS[kind].multiplier:g}, {weights.DAMPS[kind].half_life:g} d"
    roles = (
        {weights.ASK: "its own channel"}
        | dict.fromkeys(weights.VETOES, "veto")
        | dict.fromkeys(weights.NEUTRAL, "neutral")
    )
    return roles[kind]


def test_every_kind_of_the_catalogue_is_on_the_page_and_has_a_role():
    """A kind without a role would count as one nobody configured."""
    assert {name: row[:3] for name, row in ROWS.items()} == {
        kind.name: (kind.singular, _role(kind.name), kind.could_also_mean or "-") for kind in CATALOGUE.values()
    }


def test_every_kind_has_an_owner_and_every_owner_brings_it():
    """A sensor that declares it, a command that writes it, or it is said to be for plugins."""
    owners = {kind: set(re.findall(r"`([^`]+)`", row[3])) for kind, row in ROWS.items()}
    sensors = _sensors()
    commands = {
        "capteur touch": set(KINDS.values()),
        "capteur accounts import": {*STANDINGS.values(), "account.student"},
    }
    brought = sensors | commands
    for kind, row in ROWS.items():
        assert owners[kind] or row[3] == "plugins", kind
        assert {owner for owner in owners[kind] if kind not in brought[owner]} == set(), kind
    for owner, kinds in brought.items():
        missing = {kind for kind in kinds & CATALOGUE.keys() if owner not in owners[kind]}
        assert missing == set(), f"docs/kinds.md does not name {owner} as where they come from"


SPOKEN = ("visit", "engagement", "content", "event", "cart", "question", "ask", "social", "touch")


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE if kind.partition(".")[0] in SPOKEN])
def test_what_people_do_says_what_else_it_could_mean(kind):
    assert CATALOGUE[kind].could_also_mean


def test_every_word_of_touch_is_on_the_page():
    section = PAGE.partition("## What people bring")[2].partition("\n## ")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| `([a-z.]+)`", section, re.MULTILINE)) == KINDS


def test_the_commands_on_the_page_run(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """As they are printed, one after the other; the times on the page have passed when they run."""
    project.configure("")
    project.accounts("domain,name\nacme.com,Acme\n")
    monkeypatch.chdir(project.folder)
    assert root.run(["accounts", "import"]) == 0
    lines = [
        line for block in re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for line in block.splitlines()
    ]
    assert len(lines) == 6
    for line in lines:
        assert root.run(shlex.split(line.removeprefix("capteur "))) == 0, line
    assert root.run(["questions"]) == 0
    capsys.readouterr()
    assert root.run(["signals", "--kind", "ask.contact"]) == 0
    assert "Please call me about 40 seats" in capsys.readouterr().out
