"""How late signals are known: measured of those that arrive live, assumed of those that come from the past.

A unit's signals are live when their delay says something about the source:

- Not an opening read: what it finds has been there for longer than anybody looked. A row whose first good run is yet to come
  is in its opening read, however many tries that takes.
- Not what we were late for ourselves: after a row was not watched (3 intervals, as for coverage), the delay is our absence.
- Not a backfill, nor a file of the past: their known_at is assumed, from these very numbers.
- What is pushed comes when it happens, the first delivery too.
- A date without an hour counts from its midnight in UTC, as it is stored: the delay is added to that same midnight when a
  backfill assumes when such a fact was known, and `ctx.since` is compared with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from capteur.clock import from_micros
from capteur.store import delays

if TYPE_CHECKING:
    from capteur.sensing.task import Task, Tools

INTERVALS: Final = 3


def is_live(task: Task, now: datetime) -> bool:
    """Whether the delay of the unit's signals is the source's, as far as can be known; `now` is when the unit begins."""
    instance, row = task.instance, task.watch
    if task.backfill or is_assumed(task):
        return False
    if instance.shape == "push":
        return True
    if row.first_ok is None or row.last_ok is None:
        return False
    return now - from_micros(row.last_ok) <= instance.schedule.interval() * INTERVALS


def is_assumed(task: Task) -> bool:
    """Whether it is assumed, not seen, when the unit's signals became known."""
    sensor = task.instance.sensor
    return sensor.history or (task.backfill and not sensor.present_only)


async def measured_delays(task: Task, tools: Tools) -> Mapping[str, int]:
    """The measured delays (micros by kind) that a unit assumes by; none for one that assumes nothing."""
    if not is_assumed(task):
        return {}
    return await asyncio.to_thread(tools.store.read, lambda conn: delays.medians(conn, task.instance.use))
