"""The demo's project files are such as a user would have written, and touch nobody's own."""

from __future__ import annotations

import csv

import pytest

from capteur import InputError
from capteur.settings import load
from capteur_sensors.demo import DemoWorld, prepare
from capteur_sensors.demo.market import market
from capteur_sensors.demo.project import write_project

WORLD = "http://127.0.0.1:1"


def test_the_configuration_is_read_as_it_was_meant(tmp_path):
    settings = load(write_project(tmp_path / "demo", market(), WORLD, news=True, visits=True), {})
    assert settings.web.world == WORLD
    assert settings.capacity == 5
    assert settings.sensors["hiring"]["roles"] == list(market().seller.roles)
    feeds = settings.sensors["news"]["feeds"]
    assert len(feeds) == 1 + sum(bool(c.news) for c in market().companies)
    assert {"url": "https://halyard.example/news/feed.xml"} in feeds
    assert feeds[-1]["account"] == "kestrelpay.example"


def test_every_feed_of_the_project_is_served(tmp_path, ask):
    settings = load(write_project(tmp_path, market(), WORLD, news=True, visits=True), {})
    assert {ask(feed["url"]).status for feed in settings.sensors["news"]["feeds"]} == {200}


def test_without_what_reads_feeds_and_logs_the_project_does_without_them(tmp_path):
    assert set(load(write_project(tmp_path, market(), WORLD, news=False, visits=False), {}).sensors) == {
        "hiring",
        "funding",
    }


def test_the_account_list_names_every_company_with_its_standing(tmp_path, now):
    folder = prepare(tmp_path, WORLD, now).parent
    rows = list(csv.DictReader((folder / "accounts.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 25
    assert {row["domain"] for row in rows if row["standing"] == "competitor"} == {"clearwater-ledger.example"}


def test_an_earlier_demo_is_written_anew(tmp_path, now):
    prepare(tmp_path, "http://127.0.0.1:9", now)
    assert WORLD in prepare(tmp_path, WORLD, now).read_text(encoding="utf-8")


def test_somebodys_own_project_is_left_alone(tmp_path, now):
    config = tmp_path / "capteur.toml"
    config.write_text("[capteur]\nversion = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="a project of your own"):
        prepare(tmp_path, WORLD, now)
    assert config.read_text(encoding="utf-8") == "[capteur]\nversion = 1\n"
    assert not (tmp_path / "accounts.csv").exists()


def test_the_world_of_the_demo_command_serves_and_writes(tmp_path, now):
    with DemoWorld().prepare(tmp_path, now) as config:
        world = load(config, {}).web.world
        assert world is not None
        assert world.startswith("http://127.0.0.1:")
