"""A run: one line per instance as it ends, progress while it lasts, and what moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import MARKS, change, cropped, fix_lines, flow, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import counted, points, rounded, thousands

if TYPE_CHECKING:
    from capteur.house import InstanceRun, Move, RunReport

LEVELS = {
    "ok": "ok",
    "partial": "warn",
    "waiting": "warn",
    "skipped": "idle",
    "failed": "error",
    "parked": "error",
    "broken": "error",
}
NAME = 14
WIDE = 80
BAR = 24


class Ran(Screen):
    """`capteur run`, once it is over. A terminal has seen the instances as they ended; here follows what moved."""

    header: ClassVar[tuple[str, ...]] = (
        "instance", "status", "accounts", "ok", "failed", "skipped", "new", "updated", "unchanged", "revoked", "bad", "unmatched",
        "requests", "seconds", "error", "fix", "persons", "expired",
    )  # fmt: skip

    def __init__(self, report: RunReport, *, told: bool = False) -> None:
        self.report = report
        self.as_of = report.as_of
        self.told = told

    def rows(self) -> Iterator[Sequence[Cell]]:
        for run in self.report.runs:
            yield row_of(run)

    def items(self) -> Iterable[Mapping[str, Any]]:
        return [{name: asdict(run)[name] for name in self.header} for run in self.report.runs]

    def extra(self) -> Mapping[str, Any]:
        moved = [
            {"account": m.account.label, "name": m.account.name, "before": m.before, "after": m.after, "why_now": m.why}
            for m in self.report.moved
        ]
        return {"seconds": round(self.report.seconds, 3), "moved": moved, "offline": self.report.offline > 0}

    def notes(self) -> Iterator[str]:
        yield _total(self.report)
        if self.report.offline:
            yield _offline(self.report)
        for move in self.report.moved:
            yield f"moved: {move.account.label} {points(move.before)} -> {points(move.after)}  {move.why}"

    def lines(self, width: int) -> Iterator[Text]:
        if not self.report.runs:
            yield text_line("No sensor is configured, so there is nothing to run.", "title")
            yield from hint("installed sensors", "capteur sensors list", width)
            return
        if not self.told:
            for run in self.report.runs:
                yield from instance_lines(run, width)
        if self.report.moved:
            yield Text("")
            yield from _moved(self.report.moved, width)
        yield Text("")
        yield from paragraph(_total(self.report), width)
        if self.report.offline:
            yield from paragraph(_offline(self.report), width, "warn")
        if any(run.ok for run in self.report.runs):
            yield from hint("next", "capteur rank", width)


def row_of(run: InstanceRun) -> Sequence[Cell]:
    """One instance as TSV cells, in the order of `Ran.header`."""
    values = asdict(run)
    return [round(value, 2) if isinstance(value := values[name], float) else value for name in Ran.header]


def instance_lines(run: InstanceRun, width: int) -> Iterator[Text]:
    """What one instance did, in columns that need no look ahead; what went wrong and the cure stand below it."""
    level = LEVELS.get(run.status, "warn")
    line = join(mark(level), text_line(" "), text(run.instance, "strong", limit=NAME + 20))
    line.pad_right(max(0, NAME + 2 - line.cell_len))
    if run.accounts:
        fields = [
            text_line(_looked_at(run, level).rjust(14)),
            text_line(f"{thousands(run.new)} new".rjust(11), "strong" if run.new else "quiet"),
            *([_field(run.updated, "updated", 12), _field(run.unchanged, "unchanged", 18)] if width >= WIDE else []),
            text_line(f"{rounded(run.seconds):.1f} s".rjust(9), "quiet"),
        ]
        line = join(line, *fields)
    rest = [f"{n} {word}" for n, word in _extras(run, level) if n]
    parts = [
        line,
        *([text(run.status, MARKS[level][1])] if level != "ok" else []),
        *([text(", ".join(rest), "quiet")] if rest else []),
    ]
    yield from flow(parts, width, gap=2, indent=2)
    if run.error:
        why = "skipped: " if level == "ok" and (run.bad or run.skipped) else "e.g. " if run.failed > 1 else ""
        yield from paragraph(f"{why}{run.error}", width, "quiet" if level == "ok" else "", indent=2)
    if run.fix:
        yield from fix_lines(run.fix, width, indent=2)


def _looked_at(run: InstanceRun, level: str) -> str:
    if run.shape == "feed":
        return "1 read"
    return f"{run.ok} of {thousands(run.accounts)} read" if level == "error" else counted(run.accounts, "account")


def _field(count: int, word: str, size: int) -> Text:
    return text_line(f"{thousands(count)} {word}".rjust(size), "" if count and word == "updated" else "quiet")


def _extras(run: InstanceRun, level: str) -> list[tuple[int, str]]:
    failed = run.failed if level == "warn" or (level == "error" and run.accounts > 1) else 0
    return [
        (failed, "failed"),
        (run.skipped, "skipped"),
        (run.revoked, "revoked"),
        (run.unmatched, "unmatched"),
        (run.bad, "bad"),
        (run.expired, "too old to keep"),
        (run.persons, "kept without the person"),
    ]


def progress_line(parts: Mapping[str, tuple[int, int]], new: int, width: int) -> Text:
    """All instances under way in one line: how much is done, who is still at it."""
    done, total = sum(d for d, _ in parts.values()), sum(t for _, t in parts.values())
    full = round(done / total * BAR) if total else 0
    busy = [f"{name} {d}/{t}" for name, (d, t) in parts.items() if d < t]
    bar = join(text_line("━" * full, "bar"), text_line("─" * (BAR - full), "rail"))
    return cropped(
        join(
            bar,
            text(f"{done} of {total}"),
            text(f"{new} new", "strong" if new else "quiet"),
            text(", ".join(busy), "quiet"),
            gap="  ",
        ),
        width,
    )


def _moved(moves: Sequence[Move], width: int) -> Iterator[Text]:
    steps = [
        join(text(points(m.before), "quiet"), text("→", "quiet"), text(points(m.after), "strong"), gap=" ")
        for m in moves
    ]
    laid = grid(
        [
            Column("moved most", [text(m.account.name) for m in moves], least=16, most=36),
            Column("intent", steps, right=True),
            Column("", [change((m.after or 0.0) - (m.before or 0.0)) for m in moves], right=True, drop=1),
            Column("why now", [text(m.why, "quiet") for m in moves], drop=2, least=24, most=90, first=True),
        ],
        width,
    )
    yield laid.head
    yield from laid.rows


def _offline(report: RunReport) -> str:
    return f"None of {report.offline} hosts answered: this machine may be offline, or behind a proxy or a firewall."


def _total(report: RunReport) -> str:
    new = sum(run.new for run in report.runs)
    wrong = sum(run.status in ("failed", "parked", "broken") for run in report.runs)
    failed = f"; {counted(wrong, 'instance')} did not get through" if wrong else ""
    return f"{counted(new, 'new signal')} in {rounded(report.seconds):.1f} s{failed}."
