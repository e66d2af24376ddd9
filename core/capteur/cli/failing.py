"""What a person reads when something goes wrong: `error: what`, `  why`, `  fix: the command`; and the exit code."""

from __future__ import annotations

import difflib
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capteur.cli.doors import UnknownCommand
from capteur.errors import CapteurError, UsageError

if TYPE_CHECKING:
    from capteur.cli.call import Call

INTERRUPTED = 130
_ORDER = (2, 4, 1)


def worst(codes: Iterable[int]) -> int:
    """The exit code of several: 2 before 4 before 1 before 0."""
    seen = set(codes)
    return next((code for code in _ORDER if code in seen), max(seen, default=0))


def report(error: BaseException, call: Call) -> int:
    """Say on stderr what happened, and return the exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        sys.stderr.write("stopped\n")
        return INTERRUPTED
    if call.debug:
        traceback.print_exception(error, file=sys.stderr)
    known = translate(error)
    _print(known.lines(), colored=call.colored(sys.stderr))
    return known.exit_code


def translate(error: BaseException) -> CapteurError:
    """Any error as one of ours."""
    if isinstance(error, CapteurError):
        return error
    if isinstance(error, click.ClickException):
        return _usage(error)
    if isinstance(error, OSError):
        return CapteurError(f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}")
    place = traceback.extract_tb(error.__traceback__)
    where = f"{Path(place[-1].filename).name}:{place[-1].lineno}" if place else "an unknown place"
    return CapteurError(
        f"{type(error).__name__} at {where}; this is a mistake in capteur, not yours",
        fix="run it again with --debug, and report what it prints",
    )


def _usage(error: click.ClickException) -> UsageError:
    ctx = getattr(error, "ctx", None)
    asked = f"{ctx.command_path} --help" if isinstance(ctx, click.Context) else "capteur --help"
    if isinstance(error, UnknownCommand):
        near = difflib.get_close_matches(error.name, error.known, n=1, cutoff=0.5)
        path = ctx.command_path if isinstance(ctx, click.Context) else "capteur"
        return UsageError(error.message, fix=f"did you mean {path} {near[0]}?" if near else asked)
    if isinstance(error, click.NoSuchOption):
        near = list(error.possibilities or ())
        return UsageError(f"there is no option {error.option_name}", fix=f"did you mean {near[0]}?" if near else asked)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        param = error.param
        name = param.opts[-1] if isinstance(param, click.Option) else param.human_readable_name
        return UsageError(f"{name} is missing", fix=asked)
    message = error.format_message().rstrip(".")
    return UsageError(message[:1].lower() + message[1:], fix=asked)


def _print(lines: list[str], *, colored: bool) -> None:
    from capteur.wording import safe

    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        shown = indent + safe(line, 2000)
        if colored and line.startswith("error: "):
            shown = click.style("error:", fg="red", bold=True) + shown.removeprefix("error:")
        elif colored and line.startswith("  fix: "):
            shown = "  " + click.style("fix:", bold=True) + shown.removeprefix("  fix:")
        sys.stderr.write(shown + "\n")
