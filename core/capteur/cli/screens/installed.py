"""Sensors: what is configured, what is installed, what is broken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import MARKS, cropped, fix_lines, flow, hint, mark, paragraph
from capteur.cli.screens.statuses import LEVELS, WORDS
from capteur.cli.theme import join, text, text_line
from capteur.clock import format_duration, parse_duration
from capteur.wording import age, iso

if TYPE_CHECKING:
    from capteur.house.cards import DelayCard, OptionCard, SensorCard

SHAPES = {
    "feed": "one read for all accounts",
    "account": "looks at each account",
    "push": "receives deliveries",
    "": "",
}


class Sensors(Screen):
    """`capteur sensors list`, and with one card `capteur sensors show`."""

    header: ClassVar[tuple[str, ...]] = (
        "name",
        "use",
        "shape",
        "state",
        "every",
        "kinds",
        "last_ok",
        "origin",
        "doc",
        "error",
        "fix",
    )

    def __init__(self, cards: Sequence[SensorCard], as_of: int, *, full: bool = False) -> None:
        self.cards = cards
        self.as_of = as_of
        self.full = full

    def rows(self) -> Iterator[Sequence[Cell]]:
        for c in self.cards:
            kinds = ", ".join(kind.name for kind in c.kinds)
            yield (
                c.name,
                c.use,
                c.shape,
                c.state,
                _every(c),
                kinds,
                iso(c.last_ok),
                c.origin,
                _first(c.doc),
                c.error,
                c.fix,
            )

    def items(self) -> Iterable[Mapping[str, Any]]:
        for card, row in zip(self.cards, self.rows(), strict=True):
            item = dict(zip(self.header, row, strict=True))
            kinds = [
                {"name": k.name, "words": k.words(1), "could_also_mean": k.could_also_mean, "grows": k.grows}
                for k in card.kinds
            ]
            options = [
                {"name": o.name, "type": o.type, "value": o.default, "secret": o.secret, "doc": o.doc}
                for o in card.options
            ]
            delays = [
                {
                    "kind": d.kind,
                    "measured": d.measured,
                    "p50_s": _seconds(d.p50),
                    "p99_s": _seconds(d.p99),
                    "beyond_overlap": d.is_lost,
                }
                for d in card.delays
            ]
            overlap = format_duration(card.overlap) if card.overlap is not None else None
            yield {
                **item,
                "kinds": kinds,
                "options": options,
                "doc": card.doc,
                "overlap": overlap,
                "delays": delays,
            }

    def lines(self, width: int) -> Iterator[Text]:
        if self.full:
            for card in self.cards:
                yield from _card(card, self.as_of, width)
            return
        if not self.cards:
            yield text_line("No sensor is installed.")
            return
        shown = self.cards
        states = [text(WORDS.get(c.state, c.state), MARKS[_level(c)][1]) for c in shown]
        laid = grid(
            [
                Column("", [mark(_level(c)) for c in shown]),
                Column("sensor", [text(c.name, "strong") for c in shown], least=12, most=30),
                Column("use", [text(c.use if c.use != c.name else "", "quiet") for c in shown], drop=5),
                Column("state", states),
                Column("every", [text(_every(c)) for c in shown], right=True, drop=2),
                Column(
                    "detects",
                    [text(", ".join(kind.name for kind in c.kinds)) for c in shown],
                    least=18,
                    most=60,
                    drop=3,
                ),
                Column("from", [text(c.origin, "quiet") for c in shown], drop=4, least=20, most=32),
                Column("", [text(_first(c.doc), "quiet") for c in shown], drop=6, least=44, most=70),
            ],
            width,
        )
        yield laid.head
        for card, line in zip(shown, laid.rows, strict=True):
            yield line
            if card.error and card.state in ("broken", "parked", "quarantined"):
                yield from paragraph(card.error, width, indent=3)
                yield from fix_lines(card.fix, width, indent=3) if card.fix else ()
        yield Text("")
        yield from hint("one of them in full", f"capteur sensors show {shown[0].name}", width)


def _level(card: SensorCard) -> str:
    return "idle" if card.state == "not used" else LEVELS.get(card.state, "warn")


def _every(card: SensorCard) -> str:
    return format_duration(card.every) if card.every else ""


def _first(doc: str) -> str:
    return doc.strip().partition("\n")[0]


def _card(card: SensorCard, as_of: int, width: int) -> Iterator[Text]:
    state = text(WORDS.get(card.state, card.state), MARKS[_level(card)][1])
    yield from flow(
        [
            text(card.name, "title"),
            text(f"uses {card.use}" if card.use != card.name else "", "quiet"),
            text(card.origin, "quiet"),
            state,
        ],
        width,
        gap=2,
    )
    ran = (
        f", last good run {age(card.last_ok, as_of)} ago".replace("now ago", "just now")
        if card.last_ok is not None
        else ""
    )
    rhythm = [SHAPES.get(card.shape, card.shape), f"every {_every(card)}" if _every(card) else ""]
    yield from paragraph(", ".join(word for word in rhythm if word) + ran, width, "quiet")
    if card.error:
        yield from paragraph(card.error, width, "warn")
        yield from fix_lines(card.fix, width) if card.fix else ()
    if card.doc:
        yield Text("")
        for block in card.doc.split("\n\n"):
            yield from paragraph(" ".join(block.split()), width)
    if card.kinds:
        yield Text("")
        laid = grid(
            [
                Column("detects", [text(kind.name, "strong") for kind in card.kinds]),
                Column("in words", [text(kind.words(1)) for kind in card.kinds], drop=1, least=12),
                Column(
                    "could also mean", [text(kind.could_also_mean, "quiet") for kind in card.kinds], drop=2, least=20
                ),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows
    if card.delays and card.overlap is not None:
        yield Text("")
        yield from _delays(card.delays, card.overlap, width)
    if card.options:
        yield Text("")
        yield from _options(card.options, width)
    if card.state == "not used":
        yield Text("")
        yield cropped(
            join(text("to use it, add to capteur.toml", "quiet"), text(f"[sensors.{card.name}]", "command"), gap="  "),
            width,
        )


def _delays(delays: Sequence[DelayCard], overlap: timedelta, width: int) -> Iterator[Text]:
    """How late facts are known, beside how far a run looks back for them."""
    shown = [d for d in delays if d.p99 is not None]
    if shown:
        laid = grid(
            [
                Column("known after", [text(d.kind, "strong") for d in shown]),
                Column("half", [text(_about(d.p50)) for d in shown], right=True),
                Column("99 of 100", [text(_about(d.p99), "warn" if d.is_lost else "") for d in shown], right=True),
                Column("measured", [text(str(d.measured), "quiet") for d in shown], right=True, drop=1),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows
    waiting = [f"{d.kind} ({d.measured})" if d.measured else d.kind for d in delays if d.p99 is None]
    if waiting:
        words = f"Not measured often enough yet, how late they are known: {', '.join(waiting)}."
        yield from paragraph(words, width, "quiet")
    yield from paragraph(
        f"A run looks back {format_duration(overlap)} before the newest it knows (overlap).", width, "quiet"
    )
    lost = [d.kind for d in shown if d.is_lost]
    if lost:
        yield from paragraph(f"What is known later than that is lost: some of {', '.join(lost)}.", width, "warn")


def _about(span: timedelta | None) -> str:
    """As exact as it was measured, within 5 %."""
    if not span:
        return "at once"
    steps = (("10d", "1d"), ("10h", "1h"), ("1h", "10m"), ("1m", "1m"), ("1s", "1s"))
    step = next((parse_duration(by) for least, by in steps if span >= parse_duration(least)), span)
    return format_duration(round(span / step) * step)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)


def _options(options: Sequence[OptionCard], width: int) -> Iterator[Text]:
    """Each option with its value; what it is for stands below, in full."""
    yield text("options", "head")
    size = max(len(o.name) for o in options)
    for o in options:
        value = text("has to be given", "warn") if o.default is None else text(o.default)
        yield from flow([text_line(o.name.ljust(size), "strong"), value, text(o.type, "quiet")], width, gap=2, indent=2)
        if o.doc:
            yield from paragraph(o.doc, width, "quiet", indent=2)
