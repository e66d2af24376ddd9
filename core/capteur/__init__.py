"""capteur: sensors detect the signals of companies, estimators turn them into an honest 0-10 estimate of intent.

The names below are the public contract. They load on first use, so that `import capteur` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capteur.accounts import Account, AccountRef
    from capteur.asking import AsyncHttp, Http
    from capteur.errors import (
        AuthError,
        CapteurError,
        ConfigError,
        InputError,
        NotFound,
        PluginError,
        RateLimited,
        SkipAccount,
        SkipRun,
        SourceChanged,
        Stopped,
        TransientError,
    )
    from capteur.estimator import Estimator, SignalColumns
    from capteur.hooks import hookimpl
    from capteur.house import House, open_house
    from capteur.intent import Contribution, Estimate, Estimates, State
    from capteur.kinds import Kind
    from capteur.notifier import Notice, Notifier
    from capteur.runner import Runner, SenseUnit, UnitDone
    from capteur.sensor import AccountSensor, Answer, Context, Delivery, FeedSensor, PushSensor, Sensor
    from capteur.signals import AccountFact, Checkpoint, Detected, Observation, Outcome, Revoke, SameAs, Signal

__version__ = "0.1.0"

_ROOMS = {
    "accounts": ("Account", "AccountRef"),
    "asking": ("AsyncHttp", "Http"),
    "errors": (
        "AuthError",
        "CapteurError",
        "ConfigError",
        "InputError",
        "NotFound",
        "PluginError",
        "RateLimited",
        "SkipAccount",
        "SkipRun",
        "SourceChanged",
        "Stopped",
        "TransientError",
    ),
    "estimator": ("Estimator", "SignalColumns"),
    "hooks": ("hookimpl",),
    "house": ("House", "open_house"),
    "intent": ("Contribution", "Estimate", "Estimates", "State"),
    "kinds": ("Kind",),
    "notifier": ("Notice", "Notifier"),
    "runner": ("Runner", "SenseUnit", "UnitDone"),
    "sensor": ("AccountSensor", "Answer", "Context", "Delivery", "FeedSensor", "PushSensor", "Sensor"),
    "signals": ("AccountFact", "Checkpoint", "Detected", "Observation", "Outcome", "Revoke", "SameAs", "Signal"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
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


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'capteur' has no attribute {name!r}")
    value = getattr(import_module(f"capteur.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
