"""Progress on stderr: one line that is rewritten in place, only on a terminal, and never between two lines of data."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from capteur.cli.call import hush

if TYPE_CHECKING:
    from capteur.cli.call import Call
    from capteur.cli.screens.running import Ran
    from capteur.house import InstanceRun, Progress

INTERVAL_S = 0.1
_CLEAR = "\r\x1b[2K"


class RunWatch:
    """Follows a run: a line per instance on stdout as it ends, progress on stderr in between. Use as a context manager."""

    def __init__(
        self,
        call: Call,
        tick: Callable[[], float] = time.monotonic,
        told: Callable[[InstanceRun], None] | None = None,
    ) -> None:
        self._call = call
        self._told = told
        self._tick = tick
        self._shows = call.watched
        self._drawn_at = -INTERVAL_S
        self._drawn = False
        self._parts: dict[str, tuple[int, int]] = {}
        self._new: dict[str, int] = {}
        self._header = False

    def __enter__(self) -> Self:
        if self._shows:
            sys.stderr.write("the sensors are looking")
            sys.stderr.flush()
            self._drawn = True
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def __call__(self, progress: Progress) -> None:
        """One unit has ended, or a whole instance."""
        self._parts[progress.instance] = (progress.done, progress.total)
        self._new[progress.instance] = progress.new
        if progress.finished is not None:
            self._wipe()
            try:
                self._tell(progress.finished)
            except BrokenPipeError:  # the reader had enough; the run goes on, for what it finds is kept
                hush()
        now = self._tick()
        if (
            self._shows
            and now - self._drawn_at >= INTERVAL_S
            and any(done < total for done, total in self._parts.values())
        ):
            self._drawn_at = now
            self._draw()

    def close(self, screen: Ran) -> None:
        """What stands below the instances: what moved, and the whole as JSON when that was asked for."""
        if self._call.format == "tsv":
            self._head()
            for note in screen.notes():
                self._call.note(note)
        else:
            self._call.show(screen)

    def _tell(self, run: InstanceRun) -> None:
        from capteur.cli.screen import tsv_line
        from capteur.cli.screens.running import instance_lines, row_of

        if self._told is not None:
            self._told(run)
        elif self._call.format == "table":
            console = self._call.console()
            for line in instance_lines(run, console.width):
                console.print(line)
        elif self._call.format == "tsv":
            self._head()
            sys.stdout.write(tsv_line(row_of(run)))
        sys.stdout.flush()

    def _head(self) -> None:
        """The names of the columns, once."""
        from capteur.cli.screen import tsv_line
        from capteur.cli.screens.running import Ran

        if not self._header:
            sys.stdout.write(tsv_line(Ran.header))
            self._header = True

    def _draw(self) -> None:
        from capteur.cli.screens.running import progress_line

        console = self._call.console(sys.stderr)
        sys.stderr.write(_CLEAR)
        console.print(progress_line(self._parts, sum(self._new.values()), console.width - 1), end="")
        sys.stderr.flush()
        self._drawn = True

    def _wipe(self) -> None:
        if self._drawn:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._drawn = False
