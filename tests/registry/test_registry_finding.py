"""What is found, what is imported, and what is not."""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

import capteur
from capteur.errors import ConfigError
from capteur.registry import Registry

TRACE = "import sys\nsys.stderr.write('imported')\nraise RuntimeError('nobody uses this')\n"


def test_names_are_read_without_import(project):
    project.install(
        "capteur-rounds", "[capteur.sensors]\nrounds = capteur_rounds:Rounds\n", {"capteur_rounds.py": TRACE}
    )
    project.file("other.py", TRACE + project.feed("other"))
    registry = project.registry()
    assert list(registry.sensor_names()) == ["other", "rounds"]
    assert [(p.name, p.state) for p in registry.plugins()] == [("other", "not used"), ("rounds", "not used")]
    assert "capteur_rounds" not in sys.modules


def test_only_what_an_enabled_instance_uses_is_imported(project):
    """Sensors, estimators and notifiers that no enabled table names stay on the disk, package included."""
    for name in ("used", "unused", "disabled"):
        project.install(
            f"capteur-{name}",
            f"[capteur.sensors]\n{name} = capteur_{name}:{name.title()}\n",
            {f"capteur_{name}/__init__.py": project.feed(name)},
        )
    project.install(
        "capteur-more",
        "[capteur.estimators]\nguess = capteur_more:Guess\n[capteur.notifiers]\nslack = capteur_more:Slack\n",
        {"capteur_more.py": TRACE},
    )
    project.file("own.py", TRACE + project.feed("own"))
    before = set(sys.modules)
    built, broken = project.registry().sensor_instances(
        project.settings("[sensors.a]\nuse = 'used'\n[sensors.disabled]\nenabled = false")
    )
    assert [i.name for i in built] == ["a"]
    assert not broken
    new = {name.partition(".")[0] for name in set(sys.modules) - before}
    assert {n for n in new if n.startswith(("capteur_", "_capteur"))} == {"capteur_used"}


def test_the_origin_names_distribution_and_version(project):
    project.install(
        "capteur-rounds",
        "[capteur.sensors]\nrounds = capteur_rounds:Rounds\n",
        {"capteur_rounds.py": project.rounds},
        version="1.4",
    )
    origin = project.registry().sensor_names()["rounds"]
    assert (origin.distribution, origin.version, origin.where) == ("capteur-rounds", "1.4", "capteur_rounds:Rounds")


def test_what_ships_with_capteur_comes_in_by_the_same_door():
    registry = Registry(plugin_folder=None)
    assert {"hiring", "csv"} <= set(registry.sensor_names())
    assert "evidence@1" in registry.names("estimators")
    assert registry.sensor_names()["hiring"].distribution == "capteur"


def test_a_class_statement_in_the_folder_is_a_plugin(project):
    """Sensors, estimators, notifiers and hooks, also under `if` and `try`; private files and tests are none."""
    project.file("a.py", "import capteur\nclass A(capteur.FeedSensor):\n    name = 'a'\n")
    project.file(
        "b.py",
        "from typing import ClassVar\nif True:\n    class B(AccountSensor):\n        name: ClassVar[str] = 'b'\n",
    )
    project.file(
        "c.py",
        "try:\n    class C(mine.BaseEstimator[int]):\n        name = 'c'\nexcept ImportError: ...\nclass D(Notifier):\n    name = 'd'\n",
    )
    project.file("e.py", "class _Base(PushSensor): ...\nclass E(_Base):\n    name = 'e'\nclass Other: name = 'x'\n")
    project.file("watch.py", "@hookimpl\ndef capteur_run_finished(): ...\n")
    project.file("_shared.py", "class F(FeedSensor):\n    name = 'f'\n")
    project.file("test_a.py", "class G(FeedSensor):\n    name = 'g'\n")
    registry = project.registry()
    assert list(registry.names("sensors")) == ["a", "b", "e"]
    assert list(registry.names("estimators")) == ["c"]
    assert list(registry.names("notifiers")) == ["d"]
    assert list(registry.names("hooks")) == ["watch"]


def test_a_folder_that_is_not_there_is_empty(project):
    assert project.registry().plugins() == []


def test_two_distributions_of_one_name_are_both_named(project):
    for name in ("acme-sensors", "capteur-rounds"):
        module = name.replace("-", "_")
        project.install(name, f"[capteur.sensors]\nrounds = {module}:Rounds\n", {f"{module}.py": TRACE})
    project.file("fine.py", project.feed("fine"))
    registry = project.registry()
    built, broken = registry.sensor_instances(project.settings("[sensors.rounds]\n[sensors.fine]"))
    assert [i.name for i in built] == ["fine"]
    assert "two plugins are called 'rounds'" in str(broken[0])
    assert "acme-sensors 0.2" in str(broken[0])
    assert "capteur-rounds 0.2" in str(broken[0])
    assert [p.state for p in registry.plugins() if p.name == "rounds"] == ["broken", "broken"]


def test_a_file_and_a_distribution_of_one_name_are_both_named(project):
    project.install("capteur-rounds", "[capteur.sensors]\nrounds = capteur_rounds:Rounds\n")
    project.file("rounds.py", project.feed("rounds"))
    _, broken = project.registry().sensor_instances(project.settings("[sensors.rounds]"))
    assert "capteur-rounds 0.2" in str(broken[0])
    assert "plugins/rounds.py" in str(broken[0])


def test_an_unknown_name_has_the_nearest_one(project):
    project.file("rounds.py", project.rounds)
    _, broken = project.registry().sensor_instances(project.settings("[sensors.a]\nuse = 'ronds'"))
    assert str(broken[0]).startswith(
        "sensor a: there is no sensor called 'ronds'; did you mean 'rounds'?  (capteur.toml, [sensors.a])"
    )


def test_the_name_of_a_plugin_is_text(project):
    _, broken = project.registry().sensor_instances(project.settings("[sensors.a]\nuse = 3"))
    assert str(broken[0]) == "capteur.toml, [sensors.a] use: expected a plugin's name in quotes"


def test_a_distribution_found_twice_on_the_path_counts_once(project):
    project.install("capteur-rounds", "[capteur.sensors]\nrounds = capteur_rounds:Rounds\n")
    found = [*distributions(path=[str(project.site)]), *distributions(path=[str(project.site)])]
    assert Registry(plugin_folder=None, distributions=found).broken() == []


def test_damaged_metadata_hides_nobody_else(project):
    project.install("capteur-bad", "[capteur.sensors\nbad = x:Y\n")
    (project.site / "capteur_bad-0.2.dist-info" / "METADATA").unlink()
    project.install("capteur-rounds", "[capteur.sensors]\nrounds = capteur_rounds:Rounds\n")
    assert "rounds" in project.registry().sensor_names()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def broken(:\n", "rounds.py:1: SyntaxError"),
        ("\0", "rounds.py:"),
        (
            "class Rounds(FeedSensor):\n    kinds = ('a.b',)\n",
            "rounds.py:1: Rounds has no 'name'; add e.g. name = \"rounds\"",
        ),
    ],
    ids=["syntax", "NUL", "no name"],
)
def test_a_file_that_cannot_be_read_is_told_and_the_others_load(project, source, expected):
    project.file("rounds.py", source)
    project.file("fine.py", project.feed("fine"))
    registry = project.registry()
    built, broken = registry.sensor_instances(project.settings("[sensors.rounds]\n[sensors.fine]"))
    assert [i.name for i in built] == ["fine"]
    assert len(broken) == len(registry.broken()) == 1
    assert str(broken[0]).startswith(expected)
    assert [info.where for info in registry.plugins() if info.state == "broken"] == ["plugins/rounds.py"]


ROOT = Path(capteur.__file__).resolve().parents[2]


@pytest.mark.parametrize("folder", ["core/capteur", "core/capteur/registry", "sensors/capteur_sensors"])
def test_the_plugin_folder_is_never_capteurs_own_source(folder):
    """A file of ours would be imported a second time, under another name, with a second copy of every class."""
    if not (ROOT / folder).is_dir():
        pytest.skip("capteur is installed, not checked out")
    registry = Registry(plugin_folder=ROOT / folder, distributions=[])
    assert [str(b) for b in registry.broken() if "own source tree" in str(b)]
    assert registry.plugins()[0].state == "broken"
    assert registry.sensor_names() == {}


def test_an_example_beside_the_source_may_have_plugins(tmp_path):
    from capteur.registry.finding import is_own_source

    assert not is_own_source(tmp_path)
    assert not is_own_source(ROOT / "examples" / "plugins")
    assert is_own_source(ROOT / "core" / ".." / "sensors")


def test_an_unknown_sensor_class_raises(project):
    with pytest.raises(ConfigError, match="there is no sensor called 'x'"):
        project.registry().sensor_class("x")
