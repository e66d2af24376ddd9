"""One bad plugin never hurts another, and its message stands at the author's line."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from capteur.registry import Registry

AT_IMPORT = {
    "a missing module": ("import requsts\n", "rounds.py:1: ModuleNotFoundError: No module named 'requsts'"),
    "an exit": ("import sys\nsys.exit(3)\n", "rounds.py:2: SystemExit: it left the process while it was imported"),
    "a base exception": ("class Odd(BaseException): ...\nraise Odd('x')\n", "rounds.py:2: Odd: x"),
    "a generator's exit": ("\n\nraise GeneratorExit\n", "rounds.py:3: GeneratorExit"),
    "an error in a function": ("def f():\n    return {}['k']\nf()\n", "rounds.py:2: KeyError: 'k'"),
    "an error in the library": ("import json\njson.loads('{')\n", "rounds.py:2: JSONDecodeError"),
    "a hostile message": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n",
        "rounds.py:3: E: (no message)",
    ),
    "escape codes": ("raise ValueError('a\\x1b[2J\\nb' + 'x' * 9000)\n", "rounds.py:1: ValueError: a [2J b"),
    "endless recursion": ("def f(): f()\nf()\n", "rounds.py:1: RecursionError"),
}


@pytest.mark.parametrize(("start", "expected"), AT_IMPORT.values(), ids=AT_IMPORT)
def test_what_a_plugin_raises_at_import_stays_its_own(project, start, expected):
    project.file("rounds.py", start + project.feed("rounds"))
    project.file("fine.py", project.feed("fine"))
    built, broken = project.registry().sensor_instances(project.settings("[sensors.rounds]\n[sensors.fine]"))
    assert [i.name for i in built] == ["fine"]
    assert str(broken[0]).startswith(expected)
    assert len(str(broken[0])) < 400
    assert str(broken[0]).isprintable()


def test_only_ctrl_c_passes(project):
    project.file("rounds.py", "raise KeyboardInterrupt\n" + project.feed("rounds"))
    with pytest.raises(KeyboardInterrupt):
        project.registry().sensor_instances(project.settings("[sensors.rounds]"))


def test_a_broken_distribution_is_named_with_its_version(project):
    project.install(
        "capteur-rounds",
        "[capteur.sensors]\nrounds = capteur_rounds.rounds:Rounds\n",
        {"capteur_rounds/__init__.py": "", "capteur_rounds/rounds.py": "import requsts\n"},
    )
    registry = project.registry()
    _, broken = registry.sensor_instances(project.settings("[sensors.mine]\nuse = 'rounds'"))
    said = "capteur-rounds 0.2 -> rounds.py:1: ModuleNotFoundError: No module named 'requsts'"
    assert str(broken[0]) == f"{said}  fix: correct the name, or install it: pip install requsts"
    assert (broken[0].distribution, broken[0].version, broken[0].name, broken[0].instance) == (
        "capteur-rounds",
        "0.2",
        "rounds",
        "mine",
    )
    assert registry.plugins()[0].state == "broken"
    assert registry.plugins()[0].message == "rounds.py:1: ModuleNotFoundError: No module named 'requsts'"


@pytest.mark.parametrize(
    "value", ["nowhere:Rounds", "capteur_rounds:Missing", "capteur_rounds", "capteur_rounds:Rounds.x", ":", "a b c:"]
)
def test_an_entry_point_that_leads_nowhere_is_told(project, value):
    project.install("capteur-rounds", f"[capteur.sensors]\nrounds = {value}\n", {"capteur_rounds.py": project.rounds})
    _, broken = project.registry().sensor_instances(project.settings("[sensors.rounds]"))
    assert str(broken[0]).startswith("capteur-rounds 0.2 -> ")


def test_a_plugin_that_failed_is_not_imported_again(project):
    project.file(
        "rounds.py", "import sys\nsys.count = getattr(sys, 'count', 0) + 1\nraise ValueError\n" + project.feed("rounds")
    )
    registry = project.registry()
    import sys

    registry.sensor_instances(project.settings("[sensors.a]\nuse = 'rounds'\n[sensors.b]\nuse = 'rounds'"))
    count = sys.count  # type: ignore[attr-defined]
    del sys.count  # type: ignore[attr-defined]
    assert count == 1


def test_files_share_private_modules_and_shadow_nothing(project):
    """A plugin called json.py is not everybody's json; `_shared.py` is imported relatively."""
    project.file("_shared.py", "KIND = 'press.mention'\n")
    project.file(
        "json.py", "from ._shared import KIND\n" + project.feed("json").replace('("press.mention",)', "(KIND,)")
    )
    project.file("my-own.py", project.feed("own"))
    built, broken = project.registry().sensor_instances(project.settings("[sensors.json]\n[sensors.own]"))
    assert not broken
    assert [i.name for i in built] == ["json", "own"]
    import json

    assert json.loads("1") == 1
    assert not (project.plugins / "__pycache__" / "json.cpython-311.pyc").exists()


def test_two_classes_of_one_file_come_from_one_module(project):
    project.file("both.py", project.feed("one") + project.feed("two"))
    built, _ = project.registry().sensor_instances(project.settings("[sensors.one]\n[sensors.two]"))
    assert type(built[0].sensor).__module__ == type(built[1].sensor).__module__
    import sys

    assert type(built[0].sensor) is sys.modules[type(built[0].sensor).__module__].One


def test_a_new_registry_sees_an_edit_at_once(project):
    """Same length, same second: a cached compilation would be stale."""
    project.file("rounds.py", project.feed("rounds"))
    settings = project.settings("[sensors.rounds]\nevery = '1h'")
    first = project.registry().instance("rounds", settings.sensors["rounds"], settings)
    project.file("rounds.py", project.feed("rounds").replace("press.mention", "press.another"))
    second = project.registry().instance("rounds", settings.sensors["rounds"], settings)
    assert list(first.kinds) == ["press.mention"]
    assert list(second.kinds) == ["press.another"]


IN_VALIDATOR = """
import sys
from pydantic import SecretStr, field_validator
from capteur import ConfigError, FeedSensor

class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("a.b",)
    api_key: SecretStr

    @field_validator("api_key")
    @classmethod
    def look(cls, value):
        {statement}

    def detect(self, ctx):
        yield
"""


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "raise ValueError(f'{value.get_secret_value()} is too short')",
            "sensor rounds: option 'api_key': *** is too short",
        ),
        ("assert False, value.get_secret_value()", "sensor rounds: option 'api_key': ***"),
        ("raise KeyError(value.get_secret_value())", "sensor rounds: rounds.py:14: KeyError: '***'"),
        ("sys.exit(value.get_secret_value())", "sensor rounds: rounds.py:14: SystemExit"),
        ("raise ConfigError('bad ' + value.get_secret_value(), fix='renew it')", "sensor rounds: bad ***"),
    ],
)
@pytest.mark.parametrize("by", ["file", "variable"])
def test_an_authors_validator_may_raise_anything_and_shows_no_secret(message, statement, expected, by):
    table = 'api_key = "c4nary"' if by == "file" else 'api_key = "env:KEY"'
    text = message(IN_VALIDATOR.format(statement=statement), table, {"KEY": "c4nary"})
    assert text.startswith(expected)
    assert "c4nary" not in text


def test_secret_values_are_known_for_redaction(project):
    project.file("rounds.py", project.rounds)
    settings = project.settings('[sensors.rounds]\napi_key = "c4nary"\n')
    instance = project.registry().instance("rounds", settings.sensors["rounds"], settings)
    assert instance.secrets == {"c4nary"}
    assert instance.sensor.api_key == SecretStr("c4nary")
    assert "c4nary" not in repr(instance)


def test_a_registry_without_plugins_is_quiet(project):
    registry = Registry(plugin_folder=None, distributions=[])
    assert registry.plugins() == registry.broken() == []
    registry.observe("capteur_instance_parked", instance="a", reason="b")
