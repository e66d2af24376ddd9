"""Where log lines go: to stderr, as much of them as `-q` and `-v` ask for."""

from __future__ import annotations

import logging
import sys

from capteur.wording import safe


class _OneLine(logging.Formatter):
    """One safe line per record; a traceback follows only at -vv."""

    def format(self, record: logging.LogRecord) -> str:
        return safe(f"{record.levelname.lower()}: {record.getMessage()}", 2000)


def configure(verbose: int, *, quiet: bool) -> None:
    """Level by -q (errors), nothing (warnings), -v (what happens), -vv (everything of ours). Other libraries stay at warnings."""
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("capteur").setLevel(level)
