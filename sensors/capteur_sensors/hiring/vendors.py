"""The table of vendors, and how any of their boards is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from pydantic import SecretStr

from capteur import Answer, Context, NotFound
from capteur_sensors.hiring.ashby import ASHBY
from capteur_sensors.hiring.greenhouse import GREENHOUSE
from capteur_sensors.hiring.jsonld import JSONLD
from capteur_sensors.hiring.lever import LEVER
from capteur_sensors.hiring.personio import PERSONIO
from capteur_sensors.hiring.posting import Vendor, unique
from capteur_sensors.hiring.recruitee import RECRUITEE
from capteur_sensors.hiring.smartrecruiters import SMARTRECRUITERS
from capteur_sensors.hiring.teamtailor import TEAMTAILOR
from capteur_sensors.hiring.workable import WORKABLE

VENDORS: dict[str, Vendor] = {
    vendor.name: vendor
    for vendor in (GREENHOUSE, LEVER, ASHBY, WORKABLE, TEAMTAILOR, PERSONIO, RECRUITEE, SMARTRECRUITERS, JSONLD)
}
"""All vendors we can read, in the order in which they are guessed at."""
MOST_PAGES = 50
"""Pages of one board: 5,000 postings. A longer one is taken for trimmed."""
NEEDS_TOKEN = 401

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
        return self.at(VENDORS[self.vendor].page)

    def at(self, address: str) -> str:
        """An address of its vendor, made this board's."""
        return address.format(board=quote(self.token, safe=VENDORS[self.vendor].safe))


@dataclass(frozen=True, slots=True)
class Access:
    """What the user allows beyond the usual: vendors that are `opt_in`, and employers' `tokens` by the name of their board."""

    opt_in: Collection[str] = ()
    tokens: Mapping[str, SecretStr] = field(default_factory=dict[str, SecretStr])

    def allows(self, vendor: Vendor) -> bool:
        """True for every vendor that needs no consent, and for those that have it."""
        return not vendor.opt_in or vendor.name in self.opt_in

    def headers(self, board: Board) -> Mapping[str, str | SecretStr]:
        """What is sent along to this board."""
        header, token = VENDORS[board.vendor].token_header, self.tokens.get(board.token.lower())
        return {header: token} if header and token else {}


@dataclass(frozen=True, slots=True)
class Reading:
    """One good answer for a board. `rows` is empty when it is `unchanged`; `at` is the index of the address that knew it.

    `trimmed`: the answer says that there are more postings than it lists. `called`: the company's name as the board says it.
    `locked`: the board is there, and shows its postings only to who has the employer's token.
    """

    board: Board
    at: int
    answer: Answer
    rows: list[Any]
    trimmed: bool = False
    called: str = ""
    locked: bool = False

    @property
    def unchanged(self) -> bool:
        return self.answer.unchanged


def parse_board(text: str) -> Board | None:
    """`greenhouse:acme`, or the address of a board; None when it names no vendor we read, or no board it could have."""
    name, _, token = text.strip().partition(":")
    vendor = VENDORS.get(name.strip().lower())
    if "://" in text and not (vendor and vendor.own_page):
        return next(iter(boards_in(text)), None)
    if vendor is None:
        return None
    bare = token.strip().removeprefix("https://") if vendor.own_page else token.strip()
    return Board(vendor.name, bare) if vendor.names.fullmatch(bare) else None


def boards_in(markup: str) -> list[Board]:
    """The boards a page's raw markup names, the most often named first."""
    plain = _HIDING.sub(lambda hidden: _HIDDEN[hidden[0]], markup)
    counts: Counter[Board] = Counter()
    lower = plain.lower()
    for vendor in VENDORS.values():
        # All marks of a vendor have its name in them: most pages need no pattern.
        for pattern in vendor.marks if vendor.name in lower else ():
            for token in pattern.findall(plain):
                name = unquote(token).strip(".")
                if name.lower() not in vendor.not_boards and vendor.names.fullmatch(name):
                    counts[Board(vendor.name, name)] += 1
    return [board for board, _ in counts.most_common()]


def read_board(ctx: Context, board: Board, access: Access, *, at: int = 0, conditional: bool = False) -> Reading | None:
    """Read a board, beginning at the address that knew it last time; None when no address of the vendor knows it.

    Raises what `ctx.http.get` raises, and SourceChanged for an answer in another form.
    """
    vendor = VENDORS[board.vendor]
    count = len(vendor.addresses)
    for index in sorted(range(count), key=lambda i: (i - at) % count):
        try:
            answer = ctx.http.get(
                board.at(vendor.addresses[index]),
                headers=access.headers(board),
                # One page that did not change says nothing about the pages after it.
                conditional=conditional and vendor.following is None,
                robots=vendor.own_page,
                accept=(NEEDS_TOKEN,) if vendor.token_header else (),
            )
        except NotFound:
            continue
        reading = reading_of(ctx, board, answer, index)
        if reading is not None:
            return reading
    return None


def reading_of(ctx: Context, board: Board, answer: Answer, index: int = 0) -> Reading | None:
    """What an answer says about a board, with the pages after it; None when it says that there is no such board."""
    vendor = VENDORS[board.vendor]
    if answer.unchanged or answer.status == NEEDS_TOKEN:
        return Reading(board, index, answer, [], locked=not answer.unchanged)
    body = vendor.decode(answer)
    rows = vendor.rows(answer, body)
    if rows is None:
        return None
    more, ended = _further(ctx, vendor, answer, body)
    every = unique([*rows, *more]) if more else rows
    total = vendor.total(body) if vendor.total else None
    trimmed = not ended or (total is not None and len(every) < total)
    called = vendor.calls(body) if vendor.calls else None
    return Reading(board, index, answer, every, trimmed=trimmed, called=called or "")


def _further(ctx: Context, vendor: Vendor, first: Answer, body: Any) -> tuple[list[Any], bool]:
    """The postings of the pages after the first, and whether the last one was reached. One page that fails fails the read."""
    rows: list[Any] = []
    url = first.url
    for _ in range(MOST_PAGES):
        following = vendor.following(url, body) if vendor.following else None
        if following is None or following == url:
            return rows, True
        answer = ctx.http.get(following)
        url, body = following, vendor.decode(answer)
        rows += vendor.rows(answer, body) or []
    return rows, False
