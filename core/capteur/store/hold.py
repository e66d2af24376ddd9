"""The lock beside a SQLite store: one process at a time runs sensors on it, and a second one is told who the first is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from capteur.errors import StoreError, StoreHeld

DAEMON = "capteur daemon"
"""Who holds a store for good."""


@contextmanager
def held(path: Path, who: str, now: datetime) -> Iterator[None]:
    """Hold the lock file beside the database at `path`. Raises StoreHeld naming process, command and since when.

    The lock is the operating system's, so that it ends with its process whatever becomes of that.
    """
    beside = path.with_name(path.name + ".lock")
    try:
        file = beside.open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"store {path}: the lock file {beside.name} cannot be written",
            why=str(error.strerror),
            fix="look at the folder's permissions",
        ) from error
    with file:
        try:
            release = _lock(file)
        except OSError:
            raise _held(file, path) from None
        try:
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "command": who, "since": now.isoformat(timespec="seconds")}))
            file.flush()
            yield
        finally:
            file.truncate(0)
            release()


def _held(file: IO[str], path: Path) -> StoreHeld:
    by = {"pid": "?", "command": "another run", "since": "?"}
    with suppress(OSError, ValueError):
        file.seek(0)
        found = json.loads(file.read())
        by.update({k: str(found[k]) for k in by if k in found})
    since = by["since"].replace("T", " ").replace("+00:00", " UTC")
    return StoreHeld(
        f"store {path}: `{by['command']}` holds it",
        why=f"process {by['pid']}, since {since}",
        fix=_way_out(by["command"], by["pid"]),
    )


def _way_out(command: str, pid: str) -> str:
    stop = f", or stop it: kill {pid}" if pid != "?" else ""
    if command == DAEMON:  # which never ends
        return f"it looks by itself: capteur status shows what it finds{stop}"
    return f"wait for it{stop}"


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> Callable[[], None]:
        # far behind the text, because Windows forbids others to read what is locked
        file.seek(1 << 30)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

        def release() -> None:
            file.seek(1 << 30)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

        return release
else:
    import fcntl

    def _lock(file: IO[str]) -> Callable[[], None]:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lambda: fcntl.flock(file.fileno(), fcntl.LOCK_UN)
