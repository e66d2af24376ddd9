"""The list: whom to call, and why now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import (
    SCALE,
    change,
    coverage,
    coverage_notes,
    cropped,
    hint,
    likely,
    next_steps,
    paragraph,
    rail,
    status_counts,
)
from capteur.cli.theme import join, text, text_line
from capteur.wording import STATUS_SENTENCES, STATUS_WORDS, age, counted, iso, points, rounded, safe, stamp

if TYPE_CHECKING:
    from capteur.ranking import Ranking, Row

NARROW = 118
"""Below this many cells the sentence stands under the account instead of beside it: it is what the reader came for."""


class Ranked(Screen):
    """`capteur rank`. `everyone` also lists the accounts without a place, with the reason."""

    header: ClassVar[tuple[str, ...]] = (
        "rank",
        "account",
        "name",
        "status",
        "intent",
        "low",
        "high",
        "evidence",
        "change_7d",
        "trend",
        "fits",
        "why_now",
        "newest",
        "owner",
    )

    def __init__(
        self, ranking: Ranking, *, sort: str = "intent", everyone: bool = False, filtered: bool = False
    ) -> None:
        self.ranking = ranking
        self.as_of = ranking.as_of
        self.sort = sort
        self.everyone = everyone
        self.filtered = filtered
        self.numbered = [row for row in ranking.rows if row.rank is not None]
        self.others = [row for row in ranking.rows if row.rank is None] if everyone else []

    def fits(self, row: Row) -> bool | None:
        """Whether the account is within the capacity; None when there is no line."""
        if self.ranking.line is None or row.rank is None or row.estimate.intent is None:
            return None
        return row.rank <= self.ranking.above if self.sort == "intent" else row.estimate.intent >= self.ranking.line

    def rows(self) -> Iterator[Sequence[Cell]]:
        for row in [*self.numbered, *self.others]:
            estimate = row.estimate
            numbers = [None if v is None else rounded(v) for v in (estimate.intent, estimate.low, estimate.high)]
            yield (
                row.rank, row.account.label, row.account.name, estimate.status, *numbers, estimate.evidence,
                None if row.change is None else rounded(row.change), estimate.trend, self.fits(row), row.why, iso(row.newest), row.owner,
            )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        from capteur.ranking import item

        r = self.ranking
        return [
            item(row, model=r.model, estimator=r.estimator, version=r.version, as_of=r.as_of)
            for row in [*self.numbered, *self.others]
        ]

    def extra(self) -> Mapping[str, Any]:
        r = self.ranking
        return {
            "model": r.model,
            "capacity": r.capacity,
            "line": r.line,
            "above": r.above,
            "total": r.total,
            "statuses": dict(r.statuses),
            "discovered": {"companies": r.discovered, "best": r.best},
            "asking": [account.label for account in r.asking],
        }

    def notes(self) -> Iterator[str]:
        if outside := status_counts(self.ranking.statuses):
            yield f"not in the list: {outside}"
        for words, command in _asking(self.ranking):
            yield f"{words}: {command}"
        if self.ranking.discovered:
            yield f"{_apart(self.ranking)}: capteur accounts discovered"
        yield from coverage_notes(self.ranking.coverage, self.as_of)

    def lines(self, width: int) -> Iterator[Text]:
        if not self.ranking.total:
            yield from _nothing(width)
            return
        if self.numbered:
            yield from self._list(width)
        elif self.filtered:
            yield text_line("No account matches.")
        else:
            yield from self._silence(width)
        if self.others:
            yield Text("")
            yield from _without(self.others, width)
        yield Text("")
        yield from self._foot(width)

    def _list(self, width: int) -> Iterator[Text]:
        shown = self.numbered
        narrow = width < NARROW
        laid = grid(_columns(self, narrow=narrow), width)
        yield laid.head
        cut = self.ranking.above if self.sort == "intent" and self.ranking.line is not None else -1
        above = True
        for row, line in zip(shown, laid.rows, strict=True):
            if above and row.rank is not None and 0 <= cut < row.rank:
                above = False
                yield _cut(self.ranking, laid.width)
            yield line
            if narrow and row.why:
                yield cropped(join(text_line(" " * laid.starts["account"]), text(row.why)), width)
        if above and 0 <= cut == len(shown):
            yield _cut(self.ranking, laid.width)

    def _silence(self, width: int) -> Iterator[Text]:
        yield text_line(f"{counted(self.ranking.total, 'account')}, and no number yet.", "title")
        ran = any(part.last_ok is not None for part in self.ranking.coverage)
        if not self.ranking.coverage:
            words, command = "No sensor is configured, so nobody looks.", "capteur sensors list"
        elif ran:
            words, command = "The sensors have looked and found nothing that says intent.", "capteur status"
        else:
            words, command = "No sensor has had a good run yet.", "capteur run; capteur status"
        yield from paragraph(words, width)
        yield from hint("next", command, width)

    def _foot(self, width: int) -> Iterator[Text]:
        r = self.ranking
        if self.numbered:
            yield from paragraph(" ".join(_summary(r, self.numbered, filtered=self.filtered)), width)
        if (outside := status_counts(r.statuses)) and not self.others:
            yield from paragraph(f"Not in the list: {outside}.", width, "quiet")
            yield from hint("all of them", "capteur rank --all", width)
        for words, command in _asking(r):
            yield from hint(words, command, width)
        if r.discovered:
            yield from hint(_apart(r), "capteur accounts discovered", width)
        yield from coverage(r.coverage, r.as_of, width)
        yield cropped(text(f"{r.model}: {r.estimator} {r.version}, as of {stamp(r.as_of)}", "quiet"), width)


def _columns(screen: Ranked, *, narrow: bool) -> list[Column]:
    shown, line, as_of = screen.numbered, screen.ranking.line, screen.as_of
    weight = ["" if screen.fits(row) is False else "strong" for row in shown]
    domains = [row.account.label if row.account.label != row.account.name else "" for row in shown]
    trend = [text(row.estimate.trend if screen.sort == "trend" else "", "quiet") for row in shown]
    why = [] if narrow else [Column("why now", [text(row.why) for row in shown], least=56, most=90, first=True)]
    return [
        Column("#", [text(row.rank or "", "quiet") for row in shown], right=True),
        Column("account", [text(row.account.name, w) for row, w in zip(shown, weight, strict=True)], least=22, most=36),
        Column("", [text(domain, "quiet") for domain in domains], drop=8, least=14, most=28),
        Column(
            "intent", [text(points(row.estimate.intent), w) for row, w in zip(shown, weight, strict=True)], right=True
        ),
        Column(SCALE, [rail(row.estimate, line) for row in shown], drop=5),
        Column("likely", [text(likely(row.estimate), "quiet") for row in shown], drop=6),
        Column(
            "evidence",
            [text(row.estimate.evidence, "quiet" if row.estimate.evidence == "thin" else "") for row in shown],
            drop=2,
        ),
        Column("7 days", [change(row.change) for row in shown], right=True, drop=1),
        Column("trend", trend, drop=3),
        *why,
        Column(
            "newest",
            [text(age(row.newest, as_of) if row.newest is not None else "", "quiet") for row in shown],
            right=True,
            drop=4,
        ),
        Column("owner", [text(row.owner or "") for row in shown], drop=7, least=10, most=20),
    ]


def _cut(ranking: Ranking, width: int) -> Text:
    """The line across the list."""
    words = f" your line: {counted(ranking.capacity or 0, 'account')} a week, {points(ranking.line)} and above "
    return cropped(text_line(f"──{words}".ljust(width, "─"), "bar"), width)


def _summary(ranking: Ranking, shown: Sequence[Row], *, filtered: bool) -> Iterator[str]:
    numbered = sum(ranking.statuses.get(status, 0) for status in ("scored", "declared"))
    if filtered and len(shown) != numbered:
        yield f"{counted(len(shown), 'account')} of {numbered} with a number shown."
    else:
        yield f"{numbered} of {counted(ranking.total, 'account')} {'has' if numbered == 1 else 'have'} a number."
        if len(shown) < numbered:
            yield f"These are the first {len(shown)}; --top {numbered} shows all."
    if ranking.line is None:
        return
    if ranking.capacity is not None and numbered < ranking.capacity:
        room = ranking.capacity - numbered
        yield f"Your team can take {ranking.capacity}: there is room for {room} more."
    below = next((row for row in shown if row.rank == ranking.above + 1), None)
    if below is not None and below.estimate.intent is not None:
        distance = rounded(ranking.line) - rounded(below.estimate.intent)  # as shown: a reader subtracts
        yield f"Just below the line: {text(below.account.name).plain}, {points(below.estimate.intent)} ({points(distance)} under)."


def _asking(ranking: Ranking) -> Iterator[tuple[str, str]]:
    """Who asked to be contacted and is not on the list, with the command that puts the newest of them there."""
    if ranking.asking:
        from capteur.ranking import adoption

        first, more = ranking.asking[0], len(ranking.asking) - 1
        others = f" and {more} more" if more else ""
        yield f"not on your list, and asked to be contacted: {safe(first.name or first.label)}{others}", adoption(first)


def _apart(ranking: Ranking) -> str:
    """The accounts that nobody listed, in one line: they are never mixed into the list."""
    best = f", the best at {points(ranking.best)}" if ranking.best is not None else ""
    return f"{counted(ranking.discovered, 'discovered account')}, ranked apart{best}"


def _without(rows: Sequence[Row], width: int) -> Iterator[Text]:
    laid = grid(
        [
            Column("without a place", [text(row.account.name) for row in rows], least=16, most=36),
            Column(
                "",
                [text(row.account.label if row.account.label != row.account.name else "", "quiet") for row in rows],
                drop=2,
                most=28,
            ),
            Column("status", [text(STATUS_WORDS[row.estimate.status]) for row in rows]),
            Column("", [text(row.why or STATUS_SENTENCES[row.estimate.status], "quiet") for row in rows], least=16),
        ],
        width,
    )
    yield laid.head
    yield from laid.rows


def _nothing(width: int) -> Iterator[Text]:
    yield text_line("No accounts yet.", "title")
    steps = (
        ("capteur accounts add acme.com", "watch one company"),
        ("capteur accounts import FILE", "or a list: CSV with a column of domains"),
        ("capteur run", "then let the sensors look"),
    )
    yield from next_steps(steps, width)
