"""What an operator asks: is everything running, what is late or parked, and what would go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

from capteur.clock import format_duration, from_micros
from capteur.estimator import Estimator
from capteur.kinds import Kind
from capteur.registry import Broken, Instance
from capteur.sensor import FeedSensor
from capteur.store import accounts as stored_accounts
from capteur.store import watches
from capteur.store.coverage import Watcher
from capteur.store.shapes import InstanceRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

InstanceState = Literal[
    "ok", "partial", "late", "parked", "waiting", "backoff", "quarantined", "never", "disabled", "broken"
]
INTERVALS = 3
"""An account is watched while its last good run is at most so many intervals ago."""
DAY = 86_400_000_000
DAILY = timedelta(days=1)
"""How often an instance with an hour (`at`) runs."""


@dataclass(frozen=True, slots=True)
class InstanceStatus:
    """One configured instance. Counts are of watch rows (accounts; 1 for a feed); times in micros."""

    name: str
    state: InstanceState
    last_ok: int | None = None
    next_due: int | None = None
    accounts: int = 0
    ok: int = 0
    failing: int = 0
    skipped: int = 0
    error: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The answer of `capteur status`."""

    as_of: int
    store: str
    schema: str
    instances: list[InstanceStatus]
    signals_24h: int
    stale: int
    broken: list[Broken]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `capteur check`; `exit_code` is what it makes the command end with."""

    level: Literal["ok", "warn", "error"]
    topic: str
    text: str
    fix: str | None = None
    exit_code: int = 0


def horizon(instance: Instance) -> int:
    """How long a good run counts as watching, in micros."""
    interval = max(instance.every, DAILY) if instance.at else instance.every
    span = instance.silent_after if instance.shape == "push" else interval * INTERVALS
    return int(span.total_seconds() * 1_000_000)


def watchers(conn: Connection, instances: Iterable[Instance]) -> list[Watcher]:
    """The enabled instances as coverage sees them. A file of the past watches nobody, a feed those it could name."""
    rows = watches.instances(conn)
    found = []
    for instance in instances:
        sensor = instance.sensor
        if not instance.enabled or sensor.history:
            continue
        row = rows.get(instance.name)
        parked = row is not None and row.parked_at is not None
        domains = sensor.covers() if isinstance(sensor, FeedSensor) else None
        only = None if domains is None else stored_accounts.listed_among(conn, domains)
        found.append(Watcher(instance.name, instance.shape != "account", horizon(instance), parked, only))
    return found


def instance_status(conn: Connection, instance: Instance, row: InstanceRow | None, now: int) -> InstanceStatus:
    """The state of one instance from its watch rows."""
    if not instance.enabled:
        return InstanceStatus(instance.name, "disabled")
    rows = watches.rows(conn, instance.name)
    good = [
        r for r in rows if r.last_ok is not None and now - r.last_ok <= horizon(instance) and r.last_status != "skipped"
    ]
    failing = [r for r in rows if r.fails > 0]
    last_ok = max((r.last_ok for r in rows if r.last_ok is not None), default=None)
    worst = max(failing, key=lambda r: r.fails, default=None)
    error, fix = (worst.last_error if worst else None), None
    state: InstanceState
    if row is not None and row.parked_at is not None:
        state, error, fix = "parked", row.parked_error, row.parked_fix or f"capteur resume {instance.name}"
    elif not rows or (last_ok is None and not failing and all(r.last_status is None for r in rows)):
        state = "never"
    elif worst is not None and len(failing) == len(rows):
        state = "quarantined" if worst.last_status == "quarantined" else "backoff"
    elif good:
        state = "partial" if failing else "ok"
    elif any(r.last_status == "waiting" for r in rows):
        state = "waiting"
        error = error or next((r.last_error for r in rows if r.last_status == "waiting"), None)
    elif worst is not None:
        state = "quarantined" if worst.last_status == "quarantined" else "backoff"
    else:
        state = "late" if last_ok is not None else "ok"
    return InstanceStatus(
        instance.name,
        state,
        last_ok,
        min((r.next_due for r in rows), default=None),
        len(rows),
        len(good),
        len(failing),
        sum(r.last_status == "skipped" for r in rows),
        error,
        fix,
    )


def recent_signals(conn: Connection, now: int) -> int:
    """Signals detected in the last 24 hours."""
    return int(
        conn.execute(text("SELECT count(*) FROM signal WHERE detected_at > :since"), {"since": now - DAY}).scalar_one()
    )


def instance_findings(status: InstanceStatus, instance: Instance) -> list[Finding]:
    """What `check` says of one instance."""
    topic, every = status.name, format_duration(instance.every)
    if status.state == "disabled":
        return [Finding("ok", topic, "disabled")]
    if status.state == "parked":
        return [Finding("error", topic, f"parked: {status.error}", status.fix, 4)]
    if status.state == "never":
        return [Finding("ok", topic, f"{instance.use}, every {every}, has not run yet", "capteur run")]
    when = (
        f"last good run {from_micros(status.last_ok):%d %b %H:%M} UTC"
        if status.last_ok is not None
        else "no good run yet"
    )
    watched = f", {status.ok} of {status.accounts} accounts watched" if instance.shape == "account" else ""
    failing = f", {status.failing} failing" if status.failing else ""
    line = f"{when}, every {every}{watched}{failing}"
    if status.state == "ok" and not status.failing:
        return [Finding("ok", topic, line)]
    detail = f"{line}: {status.error}" if status.error else line
    if status.state in ("ok", "partial", "late", "waiting"):
        return [Finding("warn", topic, detail, status.fix or "capteur run")]
    return [Finding("error", topic, detail, status.fix or f"capteur run {topic}", 1)]


def kind_findings(kinds: Iterable[Kind], models: Mapping[str, Estimator]) -> list[Finding]:
    """Kinds that count with default weights because nobody configured them."""
    found = []
    for name, estimator in models.items():
        declared = estimator.declared()
        loose = sorted({kind.name for kind in kinds} - declared) if declared else []
        if loose:
            text_ = f"{', '.join(loose)}: no weight configured, so weight 1 and half-life 30 d"
            found.append(
                Finding(
                    "warn",
                    f"models.{name}",
                    text_,
                    f'[models.{name}.kinds."{loose[0]}"] weight = ..., half_life = "..."',
                )
            )
    return found


def broken_findings(broken: Sequence[Broken]) -> list[Finding]:
    """Plugins and instances that could not be loaded."""
    return [Finding("error", b.name or b.distribution or "plugin", b.message, b.fix, 2) for b in broken]
