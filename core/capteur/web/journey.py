"""One attempt at a call: from hop to hop, until an answer or an error."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from capteur.errors import HostDown, SourceChanged, TransientError
from capteur.sensor import Answer
from capteur.web.body import charset
from capteur.web.call import Call, next_url
from capteur.web.retries import Again, retry_after
from capteur.web.shapes import Seen, Validator
from capteur.web.statuses import REDIRECTS, is_good, judge
from capteur.web.wire import Reply, host_of

if TYPE_CHECKING:
    from capteur.web.session import Session

MOST_REDIRECTS: Final = 5
_ANY_STATUS: Final = frozenset(range(400, 600))


class Journey:
    """Redirects are followed by hand, because each hop is checked anew and leaves behind what it must not carry on."""

    def __init__(self, session: Session, call: Call, number: int) -> None:
        self._session = session
        self._web = session.web
        self._call = call
        self._note = f"attempt {number}" if number > 1 else ""

    async def answer(self) -> Answer:
        """Raises as `Session.run` says; Again where another attempt may help."""
        call, reply, sent = await self._follow(self._call)
        place = self._place(call.url)
        if reply.status == HTTPStatus.NOT_MODIFIED and sent is not None:
            self._learn(call, reply, sent)
            return Answer(304, place, reply.headers, b"", unchanged=True, encoding=charset(reply.headers))
        if not is_good(reply.status) and reply.status not in call.accept:
            raise judge(
                reply.status,
                host=host_of(call.url),
                place=place,
                auth_fix=lambda: self._session.auth_fix(call),
                retry_after=retry_after(reply.headers, self._web.clock.now()),
                patience=self._web.settings.wait_in_place,
            )
        if call.conditional and is_good(reply.status):
            self._learn(call, reply, None)
        return Answer(reply.status, place, reply.headers, reply.body, encoding=charset(reply.headers))

    async def _follow(self, call: Call) -> tuple[Call, Reply, Validator | None]:
        """The last hop, its reply, and the validator that was sent to it."""
        for _ in range(MOST_REDIRECTS + 1):
            if call.robots:
                await self._web.robots.check(call.url, self._robots_txt)
            stored = self._stored(call)
            reply = await self._send(call, stored)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTS or location is None:
                return call, reply, stored
            call = call.redirected(reply.status, next_url(call.url, location, self._session.redactor))
        raise SourceChanged(f"{self._place(self._call.url)} redirects more than {MOST_REDIRECTS} times")

    async def _robots_txt(self, url: httpx.URL) -> Reply:
        public = {k: v for k, v in self._call.public.items() if k in {"user-agent", "accept-encoding"}}
        _, reply, _ = await self._follow(Call("GET", url, public, accept=_ANY_STATUS - {429}))
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise judge(
                429,
                host=host_of(url),
                place=self._place(url),
                auth_fix=str,
                retry_after=retry_after(reply.headers, self._web.clock.now()),
                patience=self._web.settings.wait_in_place,
            )
        return reply

    def _stored(self, call: Call) -> Validator | None:
        """Per hop, so that a page is never told to be unchanged by the validator of another."""
        if not call.conditional:
            return None
        place = self._key(call.url)
        known = self._session.learnt.get(place) or self._session.validators.get(place)
        if known is None or not (known.etag or known.last_modified):
            return None
        return Validator(place, known.etag, known.last_modified)

    async def _send(self, call: Call, stored: Validator | None) -> Reply:
        headers = {**call.public, **call.private}
        if stored is not None:
            headers |= {"if-none-match": stored.etag} if stored.etag else {}
            headers |= {"if-modified-since": stored.last_modified} if stored.last_modified else {}
        place = self._place(call.url)
        loop = asyncio.get_running_loop()
        sent_at: float | None = None
        status: int | None = None
        note = self._note

        def sent() -> None:
            nonlocal sent_at
            self._session.pay()
            sent_at = loop.time()

        try:
            reply = await self._web.wire.send(
                call.method, call.url, headers, call.body, place=place, sent=sent, accept=call.accept
            )
            status = reply.status
            if self._web.recorder is not None:
                content_type = reply.headers.get("content-type", "")
                self._web.recorder.take(call.method, place, status, content_type, reply.body, self._session.redactor)
        except Again as again:
            note = again.error.what
            self._unreached(call, again.error)
            raise
        except Exception as error:
            note = self._session.redactor(str(error))
            self._unreached(call, error)
            raise
        finally:
            if sent_at is not None:
                self._session.requests.append(Seen(call.method, place, status, loop.time() - sent_at, note))
        return reply

    def _unreached(self, call: Call, error: BaseException) -> None:
        if isinstance(error, TransientError) and not isinstance(error, HostDown):  # which was not asked
            self._session.unreached.add(host_of(call.url))

    def _learn(self, call: Call, reply: Reply, before: Validator | None) -> None:
        etag, modified = reply.headers.get("etag"), reply.headers.get("last-modified")
        if before is not None:  # a 304 may leave out what did not change
            etag, modified = etag or before.etag, modified or before.last_modified
        key = self._key(call.url)
        self._session.learnt[key] = Validator(key, etag, modified)

    def _key(self, url: httpx.URL) -> str:
        """The page as the store may know it. Where a secret was masked, a digest keeps two pages that differ in it apart."""
        whole = str(url)
        shown = self._session.redactor.url(whole)
        return shown if shown == whole else f"{shown}#{hashlib.sha256(whole.encode()).hexdigest()[:16]}"

    def _place(self, url: httpx.URL) -> str:
        return self._session.redactor.url(str(url))
