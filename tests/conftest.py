"""Shared fixtures: the clock that moves when told, and the folder of real captured inputs."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from capteur.clock import ManualClock

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("CAPTEUR_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def pytest_report_header() -> str:
    """Name what the run depends on, so that a failure elsewhere can be compared."""
    names = ("httpx", "sqlalchemy", "pydantic", "numpy")
    captures = "present" if DATA.is_dir() else "ABSENT: tests on real captures are skipped"
    return f"python {platform.python_version()}, {', '.join(f'{n} {version(n)}' for n in names)}; captured inputs: {captures}"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"captured inputs are absent at {DATA}; set CAPTEUR_DATA")
    return DATA
