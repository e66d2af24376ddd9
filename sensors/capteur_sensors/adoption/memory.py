"""What is remembered of an account between reads, in the watch row: at most 256 KB of JSON, however large its pages are.

Remembered are the traces themselves, not only the tools they meant: so a new rule, of capteur or of the user, is applied to the
reading before, and what was there all along is not taken for news.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from capteur_sensors._tools import Trace

VERSION = 1
BUDGET = 240 * 1024
"""Bytes of JSON; core takes 256 KB."""
MOST_TOOLS = 1_000
STALE_DAYS = 60
"""A source that gave no answer for so long is forgotten, and so are the tools that only it showed: nothing is told."""
EPOCH = date(1970, 1, 1)


@dataclass(slots=True)
class Source:
    """One source as it was last read well: the day (UTC, counted from 1970-01-01) and its traces."""

    day: int
    traces: tuple[Trace, ...]


@dataclass(slots=True)
class Known:
    """One tool. `live`: something shows it in use now, not only a token of once. `at`: the sources that prove it.

    `seen` is the day of the last read that had it, or that told its removal; `misses` counts good reads without it since, `missed_at` (s since 1970)
    is the first of them. `gone`: its removal was told, under the key `told`.
    """

    live: bool
    strength: float
    at: tuple[str, ...]
    seen: int
    misses: int = 0
    missed_at: int = 0
    gone: bool = False
    told: str = ""


@dataclass(slots=True)
class Memory:
    """An account's memory. `reader` names how traces were taken; `host` is the one that shows the home page; `held`: the last
    read lost most tools at once and waits for confirmation; `down` says which part could not be read and why.
    """

    reader: str = ""
    host: str = ""
    held: bool = False
    down: dict[str, str] = field(default_factory=dict[str, str])
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    tools: dict[str, Known] = field(default_factory=dict[str, Known])

    def is_due(self, source: str, today: int, days: int) -> bool:
        """True when a source was not read for so many days, or has lost a tool and waits for confirmation."""
        known = self.sources.get(source)
        waiting = any(tool.misses and source in tool.at and not tool.gone for tool in self.tools.values())
        return known is None or waiting or self.held or known.day <= today - days

    def dump(self) -> dict[str, Any]:
        """The memory as JSON within BUDGET. The largest sources are dropped first: read again, they count as new ones."""
        if len(self.tools) > MOST_TOOLS:
            latest = sorted(self.tools, key=lambda name: (-self.tools[name].seen, name))[:MOST_TOOLS]
            self.tools = {name: self.tools[name] for name in latest}
        made = self._json()
        while _size(made) > BUDGET and self.sources:
            largest = max(self.sources, key=lambda name: sum(len(t.text) for t in self.sources[name].traces))
            del self.sources[largest]
            made = self._json()
        return made

    def _json(self) -> dict[str, Any]:
        return {
            "v": VERSION, "reader": self.reader, "host": self.host, "held": self.held, "down": self.down,
            "sources": {name: [s.day, [f"{t.place} {t.text}" for t in s.traces]] for name, s in self.sources.items()},
            "tools": {
                name: [k.live, k.strength, list(k.at), k.seen, k.misses, k.missed_at, k.gone, k.told]
                for name, k in self.tools.items()
            },
        }  # fmt: skip


def load(cursor: Any, reader: str) -> Memory:
    """The memory in a cursor; a new one when there is none, or when it is not ours (then the account is read as for the first time).

    Traces taken in another way than `reader` takes them now are dropped: they cannot be compared.
    """
    if not isinstance(cursor, Mapping) or cursor.get("v") != VERSION:
        return Memory(reader)
    try:
        memory = Memory(
            reader=str(cursor["reader"]), host=str(cursor["host"]), held=bool(cursor["held"]), down=dict(cursor["down"]),
            sources={
                str(name): Source(int(day), tuple(Trace(*text.split(" ", 1)) for text in traces))
                for name, (day, traces) in cursor["sources"].items()
            },
            tools={
                str(name): Known(live, strength, tuple(at), seen, misses, missed_at, gone, told)
                for name, (live, strength, at, seen, misses, missed_at, gone, told) in cursor["tools"].items()
            },
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        return Memory(reader)
    if memory.reader != reader:
        memory.reader, memory.sources = reader, {}
    return memory


def day_number(moment: datetime) -> int:
    """The UTC day of a moment, counted from 1970-01-01."""
    return (moment.astimezone(UTC).date() - EPOCH).days


def as_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)


def _size(made: dict[str, Any]) -> int:
    return len(json.dumps(made, separators=(",", ":")))
