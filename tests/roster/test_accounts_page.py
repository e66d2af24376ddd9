"""docs/accounts.md, walked through from its first command to its last; each shows what the page says it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from capteur.cli import root
from capteur.domains import is_academic, is_free_mail, is_hosted, registrable
from capteur.importing.columns import recognise
from capteur.matching import normal_name

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\\\|\r")
FILES = dict(
    zip(("accounts.csv", "history.csv", "competitors.csv"), (b for kind, b in BLOCKS if kind == "csv"), strict=True)
)
CONFIG = '[capteur]\nversion = 1\n[sensors.history]\nuse = "csv"\npath = "history.csv"\n'


def typed(capsys: pytest.CaptureFixture[str], command: str) -> str:
    """What a command shows at a terminal of 100 columns."""
    code = root.run(["--color", "always", *shlex.split(command)[1:]])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return ANSI.sub("", captured.out + captured.err)


def walk() -> Iterator[tuple[str, list[str]]]:
    """The page's commands, each with the lines it shows."""
    for kind, block in BLOCKS:
        if kind == "console":
            for part in block.split("$ ")[1:]:
                command, *lines = part.splitlines()
                yield command, [line for line in lines if line.strip()]


def test_every_command_shows_what_the_page_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "capteur.toml").write_text(CONFIG)
    for number, (command, lines) in enumerate(walk()):
        if command == "capteur accounts import" and number == LISTS_AT:
            (tmp_path / "capteur.toml").write_text(CONFIG + next(b for kind, b in BLOCKS if kind == "toml"))
        shown = [" ".join(line.split()) for line in typed(capsys, command).splitlines()]
        for line in lines:
            wanted = ".*".join(map(re.escape, " ".join(line.split()).split("...")))
            assert any(re.search(wanted, other) for other in shown), (command, line, shown)


LISTS_AT = max(number for number, (command, _) in enumerate(walk()) if command == "capteur accounts import")
"""From this command on the list of competitors is configured."""


def test_the_page_says_what_the_code_does():
    """Whoever changes a rule changes the sentence that tells it."""
    assert {registrable(t) for t in ("https://jobs.acme.co.uk/roles", "Info@Acme.co.uk")} == {"acme.co.uk"}
    assert all(map(is_hosted, ("acme.greenhouse.io", "acme.myshopify.com", "linkedin.com/company/acme")))
    assert not is_hosted("linkedin.com")
    assert all(map(is_free_mail, ("gmail.com", "gmx.de")))
    assert all(map(is_academic, ("mit.edu", "ox.ac.uk", "uni-mannheim.de")))
    same = [("Coca-Cola", "The Coca-Cola Company"), ("1Komma5", "1KOMMA5° GmbH"), ("Acme", "Acme SE & Co. KG"),
            ("JP Morgan", "J.P. Morgan"), ("Acme", "Acme Inc. (DE)"), ("Acme", "ACME INC /DE/")]  # fmt: skip
    assert all(normal_name(one) == normal_name(two) for one, two in same)
    assert "acme" not in {normal_name("Acme Ltd (UK)"), normal_name("Acme GmbH Deutschland")}


def test_the_columns_on_the_page_are_read():
    table = PAGE.partition("| column |")[2].partition("\n\n")[0]
    columns = [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    headers = [name.replace("id:NAME", "id:duns") for name in columns if name != "..."]
    assert recognise(headers, None, "accounts.csv").ignored == []
