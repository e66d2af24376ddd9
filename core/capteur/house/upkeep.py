"""What a daemon does beside running sensors: its heartbeat, new accounts, clocks that jumped, and the leader's housekeeping."""

from __future__ import annotations

import logging
import os
import platform
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from capteur import __version__, roster
from capteur.house.running import LEASE_S
from capteur.registry import Instance
from capteur.schedules import MICROSECOND
from capteur.sensing.delivered import LATEST
from capteur.sensing.verdict import LONGEST
from capteur.store import daemons, deliveries, due, watches
from capteur.store.daemons import DaemonRow
from capteur.wording import counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House
    from capteur.house.equipment import StoredHosts
    from capteur.house.pulse import Pulse
    from capteur.sensing import Tools

log = logging.getLogger("capteur.daemon")

AGAIN_S = 5.0
"""How long to leave a store alone that could not be used."""
BEAT_S = 10.0
"""How often a daemon writes that it is alive."""
TEND_S = 30.0
"""How often it looks for new accounts and for clocks that were wrong."""
LEAD_S = 60.0
"""How long the housekeeping stays with a leader that is silent."""
JUMP_S = 60.0
"""The two clocks may disagree by so much between two looks; more is a jump of the wall clock."""
STEADY_S = 86_400.0
"""How long the wall clock must have gone steadily before anything is deleted for being old, when there is a doubt about it."""
GAP = timedelta(days=30)
"""A store that says nothing about the last so many days makes a clock doubtful when the daemon starts."""
BURY = timedelta(days=1)
"""How long a daemon that was killed stays on the list."""


class Upkeep:
    """Kept by the shift; `care` works in a thread and is called when `due` says so."""

    def __init__(self, house: House, pulse: Pulse, instances: Mapping[str, Instance], hosts: StoredHosts) -> None:
        self._house = house
        self._hosts = hosts
        self._pulse = pulse
        self._instances = instances
        self._id = uuid.uuid4().hex
        self._started = house.now()
        self._next_beat = 0.0
        self._next_tend = 0.0
        self._mark: tuple[int, ...] | None = None
        self._clocks: tuple[float, int] | None = None
        self._doubt_until = 0.0

    def due(self, monotonic: float) -> bool:
        """Whether there is something to care for."""
        return monotonic >= min(self._next_beat, self._next_tend)

    def care(self, running: int) -> Callable[[Tools], Tools]:
        """Write the heartbeat, and every half minute look after the rest; returns what to change the tools by."""
        clock = self._house.clock
        now_s, now = clock.monotonic(), self._house.now()
        tends = now_s >= self._next_tend
        self._next_beat = now_s + AGAIN_S  # until it has gone well: a store that is away is not asked at every tick
        if tends:
            self._next_tend = now_s + AGAIN_S
        self._watch_clocks(now_s, now)
        self._beat(running, now)
        self._next_beat = now_s + BEAT_S
        if not tends:
            return lambda tools: tools
        self._hosts.reload()
        changed = self._tend(now)
        if self._pulse.leads:
            self._keep_house(now)
        self._next_tend = now_s + TEND_S
        return changed

    def leave(self) -> None:
        """Sign off: this daemon ends in order, and somebody else may lead at once."""
        self._house.store.write(lambda conn: daemons.leave(conn, self._id)).result()

    def _beat(self, running: int, now: int) -> None:
        pulse = self._pulse
        row = DaemonRow(
            self._id,
            platform.node(),
            os.getpid(),
            __version__,
            self._started,
            now,
            running,
            pulse.stuck,
            pulse.trouble,
        )

        def work(conn: Connection) -> bool:
            daemons.bury_dead(conn)
            if pulse.trouble is not None:
                daemons.probe(conn)
            daemons.beat(conn, row, now)
            return daemons.lead(conn, self._id, lease_s=LEAD_S, now=now)

        leads = self._house.store.write(work).result()
        if leads and not pulse.leads:
            log.info("this daemon does the housekeeping")
        pulse.leads = leads

    def _watch_clocks(self, now_s: float, now: int) -> None:
        """A wall clock that jumped, or that starts far from where the store ends, is not trusted with deleting things."""
        if self._clocks is None:
            last = self._house.store.read(due.last_good)
            if last is not None and abs(now - last) > GAP / timedelta(microseconds=1):
                self._doubt_until = now_s + STEADY_S
        else:
            gone_s, gone = now_s - self._clocks[0], (now - self._clocks[1]) / 1e6
            if abs(gone - gone_s) > JUMP_S:
                self._doubt_until = now_s + STEADY_S
                self._next_tend = now_s
                log.warning("the clock jumped by %+.0f s", gone - gone_s)
        self._clocks = (now_s, now)

    def _tend(self, now: int) -> Callable[[Tools], Tools]:
        """Make the watch rows that are missing, pull back what a wrong clock put off, and see whether the list has changed."""
        store = self._house.store
        mark = store.read(due.roster_mark)
        ids = store.read(due.listed_ids) if mark != self._mark else None

        def work(conn: Connection) -> int:
            pulled = 0
            for instance in self._instances.values():
                if instance.shape == "feed":
                    watches.ensure(conn, instance.name, [0], now)
                elif instance.shape == "account" and ids is not None:
                    watches.ensure(conn, instance.name, ids, now)
                # a claim of this very moment must not look like one of a wrong clock
                lease_s = instance.deadline.total_seconds() + LEASE_S + JUMP_S
                if instance.shape == "push":
                    deliveries.tend(conn, instance.name, now, lease_s=lease_s, retry_most=LATEST // MICROSECOND)
                    continue
                pulled += watches.clip(conn, instance.name, instance.schedule, now=now, waits=LONGEST, lease_s=lease_s)
            return pulled

        pulled = store.write(work).result()
        if pulled:
            log.warning(
                "%s put off by a wrong clock or by another schedule, and due again by this one",
                counted(pulled, "watch row was", "watch rows were"),
            )
        if mark == self._mark:
            return lambda tools: tools
        index = store.read(roster.index)
        self._mark = mark
        return lambda tools: replace(tools, index=index)

    def _keep_house(self, now: int) -> None:
        """The leader's: what was left stale, what is old enough to go, who was killed."""
        self._house.refresh()
        before = now - int(BURY / timedelta(microseconds=1))
        self._house.store.write(lambda conn: daemons.bury(conn, before)).result()
        if self._house.clock.monotonic() >= self._doubt_until:
            self._house.keep()
