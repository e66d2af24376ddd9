"""Bytes of a file, packed or not, in blocks of whole lines."""

from __future__ import annotations

import bz2
import errno
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

BLOCK: Final = 64 * 1024
LONGEST: Final = 1024 * 1024
"""What has no end of line within so many bytes is skipped up to the next one."""


def packed(path: Path) -> bool:
    """Whether a file is compressed, by its name."""
    return path.suffix.lower() in (".gz", ".bz2")


def open_stream(path: Path) -> BinaryIO:
    """The file's content, unpacked as it is read. Raises OSError."""
    ending = path.suffix.lower()
    if ending == ".gz":
        return cast("BinaryIO", gzip.open(path, "rb"))
    if ending == ".bz2":
        return cast("BinaryIO", bz2.open(path, "rb"))
    return path.open("rb")


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole lines without their ends, and where the file goes on after them. `skipped`: a line that was too long."""

    lines: list[bytes]
    end: int
    skipped: int = 0


def blocks(path: Path, offset: int, *, inode: int, ended: bool, size: int = BLOCK) -> Iterator[Block]:
    """The lines of a file from an offset on (in its unpacked content).

    A last line without an end is half-written and left for the next time, unless the file has `ended`.
    Raises OSError (ESTALE when another file has taken the name meanwhile), EOFError (a compressed file that was cut off), zlib.error.
    """
    with open_stream(path) as stream:
        if os.fstat(stream.fileno()).st_ino != inode:
            raise OSError(errno.ESTALE, "rotated between the look at it and its opening")
        stream.seek(offset)
        rest, end, dropped = b"", offset, 0
        while part := stream.read(size):
            cut = part.rfind(b"\n")
            if cut < 0:
                rest += part
                if len(rest) > LONGEST:
                    end, rest, dropped = end + len(rest), b"", 1
                    yield Block([], end)
                continue
            whole = rest + part[: cut + 1]
            rest, end = part[cut + 1 :], end + len(whole)
            lines = whole.split(b"\n")
            lines.pop()
            yield Block(lines[1:] if dropped else lines, end, dropped)
            dropped = 0
        if ended and rest:
            yield Block([] if dropped else [rest], end + len(rest), dropped)
