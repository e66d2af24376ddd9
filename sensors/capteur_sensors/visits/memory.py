"""What a run leaves for the next one: how far each file was read, the key of the visitors' names, who is still on the site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capteur_sensors.visits.book import Book
from capteur_sensors.visits.keys import Keys
from capteur_sensors.visits.tail import Tail

MOST: Final = 240 * 1024
"""Bytes of a Checkpoint; core takes 256 KB."""


@dataclass(slots=True)
class Memory:
    """`since`: older lines were not asked for when the log was first read. `told`: warnings that were given once."""

    since: int | None = None
    clock: int = 0
    keys: Keys | None = None
    tail: Tail = field(default_factory=Tail)
    book: Book = field(default_factory=Book)
    told: set[str] = field(default_factory=set)

    def dump(self) -> dict[str, Any]:
        """As JSON, when everybody has been told. What does not fit is forgotten, those first who were seen longest ago."""
        visitors = self.book.dump()
        rest = {
            "since": self.since,
            "clock": self.clock,
            "keys": self.keys.dump() if self.keys is not None else None,
            "files": self.tail.dump(),
            "told": sorted(self.told),
        }
        room = MOST - len(json.dumps(rest))
        kept: list[Any] = []
        for row in reversed(visitors):
            room -= len(json.dumps(row)) + 1
            if room < 0:
                break
            kept.append(row)
        self.book.forgotten += len(visitors) - len(kept)
        return {**rest, "visitors": kept[::-1]}


def load(told: object) -> Memory:
    """What `dump` gave; a fresh memory for anything else."""
    if not isinstance(told, Mapping):
        return Memory()
    since, clock, given = told.get("since"), told.get("clock"), told.get("told")
    return Memory(
        since if isinstance(since, int) else None,
        clock if isinstance(clock, int) else 0,
        Keys.load(told.get("keys")),
        Tail.load(told.get("files")),
        Book.load(told.get("visitors")),
        {str(word) for word in given} if isinstance(given, list) else set(),
    )
