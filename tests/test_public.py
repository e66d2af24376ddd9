"""The public surface: what `capteur.__all__` names is the contract, so that a change of it is a change of this list."""

from __future__ import annotations

import subprocess
import sys

import pytest

import capteur

PUBLIC = [
    "Account",
    "AccountFact",
    "AccountRef",
    "AccountSensor",
    "Answer",
    "AsyncHttp",
    "AuthError",
    "CapteurError",
    "Checkpoint",
    "ConfigError",
    "Context",
    "Contribution",
    "Delivery",
    "Detected",
    "Estimate",
    "Estimates",
    "Estimator",
    "FeedSensor",
    "House",
    "Http",
    "InputError",
    "Kind",
    "NotFound",
    "Notice",
    "Notifier",
    "Observation",
    "Outcome",
    "PluginError",
    "PushSensor",
    "RateLimited",
    "Revoke",
    "Runner",
    "SameAs",
    "SenseUnit",
    "Sensor",
    "Signal",
    "SignalColumns",
    "SkipAccount",
    "SkipRun",
    "SourceChanged",
    "State",
    "Stopped",
    "TransientError",
    "UnitDone",
    "hookimpl",
    "open_house",
]
HEAVY = {"pydantic", "sqlmodel", "sqlalchemy", "alembic", "httpx", "numpy", "rich", "apscheduler", "pluggy"}


def _loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_the_contract_is_pinned_and_sorted():
    assert capteur.__all__ == PUBLIC == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name):
    assert getattr(capteur, name) is not None
    assert name in dir(capteur)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Sensors'"):
        _ = capteur.Sensors


def test_importing_capteur_loads_nothing_heavy():
    """So that `capteur --help` and shell completion stay quick."""
    assert _loaded_by("import capteur") & HEAVY == set()


def test_a_public_name_loads_only_its_own_room():
    loaded = _loaded_by("from capteur import Signal")
    assert not loaded & {"sqlmodel", "sqlalchemy", "alembic", "httpx", "numpy", "rich"}
