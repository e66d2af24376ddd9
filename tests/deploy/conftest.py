"""The files an operator copies, and a few words for the tests that read them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from capteur.cli.manual import commands

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def deploy() -> Path:
    return ROOT / "deploy"


@pytest.fixture
def understood():
    """Read a command line as capteur would, and return the values of its options. Raises click.UsageError for a wrong one."""
    known = dict(commands())

    def read(argv: list[str]) -> dict[str, object]:
        words = 2 if f"capteur {' '.join(argv[:2])}" in known else 1
        command = known[f"capteur {' '.join(argv[:words])}"]
        context = command.make_context(command.name, list(argv[words:]), obj=None)
        assert isinstance(context, click.Context)
        return context.params

    return read
