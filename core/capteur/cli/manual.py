"""docs/cli.md, written from the commands themselves: `python -m capteur.cli.manual > docs/cli.md`. A test fails when it is stale."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module

import click

from capteur.cli.doors import EXIT_CODES, Door, Hall, shared
from capteur.cli.root import COMMANDS, CONTEXT

_SCREENS = {
    "rank": "ranked:Ranked",
    "explain": "explained:Explained",
    "signals": "detected:Signals",
    "run": "running:Ran",
    "try": "trying:Tried",
    "backfill": "backfilled:Backfilled",
    "status": "statuses:Statuses",
    "check": "checked:Checked",
    "sensors list": "installed:Sensors",
    "plugins": "plugged:Plugins",
    "accounts import": "listed:Imported",
    "accounts list": "listed:Accounts",
    "accounts unmatched": "listed:Unmatched",
    "db backup": "stored:BackedUp",
    "db restore": "stored:PutBack",
    "db upgrade": "stored:BroughtUp",
    "db check": "checked:Checked",
    "init": "started:Started",
}
"""Which screen a command shows: its columns are part of what scripts rely on."""

INTRO = """\
# Commands

<!-- Written by `python -m capteur.cli.manual > docs/cli.md`; change the commands, not this page. -->

Data goes to standard output, everything else to standard error. A terminal gets a table, a pipe gets tab-separated values with a
header, in full width and without colour; `--json` works everywhere, `--jsonl` for `signals`, `--csv` for `rank`. Times are UTC.

```
capteur rank                                   # for you
capteur rank | cut -f2,5                       # for the shell
capteur rank --csv > list.csv                  # for a spreadsheet: what looks like a formula is quoted
capteur rank --json | jq '.items[0]'           # for a program
```

A JSON document is `{"schema_version": 1, "as_of": ..., "items": [...]}`; some commands add a few names beside `items`. A mistake
reads `error: what`, then why, then `fix:` with the command; `--debug` adds the traceback.
"""
COMPLETION = """\
## Shell completion

Completes commands and options.

| shell | put this into | |
|---|---|---|
| bash | `~/.bashrc` | `eval "$(_CAPTEUR_COMPLETE=bash_source capteur)"` |
| zsh | `~/.zshrc` | `eval "$(_CAPTEUR_COMPLETE=zsh_source capteur)"` |
| fish | `~/.config/fish/completions/capteur.fish` | `_CAPTEUR_COMPLETE=fish_source capteur \\| source` |
"""
ENVIRONMENT = """\
## Environment

| variable | |
|---|---|
| `CAPTEUR_CONFIG` | the project's capteur.toml, where `--config` does not name one |
| `CAPTEUR_...` | overrides a setting: `CAPTEUR_SENSORS__HIRING__EVERY=1h`, see [configuration](configuration.md) |
| `NO_COLOR` | no colour on a terminal; `--color always` insists |
"""


def manual() -> str:
    """The whole page."""
    parts = [INTRO, _sections(), _shared(), _exit_codes()]
    for path, command in commands():
        parts.append(_command(path, command))
    return "\n".join([*parts, ENVIRONMENT, COMPLETION])


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, in the order of the help."""
    for name, entry in COMMANDS.items():
        command = entry.load()
        if isinstance(command, Hall):
            for inner, inner_entry in command.entries.items():
                yield f"capteur {name} {inner}", inner_entry.load()
        else:
            yield f"capteur {name}", command


def _sections() -> str:
    lines = ["| | |", "|---|---|"]
    for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
        lines.append(f"| **{section}** | |")
        lines += [
            f"| `capteur {name}` | {entry.help} |" for name, entry in COMMANDS.items() if entry.section == section
        ]
    return "\n".join(lines) + "\n"


def _shared() -> str:
    rows = "\n".join(_option(option) for option in shared())
    words = "Before the command or behind it; `capteur --version` stands alone."
    return f"## Options of every command\n\n{words}\n\n| option | |\n|---|---|\n{rows}\n"


def _exit_codes() -> str:
    rows = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)
    return f"## Exit codes\n\nOf several, 2 goes before 4 before 1.\n\n| code | |\n|---|---|\n{rows}\n"


def _command(path: str, command: click.Command) -> str:
    usage = " ".join([path, *(p for p in command.collect_usage_pieces(click.Context(command, **CONTEXT)) if p)])
    text = inspect.cleandoc(command.help or "").replace("\b", "").strip()
    own = command.own if isinstance(command, Door) else command.params
    rows = [_option(param) for param in own if isinstance(param, click.Option)]
    table = "\n| option | |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else ""
    columns = _columns(path.removeprefix("capteur "))
    return f"## {path}\n\n```\n{usage}\n```\n\n{text}\n{table}{columns}"


def _columns(name: str) -> str:
    if name not in _SCREENS:
        return ""
    module, _, screen = _SCREENS[name].partition(":")
    header = getattr(import_module(f"capteur.cli.screens.{module}"), screen).header
    return f"\nColumns in a pipe: {', '.join(f'`{column}`' for column in header)}.\n"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = f" `{_meta(option)}`" if not option.is_flag and not option.count else ""
    default = f" Default: `{option.default}`." if option.show_default and option.default is not None else ""
    return f"| {names}{kind} | {(option.help or '').replace('|', chr(92) + '|')}{default} |"


def _meta(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " or ".join(str(choice) for choice in option.type.choices)
    return (option.metavar or "VALUE").replace("|", " or ")


def main() -> None:
    """Print the page."""
    sys.stdout.write(manual())


if __name__ == "__main__":
    main()
