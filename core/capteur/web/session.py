"""One unit's view of the web: its calls, what they learnt, and the way to stop them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_plus

from capteur.errors import RateLimited, Stopped, TransientError
from capteur.sensor import Answer, AsyncHttp, Http
from capteur.web.journey import Journey
from capteur.web.redaction import Redactor
from capteur.web.retries import UNSAID_WAIT, Again, attempts
from capteur.web.shapes import Paying, Seen, Stored, Validator
from capteur.web.wire import host_of

if TYPE_CHECKING:
    from capteur.web.call import Call
    from capteur.web.client import Web

T = TypeVar("T")


class Session:
    """What a unit may do and what it did. Made by `Web.session`.

    Attributes:
        http: for sync sensors, from their own thread.
        ahttp: for async sensors, on the house's loop.
        learnt: validators of pages asked for with `conditional=True`, by URL; the flow commits them with the unit.
        requests: what went over the wire, in order; `unreached` are hosts that were asked and did not answer.
        paid: how many requests went out; `refused` is the error that said that no more could be paid for.
    """

    def __init__(
        self,
        web: Web,
        *,
        secrets: Mapping[str, str] | Collection[str],
        validators: Mapping[str, Stored],
        deadline: float | None,
        instance: str,
        purse: Paying | None = None,
    ) -> None:
        from capteur.web.colours import AsyncCalls, SyncCalls

        self.web = web
        self.instance = instance
        self.validators = validators
        self.learnt: dict[str, Validator] = {}
        self.requests: list[Seen] = []
        self.unreached: set[str] = set()
        self.paid = 0
        self.refused: RateLimited | None = None
        self._purse = purse
        self._options = {value: name for name, value in secrets.items()} if isinstance(secrets, Mapping) else {}
        self.redactor = _SharedRedactor(web.redactor)
        for value in secrets.values() if isinstance(secrets, Mapping) else secrets:
            self.redactor.add(value, configured=True)
        self._deadline = deadline
        self._stopped = False
        self._running: set[asyncio.Task[Any]] = set()
        calls = AsyncCalls(self)
        self.ahttp: AsyncHttp = calls
        self.http: Http = SyncCalls(self, calls)

    def stop(self) -> None:
        """Cancel the calls in flight; they and all later ones raise Stopped. From any thread."""
        self._stopped = True
        loop = self.web.loop
        if loop is None:
            return
        if threading.get_ident() == self.web.thread:
            self._cancel()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(self._cancel)

    @property
    def stopped(self) -> bool:
        return self._stopped

    def check(self) -> None:
        """Raises Stopped after `stop()`."""
        if self._stopped:
            raise Stopped(f"{self.instance} was stopped")

    def give_time(self, seconds: float) -> None:
        """From now on the unit has so many seconds: its work begins only here, whatever came before."""
        self._deadline = self.web.clock.monotonic() + seconds

    def pay(self) -> None:
        """As a request goes out. Raises RateLimited when the budget has no more: kept, for a sensor may swallow it."""
        if self._purse is not None:
            try:
                self._purse.take(self.paid)
            except RateLimited as error:
                self.refused = error
                raise
        self.paid += 1

    def check_paid(self) -> None:
        """Raises the RateLimited that a request met, though the sensor may have swallowed it."""
        if self.refused is not None:
            raise self.refused

    def auth_fix(self, call: Call) -> str:
        """The cure for a refused credential: the option it came from, where that is known."""
        sent = " ".join(call.private.values()) + unquote_plus(str(call.url))
        option = next((name for value, name in self._options.items() if value.strip() and value.strip() in sent), None)
        if option is not None:
            what = option
        elif call.private:
            what = f"the credential in [sensors.{self.instance}]"
        else:
            return f"the source wants a credential now; see capteur sensors show {self.instance}"
        return f"check {what}, then capteur resume {self.instance}"

    async def run(self, call: Call) -> Answer:
        """The whole call: attempts, redirects and waits within the deadline.

        Raises AuthError, RateLimited, NotFound, TransientError, SourceChanged, SkipAccount, ConfigError as `capteur.sensor.Http`
        says, and Stopped.
        """
        self.check()
        return await self._stoppable(self._within_deadline(call))

    async def _stoppable(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        cancelled: asyncio.CancelledError
        try:
            return await task
        except asyncio.CancelledError as error:
            cancelled = error
        finally:
            self._running.discard(task)
        caller = asyncio.current_task()
        if self._stopped and not (caller and caller.cancelling()):
            raise Stopped(f"{self.instance} was stopped")
        raise cancelled

    async def _within_deadline(self, call: Call) -> Answer:
        seconds, whose = self.web.settings.timeout, "the call"
        if self._deadline is not None and (left := self._deadline - self.web.clock.monotonic()) < seconds:
            seconds, whose = left, f"{self.instance}"
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    return await self._attempts(call)
            except TimeoutError:
                pass
        raise TransientError(
            f"the time of {whose} was up", why=f"during {call.method} {self.redactor.url(str(call.url))}"
        )

    async def _attempts(self, call: Call) -> Answer:
        try:
            return await Journey(self, call, 1).answer()
        except Again as again:
            failure = again
        number = 0
        try:
            # stamina takes over with the first attempt made: its machinery would be 6 % of every request that needs none
            async for attempt in attempts(self.web.settings.attempts):
                number += 1
                with attempt:
                    if number == 1:
                        raise failure
                    return await Journey(self, call, number).answer()
        except Again as again:
            failure = again
        error = failure.error
        if isinstance(error, RateLimited) and error.retry_after is None:
            self.web.wire.leave_alone(host_of(call.url), UNSAID_WAIT)
        raise error

    def _cancel(self) -> None:
        for task in tuple(self._running):
            task.cancel()


class _SharedRedactor(Redactor):
    """A session's redactor: what it learns, the process's learns too."""

    def __init__(self, process: Redactor) -> None:
        super().__init__()
        self._process = process

    def add(self, value: str, *, guessed: bool = False, configured: bool = False) -> None:
        super().add(value, guessed=guessed, configured=configured)
        self._process.add(value, guessed=guessed, configured=configured)
