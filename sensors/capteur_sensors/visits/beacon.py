"""The beacon: one small script of our own that pages of the user's sites load, and the endpoint it reports to.

How it is set up, and what it cannot see: docs/sensors/beacon.md. Nothing is stored in the browser; a visitor is a keyed hash of
address and agent, with another key every day.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, ClassVar, Final, Self
from urllib.parse import unquote_plus

from pydantic import Field, field_validator, model_validator

from capteur import AccountRef, Checkpoint, ConfigError, Context, Delivery, Detected, SameAs, SourceChanged
from capteur_sensors.visits.companies import Companies
from capteur_sensors.visits.events import unaddressed
from capteur_sensors.visits.identity import VISITOR, company_domain
from capteur_sensors.visits.keys import DAY_S, KEPT_DAYS, visitor
from capteur_sensors.visits.message import text
from capteur_sensors.visits.onsite import Onsite
from capteur_sensors.visits.pages import is_paid
from capteur_sensors.visits.pushed import PushedVisits, Words
from capteur_sensors.visits.sessions import KINDS
from capteur_sensors.visits.telling import tell

__all__ = ["Beacon"]

SCRIPT: Final = "beacon.js"
LONGEST_S: Final = 600
"""Seconds on one page that count: an open window is no reader."""
STAYED_S: Final = 10
"""From so many seconds on a visitor who came by a paid click has stayed ..."""
FAR: Final = 50
"""... and so has one who saw so many hundredths of the page."""
_SITE: Final = re.compile(r"(?:https?://)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_CAMPAIGN: Final = ("utm_campaign", "utm_source", "utm_medium")


class Beacon(PushedVisits):
    """Visits that pages of your sites report by a small script: no cookie, nothing stored, Do-Not-Track respected."""

    name = "beacon"
    kinds = KINDS
    open_to = "browsers"
    keeps = ("origin", "dnt", "sec-gpc")
    named_for_s: ClassVar[int] = DAY_S
    names_kept: ClassVar[int] = KEPT_DAYS

    sites: Words = Field(
        min_length=1,
        description="Your sites: 'acme.com' is https://acme.com and https://www.acme.com; others as 'https://docs.acme.com'.",
    )
    identify: bool = Field(
        default=False,
        description="Believe capteur.identify(): what a page says of its visitor's company, which anybody can make up.",
    )

    @field_validator("sites")
    @classmethod
    def _are_sites(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(site.lower().rstrip("/") for site in given)
        for number, site in enumerate(found, 1):
            if not _SITE.fullmatch(site):
                raise ValueError(f"entry {number} is no site; write e.g. acme.com or https://docs.acme.com")
        return found

    @model_validator(mode="after")
    def _somebody_can_be_known(self) -> Self:
        if not (self.mmdb or self.companies or self.identify):
            raise ConfigError(
                "the beacon cannot tell whose visit it is",
                why="it knows no networks",
                fix='mmdb = ["..."], or companies = "networks.csv"',
            )
        return self

    def origins(self) -> Collection[str]:
        """The sites whose pages may report."""
        named = {site for site in self.sites if "://" in site}
        bare = {site for site in self.sites if "://" not in site}
        return (
            named
            | {f"https://{site}" for site in bare}
            | {f"https://www.{site}" for site in bare if site[:4] != "www."}
        )

    def files(self) -> Mapping[str, tuple[str, bytes]]:
        """The script."""
        content = resources.files("capteur_sensors.visits").joinpath(SCRIPT).read_bytes()
        return {SCRIPT: ("text/javascript; charset=utf-8", content)}

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Detected]:
        """Yield what a page reports of one look at it, when it is a company's.

        Raises SourceChanged for what the script does not send; ConfigError and TransientError for a database that cannot be used.
        """
        seen = _seen(delivery)
        why = self._unwanted(seen, delivery.headers)
        if why:
            ctx.log.debug("left out", why=why)
            return
        memory = self.onsite(ctx, delivery.received_at.timestamp())
        yield from self._told(seen, delivery.headers, memory, self.networks(ctx))
        self.move_on(ctx, memory, delivery.received_at.timestamp())
        if memory.changed:
            yield Checkpoint(memory.dump())

    def _unwanted(self, seen: _Seen, headers: Mapping[str, str]) -> str:
        """Why a report is left out; empty for one that is read."""
        if headers.get("dnt") == "1" or headers.get("sec-gpc") == "1":
            return "declined"
        if self.agents.is_program(headers.get("user-agent", "").encode("latin-1", "replace")):
            return "a program"
        if headers.get("origin", "").lower().partition("://")[2] != seen.host:
            return "another site"
        return "" if headers.get("client-address") else "read before"

    def _told(self, seen: _Seen, headers: Mapping[str, str], memory: Onsite, networks: Companies) -> Iterator[Detected]:
        page = self.pages.of(seen.path.encode("utf-8", "replace"))
        key = memory.keys.of(seen.day)
        if page is None or key is None:
            return
        address, agent = headers["client-address"], headers.get("user-agent", "").encode("latin-1", "replace")
        name = visitor(key, address.encode(), agent, b"")
        if self.identify and seen.company and memory.claim(name, seen.company):
            yield SameAs({VISITOR: name}, seen.company)
        named = self.identify and not memory.is_ambiguous(name)
        claimed = named and name in memory.claims
        found = networks.find(address)
        ids = {VISITOR: name} if named else {}
        account = (
            AccountRef(ids=ids)
            if claimed
            else AccountRef(name=found.name or None, domain=found.domain or None, ids=ids)
        )
        if not (account.domain or account.name or account.ids):
            return
        whose = account.domain or account.name or ""
        told = visitor(key, address.encode(), agent, whose.encode())  # a key names one company's fact
        guest = memory.visitor(told, seen.host.partition(":")[0], whose, seen.day)
        if guest is None:
            return
        guest.view(page, seen.moment, seen.moment, paid=seen.is_bounce)
        yield from tell(guest, account, seen.more)
        memory.keep(guest)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at a page. `opened` is when, in seconds since the epoch; `stayed` how long it was in sight, `depth` how far down
    somebody went, in hundredths; `company` a domain that the page gave.
    """

    host: str
    path: str
    marks: str
    referrer: str
    company: str
    opened: int
    stayed: int
    depth: int

    @property
    def day(self) -> int:
        """The day it began, as a number since the epoch."""
        return self.opened // DAY_S

    @property
    def moment(self) -> int:
        """The end of reading: of the time in sight as much as of the page was seen, and half of it for its top alone."""
        return self.opened + min(self.stayed, LONGEST_S) * (100 + self.depth) // 200

    @property
    def is_bounce(self) -> bool:
        """Came by a paid click, and has not stayed."""
        return is_paid(f"?{self.marks}".encode("utf-8", "replace")) and self.stayed < STAYED_S and self.depth < FAR

    @property
    def more(self) -> dict[str, Any]:
        """What is kept beside page and time."""
        given = dict(mark.partition("=")[::2] for mark in re.split("[?&]", self.marks))
        campaign = " / ".join(unaddressed(unquote_plus(given[word]))[:60] for word in _CAMPAIGN if given.get(word))
        own = self.referrer.partition(":")[0].removeprefix("www.") == self.host.partition(":")[0].removeprefix("www.")
        more = {"campaign": campaign, "referrer": "" if own else self.referrer, "depth": self.depth}
        return {name: value for name, value in more.items() if value}


def _seen(delivery: Delivery) -> _Seen:
    """What the script reports. Raises SourceChanged for anything else."""
    told = delivery.json()
    if not isinstance(told, Mapping) or told.get("v") != 1 or not text(told.get("h")) or not text(told.get("p")):
        raise SourceChanged("this is no report of the beacon")
    received = int(delivery.received_at.timestamp())
    age = _number(told.get("a"), 2 * DAY_S)
    marks = re.sub(r"(\w+(?:clk?id|braid))(?=[?&]|$)", r"\1=", text(told.get("q"))[:400])
    referrer = text(told.get("r"), 100).lower()
    return _Seen(
        host=text(told["h"], 100).lower(),
        path=text(told["p"]),
        marks=marks,
        referrer=referrer if re.fullmatch(r"[a-z0-9.:-]*", referrer) else "",
        company=company_domain(text(told.get("c"), 200)),
        opened=received - age,
        stayed=min(_number(told.get("s"), DAY_S), age),
        depth=_number(told.get("d"), 100),
    )


def _number(value: object, most: int) -> int:
    """A whole number from 0 to `most`; what is none counts as 0."""
    return min(max(value, 0), most) if isinstance(value, int) and not isinstance(value, bool) else 0
