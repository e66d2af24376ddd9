"""The terminal door: parse, call one function of the house, render.

`commands/` parse, `screens/` render, and nothing here imports pydantic, sqlmodel, httpx, numpy or rich before a command needs
it: `capteur --help` and shell completion answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """The console script. Leaves the process with 0 ok, 1 something failed, 2 usage or configuration, 4 credentials, 130 Ctrl-C."""
    from capteur.cli.root import run

    sys.exit(run(argv))
