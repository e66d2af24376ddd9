"""Hears everything that is logged or printed, for the search for secrets."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


class _Ear(logging.Handler):
    def __init__(self, records: list[str]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(f"{self.format(record)} {vars(record)}")


@contextmanager
def listening() -> Iterator[tuple[list[str], io.StringIO]]:
    """Every log record, however low its level, and everything printed."""
    records: list[str] = []
    root, ear, printed = logging.getLogger(), _Ear(records), io.StringIO()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield records, printed
    finally:
        root.setLevel(level)
        root.removeHandler(ear)
