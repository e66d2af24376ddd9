"""What an isolated sensor's process may use of the machine; imposed by the process on itself before it sees a line of the plugin.

They keep a mistake from taking the machine along. They are no sandbox: the process is the same user's, and reads the same files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space (RLIMIT_AS). Python with pydantic needs about 150 MB of it."""
FILES: Final = 256
"""Files open at once (RLIMIT_NOFILE)."""
PROCESSES: Final = 64
"""Threads and processes beyond those that the user runs already (RLIMIT_NPROC, which counts per user). Root has no such limit."""
CPU_SPARE_S: Final = 10
"""Seconds of CPU time beyond the deadline (RLIMIT_CPU): for the start, and for a parent that has died and kills nobody."""


def available() -> bool:
    """Whether this platform has limits and process groups at all."""
    return find_spec("resource") is not None and hasattr(os, "killpg")


def cpu_seconds(deadline_s: float) -> int:
    """The limit of CPU time for a deadline."""
    return int(deadline_s) + 1 + CPU_SPARE_S


def impose(cpu_s: int) -> None:
    """Limit this process. What a platform refuses is left as it is: macOS knows no limit of address space."""
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu_s, spare=5)
    _lower(resource.RLIMIT_AS, MEMORY)
    _lower(resource.RLIMIT_NOFILE, FILES)
    if sys.platform == "linux" and os.getuid() != 0:
        _lower(resource.RLIMIT_NPROC, sum(_tasks()) + PROCESSES)


def _lower(kind: int, value: int, *, spare: int = 0) -> None:
    """Never raises a limit that is lower already. `spare` lies between the limit that tells and the one that kills."""
    import resource

    with suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        most = value + spare if hard == resource.RLIM_INFINITY else min(value + spare, hard)
        resource.setrlimit(kind, (min(value, most), most))


def _tasks() -> Iterator[int]:
    """How many threads each process of this user has."""
    mine = os.getuid()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            if entry.name.isdigit() and entry.stat().st_uid == mine:
                yield sum(1 for _ in (entry / "task").iterdir())
