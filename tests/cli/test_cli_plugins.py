"""`capteur plugins` on a folder with good, careless and hostile plugins: each is told, none stops the listing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from capteur.cli import root

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
CARELESS = '''from capteur import FeedSensor


class Careless(FeedSensor):
    """A key in plain text."""

    name = "careless"
    kinds = ("funding.raised",)
    token: str = ""

    def detect(self, ctx):
        yield
'''
LOUD = """from capteur import hookimpl

print("hello from a plugin")


@hookimpl
def capteur_run_finished(instance):
    print(instance)
"""
LEAVING = CARELESS.replace("Careless", "Leaving").replace('"careless"', '"leaving"') + "\nraise SystemExit(3)\n"


@pytest.fixture
def told(project, capteur):
    folder = project / "plugins"
    folder.mkdir()
    for name, code in (("careless", CARELESS), ("loud", LOUD), ("leaving", LEAVING)):
        (folder / f"{name}.py").write_text(code)
    return capteur


def test_every_plugin_has_its_line_with_hooks_and_conformance(told):
    code, out, err = told("plugins")
    assert code == 0
    lines = {row["name"]: row for row in csv.DictReader(io.StringIO(out), delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert (lines["csv"]["state"], lines["csv"]["conformance"], lines["csv"]["failing"]) == ("ok", "6 of 6", "")
    assert lines["hiring"]["state"] == "not used"
    assert lines["evidence@1"]["conformance"].endswith(" of 20")
    assert (lines["careless"]["state"], lines["careless"]["conformance"]) == ("not used", "5 of 6")
    assert lines["careless"]["failing"].startswith("its secrets are typed as secrets: careless.py:4: Careless")
    assert lines["leaving"]["message"] == "leaving.py:14: SystemExit: it left the process while it was imported"
    assert (lines["leaving"]["fix"], lines["leaving"]["conformance"]) == ("raise an error instead", "")
    assert (lines["loud"]["hooks"], lines["loud"]["conformance"]) == ("capteur_run_finished", "")
    assert err == "hello from a plugin\n", "what a plugin prints is no data"


def test_a_program_gets_the_failing_checks_with_their_cures(told):
    items = {item["name"]: item for item in json.loads(told("plugins", "--json")[1])["items"]}
    assert items["csv"]["conformance"] == {"passed": 6, "of": 6, "failing": []}
    assert items["loud"]["hooks"] == ["capteur_run_finished"]
    assert items["loud"]["conformance"] is None
    (failing,) = items["careless"]["conformance"]["failing"]
    assert failing == {
        "check": "its secrets are typed as secrets",
        "message": "careless.py:4: Careless: the option 'token' is plain text",
        "fix": "token: SecretStr",
    }


def test_check_warns_and_fails_nothing(told):
    code, out, err = told("check")
    assert code == 0
    assert "warn\tplugin careless\tfails 'its secrets are typed as secrets': careless.py:4" in out
    assert "warn\tplugin leaving\tleaving.py:14: SystemExit" in out
    assert err == "hello from a plugin\n"


def test_on_a_terminal_the_cure_stands_below_its_plugin(told, terminal, monkeypatch):
    """As docs/testing.md shows it."""
    streams = terminal()
    monkeypatch.setenv("COLUMNS", "80")
    assert root.run(["plugins", "--color", "never"]) == 0
    lines = [line.rstrip() for line in streams.out.getvalue().splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("!  careless"))
    assert lines[at + 1].startswith("   fails 'its secrets are typed as secrets': careless.py:4")
    assert lines[at + 3] == "   fix: token: SecretStr"
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert " ".join(" ".join(lines[at : at + 4]).split()) in page
    assert "   hears capteur_run_finished" in lines
