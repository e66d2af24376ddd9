"""One account in full: what makes its number, line by line, and what the number would be without news."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import GAP, Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import (
    change,
    coverage,
    coverage_notes,
    cropped,
    flow,
    hint,
    likely,
    paragraph,
    rail,
)
from capteur.cli.theme import MINUS, join, linked, text, text_line
from capteur.wording import (
    EVIDENCE_WORDS,
    STATUS_SENTENCES,
    age,
    ago,
    counted,
    day,
    iso,
    label,
    points,
    rounded,
    signed,
    stamp,
)

if TYPE_CHECKING:
    from capteur.ranking import Explanation, Line

MOST = 12
"""So many lines are told one by one; the rest, all smaller, is summed up in one."""
READINGS = 5
"""Of so many kinds, the strongest, it is told what else they could mean; of all of them where every line is told."""
BAR = 12
SMALL = 72
NARROW = 140
_SPARKS = "▁▂▃▄▅▆▇█"
_SMALL = 0.05
_UNLISTED = {"discovered": "discovered, not on your list", "unmatched": "no account answers to it"}


class Explained(Screen):
    """`capteur explain`. `every` tells all lines one by one."""

    header: ClassVar[tuple[str, ...]] = (
        "points",
        "what",
        "kind",
        "occurred_at",
        "kept",
        "sensor",
        "evidence_url",
        "could_also_mean",
        "signal",
    )

    def __init__(self, explanation: Explanation, *, every: bool = False) -> None:
        self.told = explanation
        self.as_of = explanation.as_of
        self.every = every
        self.parts = sorted(explanation.row.lines, key=_order)

    def rows(self) -> Iterator[Sequence[Cell]]:
        for line in self.parts:
            what, kept = line.label, round(line.kept, 3)
            yield (
                line.shown,
                what,
                line.kind,
                iso(line.occurred_at),
                kept,
                line.sensor,
                line.evidence_url,
                line.could_also_mean,
                line.signal,
            )

    def items(self) -> Iterable[Mapping[str, Any]]:
        from capteur.ranking import item

        t = self.told
        return [item(t.row, model=t.model, estimator=t.estimator, version=t.version, as_of=t.as_of)]

    def extra(self) -> Mapping[str, Any]:
        t = self.told
        return {
            "line": t.line,
            "forecast": [{"at": iso(at), "intent": value} for at, value in t.forecast],
            "neutral": dict(t.neutral),
            "vetoes": [
                {"label": line.label, "kind": line.kind, "occurred_at": iso(line.occurred_at)} for line in t.vetoes
            ],
        }

    def notes(self) -> Iterator[str]:
        estimate = self.told.row.estimate
        yield f"{self.told.row.account.label}: intent {points(estimate.intent)}, {estimate.status}, {estimate.evidence} evidence"
        yield from coverage_notes(self.told.coverage, self.as_of)

    def lines(self, width: int) -> Iterator[Text]:
        yield from self._head(width)
        for part in (self._why, self._vetoes, self._made_of, self._beside, self._future, self._foot):
            block = list(part(width))
            if block:
                yield Text("")
                yield from block

    def _head(self, width: int) -> Iterator[Text]:
        row, estimate = self.told.row, self.told.row.estimate
        domain = row.account.label if row.account.label != row.account.name else ""
        place = f"rank {row.rank}" if row.rank is not None else _UNLISTED.get(row.account.state, "")
        owner = f"owner {row.owner}" if row.owner else ""
        name = [text(row.account.name, "title"), text(domain, "quiet"), text(place, "quiet"), text(owner, "quiet")]
        yield from flow(name, width, gap=2)
        if estimate.intent is None:
            yield from paragraph(f"No number: {STATUS_SENTENCES[estimate.status]}.", width)
            return
        number = join(text("intent", "quiet"), text(points(estimate.intent), "strong"), text("of 10", "quiet"), gap=" ")
        range_ = text(f"likely {likely(estimate)}" if likely(estimate) else "")
        worth = text(f"({EVIDENCE_WORDS[estimate.evidence]})", "quiet")
        evidence = join(text(f"{estimate.evidence} evidence"), worth, gap=" ")
        moved = join(change(row.change), text("in 7 days", "quiet"), gap=" ") if row.change is not None else Text("")
        trend = text(estimate.trend if estimate.trend in ("rising", "falling") else "", "quiet")
        yield from flow([number, rail(estimate, self.told.line), range_, evidence, moved, trend], width)

    def _why(self, width: int) -> Iterator[Text]:
        if self.told.row.why:
            yield from paragraph(self.told.row.why, width)

    def _vetoes(self, width: int) -> Iterator[Text]:
        for line in self.told.vetoes:
            when = f", {ago(line.occurred_at, self.as_of)}" if line.occurred_at is not None else ""
            reason = line.label.partition(": ")[2] or line.label
            yield from paragraph(
                f"Vetoed: {reason}{when}. The evidence is still computed; the number stays 0.", width, "warn"
            )

    def _made_of(self, width: int) -> Iterator[Text]:
        largest = sorted(self.parts, key=lambda line: -abs(line.intent))
        shown = self.parts if self.every else sorted(largest[:MOST], key=_order)
        if not shown:
            return
        narrow = width < NARROW
        laid = grid(self._columns(shown, width), width)
        yield laid.head
        for part, line in zip(shown, laid.rows, strict=True):
            yield line
            if narrow and part.evidence_url:
                yield cropped(
                    join(
                        text_line(" " * laid.starts["what"]),
                        linked(_address(part.evidence_url), part.evidence_url, "quiet"),
                    ),
                    width,
                )
        rest = largest[len(shown) :]
        if rest:
            left = rounded(sum(line.shown for line in rest))
            words = text(f"{counted(len(rest), 'smaller signal')}; capteur explain --all tells each", "quiet")
            yield cropped(join(text_line(_points(left)), words, gap=" " * GAP), width)
        yield text_line("──────", "rail")
        total = points(self.told.row.estimate.intent)
        yield cropped(
            join(
                text_line(total.rjust(6), "strong"),
                text("the intent, exactly the sum of the lines", "quiet"),
                gap=" " * GAP,
            ),
            width,
        )

    def _columns(self, shown: Sequence[Line], width: int) -> list[Column]:
        most = max((abs(line.shown) for line in shown), default=0.0) or 1.0
        longest = BAR if width >= SMALL else BAR // 2
        bars = [_bar(line.shown, most, longest) for line in shown]
        urls = [linked(_address(line.evidence_url or ""), line.evidence_url, "quiet") for line in shown]
        ages = [text(age(line.occurred_at, self.as_of) if line.occurred_at is not None else "") for line in shown]
        return [
            Column("points", [text_line(_points(line.shown), "down" if line.shown < 0 else "") for line in shown]),
            Column("", bars, drop=1),
            Column("what", [text(line.label) for line in shown], least=28, most=72, first=True),
            Column("age", ages, right=True),
            Column(
                "kept",
                [text(f"{line.kept:.0%}" if line.kept < 1 else "", "quiet") for line in shown],
                right=True,
                drop=2,
            ),
            Column("sensor", [text(line.sensor or "", "quiet") for line in shown], drop=3, most=16),
            *([Column("evidence", urls, drop=4, least=32, most=64)] if width >= NARROW else []),
        ]

    def _beside(self, width: int) -> Iterator[Text]:
        """The two channels, the readings one should keep in mind, and what was seen but says nothing."""
        estimate = self.told.row.estimate
        asks = [line for line in self.parts if line.kind.startswith("ask.")]
        if estimate.ask > _SMALL:
            yield from paragraph(
                f"They asked: that alone makes {points(estimate.ask)}, their signals alone {points(estimate.inferred)}; both together {points(estimate.intent)}.",
                width,
            )
            for line in asks[:3]:
                when = ago(line.occurred_at, self.as_of) if line.occurred_at is not None else ""
                told = [line.label, when, _address(line.evidence_url or "")]
                yield from paragraph(", ".join(part for part in told if part), width, "quiet", indent=2)
        also: dict[str, str] = {}
        for line in self.parts:
            if line.could_also_mean and line.kind not in also and (self.every or len(also) < READINGS):
                also[line.kind] = f"{label(line.kind, 1)}: {line.could_also_mean}"
        if also:
            yield from paragraph(f"Could also mean: {'; '.join(also.values())}.", width, "quiet")
        if self.told.neutral:
            counts = ", ".join(
                label(kind, count) for kind, count in sorted(self.told.neutral.items(), key=lambda kv: (-kv[1], kv[0]))
            )
            yield from paragraph(f"Seen, not scored: {counts}.", width, "quiet")

    def _future(self, width: int) -> Iterator[Text]:
        estimate, told = self.told.row.estimate, self.told.forecast
        if not told or estimate.intent is None or estimate.status == "vetoed":
            return
        values = [estimate.intent, *(value for _, value in told)]
        highest = max(values) or 1.0
        steps = "".join(_SPARKS[max(0, min(7, round(value / highest * 8) - 1))] for value in values)
        head = join(text("If nothing new"), text(steps, "bar"), gap="   ")
        path = _path(estimate.intent, told, self.told.line, self.as_of)
        if head.cell_len + 3 + len(path) <= width:
            yield join(head, path, gap="   ")
        else:
            yield cropped(head, width)
            yield from paragraph(path, width)
        if estimate.damp < 1 - 1e-9:
            yield from paragraph(
                "The intent can rise without any news: something speaks against this account (a damp), and it fades too.",
                width,
                "quiet",
            )

    def _foot(self, width: int) -> Iterator[Text]:
        t = self.told
        if t.row.account.state in _UNLISTED:
            yield from self._unlisted(width)
        else:
            yield from coverage(t.coverage, t.as_of, width)
        if t.row.estimate.low is not None:
            yield from paragraph("The range is the prior's 80 %; no backtest has calibrated it yet.", width, "quiet")
        yield cropped(text(f"{t.model}: {t.estimator} {t.version}, as of {stamp(t.as_of)}", "quiet"), width)
        yield cropped(
            join(text("signals", "quiet"), text(f"capteur signals {t.row.account.label}", "command"), gap="  "), width
        )

    def _unlisted(self, width: int) -> Iterator[Text]:
        """Who looks at a company that is not on the list: nobody but feeds that could name it."""
        from capteur.ranking import adoption

        states = self.told.row.coverage or {}
        ok = [name for name, state in states.items() if state == "ok"]
        rest = [name for name, state in states.items() if state != "ok"]
        others = f"; not by {', '.join(rest)}" if rest else ""
        yield from paragraph(f"Watched by {', '.join(ok) or 'nobody'}{others}.", width, "quiet")
        yield from hint("is it for your list?", adoption(self.told.row.account), width)


def _order(line: Line) -> tuple[bool, float]:
    """What speaks for the account before what speaks against it, the larger first."""
    return line.intent < 0, -abs(line.intent)


def _points(value: float) -> str:
    return signed(value).replace("-", MINUS).rjust(6)


def _bar(value: float, most: float, longest: int) -> Text:
    cells = max(1, round(abs(value) / most * longest)) if value else 0
    return text_line("━" * cells, "down" if value < 0 else "bar")


def _address(url: str) -> str:
    """A URL as people read it: without the scheme."""
    return text(url).plain.partition("://")[2].removeprefix("www.").rstrip("/")


def _path(intent: float, told: Sequence[tuple[int, float]], line: float | None, as_of: int) -> str:
    """Where the number goes by itself: "7.1 by 4 Dec, 6.0 by 11 Dec (below your line), 3.9 by 15 Jan"."""
    crossing = next((point for point in told if line is not None and intent >= line > point[1]), None)
    chosen = sorted({told[min(1, len(told) - 1)], *((crossing,) if crossing else ()), told[-1]})
    steps = [
        f"{points(value)} by {day(at, as_of)}"
        + (" (below your line)" if crossing is not None and at == crossing[0] else "")
        for at, value in chosen
    ]
    return ", ".join(steps)
