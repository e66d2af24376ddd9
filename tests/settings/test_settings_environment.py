"""The environment: secrets by reference, and overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from capteur.errors import ConfigError
from capteur.settings import Settings, load


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Settings]:
    def of(text: str, env: Mapping[str, str] | None = None) -> Settings:
        (tmp_path / "capteur.toml").write_text(dedent(text))
        return load(tmp_path / "capteur.toml", env or {})

    return of


def test_a_secret_is_looked_up_when_its_table_is_resolved(read):
    settings = read(
        '[sensors.rounds]\napi_key = "env:KEY"\nheaders = {auth = "env:AUTH"}\nmore = ["env:KEY", "plain"]',
        {"KEY": "k1", "AUTH": "a1"},
    )
    values, secrets = settings.resolve("sensors.rounds", settings.sensors["rounds"])
    assert values == {"api_key": "k1", "headers": {"auth": "a1"}, "more": ["k1", "plain"]}
    assert secrets == {"k1", "a1"}
    assert settings.sensors["rounds"]["api_key"] == "env:KEY"


@pytest.mark.parametrize(("env", "why"), [({}, "not set"), ({"KEY": " "}, "empty")])
def test_a_missing_secret_names_variable_table_and_option(read, env, why):
    settings = read('[sensors.rounds]\napi_key = "env:KEY"', env)
    with pytest.raises(ConfigError) as caught:
        settings.resolve("sensors.rounds", settings.sensors["rounds"])
    assert caught.value.what == f"capteur.toml, [sensors.rounds] api_key: the environment variable KEY is {why}"
    assert caught.value.fix == "export KEY=..."


def test_a_missing_secret_of_one_instance_does_not_stop_loading(read):
    assert list(read('[sensors.a]\nkey = "env:MISSING"\n[sensors.b]').sensors) == ["a", "b"]


def test_what_is_no_variable_name_is_refused_without_being_quoted(read):
    """`env:` before a pasted secret must not print the secret."""
    settings = read('[sensors.rounds]\napi_key = "env:c4nary-s3cret"')
    with pytest.raises(ConfigError, match="after env: comes the name") as caught:
        settings.resolve("sensors.rounds", settings.sensors["rounds"])
    assert "c4nary" not in str(caught.value)


def test_the_database_address_may_be_a_secret(read):
    settings = read('[store]\nurl = "env:DATABASE_URL"', {"DATABASE_URL": "postgresql://u:pa55word@db/x"})
    assert settings.store_url == "postgresql://u:pa55word@db/x"
    assert "pa55word" in settings.secrets


def test_a_missing_database_address_stops_at_once(read):
    with pytest.raises(
        ConfigError, match=r"capteur\.toml, \[store\] url: the environment variable DATABASE_URL is not set"
    ):
        read('[store]\nurl = "env:DATABASE_URL"')


def test_all_secrets_are_known_for_redaction(read):
    settings = read(
        '[sensors.a]\nkey = "env:A"\n[notifiers.b]\nurl = "env:B"\nother = "env:MISSING"\n[models.c]\nx = ["env:C"]',
        {"A": "1a", "B": "2b", "C": "3c", "D": "4d"},
    )
    assert settings.secrets == {"1a", "2b", "3c"}


def test_repr_shows_no_secret(read):
    settings = read(
        '[sensors.a]\nkey = "c4nary"\n[store]\nurl = "postgresql://u:c4nary@db/x"',
        {"X": "c4nary", "CAPTEUR_SENSORS__A__TOKEN": "c4nary"},
    )
    assert "c4nary" not in repr(settings)


OVERRIDES = [
    ("CAPTEUR_SENSORS__HIRING__EVERY", "1h", ("hiring", "every"), "1h"),
    ("CAPTEUR_SENSORS__HIRING__ROLES", '["a", "b"]', ("hiring", "roles"), ["a", "b"]),
    ("CAPTEUR_SENSORS__HIRING__LIMIT", "5", ("hiring", "limit"), 5),
    ("CAPTEUR_SENSORS__HIRING__ENABLED", "false", ("hiring", "enabled"), False),
    ("CAPTEUR_SENSORS__HIRING__KEY", "env:KEY", ("hiring", "key"), "env:KEY"),
    ("CAPTEUR_SENSORS__HIRING__KEY", "a = b\n[web]", ("hiring", "key"), "a = b\n[web]"),
    ("CAPTEUR_SENSORS__HIRING__KEY", '"12"', ("hiring", "key"), "12"),
    ("CAPTEUR_SENSORS__FRENCH_JOBS__EVERY", "2d", ("french-jobs", "every"), "2d"),
    ("CAPTEUR_SENSORS__NEW__EVERY", "2d", ("new", "every"), "2d"),
    ("CAPTEUR_SENSORS__HIRING__BOARDS__ACME_COM", "x", ("hiring", "boards"), {"acme.com": "x"}),
]


@pytest.mark.parametrize(("variable", "text", "where", "value"), OVERRIDES, ids=[f"{o[0]}={o[1]}" for o in OVERRIDES])
def test_a_variable_overrides_an_option(read, variable, text, where, value):
    settings = read(
        '[sensors.hiring]\nevery = "6h"\nboards = {"acme.com" = "y"}\n[sensors.french-jobs]\nuse = "hiring"',
        {variable: text},
    )
    instance, option = where
    assert settings.sensors[instance][option] == value


def test_overrides_reach_the_plain_tables(read):
    settings = read(
        "", {"CAPTEUR_WEB__CONCURRENCY": "8", "CAPTEUR_TEAM__CAPACITY": "3", "CAPTEUR_WEB__CONTACT": "me@acme.com"}
    )
    assert (settings.web.concurrency, settings.capacity, settings.web.contact) == (8, 3, "me@acme.com")


def test_a_number_is_text_where_text_is_due(read, tmp_path):
    assert read("", {"CAPTEUR_ACCOUNTS__FILE": "2026"}).accounts.file == tmp_path / "2026"


def test_a_wrong_override_names_its_variable(read):
    with pytest.raises(ConfigError) as caught:
        read("", {"CAPTEUR_WEB__CONCURRENCY": "c4nary"})
    assert str(caught.value) == "CAPTEUR_WEB__CONCURRENCY: expected a whole number"


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        (
            "CAPTEUR_SENSOR__HIRING__EVERY",
            r"CAPTEUR_SENSOR__HIRING__EVERY: there is no table \[sensor\]; did you mean 'sensors'",
        ),
        ("CAPTEUR_SENSORS__HIRING", "CAPTEUR_SENSORS__HIRING: expected CAPTEUR_SENSORS__NAME__OPTION"),
        (
            "CAPTEUR_WEB__CONCURENCY",
            r"unknown option 'concurency'; did you mean 'concurrency'\? \(CAPTEUR_WEB__CONCURENCY\)",
        ),
        (
            "CAPTEUR_SENSORS__HIRING__EVERY__X",
            r"CAPTEUR_SENSORS__HIRING__EVERY__X: sensors\.hiring\.every is not a table",
        ),
    ],
)
def test_a_variable_that_fits_nothing_is_refused(read, variable, message):
    with pytest.raises(ConfigError, match=message):
        read('[sensors.hiring]\nevery = "6h"', {variable: "1"})


def test_other_variables_of_the_name_are_left_alone(read):
    assert read("", {"CAPTEUR_DATA": "x", "CAPTEUR_CONFIG": "y", "CAPTEUR_": "z", "CAPTEUR___A": "q"}).sensors == {}


def test_place_and_spelling_of_an_overridden_option(read):
    settings = read('[sensors.french-jobs]\nevery = "1d"', {"CAPTEUR_SENSORS__FRENCH_JOBS__API_KEY": "0042"})
    assert settings.place("sensors.french-jobs") == "capteur.toml, [sensors.french-jobs]"
    assert settings.place("sensors.french-jobs", "every") == "capteur.toml, [sensors.french-jobs] every"
    assert settings.place("sensors.french-jobs", "api_key") == "CAPTEUR_SENSORS__FRENCH_JOBS__API_KEY"
    assert settings.spelled("sensors.french-jobs", "api_key") == "0042"
    assert settings.spelled("sensors.french-jobs", "every") is None
