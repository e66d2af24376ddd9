"""The table of vendors, and how any of their boards is read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from capteur import Answer, Context, NotFound
from capteur_sensors.hiring.ashby import ASHBY
from capteur_sensors.hiring.greenhouse import GREENHOUSE
from capteur_sensors.hiring.lever import LEVER
from capteur_sensors.hiring.posting import Vendor

VENDORS: dict[str, Vendor] = {vendor.name: vendor for vendor in (GREENHOUSE, LEVER, ASHBY)}

# Slashes and colons as markup, scripts and query strings hide them, so that one pattern per vendor is enough.
_HIDDEN = {"\\/": "/", "\\u002f": "/", "\\u002F": "/", "&#x2f;": "/", "&#x2F;": "/", "&#47;": "/", "%2F": "/", "%2f": "/",
           "%3A": ":", "%3a": ":", "%3F": "?", "%3f": "?", "%3D": "=", "%3d": "=", "&amp;": "&", "\\u0026": "&"}  # fmt: skip
_HIDING = re.compile("|".join(re.escape(form) for form in _HIDDEN))


@dataclass(frozen=True, slots=True)
class Board:
    """One company's board at a vendor; as text `vendor:token`."""

    vendor: str
    token: str

    def __str__(self) -> str:
        return f"{self.vendor}:{self.token}"

    @property
    def key(self) -> str:
        """How keys of signals begin. Lower case: a token found as `Acme` and as `acme` is one board."""
        return f"{self.vendor}:{self.token.lower()}"

    @property
    def page(self) -> str:
        """Where a person sees it."""
        return VENDORS[self.vendor].page.format(board=quote(self.token, safe=""))


@dataclass(frozen=True, slots=True)
class Reading:
    """One good answer for a board. `rows` is empty when it is `unchanged`; `at` is the index of the address that knew it.

    `trimmed`: the answer says that there are more postings than it lists.
    """

    board: Board
    at: int
    answer: Answer
    rows: list[Any]
    trimmed: bool = False

    @property
    def unchanged(self) -> bool:
        return self.answer.unchanged


def parse_board(text: str) -> Board | None:
    """`greenhouse:acme`, or the address of a board; None when it names no vendor we read."""
    if "://" in text:
        return next(iter(boards_in(text)), None)
    vendor, _, token = text.strip().partition(":")
    return Board(vendor.strip().lower(), token.strip()) if vendor.strip().lower() in VENDORS and token.strip() else None


def boards_in(markup: str) -> list[Board]:
    """The boards a page's raw markup names, the most often named first."""
    plain = _HIDING.sub(lambda hidden: _HIDDEN[hidden[0]], markup)
    counts: Counter[Board] = Counter()
    for vendor in VENDORS.values():
        for pattern in vendor.marks:
            for token in pattern.findall(plain):
                name = unquote(token).strip(".").lower()
                if name and name not in vendor.not_boards:
                    counts[Board(vendor.name, unquote(token).strip("."))] += 1
    return [board for board, _ in counts.most_common()]


def read_board(ctx: Context, board: Board, *, at: int = 0, conditional: bool = False) -> Reading | None:
    """Read a board, beginning at the address that knew it last time; None when no address of the vendor knows it.

    Raises what `ctx.http.get` raises, and SourceChanged for an answer in another form.
    """
    vendor = VENDORS[board.vendor]
    count = len(vendor.addresses)
    for index in sorted(range(count), key=lambda i: (i - at) % count):
        url = vendor.addresses[index].format(board=quote(board.token, safe=""))
        try:
            answer = ctx.http.get(url, conditional=conditional)
        except NotFound:
            continue
        if answer.unchanged:
            return Reading(board, index, answer, [])
        body = answer.json()
        rows = vendor.rows(answer, body)
        if rows is not None:
            total = vendor.total(body) if vendor.total else None
            return Reading(board, index, answer, rows, trimmed=total is not None and len(rows) < total)
    return None
