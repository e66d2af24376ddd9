"""Drive an author's async generator on the loop, within its deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from capteur.sensing import drive
from capteur.sensing.converting import Taken
from capteur.sensing.drive import NOT_THEIRS, Start, Stuck, generator_of, generator_place, late, owned
from capteur.sensing.intake import Intake

CANCELS = 100
"""How often code that swallows its cancellation is cancelled again before it is given up."""
_END = object()


async def _next(generator: AsyncIterator[Any]) -> Any:
    """The next thing, or _END. A task that raises SystemExit would take the loop down with it."""
    try:
        return await anext(generator)
    except StopAsyncIteration:
        return _END
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # by us: the unit is stopped, or late
            raise
        raise owned(error) from None
    except NOT_THEIRS as error:
        raise owned(error) from None


async def drive_async(
    start: Start, intake: Intake, deadline_s: float, limit: int | None = None
) -> AsyncIterator[list[Taken]]:
    """Chunks of what an async generator yields; it runs on the loop and is cancelled like any task. Raises as `drive_sync`."""
    generator: Any = generator_of(start())
    loop = asyncio.get_running_loop()
    until, count = loop.time() + deadline_s, 0
    try:
        while True:
            step = asyncio.ensure_future(_next(generator))
            await _within(step, max(0.0, until - loop.time()), deadline_s)
            thing = step.result()
            if thing is _END:
                return
            taken = intake.check(thing, lambda: generator_place(generator))
            if taken is not None:
                yield [taken]
                count += 1
                if limit is not None and count >= limit:
                    return
    finally:
        await asyncio.wait({asyncio.ensure_future(_closed(generator))}, timeout=drive.GRACE_S)


async def _closed(generator: Any) -> None:
    """Close it; what it raises meanwhile changes nothing any more."""
    with suppress(Exception):
        await generator.aclose()


async def _within(step: asyncio.Future[Any], seconds: float, deadline_s: float) -> None:
    """Wait for a step; one that is late is cancelled, again and again, and at last given up as stuck."""
    try:
        await asyncio.wait({step}, timeout=seconds)
        if step.done():
            return
    except asyncio.CancelledError:
        step.cancel()
        raise
    for _ in range(
        CANCELS
    ):  # code that swallows a cancellation goes on to its next await, and is cancelled there again
        step.cancel()
        await asyncio.wait({step}, timeout=drive.GRACE_S / CANCELS)
        if step.done():
            if not step.cancelled():
                step.exception()  # asked for, so that nobody complains that it never was
            raise late(deadline_s)
    raise Stuck(f"it did not come back {drive.GRACE_S:.0f} s after its deadline of {deadline_s:.0f} s")
