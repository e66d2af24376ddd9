"""docs/discovered.md: what it shows can be typed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import click

from capteur.cli.commands.accounts import accounts, add
from capteur.cli.commands.discovered import discovered
from capteur.settings import load

PAGE = (Path(__file__).parents[2] / "docs" / "discovered.md").read_text(encoding="utf-8")


def test_its_configuration_is_read(tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "capteur.toml").write_text(block)
    section = load(tmp_path / "capteur.toml", {}).accounts
    assert (section.discover, section.keep_discovered) == (("funding",), timedelta(days=365))


def test_its_options_are_those_of_the_commands():
    """--json is every command's."""
    told = set(re.findall(r"--[a-z]+", PAGE)) - {"--json"}
    known = {option for command in (add, discovered) for one in command.params for option in one.opts}
    assert told <= known
    assert {"--as", "--where", "--since", "--min", "--limit"} <= told


def test_its_commands_exist():
    told = set(re.findall(r"capteur accounts ([a-z]+)", PAGE))
    assert told <= set(accounts.list_commands(click.Context(accounts)))
