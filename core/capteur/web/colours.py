"""The two colours of `ctx.http`: awaited on the house's loop, and bridged to it from a sensor's thread."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import AsyncIterator, Collection, Coroutine, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from capteur.asking import WANTS_JSON, Answer, AsyncHttp, Following, Headers, Http, Query, Token
from capteur.errors import PluginError, SourceChanged, Stopped
from capteur.web.call import Call, make_call, next_url, same_place

if TYPE_CHECKING:
    from capteur.web.session import Session

T = TypeVar("T")

MOST_PAGES: Final = 1000


class AsyncCalls(AsyncHttp):
    """`ctx.ahttp`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def _make(self, method: str, url: str, **words: Any) -> Call:
        return make_call(method, url, self._session.redactor, user_agent=self._session.web.user_agent, **words)

    async def get(
        self,
        url: str,
        *,
        params: Query = None,
        headers: Headers = None,
        token: Token = None,
        conditional: bool = False,
        robots: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        flags = {"conditional": conditional, "robots": robots, "accept": frozenset(accept)}
        return await self._session.run(self._make("GET", url, params=params, headers=headers, token=token, **flags))

    async def post(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Answer:
        headers = {**WANTS_JSON, **(headers or {})}
        return await self._session.run(
            self._make("POST", url, params=params, headers=headers, token=token, payload=json)
        )

    async def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any:
        return (await self.post(url, json, params=params, headers=headers, token=token)).json()

    async def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> AsyncIterator[Any]:
        trail = _Trail(
            self._make("GET", url, params=params, headers={**WANTS_JSON, **(headers or {})}, token=token), self._session
        )
        while (call := trail.call) is not None:
            page = (await self._session.run(call)).json()
            yield page
            trail.step(following(page))


class SyncCalls(Http):
    """`ctx.http`. Every call waits in the sensor's thread for the loop; bodies are parsed in the thread, which leaves the loop free."""

    def __init__(self, session: Session, calls: AsyncCalls) -> None:
        self._session = session
        self._calls = calls

    def get(
        self,
        url: str,
        *,
        params: Query = None,
        headers: Headers = None,
        token: Token = None,
        conditional: bool = False,
        robots: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        return self._wait(
            self._calls.get(
                url, params=params, headers=headers, token=token, conditional=conditional, robots=robots, accept=accept
            )
        )

    def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any:
        return (self._wait(self._calls.post(url, json, params=params, headers=headers, token=token))).json()

    def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Iterator[Any]:
        trail = _Trail(
            self._calls._make("GET", url, params=params, headers={**WANTS_JSON, **(headers or {})}, token=token),
            self._session,
        )
        while (call := trail.call) is not None:
            page = (self._wait(self._session.run(call))).json()
            yield page
            trail.step(following(page))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        web = self._session.web
        if self._session.stopped or web.loop is None or web.loop.is_closed():
            work.close()
            raise Stopped(f"{self._session.instance} was stopped")
        if threading.get_ident() == web.thread:
            work.close()
            raise PluginError(
                f"{self._session.instance}: ctx.http was called on the event loop",
                why="it would wait for itself",
                fix="use ctx.ahttp in an async generator: await ctx.ahttp.get_json(...)",
            )
        try:
            future = asyncio.run_coroutine_threadsafe(work, web.loop)
        except RuntimeError:  # closed between the question and the call
            work.close()
            raise Stopped(f"{self._session.instance} was stopped") from None
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            pass  # the loop cancelled it: the house is going down
        raise Stopped(f"{self._session.instance} was stopped")


class _Trail:
    """From page to page: the next call, a bound, and a guard against going in circles."""

    def __init__(self, first: Call, session: Session) -> None:
        self.call: Call | None = first
        self._session = session
        self._seen = {str(first.url)}

    def step(self, to: str | Mapping[str, Any] | None) -> None:
        """`to` is the next URL (credentials stay behind when it is another host's), the params that change, or None at the end."""
        call = self.call
        if call is None or not to:
            self.call = None
            return
        redactor = self._session.redactor
        if isinstance(to, str):
            url = next_url(call.url, to, redactor)
            private = call.private if same_place(call.url, url) else {}
        else:
            # make_call reads the values; only its URL is of use
            url = make_call("GET", str(call.url), redactor, user_agent="", params=to).url
            private = call.private
        place = redactor.url(str(url))
        if str(url) in self._seen:
            raise SourceChanged(f"the pages go in circles: {place} comes a second time")
        if len(self._seen) >= MOST_PAGES:
            raise SourceChanged(
                f"more than {MOST_PAGES} pages",
                why=f"the next would be {place}",
                fix="ask for larger pages, or for less",
            )
        self._seen.add(str(url))
        self.call = Call("GET", url, call.public, private)
