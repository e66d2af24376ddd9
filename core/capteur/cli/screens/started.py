"""What `init` made, and the commands that come next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.listed import Imported
from capteur.cli.screens.parts import Step, cropped, mark, next_steps, paragraph
from capteur.cli.theme import join, text, text_line

if TYPE_CHECKING:
    from capteur.roster import ImportReport


class Started(Screen):
    """`capteur init`. `made` = (path, what it is for); `report` is None when there was no list to import."""

    header: ClassVar[tuple[str, ...]] = ("path", "what")

    def __init__(
        self, made: Sequence[Step], report: ImportReport | None, steps: Sequence[Step], as_of: int, *, contact: bool
    ) -> None:
        self.made = made
        self.report = report
        self.steps = steps
        self.as_of = as_of
        self.contact = contact

    def rows(self) -> Iterator[Sequence[Cell]]:
        yield from self.made

    def extra(self) -> Mapping[str, Any]:
        if self.report is None:
            return {}
        imported = Imported(self.report, "accounts.csv", self.as_of)
        return {"accounts": {**imported.extra(), "left_out": [dict(item) for item in imported.items()]}}

    def notes(self) -> Iterator[str]:
        if self.report is not None:
            yield from Imported(self.report, "accounts.csv", self.as_of).notes()
            yield from (f"line {line}: {reason}" for line, reason in self.report.bad)

    def lines(self, width: int) -> Iterator[Text]:
        size = max(len(path) for path, _ in self.made)
        for path, what in self.made:
            if self.report is None or path != "accounts.csv":
                name = text(path, "strong")
                name.pad_right(size - name.cell_len)
                yield cropped(join(mark("ok"), text_line(" "), name, text_line("  "), text(what, "quiet")), width)
        if self.report is not None:
            yield from Imported(self.report, "accounts.csv", self.as_of).lines(width)
        if not self.contact:
            yield from paragraph(
                "! [web] contact is empty: sites like to know who asks. Put your e-mail address there.",
                width,
                "warn",
                indent=2,
                first=0,
            )
        yield Text("")
        yield text("Next", "title")
        yield from next_steps(self.steps, width)
