"""docs/how-the-estimate-is-made.md says what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from capteur.estimators.evidence import Evidence
from capteur.estimators.options import Breadth, Momentum, Surprise

PAGE = Path(__file__).parents[2] / "docs" / "how-the-estimate-is-made.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_worked_example_runs(page):
    """One program in three blocks, with its figures asserted."""
    program = blocks(page, "python")
    assert len(program) == 3
    scope: dict[str, object] = {}
    for block in program:
        exec(compile(block, str(PAGE), "exec"), scope)


def test_the_table_shows_the_lines_of_the_example(page):
    for figure in ("+1.9", "+0.7, +0.4, +0.2", "−0.8", "**2.4**, probably between 1.4 and 3.8, rising"):  # noqa: RUF001  a minus
        assert figure in page


def test_the_configuration_is_accepted_as_printed(page):
    toml, _ = blocks(page, "toml")
    raw = tomllib.loads(toml)["models"]["main"]
    assert raw.pop("use") == Evidence.name
    estimator = Evidence(**raw)
    assert list(estimator.derived()) == ["seq:funded-then-hiring"]
    assert estimator._rules.of("visit.key_page").weight == 3


def test_the_derived_kinds_are_accepted_as_printed(page):
    _, toml = blocks(page, "toml")
    estimator = Evidence(**tomllib.loads(toml)["models"]["main"])
    assert list(estimator.derived()) == ["momentum", "breadth", "surprise"]
    assert estimator.market_kinds() == {"visit.page", "visit.key_page"}


def test_the_table_of_derived_kinds_names_their_options():
    """docs/configuration.md, against the options themselves."""
    text = (PAGE.parent / "configuration.md").read_text(encoding="utf-8")
    for name, option in (("momentum", Momentum), ("breadth", Breadth), ("surprise", Surprise)):
        (row,) = re.findall(rf"^\| `\[models\.NAME\.{name}\]` \| (.*?) \|", text, re.MULTILINE)
        assert set(re.findall(r"`(\w+)`", row)) == set(option.model_fields)
