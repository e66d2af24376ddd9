"""What was sent to us: a line for each delivery, or one of them in full."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import fix_lines, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import age, iso, safe, stamp

if TYPE_CHECKING:
    from capteur.store.inbox import DeliveryRow, WholeDelivery

LEVELS = {"waiting": "idle", "done": "ok", "failed": "error"}
LINES = 400
"""Lines of a body that a terminal is shown."""
LONGEST = 2_000
"""Characters of one of them."""
_KB = 1024


class Deliveries(Screen):
    """`capteur deliveries list`."""

    header: ClassVar[tuple[str, ...]] = (
        "id", "instance", "received_at", "state", "bytes", "tries", "read_at", "next_try_at", "error", "key",
    )  # fmt: skip

    def __init__(self, found: Sequence[DeliveryRow], as_of: int, *, more: bool = False) -> None:
        self.found = found
        self.as_of = as_of
        self.more = more

    def rows(self) -> Iterator[Sequence[Cell]]:
        for row in self.found:
            yield _cells(row)

    def notes(self) -> Iterator[str]:
        if self.more:
            yield f"there are more than these {len(self.found)}: --limit"

    def lines(self, width: int) -> Iterator[Text]:
        if not self.found:
            yield text_line("No delivery.")
            yield from hint("who may send, and where", "docs/webhooks.md", width)
            return
        laid = grid(
            [
                Column("", [mark(LEVELS[row.state]) for row in self.found]),
                Column("id", [text(row.id, "strong") for row in self.found], right=True),
                Column("instance", [text(row.instance) for row in self.found], least=10, most=30, first=True),
                Column("received", [text(age(row.received_at, self.as_of)) for row in self.found], right=True),
                Column("state", [text(_state(row, self.as_of)) for row in self.found], drop=1),
                Column("size", [text(_size(row.size), "quiet") for row in self.found], right=True, drop=2),
                Column("key", [text(row.key, "quiet") for row in self.found], drop=3, most=40),
            ],
            width,
        )
        yield laid.head
        for row, line in zip(self.found, laid.rows, strict=True):
            yield line
            if row.error:
                yield from paragraph(row.error, width, indent=3)
        if any(row.state == "failed" for row in self.found):
            yield Text("")
            yield from hint("look at one", "capteur deliveries show ID", width)
            yield from hint("when its sensor is corrected", "capteur deliveries replay --failed", width)
        if self.more:
            yield from paragraph(f"There are more than these {len(self.found)}: --limit.", width, "quiet")


class OneDelivery(Screen):
    """`capteur deliveries show`."""

    header: ClassVar[tuple[str, ...]] = (*Deliveries.header, "headers", "query", "body")

    def __init__(self, found: WholeDelivery, as_of: int) -> None:
        self.found = found
        self.as_of = as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        found = self.found
        yield (*_cells(found.row), json.dumps(dict(found.headers)), json.dumps(dict(found.query)), _decoded(found.body))

    def items(self) -> Iterable[Mapping[str, Any]]:
        found = self.found
        told = dict(zip(Deliveries.header, _cells(found.row), strict=True))
        yield {**told, "headers": dict(found.headers), "query": dict(found.query), "body": _decoded(found.body)}

    def lines(self, width: int) -> Iterator[Text]:
        row = self.found.row
        yield text_line(f"Delivery {row.id} to {safe(row.instance)}", "title")
        yield from paragraph(f"received {stamp(row.received_at)}, {_size(row.size)}, {_state(row, self.as_of)}", width)
        if row.error:
            yield from paragraph(row.error, width, "warn")
            yield from fix_lines(f"correct the sensor, then capteur deliveries replay {row.id}", width)
        yield from paragraph(f"key {row.key}", width, "quiet")
        for title, values in (("header", self.found.headers), ("query", self.found.query)):
            for name, value in values.items():
                yield from paragraph(f"{title} {name}: {value}", width, "quiet")
        yield Text("")
        shown = _pretty(self.found.body).splitlines()
        for line in shown[:LINES]:
            words = line.lstrip(" ")  # `text` makes one space of many, and the fields of JSON stand by theirs
            yield join(text_line(" " * (len(line) - len(words))), text(words, limit=LONGEST))
        if len(shown) > LINES:
            yield from paragraph(f"... and {len(shown) - LINES} lines more: --json has all of it", width, "quiet")


def _cells(row: DeliveryRow) -> tuple[Cell, ...]:
    again = iso(row.due_at) if row.state == "waiting" else None
    return (
        row.id, row.instance, iso(row.received_at), row.state, row.size, row.fails, iso(row.read_at), again, row.error, row.key,
    )  # fmt: skip


def _state(row: DeliveryRow, now: int) -> str:
    if row.state == "failed":
        return f"set aside after {row.fails} tries"
    if row.state == "waiting" and row.due_at > now:
        return f"tried {row.fails} times, again in {age(now, row.due_at)}"
    return row.state


def _size(size: int) -> str:
    return f"{size} B" if size < _KB else f"{size / _KB:.0f} kB"


def _decoded(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _pretty(body: bytes) -> str:
    """JSON with its fields on lines of their own; anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return _decoded(body)
