"""Visits: which companies read which of our pages, from the web server's access log. Sources and limits: docs/sensors/visits.md."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, model_validator

from capteur import Checkpoint, Context, Detected, FeedSensor, SkipRun
from capteur_sensors._zones import Zone
from capteur_sensors.visits.agents import Agents
from capteur_sensors.visits.companies import Companies, listed
from capteur_sensors.visits.following import Follower
from capteur_sensors.visits.keys import DAY_S, KEPT_DAYS, Keys
from capteur_sensors.visits.memory import Memory, load
from capteur_sensors.visits.options import Databases, Groups, MatchNames, Own, Table, Words, need_packages, placed
from capteur_sensors.visits.pages import Pages
from capteur_sensors.visits.reading import Reading, Window
from capteur_sensors.visits.sessions import KINDS
from capteur_sensors.visits.telling import tell

__all__ = ["Visits"]

AHEAD: Final = timedelta(hours=26)
"""A log may be written in another zone than it says; a line further ahead is a mistake, and would end every visit."""
FIRST_MOST: Final = 300
"""Core commits a long feed in pieces of about a thousand. As long as the key of the visitors' names is not stored, a run must fit
into one, the block that is read last included: cut off between two pieces, the next run would name the same visitors anew."""
ENOUGH: Final = 20
"""Of fewer page views nothing is concluded about a log."""
_HEARTBEAT: Final = 256
"""Blocks between two signs of life: a thread that yields nothing cannot be stopped."""


class Visits(FeedSensor):
    """Visits to your site by companies, from the access logs of its web server."""

    name = "visits"
    kinds = KINDS
    every = "1m"
    first_run: ClassVar[str] = "30d"
    deadline: ClassVar[str] = "15m"

    path: Words = Field(
        min_length=1,
        description="Access logs, or patterns such as '/var/log/nginx/access.log*'; relative ones start beside capteur.toml.",
    )
    site: str = Field(
        default="",
        pattern=r"^[^\s:/]*$",
        description="Your site's host, where the log does not name it: 'www.acme.com'.",
    )
    mmdb: Databases = ()
    companies: Table = None
    match_names: MatchNames = False
    own: Own = ()
    groups: Groups = Field(default_factory=dict)
    forwarded: bool = Field(
        default=False,
        description="Behind a proxy: take the address from X-Forwarded-For, the last in quotes of a line; its last entry.",
    )
    signed_in: bool = Field(
        default=False,
        description="Believe the log's user names that are e-mail addresses. Only where the server checks a password for every page.",
    )
    timezone: Zone = Field(default="UTC", description="Zone of times written without an offset (HAProxy).")
    secret: SecretStr | None = Field(
        default=None,
        description="Key of the visitors' names. Without one a key is drawn and thrown away day by day; a backfill needs one.",
    )

    @model_validator(mode="after")
    def _its_packages_are_there(self) -> Self:
        need_packages(self.mmdb)
        return self

    def config_files(self) -> Collection[str | Path]:
        """The table of networks."""
        return (self.companies,) if self.companies else ()

    def covers(self) -> Collection[str] | None:
        """Any company with a database, those of the table without one; who may sign in, nobody can list."""
        if self.mmdb:
            return None
        return listed(self.companies, self.own) if self.companies else ()

    def detect(self, ctx: Context) -> Iterator[Detected]:
        """Yield what visitors of the last minutes did, as far as their company is known.

        Raises ConfigError for a log, table or database that is not there, TransientError for a damaged database, SkipRun for a
        backfill without `secret`.
        """
        if ctx.until is not None and self.secret is None:
            raise SkipRun(
                "a backfill names visitors as the live runs do, and without `secret` their keys are thrown away",
                fix=f'set secret = "env:VISITS_SECRET" in [sensors.{ctx.instance}]',
            )
        memory = load(ctx.cursor)
        if memory.since is None:
            memory.since = int(ctx.since.timestamp())
        if memory.keys is not None and memory.keys.is_ahead(ctx.now.timestamp(), DAY_S, KEPT_DAYS):
            ctx.log.warning("the clock was ahead once, and the key of visitors' names with it: a new one is drawn")
            memory.keys = None
        fresh = self.secret is None and memory.keys is None
        keys = (
            Keys.of_secret(self.secret.get_secret_value())
            if self.secret is not None
            else memory.keys or Keys.fresh(memory.since // DAY_S)
        )
        memory.keys = keys
        end = min(ctx.until or ctx.now + AHEAD, ctx.now + AHEAD)
        databases = [placed(ctx.base, path) for path in self.mmdb]
        table = placed(ctx.base, self.companies) if self.companies else None
        with Companies(databases, table, self.own, names=self.match_names) as companies:
            reading = Reading(
                pages=Pages(self.groups), agents=self._agents, companies=companies, keys=keys, book=memory.book,
                window=Window(memory.since, int(end.timestamp())), site=self.site.lower(), forwarded=self.forwarded,
                signed_in=self.signed_in,
            )  # fmt: skip
            yield from self._follow(ctx, memory, reading, fresh=fresh)
            _report(ctx, memory, reading, companies)
        if ctx.until is None:
            yield Checkpoint(memory.dump())

    def _follow(self, ctx: Context, memory: Memory, reading: Reading, *, fresh: bool) -> Iterator[Detected]:
        patterns = [str(placed(ctx.base, path)) for path in self.path]
        follower = Follower(memory, reading, patterns, now=int(ctx.now.timestamp()), zone=ZoneInfo(self.timezone))
        told = 0
        for number, _ in enumerate(follower.blocks(), 1):
            for visitor in memory.book.parting():
                for thing in tell(visitor):
                    told += 1
                    yield thing
            if fresh and told + len(KINDS) * memory.book.waiting >= FIRST_MOST:
                break
            if number % _HEARTBEAT == 0 and not fresh and ctx.until is None:
                yield Checkpoint(ctx.cursor)
        for visitor in memory.book.news():
            yield from tell(visitor)
        follower.finish()
        for file, why in follower.broken.items():
            ctx.log.warning("a log cannot be read to its end", file=file, why=why)
        assert memory.keys is not None, "set before"
        if follower.is_done:
            memory.keys.forget(int(ctx.now.timestamp()) // DAY_S - KEPT_DAYS)

    @functools.cached_property
    def _agents(self) -> Agents:
        return Agents()


def _report(ctx: Context, memory: Memory, reading: Reading, companies: Companies) -> None:
    """What became of the lines, and, once, what somebody should do about it."""
    counts, book = reading.counts, memory.book
    if counts.lines:
        extra = {"crowded": book.crowded, "forgotten": book.forgotten, "database_faults": companies.faults}
        ctx.log.info("log read", **counts.told(), **{name: count for name, count in extra.items() if count})
    for name in memory.tail.lost:
        ctx.log.warning("a log was rotated away before its end was read", file=name)
    advice: Mapping[str, bool] = {
        "most lines are of no known dialect": counts.foreign > counts.lines // 2,
        "most page views name no agent: let your server log it": counts.agentless
        > max(ENOUGH, counts.views + counts.unknown),
        "no visit is of a known company: give mmdb or companies": ctx.cursor is None
        and counts.unknown > 0 == counts.views,
        "a database is damaged in part": companies.faults > 0,
        "more files than are looked at: name fewer": memory.tail.too_many > 0,
    }
    for text, holds in advice.items():
        if holds and text not in memory.told:
            memory.told.add(text)
            ctx.log.warning(text, lines=counts.lines, foreign=counts.foreign, unknown=counts.unknown)
