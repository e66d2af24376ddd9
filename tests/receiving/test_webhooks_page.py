"""docs/webhooks.md says what is there, and its sensor and its configuration work as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path

from capteur.receiving import app, bodies, browsers
from capteur.sensing import delivered
from capteur.sensor import PUSHED

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET = "a-secret-in-the-path-1"


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_page_has_every_option_that_belongs_to_capteur():
    section = PAGE.partition("## Who may send")[2].partition("| `secret_in` | for whom |")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == PUSHED


def test_the_page_has_every_way_a_secret_may_come():
    section = PAGE.partition("| `secret_in` | for whom |")[2].partition("\n\n")[0]
    assert {word.partition(":")[0] for word in re.findall(r'^\| `"([^"]+)"', section, re.MULTILINE)} == {
        "path", "header", "query", "signature",
    }  # fmt: skip


def test_the_numbers_on_the_page_are_those_of_the_code():
    for number in (
        f"take {bodies.IN_FLIGHT >> 20} MB at most",
        f"have {bodies.STRANGERS >> 20} MB of their own, {bodies.STRANGER >> 20} MB",
        f"more than {bodies.BODY_S:.0f} s",
        f"{browsers.BODY_MOST // 1024} kB a body, {browsers.SENDER[0]:.0f} requests a second an address ({browsers.SENDER[1]:.0f} at once)",
        f"{browsers.EVERYBODY:.0f} a second for all",
        f"after {delivered.PAUSES[0].seconds // 60} and after {delivered.PAUSES[1].seconds // 60} minutes",
    ):
        assert number in PAGE
    for header in app.KEPT:
        assert f"`{header}`" in PAGE
    assert app.WINDOW == 3_600_000_000, "within an hour"


def test_the_configuration_and_the_command_line_of_the_page_work(project, wire):
    (project.folder / "capteur.toml").write_text(block("toml"))
    house = project.open({"SIGNUPS_SECRET": SECRET})
    assert not house.broken
    house.add_account("acme.com")
    curl = PAGE.partition("curl -i ")[2]
    body = re.findall(r"-d '(\{.*?\})'", curl)[0]
    line = wire(house)
    assert line.post(f"/hooks/signups/{SECRET}", body.encode(), content_type="application/json").status == 200
    house.run()
    assert [(s.account, s.kind) for s in house.signals()] == [("acme.com", "question.asked")]


def test_the_sensor_of_the_page_reads_what_it_is_sent(project, wire):
    (project.folder / "plugins" / "signups.py").write_text(block("python"))
    project.configure(f'[sensors.signups]\nsecret = "{SECRET}"')
    house = project.open()
    house.add_account("acme.com")
    row = {"email": "kim@acme.com", "trial": 7, "started_at": "2026-11-19T10:00:00Z"}
    wire(house).post(f"/hooks/signups/{SECRET}", json.dumps(row).encode(), X_Plan="Pro")
    house.run()
    assert [(s.key, s.summary) for s in house.signals()] == [("product:7", "Trial of Pro")]
