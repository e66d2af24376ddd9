"""Looks on while core runs an author's generator: what it yields, from which line, how much it had made by then, how it ended.

A tap stands in for the sensor in its unit and hands everything through: the unit, the thread and the store are the real ones.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from capteur.accounts import Account
from capteur.errors import Stopped
from capteur.sensing.drive import generator_place
from capteur.sensor import AccountSensor, Context, Delivery, FeedSensor, PushSensor, Sensor
from capteur.signals import AccountFact, Outcome, Signal
from capteur.testing.upstream import Upstream

FINDINGS = (Signal, AccountFact, Outcome)
"""What a sensor is there for; Checkpoint, Revoke and SameAs only go with it."""


@dataclass(frozen=True, slots=True)
class Yielded:
    """One thing, the author's line it came from, and how many requests and findings there had been by then."""

    thing: Any
    at: str
    asked: int
    built: int


@dataclass(slots=True)
class Record:
    """What a tap saw. `end` is None as long as the generator lives, else "finished", "closed", "went on" or what it raised."""

    upstream: Upstream
    things: list[Yielded] = field(default_factory=list)
    built: int = 0
    stopped: bool = False
    end: str | BaseException | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def findings(self) -> list[Yielded]:
        """Signals, facts and outcomes, in order."""
        return [seen for seen in self.things if isinstance(seen.thing, FINDINGS)]

    def add(self, thing: Any, generator: object) -> None:
        """One thing was yielded."""
        self.things.append(Yielded(thing, generator_place(generator), len(self.upstream.asked), self.built))
        if self.stopped:
            self.over("went on")

    def over(self, how: str | BaseException) -> None:
        """The generator ended; only the first end counts."""
        if self.end is None:
            self.end = how
            self.ended.set()


class _Tapped:
    """The author's iterator, looked at. Shows his frames, so that core's messages name his lines."""

    def __init__(self, inner: Any, record: Record) -> None:
        self._inner, self._record = inner, record

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            thing = next(self._inner)
        except BaseException as error:
            self._record.over("finished" if isinstance(error, StopIteration) else error)
            raise
        self._record.add(thing, self._inner)
        return thing

    def close(self) -> None:
        if hasattr(self._inner, "close"):
            self._inner.close()
        self._record.over("closed")

    @property
    def gi_frame(self) -> Any:
        return getattr(self._inner, "gi_frame", None)

    @property
    def gi_yieldfrom(self) -> Any:
        return getattr(self._inner, "gi_yieldfrom", None)


def _tapped(made: Any, record: Record) -> Any:
    """What detect() returned, looked at; handed on as it is when it is nothing to iterate: core has a message for that."""
    return _Tapped(made, record) if hasattr(made, "__next__") else made


async def _tapped_async(made: Any, record: Record) -> AsyncGenerator[Any, None]:
    try:
        async for thing in made:
            record.add(thing, made)
            yield thing
    except GeneratorExit:
        await made.aclose()
        record.over("closed")
        raise
    except BaseException as error:
        record.over(error)
        raise
    record.over("finished")


class _Feed(FeedSensor):
    name = "tap"
    kinds = ()
    inner: Any
    record: Any

    def detect(self, ctx: Context) -> Iterator[Any]:
        made: Iterator[Any] = _tapped(self.inner.detect(ctx), self.record)
        return made


class _AsyncFeed(FeedSensor):
    name = "tap"
    kinds = ()
    inner: Any
    record: Any

    async def detect(self, ctx: Context) -> AsyncIterator[Any]:
        async with aclosing(_tapped_async(self.inner.detect(ctx), self.record)) as things:
            async for thing in things:
                yield thing


class _Account(AccountSensor):
    name = "tap"
    kinds = ()
    inner: Any
    record: Any

    def detect(self, ctx: Context, account: Account) -> Iterator[Any]:
        made: Iterator[Any] = _tapped(self.inner.detect(ctx, account), self.record)
        return made


class _AsyncAccount(AccountSensor):
    name = "tap"
    kinds = ()
    inner: Any
    record: Any

    async def detect(self, ctx: Context, account: Account) -> AsyncIterator[Any]:
        async with aclosing(_tapped_async(self.inner.detect(ctx, account), self.record)) as things:
            async for thing in things:
                yield thing


class _Push(PushSensor):
    name = "tap"
    kinds = ()
    inner: Any
    record: Any

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Any]:
        made: Iterator[Any] = _tapped(self.inner.receive(ctx, delivery), self.record)
        return made


def tap(sensor: Sensor, record: Record) -> Sensor:
    """The sensor with `record` looking on."""
    base: type[Sensor]
    if isinstance(sensor, PushSensor):
        base = _Push
    else:
        is_async = inspect.isasyncgenfunction(getattr(sensor, "detect", None))
        pairs = (_AsyncAccount, _Account) if isinstance(sensor, AccountSensor) else (_AsyncFeed, _Feed)
        base = pairs[0] if is_async else pairs[1]
    words = {"present_only": sensor.present_only, "history": sensor.history, "__module__": __name__}
    made: Sensor = type("Tap", (base,), words)(inner=sensor, record=record)
    return made


def let_go(end: str | BaseException | None) -> bool:
    """Whether a generator that was told to stop did: Stopped left it, or for an async one its cancellation."""
    return isinstance(end, Stopped | asyncio.CancelledError | GeneratorExit) or end == "closed"


@contextmanager
def counting(*records: Record) -> Iterator[None]:
    """Count the findings that are made, whoever makes them: a list that is built first shows before its first one is yielded."""
    kept = {cls: cls.__init__ for cls in FINDINGS}

    def counted(original: Any) -> Any:
        def init(self: Any, *args: Any, **words: Any) -> None:
            for record in records:
                record.built += 1
            original(self, *args, **words)

        return init

    try:
        for cls, original in kept.items():
            setattr(cls, "__init__", counted(original))  # noqa: B010  put back below; as an assignment a type checker objects
        yield
    finally:
        for cls, original in kept.items():
            setattr(cls, "__init__", original)  # noqa: B010  as above
