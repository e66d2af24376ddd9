"""What changed between two reads. Pure: no network, no clock. A reading that fails changes nothing, and half of one only adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from capteur_sensors._tools import Trace
from capteur_sensors.adoption.book import Sight
from capteur_sensors.adoption.memory import STALE_DAYS, Known, Memory, Source, day_number
from capteur_sensors.adoption.reading import Read, merged

MISSES = 2
"""So many good reads without a tool, and it is removed."""
RETURN_DAYS = 30
"""A tool that is back within this was never gone: experiments and outages come and go."""
MOST_AT_ONCE = 3
"""More new tools in one read are no adoptions: the page before was another one, a notice or a parking page."""
HELD_FROM = 3
"""A read that loses so many tools, and more than half, is held until the next one confirms it."""

Seen = Mapping[str, tuple[Sight, ...]]
See = Callable[[Mapping[str, Iterable[Trace]]], Seen]
What = Literal["present", "appeared", "gone", "back"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one tool.

    `present`: seen for the first time, without news in it. `appeared`: a source that was read before, without it, has it now;
    `since` is the day of that read. `gone`: missed for the first time at `missed_at`, last seen on the day `since` in the
    sources `at`. `back`: its removal was told under `told`, and it is there again.
    """

    what: What
    tool: str
    sights: tuple[Sight, ...] = ()
    since: int = 0
    missed_at: int = 0
    strength: float = 1.0
    at: tuple[str, ...] = ()
    told: str = ""


class Comparison:
    """Compares a reading with the memory, and moves the memory on. `see` says which tools traces mean."""

    def __init__(self, memory: Memory, see: See, now: datetime) -> None:
        self._memory = memory
        self._see = see
        self._now = now
        self._today = day_number(now)

    def changes(self, reads: Mapping[str, Read]) -> list[Change]:
        """The changes, and the memory as it is after them."""
        memory = self._memory
        before = {source: known.traces for source, known in memory.sources.items()}
        after = merged(before, reads)
        was, seen = self._see(before), self._see(after)
        lost = {sight.source for name in self._missing(was, seen) for sight in was[name]}
        memory.held = bool(lost) and not memory.held
        if memory.held:
            # As if the sources that lost them had not been read: the next reading says whether that was the truth.
            reads = {source: read for source, read in reads.items() if source not in lost}
            after = merged(before, reads)
            seen = self._see(after)
        changes = [*self._gone(was, seen, reads), *self._new(was, seen, reads)]
        for source, traces in after.items():
            # a name that vanished with all it showed grows stale; one that never was there is known to be empty
            fresh = source in reads and not (reads[source].missing and traces)
            memory.sources[source] = Source(self._today if fresh else memory.sources[source].day, traces)
        self._forget(seen)
        return changes

    def _missing(self, was: Seen, seen: Seen) -> list[str]:
        """The tools that this reading loses, when they are suspiciously many."""
        present = [name for name, known in self._memory.tools.items() if not known.gone and not known.misses]
        lost = [
            n
            for n in present
            if proof(was.get(n, ()), self._memory.tools[n]) and not proof(seen.get(n, ()), self._memory.tools[n])
        ]
        return lost if len(lost) >= HELD_FROM and len(lost) * 2 > len(present) else []

    def _gone(self, was: Seen, seen: Seen, reads: Mapping[str, Read]) -> list[Change]:
        changes = []
        for name, known in list(self._memory.tools.items()):
            if known.gone:
                continue
            there = proof(seen.get(name, ()), known)
            if there:
                self._refresh(known, seen[name], reads)
            elif not known.misses and not proof(was.get(name, ()), known):
                self._unlearn(name, known, seen)
            elif all(_read_well(reads.get(source)) for source in known.at):
                known.misses += 1
                known.missed_at = known.missed_at or int(self._now.timestamp())
                if known.misses >= MISSES:
                    changes.append(Change("gone", name, (), known.seen, known.missed_at, known.strength, known.at))
                    known.gone, known.seen = True, self._today
        return changes

    def _refresh(self, known: Known, sights: tuple[Sight, ...], reads: Mapping[str, Read]) -> None:
        known.live = known.live or any(not sight.once for sight in sights)
        there = proof(sights, known)
        known.at = tuple(sorted({sight.source for sight in there}))
        known.strength = max(sight.strength for sight in there) or known.strength
        known.misses = known.missed_at = 0
        if any(source in reads and not reads[source].missing for source in known.at):
            known.seen = self._today

    def _unlearn(self, name: str, known: Known, seen: Seen) -> None:
        """Our rules changed, not the company: what they no longer show is no removal."""
        left = seen.get(name, ())
        if left:
            known.live = False
            known.at = tuple(sorted({sight.source for sight in left}))
        else:
            del self._memory.tools[name]

    def _new(self, was: Seen, seen: Seen, reads: Mapping[str, Read]) -> list[Change]:
        found = []
        for name, sights in seen.items():
            known = self._memory.tools.get(name)
            sure = any(sight.strength for sight in sights)  # a "perhaps" finds nothing
            if sure and (known is None or (known.gone and proof(sights, known))):
                found.append(self._one(name, sights, was, reads))
        if sum(change.what == "appeared" for change in found) > MOST_AT_ONCE:
            found = [
                Change("present", c.tool, c.sights, strength=c.strength) if c.what == "appeared" else c for c in found
            ]
        return found

    def _one(self, name: str, sights: tuple[Sight, ...], was: Seen, reads: Mapping[str, Read]) -> Change:
        old = self._memory.tools.get(name)
        news = [s for s in sights if s.source in reads and s.source in self._memory.sources]
        live = any(not sight.once for sight in sights)
        there = tuple(sight for sight in sights if not sight.once) if live else sights
        strength = max(sight.strength for sight in there)
        self._memory.tools[name] = Known(live, strength, tuple(sorted({s.source for s in there})), self._today)
        if old is not None and self._today - old.seen <= RETURN_DAYS:
            return Change("back", name, sights, told=old.told)
        if not news or (old is None and name in was):
            return Change("present", name, sights, strength=strength)
        since = max(self._memory.sources[sight.source].day for sight in news)
        return Change("appeared", name, tuple(news), since, strength=max(sight.strength for sight in news))

    def _forget(self, seen: Seen) -> None:
        memory = self._memory
        stale = {source for source, known in memory.sources.items() if known.day < self._today - STALE_DAYS}
        memory.sources = {source: known for source, known in memory.sources.items() if source not in stale}
        for name, known in list(memory.tools.items()):
            lapsed = known.gone and self._today - known.seen > RETURN_DAYS and name not in seen
            if lapsed or (known.at and set(known.at) <= stale):
                del memory.tools[name]


def proof(sights: Iterable[Sight], known: Known) -> tuple[Sight, ...]:
    """What shows the tool as it was known: in use, if it was; a token left behind is no proof of that."""
    return tuple(sight for sight in sights if not (known.live and sight.once))


def _read_well(read: Read | None) -> bool:
    return read is not None and read.whole and not read.missing
