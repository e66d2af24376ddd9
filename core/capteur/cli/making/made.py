"""What `new` made, what to add to capteur.toml, and the commands that come next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rich.text import Text

from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import Step, cropped, mark, next_steps
from capteur.cli.theme import join, text, text_line


class Made(Screen):
    """`capteur new`. `made` = (path, what it is); `settings` is the table that puts the plugin to use."""

    header: ClassVar[tuple[str, ...]] = ("path", "what")

    def __init__(self, name: str, made: Sequence[Step], settings: str, steps: Sequence[Step], as_of: int) -> None:
        self.name = name
        self.made = made
        self.settings = settings
        self.steps = steps
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        yield from self.made

    def extra(self) -> Mapping[str, Any]:
        return {"name": self.name, "settings": self.settings}

    def notes(self) -> Iterator[str]:
        table = "; ".join(line for line in self.settings.splitlines() if line)
        yield f"to use it, add to capteur.toml: {table}"

    def lines(self, width: int) -> Iterator[Text]:
        size = max(len(path) for path, _ in self.made)
        for path, what in self.made:
            name = text(path, "strong")
            name.pad_right(size - name.cell_len)
            yield cropped(join(mark("ok"), text_line(" "), name, text_line("  "), text(what, "quiet")), width)
        yield Text("")
        yield text("Put it to use, in capteur.toml", "title")
        for line in self.settings.splitlines():
            yield text_line(f"  {line}", "command")
        yield Text("")
        yield text("Next", "title")
        yield from next_steps(self.steps, width)
