"""The log of a daemon's work: a run per instance, and one line when it goes down, one when it is back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from structlog.contextvars import bound_contextvars

from capteur.clock import format_duration, from_micros
from capteur.house.reports import InstanceRun
from capteur.house.session import record
from capteur.registry import Instance
from capteur.runner import UnitDone
from capteur.store import instances as stored
from capteur.store.shapes import InstanceRow
from capteur.store.watches import FAILURES

if TYPE_CHECKING:
    from capteur.house.core import House
    from capteur.house.pulse import Pulse

log = logging.getLogger("capteur.daemon")

IN_A_ROW = 5
"""Accounts that fail one after the other before an instance that asks for each of them counts as down."""
RUN_S = 300.0
"""Seconds after which the run of an instance that is never quite idle is written down, and a new one begins."""
MICROS = 1_000_000


@dataclass(slots=True)
class _Open:
    """A run that has not been written down yet; `began` in micros, `began_s` by the clock that only goes forward."""

    run: InstanceRun
    number: int
    began: int
    began_s: float
    units: int = 0


class Watchbook:
    """Kept by the shift; `write`, and what `heard` returns, write to the store and are called in a thread."""

    def __init__(self, house: House, pulse: Pulse, is_away: Callable[[str], bool]) -> None:
        self._house = house
        self._pulse = pulse
        self._open: dict[str, _Open] = {}
        self._ended: list[tuple[_Open, int]] = []
        self._down: set[str] = set()
        self._in_a_row: dict[str, int] = {}
        self._is_away = is_away
        self._waits_for: dict[str, str] = {}
        self._untold: set[str] = set()
        self._lock = threading.Lock()
        self._numbers = count(1)
        self.codes: set[int] = set()
        """What the runs so far would have made a command end with."""

    def remember(self, rows: Iterable[InstanceRow]) -> None:
        """Who was down when the last daemon ended: that was told, and is not told again."""
        self._down = {row.name for row in rows if row.down_since is not None}

    # runs

    def begin(self, instance: Instance) -> tuple[InstanceRun, int]:
        """The open run of an instance and its number, one unit more expected. On the loop."""
        opened = self._open.get(instance.name)
        if opened is None:
            run = InstanceRun(instance.name, shape=instance.shape)
            clock = self._house.clock
            opened = self._open[instance.name] = _Open(run, next(self._numbers), self._house.now(), clock.monotonic())
        opened.units += 1
        return opened.run, opened.number

    def end(self, *, everything: bool = False) -> None:
        """End the runs of which nothing is left to do (a feed is a run by itself), or all. On the loop, as units begin there."""
        now = self._house.clock.monotonic()
        for name, opened in list(self._open.items()):
            idle = opened.run.accounts >= opened.units
            if everything or (idle and (opened.run.shape == "feed" or now - opened.began_s >= RUN_S)):
                opened.run.close(now - opened.began_s)
                self.codes.add(opened.run.exit_code)
                self._ended.append((self._open.pop(name), self._house.now()))

    def write(self) -> None:
        """Write down the runs that have ended; those that cannot be written are kept for the next time."""
        with self._lock:
            while self._ended:
                opened, ended = self._ended[0]
                self._write(opened, ended)
                self._ended.pop(0)

    def _write(self, opened: _Open, ended: int) -> None:
        run = opened.run
        self._house.store.write(lambda conn: record(conn, [run], opened.began, ended)).result()
        counts = (run.accounts, run.new, run.updated, run.failed, run.skipped, run.requests, run.seconds)
        with bound_contextvars(instance=run.instance, run=opened.number):
            log.info(
                "%s: %s (%d looked at, %d new, %d updated, %d failed, %d skipped, %d requests, %.1f s)",
                *(run.instance, run.status, *counts),
            )

    # down and up

    def heard(self, done: UnitDone, *, parked: bool = False) -> Callable[[], None] | None:
        """Hear how a unit ended. What comes back writes and tells it in a thread: the instance went down, or is back.

        `parked` when this unit has just parked it: that is news also of one that was down, for now it waits for a person.
        """
        name = done.unit.instance
        if done.status == "ok":
            self._in_a_row[name] = 0
            if not self._is_away(self._waits_for.get(name, "")):
                self._waits_for.pop(name, None)
                if name in self._down:
                    return partial(self._back, name)
        elif done.park or done.away or done.status in FAILURES - {"failed"}:  # that is the store's, and told as such
            self._in_a_row[name] = self._in_a_row.get(name, 0) + 1
            if done.away:
                self._waits_for[name] = done.away
            log.debug("%s: %s", name, done.error)
            if parked or (name not in self._down and not done.park and self._is_down(done)):
                return partial(self._gone, name, done, again=parked)
        return None

    def _is_down(self, done: UnitDone) -> bool:
        return done.unit.account_id == 0 or self._in_a_row[done.unit.instance] >= IN_A_ROW

    def _gone(self, name: str, done: UnitDone, *, again: bool) -> None:
        with self._lock:
            if name in self._down and not again:
                return  # several units end at once
            now = self._house.now()
            first = self._house.store.write(lambda conn: stored.down(conn, name, now)).result()
            told = done.away is not None and done.away in (self._waits_for.get(other) for other in self._down)
            self._down.add(name)
            if first and told:  # one host, one outage, however many instances wait for it
                self._untold.add(name)
            elif first or again:
                self._untold.discard(name)
                cure = f"  fix: {done.fix}" if done.fix else ""
                log.warning("%s is %s: %s%s", name, "parked" if done.park else "down", done.error, cure)

    def _back(self, name: str) -> None:
        with self._lock:
            if name not in self._down:
                return
            since = self._house.store.write(lambda conn: stored.up(conn, name)).result()
            self._down.discard(name)
            untold = name in self._untold
            self._untold.discard(name)
            if since is not None and not untold:
                span = from_micros(max(self._house.now() - since, MICROS)) - from_micros(0)
                log.warning("%s is back after %s", name, format_duration(span))
