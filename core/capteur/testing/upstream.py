"""What answers a plugin's requests in the kit: the author's routes, or a fault in their place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from capteur.errors import PluginError

if TYPE_CHECKING:
    import respx

Real = Callable[[], Awaitable[httpx.Response]]
Fault = Callable[[httpx.Request, Real], Awaitable[httpx.Response]]
"""Answers in place of the author's route, which `Real` asks."""


def new_router() -> respx.MockRouter:
    """An empty router. Raises PluginError when respx is not installed."""
    try:
        import respx
    except ModuleNotFoundError as error:
        raise PluginError(
            "the conformance kit needs respx, which is not installed", fix="pip install 'capteur[testing]'"
        ) from error
    return respx.MockRouter(assert_all_called=False, assert_all_mocked=True)


@dataclass(slots=True)
class Upstream:
    """The other end of one run. `asked` is what was asked for, `unknown` what no route answers (it gets a 404).

    `fault` stands in for the routes from request number `since` on. robots.txt is never faulty: it is not the plugin's doing.
    """

    router: respx.MockRouter
    fault: Fault | None = None
    since: int = 1
    asked: list[httpx.Request] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The handler of httpx.MockTransport."""

        async def real() -> httpx.Response:
            return await self._routed(request)

        if request.url.path == "/robots.txt":
            return await real()
        self.asked.append(request)
        if self.fault is not None and len(self.asked) >= self.since:
            return await self.fault(request, real)
        response = await real()
        if isinstance(response.stream, httpx.ByteStream):
            self.bodies.append(response.content)
        return response

    def transport(self) -> httpx.MockTransport:
        """What the real client is given instead of a connection."""
        return httpx.MockTransport(self.answer)

    @property
    def unanswered(self) -> str:
        """A sentence about requests that no route answers; empty when there are none."""
        if not self.unknown:
            return ""
        return f"; it asked for {self.unknown[0]}, which upstream() does not answer"

    async def _routed(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self.router.async_handler(request)
        except AssertionError:  # respx: no route
            if request.url.path != "/robots.txt":
                self.unknown.append(f"{request.method} {request.url}")
            return httpx.Response(404)


def status(code: int, **headers: str) -> Fault:
    """Every answer has this status; its body quotes what was sent, as careless sources do."""

    async def fault(request: httpx.Request, _real: Real) -> httpx.Response:
        sent = f"{request.url} {dict(request.headers)}"
        return httpx.Response(code, headers={k.replace("_", "-"): v for k, v in headers.items()}, text=sent)

    return fault


async def refused(request: httpx.Request, _real: Real) -> httpx.Response:
    """Nobody listens there."""
    raise httpx.ConnectError("connection refused", request=request)


async def cut_in_half(request: httpx.Request, real: Real) -> httpx.Response:
    """Half a JSON document, as a proxy with a size limit sends it; of anything else the connection breaks within the body."""
    response = await real()
    body = await response.aread()
    kept = {"content-type": response.headers.get("content-type", "")}
    if not response.is_success or len(body) < 2:  # noqa: PLR2004  nothing to cut
        return response
    if body.lstrip()[:1] in {b"{", b"["}:
        return httpx.Response(response.status_code, headers=kept, content=body[: len(body) // 2])
    return httpx.Response(response.status_code, headers=kept, stream=_Broken(body[: len(body) // 2], request))


OTHER_FORM = {"capteur": "an answer of another form"}


async def other_form(_request: httpx.Request, _real: Real) -> httpx.Response:
    """The vendor changed its answer: 200, JSON, and nothing of what the code looks for."""
    return httpx.Response(200, json=OTHER_FORM)


class _Broken(httpx.AsyncByteStream):
    def __init__(self, body: bytes, request: httpx.Request) -> None:
        self._body, self._request = body, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body", request=self._request
        )


def hang(stop: Callable[[], Any]) -> Fault:
    """Whoever asks waits for ever; `stop` is called meanwhile."""

    async def fault(_request: httpx.Request, real: Real) -> httpx.Response:
        import asyncio

        stop()
        await asyncio.Event().wait()
        return await real()

    return fault
