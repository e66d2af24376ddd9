"""docs/hooks.md tells every hook with every argument, as it is; its examples load and do what they say."""

from __future__ import annotations

import dataclasses
import inspect
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from capteur.accounts import AccountRef
from capteur.hooks import Hooks
from capteur.registry import Registry
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing.telling import describe
from capteur.signals import Signal, accept

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")
HOOKS = {name: hook for name, hook in vars(Hooks).items() if name.startswith("capteur_")}
EXAMPLES = {
    match[1]: match[0]
    for text in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    if (match := re.match(r'"""plugins/(\w+\.py): .*', text, re.DOTALL))
}


def _section(hook: str) -> str:
    return PAGE.partition(f"\n### `{hook}`\n")[2].partition("\n#")[0]


def _arguments(hook: str) -> list[str]:
    return [name for name in inspect.signature(HOOKS[hook]).parameters if name != "self"]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A project whose plugin folder holds the examples of the page."""
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Registry(plugin_folder=tmp_path, distributions=[])


def test_the_page_has_every_hook_and_no_other():
    assert re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE) == list(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_argument_of_a_hook_is_told_in_its_order(hook):
    told = re.findall(r"^\| `(\w+)` \| .+ \|$", _section(hook), re.MULTILINE)
    assert told == _arguments(hook)
    assert told or "| none | |" in _section(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_registering_hook_says_what_it_returns_and_an_observer_returns_nothing(hook):
    annotation = inspect.signature(HOOKS[hook]).return_annotation
    assert ("**Returns**" in _section(hook)) == (annotation != "None")


def test_what_an_observer_hears_of_a_signal_is_what_the_page_says():
    now = datetime(2026, 11, 20, tzinfo=UTC)
    signal = Signal(kind="funding.raised", account=AccountRef(name="Acme"), key="7", occurred_at=now)
    told = describe(accept(signal, {"funding.raised"}, now))
    row = next(line for line in _section("capteur_signal_accepted").splitlines() if line.startswith("| `signal`"))
    assert re.findall(r"`(\w+)`", row.partition(" | ")[2]) == list(told)


def test_every_name_the_page_gives_for_a_finished_unit_is_there():
    row = next(line for line in _section("capteur_run_finished").splitlines() if line.startswith("| `done`"))
    named = set(re.findall(r"`(?:done\.)?(\w+)`", row.partition(" | ")[2])) - {"UnitDone"}
    assert named
    assert named <= {field.name for field in dataclasses.fields(UnitDone)}


def test_the_observer_on_the_page_is_told(registry, capsys):
    registry.observe("capteur_instance_parked", instance="rounds", reason="401 from rounds.example")
    assert capsys.readouterr().err == "sensor rounds waits for you: 401 from rounds.example\n"


def test_the_sensors_on_the_page_are_registered(registry):
    assert list(registry.sensor_names()) == ["rounds-eu", "rounds-us"]
    cls, origin = registry.sensor_class("rounds-eu")
    assert cls.kind_names() == {"funding.raised"}
    assert origin.where.endswith("regions.py")
    assert registry.broken() == []


def test_the_other_hooks_take_what_the_page_says(tmp_path):
    """One observer with every hook and every argument: the registry accepts it and each call arrives."""
    observers = [hook for hook in HOOKS if "**Returns**" not in _section(hook)]
    lines = ["from capteur import hookimpl", "told = []"]
    for hook in observers:
        arguments = ", ".join(_arguments(hook))
        lines += ["@hookimpl", f"def {hook}({arguments}):", f"    told.append(({hook!r}, {arguments}))"]
    (tmp_path / "all.py").write_text("\n".join(lines))
    registry = Registry(plugin_folder=tmp_path, distributions=[])
    done = UnitDone(SenseUnit("rounds", 0, 1), "ok")
    values = {"instance": "rounds", "signal": {}, "done": done, "reason": "401", "account": "acme.com", "model": "main"}
    values |= {"before": None, "after": 3.1}
    for hook in observers:
        registry.observe(hook, **{name: values[name] for name in _arguments(hook)})
    told = next(iter(registry._modules.values())).told
    assert [row[0] for row in told] == observers
