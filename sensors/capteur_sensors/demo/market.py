"""The fictional market: `market.toml` read into plain values, and the calendar that turns its day counts into moments."""

from __future__ import annotations

import hashlib
import tomllib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

_NAMES = uuid.UUID("5d1c7d0e-9a4f-5c3e-8f55-0d1f00c0ffee")


@dataclass(frozen=True, slots=True)
class Fault:
    """How a board misbehaves: `status` instead of an answer for the first `times` requests (None = always), or a `pause` in s."""

    status: int | None = None
    times: int | None = None
    retry_after: int | None = None
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Post:
    """One job. `ago` and `until` count days before the anchor; several `cities` of a Greenhouse job are several posts of it."""

    title: str
    ago: float
    team: str
    until: float | None = None
    tools: tuple[str, ...] = ()
    cities: tuple[str, ...] = ("Remote",)
    listed: bool = True
    prospect: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """Where a company posts its jobs, and how its careers page leads there.

    `link` is `plain` (a link to the hosted board), `script` (the vendor's embed), `own` (job pages on the company's own domain
    with `?gh_jid=`) or `none` (nothing in the markup: the board has to be guessed). `name` is what the board calls the company.
    """

    vendor: str
    token: str
    name: str
    link: str = "none"
    region: str = "us"
    fault: Fault = field(default_factory=Fault)
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """One entry of a blog or newspaper. `about` is the domain of the company it names, if it names one."""

    title: str
    text: str
    ago: float
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Offering:
    """One Form D, filed `ago` days before the anchor. Amounts are dollars; `offered` 0 is "Indefinite".

    With `before` it is an amendment, of a notice that said so much was sold. `issuer` is the legal name where it is another than
    the company's, `others` are those who filed it too.
    """

    ago: float
    sold: int
    offered: int = 0
    before: int | None = None
    issuer: str = ""
    others: tuple[str, ...] = ()
    industry: str = "Other Technology"
    security: str = "isEquityType"
    merger: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the market. One without a `domain` only owns a board; one without a `board` posts its jobs nowhere."""

    name: str
    domain: str
    about: str = ""
    owner: str = ""
    standing: str = ""
    country: str = ""
    size: int = 0
    robots: str = "User-agent: *\nDisallow: /admin/\n"
    board: Board | None = None
    news: tuple[News, ...] = ()
    offerings: tuple[Offering, ...] = ()


@dataclass(frozen=True, slots=True)
class Seller:
    """The company the demo sells for, and the roles whose opening it listens for."""

    name: str
    domain: str
    sells: str
    roles: tuple[str, ...]
    capacity: int


@dataclass(frozen=True, slots=True)
class Press:
    """A newspaper that writes about the whole market, companies on nobody's list included."""

    name: str
    domain: str
    items: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Everything the demo world is made of. `strangers` own boards, `filers` file with the SEC; both are nobody's account."""

    seller: Seller
    companies: tuple[Company, ...]
    strangers: tuple[Company, ...]
    press: Press
    filers: tuple[Company, ...] = ()

    def boards(self, vendor: str) -> list[tuple[Company, Board]]:
        """The boards of one vendor with their owners."""
        owners = (*self.companies, *self.strangers)
        return [(c, c.board) for c in owners if c.board is not None and c.board.vendor == vendor]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Day counts to moments: `anchor` is the demo's now, `moment()` what the world's own clock says (it may run on)."""

    anchor: datetime
    moment: Callable[[], datetime]

    def at(self, ago: float) -> datetime:
        """The moment `ago` days before the anchor."""
        return self.anchor - timedelta(days=ago)

    def open_posts(self, board: Board) -> list[Post]:
        """The posts that stand on the board at this moment, newest first."""
        now = self.moment()
        standing = [p for p in board.posts if self.at(p.ago) <= now and (p.until is None or now < self.at(p.until))]
        return sorted(standing, key=lambda p: p.ago)

    def published(self, news: tuple[News, ...]) -> list[News]:
        """The entries that are out at this moment, newest first."""
        now = self.moment()
        return sorted((n for n in news if self.at(n.ago) <= now), key=lambda n: n.ago)


def number(*parts: object) -> int:
    """A stable ten-digit id for what the parts name, as Greenhouse numbers its posts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return 4_000_000_000 + int.from_bytes(digest[:4], "big") % 4_000_000_000


def identifier(*parts: object) -> str:
    """A stable UUID for what the parts name, as Lever and Ashby name their posts."""
    return str(uuid.uuid5(_NAMES, "/".join(map(str, parts))))


def _series(raw: Mapping[str, Any]) -> list[Post]:
    """`count` posts spread evenly over `over` days up to `since` days ago, with the titles in turn."""
    count, since, titles = raw["count"], raw.get("since", 0.0), raw["titles"]
    step = (raw["over"] - since) / count
    # The number in the team's name of a hundred like posts is what tells them apart, as in a real giant's list.
    return [
        Post(titles[i % len(titles)], round(since + step * (i + 0.5), 4), f"{raw['team']} {i // len(titles) + 1}")
        for i in range(count)
    ]


def _post(raw: Mapping[str, Any]) -> Post:
    lists = {name: tuple(raw[name]) for name in ("tools", "cities") if name in raw}
    return Post(**{**raw, **lists})


def _company(raw: Mapping[str, Any]) -> Company:
    values = dict(raw)
    posts = [_post(p) for p in values.pop("jobs", ())] + [p for s in values.pop("series", ()) for p in _series(s)]
    news = tuple(News(**n) for n in values.pop("news", ()))
    offerings = tuple(Offering(**{**o, "others": tuple(o.get("others", ()))}) for o in values.pop("offerings", ()))
    board = values.pop("board", None)
    if board is not None:
        fault = Fault(**board.get("fault", {}))
        board = Board(**{"name": raw["name"], **board, "fault": fault, "posts": tuple(posts)})
    return Company(**{"domain": "", **values}, board=board, news=news, offerings=offerings)


@cache
def market() -> Market:
    """The market of `market.toml`."""
    raw = tomllib.loads(files(__package__).joinpath("market.toml").read_text(encoding="utf-8"))
    return Market(
        seller=Seller(**{**raw["seller"], "roles": tuple(raw["seller"]["roles"])}),
        companies=tuple(_company(c) for c in raw["company"]),
        strangers=tuple(_company(c) for c in raw["stranger"]),
        filers=tuple(_company(c) for c in raw["filer"]),
        press=Press(**{**raw["press"], "items": tuple(News(**n) for n in raw["press"]["items"])}),
    )
