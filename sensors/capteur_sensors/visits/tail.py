"""Log files followed from run to run: which ones there are, what of each was read, and what became of one that was rotated.

A file is known again by its number on the disk (inode) and by a checksum of its beginning, so one that is renamed, copied or
compressed is the same file under another name, and one that was emptied is another. What a rotation left unread is looked for
among the files whose names begin as the log's. The checksum is too short to guess a line from.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from capteur_sensors.visits.streams import open_stream, packed

HEAD: Final = 1024
_NUMBERED = re.compile(r"[.-]\d[\dTZ:._-]*(?:\.log)?(?:\.gz|\.bz2)?$")
_SHORT: Final = 16
"""A beginning of fewer bytes says nothing."""
MOST_FILES: Final = 500
"""Of more files, the newest are looked at."""
GONE_S: Final = 86_400
"""So long after its rotation a file is looked after: servers write into it until they reopen their log, and it is compressed later."""


@dataclass(slots=True)
class Kept:
    """What is remembered of a file: where it was seen last, its beginning (`head`, over `length` bytes), how far it was read, the log's time there.

    `fields` is the W3C's last directive, `gone` when its rotation was noticed, `done` the size of a packed file that was read whole.
    """

    path: str
    inode: int
    head: str = ""
    length: int = 0
    offset: int = 0
    clock: int = 0
    fields: str = ""
    gone: int = 0
    done: int = 0


@dataclass(slots=True)
class Source:
    """A file to be read now, from `kept.offset` on. `ended`: nobody writes into it any more, so its last line is whole."""

    path: Path
    kept: Kept
    ended: bool = False

    @property
    def has_news(self) -> bool:
        """Whether there is something to read. A packed file does not grow: one that was read whole is not unpacked again."""
        try:
            size = self.path.stat().st_size
        except OSError:
            return False
        return size != self.kept.done if packed(self.path) else size > self.kept.offset

    def settle(self) -> None:
        """Take the checksum of the beginning as far as it was read; from HEAD bytes on it stays."""
        length = min(HEAD, self.kept.offset)
        if self.kept.length < length and (seen := _look(self.path)) is not None and seen.inode == self.kept.inode:
            start = _beginning(self.path, length)
            if any(
                not line.startswith(b"#") for line in start.splitlines()
            ):  # directives alone are the same in many files
                self.kept.head, self.kept.length = _checksum(start), length


@dataclass(slots=True)
class _Seen:
    """A file that is there now."""

    path: Path
    device: int
    inode: int
    size: int
    changed: float
    heads: dict[int, str] = field(default_factory=dict)

    def begins_as(self, kept: Kept) -> bool:
        """Whether it begins as the file that is remembered; False when that is not known of it."""
        if kept.length < _SHORT:
            return False
        if kept.length not in self.heads:
            self.heads[kept.length] = _checksum(_beginning(self.path, kept.length))
        return self.heads[kept.length] == kept.head

    def goes_on_from(self, kept: Kept) -> bool:
        """Whether it is the very file, not emptied since."""
        whole = packed(self.path) or self.size >= kept.offset
        return self.inode == kept.inode and whole and (kept.length < _SHORT or self.begins_as(kept))


class Tail:
    """The files of one instance. `load` what an earlier run dumped, then read what `sources` gives."""

    def __init__(self, kept: Iterable[Kept] = ()) -> None:
        self.kept = list(kept)
        self.lost: list[str] = []
        """Names of logs of which a part was rotated away before it was read."""
        self.too_many = 0
        """Files that the patterns name beyond the newest MOST_FILES."""

    @classmethod
    def load(cls, told: object) -> Tail:
        """What `dump` gave; whatever else is left out."""
        if not isinstance(told, Mapping):
            return cls()
        rows, words = told.get("rows") or [], told.get("fields")
        try:
            return cls(_loaded(row, words) for row in rows)
        except (TypeError, ValueError, IndexError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """As JSON. What directives said is the same in most files, and kept once."""
        words = list(dict.fromkeys(kept.fields for kept in self.kept))
        rows = [
            [k.path, k.inode, k.head, k.length, k.offset, k.clock, words.index(k.fields), k.gone, k.done]
            for k in self.kept
        ]
        return {"rows": rows, "fields": words}

    def sources(self, patterns: Sequence[str], now: int) -> list[Source]:
        """The files in which something may be new, the oldest first; files that are no longer there are forgotten."""
        files = _listed(patterns)
        self.too_many = max(0, len(files) - MOST_FILES)
        files = files[-MOST_FILES:]
        claimed: dict[int, Source] = {}
        self._claim(files, claimed, _Seen.goes_on_from, now)
        self._claim(files, claimed, _Seen.begins_as, now)
        taken = {source.path for source in claimed.values()}
        # copied just before it is emptied: the copy is the same file too, and not to be read again
        new = [seen for seen in files if seen.path not in taken and not any(seen.begins_as(kept) for kept in self.kept)]
        found = [*claimed.values(), *self._rotated(files, claimed, now)]
        found += [Source(seen.path, Kept(str(seen.path), seen.inode), ended=packed(seen.path)) for seen in new]
        self.kept = [source.kept for source in found]
        return sorted(found, key=lambda source: (not source.ended, source.kept.gone == 0, _changed(source.path)))

    def _claim(
        self, files: Sequence[_Seen], claimed: dict[int, Source], is_it: Callable[[_Seen, Kept], bool], now: int
    ) -> None:
        """Give the files to the memories that are of them, one to each."""
        free = [seen for seen in files if all(source.path != seen.path for source in claimed.values())]
        for kept in self.kept:
            if (
                id(kept) not in claimed
                and (same := next((seen for seen in free if is_it(seen, kept)), None)) is not None
            ):
                free.remove(same)
                if kept.path != str(same.path):
                    kept.path, kept.gone = str(same.path), kept.gone or now
                kept.inode = same.inode
                claimed[id(kept)] = Source(same.path, kept, ended=packed(same.path))

    def _rotated(self, files: Sequence[_Seen], claimed: dict[int, Source], now: int) -> Iterator[Source]:
        """Files that are remembered and no longer go by their name: their rest, and whole generations that came between."""
        here = {seen.path for seen in files}
        taken = here | {source.path for source in claimed.values()}
        for kept in [kept for kept in self.kept if id(kept) not in claimed]:
            if kept.gone and now - kept.gone > GONE_S:
                continue
            family = [seen for seen in _family(Path(kept.path)) if seen.path not in taken]
            same = _under_another_name(kept, family)
            if same is None:
                # an old one that was deleted had been read; the one that still went by the log's name may have grown since
                if kept.offset and not kept.gone and Path(kept.path) in here and not _NUMBERED.search(kept.path):
                    self.lost.append(Path(kept.path).name)
                continue
            between = (
                []
                if kept.gone
                else [seen for seen in family if seen.changed > same.changed and not self._knows(seen, kept)]
            )
            kept.gone, kept.inode = kept.gone or now, same.inode
            taken |= {same.path, *(seen.path for seen in between)}
            yield Source(same.path, kept, ended=packed(same.path))
            for seen in between:
                yield Source(seen.path, Kept(kept.path, seen.inode, gone=now), ended=packed(seen.path))

    def _knows(self, seen: _Seen, but: Kept) -> bool:
        return any(kept is not but and seen.begins_as(kept) for kept in self.kept)


def _under_another_name(kept: Kept, family: Sequence[_Seen]) -> _Seen | None:
    """The file that was renamed, else its copy or what it was packed into."""
    renamed = next((seen for seen in family if seen.goes_on_from(kept)), None)
    return renamed or next((seen for seen in family if seen.begins_as(kept)), None)


def _loaded(row: Any, words: Any) -> Kept:
    path, inode, head, length, offset, clock, fields, gone, done = row
    return Kept(
        str(path), int(inode), str(head), int(length), int(offset), int(clock), str(words[fields]), int(gone), int(done)
    )


def _beginning(path: Path, length: int) -> bytes:
    """A file's first `length` bytes, unpacked; nothing when it is shorter or cannot be read."""
    try:
        with open_stream(path) as stream:
            start = stream.read(length)
    except (OSError, EOFError, zlib.error):
        return b""
    return start if len(start) == length else b""


def _checksum(start: bytes) -> str:
    """32 bits; none of nothing."""
    return hashlib.blake2b(start, digest_size=4).hexdigest() if start else ""


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _listed(patterns: Sequence[str]) -> list[_Seen]:
    """The files that the patterns name, each once, the newest last."""
    paths: dict[str, None] = {}
    for pattern in patterns:
        named = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern))  # noqa: PTH207  Path.glob takes no absolute pattern
        paths |= dict.fromkeys(named)
    found = [seen for path in paths if (seen := _look(Path(path))) is not None]
    once = {
        (seen.device, seen.inode) if seen.inode else seen.path: seen for seen in found
    }  # a link and the file behind it are one
    return sorted(once.values(), key=lambda seen: seen.changed)


def _family(path: Path) -> list[_Seen]:
    """The files beside a log that may be what it was rotated to: `access.log.1`, `access.log-20260301.gz`, `access-2026-03-01.log.gz`."""
    stem = path.name.partition(".")[0]
    try:
        names = [
            entry.path
            for entry in os.scandir(path.parent)
            if entry.name != path.name and entry.name.startswith((path.name, f"{stem}-", f"{stem}."))
        ]
    except OSError:
        return []
    found = [seen for name in names if (seen := _look(Path(name))) is not None]
    return sorted(found, key=lambda seen: seen.changed)[-MOST_FILES:]


def _look(path: Path) -> _Seen | None:
    """A file as it is now; None for none, and for what is just being packed: the file it is made of is still there, and read."""
    try:
        stat = path.stat()
        if not path.is_file() or (packed(path) and 0 < _changed(path.with_suffix("")) <= stat.st_mtime):
            return None
    except OSError:
        return None
    return _Seen(path, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime)
