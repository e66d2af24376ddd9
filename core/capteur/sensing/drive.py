"""Drive an author's sync generator in a daemon thread of its own; `looped` drives an async one.

A thread cannot be killed. Stopping therefore cancels the HTTP call in flight, refuses the next one and closes the conduit; a
thread that still does not return is abandoned: it is a daemon, its unit is fenced, and nobody listens to it any more.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import AsyncGeneratorType, FrameType, GeneratorType
from typing import TYPE_CHECKING, Any

from capteur.errors import CapteurError, PluginError, Stopped, TransientError
from capteur.signals import clean

if TYPE_CHECKING:  # an isolated sensor's process drives its generator by this room, and needs no database for it
    from capteur.sensing.converting import Taken
    from capteur.sensing.intake import Intake

BOUND = 512
"""Things that may wait between the sensor and the loop; then the sensor waits."""
GRACE_S = 5.0
"""How long a thread that was told to stop may take to come back."""

Start = Callable[[], object]
"""Calls the author's method; runs where the generator will run."""

_OURS = str(Path(__file__).parents[1])
NOT_THEIRS = (
    SystemExit,
    KeyboardInterrupt,
    GeneratorExit,
    StopIteration,
    StopAsyncIteration,
    asyncio.CancelledError,
)
"""On the loop, or out of one of our generators, these would end the whole program or nothing at all, not this unit."""


class Stuck(Exception):  # noqa: N818  it is told as a state, not as an error of ours
    """The sensor's thread did not come back after it was stopped."""


class Elsewhere(BaseException):
    """An error that comes from another process, and says itself at which of the author's lines it was raised."""

    place: str = "an unknown line"


def said(error: object) -> str:
    """What an error says, on one line; an author's `__str__` may itself raise, and may say anything."""
    try:
        return clean(str(error), 500)
    except BaseException:  # noqa: BLE001  see above
        return "(no message)"


def owned(error: BaseException) -> BaseException:
    """The error as his unit's own: one that means something to the loop or the interpreter becomes a PluginError."""
    if not isinstance(error, NOT_THEIRS):
        return error
    text = f"it raised {type(error).__name__}" + (f": {said(error)}" if said(error) else "")
    return PluginError(text, fix="raise one of capteur's errors, or just return").with_traceback(error.__traceback__)


def bad_row(at: str, name: str, text: str) -> str:
    """The sentence for a row that `ctx.each` skipped: where, and which error said what; an InputError says the reader's own place first."""
    if not at:
        return f"a bad row: {text}"
    if name == "InputError":
        return f"a bad row: {text}  at {at}"
    cure = "  fix: read what may be missing with .get(...)" if name == "KeyError" else ""
    return f"a bad row  at {at}  {name}: {text}{cure}"


class Late(TransientError):  # noqa: N818  named as errors.py names its own
    """The unit passed its deadline."""


def late(deadline_s: float) -> Late:
    """The error of a unit that took longer."""
    return Late(f"it passed its deadline of {deadline_s:.0f} s")


@functools.lru_cache(maxsize=1024)
def _file(name: str) -> str:
    return clean(Path(name).name, 80)


def place(frame: FrameType | None, line: int | None = None) -> str:
    """`file.py:12` of a frame."""
    return f"{_file(frame.f_code.co_filename)}:{line or frame.f_lineno}" if frame is not None else "its end"


def generator_place(generator: object) -> str:
    """The line an author's generator is at: the innermost `yield from` that is not ours."""
    found: FrameType | None = None
    while generator is not None:
        frame: FrameType | None = getattr(generator, "gi_frame", None) or getattr(generator, "ag_frame", None)
        if frame is not None and (found is None or not frame.f_code.co_filename.startswith(_OURS)):
            found = frame
        generator = getattr(generator, "gi_yieldfrom", None)
    return place(found)


def error_place(error: BaseException, home: str = "") -> str:
    """The author's line an exception came from: the innermost frame outside capteur and the libraries, else `home`, else the innermost."""
    if isinstance(error, Elsewhere):
        return error.place
    trace, best, last = error.__traceback__, "", ""
    while trace is not None:
        last = place(trace.tb_frame, trace.tb_lineno)
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith((_OURS, "<")) and "site-packages" not in name and "/lib/python" not in name:
            best = last
        trace = trace.tb_next
    return best or home or last or "an unknown line"


def row_place(error: BaseException) -> str:
    """The author's line a row's error came from; none for what a sensor of ours says on purpose: its reader cannot mend our code."""
    trace, ours = error.__traceback__, False
    while trace is not None:
        ours = ours or str(trace.tb_frame.f_globals.get("__name__", "")).startswith("capteur_sensors.")
        trace = trace.tb_next
    return "" if ours and isinstance(error, CapteurError) else error_place(error)


def generator_of(made: object) -> Iterator[Any] | AsyncIterator[Any]:
    """What an author's method returned, when it can be iterated. Raises PluginError."""
    if isinstance(made, GeneratorType | AsyncGeneratorType) or (
        hasattr(made, "__next__") and hasattr(made, "__iter__")
    ):
        return made
    if inspect.iscoroutine(made):
        made.close()
        raise PluginError("detect() is a coroutine that yields nothing", fix="yield each Signal")
    raise PluginError(
        f"detect() returned {'None' if made is None else 'a ' + type(made).__name__}", fix="yield each Signal"
    )


class Conduit:
    """A bounded buffer from one thread to the loop; hands over whatever waits, in one go."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready = asyncio.Event()
        self._room = threading.Condition()
        self._items: list[Taken] = []
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None

    def put(self, thing: Taken) -> None:
        """Called by the thread; waits while the buffer is full. Raises Stopped once the loop's side has closed it."""
        with self._room:
            while len(self._items) >= BOUND and not self._closed:
                self._room.wait()
            if self._closed:
                raise Stopped
            self._items.append(thing)
            first = len(self._items) == 1
        if first:
            self._wake()

    def end(self, error: BaseException | None) -> None:
        """Called by the thread, last."""
        with self._room:
            self._ended, self._error = True, error
        self._wake()

    def close(self) -> None:
        """Called by the loop's side: nothing more is taken, a waiting thread is let go."""
        with self._room:
            self._closed = True
            self._room.notify_all()

    async def take(self) -> tuple[list[Taken], bool]:
        """What waits, and whether that was all. Raises what the generator raised once everything before it was handed over."""
        await self._ready.wait()
        with self._room:
            self._ready.clear()
            items, self._items = self._items, []
            self._room.notify_all()
            if self._ended:
                self._ready.set()
            ended, error = self._ended, self._error
        if ended and error is not None and not items:
            raise error
        return items, ended and error is None

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:  # the loop is gone: an abandoned thread has come back after all
            self._closed = True


def _pump(start: Start, conduit: Conduit, intake: Intake, limit: int | None) -> None:
    """The thread's body: run the generator to its end, whatever happens."""
    error: BaseException | None = None
    generator: Any = None
    try:
        generator = generator_of(start())
        count = 0
        for thing in generator:
            taken = intake.check(thing, lambda: generator_place(generator))
            if taken is not None:
                conduit.put(taken)
                count += 1
                if limit is not None and count >= limit:
                    break
        if hasattr(generator, "close"):
            generator.close()
    except BaseException as caught:  # noqa: BLE001  whatever an author raises belongs to his unit
        error = owned(caught)
    conduit.end(error)


async def drive_sync(
    start: Start, intake: Intake, stop: Callable[[], None], deadline_s: float, limit: int | None = None
) -> AsyncIterator[list[Taken]]:
    """Chunks of what a sync generator yields. `stop` makes its HTTP calls raise Stopped.

    Raises what the generator raised; after `deadline_s` TransientError, or Stuck when the thread did not come back within
    the grace. What was yielded before is handed over first.
    """
    loop = asyncio.get_running_loop()
    conduit = Conduit(loop)
    threading.Thread(target=_pump, args=(start, conduit, intake, limit), daemon=True, name="sensor").start()
    until, overdue = loop.time() + deadline_s, False
    try:
        ended = False
        while not ended:
            try:
                async with asyncio.timeout(
                    max(0.0, until - loop.time())
                ):  # wait_for may lose a cancellation on Python 3.11
                    items, ended = await conduit.take()
            except TimeoutError:
                if loop.time() < until:  # the author's own time-out
                    if overdue:
                        break
                    raise
                if overdue:
                    raise Stuck(
                        f"it did not come back {GRACE_S:.0f} s after its deadline of {deadline_s:.0f} s"
                    ) from None
                overdue, until = True, loop.time() + GRACE_S
                stop()
                continue
            except Stopped:
                if not overdue:
                    raise
                break
            if items:
                yield items
        if overdue:
            raise late(deadline_s)
    finally:
        stop()
        conduit.close()
