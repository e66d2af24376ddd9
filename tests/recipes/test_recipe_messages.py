"""What is wrong with a recipe is told by file, table and option, with the nearest right word, and never with a value."""

from __future__ import annotations

import sys

import pytest
from pydantic import ValidationError

from capteur import ConfigError, Kind
from capteur_sensors.recipes import Recipe, RecipeHook
from capteur_sensors.recipes.loading import load, templates
from capteur_sensors.recipes.paths import _engine

GOOD = """
[options.list]
required = true
about = "which list"

[request]
url = "https://api.example/${list}"

[pages]
by = "page"
param = "p"

[rows]
path = "leads"

[account]
domain = "site"

[signals.lead]
kind = "content.downloaded"
occurred_at = { path = "at", format = "iso" }
"""


@pytest.fixture
def told(tmp_path):
    """What is said about GOOD with one thing changed."""

    def tell(old: str, new: str, options: dict | None = None, adjust: dict | None = None) -> str:
        assert old in GOOD
        (tmp_path / "own.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError) as refused:
            load(
                "own.toml",
                base=tmp_path,
                options={"list": "a"} if options is None else options,
                adjust=adjust or {},
                kinds=Recipe.kind_names(),
            )
        return str(refused.value)

    return tell


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("occurred_at =", "occured_at =", "own.toml, [signals.lead]: unknown option 'occured_at'; did you mean 'occurred_at'?"),
        ("occurred_at = { path", "topic = 'a' #", "own.toml, [signals.lead]: the option 'occurred_at' is missing"),
        ("[signals.lead]", "[signal.lead]", "own.toml: unknown table 'signal'; did you mean 'signals'?"),
        ('format = "iso"', 'formt = "iso"', "own.toml, [signals.lead] occurred_at: unknown option 'formt'; did you mean 'format'?"),
        ('format = "iso"', 'format = "unixms"', "own.toml, [signals.lead] occurred_at.format: no such format; did you mean 'unix_ms'?"),
        ('format = "iso"', 'timezone = "Europe/Pari"', "own.toml, [signals.lead] occurred_at.timezone: no such time zone"),
        ('path = "leads"', 'path = "leads["', "own.toml, [rows] path: not a JMESPath: it ends too early"),
        ('path = "leads"', 'path = "a b"', "own.toml, [rows] path: not a JMESPath: character 3 does not fit"),
        ('path = "leads"', 'path = ""', "own.toml, [rows] path: not a JMESPath: it is empty"),
        ('path = "leads"', 'path = ["leads", 7]', "own.toml, [rows] path: expected a path in quotes, or a list of them"),
        ('path = "leads"', 'path = "lenght(@)"', "own.toml, [rows] path: not a JMESPath: there is no function lenght(); did you mean 'length'?"),
        ('path = "leads"', 'path = "domain(a, b)"', "own.toml, [rows] path: not a JMESPath: domain() takes 1, not 2 arguments"),
        ("content.downloaded", "content.download", "own.toml, [signals.lead] kind: no such kind; did you mean 'content.downloaded'?"),
        ("content.downloaded", "download", "own.toml, [signals.lead] kind: a kind is of the form area.fact"),
        ("${list}", "${lst}", "own.toml, [request] url: ${lst} is no option of this recipe; did you mean 'list'?"),
        ('by = "page"', 'by = "pages"', "own.toml, [pages] by: expected 'page', 'offset', 'cursor', 'next' or 'link'"),
        ('by = "page"\nparam = "p"', 'by = "cursor"', "own.toml, [pages]: `param` is missing"),
        ("https://api", "api", "own.toml, [request]: `url` begins with https://"),
        ("[pages]", '[request.auth]\nbearer = true\nheader = "X"\n[pages]', "own.toml, [request] auth: write bearer = true, or header"),
        ('[account]\ndomain = "site"', "", "own.toml: [signals.lead] names no company"),
        ("[request]", '[detail]\nurl = "https://x.example"\n[rows2]\n[request]', "own.toml: unknown table 'rows2'; did you mean 'rows'?"),
        ("required = true", "requird = true", "own.toml, [options.list]: unknown option 'requird'; did you mean 'required'?"),
        ('param = "p"', 'param = "p"\nmost = 0', "own.toml, [pages] most: expected 1 or more"),
        ("[request]", "[request", "own.toml: not TOML, at line 6, column 9"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_by_its_place_and_cure(old, new, said, told):
    assert said in told(old, new)


def test_a_misspelt_option_is_not_told_as_missing_too(told):
    assert "missing" not in told("occurred_at =", "occured_at =")


def test_every_mistake_is_told_at_once(told):
    text = told('path = "leads"', 'path = "leads["\nwhn = "x"')
    assert "[rows] path: not a JMESPath" in text
    assert "[rows]: unknown option 'whn'; did you mean 'when'?" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "options: own.toml needs the option 'list': which list"),
        ({"lst": "a"}, "options: own.toml has no option 'lst'; did you mean 'list'?"),
        ({"list": ["a"]}, "options: 'list' is one value, not a list"),
        ({"list": 1.5}, "options: 'list': expected text"),
    ],
)
def test_options_are_checked_against_the_recipe(options, said, told):
    assert said in told("[rows]", "[rows]", options)


def test_a_change_of_the_users_is_told_as_his(told):
    """He looks in capteur.toml, not in the file."""
    said = told("[rows]", "[rows]", adjust={"rows": {"path": "a["}, "signals": {"lead": {"knd": "x"}}})
    assert "adjust, [rows] path: not a JMESPath" in said
    assert "adjust, [signals.lead]: unknown option 'knd'; did you mean 'kind'?" in said


CANARY = "canary-9f2c"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('path = "leads"', f'path = "{CANARY}["'), ('path = "leads"', f"path = '`{CANARY}'"), ("content.downloaded", CANARY),
        ('format = "iso"', f'format = "{CANARY}"'), ('format = "iso"', f'timezone = "{CANARY}"'), ('by = "page"', f'by = "{CANARY}"'),
        ("required = true", f'required = "{CANARY}"'), ("https://api", CANARY), ("[pages]", f'[request.headers]\nX = ["{CANARY}"]\n[pages]'),
        ("[pages]", f'[request.auth]\nheader = "X"\nbearer = "{CANARY}"\n[pages]'), ('param = "p"', f'param = "p"\nmost = "{CANARY}"'),
        ("[request]", f'"{CANARY}'),
    ],
)  # fmt: skip
def test_a_value_is_never_quoted(old, new, told):
    """It may be the secret somebody wrote into the wrong line."""
    assert CANARY not in told(old, new)


def test_a_value_out_of_the_options_is_never_quoted(told):
    assert CANARY not in told('path = "leads"', "path = '${list}['", {"list": CANARY})


def test_a_shipped_recipe_is_checked_when_the_settings_are_read(project):
    """`capteur check` says so, before anything runs; the name and the cure are legible."""
    house = project.open('[sensors.jobs]\nuse = "recipe"\nrecipe = "mantik"\nkey = "env:K"\n', K=CANARY)
    (broken,) = house.broken
    assert "sensor jobs: no recipe of that name comes with capteur; did you mean 'mantiks'?" in str(broken)
    assert CANARY not in str(broken)


def test_a_recipe_of_the_project_is_checked_at_its_first_run(project):
    house = project.follow(GOOD.replace("path", "pth"), 'options = { list = "a" }')
    (run,) = house.run().runs
    assert run.status == "parked"
    assert "own.toml, [rows]: unknown option 'pth'; did you mean 'path'?" in run.error


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ("missing.toml", "there is no recipe"),
        ("./", "is a folder, not a recipe"),
        ("latin.toml", "is not UTF-8 text"),
        ("large.toml", "is it a recipe?"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(recipe, said, tmp_path):
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    (tmp_path / "large.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(ConfigError) as refused:
        load(recipe, base=tmp_path, options={}, adjust={}, kinds=())
    assert said in refused.value.what


def test_the_two_sensors_name_each_other():
    with pytest.raises(ValidationError, match='use = "recipe-hook"'):
        Recipe(recipe="albacross")
    with pytest.raises(ValidationError, match='use = "recipe"'):
        RecipeHook(recipe="mantiks", options={"job_location_ids": [1]})


def test_a_key_that_the_recipe_does_not_send_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text(GOOD)
    with pytest.raises(ConfigError, match="it takes no key"):
        Recipe(recipe="own.toml", options={"list": "a"}, key=CANARY).book(tmp_path)


def test_without_the_extra_the_cure_is_told(monkeypatch):
    """The sensors are listed and load; only using one needs jmespath."""
    monkeypatch.setitem(sys.modules, "jmespath", None)
    monkeypatch.delitem(sys.modules, "capteur_sensors.recipes.engine", raising=False)
    monkeypatch.delattr("capteur_sensors.recipes.engine", raising=False)
    _engine.cache_clear()
    try:
        with pytest.raises(ConfigError) as refused:
            RecipeHook(recipe="n8n")
    finally:
        _engine.cache_clear()
    assert refused.value.what == "recipes need the package jmespath, which is not installed"
    assert refused.value.fix == "pip install 'capteur[recipes]'"


def test_a_kind_of_ones_own_needs_three_lines(receive):
    """As with the csv sensor: `kinds` belong to the class."""

    class Trials(RecipeHook):
        """Trials of our own product."""

        name = "trials"
        kinds = (*RecipeHook.kinds, Kind("trial.started", "trial started"))

    got = receive(Trials(recipe="n8n"), {"domain": "acme.com", "kind": "trial.started", "date": "2026-11-18", "id": 1})
    assert [a.kind for a in got.accepted] == ["trial.started"]


def test_every_shipped_recipe_has_a_title():
    options = {
        "mantiks": {"job_location_ids": [1]},
        "phantombuster": {"agent_id": 1, "kind": "social.engaged"},
        "phantombuster-hook": {"kind": "social.engaged"},
    }
    titles = {
        name: load(name, base=".", options=options.get(name, {}), adjust={}, kinds=Recipe.kind_names()).recipe.title
        for name in templates()
    }
    assert sorted(titles) == ["albacross", "lonescale", "mantiks", "n8n", "phantombuster", "phantombuster-hook"]
    assert all(titles.values())
