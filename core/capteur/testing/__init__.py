"""The conformance kit: a dozen lines of an author buy the checks his plugin has to pass. docs/testing.md shows how.

    class TestRounds(SensorConformance): sensor, config, upstream(router), empty(router)
    class TestMomentum(EstimatorConformance): estimator, config
    class TestPager(NotifierConformance): notifier, config, upstream(router)
    class TestCluster(RunnerConformance): runner(run_unit, width)

The names load on first use: pytest imports this package at every start, of every project, to reach the plugin beside it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capteur.testing.checking import Checked, verify
    from capteur.testing.estimators import EstimatorConformance
    from capteur.testing.notifiers import NotifierConformance
    from capteur.testing.replaying import replay
    from capteur.testing.runners import RunnerConformance
    from capteur.testing.sensors import SensorConformance

_HOME = {
    "Checked": "checking",
    "EstimatorConformance": "estimators",
    "NotifierConformance": "notifiers",
    "RunnerConformance": "runners",
    "SensorConformance": "sensors",
    "replay": "replaying",
    "verify": "checking",
}

__all__ = [
    "Checked",
    "EstimatorConformance",
    "NotifierConformance",
    "RunnerConformance",
    "SensorConformance",
    "replay",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'capteur.testing' has no attribute {name!r}")
    try:
        value = getattr(import_module(f"capteur.testing.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in {"pytest", "respx"}:
            raise
        from capteur.errors import PluginError

        raise PluginError(
            f"the conformance kit needs {error.name}, which is not installed", fix="pip install 'capteur[testing]'"
        ) from error
    globals()[name] = value
    return value
