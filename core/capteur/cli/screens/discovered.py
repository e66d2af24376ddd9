"""Companies nobody listed: who they are, why they might matter, and how to put one on the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import cropped, hint, likely, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import age, counted, iso, points, rounded, stamp

if TYPE_CHECKING:
    from capteur.ranking import Discoveries, Found

NARROW = 118
"""Below this many cells the sentence stands under the company instead of beside it."""


class Discovered(Screen):
    """`capteur accounts discovered`. `discover` are the sensors that may find such companies."""

    header: ClassVar[tuple[str, ...]] = (
        "rank", "company", "name", "intent", "low", "high", "evidence", "why_now", "newest", "sources", "facts", "add",
    )  # fmt: skip

    def __init__(self, found: Discoveries, *, discover: Sequence[str] = (), narrowed: bool = False) -> None:
        self.discoveries = found
        self.as_of = found.as_of
        self.discover = discover
        self.narrowed = narrowed

    def rows(self) -> Iterator[Sequence[Cell]]:
        for found in self.discoveries.found:
            row, estimate = found.row, found.row.estimate
            numbers = [None if v is None else rounded(v) for v in (estimate.intent, estimate.low, estimate.high)]
            yield (
                row.rank, row.account.label, row.account.name, *numbers, estimate.evidence, row.why, iso(row.newest),
                ", ".join(found.sources), _facts(found), found.adoption,
            )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        from capteur.ranking import item

        d = self.discoveries
        return [
            {
                **item(found.row, model=d.model, estimator=d.estimator, version=d.version, as_of=d.as_of),
                "domain": found.row.account.domain,
                "reference": found.row.account.reference,
                "why_now": found.row.why,
                "newest": iso(found.row.newest),
                "sources": list(found.sources),
                "facts": dict(found.row.account.facts),
                "add": found.adoption,
            }
            for found in d.found
        ]

    def extra(self) -> Mapping[str, Any]:
        d = self.discoveries
        return {"model": d.model, "matching": d.matching, "total": d.total, "discover": list(self.discover)}

    def notes(self) -> Iterator[str]:
        if not self.discoveries.total and not self.discover:
            yield 'no sensor may discover companies: capteur.toml, [accounts] discover = ["funding"]'

    def lines(self, width: int) -> Iterator[Text]:
        found = self.discoveries.found
        if not found:
            yield from self._nobody(width)
            return
        narrow = width < NARROW
        laid = grid(_columns(found, self.as_of, narrow=narrow), width)
        yield laid.head
        for one, line in zip(found, laid.rows, strict=True):
            yield line
            if narrow and one.row.why:
                yield cropped(join(text_line(" " * laid.starts["company"]), text(one.row.why)), width)
        yield Text("")
        yield from self._foot(width)

    def _foot(self, width: int) -> Iterator[Text]:
        d = self.discoveries
        yield from paragraph(" ".join(self._counts()), width)
        yield from paragraph(
            "They are ranked apart: sensors that look at each account do not look at them.", width, "quiet"
        )
        yield from hint("the first is for your list?", d.found[0].adoption, width)
        yield cropped(text(f"{d.model}: {d.estimator} {d.version}, as of {stamp(d.as_of)}", "quiet"), width)

    def _counts(self) -> Iterator[str]:
        d = self.discoveries
        if self.narrowed:
            yield f"{len(d.found)} of {counted(d.total, 'company', 'companies')} that nobody listed."
        else:
            yield f"{counted(d.total, 'company', 'companies')} that nobody listed."
            if len(d.found) < d.total:
                yield f"These are the first {len(d.found)}."

    def _nobody(self, width: int) -> Iterator[Text]:
        d = self.discoveries
        if d.total:
            narrowed = "matches." if self.narrowed else "has a number."
            yield text_line(f"None of {counted(d.total, 'discovered company', 'discovered companies')} {narrowed}")
        elif self.discover:
            yield text_line("No company has been discovered yet.", "title")
            yield from paragraph(f"These sensors may find some: {', '.join(self.discover)}.", width)
            yield from hint("let them look", "capteur run", width)
        else:
            yield text_line("No sensor may discover companies.", "title")
            words = (
                "A sensor of the whole market names companies that are not on your list. Say which may propose them:"
            )
            yield from paragraph(words, width)
            yield from hint("capteur.toml, [accounts]", 'discover = ["funding"]', width)


def _columns(found: Sequence[Found], as_of: int, *, narrow: bool) -> list[Column]:
    rows = [one.row for one in found]
    why = [] if narrow else [Column("why now", [text(row.why) for row in rows], least=40, most=90, first=True)]
    return [
        Column("#", [text(row.rank or "", "quiet") for row in rows], right=True),
        Column("company", [text(row.account.name, "strong") for row in rows], least=22, most=36),
        Column("intent", [text(points(row.estimate.intent), "strong") for row in rows], right=True),
        Column("likely", [text(likely(row.estimate), "quiet") for row in rows], drop=2),
        *why,
        Column(
            "newest",
            [text(age(row.newest, as_of) if row.newest is not None else "", "quiet") for row in rows],
            right=True,
            drop=3,
        ),
        Column("from", [text(", ".join(one.sources), "quiet") for one in found], drop=1, least=8, most=20),
        Column("facts", [text(_values(one), "quiet") for one in found], drop=4, least=16, most=40),
        Column("known as", [text(row.account.label, "quiet") for row in rows], least=21, most=32),
    ]


def _known(found: Found) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in sorted(found.row.account.facts.items()) if value is not None]


def _facts(found: Found) -> str:
    return ", ".join(f"{name} {value}" for name, value in _known(found))


def _values(found: Found) -> str:
    """Without their names, which say little that the values do not."""
    return ", ".join(str(value) for _, value in _known(found))
