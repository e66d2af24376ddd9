"""Where log lines go: to stderr, as much of them as `-q` and `-v` ask for. One safe line or one JSON object each, never a secret.

A command says `warning: what happened`. A daemon says when, and for which instance and run, to a person or to a program.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO

import structlog
from structlog.contextvars import get_contextvars
from structlog.processors import format_exc_info
from structlog.stdlib import LoggerFactory, ProcessorFormatter

from capteur.cli.screen import dumps
from capteur.options import names_a_secret
from capteur.web import Redactor
from capteur.web.redaction import MASK
from capteur.wording import safe

if TYPE_CHECKING:
    from structlog.typing import EventDict

Form = Literal["console", "json"]
"""How a daemon writes its log."""

FIELDS: Final = ("timestamp", "level", "logger", "event", "instance", "run")
"""What a JSON line begins with; `instance` and `run` only where there is one."""
_OURS: Final = frozenset({"timestamp", "level", "logger"})
_LINE = 2000
_LONG = 20_000  # a traceback fits; what a sensor pours into its log is cut
_SYSLOG: Final = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
_COLOURS: Final = {"critical": "bad", "error": "bad", "warning": "warn", "info": "ok", "debug": "quiet"}


class Veil(Redactor):
    """Keeps secrets out of every line; it can be told more of them at any time, and asks before each line if told where."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__(secrets)
        self._ask: Callable[[], Iterable[str]] = tuple

    def add_all(self, secrets: Iterable[str]) -> None:
        """From now on these are secrets."""
        for secret in secrets:
            self.add(secret)

    def ask(self, source: Callable[[], Iterable[str]]) -> None:
        """Ask `source` before each line what has become a secret meanwhile."""
        self._ask = source

    def look(self) -> None:
        """Ask now."""
        self.add_all(self._ask())


def configure(
    verbose: int, *, quiet: bool, form: Form | None = None, colored: bool = False, secrets: Iterable[str] = ()
) -> Veil:
    """Send every logger's lines to stderr; returns what keeps secrets out of them.

    Level by -q (errors), nothing (warnings), -v (what happens), -vv (everything of ours); a daemon, which has a `form`, begins
    with what happens. Other libraries stay at warnings.
    """
    steps = (logging.INFO, logging.DEBUG) if form else (logging.WARNING, logging.INFO, logging.DEBUG)
    level = logging.ERROR if quiet else steps[min(verbose, len(steps) - 1)]
    veil = Veil(secrets)
    journal = form is not None and feeds_journal(sys.stderr, os.environ)
    shown: Callable[[EventDict], str] = _as_json
    if form != "json":
        traces = form is not None or verbose >= 2  # noqa: PLR2004  -vv
        shown = _Lines(dated=form is not None and not journal, traces=traces, colored=colored and not journal)
    if form:
        logging.captureWarnings(True)  # what Python itself warns of would come between the lines
    handler = _Handler(sys.stderr)
    handler.setFormatter(_Formatter(veil, shown, journal=journal))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("capteur").setLevel(level)
    # a plugin that logs with structlog by itself would write to stdout, among the data
    structlog.configure(processors=[ProcessorFormatter.wrap_for_formatter], logger_factory=LoggerFactory())
    return veil


def feeds_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether `stream` goes straight to systemd's journal, which dates lines and reads `<4>` as their level.

    https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#%24JOURNAL_STREAM
    """
    try:
        status = os.fstat(stream.fileno())
    except (AttributeError, OSError, ValueError):  # no file at all, or a closed one
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Nobody reads stderr any more; logging's own answer would print the record's arguments, secrets included."""


class _Formatter(ProcessorFormatter):
    """Any record, ours or a stranger's, as text without secrets."""

    def __init__(self, veil: Veil, shown: Callable[[EventDict], str], *, journal: bool) -> None:
        def render(_logger: Any, _method: str, event: EventDict) -> str:
            text = shown(event)
            if not journal:
                return text
            number = _SYSLOG.get(event["level"], 6)
            return "\n".join(f"<{number}>{line}" for line in text.split("\n"))

        def without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
            veil.look()
            return {name: _hidden(veil, name, value) for name, value in event.items()}

        super().__init__(processors=[_gather, format_exc_info, without_secrets, render])

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001  a record holds any object, and a bad one must not cost the line
            words = f"a log line of {record.filename}:{record.lineno} cannot be shown ({type(error).__name__})"
            spare = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, words, None, None)
            return super().format(spare)


def _gather(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The fields of a record in their order: ours, what a sensor said (`told`), what the context knows."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog")
    told = {**event, **getattr(record, "told", {}), **get_contextvars()}
    found: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    found |= {name: told.pop(name) for name in FIELDS if name not in found and name in told}
    return found | {f"{name}_" if name in _OURS else str(name): value for name, value in told.items()}


def _hidden(redactor: Redactor, name: str, value: Any) -> Any:
    """A value without secrets; a signal's `key` is none."""
    if isinstance(value, str) and value and name != "key" and names_a_secret(name):
        return MASK
    return redactor.deep(value)


def _as_json(event: EventDict) -> str:
    return dumps(_plain(event))


def _plain(value: Any) -> Any:
    """What JSON can say."""
    if isinstance(value, str):
        return value if len(value) <= _LONG else value[:_LONG] + "…"
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)[:_LONG]


class _Lines:
    """For people: one safe line a record, its fields behind it; below it the traceback, if wanted, indented."""

    def __init__(self, *, dated: bool, traces: bool, colored: bool) -> None:
        self._dated, self._traces = dated, traces
        self._styles = _styles() if colored else {}

    def __call__(self, event: EventDict) -> str:
        level = event["level"]
        owner = "" if event["logger"].partition(".")[0] in ("capteur", "root") else f"{safe(event['logger'], 80)}: "
        fields = " ".join(
            f"{safe(name, 80)}={_value(value)}"
            for name, value in event.items()
            if name not in ("timestamp", "level", "logger", "event", "exception")
        )
        head = f"{event['timestamp'][:19]}Z ".replace("T", " ") if self._dated else ""
        line = f"{self._styled('quiet', head)}{self._styled(_COLOURS.get(level, ''), f'{level}:')} {owner}"
        line += safe(str(event.get("event", "")), _LINE) + self._styled("quiet", f"  {fields}" if fields else "")
        below = str(event["exception"]).splitlines() if self._traces and "exception" in event else []
        return "\n".join([line, *(f"  {' ' * (len(x) - len(x.lstrip()))}{safe(x, _LINE)}" for x in below)])

    def _styled(self, style: str, text: str) -> str:
        return self._styles[style](text) if text and style in self._styles else text


def _styles() -> dict[str, Callable[[str], str]]:
    """The theme's styles as functions of text; rich itself would cost a console a line."""
    from functools import partial

    from rich.color import ColorSystem

    from capteur.cli.theme import THEME

    return {
        name: partial(THEME.styles[name].render, color_system=ColorSystem.STANDARD)
        for name in {*_COLOURS.values(), "quiet"}
    }


def _value(value: Any) -> str:
    """A field on a line: quoted only where a reader could not tell where it ends."""
    shown = safe(value if isinstance(value, str) else str(_plain(value)), 400)
    return shown if shown and not any(c in shown for c in ' "=') else dumps(shown)
