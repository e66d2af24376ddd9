"""docs/testing.md is true: its files are written as they stand there, and pytest runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from capteur.testing.checking import checks
from capteur.testing.sensors import SensorConformance

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
FILES = re.compile(r"```python\n# (?P<name>\w+\.py)\n(?P<text>.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("page")
    for found in FILES.finditer(PAGE.read_text()):
        (folder / found["name"]).write_text(found["text"])
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--strict-markers", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder).stdout


def test_the_files_of_the_page_pass(shown):
    assert re.search(r"^\d+ passed, \d+ skipped in", shown, re.MULTILINE), shown[-2000:]


@pytest.mark.parametrize(
    ("kit", "least"), [("TestRounds", 30), ("TestMomentum", 20), ("TestPager", 14), ("TestLocal", 7)]
)
def test_each_kit_of_the_page_runs_its_checks(kit, least, shown):
    assert len(re.findall(rf"^PASSED .*::{kit}::", shown, re.MULTILINE)) >= least


def test_the_message_on_the_page_is_the_kits_own(tmp_path, plugin):
    """Its file is the page's sensor, collecting a list."""
    page = PAGE.read_text()
    text = next(found["text"] for found in FILES.finditer(page) if found["name"] == "rounds.py")
    source = tmp_path / "page" / "rounds.py"
    source.parent.mkdir()
    source.write_text(text)
    cls = plugin(source, "Rounds", ("        for r in answer", "        found = []\n        for r in answer"), ("yield Signal(", "found.append(Signal("),
                 ('{"amount": r["amount"]})', '{"amount": r["amount"]}))\n        yield from found'))  # fmt: skip

    class TestSlip(SensorConformance):
        sensor = cls
        config = {"api_key": "s3cret"}  # noqa: RUF012  as an author writes it

        def upstream(self, router):
            hit = {
                "id": "r1",
                "domain": "acme.com",
                "amount": 12_000_000,
                "date": "2026-03-02",
                "url": "https://acme.com/news/12m",
            }
            router.get("https://rounds.example/v1").respond(json={"rounds": [hit, {**hit, "id": "r2"}]})

    with pytest.raises(pytest.fail.Exception) as caught:
        TestSlip().test_it_streams()

    assert f"```text\n{caught.value}\n```" in page


def test_the_page_names_how_many_checks_there_are(shown):
    """Some thirty for a sensor: those that do not apply to the page's sensor are skipped, none is missing."""
    passed = len(re.findall(r"^PASSED .*::TestRounds::", shown, re.MULTILINE))

    assert len(list(checks(SensorConformance))) - passed <= 3
