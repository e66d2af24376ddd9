"""What a person reads when something goes wrong: `error: what`, `  why`, `  fix: the command`; and the exit code."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capteur.cli.doors import UnknownCommand
from capteur.errors import CapteurError, UsageError
from capteur.nearest import nearest

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
    path = ctx.command_path if isinstance(ctx, click.Context) else "capteur"
    near: list[str] = []
    if isinstance(error, UnknownCommand):
        near = [f"{path} {name}" for name in nearest(error.name, error.known, 1)]
    elif isinstance(error, click.NoSuchOption):
        near = list(error.possibilities or ())
    return UsageError(_said(error), fix=f"did you mean {near[0]}?" if near else f"{path} --help")


def _said(error: click.ClickException) -> str:
    """What click refuses, in our words."""
    param = getattr(error, "param", None)
    text = error.message.rstrip(".")
    if isinstance(error, click.NoSuchOption):
        text = f"there is no option {error.option_name}"
    elif isinstance(error, click.MissingParameter) and param is not None:
        text = f"{_called(param)} is missing"
    elif isinstance(error, click.BadParameter) and param is not None:
        text = f"{_called(param)}: {_expected(param.type) or text[:1].lower() + text[1:]}"
    elif isinstance(error, click.BadOptionUsage) and text.endswith("requires an argument"):
        text = f"{error.option_name} needs a value"
    elif extra := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", text):
        text = f"{extra[1]!r} is more than is asked for"
    return text[:1].lower() + text[1:] if text.startswith("Got ") else text


def _called(param: click.Parameter) -> str:
    return param.opts[-1] if isinstance(param, click.Option) else param.human_readable_name


def _expected(kind: Any) -> str | None:
    """What a value of this type has to be; None where the type's own words are good."""
    if isinstance(kind, click.Choice):
        return f"expected one of {', '.join(str(choice) for choice in kind.choices)}"
    if not isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        return None
    number = "expected a whole number" if isinstance(kind, click.types.IntParamType) else "expected a number"
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if low is not None and high is not None:
        return f"{number} from {low} to {high}"
    return (
        f"{number}, {low} or more" if low is not None else f"{number}, {high} or less" if high is not None else number
    )


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
