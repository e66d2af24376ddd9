"""docs/configuration.md tells every setting, as it is; docs/words.md tells every word."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from capteur.sensor import RESERVED
from capteur.settings import FIELDS, OPTIONS, load
from capteur.settings.options import GROUPS, RULES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")
EVERY = [(table, name) for table, options in OPTIONS.items() for name in options]


def _default(value: object) -> str:
    return "none" if value is None else f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


@pytest.mark.parametrize(("table", "name"), EVERY, ids=[f"{t}.{n}" for t, n in EVERY])
def test_the_page_has_every_option_with_its_default_and_words(table, name):
    option = OPTIONS[table][name]
    section = PAGE.partition(f"### `[{table}]`")[2].partition("###")[0]
    assert f"| `{name}` | {_default(option.default)} | {option.words} |" in section


def test_the_page_has_no_option_that_is_not_there():
    for table in OPTIONS:
        section = PAGE.partition(f"### `[{table}]`")[2].partition("###")[0]
        assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(OPTIONS[table])


@pytest.mark.parametrize(("group", "words"), GROUPS.items())
def test_the_page_has_every_group(group, words):
    assert f"| `[{group}.NAME]` | {words} |" in PAGE


def test_the_page_has_every_reserved_option_of_a_sensor():
    section = PAGE.partition("### `[models.NAME]`")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == RESERVED


def test_the_file_on_the_page_reads(tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert blocks
    for block in blocks:
        (tmp_path / "capteur.toml").write_text(block)
        assert load(tmp_path / "capteur.toml", {}).capacity == 12


def test_the_variables_on_the_page_are_read(tmp_path):
    (tmp_path / "capteur.toml").write_text('[sensors.hiring]\n[sensors.french-jobs]\nuse = "hiring"\n')
    variables = dict(re.findall(r"\| `(CAPTEUR_\w+__\w+)=(.+?)` \|", PAGE))
    settings = load(tmp_path / "capteur.toml", {**variables, "DATABASE_URL": "postgresql://db/x"})
    assert settings.sensors == {"hiring": {"every": "1h"}, "french-jobs": {"use": "hiring", "enabled": False}}
    assert (settings.web.concurrency, settings.store_url) == (16, "postgresql://db/x")


WORDS = (
    "intent", "signal", "sensor", "instance", "kind", "opening read", "estimator", "estimate", "contributions", "model", "version", "ask",
    "account", "fit", "outcome", "remark",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_explained(word):
    assert re.search(rf"\*\*{word}\*\*", (DOCS / "words.md").read_text(encoding="utf-8"), re.IGNORECASE)


@pytest.mark.parametrize(("table", "words"), RULES.items())
def test_the_page_has_every_table_of_patterns_and_its_fields(table, words):
    section = PAGE.partition(f"### `[{table}]`")[2].partition("###")[0]
    assert f"| `[{table}]` | {words} |" in section
    assert all(f"`{field}`" in section for field in FIELDS)
