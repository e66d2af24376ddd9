"""Segment-shaped webhooks: Segment, RudderStack, Jitsu. What they send and how they are set up: docs/sensors/segment.md."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from capteur import AccountRef, Checkpoint, Context, Delivery, Detected, InputError
from capteur_sensors.visits import identity
from capteur_sensors.visits.companies import NOBODY, Companies
from capteur_sensors.visits.consent import declined
from capteur_sensors.visits.events import KINDS as EVENT_KINDS
from capteur_sensors.visits.events import LEFT_OUT, Events, unaddressed
from capteur_sensors.visits.events import Words as Written
from capteur_sensors.visits.identity import Reads, Who
from capteur_sensors.visits.keys import DAY_S, visitor
from capteur_sensors.visits.message import Message, inner, read, text
from capteur_sensors.visits.onsite import Onsite
from capteur_sensors.visits.pages import is_paid, masked, path_of
from capteur_sensors.visits.pushed import PushedVisits, Words
from capteur_sensors.visits.sessions import KINDS
from capteur_sensors.visits.telling import address_of, tell

__all__ = ["Segment"]

TOGETHER: Final = 5000
"""Messages of one delivery that are looked at; Segment sends a thousand at most."""
SPANS_BACK: Final = 40
"""With a key of the user's own names can always be made again; so many months back somebody is looked for."""
_PAID_MEDIA: Final = frozenset({"cpc", "ppc", "cpm", "cpv", "display", "banner", "retargeting", "paid"})


class Fields(BaseModel):
    """Where a message holds what somebody wrote, beside the usual places: paths such as `properties.message`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    question: Words = Field(
        default=("properties.question", "properties.message", "properties.comment", "properties.comments"),
        description="The words of a question.",
    )
    statement: Words = Field(
        default=("properties.statement",), description="The exact words of somebody who asks to be contacted."
    )
    place: Words = Field(
        default=("properties.place", "context.page.url", "properties.url"), description="Where they said so."
    )
    email: Words = Field(
        default=("properties.email", "properties.work_email"), description="A form's e-mail address: who it was."
    )
    website: Words = Field(
        default=("properties.website", "properties.company_domain"), description="A form's web site of the company."
    )
    company: Words = Field(
        default=("properties.company", "properties.company_name"), description="A form's name of the company."
    )

    @field_validator("*")
    @classmethod
    def _are_paths(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for number, path in enumerate(given, 1):
            if path.partition(".")[0] not in ("properties", "traits", "context") or "." not in path:
                raise ValueError(f"entry {number} is no path; write e.g. properties.message")
        return given


class Segment(PushedVisits):
    """Visits, questions and downloads that Segment, RudderStack or Jitsu send on, told by who signed in before networks."""

    name = "segment"
    kinds = (*KINDS, *EVENT_KINDS)
    named_for_s: ClassVar[int] = 30 * DAY_S
    names_kept: ClassVar[int] = 1

    sites: Words = Field(
        default=(), description="Only pages of these hosts and those beneath them count; none given: all do."
    )
    events: dict[str, str] = Field(
        default_factory=dict,
        description='What track calls mean: [sensors.segment.events] "Form Submitted" = "question.asked".',
    )
    fields: Fields = Field(
        default_factory=Fields,
        description='Where the words stand: [sensors.segment.fields] question = ["properties.message"].',
    )
    consent: Words = Field(
        default=(), description="Categories that a visitor has to have granted; none given: none may be denied."
    )
    anonymous: bool = Field(
        default=True, description="Keep what visitors of no known company did, until a form or a sign-in names it."
    )

    @field_validator("events")
    @classmethod
    def _kinds_are_ours(cls, given: dict[str, str]) -> dict[str, str]:
        for number, kind in enumerate(given.values(), 1):
            if kind not in EVENT_KINDS and kind != LEFT_OUT:
                raise ValueError(f"entry {number} is none of {', '.join((*EVENT_KINDS, LEFT_OUT))}")
        return given

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Detected]:
        """Yield what a message or a batch of them says; a bad one is counted, and the others go on.

        Raises SourceChanged for a body that is not JSON; ConfigError and TransientError for a database that cannot be used.
        """
        body = delivery.json()
        received = delivery.received_at
        memory = self.onsite(ctx, received.timestamp())
        reading = _Reading(self, memory, self.networks(ctx))
        messages = _messages(body)
        if len(messages) > TOGETHER:
            ctx.log.warning(
                "a delivery has too many messages; the rest is left out", messages=len(messages), most=TOGETHER
            )
        yield from ctx.each(messages[:TOGETHER], lambda raw: reading.read(read(raw, received)))
        self.move_on(ctx, memory, received.timestamp())
        if memory.changed:
            yield Checkpoint(memory.dump())
        if reading.left_out:
            ctx.log.debug("left out", **reading.left_out)
        for note, count in reading.notes.items():
            ctx.log.info(note, events=count)

    def known_as(self, memory: Any, person: str, now: datetime) -> set[str]:
        """The names that a person had in ids and keys, by an e-mail address or a user id, as long as their keys are there."""
        number = int(now.timestamp()) // self.named_for_s
        secret = self.visitor_key.get_secret_value() if self.visitor_key is not None else None
        known = Onsite.load(memory, secret, number)
        companies = known.companies()
        back = self.names_kept if secret is None else SPANS_BACK
        made = (known.keys.of(of) for of in range(number - back, number + 1))
        return {name for key in made if key is not None for name in identity.names(key, person.strip(), companies)}

    @functools.cached_property
    def reads(self) -> Reads:
        """Where companies and people stand."""
        return Reads(frozenset(self.own), self.fields.email, self.fields.website, self.fields.company)

    @functools.cached_property
    def meanings(self) -> Events:
        """What events mean."""
        words = Written(self.fields.question, self.fields.statement, self.fields.place)
        return Events(self.events, words)


def _messages(body: Any) -> list[Any]:
    """The messages of a body: one, a list, or a batch."""
    if isinstance(body, Mapping) and "type" not in body and isinstance(body.get("batch"), list):
        shared = {name: body[name] for name in ("context", "integrations", "sentAt", "receivedAt") if name in body}
        return [{**shared, **item} if isinstance(item, Mapping) else item for item in body["batch"]]
    return body if isinstance(body, list) else [body]


@dataclass(slots=True)
class _Reading:
    """One delivery's. Holds addresses as long as it lives, and gives none away."""

    sensor: Segment
    memory: Onsite
    networks: Companies
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def read(self, message: Message | None) -> list[Detected]:
        """What one message says. Raises InputError for one that means nothing."""
        if message is None:
            return []
        who = self.sensor.reads.who(message)
        if declined(message, self.sensor.consent):
            self.left_out["declined"] += 1
        elif self._is_program(message):
            self.left_out["programs"] += 1
        elif who.is_ours:
            self.left_out["own"] += 1
        else:
            told = {"page": self._page, "screen": self._page, "track": self._event}.get(message.type, self._same)
            return told(message, who)
        return []

    def _is_program(self, message: Message) -> bool:
        """Servers and apps send messages too, under names that no browser has; only of a page it has to be a browser."""
        agent = text(message.context.get("userAgent"))
        agents = self.sensor.agents
        if message.type == "page" and agent:
            return agents.is_program(agent.encode("utf-8", "replace"))
        return bool(agent) and agents.is_listed(agent)

    def _same(self, message: Message, who: Who) -> list[Detected]:
        if who.company is None and not self.sensor.anonymous:
            return []
        number = int(message.moment.timestamp()) // self.sensor.named_for_s
        return list(identity.same(message, who, self.memory, (number, number - 1)))

    def _event(self, message: Message, who: Who) -> list[Detected]:
        if self.sensor.meanings.kind(message) is None:
            return []
        found = self._whose(message, who)
        if found is None:
            return []
        host, path = _place(message)
        if not self._is_wanted(host):
            return self._leave("other_sites")
        day = int(message.moment.timestamp()) // DAY_S
        if not (found[0].domain or found[0].name) and not self.memory.takes_stranger(day):
            return self._leave("crowded")
        signal, note = self.sensor.meanings.signal(
            message, found[0], host or "segment", address_of(host, masked(path)) if path else None, who.email or None
        )
        if note:
            self.notes[note] += 1
        told = self._same(message, who) if who.company is not None or who.is_free else []
        return told if signal is None else [*told, signal]

    def _page(self, message: Message, who: Who) -> list[Detected]:
        host, path = _place(message)
        if not self._is_wanted(host):
            return self._leave("other_sites")
        if not path:
            raise InputError("a page has neither an address nor a path")
        page = self.sensor.pages.of(path.encode("utf-8", "replace"))
        if page is None:
            return self._leave("no_pages")
        found = self._whose(message, who)
        if found is None:
            return []
        account, name = found
        day = int(message.moment.timestamp()) // DAY_S
        known = account.domain or account.name or ""
        guest = self.memory.visitor(name, host or "segment", known, day)
        if guest is None:
            return self._leave("crowded")
        moment = int(message.moment.timestamp())
        guest.view(page, moment, moment, paid=_is_paid(message))
        guest.person = who.email or None
        told = list(tell(guest, account, _campaign(message)))
        self.memory.keep(guest)
        return list(told)

    def _whose(self, message: Message, who: Who) -> tuple[AccountRef, str] | None:
        """The account, and the visitor's name in keys; None for nobody who can be told from others."""
        key = self.memory.keys.of(int(message.moment.timestamp()) // self.sensor.named_for_s)
        if key is None:
            self.left_out["too_old"] += 1
            return None
        known = identity.waiting(message, who, self.memory, key)
        address = text(message.context.get("ip")) or text(message.raw.get("ip"))
        account = who.company
        if account is None:
            claimed = any(id_ in self.memory.claims for id_ in known.values())  # who signed in goes before any network
            found = NOBODY if claimed else self.networks.find(address)
            account = AccountRef(domain=found.domain or None, name=found.name or None, ids=known)
            if not (account.domain or account.name) and (not self.sensor.anonymous or not account.ids):
                self.left_out["unknown"] += 1
                return None
        whose = (account.domain or account.name or "").encode("utf-8", "replace")
        own = message.user or message.anonymous or who.email or address
        return account, visitor(key, whose, b"", own.encode("utf-8", "replace"))

    def _is_wanted(self, host: str) -> bool:
        sites = self.sensor.sites
        return not sites or any(host == site.lower() or host.endswith(f".{site.lower()}") for site in sites)

    def _leave(self, why: str) -> list[Detected]:
        self.left_out[why] += 1
        return []


def _place(message: Message) -> tuple[str, str]:
    """The host and the path of the page a message is about; a screen's path is made of its name."""
    page = inner(message.context, "page")
    given = text(message.properties.get("url")) or text(page.get("url"))
    try:
        parts = urlsplit(given)
        host, path = (parts.hostname or "").lower(), parts.path
    except ValueError:  # brackets that do not close
        host, path = "", ""
    if not host or not all(c.isalnum() or c in ".-_" for c in host) or not host.isascii():
        host = ""
    path = path or text(message.properties.get("path")) or text(page.get("path"))
    if host and not path:
        path = "/"
    if message.type == "screen" and message.name:
        host = host or text(inner(message.context, "app").get("namespace")).lower()[:100]
        path = "/" + "-".join(message.name.lower().split())
    bare = path_of(path.encode("utf-8", "replace")) if path.startswith("/") else None
    return host[:100], bare or ""


def _is_paid(message: Message) -> bool:
    """Whether the view came by a click that was paid for."""
    page = inner(message.context, "page")
    medium = text(inner(message.context, "campaign").get("medium")).lower()
    given = (text(page.get("search")), text(page.get("url")).partition("?")[2], text(message.properties.get("search")))
    return medium in _PAID_MEDIA or any(is_paid(f"?{query.lstrip('?')}".encode("utf-8", "replace")) for query in given)


def _campaign(message: Message) -> dict[str, str]:
    """The campaign's name, source and medium."""
    given = inner(message.context, "campaign")
    named = {word: unaddressed(text(given.get(word)))[:60] for word in ("name", "source", "medium")}
    told = " / ".join(value for value in named.values() if value)
    return {"campaign": told} if told else {}
