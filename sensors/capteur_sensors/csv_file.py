"""Signals from a file: the way to bring one's own history. Columns, dates and keys: docs/sensors/csv.md."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TextIO, TypeGuard
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from capteur import Checkpoint, ConfigError, Context, Detected, FeedSensor, InputError, Signal
from capteur.kinds import CATALOGUE, is_kind_name
from capteur_sensors._rows import COLUMNS, Line, Reader, recognise
from capteur_sensors._zones import Zone

__all__ = ["CsvFile"]

_SNIFF = 64 * 1024
_SEPARATORS = ",;\t|"


class CsvFile(FeedSensor):
    """Signals from a CSV file: a CRM's old activities, a list of attendees, whatever happened before capteur watched."""

    name = "csv"
    kinds = tuple(CATALOGUE)
    every = "1h"
    history: ClassVar[bool] = True

    path: str = Field(description="The file; a relative path starts at the folder of capteur.toml.")
    source: str = Field(
        default="",
        pattern=r"^[^\s:]*$",
        description="How keys begin; the file's name without its ending unless given. Keep it when the file is renamed.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our column = the file's, where the header is not recognised: { date = 'Closed on' }.",
    )
    kind: str | None = Field(default=None, description="The kind of every row that names none.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Found out unless given.")
    encoding: str | None = Field(
        default=None, description="UTF-8 (or UTF-16 with its mark), else Windows-1252, unless given."
    )
    timezone: Zone | None = Field(
        default=None,
        description="Zone of times written without an offset, e.g. 'Europe/Paris'; they are refused without it.",
    )
    date_format: str | None = Field(
        default=None, description="How dates are written when not ISO 8601, e.g. '%d/%m/%Y'."
    )

    @field_validator("columns")
    @classmethod
    def _columns_are_ours(cls, columns: dict[str, str]) -> dict[str, str]:
        for ours in columns:
            if ours not in COLUMNS:
                raise ValueError(f"{ours[:40]!r} is no column of ours; they are {', '.join(COLUMNS)}")
        return columns

    @field_validator("kind")
    @classmethod
    def _kind_is_known(cls, kind: str | None) -> str | None:
        if kind is not None and kind not in cls.kind_names():
            raise ValueError(
                "not a kind this sensor knows; see capteur sensors show csv"
                if is_kind_name(kind)
                else "not of the form area.fact"
            )
        return kind

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                codecs.lookup(encoding)
            except LookupError as error:
                raise ValueError("no such encoding; write e.g. utf-8, cp1252, utf-16") from error
        return encoding

    def detect(self, ctx: Context) -> Iterator[Detected]:
        """Yield a signal per row; nothing while the file is the one already read. A bad row is reported by its line.

        Raises ConfigError for a file that is missing, unreadable, or has no usable header.
        """
        path = Path(ctx.base, self.path).expanduser()
        with _readable(path, ctx.instance):
            seen = self._fingerprint(path, ctx.cursor)
            if seen.known:
                if seen.memory != ctx.cursor:
                    yield Checkpoint(seen.memory)  # touched, not changed
                return
            encoding = self.encoding or seen.encoding
            with path.open(
                encoding=encoding, errors="replace" if self.encoding is None else "strict", newline=""
            ) as text:
                yield from self._rows(ctx, path, text)
        yield Checkpoint(seen.memory)

    def _rows(self, ctx: Context, path: Path, text: TextIO) -> Iterator[Detected]:
        lines = _lines(path.name, text, self.delimiter)
        header = next(lines, None)
        if isinstance(header, InputError):
            raise ConfigError(f"{header.what}, the header", fix=header.fix)
        if header is None:
            raise ConfigError(f"{path.name} is empty", fix="write a header line such as: domain,kind,date,summary")
        places = recognise(
            header.cells, self.columns, file=path.name, instance=ctx.instance, has_kind=self.kind is not None
        )
        reader = Reader(
            file=path.name,
            source=self.source or "-".join(path.stem.split()).replace(":", "-"),
            width=len(header.cells),
            places=places,
            kinds=self.kind_names(),
            kind=self.kind,
            zone=ZoneInfo(self.timezone) if self.timezone else None,
            date_format=self.date_format,
            now=ctx.now,
        )

        def signal(line: Line | InputError) -> Signal | None:
            return reader.signal(line)

        yield from ctx.each(lines, signal)

    def _fingerprint(self, path: Path, cursor: Any) -> _Fingerprint:
        """What identifies the file and these options. Size and time decide; when only the time moved, the content does."""
        stat = path.stat()
        options = hashlib.blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()
        before: Mapping[str, Any] = cursor if _is_object(cursor) else {}
        same = before.get("options") == options and before.get("size") == stat.st_size
        if same and before.get("mtime") == stat.st_mtime_ns:
            return _Fingerprint(before, known=True)
        digest, encoding = _content(path)
        memory = {"options": options, "size": stat.st_size, "mtime": stat.st_mtime_ns, "content": digest}
        return _Fingerprint(memory, known=same and before.get("content") == digest, encoding=encoding)


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


@dataclass(frozen=True, slots=True)
class _Fingerprint:
    memory: Mapping[str, Any]
    known: bool
    encoding: str = "utf-8-sig"


@contextmanager
def _readable(path: Path, instance: str) -> Generator[None]:
    """Turn what the file system and the decoder say into ConfigError."""
    fix = f"put it there, or correct `path` in [sensors.{instance}] (relative paths start beside capteur.toml), then capteur resume {instance}"
    try:
        yield
    except FileNotFoundError as error:
        raise ConfigError(f"there is no file {path}", fix=fix) from error
    except IsADirectoryError as error:
        raise ConfigError(f"{path} is a folder, not a file", fix=fix) from error
    except PermissionError as error:
        raise ConfigError(f"{path} may not be read", fix="give this user the right to read it") from error
    except UnicodeError as error:
        raise ConfigError(
            f"{path.name} is not in the encoding given", fix="leave `encoding` away, or name the right one"
        ) from error


def _content(path: Path) -> tuple[str, str]:
    """The content's hash and its encoding, in one pass over the file whatever its size."""
    digest, encoding = hashlib.blake2b(digest_size=16), "utf-8-sig"
    utf8 = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = file.read(_SNIFF)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        part = start
        while part:
            digest.update(part)
            if encoding == "utf-8-sig":
                try:
                    utf8.decode(part)
                except UnicodeDecodeError:
                    encoding = "cp1252"  # what spreadsheets write in the West when they do not write UTF-8
            part = file.read(_SNIFF)
    return digest.hexdigest(), encoding


def _lines(file: str, text: TextIO, delimiter: str | None) -> Iterator[Line | InputError]:
    """The file's rows with the line each begins at; a row the csv module refuses becomes an InputError and the next one follows."""
    start = text.read(_SNIFF)
    text.seek(0)
    first = next((line for line in start.splitlines() if line.strip()), "")
    separator = delimiter or max(_SEPARATORS, key=first.count)
    reader = csv.reader(
        text, delimiter=separator, strict=True
    )  # strict: a quote that never closes would swallow the rest unsaid
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield InputError(f"{file} line {number}: {error}", fix='check the "quotes" on this line')
            continue
        if any(cell.strip() for cell in cells):
            yield Line(number, cells)
