"""What became of the database: backed up, restored, brought up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text

from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import hint, paragraph
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house.storage import Upgraded
    from capteur.store.backup import Backup
    from capteur.store.restore import Restored

_UNITS = ("kB", "MB", "GB")


class BackedUp(Screen):
    """`capteur db backup`."""

    header: ClassVar[tuple[str, ...]] = (
        "file", "kind", "engine", "schema", "accounts", "signals", "rows", "size_bytes",
    )  # fmt: skip

    def __init__(self, made: Backup) -> None:
        self.made = made
        self.as_of = made.created_at

    def rows(self) -> Iterator[Sequence[Cell]]:
        m = self.made
        yield (
            str(m.file), m.kind, m.engine, m.schema, m.rows["account"], m.rows["signal"], sum(m.rows.values()), m.size_bytes,
        )  # fmt: skip

    def lines(self, width: int) -> Iterator[Text]:
        m = self.made
        what = f"{_held(m.rows)} at schema {m.schema} ({_size(m.size_bytes)}, verified)"
        yield from paragraph(f"Backed up {what} into {m.file}", width)


class PutBack(Screen):
    """`capteur db restore`."""

    header: ClassVar[tuple[str, ...]] = (
        "file", "made_at", "made_by", "engine", "schema_before", "schema", "accounts", "signals", "rows", "kept",
    )  # fmt: skip

    def __init__(self, restored: Restored, as_of: int) -> None:
        self.restored = restored
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        r = self.restored
        yield (
            str(r.file), r.made_at, r.made_by, r.engine, r.before, r.after, r.rows["account"], r.rows["signal"],
            sum(r.rows.values()), str(r.kept) if r.kept else None,
        )  # fmt: skip

    def notes(self) -> Iterator[str]:
        if self.restored.kept:
            yield f"what was there before is kept in {self.restored.kept}"

    def lines(self, width: int) -> Iterator[Text]:
        r = self.restored
        schema = f"schema {r.after}" if r.before == r.after else f"schema {r.before} brought to {r.after}"
        when = r.made_at.replace("T", " ").replace("+00:00", " UTC")
        yield from paragraph(f"Restored {_held(r.rows)} of {when} ({r.engine}, {schema}).", width)
        if r.kept:
            yield from paragraph(f"What was there before is kept in {r.kept}", width)
        yield from hint("is all well?", "capteur db check", width)


class BroughtUp(Screen):
    """`capteur db upgrade`."""

    header: ClassVar[tuple[str, ...]] = ("schema_before", "schema", "backup")

    def __init__(self, upgraded: Upgraded, as_of: int) -> None:
        self.upgraded = upgraded
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        u = self.upgraded
        yield (u.before, u.after, str(u.backup) if u.backup else None)

    def lines(self, width: int) -> Iterator[Text]:
        u = self.upgraded
        if u.before == u.after:
            yield from paragraph(f"The schema is {u.after} already.", width)
            return
        yield from paragraph(f"Schema {u.before} is now {u.after}.", width)
        if u.backup:
            yield from paragraph(f"As it was before, it is kept in {u.backup}", width)


def _held(rows: Mapping[str, int]) -> str:
    return f"{counted(rows['account'], 'account')} and {counted(rows['signal'], 'signal')}"


def _size(size: float) -> str:
    """`16 kB`, `1.2 MB`: decimal units, as disks are sold."""
    power = min(len(_UNITS), max(1, (len(str(int(size))) - 1) // 3))
    scaled = size / 1000**power
    return f"{scaled:.{0 if scaled >= 100 else 1}f} {_UNITS[power - 1]}"  # noqa: PLR2004  three digits say enough
