"""`capteur check`: what works, what does not, and what to do about it; the network is asked only with `live`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from capteur.clock import format_duration
from capteur.errors import CapteurError, UsageError
from capteur.house.cards import delays_of
from capteur.house.deliveries import gate_findings
from capteur.house.examining import instance_conformance, plugin_findings
from capteur.house.findings import broken_findings, instance_findings, kind_findings
from capteur.house.privacy import privacy_findings
from capteur.house.probing import probe
from capteur.house.rehearsing import built
from capteur.registry import Instance
from capteur.settings.values import LISTS
from capteur.store import coverage, runs, watches
from capteur.watching import (
    DAY,
    SILENCE_DAYS,
    Finding,
    instance_status,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House


def check(house: House, name: str | None = None, *, live: bool = False) -> list[Finding]:
    """Findings in the order a person would look: configuration, database, accounts, plugins, hooks, conformance, instances,
    kinds, probes.

    With a `name` only that instance (or sensor nobody configured) is looked at. Raises UsageError when there is none.
    """
    findings = [*_settings(house), *_database(house), *_lists(house)]
    if name is None:
        instances = house.instances
        findings += broken_findings([b for b in house.broken if b.instance])
        findings += plugin_findings(house)
        findings += _instances(house, instances)
        findings += _models(house, instances)
        findings += _notifiers(house)
        findings += _privacy(house)
    else:
        found, instances = _one(house, name)
        findings += [*found, *_models(house, instances)]
    return findings + probe(house, [i for i in instances if i.enabled or name]) if live else findings


def _one(house: House, name: str) -> tuple[list[Finding], list[Instance]]:
    """What is to be said of one instance, or of a sensor that is installed and not configured."""
    try:
        instance, configured = built(house, name)
    except UsageError:
        raise
    except CapteurError as error:
        return [Finding("error", name, f"{error.what} ({error.why})" if error.why else error.what, error.fix, 2)], []
    if configured and instance.enabled:
        return [*_instances(house, [instance]), *instance_conformance(instance)], [instance]
    words = "disabled" if configured else "keeps the contract; no [sensors.NAME] table uses it"
    return [Finding("ok", name, words), *instance_conformance(instance)], [instance]


def _instances(house: House, instances: Sequence[Instance]) -> list[Finding]:
    def work(conn: Connection) -> list[Finding]:
        rows, now = watches.instances(conn), house.now()
        finds = runs.finds(conn, now - SILENCE_DAYS * DAY)
        return [
            finding
            for i in instances
            for finding in (
                *instance_findings(instance_status(conn, i, rows.get(i.name), now, finds=finds.get(i.name, ())), i),
                *_lost(conn, i),
                *gate_findings(i, listens=house.settings.receiving.listen is not None),
            )
        ]

    return house.store.read(work)


def _lost(conn: Connection, instance: Instance) -> list[Finding]:
    """Kinds of which some are published later than the instance looks back: a run after that never sees them."""
    late = [delay for delay in delays_of(conn, instance) if delay.is_lost and delay.p99 is not None]
    if not late or not instance.enabled:
        return []
    longest = max(delay.p99 for delay in late if delay.p99 is not None)
    kinds = ", ".join(delay.kind for delay in late)
    words = f"{kinds}: more than 1 of 100 is published later than the overlap of {format_duration(instance.overlap)}, and lost"
    return [Finding("warn", instance.name, words, f'overlap = "{longest.days + 1}d" in [sensors.{instance.name}]')]


def _settings(house: House) -> list[Finding]:
    settings = house.settings
    enabled = sum(i.enabled for i in house.instances)
    name = settings.path.name
    found = [
        Finding(
            "ok",
            "config",
            f"{name}, {enabled} {'sensor' if enabled == 1 else 'sensors'}, {len(settings.models)} {'model' if len(settings.models) == 1 else 'models'}",
        )
    ]
    if not enabled and not any(b.instance for b in house.broken):
        found.append(
            Finding(
                "warn",
                "config",
                "no sensor is enabled: nothing will be detected",
                f"add a [sensors.NAME] table to {name}",
            )
        )
    if settings.web.world is not None:
        found.append(
            Finding(
                "warn",
                "config",
                f"[web] world: every request goes to {settings.web.world}, and no source is asked",
                f"take it out of {name}: it is for the demo and for tests",
            )
        )
    if not settings.web.contact:
        found.append(
            Finding(
                "warn",
                "config",
                "[web] contact is empty: polite sources refuse anonymous readers",
                f'set contact = "you@company.example" in {name}',
            )
        )
    return found


def _database(house: House) -> list[Finding]:
    store = house.store
    count = store.read(coverage.listed)
    size = f"{store.size_bytes() / 1e6:.1f} MB"
    found = [Finding("ok", "database", f"{store.shown_url}, schema {store.schema_version}, {size}")]
    if count:
        found.append(Finding("ok", "accounts", f"{count} on the list"))
    else:
        found.append(
            Finding(
                "warn", "accounts", "the list is empty: nobody can be ranked", "capteur accounts import accounts.csv"
            )
        )
    return found


def _lists(house: House) -> list[Finding]:
    """The files of competitors and the like that are not there: what they said before still holds."""
    return [
        Finding(
            "error",
            "accounts",
            f"[accounts] {LISTS[word]}: there is no {path}",
            f"make the file, or take the option out of {house.settings.path.name}, then capteur accounts import",
            2,
        )
        for word, path in house.settings.accounts.lists.items()
        if not path.is_file()
    ]


def _models(house: House, instances: Sequence[Instance]) -> list[Finding]:
    try:
        estimators = house.estimators
    except CapteurError as error:
        what = f"{error.what} ({error.why})" if error.why else error.what
        return [Finding("error", "models", what, error.fix or None, 2)]
    kinds = {kind.name: kind for i in instances for kind in i.kinds.values()}
    return [Finding("ok", f"models.{name}", estimator.name) for name, estimator in estimators.items()] + kind_findings(
        kinds.values(), estimators
    )


def _privacy(house: House) -> list[Finding]:
    try:
        return privacy_findings(house)
    except CapteurError:
        return []  # a model that cannot be built is told where models are


def _notifiers(house: House) -> list[Finding]:
    _, broken = house.registry.notifiers(house.settings)
    return [Finding("warn", f"notifiers.{b.instance or b.name}", b.message, b.fix or None) for b in broken]
