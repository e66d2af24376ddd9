"""Every hook of capteur, on one page. Sensors are never called through a hook; see docs/decisions.

Registering hooks are for plugins that make their classes programmatically (a class named by an entry point needs none).
Observers run after the commit, one plugin at a time, at most once; an exception in one is logged and stops nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from capteur.estimator import Estimator
    from capteur.notifier import Notifier
    from capteur.runner import UnitDone
    from capteur.sensor import Sensor

PROJECT = "capteur"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Hooks:
    """The hook specifications."""

    @hookspec
    def capteur_sensors(self) -> Sequence[type[Sensor]]:  # type: ignore[empty-body]
        """Sensor classes to register, each under its `name`."""

    @hookspec
    def capteur_estimators(self) -> Sequence[type[Estimator]]:  # type: ignore[empty-body]
        """Estimator classes to register."""

    @hookspec
    def capteur_notifiers(self) -> Sequence[type[Notifier]]:  # type: ignore[empty-body]
        """Notifier classes to register."""

    @hookspec
    def capteur_signal_accepted(self, instance: str, signal: dict[str, Any]) -> None:
        """A new signal is committed."""

    @hookspec
    def capteur_run_finished(self, instance: str, done: UnitDone) -> None:
        """A unit of an instance has ended, well or not."""

    @hookspec
    def capteur_instance_parked(self, instance: str, reason: str) -> None:
        """An instance waits for its operator."""

    @hookspec
    def capteur_estimate_changed(self, account: str, model: str, before: float | None, after: float | None) -> None:
        """The number of an account has moved after new signals."""
