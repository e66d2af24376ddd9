"""What is held of people: for a terminal, a program, and the people in legal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import SCHEMA_VERSION, Cell, Screen
from capteur.cli.screens.parts import paragraph
from capteur.cli.theme import text, text_line
from capteur.wording import counted, day, iso, safe, stamp, thousands

if TYPE_CHECKING:
    from capteur.house.erasing import Export
    from capteur.house.privacy import Holding, PrivacyReport

HOSTS_TOLD = 12


class PrivacyTold(Screen):
    """`capteur privacy report`."""

    header: ClassVar[tuple[str, ...]] = ("place", "category", "count", "oldest", "stays")

    def __init__(self, told: PrivacyReport) -> None:
        self.told = told
        self.as_of = told.as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for h in self.told.holdings:
            yield (h.place, h.category, h.count, iso(h.oldest), h.stays)

    def extra(self) -> Mapping[str, Any]:
        t = self.told
        return {
            "store": t.store,
            "retention": [{"kind": pattern, "field": field, "after": age} for pattern, field, age in t.rules],
            "sensors": [asdict(writer) for writer in t.writers],
            "other_sources": [asdict(source) for source in t.others],
            "ids": t.schemes,
            "hosts": list(t.hosts),
            "contact": t.contact,
            "notifiers": list(t.notifiers),
            "backups": list(t.backups),
        }

    def lines(self, width: int) -> Iterator[Text]:
        held = [h for h in self.told.holdings if h.count]
        yield text_line("What is held that may be about a person", "title")
        if held:
            yield from self._table(held, width)
        empty = [h.place for h in self.told.holdings if not h.count]
        if empty:
            yield from paragraph(f"Nothing in: {', '.join(empty)}.", width, "quiet")
        for title, sentences in chapters(self.told):
            yield Text("")
            yield text_line(title, "title")
            for sentence in sentences:
                yield from paragraph(sentence, width, indent=2, first=0)

    def _table(self, held: Sequence[Holding], width: int) -> Iterator[Text]:
        laid = grid(
            [
                Column("where", [text(h.place, "strong") for h in held]),
                Column("count", [text(thousands(h.count)) for h in held], right=True),
                Column(
                    "oldest", [text(day(h.oldest, self.as_of) if h.oldest is not None else "", "quiet") for h in held]
                ),
                Column("stays", [text(h.stays) for h in held], least=14, most=48, first=True),
                Column("what", [text(h.category, "quiet") for h in held], drop=1, least=24, most=80),
            ],
            width,
        )
        yield laid.head
        yield from laid.rows


def chapters(told: PrivacyReport) -> Iterator[tuple[str, list[str]]]:
    """What the table does not say: title, and a sentence a line."""
    yield "Persons", _persons(told)
    rules = [f"{pattern} {field}: {age}" for pattern, field, age in told.rules]
    yield (
        "Retention",
        rules or ["No rule: signals stay until their account is forgotten ([retention] in capteur.toml)."],
    )
    yield "Where it came from", _sources(told)
    yield "What leaves this machine", _leaving(told)
    if told.backups:
        yield "Backups, which hold what was there when they were made", list(told.backups)


def _persons(told: PrivacyReport) -> list[str]:
    allowed = sorted(w.instance for w in told.writers if w.persons_allowed)
    if not allowed:
        return ["Nobody's: [privacy] persons is off. What sensors say of who it was is dropped before it is stored."]
    return [f"Kept as keyed hashes, of: {', '.join(allowed)}. Of all others it is dropped before it is stored."]


def _sources(told: PrivacyReport) -> list[str]:
    lines = [
        f"{w.instance}{f' ({w.sensor})' if w.sensor != w.instance else ''}: {counted(w.signals, 'signal')},"
        f" {w.persons} with a person{'' if w.enabled else '; switched off'}"
        for w in told.writers
    ]
    lines += [
        f"{s.sensor} (no longer in use): {counted(s.signals, 'signal')}, {s.persons} with a person" for s in told.others
    ]
    if told.schemes:
        lines.append(f"ids: {', '.join(f'{count} {scheme}' for scheme, count in told.schemes.items())}")
    return lines


def _leaving(told: PrivacyReport) -> list[str]:
    asking = [w.instance for w in told.writers if w.asks and w.enabled]
    lines = [
        f"Requests to public sources, by {', '.join(asking)}: they carry names or domains of companies, never of people."
        if asking
        else "No sensor asks anybody."
    ]
    if told.contact and asking:
        lines.append(f"Every request carries our own contact: {told.contact}.")
    if told.hosts:
        more = (
            f" and {len(told.hosts) - HOSTS_TOLD} more (--json lists them all)" if len(told.hosts) > HOSTS_TOLD else ""
        )
        lines.append(f"Hosts known to be asked: {', '.join(told.hosts[:HOSTS_TOLD])}{more}.")
    lines.append(f"Notifiers: {', '.join(told.notifiers) or 'none'}.")
    return lines


def as_markdown(told: PrivacyReport) -> str:
    """The report as a document."""
    head = ["where", "what", "count", "oldest", "stays"]
    rows = [[f"`{h.place}`", h.category, str(h.count), (iso(h.oldest) or "")[:10], h.stays] for h in told.holdings]
    lines = [
        "# What is held of people",
        "",
        f"{safe(told.store)}, as of {stamp(told.as_of)}.",
        "",
        _row(head),
        _row(["---"] * len(head)),
        *(_row(row) for row in rows),
    ]
    for title, sentences in chapters(told):
        lines += ["", f"## {title}", "", *(f"- {_plain(sentence)}" for sentence in sentences)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(cell: str) -> str:
    return safe(cell, 2000).replace("|", "\\|")


def exported(told: Export) -> dict[str, Any]:
    """The JSON document of an export: everything, by table."""
    return {"schema_version": SCHEMA_VERSION, "as_of": iso(told.as_of), "of": told.of, "held": told.held}
