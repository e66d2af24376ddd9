"""A project whose one sensor says what the test wants it to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from capteur import House

SENSOR = '''
import json
from pathlib import Path


class Told(FeedSensor):
    """Says what stands in a file: kind, key, and what it calls the company."""

    name = "told"
    kinds = ("funding.raised", "hiring.opened")

    def detect(self, ctx):
        for kind, key, called in json.loads(Path({path!r}).read_text()):
            yield Signal(kind=kind, account=AccountRef(**called), key=key, occurred_at=ctx.now)
'''

Tell = Callable[..., None]


@pytest.fixture
def tell(stored_project: Any) -> Tell:
    """Write what the sensor says from now on: (key, what it calls the company), all of one kind."""
    file = stored_project.folder / "told.json"
    stored_project.plugin("told", SENSOR.replace("{path!r}", repr(str(file))))

    def write(*told: tuple[str, dict[str, Any]], kind: str = "funding.raised") -> None:
        file.write_text(json.dumps([(kind, key, called) for key, called in told]))

    write()
    return write


@pytest.fixture
def opened(stored_project: Any, tell: Tell) -> Callable[..., House]:
    """Open the project with an account list and tables beyond the sensor's."""

    def make(csv: str, toml: str = "") -> House:
        assert tell
        stored_project.configure(f"{toml}\n[sensors.told]\n")
        stored_project.accounts(csv)
        house: House = stored_project.open()
        house.import_accounts()
        return house

    return make
