"""docs/recipes.md tells every option, function and shipped recipe as it is, and its examples run."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import respx

from capteur_sensors.recipes import Recipe, RecipeHook, asked, book, moments, shapes
from capteur_sensors.recipes.loading import templates
from capteur_sensors.recipes.paths import _engine

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
TABLES = {
    "The instance, `[sensors.NAME]`": Recipe,
    "`[recipe]`": book.About,
    "`[options.NAME]`": book.Given,
    "`[request]`": asked.Request,
    "`[request.auth]`": asked.Auth,
    "`[request.since]`, `[request.until]`": moments.Window,
    "`[pages]`": asked.Pages,
    "`[rows]`": book.Rows,
    "`[detail]`": asked.Detail,
    "`[account]`": book.Who,
    "`[signals.NAME]`": book.SignalPart,
    "`[facts.NAME]`": book.FactPart,
    "`[outcomes.NAME]`": book.OutcomePart,
    "A time": moments.Moment,
    "A word": shapes.Word,
    "A strength": shapes.Share,
}
EVERY = [(title, name) for title, model in TABLES.items() for name in model.model_fields]


def _section(title: str) -> str:
    return re.split(r"\n##", PAGE.partition(f"### {title}\n")[2])[0]


def _default(field) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, moments.Moment):
        value = "received"
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return "none" if value is None or value in ({}, (), "") else f"`{json.dumps(value)}`"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("title", "name"), EVERY, ids=[f"{t} {n}" for t, n in EVERY])
def test_the_page_has_every_option_with_its_default_and_words(title, name):
    field = TABLES[title].model_fields[name]
    assert f"| `{name}` | {_default(field)} | {field.description} |" in _section(title)


@pytest.mark.parametrize("title", TABLES)
def test_the_page_has_no_option_that_is_not_there(title):
    assert re.findall(r"^\| `(\w+)` \|", _section(title), re.MULTILINE) == list(TABLES[title].model_fields)


def test_every_table_of_a_recipe_is_on_the_page():
    """Whatever `Book` and the tables below it have, has a section above."""
    told = {name for title in TABLES for name in re.findall(r"\[([a-z]+)[.\]]", title)} - {"sensors"}
    assert told == set(book.Book.model_fields)
    assert set(RecipeHook.model_fields) | {"key"} == set(Recipe.model_fields)


def test_every_function_and_every_shipped_recipe_is_on_the_page():
    import jmespath.functions

    ours = set(_engine().signatures) - set(jmespath.functions.Functions.FUNCTION_TABLE)
    section = PAGE.partition("## Paths")[2].partition("\n## ")[0]
    assert {
        name for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`(\w+)\(", cell)
    } == ours
    shipped = PAGE.partition("## What comes with capteur")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \|", shipped, re.MULTILINE)) == templates()


def test_the_example_runs(project):
    """Two pages; a free mailbox leaves the company's name, a person who did not come says nothing."""
    recipe, instance, _ = _blocks("toml")
    project.write("events.toml", recipe)
    house = project.open(instance, EVENTS_KEY="canary-key-3")
    came = {"id": "e1", "status": "checked-in", "title": "Autumn summit", "url": "https://events.example/e1", "date_published": "2026-11-12T18:00:00+01:00",
            "minutes": 45, "company": {"website": "https://acme.com", "employees": 80}, "attendee": {"email": "jo@acme.com"}}  # fmt: skip
    away = {**came, "id": "e2", "status": "no-show"}
    other = {**came, "id": "e3", "minutes": 90, "company": {"name": "Globex"}, "attendee": {"email": "kim@gmail.com"}}
    with respx.mock() as router:
        second = router.get("https://events.example/emea/feed.json", params={"page": "2"}).respond(
            json={"version": "https://jsonfeed.org/version/1.1", "items": [other]}
        )
        first = router.get("https://events.example/emea/feed.json").respond(
            json={
                "version": "https://jsonfeed.org/version/1.1",
                "items": [came, away],
                "next_url": "https://events.example/emea/feed.json?page=2",
            }
        )
        (run,) = house.run().runs
    assert (run.status, run.bad, run.new) == ("ok", 0, 2)
    assert {(row.account, row.kind, row.strength, row.summary) for row in house.signals()} == {
        ("acme.com", "event.attended", 0.75, "Autumn summit"),
        ("globex.com", "event.attended", 1.0, "Autumn summit"),
    }
    assert first.calls.last.request.url.params["from"] == "2026-08-22"
    assert second.calls.last.request.headers["authorization"] == "Bearer canary-key-3"
    assert {a.domain: a.facts.get("size") for a in house.accounts()} == {"acme.com": 80, "globex.com": None}


def test_the_shipped_ones_are_configured_as_printed(project, receive):
    """Each table loads, and the adjusted one reads a body of that shape."""
    _, _, instances = _blocks("toml")
    house = project.open(instances, MANTIKS_KEY="canary-1", PHANTOMBUSTER_KEY="canary-2")
    assert house.broken == []
    built = {i.name: i.sensor for i in house.instances}
    assert list(built) == ["mantiks", "leaders", "visitors", "flow"]
    got = receive(built["visitors"], {"lead": {"website": "acme.com", "last_seen": 1_795_000_000}})
    assert [(s.kind, s.account, s.occurred_at.isoformat()) for s in got.signals] == [
        ("visit.page", "acme.com", "2026-11-18T11:06:40+00:00")
    ]


def test_what_n8n_posts_is_read_as_printed(project, receive):
    (body,) = _blocks("json")
    sensor = RecipeHook.model_validate(
        {k: v for k, v in tomllib.loads(_blocks("toml")[2])["sensors"]["flow"].items() if k != "use"}
    )
    got = receive(sensor, body.encode())
    assert got.bad == []
    assert [(s.kind, s.summary) for s in got.signals] == [("ask.contact", "Wants a call")]
    assert got.facts == {("acme.com", "owner"): "Kim"}
    assert [(o.kind, o.key) for o in got.outcomes] == [("meeting", "hook:m-7:meeting")]


def test_the_kind_of_ones_own_works_as_printed(project):
    (code,) = _blocks("python")
    (project.folder / "plugins").mkdir()
    project.write("plugins/trials.py", code)
    house = project.open('[sensors.trials]\nrecipe = "n8n"\n')
    assert house.broken == []
    assert "trial.started" in house.instances[0].kinds
