"""Plugins: where each comes from, the hooks it implements, what it keeps of its contract, and what is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import MARKS, fix_lines, mark, paragraph
from capteur.cli.theme import text, text_line

if TYPE_CHECKING:
    from capteur.registry import PluginInfo

INDENT = 3


class Plugins(Screen):
    """`capteur plugins`."""

    header: ClassVar[tuple[str, ...]] = (
        "name", "group", "state", "distribution", "version", "where", "message", "fix", "hooks", "conformance", "failing",
    )  # fmt: skip

    def __init__(self, plugins: Sequence[PluginInfo], as_of: int) -> None:
        self.plugins = plugins
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for p in self.plugins:
            failing = p.conformance.failing if p.conformance else ()
            kept = str(p.conformance) if p.conformance else None
            told = "; ".join(f"{f.check}: {f.message}" for f in failing)
            yield (
                p.name, p.group, p.state, p.distribution, p.version, p.where, p.message, p.fix, ", ".join(p.hooks), kept, told,
            )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        for p, row in zip(self.plugins, self.rows(), strict=True):
            item = dict(zip(self.header[:-3], row[:-3], strict=True))
            kept = p.conformance and {
                "passed": p.conformance.passed,
                "of": p.conformance.of,
                "failing": [{"check": f.check, "message": f.message, "fix": f.fix} for f in p.conformance.failing],
            }
            yield {**item, "hooks": list(p.hooks), "conformance": kept}

    def lines(self, width: int) -> Iterator[Text]:
        if not self.plugins:
            yield text_line("No plugin is installed.")
            return
        shown = self.plugins
        levels = [_level(p) for p in shown]
        laid = grid(
            [
                Column("", [mark(level) for level in levels]),
                Column("plugin", [text(p.name, "strong") for p in shown], least=12, most=30),
                Column(
                    "group", [text("hooks" if p.group == "hooks" else p.group.removesuffix("s")) for p in shown], drop=3
                ),
                Column("state", [text(p.state, _style(p)) for p in shown]),
                Column("checks", [text(p.conformance or "", _checked_style(p)) for p in shown], drop=1),
                Column(
                    "from",
                    [text(f"{p.distribution} {p.version}".strip() or "this project") for p in shown],
                    least=14,
                    most=40,
                    drop=2,
                ),
                Column("where", [text(p.where, "quiet") for p in shown], least=30, most=60, drop=4),
            ],
            width,
        )
        yield laid.head
        for plugin, line in zip(shown, laid.rows, strict=True):
            yield line
            yield from _below(plugin, width)
        if any(p.conformance for p in shown):
            yield Text("")
            about = "checks: those of the conformance kit that need no source. A plugin's own test runs the others."
            yield from paragraph(about, width, "quiet")


def _below(plugin: PluginInfo, width: int) -> Iterator[Text]:
    """What does not fit into the columns."""
    if plugin.hooks:
        verb = "hears" if plugin.group == "hooks" else "made through"
        yield from paragraph(f"{verb} {', '.join(plugin.hooks)}", width, "quiet", indent=INDENT)
    if plugin.state == "broken":
        yield from paragraph(plugin.message, width, "warn", indent=INDENT)
        yield from fix_lines(plugin.fix, width, indent=INDENT) if plugin.fix else ()
    failing = plugin.conformance.failing if plugin.conformance else ()
    if failing:
        first, more = failing[0], len(failing) - 1
        yield from paragraph(f"fails '{first.check}': {first.message}", width, "warn", indent=INDENT)
        yield from fix_lines(first.fix, width, indent=INDENT) if first.fix else ()
        if more:
            yield from paragraph(f"and {more} more: capteur plugins --json", width, "quiet", indent=INDENT)


def _level(plugin: PluginInfo) -> str:
    if plugin.state == "broken":
        return "error"
    if plugin.conformance and plugin.conformance.failing:
        return "warn"
    return "ok" if plugin.state == "ok" else "idle"


def _style(plugin: PluginInfo) -> str:
    return MARKS[{"ok": "ok", "broken": "error"}.get(plugin.state, "idle")][1]


def _checked_style(plugin: PluginInfo) -> str:
    return "" if plugin.conformance is None else MARKS["warn" if plugin.conformance.failing else "ok"][1]
