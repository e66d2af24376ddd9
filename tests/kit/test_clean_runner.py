"""The house's own runner passes the kit."""

from __future__ import annotations

from capteur.house import LocalRunner
from capteur.testing import RunnerConformance


class TestLocalRunner(RunnerConformance):
    def runner(self, run_unit, width):
        return LocalRunner(run_unit, width)
