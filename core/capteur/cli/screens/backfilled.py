"""A backfill: one line per window as it ends, then what is left and how to go on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.screen import Cell, Screen, tsv_line
from capteur.cli.screens.parts import hint, paragraph
from capteur.cli.screens.running import instance_lines
from capteur.wording import counted, iso, points, rounded

if TYPE_CHECKING:
    from capteur.cli.call import Call
    from capteur.house import BackfillReport, InstanceRun, WindowRun


class Backfilled(Screen):
    """`capteur backfill`, once it is over. A terminal has seen the windows as they ended."""

    header: ClassVar[tuple[str, ...]] = (
        "since", "until", "status", "accounts", "ok", "failed", "skipped", "new", "updated", "unchanged", "bad", "unmatched",
        "requests", "seconds", "error", "fix",
    )  # fmt: skip

    def __init__(self, report: BackfillReport) -> None:
        self.report = report
        self.as_of = report.as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for window in self.report.windows:
            yield row_of(window)

    def items(self) -> Iterable[Mapping[str, Any]]:
        for window in self.report.windows:
            yield {**dict(zip(self.header, row_of(window), strict=True)), "seconds": window.seconds}

    def extra(self) -> Mapping[str, Any]:
        report = self.report
        return {
            "instance": report.instance,
            "seconds": round(report.seconds, 3),
            "before": [{"since": iso(since), "until": iso(until)} for since, until in report.before],
            "left": [{"since": iso(since), "until": iso(until)} for since, until in report.left],
            "again": report.again,
            "moved": [
                {"account": m.account.label, "before": m.before, "after": m.after, "why_now": m.why}
                for m in report.moved
            ],
        }

    def notes(self) -> Iterator[str]:
        yield self._total()
        if self.report.again:
            yield f"go on with: {self.report.again}"

    def lines(self, width: int) -> Iterator[Text]:
        yield Text("")
        for move in self.report.moved:
            told = f"{move.account.name} {points(move.before)} → {points(move.after)}  {move.why}"
            yield from paragraph(told, width, indent=2)
        yield from paragraph(self._total(), width)
        if self.report.again:
            yield from hint("go on with", self.report.again, width)

    def _total(self) -> str:
        report = self.report
        done = sum(w.status in ("ok", "skipped") for w in report.windows)
        new = sum(w.new for w in report.windows)
        total = len(report.windows) + len(report.left)
        before = len(report.before)
        told = (
            f"{counted(before, 'window')} {'was' if before == 1 else 'were'} read before; --again reads them once more."
        )
        if before and not total:
            return f"Nothing to read: {told}"
        read = f"{done} of {counted(total, 'window')} read, {counted(new, 'new signal')} in {rounded(report.seconds):.1f} s."
        return f"{read} {told}" if before else read


class Windows:
    """Tells each window as it ends, in the format of the call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._head = False
        self._ended = 0

    def __call__(self, run: InstanceRun) -> None:
        window: WindowRun = run  # type: ignore[assignment]  # a backfill reports windows
        self._ended += 1
        if self._call.format == "table":
            console = self._call.console()
            for line in instance_lines(window, console.width):
                console.print(line)
        elif self._call.format == "tsv":
            self._header()
            sys.stdout.write(tsv_line(row_of(window)))

    def close(self, screen: Backfilled) -> None:
        """What stands below the windows."""
        if self._call.format == "tsv":
            self._header()
            for note in screen.notes():
                self._call.note(note)
        else:
            self._call.show(screen)

    def interrupted(self) -> None:
        """How to go on after Ctrl-C."""
        if self._ended:
            self._call.note(f"{counted(self._ended, 'window')} read; the same command goes on after them")

    def _header(self) -> None:
        if not self._head:
            sys.stdout.write(tsv_line(Backfilled.header))
            self._head = True


def row_of(window: WindowRun) -> Sequence[Cell]:
    """One window as cells, in the order of `Backfilled.header`."""
    values = {
        **asdict(window),
        "since": iso(window.since),
        "until": iso(window.until),
        "seconds": round(window.seconds, 2),
    }
    return [values[name] for name in Backfilled.header]
