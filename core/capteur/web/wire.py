"""One request over the wire: the host's wish to be left alone, a turn, the breaker, a pool, the deadline of the attempt, the body.

Every error of httpx ends here. Ours are raised outside of the except blocks, because httpx's carry the request, and with it
the secrets, in their context.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx

from capteur.clock import Clock, from_micros, micros
from capteur.errors import CapteurError, ConfigError, RateLimited, TransientError
from capteur.web.body import read_body
from capteur.web.breaker import Breaker
from capteur.web.failures import explain
from capteur.web.limits import Limits
from capteur.web.pools import CONNECTIONS, Pools
from capteur.web.retries import LONGEST_WAIT, Again, retry_after
from capteur.web.shapes import HostMemory, Sleep, WebSettings
from capteur.web.statuses import ASKED_TO_WAIT, is_good, is_outage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Coroutine, Mapping

_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_ERROR_BODY = 64 * 1024
_ERROR_SECONDS = 2.0
"""Of a body nobody reads: so much is drained to keep the connection, else it is closed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one request."""

    status: int
    headers: httpx.Headers
    body: bytes


class Wire:
    """Sends single requests; knows no redirects, retries or sessions."""

    def __init__(
        self, settings: WebSettings, clock: Clock, *, limits: Limits, pools: Pools, memory: HostMemory, sleep: Sleep
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._limits = limits
        self._pools = pools
        self._memory = memory
        self.breaker = Breaker(clock, memory, probe_s=settings.attempt)
        self._sleep = sleep
        self._world = world_url(settings.world)

    async def send(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        place: str,
        sent: Callable[[], None],
        accept: Collection[int] = (),
    ) -> Reply:
        """Ask once. The body of an answer is read when its status is good or in `accept`.

        `sent` is called when all waiting is over and the request goes out next; what it raises keeps it back.

        Raises:
            RateLimited: the host asked earlier to be left alone for longer than the waits in place.
            HostDown: it failed too often in a row to be asked now.
            Again: around a TransientError that another attempt may cure.
            TransientError, SourceChanged, ConfigError: those that it will not.
        """
        host = host_of(url)
        self.breaker.refuse(host)
        heeded = await self._leave_alone(host)
        request = self._request(method, url, headers, body)
        async with (
            self._limits.turn(host),
            self._pools.transport(
                (url.scheme, url.host, url.port),
                tls=url.scheme == "https" and self._world is None,
                connections=self._connections(host),
            ) as transport,
        ):
            self.breaker.refuse(host)
            if (self._memory.get(host) or 0) > heeded:  # said to somebody else while this one waited for its turn
                raise Again(RateLimited(f"{host} asked to be left alone"))
            sent()
            probe = self.breaker.admit(host)
            return await self._told(self._ask(transport, request, host, place, accept), host, accept, probe=probe)

    async def _told(
        self, asking: Coroutine[Any, Any, Reply], host: str, accept: Collection[int], *, probe: bool
    ) -> Reply:
        """Let the breaker know how the asking went."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            reply = await asking
        except asyncio.CancelledError:
            if loop.time() - began >= self._settings.connect:  # the time of the call was up: most likely over this host
                self.breaker.failed(host, "it fell silent", probe=probe)
            raise
        except (Again, CapteurError) as error:
            cause = error.error if isinstance(error, Again) else error
            if isinstance(cause, TransientError):
                self.breaker.failed(host, cause.why or cause.what, probe=probe)
            elif not isinstance(cause, ConfigError):  # which was never sent
                self.breaker.worked(host)
            raise
        if not is_outage(reply.status, retry_after(reply.headers, self._clock.now())):
            self.breaker.worked(host)
        elif reply.status not in accept:
            self.breaker.failed(host, f"it answers {reply.status}", probe=probe)
        return reply

    async def _ask(
        self,
        transport: httpx.AsyncBaseTransport,
        request: httpx.Request,
        host: str,
        place: str,
        accept: Collection[int],
    ) -> Reply:
        problem: CapteurError | Again
        asked = host if self._world is None else f"{host}, via [web] world {self._settings.world},"
        try:
            async with asyncio.timeout(self._settings.attempt):
                return await self._exchange(transport, request, host, place, accept)
        except TimeoutError:
            problem = Again(
                TransientError(f"{asked} did not answer within {self._settings.attempt:g} s", why="the body counts too")
            )
        except httpx.HTTPError as error:
            problem = explain(error, asked, has_body=request.method == "POST")
        except OSError:  # anyio lets errors of TLS through as they are
            problem = Again(TransientError(f"the exchange with {asked} failed", why="the connection broke"))
        raise problem

    async def _exchange(
        self,
        transport: httpx.AsyncBaseTransport,
        request: httpx.Request,
        host: str,
        place: str,
        accept: Collection[int],
    ) -> Reply:
        response = await transport.handle_async_request(request)
        try:
            self._heed(host, response)
            stream = response.stream
            assert isinstance(stream, httpx.AsyncByteStream)
            if response.status_code in _BODILESS:
                content = b""
            elif is_good(response.status_code) or response.status_code in accept:
                content = await read_body(stream, response.headers, self._settings.body_limit, place)
            else:
                content = await _drain(stream)
        finally:
            await response.aclose()
        return Reply(response.status_code, response.headers, content)

    def _request(self, method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes | None) -> httpx.Request:
        timeouts = {"connect": self._settings.connect}  # the attempt's deadline rules the rest
        if self._world is not None:
            headers = {**headers, "X-Capteur-Host": url.netloc.decode("ascii"), "X-Capteur-Scheme": url.scheme}
            url = self._world.copy_with(raw_path=url.raw_path)
        return httpx.Request(method, url, headers=headers, content=body, extensions={"timeout": timeouts})

    def _connections(self, host: str) -> int:
        special = self._settings.limits.get(host, self._settings.limit)
        return max(CONNECTIONS, special.concurrency)

    def leave_alone(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for so long."""
        self._memory.set(host, micros(self._clock.now() + timedelta(seconds=seconds)))

    async def _leave_alone(self, host: str) -> int:
        """Wait for a host that asked for it, or refuse when that is long. Returns the moment heeded, in micros."""
        until = self._memory.get(host)
        if until is None:
            return 0
        seconds = (from_micros(until) - self._clock.now()).total_seconds()
        if seconds > LONGEST_WAIT:  # never written by this clock: one of the two jumped
            return until
        if seconds > self._settings.wait_in_place:
            raise RateLimited(
                f"{host} is left alone", why=f"it asked to wait; {seconds:.0f} s are left", retry_after=seconds
            )
        if seconds > 0:
            await self._sleep(seconds)
        return until

    def _heed(self, host: str, response: httpx.Response) -> None:
        if response.status_code in ASKED_TO_WAIT and (seconds := retry_after(response.headers, self._clock.now())):
            self.leave_alone(host, seconds)


async def _drain(stream: httpx.AsyncByteStream) -> bytes:
    """Read on for a little, which keeps the connection. Whatever happens then, the status was heard."""
    size = 0
    with suppress(TimeoutError, httpx.HTTPError, OSError):
        async with asyncio.timeout(_ERROR_SECONDS):
            async for chunk in stream:
                size += len(chunk)
                if size > _ERROR_BODY:
                    break
    return b""


def host_of(url: httpx.URL) -> str:
    """The host as limits, memory and messages know it: with its port when that is not the scheme's own."""
    return url.host if url.port is None else f"{url.host}:{url.port}"


def world_url(world: str | None) -> httpx.URL | None:
    """The base that answers for every host. Raises ConfigError unless it is loopback: it would be sent everybody's tokens."""
    if not world:
        return None
    try:
        url = httpx.URL(world)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme != "http" or url.host not in {"127.0.0.1", "localhost", "::1"}:
        raise ConfigError(
            f"[web] world: {world!r} is not a loopback address",
            fix='world = "http://127.0.0.1:PORT"; it is for demo and tests',
        )
    return url
