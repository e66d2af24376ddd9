"""Options: what a table becomes, and what a mistake in it says."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from capteur.errors import ConfigError
from capteur.registry import Budget, Instance

PLACE = "  (capteur.toml, [sensors.rounds])"


@pytest.fixture
def build(project):
    def of(table: str, env=None, source: str = "", name: str = "rounds") -> Instance:
        project.file("rounds.py", source or project.rounds)
        settings = project.settings(f"[sensors.{name}]\n{table}", env)
        return project.registry().instance(name, settings.sensors[name], settings)

    return of


OPTIONS = """
import re
from datetime import date
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Literal
from pydantic import BaseModel, Field, HttpUrl, SecretStr, StringConstraints
from capteur import FeedSensor

class Size(Enum):
    small = "small"

class Nested(BaseModel, extra="forbid"):
    token: SecretStr
    depth: int = 1

class Cat(BaseModel):
    kind: Literal["cat"]

class Dog(BaseModel):
    kind: Literal["dog"]

class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("a.b",)
    key: SecretStr = SecretStr("x")
    word: Literal["opened", "closed"] = "opened"
    size: Size = Size.small
    short: Annotated[str, StringConstraints(max_length=5, pattern="^[a-z]*$")] = "a"
    amount: Annotated[int, Field(gt=0)] = 1
    day: date = date(2026, 1, 1)
    address: IPv4Address = IPv4Address("127.0.0.1")
    url: HttpUrl | None = None
    pattern: re.Pattern[str] = re.compile("x")
    nested: Nested | None = None
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    roles: frozenset[str] = frozenset()
    either: int | list[int] = 1
    table: dict[str, int] = {}
    flag: bool = False

    def detect(self, ctx):
        yield
"""


def test_a_table_becomes_frozen_options(build):
    instance = build('api_key = "env:KEY"\nmin_amount = 5\nevery = "1h"', {"KEY": "k"})
    assert instance.sensor.api_key == SecretStr("k")
    assert instance.sensor.min_amount == 5
    assert (instance.name, instance.use, instance.shape, instance.every) == (
        "rounds",
        "rounds",
        "feed",
        timedelta(hours=1),
    )
    with pytest.raises(Exception, match="frozen"):
        instance.sensor.min_amount = 6


def test_defaults_come_from_the_class(build):
    instance = build('api_key = "k"')
    assert (instance.overlap, instance.first_run) == (timedelta(days=7), timedelta(days=90))
    assert (instance.deadline, instance.silent_after) == (timedelta(minutes=5), timedelta(days=30))
    assert (instance.at, instance.budget, instance.enabled, instance.isolate) == (None, None, True, False)


def test_reserved_keys_are_read_and_are_no_options(build):
    instance = build(
        'use = "rounds"\nenabled = true\nat = "08:00  Europe/Paris"\noverlap = "0s"\nfirst_run = "30d"\ndeadline = "90s"\n'
        'budget = {requests = 500, per = "2d"}\nisolate = true\nsilent_after = "2w"\napi_key = "k"', name="mine",
    )  # fmt: skip
    assert (instance.name, instance.use, instance.at) == ("mine", "rounds", "08:00 Europe/Paris")
    assert str(instance.schedule) == "at 08:00 Europe/Paris"
    assert (instance.overlap, instance.first_run, instance.silent_after) == (
        timedelta(0),
        timedelta(days=30),
        timedelta(weeks=2),
    )
    assert (instance.deadline, instance.budget, instance.isolate) == (
        timedelta(seconds=90),
        Budget(500, None, timedelta(days=2)),
        True,
    )


def test_an_hour_without_a_place_is_in_utc_and_may_come_from_the_environment(build):
    assert build('at = "8:00"\napi_key = "k"').at == "08:00 UTC"
    for table, env in (
        ('at = "env:HOUR"', {"HOUR": "mon,thu 08:00"}),
        ("", {"CAPTEUR_SENSORS__ROUNDS__AT": "mon,thu 08:00"}),
    ):
        instance = build(f'{table}\napi_key = "k"', env)
        assert (instance.at, instance.every) == ("mon,thu 08:00 UTC", timedelta(hours=6))
        assert instance.schedule.interval() == timedelta(days=4)


RESERVED = [
    ('every = "soon"', "every: expected a duration: 90s, 30m, 6h, 7d or 2w"),
    ("every = 6", "every: expected a duration"),
    ('every = "0s"', "every: expected a duration"),
    ('every = "' + "9" * 400 + 'd"', "every: expected a duration"),
    ('every = "0.5s"', "every: expected a duration between 1s and 3650d"),
    ('every = "600w"', "every: expected a duration between 1s and 3650d"),
    ("at = 08:00:00", 'at: expected text  fix: write e.g. at = "08:00 Europe/Paris"'),
    ('at = "noon"', "at: expected an hour from 00:00 to 23:59  fix: write e.g. at = "),
    ('at = "25:00 Europe/Paris"', "at: expected an hour from 00:00 to 23:59"),
    ('at = "mond 08:00"', "at: expected weekdays as in mon-fri or mon,thu; did you mean 'mon'?"),
    ('at = "08:00 Europe/Pariss"', "at: expected a time zone such as Europe/Paris; did you mean 'Europe/Paris'?"),
    ('at = "08:00 ../etc/passwd"', "at: expected a time zone such as Europe/Paris"),
    ('at = "08:00 Europe/Paris"\nevery = "1d"', "at: `every` or `at`, not both"),
    ('enabled = "no"', "enabled: expected true or false"),
    ("isolate = 1", "isolate: expected true or false"),
    (
        "budget = 5000",
        "budget: expected a table of requests, credits and per  fix: write e.g. budget = {requests = 5000",
    ),
    ('budget = {requests = 0, per = "1d"}', "budget.requests: expected a whole number, 1 or more"),
    ('budget = {requests = true, per = "1d"}', "budget.requests: expected a whole number, 1 or more"),
    ('budget = {requsts = 5, per = "1d"}', "budget: unknown word 'requsts'; did you mean 'requests'?"),
    ("budget = {requests = 5}", "budget: 'per' is missing: in how long may that be spent?"),
    ('budget = {per = "1d"}', "budget: it limits nothing without requests or credits"),
    ('budget = {requests = 5, per = "day"}', "budget.per: expected a duration"),
    ('budget = {requests = 5, per = "2s"}', "budget.per: expected a duration between 1m and 366d"),
    (
        'budget = {credits = 5, per = "1d"}',
        "budget: sensor rounds does not say what a look costs, so credits cannot be counted",
    ),
]


@pytest.mark.parametrize(("table", "expected"), RESERVED, ids=[r[0][:40] for r in RESERVED])
def test_a_wrong_reserved_key_names_its_place(message, project, table, expected):
    assert message(project.feed("rounds"), table).startswith(f"capteur.toml, [sensors.rounds] {expected}")


def test_a_misspelt_option_has_the_nearest_and_never_the_value(message, project):
    text = message(project.rounds, 'apikey = "c4nary"')
    assert text == f"sensor rounds: unknown option 'apikey'; did you mean 'api_key'?{PLACE}"


def test_a_misspelt_reserved_key_has_the_nearest(message, project):
    assert "unknown option 'evry'; did you mean 'every'?" in message(project.rounds, 'evry = "1h"\napi_key = "k"')


def test_an_option_like_no_other_lists_what_there_is(message, project):
    assert "unknown option 'zzz'; it knows api_key, min_amount" in message(project.rounds, 'zzz = 1\napi_key = "k"')
    assert "unknown option 'zzz'; it has none of its own" in message(project.feed("rounds"), "zzz = 1")


def test_all_mistakes_are_told_at_once(message, project):
    text = message(project.rounds, 'min_amount = "c4nary"\nzzz = 1\nevry = 2')
    assert "option 'api_key' is missing" in text
    assert "option 'min_amount': expected a whole number" in text
    assert "unknown option 'zzz'" in text
    assert "unknown option 'evry'" in text
    assert text.endswith(PLACE)


VALUES = ['key = ["c4nary"]', 'key = {x = "c4nary"}', "key = 42424242", 'word = "c4nary"', 'size = "c4nary"', 'short = "c4nary"', 'short = "C4NAR"', 'amount = "c4nary"', "amount = -42424242",
          'day = "c4nary"', 'address = "c4nary"', 'url = "c4nary"', 'url = "ftp://c4nary"', 'pattern = "(c4nary"', 'nested = "c4nary"', "nested = {token = 42424242}", 'nested = {token = "c4nary", deep = "c4nary"}',
          'pet = {kind = "c4nary"}', "pet = {}", 'roles = [1, "c4nary"]', 'roles = "c4nary"', 'either = "c4nary"', 'either = ["c4nary"]', 'table = {a = "c4nary"}', 'flag = "c4nary"', 'c4nry = "c4nary"']  # fmt: skip


@pytest.mark.parametrize("table", VALUES)
@pytest.mark.parametrize("by", ["file", "variable"])
def test_no_message_of_an_option_quotes_its_value(message, table, by):
    """Every kind of type pydantic has its own words for; some of them quote what was given."""
    given = table if by == "file" else table.replace('"c4nary"', '"env:KEY"')
    text = message(OPTIONS, given, {"KEY": "c4nary"})
    assert not any(secret in text for secret in ("c4nary", "C4NAR", "42424242"))
    assert text.startswith("sensor rounds: ")
    assert "errors.pydantic.dev" not in text


def test_literals_are_spelled_out_even_when_the_value_is_part_of_one(message):
    assert "expected 'opened' or 'closed'" in message(OPTIONS, 'word = "open"')


def test_a_missing_secret_stops_its_instance_only(project):
    project.file("rounds.py", project.rounds)
    settings = project.settings(
        '[sensors.a]\nuse = "rounds"\napi_key = "env:MISSING"\n[sensors.b]\nuse = "rounds"\napi_key = "k"'
    )
    built, broken = project.registry().sensor_instances(settings)
    assert [i.name for i in built] == ["b"]
    assert (
        str(broken[0])
        == "capteur.toml, [sensors.a] api_key: the environment variable MISSING is not set  fix: export MISSING=..."
    )
    assert isinstance(broken[0].error, ConfigError)
    assert broken[0].instance == "a"


def test_a_key_of_digits_may_come_from_an_override(build):
    """TOML reads 0042 as no number and 42 as one; a key is text either way."""
    for key in ("0042", "42", "true", "1.50"):
        instance = build("", {"CAPTEUR_SENSORS__ROUNDS__API_KEY": key})
        assert instance.sensor.api_key.get_secret_value() == key


def test_a_number_may_come_from_the_environment(build):
    assert build('api_key = "k"\nmin_amount = "env:MIN"', {"MIN": "7"}).sensor.min_amount == 7
    assert build('api_key = "k"', {"CAPTEUR_SENSORS__ROUNDS__MIN_AMOUNT": "7"}).sensor.min_amount == 7


def test_an_estimators_options_name_their_model(project):
    settings = project.settings("[models.main]\nuse = 'evidence@1'\nzzz = 1")
    from capteur.registry import Registry

    with pytest.raises(ConfigError) as caught:
        Registry(plugin_folder=None).estimator("main", settings.models["main"], settings)
    assert str(caught.value).startswith("model main: unknown option 'zzz'")
    assert caught.value.why == "capteur.toml, [models.main]"


# --- the hash of a configuration ----------------------------------------------------------------------------------------------


def test_the_hash_depends_on_what_is_detected_only(build):
    first = build('api_key = "k"').config_hash
    assert (
        build('api_key = "k"\nmin_amount = 1000000\nevery = "2h"\nbudget = {requests = 3, per = "1d"}').config_hash
        == first
    ), "defaults and timing"
    assert build('use = "rounds"\napi_key = "env:KEY"', {"KEY": "k"}, name="other").config_hash == first, (
        "where the value comes from"
    )
    assert build('api_key = "k"\nmin_amount = 2').config_hash != first
    assert build('api_key = "another"').config_hash != first, "a renewed secret un-parks"
    assert len(first) == 32


def test_the_hash_is_the_same_in_another_process(project):
    """Sets come in another order there."""
    project.file("rounds.py", OPTIONS)
    project.settings('[sensors.rounds]\nroles = ["a", "b", "c", "d", "e", "f"]\ntable = {b = 1, a = 2}\nkey = "k"')
    code = (
        "import sys; from pathlib import Path; from capteur.registry import Registry; from capteur.settings import load\n"
        "s = load(Path(sys.argv[1]), {}); r = Registry(plugin_folder=s.plugins_path, distributions=[])\n"
        "print(r.instance('rounds', s.sensors['rounds'], s).config_hash)"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code, str(project.root / "capteur.toml")],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(hashes) == 1


def test_a_catalogued_kind_keeps_its_words(build):
    assert build('api_key = "k"').kinds["funding.raised"].singular == "funding raised"


READS = """
from capteur import FeedSensor


class Reading(FeedSensor):
    name = "reading"
    kinds = ("press.mention",)
    file: str = "own.toml"

    def config_files(self):
        {body}

    def detect(self, ctx):
        yield
"""


def test_what_a_configuration_file_says_is_configuration(project):
    project.file("reading.py", READS.format(body="return [self.file]"))

    def hashed(table: str = "") -> str:
        (instance,), _ = project.registry().sensor_instances(project.settings(f"[sensors.reading]\n{table}"))
        return instance.config_hash

    absent = hashed()
    (project.root / "own.toml").write_text("a = 1")
    one = hashed()
    (project.root / "own.toml").write_text("a = 2")
    two = hashed()
    (project.root / "own.toml").write_text("a = 1")
    assert len({absent, one, two}) == 3
    assert hashed() == one
    (project.root / "beside.toml").write_text("b = 1")
    assert hashed() == one, "a file that nobody names is nobody's configuration"
    assert hashed('file = "/dev/zero"') not in {absent, one, two}, "a device is not read"


@pytest.mark.parametrize("body", ["raise ValueError('x')", "raise SystemExit", "return 3", "return [None]"])
def test_a_sensor_that_cannot_name_its_files_is_told_and_stops_no_other(project, body):
    project.file("reading.py", READS.format(body=body))
    project.file("fine.py", project.feed("fine"))
    built, broken = project.registry().sensor_instances(project.settings("[sensors.reading]\n[sensors.fine]"))
    assert [i.name for i in built] == ["fine"]
    assert "config_files() cannot be used: " in str(broken[0])


COSTS = """
from capteur import FeedSensor


class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("press.mention",)
    many: int = 3

    def cost(self):
        {body}

    def detect(self, ctx):
        yield
"""
CREDITS = 'budget = {credits = 100, per = "30d"}'


def test_what_a_look_costs_may_follow_from_the_options(build):
    assert build(f"many = 7\n{CREDITS}", source=COSTS.format(body="return self.many * 2")).cost == 14
    assert build('api_key = "k"').cost == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 101", "costs 101 credits a look, the budget has 100  fix: credits = 101, or more"),
        ("return -1", "sensor rounds: cost() gives -1"),
        ('return "3"', "sensor rounds: cost() gives str"),
        ("return {}['price']", "sensor rounds: cost() cannot be used: rounds.py:11: KeyError"),
    ],
)
def test_a_cost_that_cannot_be_counted_is_told_when_the_sensor_is_built(message, body, expected):
    assert expected in message(COSTS.format(body=body), CREDITS)


def test_a_budget_may_come_from_the_environment(build):
    env = {"CAPTEUR_SENSORS__ROUNDS__BUDGET": '{requests = 5, per = "1h"}'}
    assert build('api_key = "k"', env).budget == Budget(5, None, timedelta(hours=1))


QUOTING = """
from typing import Any

from pydantic import SecretStr, field_validator, model_validator
from capteur import FeedSensor


class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("press.mention",)
    key: SecretStr = SecretStr("x")
    word: str = ""
    password: str = ""
    headers: dict[str, str] = {}

    @model_validator(mode="before")
    @classmethod
    def _quotes(cls, given: Any) -> Any:
        raise ValueError(f"not good: {sorted(map(str, given.values()))}; see [sensors.NAME.more]")

    def detect(self, ctx):
        yield
"""


def test_a_validators_own_sentence_may_quote_what_is_no_secret(message):
    text = message(QUOTING, 'word = "Intercom"')
    assert text.startswith("sensor rounds: not good: ['Intercom']; see [sensors.rounds.more]")


@pytest.mark.parametrize(
    "table",
    [
        'key = "c4nary"',
        'word = "env:KEY"',
        'password = "c4nary"',
        'headers = {Authorization = "c4nary"}',
        'nobody = "c4nary"',
    ],
)
def test_a_validators_own_sentence_quotes_nothing_that_may_be_a_secret(message, table):
    """Out of the environment, of a secret type, of a telling name at any depth, or of an option that nobody knows."""
    text = message(QUOTING, table, {"KEY": "c4nary"})
    assert "***" in text
    assert "c4nary" not in text
