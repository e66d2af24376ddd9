"""Columns that fit the terminal: the less important ones go first, a long text is shortened, no line is ever broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        title: its head.
        cells: one Text per row.
        right: aligned right, for numbers.
        drop: which column goes first when there is no room: the highest number; 0 stays always. One that may go and says
            nothing in any row goes in any case.
        least: the width it may be shortened to; None = never shortened.
        most: the width it never exceeds.
        first: it gets the room that is left before the others do.
    """

    title: str
    cells: Sequence[Text]
    right: bool = False
    drop: int = 0
    least: int | None = None
    most: int = 200
    first: bool = False

    @property
    def natural(self) -> int:
        """The width that shows everything, within `most`."""
        return min(self.most, max([len(self.title), *(cell.cell_len for cell in self.cells)]))

    @property
    def minimum(self) -> int:
        return self.natural if self.least is None else min(self.natural, max(self.least, len(self.title)))


@dataclass(frozen=True, slots=True)
class Grid:
    """Laid-out columns: the head line, and one line per row. `width` is the widest of them; `starts` says where a column begins."""

    head: Text
    rows: list[Text]
    width: int
    starts: Mapping[str, int]


def grid(columns: Sequence[Column], width: int, *, indent: int = 0) -> Grid:
    """Lay `columns` out in `width` cells."""
    room = width - indent
    kept = _fitting(columns, room)
    widths = _widths(kept, room)
    head = _line([Text(c.title, style="head") for c in kept], kept, widths, indent, width)
    lines = [_line([c.cells[i] for c in kept], kept, widths, indent, width) for i in range(len(kept[0].cells))]
    starts = {column.title: indent + sum(widths[:i]) + GAP * i for i, column in enumerate(kept)}
    return Grid(head, lines, min(width, indent + sum(widths) + GAP * (len(kept) - 1)), starts)


def _fitting(columns: Sequence[Column], room: int) -> list[Column]:
    """The columns that stay always, and of the others, in their order of importance, those that still fit."""
    kept = {i for i, column in enumerate(columns) if column.drop == 0}
    for i in sorted(set(range(len(columns))) - kept, key=lambda i: columns[i].drop):
        spoken = any(cell.plain.strip() for cell in columns[i].cells)
        if spoken and _needed([columns[j] for j in (*kept, i)]) <= room:
            kept.add(i)
    return [columns[i] for i in sorted(kept)]


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.minimum for column in columns) + GAP * (len(columns) - 1)


def _widths(columns: Sequence[Column], room: int) -> list[int]:
    """Minimum widths, and what is left to the columns that want more: those marked `first`, then from the left."""
    widths = [column.minimum for column in columns]
    left = room - _needed(columns)
    for i in sorted(range(len(columns)), key=lambda i: (not columns[i].first, i)):
        more = max(0, min(left, columns[i].natural - widths[i]))
        widths[i] += more
        left -= more
    return widths


def _line(cells: Sequence[Text], columns: Sequence[Column], widths: Sequence[int], indent: int, width: int) -> Text:
    line = Text(" " * indent, no_wrap=True, end="")
    last = len(columns) - 1
    for i, (cell, column, size) in enumerate(zip(cells, columns, widths, strict=True)):
        shown = cell.copy()
        if shown.cell_len > size:
            shown.truncate(size, overflow="ellipsis")
        space = size - shown.cell_len
        if column.right:
            line.append(" " * space)
        line.append_text(shown)
        if i < last:
            line.append(" " * ((0 if column.right else space) + GAP))
    line.rstrip()
    if line.cell_len > width:
        line.truncate(width, overflow="ellipsis")
    return line
