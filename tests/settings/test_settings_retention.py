"""`[retention]` and `[privacy]`: what is kept of whom for how long, and every mistake with its nearest right word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from capteur.errors import ConfigError
from capteur.settings import Settings, load
from capteur.settings.retention import age_of


def settings(tmp_path: Path, toml: str, env: dict[str, str] | None = None) -> Settings:
    (tmp_path / "capteur.toml").write_text(toml)
    return load(tmp_path / "capteur.toml", env or {})


RULES = """
[retention]
"visit.*" = "400d"
"*" = { person = "180d", signal = "800d" }
"visit.key_page" = { person = "30d" }
"account.partner" = "10d"
"""


@pytest.mark.parametrize(
    ("kind", "field", "days"),
    [
        ("visit.page", "signal", 400),
        ("visit.key_page", "person", 30),
        ("visit.page", "person", 180),
        ("funding.raised", "signal", 800),
        ("funding.raised", "summary", None),
        ("account.competitor", "signal", None),
        ("account.partner", "signal", 10),
    ],
)
def test_the_strictest_rule_that_fits_holds(tmp_path, kind, field, days):
    """A competitor does not stop being one by a rule for everything."""
    rules = settings(tmp_path, RULES).retention
    assert age_of(rules, kind, field) == (None if days is None else timedelta(days=days))


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ('visit = "400d"', "[retention] visit: a kind is area.fact, with * for any part; did you mean 'visit.*'?"),
        ('visit.page = "4d"', "[retention] visit: a kind is area.fact, with * for any part; did you mean 'visit.*'?"),
        ('"Visit.Page" = "4d"', "did you mean 'visit.page'?"),
        ('"*" = { persn = "9d" }', "[retention] *: unknown field 'persn'; did you mean 'person'?"),
        ('"visit.*" = "3h"', "[retention] visit.*: expected at least 1d"),
        ('"visit.*" = 400', "[retention] visit.*: expected how long"),
        ('"visit.*" = { data = "soon" }', "[retention] visit.* data: expected how long, e.g. 400d or 26w"),
    ],
)
def test_every_mistake_is_told_with_its_place(tmp_path, toml, complaint):
    with pytest.raises(ConfigError) as error:
        settings(tmp_path, f"[retention]\n{toml}\n")
    assert complaint in error.value.what


def test_a_misspelt_table_is_told_too(tmp_path):
    with pytest.raises(ConfigError, match=r"unknown table \[retenton\]; did you mean 'retention'"):
        settings(tmp_path, '[retenton]\n"*" = "9d"\n')


def test_a_variable_shortens_what_the_file_says(tmp_path):
    """The kind in capitals, its dot an underscore."""
    rules = settings(
        tmp_path, '[retention]\n"visit.page" = "400d"\n', {"CAPTEUR_RETENTION__VISIT_PAGE": "30d"}
    ).retention
    assert age_of(rules, "visit.page", "signal") == timedelta(days=30)


@pytest.mark.parametrize(
    ("toml", "allowed"),
    [("", [False, False]), ("persons = true", [True, True]), ('persons = ["visits"]', [True, False])],
)
def test_persons_are_kept_of_whom_the_settings_name(tmp_path, toml, allowed):
    """Nobody's, unless somebody says so. The sensor's own name counts as the instance's does."""
    privacy = settings(tmp_path, f"[privacy]\n{toml}\n").privacy
    assert [privacy.allows("our-visits", "visits"), privacy.allows("touch")] == allowed


def test_what_is_no_answer_to_persons_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="expected true, false, or names of sensors"):
        settings(tmp_path, '[privacy]\npersons = "some"\n')
