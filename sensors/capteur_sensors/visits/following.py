"""Reads the files of a tail block by block: of several, always the one whose log has come least far, so that they keep step."""

from __future__ import annotations

import errno
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Final

from capteur import ConfigError, TransientError
from capteur_sensors.visits.lines import Lines
from capteur_sensors.visits.memory import Memory
from capteur_sensors.visits.reading import Reading
from capteur_sensors.visits.streams import Block, blocks, packed
from capteur_sensors.visits.tail import Source

MOST_OPEN: Final = 64
"""Files that are open at once: a process may open so many, and each holds a block."""
MOST_BYTES: Final = 1 << 30
"""So much is read in one run; what is left waits for the next one, a minute later."""
MOVED: Final = "moved"
"""What is the matter with a file that was rotated this very moment: the next run finds it under its new name."""
_SWEEP_S: Final = 300
_PACKED = re.compile(r"\.(?:gz|bz2)$")
_DATED = re.compile(r"[.-]\d[\dTZ:._-]*$")


@dataclass(slots=True)
class _Open:
    """A file that is being read, with the block that comes next."""

    source: Source
    parser: Lines
    rest: Iterator[Block]
    next: Block | None = None
    clock: int = 0
    order: int = 0
    error: str = ""
    spoilt: bool = False

    def advance(self) -> None:
        """Get the next block; None at the end, or where the file is broken."""
        try:
            self.next = next(self.rest, None)
        except (OSError, EOFError, zlib.error) as error:
            number = getattr(error, "errno", None)
            self.next, self.error = None, MOVED if number == errno.ESTALE else type(error).__name__
            self.spoilt = number is None  # not the system's refusal, but what is in the file


@dataclass(slots=True)
class Follower:
    """One run over the files that the patterns name."""

    memory: Memory
    reading: Reading
    patterns: Sequence[str]
    now: int
    zone: tzinfo
    is_done: bool = False
    broken: dict[str, str] = field(default_factory=dict)
    _sources: list[Source] = field(default_factory=list)
    _left: int = MOST_BYTES
    _swept: int = 0

    def blocks(self) -> Iterator[None]:
        """Read, and stop after each block. Raises ConfigError when there is no log, or none may be read."""
        had_one = bool(self.memory.tail.kept)
        self._sources = self.memory.tail.sources(self.patterns, self.now)
        if not self._sources and had_one:
            raise TransientError(
                f"the log {self.patterns[0]} is gone", fix="it is looked for again; else correct `path`"
            )
        if not self._sources:
            raise ConfigError(
                f"there is no log {self.patterns[0]}", fix="correct `path`; relative paths start beside capteur.toml"
            )
        news = [source for source in self._sources if source.has_news]
        waiting = [self._open(source) for source in news[:MOST_OPEN]]
        refused = [item for item in waiting if item.error == PermissionError.__name__]
        if refused and len(refused) == len(self._sources):
            raise ConfigError(f"{refused[0].source.path} may not be read", fix="give this user the right to read it")
        later = iter(news[MOST_OPEN:])
        while waiting:
            item = min(waiting, key=lambda item: item.order)
            if item.next is None:
                self._close(item)
                waiting.remove(item)
                waiting += [self._open(source) for source in islice(later, 1)]
                continue
            if self._left <= 0:
                return
            self._read(item, item.next)
            item.advance()
            self._sweep(min((other.order for other in waiting), default=self.memory.clock))
            yield
        self.is_done = True

    def finish(self) -> None:
        """Note how the files begin, by which they are known again."""
        for source in self._sources:
            source.settle()

    def _open(self, source: Source) -> _Open:
        kept = source.kept
        parser = Lines(self.zone, kept.fields)
        item = _Open(
            source, parser, blocks(source.path, kept.offset, inode=kept.inode, ended=source.ended), clock=kept.clock
        )
        item.advance()
        item.order = item.clock
        if not item.clock and item.next is not None:  # where it begins, so that the oldest is read first
            probe = Lines(self.zone)
            item.order = next(
                (hit.moment for line in item.next.lines if line and (hit := probe.read(line)) is not None), 0
            )
        return item

    def _read(self, item: _Open, block: Block) -> None:
        kept = item.source.kept
        self._left -= block.end - kept.offset
        self.reading.counts.lines += block.skipped
        self.reading.counts.foreign += block.skipped
        item.clock = self.reading.read(block.lines, item.parser, item.clock, _name(kept.path))
        item.order = max(item.order, item.clock)
        kept.offset, kept.clock, kept.fields = block.end, item.clock, item.parser.fields.names
        self.memory.clock = max(self.memory.clock, item.clock)

    def _close(self, item: _Open) -> None:
        path = item.source.path
        if item.error and item.error != MOVED:
            self.broken[path.name] = item.error
        if packed(path) and (item.spoilt or not item.error):
            item.source.kept.done = path.stat().st_size if path.exists() else 0
            item.source.kept.fields = ""

    def _sweep(self, clock: int) -> None:
        if clock // _SWEEP_S != self._swept:
            self._swept = clock // _SWEEP_S
            self.memory.book.close(clock)


def _name(path: str) -> str:
    """A log's name as keys begin with it, the same after its rotation.

    >>> [_name(path) for path in ("access.log", "access.log.2.gz", "access-2026-11-20T08-00-00.000.log.gz", "www.acme.com.log-20261120")]
    ['access', 'access', 'access', 'www.acme.com']
    """
    name = _DATED.sub("", _PACKED.sub("", Path(path).name))
    return _DATED.sub("", name.removesuffix(".log")).replace(":", "_")[:100] or "log"
