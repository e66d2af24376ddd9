"""One screen, four ways out: lines for a terminal, TSV for a pipe, CSV for a spreadsheet, JSON for a program."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from capteur.wording import iso, safe

if TYPE_CHECKING:
    from rich.text import Text

    from capteur.cli.call import Call, Format

SCHEMA_VERSION = 1
Cell = str | int | float | bool | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What JSON lets through and a terminal obeys: DEL, the C1 controls, line separators and the bidirectional overrides.
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Screen(ABC):
    """What a command shows. `header` names the columns of `rows`; `as_of` (micros) dates all of it."""

    header: ClassVar[tuple[str, ...]] = ()
    as_of: int

    @abstractmethod
    def lines(self, width: int) -> Iterator[Text]:
        """The screen for a person, no line wider than `width`."""

    @abstractmethod
    def rows(self) -> Iterator[Sequence[Cell]]:
        """The data in full, one sequence per item, in the order of `header`. Numbers as numbers, no number as None."""

    def items(self) -> Iterable[Mapping[str, Any]]:
        """The data for a program; by default the rows under their names."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows()]

    def extra(self) -> Mapping[str, Any]:
        """What stands beside `items` in the JSON document."""
        return {}

    def notes(self) -> Iterator[str]:
        """What a person should know beside the data; goes to stderr when the data goes into a pipe."""
        return iter(())


def write(screen: Screen, call: Call, output: Format) -> None:
    """Write `screen` to stdout. BrokenPipeError is the caller's business."""
    if output == "table":
        console = call.console()
        for line in screen.lines(console.width):
            console.print(line)
        return
    if output == "json":
        _out(dumps(document(screen), indent=2 if sys.stdout.isatty() else None) + "\n")
    elif output == "jsonl":
        for item in screen.items():
            _out(dumps(item) + "\n")
    elif output == "csv":
        _out(csv_text(screen.header, screen.rows()))
    else:
        _out("".join(tsv_line(row) for row in [screen.header, *screen.rows()]))
    for note in screen.notes() if output in ("tsv", "csv") else ():
        call.note(note)


def _out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def document(screen: Screen) -> dict[str, Any]:
    """The JSON document every command answers with `--json`."""
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": iso(screen.as_of),
        **screen.extra(),
        "items": list(screen.items()),
    }


def dumps(value: Any, indent: int | None = None) -> str:
    """JSON text that a terminal shows as it is: letters stay letters, what would move the cursor is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return _OBEYED.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


def tsv_line(cells: Sequence[Cell]) -> str:
    """One line of TSV: no tab, newline or control inside a cell, nothing for None."""
    return "\t".join(_plain(cell) for cell in cells) + "\n"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """CSV (RFC 4180) for spreadsheets: a text that would be read as a formula gets an apostrophe in front."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return safe(cell, 10_000) if isinstance(cell, str) else str(cell)


def _guarded(cell: Cell) -> str:
    """Numbers are numbers; a text is looked at before it is cleaned, so that a leading tab counts as well."""
    plain = _plain(cell)
    risky = isinstance(cell, str) and (cell.startswith(_FORMULA) or plain.startswith(_FORMULA))
    return f"'{plain}" if risky else plain
