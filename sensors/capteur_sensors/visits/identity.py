"""Who a message is about: the company that it names itself, and the ids by which earlier and later messages belong to it.

Nothing of a person is handed on: ids and free-mail addresses become keyed hashes, of a business address only the company's domain
is said. A hash can be made as long as its key is there: two spans of time, so that what a visitor did before attaches when a form
says who it was, and not much longer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from capteur import AccountRef, SameAs
from capteur.domains import is_free_mail, is_hosted, registrable
from capteur_sensors.visits.keys import visitor
from capteur_sensors.visits.message import Message, inner, text
from capteur_sensors.visits.onsite import Onsite

USER: Final = "user"
VISITOR: Final = "visitor"
PERSON: Final = "person"
_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Who:
    """Who a message is about.

    Args:
        domain, name: of the company, as the message names it; empty where it does not.
        email: of the person, in small letters; goes into no signal but as `person`.
        is_free: the address is at a free-mail host, and says nothing about a company.
        is_ours: one of our own people.
    """

    domain: str = ""
    name: str = ""
    email: str = ""
    is_free: bool = False
    is_ours: bool = False

    @property
    def company(self) -> AccountRef | None:
        """None when the message names no company."""
        return AccountRef(name=self.name or None, domain=self.domain or None) if self.domain or self.name else None


@dataclass(frozen=True, slots=True)
class Reads:
    """Where companies and e-mail addresses stand in messages beside their usual places: paths such as `properties.email`."""

    own: Collection[str] = ()
    email: tuple[str, ...] = ()
    website: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    _emails: tuple[str, ...] = field(default=("traits.email", "context.traits.email", "userId"), init=False)

    def who(self, message: Message) -> Who:
        """What the message says itself. A form's company name counts, for somebody filled it in."""
        email = next((e for path in (*self._emails, *self.email) if (e := _address(message.at(path)))), "")
        host = email.rpartition("@")[2]
        domain = registrable(host) or "" if host else ""
        if domain in self.own:
            return Who(is_ours=True)
        free = bool(domain) and is_free_mail(domain)
        company = "" if free or is_hosted(host) else domain
        site, name = self._told(message)
        if site in self.own and site:
            return Who(is_ours=True)
        chosen = (site or company) if message.type == "group" else (company or site)
        return Who(chosen, name if chosen == site else "", email if domain else "", free)

    def _told(self, message: Message) -> tuple[str, str]:
        """The company's domain and name in traits and fields."""
        traits = message.traits
        sites: list[object] = [message.at(path) for path in self.website]
        names: list[object] = [message.at(path) for path in self.company]
        for of in (traits, inner(message.context, "traits")):
            company = of.get("company")
            group = message.type == "group" and of is traits
            about = of if group else inner(of, "company")
            sites += [about.get("website"), about.get("domain")]
            names += [about.get("name")]
            if not group:
                sites += [of.get("website"), of.get("company_domain")]
                names += [company, of.get("company_name")]
        if message.type == "group":
            sites.append(message.group)
        site = next((domain for given in sites if (domain := company_domain(text(given)))), "")
        name = next((found[:_NAME] for given in names if (found := text(given)) and "@" not in found), "")
        return site, name


def company_domain(given: str) -> str:
    """The registrable domain of a web site, when it is a company's own; else empty."""
    domain = registrable(given) if "." in given else None
    return "" if domain is None or is_hosted(given) or is_free_mail(domain) else domain


def ids(message: Message, key: bytes) -> dict[str, str]:
    """By what the sender knows the visitor, as hashes: who signed in, and the browser."""
    told = {USER: message.user, VISITOR: message.anonymous}
    return {scheme: hashed(key, scheme, value) for scheme, value in told.items() if value}


def telling(message: Message, memory: Onsite, key: bytes) -> dict[str, str]:
    """Of the ids those that were not said to be two companies'."""
    return _clear(ids(message, key), memory)


def waiting(message: Message, who: Who, memory: Onsite, key: bytes) -> dict[str, str]:
    """Under which ids a visitor of no known company waits for a form or a sign-in."""
    person = {PERSON: hashed(key, PERSON, who.email)} if who.is_free else {}
    return telling(message, memory, key) or _clear(person, memory)


def _clear(given: dict[str, str], memory: Onsite) -> dict[str, str]:
    return {scheme: id_ for scheme, id_ in given.items() if not memory.is_ambiguous(id_)}


def hashed(key: bytes, scheme: str, value: str) -> str:
    """The keyed hash of an id."""
    return visitor(key, scheme.encode(), b"", value.encode("utf-8", "replace"))


def names(key: bytes, person: str, companies: Collection[str] = ()) -> set[str]:
    """Every name that somebody has under one key, in ids and in the keys of visits, by an e-mail address, a user id or a browser's.

    Where the company was known, a visit's name is made together with it: with one of these `companies`.
    """
    told = {person, person.lower()}
    domain = registrable(person.rpartition("@")[2]) if "@" in person else None
    whose = {"", domain or "", *companies}
    found = {hashed(key, scheme, value) for scheme in (USER, VISITOR, PERSON) for value in told}
    return found | {
        visitor(key, of.encode("utf-8", "replace"), b"", value.encode("utf-8", "replace"))
        for of in whose
        for value in told
    }


def same(message: Message, who: Who, memory: Onsite, numbers: Collection[int]) -> list[SameAs]:
    """Which ids belong together, or to a company, for each span of time whose key is there."""
    made: list[SameAs] = []
    for number in numbers:
        key = memory.keys.of(number)
        if key is not None:
            made += _same(message, who, memory, key)
    return made


def _same(message: Message, who: Who, memory: Onsite, key: bytes) -> list[SameAs]:
    known = telling(message, memory, key)
    if message.type == "alias":
        if not message.user or not message.previous:
            return []
        before = _clear({scheme: hashed(key, scheme, message.previous) for scheme in (USER, VISITOR)}, memory)
        return [SameAs(before, AccountRef(ids={USER: known[USER]}))] if before and USER in known else []
    person = {PERSON: hashed(key, PERSON, who.email)} if who.is_free and who.email else {}
    company = who.company
    if company is not None:
        label = company.domain or f"={(company.name or '').casefold()}"
        belonging = {scheme: id_ for scheme, id_ in {**ids(message, key), **person}.items() if memory.claim(id_, label)}
        return [SameAs(belonging, company)] if belonging else []
    if _clear(person, memory):
        return [SameAs(known, AccountRef(ids=person))] if known else []
    if USER in known and VISITOR in known:
        return [SameAs({VISITOR: known[VISITOR]}, AccountRef(ids={USER: known[USER]}))]
    return []


def _address(given: str) -> str:
    local, at, host = given.lower().partition("@")
    return given.lower() if at and local and host and "@" not in host and " " not in given else ""
