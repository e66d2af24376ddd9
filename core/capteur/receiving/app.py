"""The ASGI app: who may send what where, and what they are answered.

`POST /hooks/INSTANCE/SECRET` (or without the secret, where it stands elsewhere) keeps a delivery; `GET` on the same address says
that it is the right one; `GET /hooks/INSTANCE/NAME` answers a file that a sensor offers to browsers. An instance that does not
exist and a secret that is wrong are answered alike.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from capteur.clock import Clock, micros
from capteur.errors import CapteurError
from capteur.house.deliveries import Gate
from capteur.receiving import bodies, browsers, proving
from capteur.receiving.bodies import BODY_S, Body, Held, Strangers
from capteur.receiving.http import Answer, Gone, Receive, Refused, Request, Scope, Send, neighbourhood, refused
from capteur.receiving.posting import Posting
from capteur.receiving.rates import Rates
from capteur.store.deliveries import Arrived

if TYPE_CHECKING:
    from capteur.settings.values import ReceivingSection

log = logging.getLogger("capteur.receiving")

WINDOW: Final = 3_600_000_000
"""The same content again within so many micros is the same delivery, where the sender gives none of its own ids."""
AGAIN_S: Final = 5
"""When to come back while the store cannot be used."""
TRIES: Final = (1.0, 30.0)
"""Requests a second that one address may send in vain, and at once."""
KEPT: Final = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")
"""Headers that are kept of every delivery. What proves who sent it is not."""
HEADER_MOST: Final = 1_000
_PLAIN: Final = re.compile(r"[\x21-\x7e]{1,200}")
_CHALLENGES: Final = ("challenge", "hub.challenge", "validationToken", "crc_token")
_CHALLENGE: Final = re.compile(r"[\x20-\x7e]{1,500}")


class Receiver:
    """Lives on one loop. `posting` keeps what came; `received` and `refused` count, by instance, and by instance and reason."""

    def __init__(
        self,
        gates: Iterable[Gate],
        posting: Posting,
        clock: Clock,
        section: ReceivingSection,
        *,
        body_s: float = BODY_S,
        received: Counter[str] | None = None,
        refusals: Counter[tuple[str, str]] | None = None,
    ) -> None:
        self._gates = {gate.name: gate for gate in gates}
        self._posting, self._clock = posting, clock
        self._limit, self._body_s = section.body_bytes, body_s
        self._proxies = [ipaddress.ip_network(text) for text in section.proxies]
        self._held = Held(max(bodies.IN_FLIGHT, 4 * self._limit))
        self._strangers = Strangers(max(bodies.STRANGERS, 4 * self._limit), max(bodies.STRANGER, 2 * self._limit))
        self._tries = Rates(*TRIES, clock.monotonic)
        self._rates = Rates(section.rate, 2.0 * section.rate, clock.monotonic)
        self._public = browsers.Limits(section.rate, clock.monotonic)
        self._told_of_proxy = False
        self.received: Counter[str] = Counter() if received is None else received
        self.refused: Counter[tuple[str, str]] = Counter() if refusals is None else refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it. Never raises."""
        if scope["type"] != "http":
            return
        gate: Gate | None = None
        try:
            request = Request(scope, self._proxies)
            self._tell_of(request.unread_proxy)
            gate, rest = self._gate(request)
            answer = await self._answer(request, gate, rest, receive)
        except Refused as refusal:
            self.refused[gate.name if gate else "", refusal.reason] += 1
            answer = browsers.open_to(gate, refusal.answer)
        except Gone:
            self.refused[gate.name if gate else "", "gone"] += 1
            return
        except Exception as error:
            log.exception("a mistake of ours: %s", type(error).__name__)
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"a mistake in capteur; its log says more\n", close=True)
        await answer.send(send)

    def _tell_of(self, proxy: str) -> None:
        """Say once that a proxy's word of its senders cannot be read. What it says may be somebody's address, and is not told."""
        if proxy and not self._told_of_proxy:
            self._told_of_proxy = True
            log.warning(
                "the proxy %s sends an X-Forwarded-For that is no address: all who come through it count as one sender; "
                "docs/webhooks.md has what it should send",
                proxy,
            )

    def _gate(self, request: Request) -> tuple[Gate | None, str]:
        """The instance a path names, and what stands behind it."""
        root, _, tail = request.path.removeprefix("/").partition("/")
        if root != "hooks":
            raise refused("path", HTTPStatus.NOT_FOUND, "there is nothing here")
        name, _, rest = tail.partition("/")
        return self._gates.get(name), rest

    async def _answer(self, request: Request, gate: Gate | None, rest: str, receive: Receive) -> Answer:
        if gate is not None and (gate.open or (request.method in ("GET", "HEAD") and rest in gate.files)):
            found = browsers.answer(gate, request, rest)
            if found is not None:
                return found
            _go_on(self._public.take(gate.name, neighbourhood(request.address)))
        else:
            if request.method not in ("POST", "GET", "HEAD"):
                raise refused("method", HTTPStatus.METHOD_NOT_ALLOWED, "POST", allow="POST")
            if not self._is_welcome(gate, request, rest):
                self._turn_away(request)
            assert gate is not None, "nobody is welcome where nobody is"
            if request.method != "POST":
                return _greeting(request)
            if gate.reception.way != "signature":  # who has not signed takes nothing from those who do
                _go_on(self._rates.take(gate.name))
        return await self._take(request, gate, receive)

    def _is_welcome(self, gate: Gate | None, request: Request, rest: str) -> bool:
        """Whether the secret is right, as far as can be told without the body."""
        reception = gate.reception if gate is not None and gate.reception.secrets else proving.NOBODY
        if reception.way == "signature":
            return not rest and request.method == "POST"
        return proving.shows_secret(reception, request, rest) and reception is not proving.NOBODY

    def _turn_away(self, request: Request) -> None:
        """Always the same words. Who tries too often waits, but never someone who has the secret."""
        _go_on(self._tries.take(neighbourhood(request.address)))
        raise refused("secret", HTTPStatus.NOT_FOUND, "there is nothing here, or it is not for you")

    async def _take(self, request: Request, gate: Gate, receive: Receive) -> Answer:
        """Read the body, see whether it is signed where it has to be, and keep it."""
        limit = min(self._limit, browsers.BODY_MOST) if gate.open else self._limit
        is_known = not gate.open and gate.reception.way != "signature"
        body = Body(self._held if is_known else self._strangers.of(neighbourhood(request.address)))
        try:
            await bodies.read(body, receive, request.headers, limit, self._body_s)
            now = self._clock.now()
            if gate.reception.way == "signature" and not gate.open:
                forms = (body.sent,) if body.sent is body.content else (body.sent, body.content)
                if not proving.is_signed(gate.reception, request.headers, forms, now.timestamp()):
                    self._turn_away(request)
                body.move(self._held)
                _go_on(self._rates.take(gate.name))
            await self._keep(self._arrived(request, gate, body.content, micros(now)))
        finally:
            body.drop()
        self.received[gate.name] += 1
        return browsers.taken(gate, request) if gate.open else Answer(HTTPStatus.OK)

    async def _keep(self, arrived: Arrived) -> None:
        try:
            await self._posting.keep(arrived)
        except CapteurError:  # the shift tells of a store in trouble; the sender comes back
            raise refused(
                "store", HTTPStatus.SERVICE_UNAVAILABLE, "not now; send it again", close=False, retry_after=AGAIN_S
            ) from None

    def _arrived(self, request: Request, gate: Gate, body: bytes, now: int) -> Arrived:
        kept = {name: request.headers[name][:HEADER_MOST] for name in (*KEPT, *gate.keeps) if name in request.headers}
        if gate.open:
            agent = kept.pop("user-agent", None)
            client = {"client-address": request.address, **({"user-agent": agent} if agent else {})}
            key = f"once:{secrets.token_hex(16)}"  # two visitors may well send the same
            return Arrived(gate.instance_id, key, now, body, _text(kept), client=_text(client))
        query = request.query()
        if gate.reception.way == "query":
            query.pop(gate.reception.name, None)
        own = request.headers.get(gate.reception.id_header, "")
        if own:
            key = f"id:{own}" if _PLAIN.fullmatch(own) else f"id:{sha256(own.encode('latin-1')).hexdigest()}"
            return Arrived(gate.instance_id, key, now, body, _text(kept), _text(query))
        digest = sha256(b"\0".join((repr(sorted(query.items())).encode(), body))).hexdigest()
        number = now // WINDOW
        return Arrived(
            gate.instance_id, f"sha256:{digest}:{number}", now, body, _text(kept), _text(query),
            also=f"sha256:{digest}:{number - 1}", since=now - WINDOW,
        )  # fmt: skip


def _go_on(wait: float) -> None:
    """Raises Refused when there are seconds to wait."""
    if wait:
        raise refused("rate", HTTPStatus.TOO_MANY_REQUESTS, "too many; wait", retry_after=wait)


def _text(values: dict[str, str] | None) -> str | None:
    return json.dumps(values) if values else None


def _greeting(request: Request) -> Answer:
    """Who has the secret and asks with GET looks whether the address works; some vendors want a word of theirs back."""
    query = request.query()
    challenge = next((query[name] for name in _CHALLENGES if name in query), "")
    return Answer(HTTPStatus.OK, challenge.encode() if _CHALLENGE.fullmatch(challenge) else b"send with POST\n")
