"""A push sensor's unit: it reads what waits of its instance, many deliveries in one go, each for itself.

A delivery counts whole or not at all: what it said before its sensor raised is dropped with it. It is tried again, and set aside
when that does not help; the others go on meanwhile. What the sensor remembers goes from one to the next.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from capteur.clock import from_micros, micros
from capteur.errors import Stopped
from capteur.schedules import MICROSECOND
from capteur.sensing.converting import Remembered, Taken
from capteur.sensing.drive import Elsewhere, Stuck, generator_of, owned
from capteur.sensing.intake import Gathered, Intake
from capteur.sensing.verdict import Verdict
from capteur.sensor import Context, Delivery, Log, PushSensor
from capteur.store import deliveries
from capteur.store.deliveries import Waiting
from capteur.store.shapes import Read

if TYPE_CHECKING:
    from capteur.sensing.task import Task, Tools

TOGETHER: Final = 500
"""Deliveries of one unit, at most."""
MOST_BYTES: Final = 16 * 1024 * 1024
TRIES: Final = 3
"""After so many tries a delivery that its sensor cannot read is set aside."""
PATIENCE: Final = 10
"""... and after so many one that waits for something else: a source that is asked for more, say."""
PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=10))
LATEST: Final = timedelta(hours=6)
"""No delivery waits longer for its next try: the longest back-off of `verdict`."""
FRESH: Final = timedelta(minutes=10)
"""What was received longer ago was late by our own fault: its delay is not the source's."""
FINE: Final = frozenset({"skipped"})
NOT_ITS_FAULT: Final = frozenset({"stopped", "parked", "failed", "fenced"})


@dataclass(frozen=True, slots=True)
class Begun:
    """Out of the thread: the things that follow are of this delivery."""

    number: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Out of the thread: that was all of it; `said` is what was wrong when nothing was right."""

    error: BaseException | None = None
    said: str | None = None


class DeliveryIntake(Intake):
    """Knows of one delivery after the other how much was right; `check` runs in the thread of the sensor."""

    right = wrong = 0
    last = ""
    memory: str | None = None

    def reject(self, text: str) -> None:
        self.last = text
        self.wrong += 1
        super().reject(text)

    def check(self, thing: object, where: Callable[[], str]) -> Taken | None:
        if isinstance(thing, Begun | Ended):
            return cast("Taken", thing)
        taken = super().check(thing, where)
        self.right += taken is not None
        if isinstance(taken, Remembered):
            self.memory = taken.memory
        return taken


class Reading:
    """The deliveries of one unit.

    `judge` says what an error means, given how often the delivery failed before; `hide` takes secrets out of what is said of it.
    """

    def __init__(
        self,
        task: Task,
        waiting: Sequence[Waiting],
        context: Context,
        intake: DeliveryIntake,
        judge: Callable[[BaseException, int], Verdict],
        hide: Callable[[str], str],
    ) -> None:
        self._task, self._waiting, self._context, self._judge, self._hide = task, waiting, context, judge, hide
        self._intake = intake
        self._current: Waiting | None = None
        self._before: tuple[tuple[int, ...], str | None] = ((), None)
        self._read: list[Read] = []
        self.good = 0
        self.set_aside: list[str] = []
        self.trouble: str | None = None
        """The first thing that was wrong with a delivery."""

    @property
    def is_live(self) -> bool:
        """Whether how late its facts are known is the source's doing."""
        since = micros(self._intake.now - FRESH)
        return all(w.received_at >= since for w in self._waiting)

    @property
    def verdict(self) -> Verdict | None:
        """How the unit ended, where that is not well: nothing was read, so nobody was watched by it."""
        return None if self.good else Verdict("waiting", self.trouble, wait=timedelta(0))

    # in the thread

    def things(self) -> Iterator[Any]:
        """What the sensor yields for each delivery, between a Begun and an Ended."""
        sensor, intake = cast("PushSensor", self._task.instance.sensor), self._intake
        intake.memory = self._task.watch.cursor
        for number, waiting in enumerate(self._waiting):
            yield Begun(number)
            before, intake.right, intake.wrong = intake.memory, 0, 0
            context = replace(self._context, cursor=json.loads(intake.memory) if intake.memory else None)
            try:
                yield from cast("Iterator[Any]", generator_of(sensor.receive(context, self.delivery(waiting))))
            except (GeneratorExit, Stopped):
                raise
            except BaseException as error:  # noqa: BLE001  whatever an author raises belongs to this delivery
                intake.memory = before
                yield Ended(owned(error))
            else:
                yield Ended(said=self.said)

    @property
    def said(self) -> str | None:
        """What was wrong with the delivery, when nothing of it was right."""
        return self._intake.last if self._intake.wrong and not self._intake.right else None

    @staticmethod
    def delivery(waiting: Waiting) -> Delivery:
        """As the sensor sees it."""
        key = waiting.key.removeprefix("id:")
        headers = {**waiting.headers, **waiting.client}
        return Delivery(key, from_micros(waiting.received_at), waiting.body, headers, waiting.query)

    def isolated(self, drive: Callable[[Delivery], AsyncIterator[list[Taken]]]) -> AsyncIterator[list[Taken]]:
        """The same for a sensor in a process of its own: `drive` runs it for one delivery, and so does the unit."""

        async def chunks() -> AsyncIterator[list[Taken]]:
            for number, waiting in enumerate(self._waiting):
                yield [cast("Taken", Begun(number))]
                async for chunk in drive(self.delivery(waiting)):
                    yield chunk
                yield [cast("Taken", Ended(said=self.said))]

        return chunks()

    # on the loop

    def take(self, thing: Taken) -> bool:
        """Take what came out of the thread; True when a delivery has just ended. Raises what is not a delivery's own fault."""
        marker: object = thing
        if isinstance(marker, Begun):
            self._current = self._waiting[marker.number]
            self._before = _lengths(self._intake.gathered), self._intake.gathered.memory
        elif isinstance(marker, Ended):
            self._end(marker)
            return True
        else:
            self._intake.take(thing)
        return False

    def _end(self, ended: Ended) -> None:
        current = self._current
        assert current is not None, "what ends has begun"
        if ended.error is not None:
            if not self._raised(current, ended.error, own=False):
                raise ended.error
        elif ended.said is not None:
            self._undo()
            self._fail(current, ended.said, None)
        else:
            self._read.append(Read(current.id, "done"))
            self.good += 1
        self._current = None

    def broke_off(self, error: BaseException) -> bool:
        """The unit broke off at the delivery under way, which passed its deadline, say. False when that ends the unit badly."""
        current, self._current = self._current, None
        if current is None:
            return False
        return self._raised(current, error, own=not isinstance(error, Elsewhere)) and not isinstance(error, Stuck)

    def _raised(self, current: Waiting, error: BaseException, *, own: bool) -> bool:
        """Drop what the delivery said. False when the error is not the delivery's; one of its `own` is no wish to wait."""
        self._undo()
        verdict = self._judge(error, current.fails)
        if verdict.status in NOT_ITS_FAULT:
            return False
        if verdict.status in FINE:
            self._read.append(Read(current.id, "done"))
            self.good += 1
            return True
        text = verdict.error or type(error).__name__
        self._fail(current, text, verdict.wait if verdict.status in ("waiting", "backoff") and not own else None)
        self._intake.reject(text)
        return True

    def _fail(self, delivery: Waiting, text: str, wait: timedelta | None) -> None:
        fails = delivery.fails + 1
        text = self._hide(text)
        self.trouble = self.trouble or text
        if fails >= (TRIES if wait is None else PATIENCE):
            self._read.append(Read(delivery.id, "failed", fails, 0, text))
            self.set_aside.append(f"delivery {delivery.id} is set aside after {fails} tries: {text}")
            return
        pause = wait if wait is not None else PAUSES[min(fails, len(PAUSES)) - 1]
        due_at = micros(self._intake.now) + min(pause, LATEST) // MICROSECOND
        self._read.append(Read(delivery.id, "waiting", fails, due_at, text))

    def _undo(self) -> None:
        lengths, memory = self._before
        if not lengths:
            return
        got = self._intake.gathered
        for things, length in zip(_lists(got), lengths, strict=True):
            del things[length:]
        got.memory = memory
        self._before = (), None

    def tell(self, log: Log) -> None:
        """Say that deliveries were set aside: once for all of a unit, and quietly where anybody may send."""
        if self.set_aside:
            is_open = cast("PushSensor", self._task.instance.sensor).open_to == "browsers"
            more = f" (and {len(self.set_aside) - 1} more)" if len(self.set_aside) > 1 else ""
            fix = f"capteur deliveries list --instance {self._task.instance.name} --state failed"
            (log.debug if is_open else log.warning)(f"{self.set_aside[0]}{more}", fix=fix)

    def settled(self) -> tuple[Read, ...]:
        """What became of the deliveries since the last commit."""
        read, self._read = tuple(self._read), []
        return read


def _lists(got: Gathered) -> tuple[list[Any], ...]:
    return got.signals, got.revokes, got.facts, got.outcomes, got.same


def _lengths(got: Gathered) -> tuple[int, ...]:
    return tuple(len(things) for things in _lists(got))


def waiting_for(task: Task, tools: Tools) -> list[Waiting]:
    """What the unit is to read. Of a sensor in a process of its own one at a time: if it takes that process down, it is known."""
    limit = 1 if task.instance.isolate else TOGETHER
    now = micros(tools.clock.now())
    return tools.store.read(
        lambda conn: deliveries.take(conn, task.instance.name, now, limit=limit, most_bytes=MOST_BYTES)
    )
