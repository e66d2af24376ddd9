"""An event loop that Ctrl-C always reaches.

Python runs a signal's handler between two steps of the main thread. A signal that comes in just before the loop begins to wait is
noticed when the loop wakes up, and that may be at the next deadline, minutes later: `asyncio.run` alone loses about one in some
thousand, on a busy machine one in ten. So the interpreter is told to write into a socket the loop listens to.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


def run_here(work: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run(work)`, stopped at once by Ctrl-C. Raises KeyboardInterrupt then, and what `work` raises."""
    return asyncio.run(_within_reach(work))


async def _within_reach(work: Coroutine[Any, Any, T]) -> T:
    with _woken_by_signals(asyncio.get_running_loop()):
        return await work


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        try:
            loop.add_reader(ours, _drain, ours)
        except NotImplementedError:  # the loop of Windows listens to signals by itself
            yield
            return
        try:
            before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        except ValueError:  # not the main thread: no signal is handled here
            before = None
        try:
            yield
        finally:
            if before is not None:
                signal.set_wakeup_fd(before)
            loop.remove_reader(ours)


def _drain(end: socket.socket) -> None:
    with suppress(BlockingIOError):
        while end.recv(4096):
            pass
