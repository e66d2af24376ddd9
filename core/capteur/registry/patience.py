"""Run a plugin's code with an end to our patience: what never comes back is left behind, and told by the line it is at."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
THREAD = "plugin"
"""What a thread is called while it runs a plugin's code: by this the command line knows whose a printed word is."""


class Endless(Exception):  # noqa: N818  the state it tells of, as capteur.errors names its own
    """The work did not come back in time. `at` is the author's `file.py:line` where it was, None when it was elsewhere."""

    def __init__(self, seconds: float, at: str | None) -> None:
        super().__init__(f"it does not come to an end: given up after {seconds:g} s")
        self.at = at


@contextmanager
def named() -> Iterator[None]:
    """The present thread as a plugin's, for as long as this lasts."""
    thread = threading.current_thread()
    before, thread.name = thread.name, THREAD
    try:
        yield
    finally:
        thread.name = before


def within(seconds: float, work: Callable[[], T], mine: Callable[[str, str], bool]) -> T:
    """What `work` returns or raises. Raises Endless when it takes longer; its thread is a daemon, and dies with the process.

    `mine(module, file)` says whether a frame is the author's.
    """
    returned: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            returned.append(work())
        except BaseException as error:  # noqa: BLE001  it is raised again below, in the thread that asked
            raised.append(error)

    thread = threading.Thread(target=run, name=THREAD, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise Endless(seconds, _line(thread, mine))
    if raised:
        raise raised[0]
    return returned[0]


def _line(thread: threading.Thread, mine: Callable[[str, str], bool]) -> str | None:
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  the only way to another thread's line
    while frame is not None:
        code = frame.f_code
        if mine(str(frame.f_globals.get("__name__", "")), code.co_filename):
            return f"{Path(code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back
    return None
