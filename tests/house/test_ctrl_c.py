"""Ctrl-C reaches a run at once, also when it comes in the moment before the loop begins to wait."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from capteur.house.looping import run_here

PRESSED = """
import asyncio, os, signal, sys, threading
from capteur.house.looping import run_here

go = threading.Event()

def press():
    go.wait()
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=press, daemon=True).start()
# From here on the signal goes to the other thread, and the wait of the main one is not interrupted by it: what happens to a
# signal that comes between the last look at signals and the wait.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])

async def work():
    go.set()
    await asyncio.sleep(600)

try:
    run_here(work())
except KeyboardInterrupt:
    print("stopped")
"""


def test_a_signal_that_does_not_interrupt_the_wait_ends_it_all_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PRESSED)], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("stopped\n", "")


def test_afterwards_signals_are_as_they_were() -> None:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    assert run_here(_done()) == "done"
    after = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(after)
    assert after == before


def test_in_another_thread_it_runs_like_any_loop() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(run_here(_done())))
    thread.start()
    thread.join()
    assert found == ["done"]


async def _done() -> str:
    return "done"


async def _raise() -> None:
    raise LookupError("its own")


def test_what_the_work_raises_comes_through() -> None:
    with pytest.raises(LookupError, match="its own"):
        run_here(_raise())
