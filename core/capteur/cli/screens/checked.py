"""What `check` found, each finding with its cure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text

from capteur.cli.failing import worst
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import cropped, fix_lines, flow, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.watching import Finding

NARROW = 50
"""Below this many cells a finding stands under its topic instead of beside it."""


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
