"""Pieces several screens are made of: the 0-10 rail, changes, coverage, paragraphs that wrap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from capteur.cli.theme import DASH, MINUS, join, text, text_line
from capteur.wording import STATUS_COUNTS, ago, counted, points, signed

if TYPE_CHECKING:
    from capteur.intent import Estimate, Status
    from capteur.store.coverage import InstanceCoverage

Step = tuple[str, str]
RAIL = 21  # an odd number of cells, so that 5 stands in the middle
SCALE = "0" + "5".center(RAIL - 3) + "10"
MARKS = {"ok": ("✓", "ok"), "warn": ("!", "warn"), "error": ("✗", "bad"), "idle": ("·", "quiet")}


def mark(level: str) -> Text:
    """A state as a shape and a colour: ok, warn, error, idle."""
    glyph, style = MARKS[level]
    return text(glyph, style)


def rail(estimate: Estimate, line: float | None, cells: int = RAIL) -> Text:
    """The estimate on a rail from 0 to 10: a dot, its range as a thick part, the line as a notch; empty without a number."""
    if estimate.intent is None:
        return Text("")

    def place(value: float) -> int:
        return max(0, min(cells - 1, round(value / 10 * (cells - 1))))

    at = place(estimate.intent)
    low = place(estimate.low) if estimate.low is not None else at
    high = place(estimate.high) if estimate.high is not None else at
    notch = place(line) if line is not None else -1
    runs: list[tuple[str, str]] = []
    for cell in range(cells):
        inside = low <= cell <= high
        glyph = "●" if cell == at else ("┿" if inside else "┼") if cell == notch else "━" if inside else "─"
        style = "bar" if inside or cell == at else "rail"
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + glyph, style)
        else:
            runs.append((glyph, style))
    return join(*(text_line(glyphs, style) for glyphs, style in runs))


def likely(estimate: Estimate) -> str:
    """The 80 % range, low to high; nothing without a number."""
    return (
        "" if estimate.low is None or estimate.high is None else f"{points(estimate.low)}{DASH}{points(estimate.high)}"
    )


def change(value: float | None) -> Text:
    """A change over 7 days: sign first, colour second; "-" when nobody watched then."""
    words = signed(value).replace("-", MINUS) if value is not None else "-"
    return text(words, "quiet" if value is None or words == "0.0" else "up" if value > 0 else "down")


def paragraph(content: str, width: int, style: str = "", indent: int = 0, first: int | None = None) -> Iterator[Text]:
    """Plain words over as many lines as they need, none wider than `width`; `first` indents the first line differently."""
    indent = min(indent, width // 2)
    left = indent if first is None else min(first, width // 2)
    line, used, empty = " " * left, left, True
    for word in _pieces(text(content, limit=4000).plain, width - max(indent, left)):
        size = cell_len(word)
        if not empty and used + 1 + size > width:
            yield text_line(line, style)
            line, used, empty = " " * indent, indent, True
        gap = "" if empty else " "
        line, used, empty = line + gap + word, used + len(gap) + size, False
    yield text_line(line, style)


def _pieces(words: str, width: int) -> Iterator[str]:
    """The words; one that is wider than a whole line in parts that fit."""
    for word in words.split(" "):
        rest = word
        while cell_len(rest) > width:
            part = set_cell_size(rest, width).rstrip()
            yield part
            rest = rest[len(part) :]
        yield rest


def cropped(line: Text, width: int) -> Text:
    """The line, shortened when it is wider than the terminal."""
    if line.cell_len > width:
        line = line.copy()
        line.truncate(width, overflow="ellipsis")
    return line


def flow(parts: Sequence[Text], width: int, gap: int = 3, indent: int = 0) -> Iterator[Text]:
    """Pieces `gap` spaces apart, on as many lines as they need; those after the first begin at `indent`."""
    line = Text(no_wrap=True, end="")
    for part in parts:
        if not part.plain:
            continue
        if line.plain.strip() and line.cell_len + gap + part.cell_len > width:
            yield cropped(line, width)
            line = join(text_line(" " * indent), part)
        else:
            line = join(line, part, gap=" " * gap)
    if line.plain:
        yield cropped(line, width)


def hint(meaning: str, command: str, width: int) -> Iterator[Text]:
    """What one may do next, and the command for it: in full, for one that is cut off cannot be typed."""
    if len(command) + 2 > width:
        yield from paragraph(meaning, width, "quiet")
        yield from paragraph(command, width, "command", indent=4, first=2)
        return
    yield from flow([text(meaning, "quiet"), text(command, "command")], width, gap=2, indent=2)


def next_steps(steps: Sequence[Step], width: int) -> Iterator[Text]:
    """The commands to type next, and what each gives."""
    size = max(len(command) for command, _ in steps)
    for command, meaning in steps:
        yield from flow([text_line("  " + command.ljust(size), "command"), text(meaning, "quiet")], width, indent=4)


def fix_lines(fix: str, width: int, indent: int = 0) -> Iterator[Text]:
    """The cure, in full: a command that is cut off cannot be typed."""
    for i, line in enumerate(paragraph(f"fix: {fix}", width, "command", indent=indent + 5, first=indent)):
        if i == 0:
            line.stylize("strong", indent, indent + 4)
        yield line


def coverage_words(part: InstanceCoverage, as_of: int) -> str:
    """One instance in words: "hiring watches 24 of 24 accounts", "funding is late: last good run 2 days ago, ..."."""
    watches = f"watches {part.watched} of {counted(part.accounts, 'account')}"
    if part.state == "ok":
        return f"{part.instance} {watches}"
    if part.state == "missing":
        return f"{part.instance} has had no good run yet"
    when = f": last good run {ago(part.last_ok, as_of)}" if part.last_ok is not None else ""
    return f"{part.instance} is {part.state}{when}, {watches}"


def coverage(parts: Sequence[InstanceCoverage], as_of: int, width: int) -> Iterator[Text]:
    """Who is watched by what. A sensor that does not look changes the meaning of every number: that is a warning."""
    if not parts:
        yield from paragraph("No sensor is configured: nothing is watched.", width, "warn")
        return
    for part in parts:
        if part.state != "ok":
            yield from paragraph(f"! {coverage_words(part, as_of)}", width, "warn", indent=2, first=0)
    good = [part for part in parts if part.state == "ok"]
    if good:
        seen = ", ".join(f"{part.instance} {part.watched}" for part in good)
        yield from paragraph(f"Watched, of {counted(good[0].accounts, 'account')}: {seen}.", width, "quiet")


def coverage_notes(parts: Iterable[InstanceCoverage], as_of: int) -> Iterator[str]:
    """The same for stderr, one line per instance that does not look."""
    for part in parts:
        if part.state != "ok":
            yield f"warning: {coverage_words(part, as_of)}"


def status_counts(statuses: Mapping[Status, int], without: Sequence[Status] = ("scored", "declared")) -> str:
    """The accounts outside the list by reason: "3 vetoed, 12 without a signal"."""
    return ", ".join(
        f"{count} {STATUS_COUNTS[status]}" for status, count in statuses.items() if count and status not in without
    )
