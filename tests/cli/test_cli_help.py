"""Help, completion, the reference page, and that none of them imports what they do not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from capteur.cli import root
from capteur.cli.doors import Door, Entry, Hall
from capteur.cli.manual import commands, manual

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pydantic",
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "numpy",
    "rich",
    "alembic",
    "apscheduler",
    "structlog",
    "asyncio",
    "publicsuffixlist",
)
ALL = dict(commands())


def _python(code: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env={**os.environ, **env}
    )
    return done.stdout


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        (["--help"], {}),
        (["--version"], {}),
        ([], {"_CAPTEUR_COMPLETE": "bash_complete", "COMP_WORDS": "capteur ra", "COMP_CWORD": "1"}),
        ([], {"_CAPTEUR_COMPLETE": "bash_complete", "COMP_WORDS": "capteur accounts im", "COMP_CWORD": "2"}),
        ([], {"_CAPTEUR_COMPLETE": "bash_complete", "COMP_WORDS": "capteur rank --so", "COMP_CWORD": "2"}),
        (["rank", "--help"], {}),
        (["init", "--help"], {}),
    ],
    ids=["help", "version", "complete", "complete a group", "complete an option", "help of rank", "help of init"],
)
def test_help_and_completion_import_nothing_heavy(argv, env):
    code = f"import sys; from capteur.cli.root import run; run({argv}); print('IMPORTED', *sorted(sys.modules))"
    imported = _python(code, **env).rpartition("IMPORTED")[2].split()
    assert not [name for name in HEAVY if name in imported]


@pytest.mark.parametrize(
    ("words", "at", "found"),
    [
        ("capteur ra", 1, ["plain,rank"]),
        ("capteur accounts un", 2, ["plain,unmatched", "plain,unlink"]),
        ("capteur rank --so", 2, ["plain,--sort"]),
        ("capteur rank --sort t", 3, ["plain,trend"]),
        ("capteur --col", 1, ["plain,--color"]),
    ],
)
def test_the_shell_completes_commands_options_and_choices(words, at, found):
    said = _python(
        "from capteur.cli import main; main()", _CAPTEUR_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(at)
    )
    assert said.split() == found


def test_the_reference_page_is_what_the_commands_say():
    path = ROOT / "docs" / "cli.md"
    assert path.read_text(encoding="utf-8") == manual(), "renew it: python -m capteur.cli.manual > docs/cli.md"


def test_every_command_of_the_table_exists_and_is_documented():
    page = manual()
    for path, command in ALL.items():
        assert isinstance(command, Door), path
        assert command.name == path.rpartition(" ")[2]
        assert command.help, path
        assert f"\n## {path}\n" in page


def test_every_option_has_words():
    for path, command in ALL.items():
        for param in command.params:
            if isinstance(param, click.Option):
                assert param.help, f"{path} {param.opts}"
                assert param.help.endswith((".", "...")), f"{path} {param.opts}"


def test_the_words_of_the_table_fit_on_a_line():
    def entries(hall: Hall) -> list[Entry]:
        return list(hall.entries.values())

    every = entries(root.capteur)
    for entry in list(every):
        command = entry.load()
        every += entries(command) if isinstance(command, Hall) else []
    for entry in every:
        assert entry.help.endswith(".")
        assert len(entry.help) <= 66, entry.help


@pytest.mark.parametrize(
    "path", [[], ["accounts"], ["sensors"], ["db"], *(name.split()[1:] for name in ALL)], ids=" ".join
)
def test_help_fits_into_eighty_columns(path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert root.run([*path, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"Usage: {' '.join(['capteur', *path])}")
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_command_lists_its_own_options_and_names_the_shared_ones(capsys):
    root.run(["rank", "-h"])
    out = capsys.readouterr().out
    assert "--capacity N" in out
    assert "Everywhere:" in out
    assert "--config" in out.partition("Everywhere:")[2]
    assert out.count("--config") == 1


def test_capteur_alone_shows_the_help_and_is_no_mistake(capsys):
    assert root.run([]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: capteur")
    assert err == ""
    assert "Start:" in out
    assert "Exit codes:" in out


def test_a_group_alone_shows_its_commands(capsys):
    assert root.run(["accounts"]) == 0
    assert "  import " in capsys.readouterr().out


def test_the_version_is_the_distributions(capsys):
    from importlib.metadata import version

    assert root.run(["--version"]) == 0
    assert capsys.readouterr().out == f"capteur {version('capteur')}\n"
