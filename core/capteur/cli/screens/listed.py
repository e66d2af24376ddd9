"""The account list: who is on it, what an import did, which companies still wait for an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import flow, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import age, counted, iso

if TYPE_CHECKING:
    from capteur.accounts import Account
    from capteur.roster import ImportReport, ListReport, Waiting

BAD_TOLD = 20


class Accounts(Screen):
    """`capteur accounts list`."""

    header: ClassVar[tuple[str, ...]] = ("account", "name", "state", "owner", "aliases", "facts")

    def __init__(self, accounts: Sequence[Account], as_of: int) -> None:
        self.accounts = accounts
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for account in self.accounts:
            yield (
                account.label,
                account.name,
                account.state,
                _owner(account),
                ", ".join(account.aliases),
                _facts(account),
            )

    def items(self) -> Iterable[Mapping[str, Any]]:
        return [
            {"account": a.label, "name": a.name, "state": a.state, "aliases": list(a.aliases), "facts": dict(a.facts)}
            for a in self.accounts
        ]

    def lines(self, width: int) -> Iterator[Text]:
        if not self.accounts:
            yield text_line("No accounts yet.", "title")
            yield from hint("a list", "capteur accounts import FILE", width)
            yield from hint("one of them", "capteur accounts add acme.com", width)
            return
        shown = self.accounts
        several = len({account.state for account in shown}) > 1
        laid = grid(
            [
                Column("account", [text(a.name, "strong") for a in shown], least=18, most=40, first=True),
                Column("domain", [text(a.domain or a.reference or "", "quiet") for a in shown], least=16, most=40),
                Column("state", [text(a.state if several else "") for a in shown], drop=1),
                Column("owner", [text(_owner(a) or "") for a in shown], drop=2, least=10, most=24),
                Column(
                    "aliases",
                    [text(", ".join(_readable(a.aliases)), "quiet") for a in shown],
                    drop=4,
                    least=16,
                    most=60,
                ),
                Column("facts", [text(_facts(a), "quiet") for a in shown], drop=3, least=16, most=60),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows
        yield Text("")
        yield text(counted(len(shown), "account"))


class Imported(Screen):
    """`capteur accounts import`: what went in, how the columns were read, and which rows were left out, by line."""

    header: ClassVar[tuple[str, ...]] = ("line", "reason")

    def __init__(self, report: ImportReport, source: str, as_of: int) -> None:
        self.report = report
        self.source = source
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        yield from self.report.bad
        for part in self.report.lists:
            yield from ((line, f"{part.file}: {reason}") for line, reason in part.bad)

    def extra(self) -> Mapping[str, Any]:
        r = self.report
        return {
            "added": r.added, "updated": r.updated, "unchanged": r.unchanged, "matched": r.matched,
            "standing": dict(r.standing), "columns": dict(r.columns), "ignored": list(r.ignored), "notes": list(r.notes),
            "lists": [
                {
                    "standing": part.word, "file": part.file, "companies": part.companies, "fresh": part.fresh, "gone": part.gone,
                    "kept": part.kept, "problem": part.problem,
                }
                for part in r.lists
            ],
        }  # fmt: skip

    def notes(self) -> Iterator[str]:
        yield f"{self.source}: {_counts(self.report)}"
        yield from self.report.notes
        yield from (_told(part) for part in self.report.lists)

    def lines(self, width: int) -> Iterator[Text]:
        r = self.report
        total = r.added + r.updated + r.unchanged
        level = "warn" if r.bad else "ok"
        yield from flow([join(mark(level), text(self.source, "strong"), gap=" "), *_pieces(r)], width, gap=2, indent=2)
        if r.columns:
            read = ", ".join(
                f"{column} = {meaning}" if column != meaning else column for column, meaning in r.columns.items()
            )
            yield from paragraph(f"read: {read}", width, "quiet", indent=2)
        if r.ignored:
            yield from paragraph(
                f"left aside: {', '.join(r.ignored)}; --map owner=COLUMN says what one is", width, "quiet", indent=2
            )
        if r.standing:
            words = ", ".join(f"{count} {word}" for word, count in r.standing.items())
            yield from paragraph(f"standing: {words}", width, indent=2)
        for note in r.notes[:BAD_TOLD]:
            yield from paragraph(note, width, indent=4, first=2)
        if len(r.notes) > BAD_TOLD:
            yield from paragraph(f"and {len(r.notes) - BAD_TOLD} more; --json lists them all", width, indent=2)
        for line, reason in r.bad[:BAD_TOLD]:
            yield from paragraph(f"line {line}: {reason}", width, "warn", indent=4, first=2)
        if len(r.bad) > BAD_TOLD:
            yield from paragraph(f"and {len(r.bad) - BAD_TOLD} more; --json lists them all", width, "warn", indent=2)
        if r.bad and total:
            yield from paragraph("The other rows were kept.", width, "quiet", indent=2)
        yield from _of_lists(r.lists, width)


class Unmatched(Screen):
    """`capteur accounts unmatched`: companies sources named, and which account each could be."""

    header: ClassVar[tuple[str, ...]] = ("company", "name", "signals", "newest", "candidate", "likeness", "candidates")

    def __init__(self, rows: Sequence[Waiting], as_of: int, hidden: int = 0) -> None:
        self.waiting = rows
        self.as_of = as_of
        self.hidden = hidden
        """Companies that resemble nobody, and are not in `rows`."""

    def rows(self) -> Iterator[Sequence[Cell]]:
        for row in self.waiting:
            best = row.candidates[0] if row.candidates else None
            others = ", ".join(account.label for account, _ in row.candidates)
            label, likeness = (best[0].label, round(best[1], 2)) if best else (None, None)
            yield (row.account.label, row.account.name, row.signals, iso(row.newest), label, likeness, others)

    def items(self) -> Iterable[Mapping[str, Any]]:
        return [
            {
                "company": row.account.label, "name": row.account.name, "signals": row.signals, "newest": iso(row.newest),
                "candidates": [{"account": account.label, "name": account.name, "likeness": likeness} for account, likeness in row.candidates],
            }
            for row in self.waiting
        ]  # fmt: skip

    def lines(self, width: int) -> Iterator[Text]:
        if not self.waiting:
            if self.hidden:
                yield text_line("No company that sources named resembles one on your list.")
                yield from self._others(width)
            else:
                yield text_line("No company waits for an account: what the sources named is on your list.")
            return
        shown = self.waiting
        best = [row.candidates[0] if row.candidates else None for row in shown]
        laid = grid(
            [
                Column(
                    "a source names", [text(row.account.name, "strong") for row in shown], least=18, most=40, first=True
                ),
                Column("signals", [text(row.signals) for row in shown], right=True),
                Column(
                    "newest",
                    [text(age(row.newest, self.as_of) if row.newest else "", "quiet") for row in shown],
                    right=True,
                    drop=2,
                ),
                Column("could be", [text(b[0].name if b else "-") for b in best], least=16, most=36),
                Column("alike", [text(f"{b[1]:.0%}" if b else "", "quiet") for b in best], right=True, drop=1),
                Column("known as", [text(row.account.label, "quiet") for row in shown], drop=3, least=18, most=48),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows
        yield Text("")
        first = next((row for row in shown if row.candidates), None)
        if first is not None:
            command = f"capteur accounts link {_quoted(first.account.label)} {_quoted(first.candidates[0][0].label)}"
            yield from hint("the first is the same company?", command, width)
        if self.hidden:
            yield from self._others(width)

    def _others(self, width: int) -> Iterator[Text]:
        yield from hint(
            f"{counted(self.hidden, 'other')} that {'resembles' if self.hidden == 1 else 'resemble'} nobody",
            "capteur accounts unmatched --all",
            width,
        )


def _of_lists(lists: Sequence[ListReport], width: int) -> Iterator[Text]:
    for part in lists:
        yield from paragraph(_told(part), width, "warn" if part.problem else "", indent=4, first=2)
        for line, reason in part.bad[:BAD_TOLD]:
            yield from paragraph(f"{part.file}, line {line}: {reason}", width, "warn", indent=6, first=4)


def _told(part: ListReport) -> str:
    """What one list of competitors or the like says by now."""
    if part.problem:
        return f"{part.file} was not read, what it said before still holds: {part.problem}"
    if part.file is None:
        return f"no list says {part.word} any more: lifted for {counted(part.gone, 'company', 'companies')}"
    parts = [f"{part.file}: {counted(part.companies, 'company', 'companies')}"]
    parts += [f"{part.fresh} of them new"] if part.fresh else []
    parts += [f"{part.gone} taken off"] if part.gone else []
    parts += [f"{counted(len(part.bad), 'line')} left out"] if part.bad else []
    parts += [f"{part.kept} not named any more and kept until every line can be read"] if part.kept else []
    return ", ".join(parts)


def _counts(report: ImportReport) -> str:
    return ", ".join(part.plain for part in _pieces(report))


def _pieces(report: ImportReport) -> list[Text]:
    """What became of the rows, each as a piece of its own."""
    rest = ((report.updated, "updated"), (report.unchanged, "unchanged"), (len(report.bad), "left out"))
    parts = [text(f"{counted(report.added, 'account')} added")]
    parts += [text(f"{count} {word}", "warn" if word == "left out" else "") for count, word in rest if count]
    if report.matched:
        parts.append(text(f"{report.matched} matched with what sources had named before"))
    return parts


def _owner(account: Account) -> str | None:
    owner = account.facts.get("owner")
    return None if owner is None else str(owner)


def _facts(account: Account) -> str:
    return ", ".join(
        f"{name} {value}" for name, value in sorted(account.facts.items()) if name != "owner" and value is not None
    )


def _readable(aliases: Sequence[str]) -> list[str]:
    """Aliases a person reads: normalised names say nothing new."""
    return [alias.removeprefix("domain:") for alias in aliases if not alias.startswith("name:")]


def _quoted(label: str) -> str:
    import shlex

    return shlex.quote(label)
