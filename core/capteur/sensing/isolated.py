"""Drive an isolated sensor: its generator runs in a process of its own, and everything it does to the world is done here.

What it yields crosses raw and is checked by the same intake; its requests are made with the unit's session; at its deadline the
process is killed, and keeps nothing running.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any, Final

from capteur.accounts import Account
from capteur.errors import ConfigError, PluginError
from capteur.registry import Instance
from capteur.registry.loading import file_of
from capteur.sensing import limits
from capteur.sensing.converting import Taken
from capteur.sensing.crossing import Died, make_error, make_thing
from capteur.sensing.drive import bad_row, late
from capteur.sensing.errands import Errands
from capteur.sensing.frames import Parser, encode, pack, unpack
from capteur.sensing.intake import Intake
from capteur.sensing.process import Process, death, garbled
from capteur.sensing.remote import refuse
from capteur.sensor import Context, Delivery
from capteur.signals import clean
from capteur.web import Session

START_S: Final = 30.0
"""How long a process may take until the plugin is imported there; the deadline counts from then on."""
CHUNK: Final = 64 * 1024
"""Bytes read at once: some hundred signals, which is what the loop may check in one go."""

Frame = tuple[dict[str, Any], bytes]


async def drive_isolated(
    instance: Instance,
    ctx: Context,
    subject: Account | Delivery | None,
    intake: Intake,
    session: Session,
) -> AsyncIterator[list[Taken]]:
    """Chunks of what the sensor yields. `subject` is what its shape asks for besides the context.

    Raises what the generator raised, TransientError at the deadline, PluginError for a process that died, and ConfigError
    where a sensor cannot be isolated at all. What was yielded before is handed over first.
    """
    start = _start(instance, ctx, subject)
    deadline_s = instance.deadline.total_seconds()
    ward = _Ward(await Process.start(instance.name, ctx.log), ctx, intake, session, limits.cpu_seconds(deadline_s))
    loop = asyncio.get_running_loop()
    until, count, ended = loop.time() + START_S, 0, False
    try:
        ward.process.writer.write(start)
        while not ended:
            overdue = False
            try:
                async with asyncio.timeout(max(0.0, until - loop.time())):  # wait_for may lose a cancellation on 3.11
                    frames = await ward.frames()
            except TimeoutError:
                overdue = True
                frames = await ward.rest()
            was_ready = ward.ready
            taken, ended = await ward.handle(frames)
            if ward.ready and not was_ready:
                until = loop.time() + deadline_s
                session.give_time(deadline_s)
            if ctx.limit is not None and count + len(taken) >= ctx.limit:
                taken, ended = taken[: ctx.limit - count], True
            count += len(taken)
            if taken:
                yield taken
            if overdue and not ended:
                raise late(deadline_s) if was_ready else _never_started()
        if ward.failure is not None and (ctx.limit is None or count < ctx.limit):
            raise ward.failure
    finally:
        await asyncio.shield(ward.close())


def _never_started() -> PluginError:
    return PluginError(f"its process did not start within {START_S:.0f} s", fix="look at what it does at import")


class _Ward:
    """A running process and what has come from it."""

    def __init__(self, process: Process, ctx: Context, intake: Intake, session: Session, cpu_s: int) -> None:
        self.process = process
        self.ready = False
        self.failure: BaseException | None = None
        self._ctx = ctx
        self._intake = intake
        self._cpu_s = cpu_s
        self._parser = Parser()
        self._errands = Errands(session, process.writer)
        self._last = ""

    async def frames(self) -> list[Frame]:
        """The next frames; a process that has ended without saying so ends with a frame of ours."""
        await self._errands.room()
        while True:
            try:
                data = await self.process.reader.read(CHUNK)
            except OSError:
                data = b""
            if not data:
                return [({"t": "died"}, b"")]
            if found := self._parser.feed(data):
                return found

    async def rest(self) -> list[Frame]:
        """Kill it, and what it had sent before."""
        self.process.kill()
        found: list[Frame] = []
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(1.0):  # a process that left the group may hold the channel open
                while data := await self.process.reader.read(CHUNK):
                    found += self._parser.feed(data)
        return [frame for frame in found if frame[0]["t"] not in Errands.WORDS]

    async def handle(self, frames: list[Frame]) -> tuple[list[Taken], bool]:
        """What of it is taken, and whether it was the last."""
        taken: list[Taken] = []
        for message, _ in frames:
            word = message["t"]
            if word in Errands.WORDS:
                self._errands.run(message)
                continue
            if word == "died":
                self._fail(death(await self.process.died(), self._cpu_s))
                return taken, True
            try:
                ended = self._handle(word, message, taken)
            except Exception:  # noqa: BLE001  a message of none of our making may be wrong in any way
                self._fail(garbled())
                ended = True
            if ended:
                return taken, True
        return taken, False

    def _handle(self, word: str, message: Mapping[str, Any], taken: list[Taken]) -> bool:
        if word == "thing":
            self._last = at = clean(str(message["at"]), 120)
            made = self._intake.check(make_thing(message), lambda: at)
            taken += [made] if made is not None else []
        elif word in {"bad", "row"}:
            name, at, what = (clean(str(message[key]), most) for key, most in (("is", 80), ("at", 120), ("what", 500)))
            if word == "bad":
                self._intake.reject_thing(name, at, what)
            else:
                self._intake.reject(bad_row(at, name, what))
        elif word == "log":
            self._log(message)
        elif word == "ready":
            self.ready = True
        elif word == "raised":
            self.failure = make_error(message, elsewhere=True)
        elif word != "end":
            self._fail(garbled())
        return word not in {"thing", "bad", "row", "log", "ready"}

    def _log(self, message: Mapping[str, Any]) -> None:
        say = {"debug": self._ctx.log.debug, "info": self._ctx.log.info, "warning": self._ctx.log.warning}[
            message["level"]
        ]
        with suppress(TypeError):  # a value may be called like one of the logger's own arguments
            say(clean(str(message["event"]), 500), **unpack(message["values"]))

    def _fail(self, failure: Died) -> None:
        if self._last:
            failure.place = f"{self._last} or later"
        self.failure = failure

    async def close(self) -> None:
        """End the process for certain, and everything that was done for it."""
        self.process.kill()
        await self._errands.close()
        await self.process.close()


def _start(instance: Instance, ctx: Context, subject: Account | Delivery | None) -> bytes:
    """The start message. Raises ConfigError for a sensor that another process cannot make again."""
    if not limits.available():
        raise ConfigError(f"isolate = true needs Linux or macOS, and this is {sys.platform}", fix="isolate = false")
    cls = type(instance.sensor)
    if cls.__module__ == "__main__" or "<locals>" in cls.__qualname__:
        raise ConfigError(
            f"{cls.__name__} cannot be isolated: it is not at the top of a module, where another process finds it",
            fix="isolate = false",
        )
    sensor = {
        "name": instance.name,
        "use": instance.use,
        "module": cls.__module__,
        "class": cls.__qualname__,
        "file": file_of(cls),
        "where": instance.origin.where,
        "options": instance.given,
    }
    words = ("instance", "now", "since", "until", "cursor", "limit", "base", "contact")
    message = {
        "sensor": sensor,
        "context": {word: getattr(ctx, word) for word in words},
        "subject": None if subject is None else {f.name: getattr(subject, f.name) for f in fields(subject)},
    }
    cpu_s = limits.cpu_seconds(instance.deadline.total_seconds())
    return encode({"t": "start", "path": sys.path, "cpu": cpu_s, **pack(message, refuse)})
