"""Adoption: which business tools a company takes up and drops, by its DNS and its pages. Sources and limits: docs/sensors/adoption.md."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from capteur import Account, AccountSensor, Checkpoint, ConfigError, Context, Detected, SkipAccount
from capteur_sensors._tools import PLACES, Place, Rule, Tool, name_key, named, nearest
from capteur_sensors._tools.rules import USUAL_STRENGTH
from capteur_sensors.adoption.book import Book, Fingerprints
from capteur_sensors.adoption.changes import Comparison
from capteur_sensors.adoption.memory import Memory, day_number, load
from capteur_sensors.adoption.names import Asker, NameReader
from capteur_sensors.adoption.pages import PageReader
from capteur_sensors.adoption.reading import Part
from capteur_sensors.adoption.telling import (
    ADOPTED,
    DROPPED,
    PRESENT,
    REMOVED,
    RIVAL_ADOPTED,
    RIVAL_DROPPED,
    Teller,
)

__all__ = ["Adoption"]

READER = "1"
"""Names how traces are taken; a new way of taking them gets a new name, so that old and new ones are not compared."""
MOST_PAGES = 4
NAMES_DAYS = 7
"""Where well-known names lead is asked so rarely: these are two dozen questions, and such names seldom change."""
DNS_PORT = 53


class Adoption(AccountSensor):
    """Tools that companies take up and drop, as their DNS records and their pages show it."""

    name = "adoption"
    kinds = (ADOPTED, DROPPED, RIVAL_ADOPTED, RIVAL_DROPPED, PRESENT, REMOVED)
    every = "1d"
    present_only: ClassVar[bool] = True

    ecosystem: tuple[str, ...] = Field(
        default=(),
        description="Tools that go with what you sell, yours among them: taking one up speaks for you. Names as in the table.",
    )
    competitors: tuple[str, ...] = Field(
        default=(), description="Tools that are sold instead of yours: taking one up speaks against a purchase now."
    )
    tools: dict[str, dict[Place, tuple[str, ...]]] = Field(
        default_factory=dict, description='Tools of your own: [sensors.adoption.tools."Name"] with patterns by place.'
    )
    fingerprints: str | None = Field(
        default=None, description="A folder of fingerprints in Wappalyzer's format, beside capteur.toml."
    )
    pages: int = Field(
        default=MOST_PAGES,
        ge=0,
        le=MOST_PAGES,
        description="Pages read per account: the home page and up to 3 more; 0: none.",
    )
    dns: bool = Field(default=True, description="Whether DNS is asked; needs the extra `adoption`.")
    resolver: tuple[str, ...] = Field(
        default=(), description="DNS resolvers by address, e.g. ['9.9.9.9', '127.0.0.1:5353']; none: the system's."
    )
    queries_per_second: float = Field(
        default=50.0, gt=0, le=10_000, description="Questions to the resolver, over all accounts."
    )
    names: tuple[str, ...] = Field(
        default=(), description="Further names to follow beneath an account's domain, e.g. 'portal'."
    )

    @field_validator("resolver", mode="before")
    @classmethod
    def _one_resolver_will_do(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @field_validator("resolver")
    @classmethod
    def _resolvers_are_addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for number, text in enumerate(given, 1):
            if server(text) is None:
                raise ValueError(
                    f"entry {number} is no address; write e.g. '9.9.9.9', '127.0.0.1:5353' or '[2620:fe::fe]:53'"
                )
        return given

    @field_validator("tools")
    @classmethod
    def _own_tools_have_patterns(
        cls, given: dict[str, dict[Place, tuple[str, ...]]]
    ) -> dict[str, dict[Place, tuple[str, ...]]]:
        for name, places in given.items():
            patterns = [pattern for texts in places.values() for pattern in texts]
            if not name_key(name) or not patterns or not all(pattern.strip("* ./:") for pattern in patterns):
                raise ValueError(
                    f'each tool needs a name and a pattern, e.g. script = ["cdn.acme.io"]; places: {", ".join(PLACES)}'
                )
        return given

    @field_validator("names")
    @classmethod
    def _names_are_labels(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for number, text in enumerate(given, 1):
            if not text or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in text) or ".." in f".{text}.":
                raise ValueError(f"entry {number} is no name; write what stands before the domain, e.g. 'portal'")
        return given

    @model_validator(mode="after")
    def _the_lists_make_sense(self) -> Self:
        if not self.dns and not self.pages:
            raise ValueError("with dns = false and pages = 0 there is nothing to read")
        both = {name_key(n) for n in self._keys(self.ecosystem)} & {name_key(n) for n in self._keys(self.competitors)}
        if both:
            raise ValueError(f"{', '.join(sorted(both))} is in both lists, ecosystem and competitors")
        # A folder of fingerprints may know a name, and is looked at when it is known where it is: at the first run.
        if self.fingerprints is None:
            unknown = self._unknown(Book(self._own()))
            if unknown:
                raise ValueError(unknown)
        if self.dns and find_spec("dns") is None:
            raise ConfigError(
                "asking DNS needs the package dnspython, which is not installed",
                fix="pip install 'capteur[adoption]', or set dns = false to read pages only",
            )
        _ = self._asker  # made now, by one thread: units run in many, and share its pace
        return self

    def detect(self, ctx: Context, account: Account) -> Iterator[Detected]:
        """Yield what changed since the last read. Raises what kept everything from being read, when nothing could be."""
        domain = account.domain
        if domain is None:
            raise SkipAccount(
                "its domain is not known", fix=f"capteur accounts link {account.label!r} to a company with one"
            )
        book = self._book(ctx)
        memory = load(ctx.cursor, f"{READER}{'+own' if self.fingerprints else ''}")
        today = day_number(ctx.now)
        due = {label for label in (*book.labels, *self.names) if memory.is_due(f"cname:{label}", today, NAMES_DAYS)}
        names = NameReader(self._asker.ask, domain, turn=self._asker.turn).read(due) if self.dns else Part()
        pages = (
            PageReader(ctx, account, domain, memory, own=self.fingerprints is not None).read(self.pages)
            if self.pages
            else Part()
        )
        reads = {**names.reads, **pages.reads}
        gone = isinstance(names.failure, SkipAccount)  # no such domain: waiting for its pages would be for ever
        failure = names.failure if gone else pages.failure or names.failure
        if not reads and failure is not None:
            raise failure
        self._report(ctx, memory, domain, names, pages)
        comparison = Comparison(memory, lambda sources: book.seen(sources, domain), ctx.now)
        changes = comparison.changes(reads)
        if memory.held:
            ctx.log.warning("most tools vanished at once; held until the next read confirms it", account=domain)
        teller = Teller(domain, ctx.now, self._keys(self.ecosystem), self._keys(self.competitors), memory.host)
        for change in changes:
            told = teller.tell(change)
            if change.what == "gone":
                memory.tools[change.tool].told = teller.key_of_removal(change)
            if told is not None:
                yield told
        yield Checkpoint(memory.dump())

    def _report(self, ctx: Context, memory: Memory, domain: str, names: Part, pages: Part) -> None:
        """Log once when a part goes down, once when it is back, while the other one hides it from the run's status."""
        for part, failure in (("dns", names.failure), ("pages", pages.failure)):
            what = type(failure).__name__ if failure is not None else ""
            if failure is not None and memory.down.get(part) != what:
                ctx.log.info("not read", part=part, account=domain, why=failure.what)
                memory.down[part] = what
            elif failure is None and part in memory.down:
                ctx.log.info("read again", part=part, account=domain)
                del memory.down[part]

    def _book(self, ctx: Context) -> Book:
        if self.fingerprints is None:
            return self._plain_book
        from capteur_sensors.adoption.fingerprints import load as load_folder

        folder: Fingerprints = load_folder(str(Path(ctx.base, self.fingerprints)))
        book = Book(self._own(), folder)
        unknown = self._unknown(book)
        if unknown:
            raise ConfigError(unknown, fix=f"correct [sensors.{ctx.instance}]")
        return book

    @functools.cached_property
    def _plain_book(self) -> Book:
        return Book(self._own())

    @functools.cached_property
    def _asker(self) -> Asker:
        return Asker([found for found in map(server, self.resolver) if found], self.queries_per_second)

    def _own(self) -> list[Tool]:
        return [
            Tool(
                name,
                rules=tuple(
                    Rule(place, pattern.strip(), "the user", USUAL_STRENGTH[place])
                    for place, patterns in places.items()
                    for pattern in patterns
                ),
            )
            for name, places in self.tools.items()
        ]

    def _keys(self, names: tuple[str, ...]) -> frozenset[str]:
        """The names of a list for comparison: G Suite is Google Workspace."""
        own = {name_key(name) for name in self.tools}
        tools: Mapping[str, Tool | None] = {name: None if name_key(name) in own else named(name) for name in names}
        return frozenset(name_key(tool.name if tool else name) for name, tool in tools.items())

    def _unknown(self, book: Book) -> str:
        """A sentence about the first name that nothing can find; empty when all are known."""
        for option, names in (("ecosystem", self.ecosystem), ("competitors", self.competitors)):
            for name in names:
                if book.knows(name):
                    continue
                if (tool := named(name)) is not None:
                    return f'{option}: entry {names.index(name) + 1}, {tool.name}, leaves no trace that capteur knows; give it one by [sensors.NAME.tools."{tool.name}"]'
                near = nearest(name, self.tools)
                hint = (
                    f"did you mean {near[0]!r}?"
                    if near
                    else 'describe it: [sensors.NAME.tools."Its name"] script = [...]'
                )
                return f"{option}: entry {names.index(name) + 1} is no tool capteur knows; {hint}"
        return ""


def server(text: str) -> tuple[str, int] | None:
    """(address, port) of a resolver as a user writes it; None when it is not an address. Names are refused: who would resolve them?"""
    address, port = text.strip(), str(DNS_PORT)
    if address.startswith("["):
        address, _, rest = address[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif address.count(":") == 1:
        address, _, port = address.partition(":")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return None
    return (address, int(port)) if port.isdigit() and 0 < int(port) < 65_536 else None  # noqa: PLR2004  the ports of TCP and UDP
