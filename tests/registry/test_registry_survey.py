"""`capteur plugins` and `check` import every plugin, used or not; a run imports what enabled instances use, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

HOOKS = """
from capteur import hookimpl

@hookimpl
def capteur_run_finished(instance): ...

@hookimpl
def capteur_instance_parked(instance, reason): ...
"""
PATIENCE_S = 5.0


def states(registry) -> dict[str, str]:
    return {p.name: p.state for p in registry.plugins()}


def test_unused_plugins_are_known_by_name_until_somebody_asks_about_them(project):
    project.file("used.py", project.feed("used"))
    project.file("spare.py", "import sys\nsys.spare_was_imported = True\n" + project.feed("spare"))
    registry = project.registry()
    registry.sensor_instances(project.settings("[sensors.used]"))
    assert states(registry) == {"used": "ok", "spare": "not used"}
    assert not hasattr(sys, "spare_was_imported")
    classes = registry.load_all(PATIENCE_S)
    del sys.spare_was_imported  # type: ignore[attr-defined]
    assert set(classes) == {("sensors", "used"), ("sensors", "spare")}
    assert states(registry) == {"used": "ok", "spare": "not used"}, "to be looked at is not to be used"


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("import requsts\n", "a_bad.py:1: ModuleNotFoundError: No module named 'requsts'"),
        ("raise SystemExit(3)\n", "a_bad.py:1: SystemExit: it left the process while it was imported"),
        ("raise KeyboardInterrupt\n", "a_bad.py:1: KeyboardInterrupt: "),
        ("class kinds: ...\nraise GeneratorExit\n", "a_bad.py:2: GeneratorExit: "),
    ],
)
def test_a_plugin_that_fails_is_told_and_the_others_are_loaded(project, start, said):
    project.file("a_bad.py", start + project.feed("a-bad"))
    project.file("fine.py", project.feed("fine"))
    registry = project.registry()
    assert set(registry.load_all(PATIENCE_S)) == {("sensors", "fine")}
    (bad,) = [p for p in registry.plugins() if p.state == "broken"]
    assert (bad.name, bad.message) == ("a-bad", said)


def test_an_import_that_never_ends_is_left_behind_and_told_by_its_line(project):
    release = sys.release = threading.Event()  # type: ignore[attr-defined]
    project.file("a_bad.py", "import sys\n\nsys.release.wait()\n" + project.feed("a-bad"))
    project.file("fine.py", project.feed("fine"))
    registry = project.registry()
    try:
        assert set(registry.load_all(0.5)) == {("sensors", "fine")}
    finally:
        release.set()
        del sys.release  # type: ignore[attr-defined]
    (bad,) = [p for p in registry.plugins() if p.state == "broken"]
    assert bad.message == "a_bad.py:3: it does not come to an end: given up after 0.5 s"


def test_two_plugins_of_one_name_are_both_refused_and_neither_is_loaded(project):
    for file in ("one", "two"):
        project.file(f"{file}.py", project.feed("same"))
    registry = project.registry()
    assert registry.load_all(PATIENCE_S) == {}
    assert [p.state for p in registry.plugins()] == ["broken", "broken"]


def test_a_broken_runner_is_told_too(project):
    project.install("capteur-far", "[capteur.runners]\nfar = capteur_far:Far\n", {"capteur_far.py": "import requsts\n"})
    registry = project.registry()
    registry.load_all(PATIENCE_S)
    (far,) = registry.plugins()
    assert (far.group, far.state) == ("runners", "broken")
    assert far.fix == "correct the name, or install it: pip install requsts"


def test_a_plugin_of_hooks_names_those_it_implements(project):
    project.file("pager.py", HOOKS)
    (pager,) = project.registry().plugins()
    assert (pager.group, pager.state) == ("hooks", "ok")
    assert pager.hooks == ("capteur_instance_parked", "capteur_run_finished")


def test_a_class_that_hooks_made_names_the_hook_it_came_by(project):
    maker = project.feed("made") + "\nfrom capteur import hookimpl\n@hookimpl\ndef capteur_sensors(): return [Made]\n"
    project.install("capteur-maker", "[capteur.hooks]\nmaker = capteur_maker\n", {"capteur_maker.py": maker})
    found = {p.name: p for p in project.registry().plugins()}
    assert (found["made"].group, found["made"].hooks, found["made"].where) == (
        "sensors",
        ("capteur_sensors",),
        "capteur_maker",
    )


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        (
            HOOKS.replace("@hookimpl\ndef capteur_run", "def capteur_run"),
            "plugins/pager.py: capteur_run_finished is not marked, so it would never be called",
        ),
        (
            HOOKS.replace("capteur_run_finished", "capteur_run_finishd"),
            "plugins/pager.py: there is no hook 'capteur_run_finishd'; did you mean 'capteur_run_finished'?",
        ),
    ],
    ids=["unmarked", "misspelt"],
)
def test_a_hook_that_would_never_be_called_is_a_mistake(project, hooks, said):
    project.file("pager.py", hooks)
    (pager,) = project.registry().plugins()
    assert (pager.state, pager.message) == ("broken", said)


def test_an_entry_point_without_a_hook_is_a_mistake(project):
    project.install("capteur-mute", "[capteur.hooks]\nmute = capteur_mute\n", {"capteur_mute.py": "x = 1\n"})
    (mute,) = project.registry().plugins()
    assert (mute.state, mute.message) == ("broken", "capteur_mute: it has no hook")
    assert "@hookimpl" in mute.fix


def test_a_process_ends_though_a_plugin_in_it_never_does(project):
    project.file("a_bad.py", "while True:\n    pass\n" + project.feed("a-bad"))
    code = "import sys; from pathlib import Path; from capteur.registry import Registry; registry = Registry(plugin_folder=Path(sys.argv[1]), distributions=[]); registry.load_all(0.5); print(registry.plugins()[0].message)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(project.plugins)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("a_bad.py:")
    assert done.stdout.endswith("it does not come to an end: given up after 0.5 s\n")


def test_a_plugin_of_hooks_that_cannot_be_looked_at_stops_no_other(project):
    body = "class Odd:\n    def __dir__(self): raise LookupError('x')\nodd = Odd()\n"
    project.install("capteur-odd", "[capteur.hooks]\nodd = capteur_odd:odd\n", {"capteur_odd.py": body})
    project.file("pager.py", HOOKS)
    found = {p.name: p for p in project.registry().plugins()}
    assert found["pager"].state == "ok"
    assert found["odd"].message == "capteur_odd:odd: its hooks cannot be read: LookupError: x"
