"""capteur.toml: what is read, and what a mistake says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from capteur.errors import ConfigError
from capteur.settings import OPTIONS, STARTER, Settings, find, load

AS_PRINTED = """
[capteur]
version = 1
[store]
url = "sqlite:///capteur.db"
[web]
contact = "me@company.example"
concurrency = 64
allow = []
[accounts]
file = "accounts.csv"
discover = []
[models.main]
use = "evidence@1"
[models.main.kinds."visit.page"]
weight = 1.0
half_life = "7d"
[team]
capacity = 12
[plugins]
path = "plugins"
[sensors.hiring]
every = "6h"
roles = ["revops", "sales operations"]
[sensors.french-jobs]
use = "hiring"
every = "1d"
[notifiers.slack]
url = "env:SLACK_URL"
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Settings]:
    def of(text: str) -> Settings:
        (tmp_path / "capteur.toml").write_text(dedent(text), encoding="utf-8")
        return load(tmp_path / "capteur.toml", {})

    return of


def test_the_file_of_the_design_reads_as_printed(read, tmp_path):
    settings = read(AS_PRINTED)
    assert settings.store_url == f"sqlite:///{tmp_path}/capteur.db"
    assert (settings.web.contact, settings.web.concurrency, settings.web.allow) == ("me@company.example", 64, ())
    assert settings.accounts.file == tmp_path / "accounts.csv"
    assert settings.capacity == 12
    assert settings.plugins_path == tmp_path / "plugins"
    assert settings.models == {
        "main": {"use": "evidence@1", "kinds": {"visit.page": {"weight": 1.0, "half_life": "7d"}}}
    }
    assert list(settings.sensors) == ["hiring", "french-jobs"]
    assert settings.sensors["hiring"] == {"every": "6h", "roles": ["revops", "sales operations"]}
    assert settings.notifiers == {"slack": {"url": "env:SLACK_URL"}}


def test_an_empty_file_has_every_default(read, tmp_path):
    settings = read("")
    assert settings.models == {"main": {"use": "evidence@1"}}
    assert settings.capacity is None
    assert settings.web.world is None
    assert settings.store_url == f"sqlite:///{tmp_path}/capteur.db"
    assert settings.sensors == settings.notifiers == {}


def test_the_starter_reads_and_has_a_sensor_without_a_key(read):
    settings = read(STARTER)
    assert list(settings.sensors) == ["hiring"]
    assert settings.models == {"main": {"use": "evidence@1"}}


def test_the_starter_with_its_comments_taken_in_reads_too(read):
    """What stands behind # is right as well: a person will uncomment it."""
    lines = [
        line.removeprefix("# ") if line.startswith(("# capacity", "# [", "# api_key")) else line
        for line in STARTER.splitlines()
    ]
    settings = read("\n".join(lines))
    assert settings.capacity == 12
    assert settings.sensors["rounds"] == {"api_key": "env:ROUNDS_KEY"}


def test_a_second_model_stands_alone_and_gets_the_default_estimator(read):
    assert read("[models.security]\nthreshold = 3").models == {"security": {"use": "evidence@1", "threshold": 3}}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("sqlite:///data/x.db", "sqlite:///{folder}/data/x.db"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite:///x.db?timeout=5", "sqlite:///{folder}/x.db?timeout=5"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("postgresql://u:p@db/x", "postgresql://u:p@db/x"),
        ("postgres://u:p@db/x", "postgresql://u:p@db/x"),
        ("postgresql+psycopg://u@db/x", "postgresql+psycopg://u@db/x"),
    ],
)
def test_a_relative_database_lies_beside_the_file(read, tmp_path, url, kept):
    assert read(f'[store]\nurl = "{url}"').store_url == kept.format(folder=tmp_path)


MISTAKES = {
    "an unknown table": ("[sensor.hiring]", "capteur.toml: unknown table [sensor]; did you mean 'sensors'?"),
    "a table that comes later": ("[daemon]", "capteur.toml: unknown table [daemon]"),
    "an unknown option": (
        "[web]\nconcurency = 3",
        "capteur.toml, [web]: unknown option 'concurency'; did you mean 'concurrency'?",
    ),
    "text for a number": ('[web]\nconcurrency = "64"', "capteur.toml, [web] concurrency: expected a whole number"),
    "true for a number": ("[web]\nconcurrency = true", "capteur.toml, [web] concurrency: expected a whole number"),
    "a number out of range": (
        "[web]\nconcurrency = 0",
        "capteur.toml, [web] concurrency: expected a whole number from 1 to 1024",
    ),
    "no capacity": ("[team]\ncapacity = -3", "capteur.toml, [team] capacity: expected a whole number from 1"),
    "a number for text": ("[accounts]\nfile = 3", "capteur.toml, [accounts] file: expected text"),
    "text for a list": ('[web]\nallow = "intranet"', "capteur.toml, [web] allow: expected a list of texts"),
    "numbers in a list": ("[web]\nallow = [1]", "capteur.toml, [web] allow: expected a list of texts"),
    "no e-mail": ('[web]\ncontact = "me"', "capteur.toml, [web] contact: expected an e-mail address"),
    "another database": (
        '[store]\nurl = "mysql://x"',
        "capteur.toml, [store] url: expected sqlite:///FILE or postgresql://",
    ),
    "a path as database": ('[store]\nurl = "capteur.db"', "capteur.toml, [store] url: expected sqlite:///FILE"),
    "a value for a table": ('web = "x"', "capteur.toml: web is a table  fix: write [web] and its options below"),
    "a value for a group": (
        'sensors = "hiring"',
        "capteur.toml: sensors is a table  fix: write [sensors.NAME] and its options below",
    ),
    "an option for an instance": (
        "[sensors]\nhiring = true",
        "capteur.toml, [sensors] hiring: expected a table of its own",
    ),
    "an option outside its table": (
        "version = 1",
        "capteur.toml: 'version' stands outside a table  fix: put it under [capteur]",
    ),
    "a name with capitals": ("[sensors.Hiring]", "capteur.toml, [sensors.Hiring]: a name has lower-case letters"),
    "a name with a dot": ('[sensors."a.b"]', "capteur.toml, [sensors.a.b]: a name has lower-case letters"),
    "a name that moves the cursor": (
        '[sensors."a\\u001b[2Jb"]',
        "capteur.toml, [sensors.a?[2Jb]: a name has lower-case letters",
    ),
    "a discoverer without a name": (
        '[accounts]\ndiscover = ["A B"]',
        "capteur.toml, [accounts] discover: expected names of sensors",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(read, text, message):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value).startswith(message)
    assert caught.value.exit_code == 2


_EVERY_OPTION = [(table, option) for table, options in OPTIONS.items() for option in options]


@pytest.mark.parametrize(("table", "option"), _EVERY_OPTION, ids=[f"{t}.{o}" for t, o in _EVERY_OPTION])
@pytest.mark.parametrize("value", ['["c4nary", 1]', '{x = "c4nary"}', '["c4nary c4nary"]', "c4nary", '"c4nary'])
def test_no_message_quotes_a_value(read, table, option, value):
    """A secret may stand in the wrong place: every option keeps it to itself."""
    said = ""
    try:
        read(f"[{table}]\n{option} = {value}")
    except ConfigError as error:
        said = "\n".join(error.lines())
    assert "c4nary" not in said


def test_a_syntax_error_names_its_line_and_not_its_text(read):
    with pytest.raises(ConfigError, match=r"capteur\.toml, line 3: text without quotes") as caught:
        read('[sensors.rounds]\napi_key = "ok"\napi_key = c4nary-s3cret\n')
    assert "c4nary" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_later_version_says_which_capteur_reads_it(read):
    """Before anything else: a later file may have tables that this capteur has never heard of."""
    with pytest.raises(ConfigError) as caught:
        read("[capteur]\nversion = 2\n[galaxies]\nx = 1")
    assert "[capteur] version is 2, written for a later capteur" in str(caught.value)
    assert "reads version 1" in caught.value.why
    assert "upgrade" in caught.value.fix


@pytest.mark.parametrize("version", ["0", "-1", "true", '"1"', "1.5"])
def test_what_is_no_version_is_refused(read, version):
    with pytest.raises(ConfigError, match=r"\[capteur\] version: expected a whole number"):
        read(f"[capteur]\nversion = {version}")


@pytest.mark.parametrize("world", ["http://127.0.0.1:8765/", "http://localhost:1", "http://[::1]:80"])
def test_the_world_may_be_loopback(read, world):
    assert read(f'[web]\nworld = "{world}"').web.world == world.rstrip("/")


@pytest.mark.parametrize(
    "world", ["http://example.com", "https://127.0.0.1", "http://10.0.0.1:80", "127.0.0.1:80", "http://127.0.0.1:x"]
)
def test_the_world_is_never_another_machine(read, world):
    """Every request goes there with its secrets."""
    with pytest.raises(ConfigError, match="expected a loopback address"):
        read(f'[web]\nworld = "{world}"')


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "capteur.toml", {})
    assert caught.value.fix == "capteur init"


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(ConfigError, match="is a folder"):
        load(tmp_path, {})


def test_a_file_with_a_mark_and_windows_lines_reads(tmp_path):
    file = tmp_path / "capteur.toml"
    file.write_bytes(b"\xef\xbb\xbf[team]\r\ncapacity = 3\r\n")
    assert load(file, {}).capacity == 3


def test_a_file_that_is_not_utf8_names_its_line(tmp_path):
    file = tmp_path / "capteur.toml"
    file.write_bytes(b"[team]\n# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"line 2: not UTF-8"):
        load(file, {})


def test_deep_nesting_is_refused(tmp_path):
    file = tmp_path / "capteur.toml"
    file.write_text("x = " + "[" * 100_000)
    with pytest.raises(ConfigError):
        load(file, {})


def test_the_file_is_found_by_argument_then_variable_then_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    env = {"CAPTEUR_CONFIG": str(tmp_path / "b.toml")}
    assert find(tmp_path / "a.toml", env) == tmp_path / "a.toml"
    assert find(None, env) == tmp_path / "b.toml"
    assert find(None, {"CAPTEUR_CONFIG": " "}) == tmp_path / "capteur.toml"
    assert find(None, {}) == tmp_path / "capteur.toml"
