"""Hooks: registering ones, observers, and what is wrong with them."""

from __future__ import annotations

import logging

import pytest

OBSERVER = """
from capteur import hookimpl
told = []

@hookimpl
def capteur_instance_parked(instance, reason):
    told.append((instance, reason))
"""


@pytest.fixture
def told(project):
    """What an observer in the project's folder was told."""
    project.file("watch.py", OBSERVER)

    def of(registry) -> list[tuple[str, str]]:
        return next(m for file, m in registry._modules.items() if file.name == "watch.py").told

    return of


@pytest.mark.parametrize("raised", ["ValueError('x')", "SystemExit(1)", "BaseException()", "GeneratorExit()"])
def test_an_observer_that_raises_stops_no_other(project, told, raised, caplog):
    project.file(
        "a_bad.py",
        f"from capteur import hookimpl\n@hookimpl(tryfirst=True)\ndef capteur_instance_parked(): raise {raised}\n",
    )
    project.file(
        "z_bad.py",
        f"from capteur import hookimpl\n@hookimpl(trylast=True)\ndef capteur_instance_parked(): raise {raised}\n",
    )
    registry = project.registry()
    with caplog.at_level(logging.WARNING):
        registry.observe("capteur_instance_parked", instance="rounds", reason="401")
        registry.observe("capteur_instance_parked", instance="hiring", reason="403")
    assert told(registry) == [("rounds", "401"), ("hiring", "403")]
    assert len(caplog.records) == 2, "each is logged once"
    assert "plugins/a_bad.py" in caplog.text


def test_ctrl_c_passes_an_observer(project):
    project.file(
        "watch.py", "from capteur import hookimpl\n@hookimpl\ndef capteur_instance_parked(): raise KeyboardInterrupt\n"
    )
    with pytest.raises(KeyboardInterrupt):
        project.registry().observe("capteur_instance_parked", instance="a", reason="b")


def test_an_observer_of_a_distribution_may_be_a_module_a_class_or_an_object(project):
    body = "from capteur import hookimpl\nseen = []\nclass Watch:\n    @hookimpl\n    def capteur_instance_parked(self, reason):\n        seen.append(reason)\nwatch = Watch()\n"
    module = OBSERVER.replace("told.append((instance, reason))", "told.append(reason)")
    project.install(
        "capteur-x",
        "[capteur.hooks]\na = capteur_x:Watch\nb = capteur_x:watch\nc = capteur_y\n",
        {"capteur_x.py": body, "capteur_y.py": module},
    )
    registry = project.registry()
    registry.observe("capteur_instance_parked", instance="a", reason="r")
    import capteur_x  # type: ignore[import-not-found]
    import capteur_y  # type: ignore[import-not-found]

    assert capteur_x.seen == ["r", "r"]
    assert capteur_y.told == ["r"]
    assert {(p.name, p.state) for p in registry.plugins()} == {("a", "ok"), ("b", "ok"), ("c", "ok")}


WRONG = {
    "a misspelt hook": ("def capteur_instance_packed(instance): ...", "there is no hook 'capteur_instance_packed'; did you mean 'capteur_instance_parked'?"),
    "a hook like no other": ("def capteur_zzz(): ...", "there is no hook 'capteur_zzz'"),
    "an argument that is not there": ("def capteur_instance_parked(who): ...", "Argument(s) {'who'} are declared in the hookimpl but can not be found in the hookspec"),
    "an async hook": ("async def capteur_instance_parked(instance): ...", "capteur_instance_parked is async; hooks are called and not awaited"),
}  # fmt: skip


@pytest.mark.parametrize(("hook", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_hook_is_told_and_nothing_of_its_plugin_is_called(project, told, hook, expected):
    project.file(
        "wrong.py",
        f"from capteur import hookimpl\nran = []\n@hookimpl\ndef capteur_run_finished(): ran.append(1)\n@hookimpl\n{hook}\n",
    )
    registry = project.registry()
    registry.observe("capteur_instance_parked", instance="a", reason="b")
    registry.observe("capteur_run_finished", instance="a", done=None)
    assert told(registry) == [("a", "b")]
    assert next(m for f, m in registry._modules.items() if f.name == "wrong.py").ran == []
    assert [b.name for b in registry.broken()] == ["wrong"]
    assert expected in str(registry.broken()[0])
    assert [p.state for p in registry.plugins() if p.name == "wrong"] == ["broken"]


def test_a_hook_plugin_that_cannot_be_imported_is_told(project, told):
    project.file(
        "wrong.py", "from capteur import hookimpl\nimport requsts\n@hookimpl\ndef capteur_run_finished(): ...\n"
    )
    registry = project.registry()
    registry.observe("capteur_instance_parked", instance="a", reason="b")
    assert told(registry) == [("a", "b")]
    assert registry.broken()[0].message == "wrong.py:2: ModuleNotFoundError: No module named 'requsts'"


MAKER = """
from capteur import FeedSensor, hookimpl

def make(kind):
    class Made(FeedSensor):
        name = kind.replace(".", "-")
        kinds = (kind,)

        def detect(self, ctx):
            yield

    return Made

@hookimpl
def capteur_sensors():
    {statement}
"""


def test_a_plugin_may_make_its_sensors(project):
    project.install(
        "capteur-maker",
        "[capteur.hooks]\nmaker = capteur_maker\n",
        {"capteur_maker.py": MAKER.format(statement="return [make('a.b'), make('c.d')]")},
    )
    registry = project.registry()
    built, broken = registry.sensor_instances(project.settings("[sensors.a-b]\n[sensors.mine]\nuse = 'c-d'"))
    assert not broken
    assert [(i.name, list(i.kinds)) for i in built] == [("a-b", ["a.b"]), ("mine", ["c.d"])]
    assert built[0].origin.distribution == "capteur-maker"
    assert set(registry.sensor_names()) == {"a-b", "c-d"}


@pytest.mark.parametrize(
    "statement", ["raise ValueError('x')", "raise SystemExit", "return 3", "return None", "return [3, None, object]"]
)
def test_a_maker_that_fails_stops_no_other(project, statement):
    project.file("a_maker.py", MAKER.format(statement=statement))
    project.file("b_maker.py", MAKER.format(statement="return [make('a.b')]"))
    built, broken = project.registry().sensor_instances(project.settings("[sensors.a-b]\n[sensors.gone]"))
    assert [i.name for i in built] == ["a-b"]
    assert [b.instance for b in broken] == ["gone"]


def test_made_sensors_keep_the_contract_too(project):
    project.file("maker.py", MAKER.format(statement="return [make('nokind')]"))
    _, broken = project.registry().sensor_instances(project.settings("[sensors.nokind]"))
    assert "kinds: 'nokind' is not of the form area.fact" in str(broken[0])


def test_two_makers_of_one_name_are_both_named(project):
    for file in ("one", "two"):
        project.file(f"{file}.py", MAKER.format(statement="return [make('a.b')]"))
    _, broken = project.registry().sensor_instances(project.settings("[sensors.a-b]"))
    assert "plugins/one.py and plugins/two.py" in str(broken[0])


def test_an_unknown_hook_is_our_own_mistake(project):
    with pytest.raises(AttributeError):
        project.registry().observe("capteur_zzz")
