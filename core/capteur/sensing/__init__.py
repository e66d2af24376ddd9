"""Run one unit: call a sensor for one watch row, check what it yields, commit it with cursor, due time and fence."""

from capteur.sensing.intake import Intake
from capteur.sensing.unit import Task, Tools, run_unit

__all__ = ["Intake", "Task", "Tools", "run_unit"]
