"""Run one unit: call a sensor for one watch row, check what it yields, commit it with cursor, due time and fence.

The names load on first use: an isolated sensor's process is of this room, and must not pay for the database at its start.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capteur.sensing.intake import Intake
    from capteur.sensing.task import Task, Tools
    from capteur.sensing.telling import Sink
    from capteur.sensing.unit import run_unit

_HOME = {"Intake": "intake", "Sink": "telling", "Task": "task", "Tools": "task", "run_unit": "unit"}

__all__ = ["Intake", "Sink", "Task", "Tools", "run_unit"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'capteur.sensing' has no attribute {name!r}")
    value = getattr(import_module(f"capteur.sensing.{_HOME[name]}"), name)
    globals()[name] = value
    return value
