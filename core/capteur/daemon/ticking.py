"""The ticker: APScheduler with one job in memory, and nothing else of it.

What is due lives in the store. A persistent job store runs every tick twice in two processes and loses a run when it is killed
(docs/decisions/0007-daemon.md). What is left would still follow the wall clock: an hour back was an hour of silence, sixty days
forward was one loop over every tick that was missed. So the trigger counts from now, and the job store sees a clock that went back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

TICK_S = 0.1


class _FromNow(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """The next tick is one step from now, wherever the clock has gone meanwhile."""

    def __init__(self, step: timedelta) -> None:
        self._step = step

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002  APScheduler's signature
        return now + self._step


class _Memory(MemoryJobStore):  # type: ignore[misc]  # as above
    """A job that is further away than one step can only mean that the clock went back: it is due."""

    def __init__(self, step: timedelta) -> None:
        super().__init__()
        self._step = step

    def get_due_jobs(self, now: datetime) -> Any:
        for job in self.get_all_jobs():
            if job.next_run_time - now > 2 * self._step:
                job._modify(next_run_time=now)  # noqa: SLF001  how the stores of APScheduler themselves move a job
                self.update_job(job)
        return super().get_due_jobs(now)


class Ticker:
    """Calls `tick` every `seconds` on the running loop until it is stopped."""

    def __init__(self, tick: Callable[[], None], seconds: float = TICK_S) -> None:
        self._tick = tick
        self._step = timedelta(seconds=seconds)
        self._scheduler: Any = AsyncIOScheduler(timezone=UTC, jobstores={"default": _Memory(self._step)})

    def start(self) -> None:
        """Begin; the first tick comes at once."""
        self._tick()
        self._scheduler.add_job(
            self._run, _FromNow(self._step), max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._scheduler.start()

    async def _run(self) -> None:
        """A coroutine, because APScheduler would run a plain function in another thread."""
        self._tick()

    def stop(self) -> None:
        """No tick comes any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
