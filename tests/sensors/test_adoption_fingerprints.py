"""A folder of fingerprints in Wappalyzer's format: the captured one from when it was free, and what a set can do wrong."""

from __future__ import annotations

import itertools
import json
import time
from datetime import timedelta

import pytest

from capteur import ConfigError
from capteur_sensors._tools import Trace
from capteur_sensors.adoption import Adoption
from capteur_sensors.adoption.fingerprints import Folder, _load, load

DAY = timedelta(days=1)
HOME = "https://acme.example/"
HTML = {"content-type": "text/html"}


@pytest.fixture
def folder(tmp_path):
    """Write a set: `folder(Acme={...})`; returns its path."""

    def write(**technologies: object) -> str:
        place = tmp_path / "fingerprints"
        place.mkdir(exist_ok=True)
        entries = {name.replace("_", " "): {"cats": [1], **entry} for name, entry in technologies.items()}  # type: ignore[dict-item]
        (place / "a.json").write_text(json.dumps(entries))
        _load.cache_clear()
        return str(place)

    return write


def found(made: Folder, *traces: tuple[str, str]) -> dict[str, float]:
    return {hit.tool: hit.strength for hit in made.find(Trace(*trace) for trace in traces)}


@pytest.fixture
def captured(shared_data):
    return load(str(shared_data / "fingerprints" / "wappalyzer_mit_20230124"))


def test_the_captured_set_is_read_with_every_pattern(captured):
    """Three of its files, 691 technologies; 519 of them have something of what is read. Counted apart."""
    assert len(captured.names) == 691
    assert len({pattern.tool for patterns in captured.patterns.values() for pattern in patterns}) == 519
    assert "patterns that are no regular expression" not in captured.skipped
    assert captured.skipped["js"] == 320
    assert captured.skipped["html"] == 69
    assert captured.skipped["dns SOA"] == 14


@pytest.mark.parametrize(
    ("trace", "tool"),
    [
        (("txt", "hubspot-domain-verification="), "HubSpot"),
        (("spf", "2718281.spf04.hubspotemail.net"), "HubSpot"),
        (("script", "static.hotjar.com/c/hotjar-1.js"), "Hotjar"),
        (("script", "cdn.segment.com/analytics.js/v1/x/analytics.min.js"), "Segment"),
        (("script", "www.googletagmanager.com/gtag/js"), "Google Analytics"),
        (("cookie", "_ga_ABC123"), "Google Analytics"),  # a name with a star
        (("header", "server: Squarespace"), "Squarespace"),
        (("header", "x-shopid: 1"), "Shopify"),
        (("meta", "generator: Hugo 0.120"), "Hugo"),
        (("meta", "generator: Ghost 5.82"), "Ghost"),
        (("mx", "aspmx.l.google.com"), "Google Workspace"),
    ],
)
def test_the_captured_set_knows_these_traces(captured, trace, tool):
    assert tool in found(captured, trace)


def test_traces_that_mean_nothing_mean_nothing_to_the_captured_set(captured):
    assert (
        found(captured, ("script", "cdn.nobody.example/app.js"), ("cookie", "session"), ("header", "x-nothing: 1"))
        == {}
    )


def test_confidences_are_read_and_add_up_to_at_most_one(folder):
    made = load(
        folder(
            Weak={"scriptSrc": ["one\\.js\\;confidence:30", "two\\.js\\;confidence:50\\;version:\\1"]},
            Sure={"scriptSrc": ["one\\.js", "two\\.js"]},
        )
    )
    assert found(made, ("script", "a.example/one.js")) == {"Weak": 0.3, "Sure": 1.0}
    assert found(made, ("script", "a.example/one.js"), ("script", "a.example/two.js")) == {"Weak": 0.8, "Sure": 1.0}


def test_a_pattern_is_matched_within_one_trace(folder):
    made = load(folder(Acme={"scriptSrc": "^https://a\\.example/.+acme\\.js$"}))
    assert found(made, ("script", "a.example/x/acme.js")) == {"Acme": 1.0}
    assert found(made, ("script", "a.example/x"), ("script", "b.example/acme.js")) == {}


def test_bad_patterns_are_counted_and_the_others_work(folder):
    made = load(
        folder(
            Broken={"scriptSrc": ["(", "[z-a]", "good\\.js", "*x", "(?P<n>"], "headers": {"Server": "+"}},
            Odd={
                "scriptSrc": [7, None, {"a": 1}],
                "headers": ["x"],
                "meta": None,
                "cookies": {"sid": "^\\d+$"},
                "dns": {"NS": "x"},
            },
            Long={"scriptSrc": "a" * 5_000},
        )
    )
    assert found(made, ("script", "a.example/good.js")) == {"Broken": 1.0}
    assert dict(made.skipped) == {
        "patterns that are no regular expression": 5,
        "cookies known by their value": 1,
        "dns NS": 1,
        "patterns too long": 1,
    }


@pytest.mark.parametrize("pattern", ["^(?:a|a)*$", "^(a|aa)+$"])
def test_catastrophic_backtracking_costs_a_moment_and_says_perhaps(folder, pattern):
    """Two to the power of sixty ways: stopped after some hundredths of a second, neither a find nor a loss."""
    made = load(folder(Slow={"headers": {"X-A": pattern}}, Quick={"scriptSrc": "quick\\.js"}))
    began = time.monotonic()
    hits = found(made, ("header", "x-a: " + "a" * 60 + "!"), ("script", "a.example/quick.js"))
    assert time.monotonic() - began < 1.0
    assert hits == {"Slow": 0.0, "Quick": 1.0}


def test_perhaps_neither_finds_a_tool_nor_loses_one(bench, world, folder):
    sensor = Adoption(dns=False, fingerprints=folder(Slow={"headers": {"X-A": "^(?:a|a)*$"}}))
    world.put(HOME, "<html></html>", headers={**HTML, "X-A": "a" * 60 + "!"})
    assert bench.run(sensor).accepted == []
    world.put(HOME, "<html></html>", headers={**HTML, "X-A": "aaa"})
    assert [a.kind for a in bench.run(sensor, later=DAY).accepted] == ["tool.present"]
    world.put(HOME, "<html></html>", headers={**HTML, "X-A": "a" * 60 + "!"})
    for _ in range(3):
        assert bench.run(sensor, later=DAY).accepted == []


def test_a_source_takes_no_longer_than_its_time_and_what_was_not_tried_is_perhaps_there(folder):
    made = load(folder(**{f"T{n}": {"scriptSrc": f"t{n}\\.js"} for n in range(5)}))
    clock = itertools.count(0.0, 0.3)
    slow = Folder(made.names, made.skipped, made.patterns, monotonic=lambda: next(clock))
    assert list(found(slow, ("script", "a.example/t0.js")).items()) == [("T0", 1.0), ("T3", 0.0), ("T4", 0.0)]


def test_older_sets_and_files_beside_are_read_or_left(tmp_path):
    (tmp_path / "technologies.json").write_text(
        json.dumps({"$schema": "x", "technologies": {"New": {"cats": [1], "script": "new\\.js"}}})
    )
    (tmp_path / "apps.json").write_text(json.dumps({"apps": {"Old": {"cats": [1], "script": "old\\.js"}}}))
    (tmp_path / "categories.json").write_text(json.dumps({"1": {"name": "CMS", "priority": 1}}))
    (tmp_path / "broken.json").write_text('{"half": ')
    (tmp_path / "list.json").write_text("[1, 2]")
    _load.cache_clear()
    made = load(str(tmp_path))
    assert made.names == {"New", "Old"}
    assert made.skipped["files that are no JSON"] == 1


@pytest.mark.parametrize(("name", "told"), [("nowhere", "does not exist"), ("", "has no JSON file")])
def test_a_folder_without_fingerprints_is_told_with_its_path(tmp_path, name, told):
    with pytest.raises(ConfigError, match=told) as caught:
        load(str(tmp_path / name))
    assert str(tmp_path) in caught.value.why


def test_a_folder_of_other_json_is_told(tmp_path):
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(ConfigError, match="no file of the folder holds fingerprints"):
        load(str(tmp_path))


# --- in the sensor ----------------------------------------------------------------------------------------------------


def test_its_tools_are_told_like_others_and_one_that_capteur_knows_too_is_told_once(bench, world, folder):
    path = folder(
        Acme_Shop={"scriptSrc": "/acme-shop/v([\\d.]+)\\.js\\;version:\\1"},
        HubSpot={"scriptSrc": "js\\.hs-scripts\\.com"},
    )
    sensor = Adoption(dns=False, fingerprints=path, competitors=("acme shop",))
    world.put(HOME, "<html></html>", headers=HTML)
    bench.run(sensor)
    world.put(
        HOME,
        '<html><script src="/acme-shop/v2.1.js"></script><script src="//js.hs-scripts.com/1.js"></script></html>',
        headers=HTML,
    )
    run = bench.run(sensor, later=DAY)
    assert {(a.kind, (a.summary or "").partition(":")[0]) for a in run.accepted} == {
        ("tool.competitor_adopted", "Acme Shop"),
        ("tool.present", "HubSpot"),
    }


def test_a_name_in_the_lists_that_neither_knows_parks_the_instance(bench, world, folder):
    sensor = Adoption(dns=False, fingerprints=folder(Acme={"scriptSrc": "acme\\.js"}), competitors=("Akme",))
    world.put(HOME, "<html></html>", headers=HTML)
    run = bench.run(sensor)
    assert isinstance(run.error, ConfigError)
    assert "competitors: entry 1 is no tool capteur knows" in str(run.error)


def test_a_set_that_is_pointed_at_later_finds_nothing_new(bench, world, folder):
    page = '<html><script src="/acme.js"></script><script src="//js.hs-scripts.com/1.js"></script></html>'
    world.put(HOME, page, headers=HTML)
    bench.run(Adoption(dns=False, ecosystem=("HubSpot",)))
    path = folder(Acme={"scriptSrc": "acme\\.js"})
    run = bench.run(Adoption(dns=False, ecosystem=("HubSpot",), competitors=("Acme",), fingerprints=path), later=DAY)
    assert [(a.kind, (a.summary or "").partition(":")[0]) for a in run.accepted] == [("tool.present", "Acme")]


def test_the_folder_is_looked_for_beside_capteur_toml(bench, world, folder, tmp_path):
    folder(Acme={"scriptSrc": "acme\\.js"})
    world.put(HOME, '<html><script src="/acme.js"></script></html>', headers=HTML)
    assert len(bench.run(Adoption(dns=False, fingerprints="fingerprints")).accepted) == 1
