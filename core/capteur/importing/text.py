"""From a file to records, each with its true line number, whatever wrote the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from capteur.errors import InputError

MAX_BYTES = 256 * 1024 * 1024
MAX_SPAN = 400  # lines of one quoted cell; a quote still open after them was never meant to open
_OPEN = "a quote that is never closed"
DELIMITERS = ",;\t|"
_ONE_DOMAIN_A_LINE = "give a CSV file with a header, or one domain a line"
_FOREIGN = (
    (b"PK\x03\x04", "an Excel workbook (or another zip file)", "in the spreadsheet: Save as, CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "in the spreadsheet: Save as, CSV UTF-8"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first: gunzip FILE"),
    (b"%PDF", "a PDF", _ONE_DOMAIN_A_LINE),
    (b"SQLite format 3", "a database", _ONE_DOMAIN_A_LINE),
)
_MARKUP = re.compile(r"\s*(?:<!doctype|<html|<\?xml|<table|\{|\[\s*[\{\"\[])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One row of cells and the line it begins on; `problem` instead of cells when it cannot be read."""

    line: int
    following: int
    """Index of the line after it."""
    cells: tuple[str, ...] = ()
    problem: str = ""
    cut: bool = False
    """The file ends within this line, without a line break."""


def read_lines(path: Path) -> list[str]:
    """The file's lines with their line breaks. Raises InputError for what is no text, naming the cure."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError(f"there is no {path}", fix=_ONE_DOMAIN_A_LINE) from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", fix="name the file in it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read", why=error.strerror or type(error).__name__) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MB", fix="split it")
    for start, what, cure in _FOREIGN:
        if content.startswith(start):
            raise InputError(f"{path} is {what}, not a text file", fix=cure)
    lines = _decode(content)
    head = "".join(lines[:50])
    if not "".join(lines).strip('\ufeff\x00 \t\r\n,;|"'):
        raise InputError(f"{path} is empty", fix=_ONE_DOMAIN_A_LINE)
    if _MARKUP.match(head):
        raise InputError(f"{path} is HTML, XML or JSON, not CSV", fix=_ONE_DOMAIN_A_LINE)
    if sum(not (c.isprintable() or c.isspace()) for c in head) > len(head) // 10:
        raise InputError(f"{path} is not a text file", fix=_ONE_DOMAIN_A_LINE)
    return lines


def _decode(content: bytes) -> list[str]:
    """UTF-16 by its mark or its zeros; else line by line UTF-8, and cp1252 where a line is not (spreadsheets on Windows)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return list(io.StringIO(content.decode("utf-16", "replace"), newline=""))
    head = content[:400]
    for offset, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[offset::2]
        if len(zeros) > 4 and zeros.count(0) > len(zeros) * 0.7:  # noqa: PLR2004  ASCII in UTF-16 is every other byte zero
            return list(io.StringIO(content.decode(codec, "replace"), newline=""))
    return [_decode_line(line) for line in content.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)]


def _decode_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def delimiter_of(lines: list[str]) -> tuple[str, int]:
    """The delimiter and the index of the first line of data; a first line `sep=;` (Excel) says it."""
    for index, line in enumerate(lines):
        if (hint := line.strip().lower()).startswith("sep=") and len(line.strip()) <= len("sep=;"):
            return hint.removeprefix("sep=") or "\t", index + 1
        if line.strip() and not line.lstrip().startswith("#"):
            bare = re.sub(r'"[^"]*"', "", line)
            best = max(DELIMITERS, key=bare.count)
            return (best if best in bare else ","), index
    return ",", len(lines)


def records(
    lines: list[str], first: int, delimiter: str, width: int, is_row: Callable[[list[str]], bool]
) -> Iterator[Record]:
    """Records from line index `first` on; blank lines and `#` comments are skipped.

    A quote that is never closed costs its own line only: the next lines count again. `is_row` tells whether the cells of a line
    look like a row of their own, which a line within a quoted cell must not.
    """
    at = first
    while at < len(lines):
        record = _record(lines, at, delimiter, width, is_row)
        if record.problem or (
            any(cell.strip() for cell in record.cells) and not record.cells[0].lstrip().startswith("#")
        ):
            yield record
        at = record.following


def _record(lines: list[str], at: int, delimiter: str, width: int, is_row: Callable[[list[str]], bool]) -> Record:
    reader = csv.reader(lines[at : at + MAX_SPAN], delimiter=delimiter, strict=True)
    try:
        cells = next(reader, [])
    except csv.Error as error:
        never = reader.line_num > 1 or "end of data" in str(error)
        long = "field larger" in str(error)
        problem = "a cell of more than 128 KB" if long else _OPEN if never else "quotes within a cell must be doubled"
        return Record(at + 1, at + 1, problem=problem)
    end = at + reader.line_num
    swallowed = reader.line_num > 1 and (
        (width and len(cells) != width)
        or any(is_row(line) for line in csv.reader(lines[at + 1 : end], delimiter=delimiter))
    )
    if swallowed:
        return Record(at + 1, at + 1, problem=_OPEN)
    return Record(at + 1, end, tuple(cells), cut=end == len(lines) and not lines[-1].endswith(("\n", "\r")))
