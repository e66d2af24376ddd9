"""A sensor that prints must not write into the data: what its thread says goes to stderr."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

SENSOR = "sensor"
"""The name of the threads that sensors run in."""
PLUGIN = "plugin"
"""Of those in which plugins are imported and checked."""


class _Steered:
    """Standard output for everybody but the plugins' threads; asks anew at each call, for a test may have put another there."""

    def __init__(self, data: TextIO) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr if threading.current_thread().name in {SENSOR, PLUGIN} else self._data, name)


@contextmanager
def steered() -> Iterator[None]:
    """While sensors run, `print()` in one of their threads writes to stderr."""
    data = sys.stdout
    sys.stdout = _Steered(data)
    try:
        yield
    finally:
        sys.stdout = data
