"""`capteur status`: who is at work, what waits for a person, and what the last day came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capteur.house.budgets import with_budget
from capteur.house.deliveries import with_inbox
from capteur.store import daemons, runs, states, watches
from capteur.store.deliveries import Tally, tallies
from capteur.watching import DAY, SILENCE_DAYS, DaemonStatus, InstanceStatus, Status, instance_status, recent_signals

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

ALIVE = 60_000_000
"""A heartbeat older than so many micros has stopped: daemons write one every ten seconds."""


def status(house: House) -> Status:
    """Daemons, instances and the store, as they are now."""
    now = house.now()

    def work(conn: Connection) -> Status:
        rows, day, finds = (
            watches.instances(conn),
            runs.tally(conn, now - DAY),
            runs.finds(conn, now - SILENCE_DAYS * DAY),
        )
        inboxes = tallies(conn)
        instances = [
            with_inbox(
                with_budget(
                    conn,
                    instance_status(conn, i, rows.get(i.name), now, day.get(i.name), finds.get(i.name, ())),
                    i,
                    now,
                ),
                i,
                inboxes.get(i.name, Tally()),
                now,
            )
            for i in house.instances
        ]
        broken = [
            InstanceStatus(b.instance, "broken", error=b.message, fix=b.fix or None) for b in house.broken if b.instance
        ]
        return Status(
            now,
            house.store.shown_url,
            str(house.store.schema_version),
            [*instances, *broken],
            recent_signals(conn, now),
            states.marks_left(conn),
            house.broken,
            [_daemon(row, now) for row in daemons.daemons(conn)],
            house.settings.web.world,
        )

    return house.store.read(work)


def _daemon(row: daemons.DaemonRow, now: int) -> DaemonStatus:
    return DaemonStatus(
        row.host,
        row.pid,
        row.version,
        row.started_at,
        row.beat_at,
        row.leads,
        row.running,
        row.stuck,
        row.trouble,
        now - row.beat_at <= ALIVE and not row.is_dead,
    )
