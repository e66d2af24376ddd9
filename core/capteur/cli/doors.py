"""The click classes all commands are made of: shared options before and after the command, lazy groups, "did you mean"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from capteur.cli.call import Call

EXIT_CODES = (
    (0, "ok, also when there was nothing to do"),
    (1, "something failed"),
    (2, "usage or configuration"),
    (4, "credentials"),
    (130, "Ctrl-C"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as its group lists it, without importing it: where it lives and what it does, in one line."""

    target: str
    help: str
    section: str = "Commands"

    def load(self) -> click.Command:
        module, _, name = self.target.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


def _keep(ctx: click.Context, param: click.Parameter, value: object) -> None:
    """Store a shared option where it was given; a later place (after the command) wins over an earlier one."""
    name = param.name
    assert name is not None, "every shared option has a name"
    if ctx.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
        setattr(call_of(ctx), name, value)


def call_of(ctx: click.Context) -> Call:
    """The one Call of this command line."""
    call = ctx.find_root().ensure_object(Call)
    assert isinstance(call, Call)
    return call


pass_call = click.make_pass_decorator(Call, ensure=True)
log_form = click.option(
    "--log",
    "form",
    type=click.Choice(["console", "json"]),
    default="console",
    show_default=True,
    help="Form of the log.",
)
"""Of commands that run for long, and are told of by their log."""
"""Hands the Call to a command as its first argument."""


def shared() -> list[click.Option]:
    """The options every command takes, in front of it or behind it."""
    told: dict[str, Any] = {"expose_value": False, "callback": _keep}
    return [
        click.Option(
            ["--json", "as_json"], is_flag=True, help="One JSON document: schema_version, as_of, items.", **told
        ),
        click.Option(
            ["--config"],
            metavar="FILE",
            help="The project's capteur.toml (else CAPTEUR_CONFIG, ./capteur.toml).",
            **told,
        ),
        click.Option(
            ["--db"], metavar="URL", help="Another store: a database URL, or the path of an SQLite file.", **told
        ),
        click.Option(
            ["--as-of"], metavar="TIME", help="As it was known then: 2026-11-20, or ISO 8601 with an offset.", **told
        ),
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            help="auto: on a terminal, unless NO_COLOR is set.",
            **told,
        ),
        click.Option(["--no-input"], is_flag=True, help="Never ask; fail instead.", **told),
        click.Option(["-q", "--quiet"], is_flag=True, help="Only the data and the errors.", **told),
        click.Option(["-v", "--verbose"], count=True, help="Say more on stderr; -vv for everything.", **told),
        click.Option(["--debug"], is_flag=True, help="The whole traceback of an error.", **told),
    ]


class Door(click.Command):
    """A command that also takes the shared options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = list(self.params)
        self.params.extend(shared())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its own options in full, the shared ones as one line."""
        _write_options(formatter, "Options", [*self.own, *(p for p in self.get_params(ctx) if p.name == "help")], ctx)
        with formatter.section(_heading("Everywhere")):
            words = " ".join(param.opts[-1] for param in self.params if param not in self.own)
            formatter.write_text(f"{words}  (explained by capteur --help)")


class Hall(click.Group):
    """A group whose commands are imported only when they run; its help reads from the table, and is what it says alone."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "callback": _help_alone, "invoke_without_command": True})
        self.entries = dict(entries)
        self.params.extend(shared())

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click passes it
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click passes it
        entry = self.entries.get(cmd_name)
        return None if entry is None else entry.load()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuse an unknown command with the nearest one that exists."""
        if args and args[0] not in self.entries and not ctx.resilient_parsing and not args[0].startswith("-"):
            raise UnknownCommand(args[0], list(self.entries), ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete from the table: click would import every command for its help."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=entry.help) for name, entry in self.entries.items() if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands in their sections first: they are what one looks for; then the options of every command."""
        width = max(len(name) for name in self.entries)
        for section in dict.fromkeys(entry.section for entry in self.entries.values()):
            with formatter.section(_heading(section)):
                rows = [
                    (name.ljust(width), entry.help) for name, entry in self.entries.items() if entry.section == section
                ]
                formatter.write_dl(rows)
        _write_options(formatter, "Options of every command, before or after its name", self.get_params(ctx), ctx)
        if ctx.parent is None:
            with formatter.section(_heading("Exit codes")):
                formatter.write_text(", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES))


def _help_alone() -> None:
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


class UnknownCommand(click.UsageError):
    """A command nobody knows; `known` are those of its group."""

    def __init__(self, name: str, known: Sequence[str], ctx: click.Context) -> None:
        super().__init__(f"there is no command {name!r}", ctx)
        self.name = name
        self.known = known


def _heading(text: str) -> str:
    return click.style(text, bold=True)


def _write_options(
    formatter: click.HelpFormatter, title: str, params: Sequence[click.Parameter], ctx: click.Context
) -> None:
    records = [record for param in params if (record := param.get_help_record(ctx)) is not None]
    if records:
        with formatter.section(_heading(title)):
            formatter.write_dl(records)
