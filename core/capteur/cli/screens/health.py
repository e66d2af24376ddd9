"""How the sensors are, and what `check` found: what waits for a person comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.text import Text

from capteur.cli.failing import worst
from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import MARKS, cropped, fix_lines, flow, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import age, counted, iso

if TYPE_CHECKING:
    from capteur.watching import Finding, InstanceStatus, Status

LEVELS = {
    "ok": "ok", "never": "idle", "disabled": "idle", "late": "warn", "partial": "warn", "waiting": "warn", "backoff": "warn", "missing": "warn",
    "quarantined": "error", "parked": "error", "broken": "error",
}  # fmt: skip
WORDS = {
    "ok": "ok", "never": "not run yet", "disabled": "disabled", "late": "late", "partial": "partly failing", "waiting": "asked to wait", "backoff": "trying again",
    "missing": "missing", "quarantined": "quarantined", "parked": "parked", "broken": "broken",
}  # fmt: skip
NARROW = 50
"""Below this many cells a finding stands under its topic instead of beside it."""
_URGENT = {"error": 0, "warn": 1, "ok": 2, "idle": 3}


class Statuses(Screen):
    """`capteur status`."""

    header: ClassVar[tuple[str, ...]] = (
        "instance",
        "state",
        "last_ok",
        "next_due",
        "accounts",
        "ok",
        "failing",
        "skipped",
        "error",
        "fix",
    )

    def __init__(self, status: Status) -> None:
        self.status = status
        self.as_of = status.as_of
        self.instances = sorted(status.instances, key=lambda i: _URGENT[LEVELS.get(i.state, "warn")])

    def rows(self) -> Iterator[Sequence[Cell]]:
        for i in self.instances:
            yield (
                i.name,
                i.state,
                iso(i.last_ok),
                iso(i.next_due),
                i.accounts,
                i.ok,
                i.failing,
                i.skipped,
                i.error,
                i.fix,
            )

    def extra(self) -> Mapping[str, Any]:
        s = self.status
        return {"store": s.store, "schema": s.schema, "signals_24h": s.signals_24h, "stale": s.stale}

    def notes(self) -> Iterator[str]:
        yield f"store {self.status.store}, {counted(self.status.signals_24h, 'signal')} in 24 h"

    def lines(self, width: int) -> Iterator[Text]:
        if self.instances:
            yield from self._instances(width)
        else:
            yield text_line("No sensor is configured.", "title")
            yield from hint("installed sensors", "capteur sensors list", width)
        yield Text("")
        s = self.status
        stale = f", {counted(s.stale, 'estimate')} to refold" if s.stale else ""
        yield from paragraph(
            f"{counted(s.signals_24h, 'signal')} detected in 24 h{stale}. Store {s.store}, schema {s.schema}.",
            width,
            "quiet",
        )

    def _instances(self, width: int) -> Iterator[Text]:
        shown = self.instances
        levels = [LEVELS.get(i.state, "warn") for i in shown]
        states = [text(WORDS.get(i.state, i.state), MARKS[level][1]) for i, level in zip(shown, levels, strict=True)]
        laid = grid(
            [
                Column("", [mark(level) for level in levels]),
                Column("instance", [text(i.name, "strong") for i in shown], least=12, most=30),
                Column("state", states),
                Column(
                    "last good run",
                    [
                        text(
                            f"{age(i.last_ok, self.as_of)} ago".replace("now ago", "now")
                            if i.last_ok is not None
                            else "-"
                        )
                        for i in shown
                    ],
                    right=True,
                ),
                Column("next", [text(_due(i.next_due, self.as_of), "quiet") for i in shown], right=True, drop=3),
                Column(
                    "watching",
                    [text(f"{i.ok} of {i.accounts}" if i.accounts else "") for i in shown],
                    right=True,
                    drop=1,
                ),
                Column("failing", [text(i.failing or "", "warn") for i in shown], right=True, drop=2),
                Column("skipped", [text(i.skipped or "", "quiet") for i in shown], right=True, drop=4),
            ],
            width,
        )
        yield laid.head
        for instance, line in zip(shown, laid.rows, strict=True):
            yield line
            yield from _trouble(instance, width)


class Checked(Screen):
    """`capteur check`."""

    header: ClassVar[tuple[str, ...]] = ("level", "topic", "text", "fix")

    def __init__(self, findings: Sequence[Finding], as_of: int) -> None:
        self.findings = findings
        self.as_of = as_of

    @property
    def exit_code(self) -> int:
        """2 before 4 before 1; a warning fails nothing."""
        return worst(finding.exit_code or 1 for finding in self.findings if finding.level == "error")

    def rows(self) -> Iterator[Sequence[Cell]]:
        for finding in self.findings:
            yield (finding.level, finding.topic, finding.text, finding.fix)

    def lines(self, width: int) -> Iterator[Text]:
        size = max((cell_len(finding.topic) for finding in self.findings), default=0)
        beside = min(size, 24) + 4 if width >= NARROW else 2
        for finding in self.findings:
            head = join(
                mark(finding.level), text_line(" "), text(finding.topic, "strong" if finding.level != "ok" else "")
            )
            body = list(paragraph(finding.text, width, indent=beside))
            if head.cell_len + 2 <= beside:
                head.pad_right(beside - head.cell_len)
                head.append(body.pop(0).plain.strip())
            yield cropped(head, width)
            yield from body
            if finding.fix and finding.level != "ok":
                yield from fix_lines(finding.fix, width, indent=beside)
        yield Text("")
        errors, warnings = (sum(f.level == level for f in self.findings) for level in ("error", "warn"))
        if errors or warnings:
            words = [counted(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n]
            yield from flow(
                [text(", ".join(words) + "."), text(f"exit {self.exit_code}" if errors else "", "quiet")], width, gap=1
            )
        else:
            yield cropped(text("Everything is in order.", "ok"), width)


def _trouble(instance: InstanceStatus, width: int) -> Iterator[Text]:
    if instance.error and instance.state != "ok":
        yield from paragraph(instance.error, width, indent=3)
    if instance.fix and instance.state != "ok":
        yield from fix_lines(instance.fix, width, indent=3)


def _due(moment: int | None, now: int) -> str:
    if moment is None or moment - now > 400 * 86_400_000_000:  # further than any schedule: it waits for a person
        return "-"
    return "due" if moment <= now else f"in {age(now, moment)}".replace("in now", "now")
