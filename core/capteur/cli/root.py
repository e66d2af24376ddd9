"""The table of commands, and the way in and out of the process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import click

from capteur import __version__
from capteur.cli.call import Call, Color, hush
from capteur.cli.doors import Entry, Hall

_FROM = "capteur.cli.commands"
START, LIST, SENSE, WRITE, DATA = "Start", "The list", "Sensing", "Plugins of your own", "Accounts and data"

COLORS: dict[str, Color] = {"always": "always", "never": "never"}
CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
HELP = """Sensors detect the signals of companies; estimators turn them into an honest 0-10 estimate of intent.

\b
capteur demo                 see it work, offline, in ten seconds
capteur init                 your own list of companies
capteur run; capteur rank    real signals, and whom to call
"""
COMMANDS = {
    "demo": Entry(f"{_FROM}.demo:demo", "The whole way through a small fictional market, offline.", START),
    "init": Entry(f"{_FROM}.init:init", "Start a project in this folder.", START),
    "check": Entry(f"{_FROM}.health:check", "Look for mistakes: settings, database, plugins, sensors.", START),
    "rank": Entry(f"{_FROM}.rank:rank", "Whom to call, and why now.", LIST),
    "explain": Entry(f"{_FROM}.explain:explain", "What makes an account's number, line by line.", LIST),
    "signals": Entry(f"{_FROM}.signals:signals", "The facts themselves, newest first.", LIST),
    "touch": Entry(f"{_FROM}.touch:touch", "Write down a call, a meeting, a question, in one line.", LIST),
    "questions": Entry(f"{_FROM}.touch:questions", "What accounts asked, in their words.", LIST),
    "run": Entry(f"{_FROM}.run:run", "Let the sensors look, now.", SENSE),
    "daemon": Entry(f"{_FROM}.daemon:daemon", "Let the sensors look by themselves, each when it is due.", SENSE),
    "receive": Entry(f"{_FROM}.receiving:receive", "Receive webhooks without a daemon.", SENSE),
    "try": Entry(f"{_FROM}.trying:try_", "Run a sensor once and see everything it does; nothing is stored.", SENSE),
    "backfill": Entry(f"{_FROM}.backfill:backfill", "Read a stretch of the past, window by window.", SENSE),
    "status": Entry(f"{_FROM}.health:status", "How the sensors are doing; what waits for you comes first.", SENSE),
    "pause": Entry(f"{_FROM}.daemon:pause", "Let a sensor rest for a while.", SENSE),
    "resume": Entry(f"{_FROM}.health:resume", "Let a parked or paused sensor go on.", SENSE),
    "sensors": Entry(f"{_FROM}.sensors:sensors", "The sensors: list, show.", SENSE),
    "plugins": Entry(f"{_FROM}.sensors:plugins", "What is installed, where it comes from, what is broken.", SENSE),
    "new": Entry(f"{_FROM}.new:new", "A sensor, estimator or notifier of your own, with its test.", WRITE),
    "accounts": Entry(f"{_FROM}.accounts:accounts", "The list: import, add, list, link, forget, export.", DATA),
    "deliveries": Entry(f"{_FROM}.deliveries:deliveries", "What was sent to us: list, show, replay, purge.", DATA),
    "privacy": Entry(f"{_FROM}.privacy:privacy", "What is held of people: report.", DATA),
    "db": Entry(f"{_FROM}.database:db", "The database: backup, restore, upgrade, check.", DATA),
}


@click.group(
    cls=Hall,
    entries=COMMANDS,
    help=HELP,
    context_settings=CONTEXT,
)
@click.version_option(__version__, "-V", "--version", message="capteur %(version)s", help="The version, and exit.")
def capteur() -> None:
    """The way in."""


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; nothing is raised, and no traceback leaves without --debug."""
    args = sys.argv[1:] if argv is None else list(argv)
    call = Call(color=_color(args))
    _forgive_encodings()
    try:
        code = capteur.main(args=args, prog_name="capteur", standalone_mode=False, obj=call)
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
        return 0  # the reader had enough (`| head`): that is no failure
    except SystemExit as error:  # shell completion leaves this way, and click when the reader had enough
        if isinstance(error.__context__, BrokenPipeError):
            hush()
            return 0
        return error.code if isinstance(error.code, int) else 1
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the door: every error becomes a message
        from capteur.cli.failing import report

        return _quietly(report, error, call)
    return code if isinstance(code, int) else 0


def _color(args: Sequence[str]) -> Color:
    """What --color says, before click reads the line: whoever refuses it is to be told in that colour, or without."""
    found: Color = "auto"
    for word, following in zip_longest(args, args[1:], fillvalue=""):
        if word == "--":
            break
        name, _, value = word.partition("=")
        if name == "--color":
            found = COLORS.get(value or following, found)
    return found


def _quietly(report: Any, error: BaseException, call: Call) -> int:
    """Report, even when nobody reads stderr any more."""
    try:
        sys.stdout.flush()
        return int(report(error, call))
    except BrokenPipeError:
        hush()
        return 1


def _forgive_encodings() -> None:
    """A terminal that cannot show a character gets a plain one instead of a crash."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        if encoding not in ("utf8", "") and hasattr(stream, "reconfigure"):
            import capteur.cli.theme  # noqa: F401  registers the replacement

            stream.reconfigure(errors="capteur-plain")
