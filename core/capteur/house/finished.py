"""What a backfill remembers of itself, so that one that was killed goes on where it was: the stretches it has read to the end.

One row of `meta` for each instance. It holds for the reading that left it: the same options and code, windows of the same length, and
the same accounts; any other reading begins anew. It is written after the window is stored, so a crash in between reads a window
twice, which stores nothing twice.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from capteur.registry import Instance
from capteur.registry.loading import file_of
from capteur.store import meta

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

Stretch = tuple[int, int]


class Finished:
    """The finished stretches of one instance, in micros."""

    def __init__(self, store: Store, instance: Instance, chunk: timedelta, accounts: Iterable[int]) -> None:
        self._store = store
        self._name = f"backfill:{instance.name}"
        self._reading = reading_of(instance, chunk, accounts)

    @functools.cached_property
    def _stretches(self) -> list[Stretch]:
        text = self._store.read(lambda conn: meta.get(conn, self._name))
        known = json.loads(text) if text else {}
        return [(start, end) for start, end in known["read"]] if known.get("reading") == self._reading else []

    def covers(self, since: int, until: int) -> bool:
        """Whether everything from `since` up to `until` has been read."""
        return any(start <= since and until <= end for start, end in self._stretches)

    def add(self, since: int, until: int) -> None:
        """Remember a window that was read to its end; returns when that is on the disk."""
        self._keep(joined([*self._stretches, (since, until)]))

    def forget(self) -> None:
        """Begin anew: a reading that is asked for again, and killed, goes on where it was as well."""
        self._keep([])

    def _keep(self, stretches: list[Stretch]) -> None:
        self._stretches = stretches
        text = json.dumps({"reading": self._reading, "read": stretches}, separators=(",", ":"))

        def work(conn: Connection) -> None:
            meta.put(conn, self._name, text)

        self._store.write(work).result()


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in as few stretches as there are gaps, oldest first.

    >>> joined([(20, 30), (0, 10), (10, 20), (40, 50)])
    [(0, 30), (40, 50)]
    """
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def reading_of(instance: Instance, chunk: timedelta, accounts: Iterable[int]) -> str:
    """A digest of what decides what a window brings: options, code, the length of windows, the accounts that are asked about."""
    told = [instance.config_hash, instance.origin.version, _code(instance), chunk.total_seconds(), sorted(accounts)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _code(instance: Instance) -> str:
    """A digest of a project's own file: whoever corrects his sensor wants the past read with the correction."""
    file = file_of(type(instance.sensor))
    return hashlib.sha256(Path(file).read_bytes()).hexdigest() if file else ""
