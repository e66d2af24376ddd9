"""The process of an isolated sensor as capteur sees it: started, listened to, ended for certain, and why it died."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from capteur.errors import TransientError
from capteur.sensing import limits
from capteur.sensing.crossing import Died
from capteur.sensing.remote import CRASHED, LOST, NO_MEMORY
from capteur.sensor import Log
from capteur.signals import clean

EXIT_S: Final = 1.0
"""How long a process that has lost its channel may take to be gone by itself; its exit code says why."""
MOST_LINES: Final = 200
"""Lines a unit may print into the log."""
_KEPT: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
)
_KEPT_BEGINNINGS: Final = ("LC_", "PYTHON", "SSL_CERT_")
_ONE_CORE: Final = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
"""A pool of threads per core reserves more address space than the limit, before it has done anything."""


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What a sensor's process sees of our environment: nothing that may be a secret."""
    kept = {name: value for name, value in ours.items() if name in _KEPT or name.startswith(_KEPT_BEGINNINGS)}
    return {**kept, **_ONE_CORE}


class Process:
    """A started process, the channel to it and the log of what it prints. Made by `Process.start`."""

    def __init__(
        self,
        popen: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        printed: asyncio.Task[None],
    ) -> None:
        self._popen = popen
        self.reader = reader
        self.writer = writer
        self._printed = printed

    @classmethod
    async def start(cls, name: str, log: Log) -> Process:
        """Start one for the instance `name`. Raises TransientError when the machine gives no process."""
        ours, theirs = socket.socketpair()
        out, printed = os.pipe()
        # -u: what is printed before a kill is kept; -P: a json.py in the current folder must not become everybody's json
        command = [sys.executable, "-u", "-P", "-m", "capteur.sensing.child", name]
        try:
            popen = subprocess.Popen(  # noqa: ASYNC220, S603  it waits for nothing, and runs our own module
                command,
                stdin=theirs.fileno(),
                stdout=printed,
                stderr=printed,
                env=environment(os.environ),
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            os.close(out)
            raise TransientError(
                "no process could be started for it", why=error.strerror or type(error).__name__
            ) from error
        finally:
            theirs.close()
            os.close(printed)
        listening = asyncio.ensure_future(_listen(out, log))
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
        except BaseException:  # cancelled just now: nobody else knows of the process yet
            ours.close()
            os.killpg(popen.pid, signal.SIGKILL)
            popen.wait()
            raise
        return cls(popen, reader, writer, listening)

    def kill(self) -> None:
        """End it and every process of its group, at once."""
        if self._popen.returncode is None:
            with suppress(ProcessLookupError, PermissionError):  # macOS: a group of nothing but a zombie
                os.killpg(self._popen.pid, signal.SIGKILL)

    async def died(self) -> int:
        """It has closed its channel: its exit code as subprocess tells it, after a moment for it to end by itself.

        The group is killed before the process is reaped, so that the number still means this group.
        """
        waiting = asyncio.ensure_future(asyncio.to_thread(self._exited))
        await asyncio.wait({waiting}, timeout=EXIT_S)
        gone = waiting.done()
        self.kill()
        code = await asyncio.to_thread(self._popen.wait)
        return code if gone else LOST

    async def close(self) -> None:
        """Kill what is left and give everything back."""
        self.kill()
        await asyncio.to_thread(self._popen.wait)
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()
        await asyncio.wait({self._printed}, timeout=EXIT_S)  # a process that left its group may hold the other end
        self._printed.cancel()
        await asyncio.wait({self._printed})

    def _exited(self) -> None:
        if hasattr(
            os, "waitid"
        ):  # not on macOS before Python 3.13: there a dying process is killed, and keeps its exit code
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self._popen.pid, os.WEXITED | os.WNOWAIT)


async def _listen(out: int, log: Log) -> None:
    """What is printed becomes lines of the log; a flood of them is cut off and still read, so that the process goes on."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(out, "rb", 0))
    left, rest = MOST_LINES, b""
    try:
        while chunk := await reader.read(4096):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                left -= 1
                if left >= 0:
                    _print(line, log)
            rest = rest[-4096:]
        if rest and left > 0:
            _print(rest, log)
        if left < 0:
            log.warning("printed more", lines=-left)
    finally:
        transport.close()


def _print(line: bytes, log: Log) -> None:
    text = clean(line.decode("utf-8", "replace"), 500)
    if text:
        log.info("printed", text=text)


def death(code: int, cpu_s: int) -> Died:
    """What a process died of, in words."""
    fix = ""
    if code == LOST:
        what, fix = "it closed the channel between its process and capteur", "close only files it has opened itself"
    elif code == NO_MEMORY:
        what = f"its process was killed by the memory limit of {limits.MEMORY >> 30} GB"
        fix = "read and yield piece by piece"
    elif code == CRASHED:
        what, fix = "it broke the Python of its own process", "the log has what its process printed last"
    elif code == -signal.SIGXCPU:
        what = f"its process was killed by the limit of {cpu_s} s of CPU time"
    elif code == -signal.SIGKILL:
        what = "its process was killed (SIGKILL), as a system that is short of memory does"
    elif code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        memory = (
            f", perhaps at the memory limit of {limits.MEMORY >> 30} GB"
            if name in {"SIGSEGV", "SIGABRT", "SIGBUS"}
            else ""
        )
        what = f"its process was killed by {name}{memory}"
    else:
        what, fix = f"its process ended itself with exit code {code}", "raise an error instead of leaving the process"
    return Died(what, fix=fix)


def garbled() -> Died:
    """Somebody else wrote into the channel."""
    return Died(
        "it wrote into the channel between its process and capteur",
        fix="write to files it has opened itself; print() and standard error go to the log",
    )
