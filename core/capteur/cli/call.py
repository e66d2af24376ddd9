"""How capteur was called: the shared options, and what follows from them and from where the output goes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TextIO

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from capteur.cli.logs import Form
    from capteur.cli.screen import Screen
    from capteur.house import House

Format = Literal["table", "tsv", "json", "jsonl", "csv"]
Color = Literal["auto", "always", "never"]


@dataclass(slots=True)
class Call:
    """One command line."""

    as_json: bool = False
    config: str | None = None
    db: str | None = None
    as_of: str | None = None
    color: Color = "auto"
    no_input: bool = False
    quiet: bool = False
    verbose: int = 0
    debug: bool = False

    @property
    def format(self) -> Format:
        """A table for a terminal (or where colour is insisted on), TSV for a pipe, JSON when asked for."""
        if self.as_json:
            return "json"
        return "table" if self.color == "always" or _is_terminal(sys.stdout) else "tsv"

    @property
    def asks(self) -> bool:
        """True when there is a person to answer a question."""
        return not self.no_input and _is_terminal(sys.stdin) and _is_terminal(sys.stderr)

    @property
    def watched(self) -> bool:
        """True when somebody sees progress: stderr is a terminal, and not asked to be quiet."""
        return not self.quiet and _is_terminal(sys.stderr)

    def console(self, stream: TextIO | None = None) -> Console:
        """A rich console on `stream` (stdout by default); every text on it is a Text, markup is never read."""
        from capteur.cli.theme import console

        out = stream or sys.stdout
        return console(out, colored=self.colored(out), terminal=self.color == "always" or _is_terminal(out))

    def colored(self, stream: TextIO) -> bool:
        """Whether `stream` gets colour. `--color` wins over NO_COLOR (https://no-color.org), which wins over the terminal."""
        if self.color != "auto":
            return self.color == "always"
        return _is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def moment(self) -> datetime | None:
        """`--as-of` as a moment; a day means its end, so that the day itself counts. Raises UsageError when it is none."""
        return None if self.as_of is None else read_moment("--as-of", self.as_of, end=True)

    def present(self, command: str) -> None:
        """Refuse `--as-of` for a command that only knows the present."""
        if self.as_of is not None:
            from capteur.errors import UsageError

            raise UsageError(f"{command} takes no --as-of", why="it works on the present", fix=f"capteur {command}")

    def store_url(self) -> str | None:
        """`--db` as a database URL; a path means an SQLite file."""
        if self.db is None or "://" in self.db:
            return self.db
        from pathlib import Path

        return f"sqlite:///{Path(self.db).expanduser().absolute()}"

    def house(self, *, create: bool = True, log: Form | None = None) -> House:
        """The open house of this call; a context manager. A daemon names the form of its `log`."""
        from capteur.cli.logs import configure
        from capteur.house import open_house
        from capteur.house.secrecy import met, passwords, secrets, settled

        veil = configure(self.verbose, quiet=self.quiet, form=log, colored=self.colored(sys.stderr))
        veil.add_all(passwords(self.store_url()))
        house = open_house(self.config, create=create, store_url=self.store_url())
        # a daemon loads every plugin anyway; a command must not, only to know what its one log line must not say
        veil.add_all(secrets(house) if log else settled(house))
        veil.ask(lambda: met(house))
        return house

    def show(self, screen: Screen, output: Format | None = None) -> None:
        """Write a screen in the format of this call."""
        from capteur.cli.screen import write

        write(screen, self, output or self.format)

    def note(self, text: str) -> None:
        """A remark for a person, on stderr; not with --quiet."""
        if not self.quiet:
            from capteur.wording import safe

            sys.stderr.write(safe(text, 2000) + "\n")


def read_moment(option: str, text: str, *, end: bool = False) -> datetime:
    """A moment as people write it on a command line: a day, ISO 8601 with an offset, or `7d` for so long ago.

    `end` takes a day up to its last moment, or up to now. Raises UsageError naming the option.
    """
    from datetime import timedelta

    from capteur.clock import SystemClock, parse_duration, parse_moment
    from capteur.errors import UsageError

    now = SystemClock().now()
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError):
        pass  # not a duration: then it must be a moment
    try:
        moment, by_day = parse_moment(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{option}: {text!r} is not a moment",
            why="a day, a time with its offset, or how long ago",
            fix=f"{option} 2026-11-20, {option} 2026-11-20T08:00Z or {option} 7d",
        ) from None
    if moment > now:
        raise UsageError(f"{option}: {text} is in the future", why="nothing is known of it yet")
    return min(moment + timedelta(days=1, microseconds=-1), now) if by_day and end else moment


def hush() -> None:
    """Point stdout at nothing: the interpreter flushes it once more on its way out, and would complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # a replaced stream has no descriptor, and nothing to complain with


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):  # a closed or replaced stream is nobody's terminal
        return False
