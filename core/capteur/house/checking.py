"""`capteur check`: what works, what does not, and what to do about it, without touching the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capteur.errors import CapteurError
from capteur.store import coverage, watches
from capteur.watching import Finding, broken_findings, instance_findings, instance_status, kind_findings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House


def check(house: House) -> list[Finding]:
    """Findings in the order a person would look: configuration, database, accounts, plugins, instances, kinds."""
    findings = [*_settings(house), *_database(house)]
    findings += broken_findings([b for b in house.broken if b.instance])
    used = {b.name for b in house.broken if b.instance}
    findings += [
        Finding(
            "warn",
            f"plugin {p.name}",
            p.message,
            f"pip uninstall {p.distribution}" if p.distribution else f"correct {p.where}",
        )
        for p in house.plugins()
        if p.state == "broken" and p.name not in used
    ]

    def instances(conn: Connection) -> list[Finding]:
        rows, now = watches.instances(conn), house.now()
        return [
            finding
            for i in house.instances
            for finding in instance_findings(instance_status(conn, i, rows.get(i.name), now), i)
        ]

    findings += house.store.read(instances)
    findings += _models(house)
    findings += _notifiers(house)
    return findings


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
    if not enabled:
        found.append(
            Finding(
                "warn",
                "config",
                "no sensor is enabled: nothing will be detected",
                f"add a [sensors.NAME] table to {name}",
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


def _models(house: House) -> list[Finding]:
    try:
        estimators = {name: model.estimator for name, model in house.models.items()}
    except CapteurError as error:
        return [Finding("error", "models", error.what, error.fix or None, 2)]
    kinds = {kind.name: kind for i in house.instances for kind in i.kinds.values()}
    return [Finding("ok", f"models.{name}", estimator.name) for name, estimator in estimators.items()] + kind_findings(
        kinds.values(), estimators
    )


def _notifiers(house: House) -> list[Finding]:
    _, broken = house.registry.notifiers(house.settings)
    return [Finding("warn", f"notifiers.{b.instance or b.name}", b.message, b.fix or None) for b in broken]
