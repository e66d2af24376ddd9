"""What `capteur plugins` and `capteur check` say of plugins: every one is loaded and checked, used or not. A run does neither."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from capteur.conforming import conform
from capteur.conforming.surveying import PATIENCE_S
from capteur.errors import CapteurError
from capteur.registry import Conformance, Instance, PluginInfo
from capteur.watching import Finding
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house.core import House

HERE = "checks that need no source"
"""What conformance means here; the others run in the plugin's own test."""


def plugins(house: House, *, seconds: float = PATIENCE_S) -> list[PluginInfo]:
    """Every plugin that is installed or lies in the plugin folder, loaded and checked, none for longer than `seconds`."""
    _ = house.instances
    for name, raw in house.settings.models.items():
        with suppress(CapteurError):  # `check` tells of a model that cannot be built
            house.registry.estimator(name, raw, house.settings)
    house.registry.notifiers(house.settings)
    classes = house.registry.load_all(seconds)
    return [
        replace(info, conformance=conform(classes[info.group, info.name], info.group, seconds=seconds))
        if info.state != "broken" and (info.group, info.name) in classes
        else info
        for info in house.registry.plugins()
    ]


def plugin_findings(house: House) -> list[Finding]:
    """What is to be said of all plugins; a broken one that an instance uses is told as that instance."""
    found = plugins(house)
    told = {b.name for b in house.broken if b.instance}
    broken = [p for p in found if p.state == "broken"]
    used = sum(p.state == "ok" for p in found)
    listening = [f"{p.name} hears {', '.join(p.hooks)}" for p in found if p.group == "hooks" and p.state == "ok"]
    checked = [(p, p.conformance) for p in found if p.conformance is not None]
    good = sum(not conformance.failing for _, conformance in checked)
    return [
        Finding("ok", "plugins", f"{len(found)} installed, {used} in use, {len(broken)} broken"),
        *([Finding("ok", "hooks", "; ".join(listening))] if listening else []),
        *(Finding("warn", f"plugin {p.name}", p.message, p.fix or _way_out(p)) for p in broken if p.name not in told),
        *([Finding("ok", "conformance", f"{counted(good, 'plugin')} pass the {HERE}")] if good else []),
        *(finding for p, conformance in checked for finding in _failing(p.name, conformance)),
    ]


def instance_conformance(instance: Instance) -> list[Finding]:
    """What is to be said of the class behind one instance."""
    conformance = conform(type(instance.sensor), "sensors")
    passed = f"{instance.use} passes {conformance} {HERE}; its test runs the others"
    return [*_failing(instance.use, conformance)] or [Finding("ok", "conformance", passed)]


def _failing(name: str, conformance: Conformance) -> Iterator[Finding]:
    if conformance.failing:
        first, more = conformance.failing[0], len(conformance.failing) - 1
        others = f" (and {more} more: capteur plugins --json)" if more else ""
        yield Finding("warn", f"plugin {name}", f"fails '{first.check}': {first.message}{others}", first.fix or None)


def _way_out(plugin: PluginInfo) -> str:
    return f"pip uninstall {plugin.distribution}" if plugin.distribution else f"correct {plugin.where}"
