"""`capteur privacy report`: what is held of people, where it came from, how long it stays, what leaves this machine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from capteur import keeping, roster
from capteur.clock import format_duration
from capteur.house.equipment import paces_of
from capteur.house.erasing import backups
from capteur.house.touching import SCOPE
from capteur.nearest import did_you_mean
from capteur.settings.retention import SIGNAL
from capteur.store import personal, pruning, retention, runs
from capteur.watching import Finding

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

CATEGORIES: Final = {
    "signal.person": "who it was, as a keyed hash (pseudonymous)",
    "signal.summary": "what happened, in words: titles, names in headlines, notes, questions",
    "signal.data": "details from the source: exact words of questions and asks, ids, campaigns",
    "signal.evidence_url": "where it can be seen; an address may hold an id",
    "alias.text": "ids of companies at their sources, of mailboxes and visitors too",
    "fact.value": "facts about accounts: owner (our own people), size, country",
    "outcome.data": "details of meetings and deals",
    "delivery.body": "webhooks as they came, read by the sensor and kept to be read again",
    "delivery.client": "the address a browser sent from",
    "watch.cursor": "what sensors remember between runs",
    "audit.detail": "what people did in capteur; accounts by number",
    "run.error": "messages of failed runs; they may name an account",
}
"""Every place, in words for people who do not read tables."""
FOREVER: Final = "with its account"


@dataclass(frozen=True, slots=True)
class Holding:
    """One place: what it is in words, how many, the oldest (micros), and how long it stays."""

    place: str
    category: str
    count: int
    oldest: int | None
    stays: str


@dataclass(frozen=True, slots=True)
class Writer:
    """A sensor in use, `touch`, or the list (`accounts`): whether its persons are kept, and what it has brought. `asks` = it sends requests itself."""

    instance: str
    sensor: str
    enabled: bool
    asks: bool
    persons_allowed: bool
    signals: int
    persons: int


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """The report. `hosts` are those that were asked as far as is known, `contact` what every request tells of us."""

    as_of: int
    store: str
    holdings: tuple[Holding, ...]
    schemes: dict[str, int]
    writers: tuple[Writer, ...]
    others: tuple[personal.Source, ...]
    rules: tuple[tuple[str, str, str], ...]
    hosts: tuple[str, ...]
    notifiers: tuple[str, ...]
    contact: str
    backups: tuple[str, ...]


def privacy_report(house: House) -> PrivacyReport:
    """Look at settings and store; nothing is asked of anybody."""

    def look(conn: Connection) -> tuple[list[personal.Kept], list[personal.Source], dict[str, int], set[str], set[str]]:
        found = personal.kept(conn), personal.sources(conn), personal.schemes(conn), personal.hosts(conn)
        return *found, runs.silent(conn)

    settings = house.settings
    kept, sources, schemes, hosts, silent = house.store.read(look)
    writers = _writers(house, {source.sensor: source for source in sources}, silent)
    known = {writer.sensor for writer in writers}
    return PrivacyReport(
        as_of=house.now(),
        store=house.store.shown_url,
        holdings=tuple(Holding(k.place, CATEGORIES[k.place], k.count, k.oldest, _stays(house, k.place)) for k in kept),
        schemes=schemes,
        writers=tuple(writers),
        others=tuple(source for source in sources if source.sensor not in known),
        rules=tuple((rule.pattern, rule.field, format_duration(rule.age)) for rule in settings.retention),
        hosts=tuple(sorted(hosts | set(paces_of([i for i in house.instances if i.enabled])))),
        notifiers=tuple(settings.notifiers),
        contact=settings.web.contact,
        backups=tuple(str(path) for path in backups(house)),
    )


def _writers(house: House, sources: dict[str, personal.Source], silent: Collection[str]) -> list[Writer]:
    privacy, found = house.settings.privacy, []
    nothing = personal.Source("", 0, 0)
    for instance in house.instances:
        brought = sources.get(instance.use, nothing)
        allowed = privacy.allows(instance.name, instance.use)
        asks = instance.shape != "push" and instance.name not in silent
        found.append(
            Writer(instance.name, instance.use, instance.enabled, asks, allowed, brought.signals, brought.persons)
        )
    for scope in (SCOPE, roster.SCOPE):
        brought = sources.get(scope, nothing)
        allowed = scope == SCOPE and privacy.allows(SCOPE)
        found.append(Writer(scope, scope, True, False, allowed, brought.signals, brought.persons))
    return found


def _stays(house: House, place: str) -> str:
    table, _, column = place.partition(".")
    if place == "delivery.client":
        unread, failed = (format_duration(timedelta(microseconds=span)) for span in (keeping.UNREAD, keeping.CLIENTS))
        return f"until it is read, {unread} at most; {failed} where that failed"
    if table == "delivery":
        return format_duration(house.settings.receiving.keep)
    if table == "run":
        return format_duration(timedelta(days=pruning.RUNS_DAYS))
    if table != "signal":
        return FOREVER
    rules = [r for r in house.settings.retention if r.field in (column, SIGNAL)]
    told = [f"{r.pattern}: {format_duration(r.age)}" for r in sorted(rules, key=lambda r: (r.age, r.pattern))]
    return ", ".join(told) if told else FOREVER


def privacy_findings(house: House) -> list[Finding]:
    """Rules about nobody and nothing, and numbers that ask for persons where none are kept: each would go unnoticed."""
    settings, found = house.settings, []
    persons, file = settings.privacy.persons, settings.path.name
    if not isinstance(persons, bool):
        known = {SCOPE, *settings.sensors, *(instance.use for instance in house.instances)}
        for name in persons:
            if name not in known:
                what = f"[privacy] persons names {name!r}, and no sensor is called that{did_you_mean(name, known)}"
                found.append(Finding("warn", "privacy", what, f"correct it in {file}", 0))
    kinds = {*house.kinds, *house.store.read(retention.kinds)}
    for pattern in dict.fromkeys(rule.pattern for rule in settings.retention):
        if not any(fnmatchcase(kind, pattern) for kind in kinds):
            what = f"[retention] {pattern!r} fits no kind{did_you_mean(pattern, kinds)}"
            found.append(Finding("warn", "privacy", what, f"correct it in {file}; capteur sensors list names kinds", 0))
    found += [
        Finding(
            "warn",
            f"models.{name}",
            "breadth asks who it was, and [privacy] persons is off: it will never count",
            f'set persons = ["NAME"] under [privacy] in {file}',
            0,
        )
        for name, estimator in house.estimators.items()
        if estimator.reads_persons() and not persons
    ]
    return found
