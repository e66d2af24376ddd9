"""What an operator asks: is everything running, what is late or parked, and what would go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, Literal

from sqlalchemy import text

from capteur.clock import from_micros
from capteur.registry import Broken, Instance
from capteur.sensor import FeedSensor
from capteur.store import accounts as stored_accounts
from capteur.store import deliveries, watches
from capteur.store.coverage import Watcher
from capteur.store.runs import Tally
from capteur.store.shapes import FAR, InstanceRow, WatchRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

InstanceState = Literal[
    "ok",
    "partial",
    "late",
    "silent",
    "parked",
    "paused",
    "waiting",
    "backoff",
    "skipped",
    "quarantined",
    "stuck",
    "never",
    "disabled",
    "broken",
]
INTERVALS = 3
"""An account is watched while its last good run is at most so many intervals ago."""
DAY = 86_400_000_000
SILENCE_DAYS = 90
"""How far back is looked for how often an instance finds something."""
FINDS = 5
"""Runs that found something before anything can be said about how often that is."""
CHANCE = 0.001
"""An instance is silent when so long without a find would be this improbable, or more so, at its own rate."""


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """What an instance may spend in `per_s` seconds, and has; None = not limited. `waiting` looks are due and have no room.

    `room_at` is when the next of them may begin, `full_at` when the whole budget is there again (micros); `told` all of it in words.
    """

    requests: int | None
    requests_spent: int
    credits: int | None
    credits_spent: int
    per_s: int
    waiting: int
    room_at: int | None
    full_at: int | None
    told: str


@dataclass(frozen=True, slots=True)
class InstanceStatus:
    """One configured instance. Counts are of watch rows (accounts; 1 for a feed); times in micros.

    `error` is why the state is what it is. `down_since` is when it stopped working, `quiet_since` when it last found something,
    if that is unusually long ago; `schedule` is when it looks, in words; `day` what the last 24 hours came to.
    """

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
    running: int = 0
    waiting: int = 0
    quarantined: int = 0
    stuck: int = 0
    down_since: int | None = None
    quiet_since: int | None = None
    schedule: str = ""
    day: Tally = field(default_factory=Tally)
    budget: BudgetStatus | None = None
    inbox: deliveries.Tally | None = None
    """What was sent to it; None for one that asks by itself."""
    parked_at: int | None = None
    credentials: bool = False
    """Whether it is parked for a credential."""


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
    daemons: list[DaemonStatus] = field(default_factory=list)
    world: str | None = None
    """Where every request goes instead of to its source, if somewhere."""


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """One daemon. `alive` is false when its heartbeat has stopped: it was killed, or its machine stands still."""

    host: str
    pid: int
    version: str
    started_at: int
    beat_at: int
    leads: bool
    running: int
    stuck: int
    trouble: str | None
    alive: bool


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
    span = instance.silent_after if instance.shape == "push" else instance.schedule.interval() * INTERVALS
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
        only = None if domains is None else stored_accounts.known_among(conn, domains)
        found.append(Watcher(instance.name, instance.shape != "account", horizon(instance), parked, only))
    return found


def instance_status(
    conn: Connection,
    instance: Instance,
    row: InstanceRow | None,
    now: int,
    day: Tally | None = None,
    finds: Sequence[int] = (),
) -> InstanceStatus:
    """The state of one instance from its watch rows; `finds` is when its runs found something new, ascending."""
    schedule = str(instance.schedule) if instance.shape != "push" else "when something comes in"
    if not instance.enabled:
        return InstanceStatus(instance.name, "disabled", schedule=schedule)
    rows = watches.rows(conn, instance.name)
    good = [
        r for r in rows if r.last_ok is not None and now - r.last_ok <= horizon(instance) and r.last_status != "skipped"
    ]
    failing = [r for r in rows if r.fails > 0]
    last_ok = max((r.last_ok for r in rows if r.last_ok is not None), default=None)
    worst = max(failing, key=lambda r: r.fails, default=None)
    quiet = quiet_since(finds, now)
    state = _state(rows, good, failing, worst, last_ok)
    error, fix = (worst.last_error if worst else None), None
    if row is not None and row.parked_at is not None:
        state, error, fix = "parked", row.parked_error, row.parked_fix or f"capteur resume {instance.name}"
    elif row is not None and row.paused_at is not None:
        state, error = "paused", f"paused since {from_micros(row.paused_at):%d %b %H:%M} UTC"
        fix = f"capteur resume {instance.name}"
    elif state == "waiting":
        error = error or next((r.last_error for r in rows if r.last_status == "waiting"), None)
    elif state == "skipped":
        error = _usual(r.last_error for r in rows)
    elif state == "ok" and quiet is not None:
        state, error = (
            "silent",
            f"it runs well and has found nothing since {from_micros(quiet):%d %b}, which is unusual",
        )
        fix = f"look whether the source has changed: capteur try {instance.name}"
    return InstanceStatus(
        instance.name,
        state,
        last_ok,
        min((r.next_due for r in rows if r.next_due < FAR), default=None),
        len(rows),
        len(good),
        len(failing),
        sum(r.last_status == "skipped" for r in rows),
        error,
        fix,
        running=sum(r.lease_until > now for r in rows),
        waiting=sum(r.last_status == "waiting" for r in rows),
        quarantined=sum(r.last_status == "quarantined" for r in rows),
        stuck=sum(r.last_status == "stuck" for r in rows),
        down_since=row.down_since if row is not None else None,
        quiet_since=quiet,
        schedule=schedule,
        day=day or Tally(),
        parked_at=row.parked_at if row is not None else None,
        credentials=row is not None and row.credentials,
    )


def _state(
    rows: Sequence[WatchRow],
    good: Sequence[WatchRow],
    failing: Sequence[WatchRow],
    worst: WatchRow | None,
    last_ok: int | None,
) -> InstanceState:
    state: InstanceState
    if not rows or (last_ok is None and not failing and all(r.last_status is None for r in rows)):
        state = "never"
    elif good and len(failing) < len(rows):
        state = "partial" if failing else "ok"
    elif any(r.last_status == "waiting" for r in rows) and len(failing) < len(rows):
        state = "waiting"
    elif worst is not None:
        status = worst.last_status
        state = "quarantined" if status == "quarantined" else "stuck" if status == "stuck" else "backoff"
    elif all(r.last_status == "skipped" for r in rows):
        state = "skipped"
    else:
        state = "late" if last_ok is not None else "never"
    return state


def _usual(reasons: Iterable[str | None]) -> str | None:
    """The reason that is given most, and how many others there are."""
    counts = Counter(reason for reason in reasons if reason)
    if not counts:
        return None
    ((most, _),) = counts.most_common(1)
    return most if len(counts) == 1 else f"{most}; and {len(counts) - 1} more reasons"


def quiet_since(finds: Sequence[int], now: int) -> int | None:
    """When an instance last found something, if that is unusually long ago by its own habit; else None.

    At a steady rate of n finds in a time T, a silence of t has the probability exp(-n t / T). A source that comes in bursts
    is not held to that: the silence must also be half as long again as the longest one before.
    """
    if len(finds) < FINDS:
        return None
    quiet, span = now - finds[-1], finds[-1] - finds[0]
    longest = max(later - earlier for earlier, later in pairwise(finds))
    improbable = quiet * (len(finds) - 1) > -log(CHANCE) * span
    return finds[-1] if improbable and quiet > 1.5 * longest else None


def recent_signals(conn: Connection, now: int) -> int:
    """Signals detected in the last 24 hours."""
    return int(
        conn.execute(text("SELECT count(*) FROM signal WHERE detected_at > :since"), {"since": now - DAY}).scalar_one()
    )
