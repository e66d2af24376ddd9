"""What `capteur check` says of instances, kinds, and of what could not be built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from capteur.clock import from_micros
from capteur.estimator import Estimator
from capteur.kinds import CATALOGUE, Kind, is_kind_name
from capteur.nearest import did_you_mean, nearest
from capteur.registry import Broken, Instance
from capteur.watching import Finding, InstanceStatus

_DEFAULT: Final = "no weight configured, so weight 1 and half-life 30 d"


def instance_findings(status: InstanceStatus, instance: Instance) -> list[Finding]:
    """What `check` says of one instance."""
    topic, schedule = status.name, str(instance.schedule)
    if status.state in ("disabled", "paused"):
        return [
            Finding("ok" if status.state == "disabled" else "warn", topic, status.error or status.state, status.fix)
        ]
    if status.state == "parked" and status.parked_at is not None:
        words = f"parked since {from_micros(status.parked_at):%d %b %H:%M} UTC: {status.error}"
        return [Finding("error", topic, words, status.fix, 4 if status.credentials else 2)]
    if status.state == "never":
        return [Finding("ok", topic, f"{instance.use}, {schedule}, has not run yet", "capteur run")]
    when = (
        f"last good run {from_micros(status.last_ok):%d %b %H:%M} UTC"
        if status.last_ok is not None
        else "no good run yet"
    )
    watched = f", {status.ok} of {status.accounts} accounts watched" if instance.shape == "account" else ""
    failing = f", {status.failing} failing" if status.failing else ""
    line = f"{when}, {schedule}{watched}{failing}"
    if status.state == "ok" and not status.failing:
        return [Finding("ok", topic, line)]
    detail = f"{line}: {status.error}" if status.error else line
    if status.state in ("ok", "partial", "late", "silent", "waiting", "skipped"):
        return [Finding("warn", topic, detail, status.fix or "capteur run")]
    return [Finding("error", topic, detail, status.fix or f"capteur run {topic}", 1)]


def kind_findings(kinds: Iterable[Kind], models: Mapping[str, Estimator]) -> list[Finding]:
    """Kinds that count with default weights because nobody configured them, and weights of kinds that nobody finds."""
    found, emitted = [], {kind.name for kind in kinds}
    for name, estimator in models.items():
        declared, topic = estimator.declared(), f"models.{name}"
        loose = sorted(emitted - declared) if declared else []
        if loose:
            found.append(Finding("warn", topic, f"{', '.join(loose)}: {_DEFAULT}", _weight(name, loose[0])))
        known = {*CATALOGUE, *emitted}
        for kind in sorted(filter(is_kind_name, declared - known)):  # what an estimator derives has other names
            text = f"{kind}: a weight for a kind that no sensor here finds{did_you_mean(kind, known)}"
            found.append(Finding("warn", topic, text, f'correct or remove [models.{name}.kinds."{kind}"]'))
    return found


def _weight(model: str, kind: str) -> str:
    """The cure for a kind without a weight: its name, if it is nearly one of the catalogue's, else a weight."""
    near = nearest(kind, CATALOGUE, 1)
    weight = f'[models.{model}.kinds."{kind}"] weight = ..., half_life = "..."'
    return f"call it {near[0]}, if that is meant; else {weight}" if near else weight


def broken_findings(broken: Sequence[Broken]) -> list[Finding]:
    """Configured instances that could not be built, each by its own name."""
    return [Finding("error", b.instance or b.name, b.message, b.fix or None, 2) for b in broken]
