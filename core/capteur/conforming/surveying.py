"""What one loaded class keeps of its contract, in a moment and without its source: for `capteur plugins` and `capteur check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from capteur.conforming.checks import Checked, Checks, checks, verify
from capteur.conforming.declared import DeclaredChecks
from capteur.estimator import Estimator
from capteur.options import Options
from capteur.registry.loading import is_authors
from capteur.registry.patience import Endless, within
from capteur.registry.shapes import Conformance, Failing, Group

PATIENCE_S = 10.0
"""How long a plugin may take to be imported, or to pass the checks; the shipped ones take some tenths of a second."""
_OF_A_TEST = frozenset({"test_its_configuration_is_accepted", "test_something_in_gives_a_number"})
"""Checks that need what only the author's test says: a configuration, the kinds that an estimator reads."""


class _Declared(DeclaredChecks):
    plugin: ClassVar[type[Options]]
    group: ClassVar[Group]

    def _plugin(self) -> tuple[type[Options], Group, Mapping[str, Any]]:
        return self.plugin, self.group, {}


def conform(plugin: type[Options], group: Group, *, seconds: float = PATIENCE_S) -> Conformance:
    """Run the checks that need no source, in a thread of their own; raises nothing of the plugin's.

    An estimator that works without options is also asked about made-up accounts.
    """
    kit = _kit(plugin, group)
    names = [name for name in checks(kit) if name not in _OF_A_TEST]
    found: list[Checked] = []

    def run() -> None:
        for name in names:
            found.extend(verify(kit, only={name}))

    try:
        within(seconds, _catching(run, names, found), is_authors(plugin))
    except Endless as endless:
        text = f"{endless.at}: {endless}" if endless.at else str(endless)
        found.append(Checked(names[len(found)], "failed", text, text))
    good = sum(check.outcome == "passed" for check in found)
    failing = tuple(Failing(in_words(c.name), c.what or c.text, c.fix) for c in found if c.outcome == "failed")
    return Conformance(good, good + len(failing), failing)


def in_words(name: str) -> str:
    """A check's name as a sentence: `its secrets are typed as secrets`."""
    return name.removeprefix("test_").replace("_", " ")


def _catching(run: Callable[[], None], names: list[str], found: list[Checked]) -> Callable[[], None]:
    """Ctrl-C does not reach this thread: a KeyboardInterrupt in it is the plugin's own."""

    def caught() -> None:
        try:
            run()
        except KeyboardInterrupt:
            text = "KeyboardInterrupt, raised by the plugin itself"
            found.append(Checked(names[len(found)], "failed", text, text))

    return caught


def _kit(plugin: type[Options], group: Group) -> type[Checks]:
    if group == "estimators" and issubclass(plugin, Estimator) and _needs_no_options(plugin):
        from capteur.conforming.estimators import EstimatorChecks  # numpy comes with it

        return type("Surveyed", (EstimatorChecks,), {"estimator": plugin})
    return type("Surveyed", (_Declared,), {"plugin": plugin, "group": group})


def _needs_no_options(plugin: type[Options]) -> bool:
    return not any(field.is_required() for field in plugin.model_fields.values())
