"""The signals themselves, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import cropped, hint, paragraph
from capteur.cli.theme import join, linked, text, text_line
from capteur.wording import counted, iso, label, safe

if TYPE_CHECKING:
    from capteur.kinds import Kind
    from capteur.store.shapes import SignalRow

WIDE = 140
NARROW = 60
"""Below it the hour goes rather than the account: a signal of nobody says nothing."""


class Signals(Screen):
    """`capteur signals`. `one` when they are of one account, whose name then needs no column."""

    header: ClassVar[tuple[str, ...]] = (
        "occurred_at", "account", "kind", "summary", "strength", "evidence_url", "sensor", "detected_at", "known_at", "known_assumed",
        "revoked_at", "revoked_reason", "topic", "event", "key",
    )  # fmt: skip

    def __init__(
        self,
        signals: Sequence[SignalRow],
        as_of: int,
        *,
        kinds: Mapping[str, Kind],
        one: str | None = None,
        more: bool = False,
    ) -> None:
        self.signals = signals
        self.as_of = as_of
        self.kinds = kinds
        self.one = one
        self.more = more

    def rows(self) -> Iterator[Sequence[Cell]]:
        for s in self.signals:
            yield (
                _when(s), s.account, s.kind, s.summary, round(s.strength, 4), s.evidence_url, s.scope, iso(s.detected_at), iso(s.known_at),
                s.known_assumed, iso(s.revoked_at), s.revoked_reason, s.topic, s.event, s.key,
            )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        for s, row in zip(self.signals, self.rows(), strict=True):
            yield {**dict(zip(self.header, row, strict=True)), "strength": s.strength, "data": s.data}

    def lines(self, width: int) -> Iterator[Text]:
        if not self.signals:
            yield text_line("No signal." if self.one is None else f"No signal of {safe(self.one)}.")
            yield from hint("how the sensors are doing", "capteur status", width)
            return
        shown, wide, narrow = self.signals, width >= WIDE, width < NARROW
        links = [
            linked(_address(s.evidence_url), s.evidence_url, "quiet") if s.evidence_url else Text("") for s in shown
        ]
        laid = grid(
            [
                Column(
                    "when",
                    [text(_when(s).replace("T", " ")[: 10 if s.by_day or narrow else 16], "quiet") for s in shown],
                ),
                Column(
                    "account", [text(s.account if self.one is None else "") for s in shown], drop=1, least=14, most=30
                ),
                Column("what", [_what(s, self.kinds) for s in shown], least=16 if narrow else 26, most=90, first=True),
                Column(
                    "strength",
                    [text(f"{s.strength:.2f}" if s.strength < 1 else "", "quiet") for s in shown],
                    right=True,
                    drop=4,
                ),
                Column("sensor", [text(s.scope, "quiet") for s in shown], drop=3, most=16),
                *([Column("evidence", links, drop=2, least=30, most=64)] if wide else []),
            ],
            width,
        )
        yield laid.head
        for line, link in zip(laid.rows, links, strict=True):
            yield line
            if not wide and self.one is not None and link.plain:
                yield cropped(join(text_line(" " * laid.starts["what"]), link), width)
        yield Text("")
        more = "; --limit shows more" if self.more else ""
        yield from paragraph(f"{counted(len(shown), 'signal')}{more}. Times are UTC.", width, "quiet")


def _when(signal: SignalRow) -> str:
    moment = iso(signal.occurred_at) or ""
    return moment[:10] if signal.by_day else moment


def _what(signal: SignalRow, kinds: Mapping[str, Kind]) -> Text:
    words = label(signal.kind, 1, kinds)
    what = text(
        f"{words}: {signal.summary}" if signal.summary else words, "quiet" if signal.revoked_at is not None else ""
    )
    if signal.revoked_at is not None:
        what = join(text("revoked", "warn"), what, gap=" ")
    return what


def _address(url: str) -> str:
    return safe(url).partition("://")[2].removeprefix("www.").rstrip("/")
