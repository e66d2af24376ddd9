"""Funding: who raised money, from the filings and headlines that say so. Sources and limits: docs/sensors/funding.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import ClassVar, Self
from xml.etree.ElementTree import Element

from pydantic import Field, SecretStr, field_validator, model_validator

from capteur import (
    AccountRef,
    AuthError,
    CapteurError,
    Checkpoint,
    ConfigError,
    Context,
    Detected,
    FeedSensor,
    RateLimited,
    Signal,
    SourceChanged,
    TransientError,
)
from capteur.domains import host_of, registrable
from capteur_sensors.funding import companies_house
from capteur_sensors.funding.archive import HOST
from capteur_sensors.funding.edgar import Edgar
from capteur_sensors.funding.feeds import digest, read_entry, read_feed
from capteur_sensors.funding.headlines import read_headline
from capteur_sensors.funding.memory import load
from capteur_sensors.funding.telling import RAISED

__all__ = ["Funding"]

NEWS = 0.8
"""The strength of a headline: it is somebody's word for it, and read by a machine."""
_WORST_FIRST = (AuthError, ConfigError, RateLimited, TransientError)


class Funding(FeedSensor):
    """Companies that raised money: SEC Form D filings, funding news by RSS or Atom, share allotments in the UK register."""

    name = "funding"
    kinds = (RAISED,)
    every = "6h"
    overlap: ClassVar[str] = "14d"  # for the news; of EDGAR the memory knows which days are settled
    first_run: ClassVar[str] = "14d"
    deadline: ClassVar[str] = "45m"

    edgar: bool = Field(
        default=True, description="Read Form D filings at the SEC (US, no key; [web] contact must be set)."
    )
    feeds: tuple[str, ...] = Field(default=(), description="Addresses of RSS or Atom feeds with funding news.")
    min_amount: int = Field(
        default=0, ge=0, description="Rounds below this are not told, in the currency they are in; unknown amounts are."
    )
    requests_per_second: float = Field(
        default=5.0,
        gt=0,
        le=10,
        description="How fast EDGAR is asked; its rules allow 10, over everybody at your address.",
    )
    companies_house_key: SecretStr | None = Field(
        default=None, description="Key of the UK Companies House API (free of charge)."
    )
    uk_companies: dict[str, str] = Field(
        default_factory=dict, description="UK companies to look up: an account's domain = its company number."
    )

    @field_validator("feeds")
    @classmethod
    def _feeds_are_addresses(cls, feeds: tuple[str, ...]) -> tuple[str, ...]:
        for number, url in enumerate(feeds, 1):
            if not url.lower().startswith(("http://", "https://")) or host_of(url) is None:
                raise ValueError(f"entry {number} is not a web address")
            if url in feeds[: number - 1]:
                raise ValueError(f"entry {number} is listed twice")
        return feeds

    @field_validator("uk_companies")
    @classmethod
    def _companies_have_numbers(cls, companies: dict[str, str]) -> dict[str, str]:
        for number, (domain, register) in enumerate(companies.items(), 1):
            if registrable(domain) is None or companies_house.plain_number(register) is None:
                raise ValueError(f'entry {number}: write the domain and the number, e.g. "acme.co.uk" = "01234567"')
        return companies

    @model_validator(mode="after")
    def _has_something_to_read(self) -> Self:
        if self.uk_companies and self.companies_house_key is None:
            raise ValueError('uk_companies needs companies_house_key = "env:COMPANIES_HOUSE_KEY"')
        if not (self.edgar or self.feeds or self.uk_companies):
            raise ValueError("edgar = false, no feeds and no uk_companies: there is nothing to read")
        return self

    def paces(self) -> Mapping[str, float]:
        """EDGAR's rules of fair access, and the register's."""
        return {HOST: self.requests_per_second, companies_house.HOST: companies_house.PACE}

    def detect(self, ctx: Context) -> Iterator[Detected]:
        """Yield what was raised. A source that fails is counted and the others go on; raises when none of them answered.

        Raises ConfigError before anything is asked when EDGAR shall be read and the project has no contact.
        """
        memory = load(ctx.cursor, ctx.since.date())
        edgar = Edgar(ctx, memory, self.min_amount) if self.edgar else None
        tally = Tally()
        if edgar is not None:
            yield from edgar.detect()
            tally.add(None if edgar.answered else edgar.failed)
        for url in self.feeds:
            yield from self._feed(ctx, url, tally)
        if self.companies_house_key is not None:
            for domain, number in self.uk_companies.items():
                yield from self._register(ctx, self.companies_house_key, domain, number, tally)
        tally.verify()
        if edgar is not None:
            yield Checkpoint(memory.dump(edgar.last))

    def _feed(self, ctx: Context, url: str, tally: Tally) -> Iterator[Detected]:
        try:
            answer = ctx.http.get(url, conditional=True, accept={401, 403})
            if answer.status >= 400:  # noqa: PLR2004  no credential of ours is wrong: a site's doorman, and nothing to park for
                raise SourceChanged(f"{host_of(url)} refuses to serve its feed ({answer.status})")
            rows = [] if answer.unchanged else read_feed(answer)
        except CapteurError as error:
            yield from tally.refuse(ctx, error)
            return
        tally.add(None)
        host = host_of(url)

        def signal(row: Element) -> Signal | None:
            entry = read_entry(row)
            found = read_headline(entry.title, entry.text) if _within(entry.moment, ctx) else None
            if found is None or found.amount < self.min_amount:
                return None
            return Signal(
                kind=RAISED,
                account=AccountRef(name=found.name, domain=entry.site_of(found.name)),
                key=f"{host}:{digest(entry.id)}",
                occurred_at=entry.moment,
                summary=entry.title,
                evidence_url=entry.link,
                strength=NEWS,
                data={"amount": found.amount, "currency": found.currency, "feed": url},
            )

        yield from ctx.each(rows, signal)

    def _register(self, ctx: Context, key: SecretStr, domain: str, number: str, tally: Tally) -> Iterator[Detected]:
        number = companies_house.plain_number(number) or number
        try:
            statements = companies_house.Register(ctx, key).statements(number)
        except CapteurError as error:
            yield from tally.refuse(ctx, error)
            return
        tally.add(None)
        for signal in companies_house.raises(domain, number, statements):
            if isinstance(signal.occurred_at, date) and _within(signal.occurred_at, ctx):
                yield signal


class Tally:
    """Which of the sources answered, and what was the matter with the others."""

    def __init__(self) -> None:
        self._answered = 0
        self._errors: list[CapteurError] = []

    def add(self, error: CapteurError | None) -> None:
        """One source more: None when it answered."""
        if error is None:
            self._answered += 1
        else:
            self._errors.append(error)

    def refuse(self, ctx: Context, error: CapteurError) -> Iterator[Detected]:
        """A source that failed, counted as `ctx.each` counts a bad row."""
        self.add(error)

        def bad(error: CapteurError) -> Detected:
            raise error

        return ctx.each([error], bad)

    def verify(self) -> None:
        """Raise when no source answered: the error that somebody has to do something about, else the one that says how long to wait."""
        if self._answered or not self._errors:
            return
        raise next((e for kind in _WORST_FIRST for e in self._errors if isinstance(e, kind)), self._errors[0])


def _within(moment: datetime | date, ctx: Context) -> bool:
    """Whether it lies in the run's window. A day counts whole where the window begins in the middle of it."""
    if isinstance(moment, datetime):
        return ctx.since <= moment and (ctx.until is None or moment < ctx.until)
    at = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return ctx.since.date() <= moment and (ctx.until is None or at < ctx.until)
