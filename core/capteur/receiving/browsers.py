"""What a sensor serves to the public: small files, and a place to send to without a secret, within narrower limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from capteur.house.deliveries import Gate
from capteur.receiving.http import Answer, Request, refused
from capteur.receiving.rates import Rates

BODY_MOST: Final = 4 * 1024
"""Bytes that a browser may send at once."""
SENDER: Final = (5.0, 30.0)
"""Requests a second that one address may send, and at once: a page sends a few."""
EVERYBODY: Final = 500.0
"""Requests a second over all addresses, or what `[receiving] rate` allows if that is less."""
_FRESH: Final = "public, max-age=3600"
_PREFLIGHT: Final = {
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}


class Limits:
    """How often browsers may send to an instance: each address, and all of them. `now` as for Rates."""

    def __init__(self, rate: float, now: Callable[[], float]) -> None:
        everybody = min(rate, EVERYBODY)
        self._senders = Rates(*SENDER, now)
        self._instances = Rates(everybody, 2 * everybody, now)

    def take(self, instance: str, address: str) -> float:
        """0, or how many seconds to wait. One who sends too much takes nothing from the others."""
        return self._senders.take(f"{instance} {address}") or self._instances.take(instance)


def answer(gate: Gate, request: Request, rest: str) -> Answer | None:
    """What is answered at once: a file, a preflight, a refusal. None for a delivery that is to be taken."""
    if request.method in ("GET", "HEAD"):
        return _file(gate, request, rest)
    if not gate.open or request.method not in ("POST", "OPTIONS"):
        raise refused("method", HTTPStatus.METHOD_NOT_ALLOWED, "GET or POST", allow="GET, POST, OPTIONS")
    if rest:
        raise refused("path", HTTPStatus.NOT_FOUND, "there is nothing here")
    if _allowed(gate, request) is None:
        raise refused("origin", HTTPStatus.FORBIDDEN, "not from this site")
    if request.method == "OPTIONS":
        return Answer(HTTPStatus.NO_CONTENT, headers=_told(gate, request) | _PREFLIGHT)
    return None


def taken(gate: Gate, request: Request) -> Answer:
    """A delivery was kept: nothing to say, for there is nobody who would read it."""
    return Answer(HTTPStatus.NO_CONTENT, headers=_told(gate, request))


def open_to(gate: Gate | None, answer: Answer) -> Answer:
    """A refusal as a page of any site may see it: it says nothing that is not known."""
    if gate is None or not gate.open:
        return answer
    return replace(answer, headers={**answer.headers, "access-control-allow-origin": "*"})


def _file(gate: Gate, request: Request, rest: str) -> Answer:
    file = gate.files.get(rest)
    if file is None:
        raise refused("path", HTTPStatus.NOT_FOUND, "there is nothing here", close=False)
    tag = f'"{file.tag}"'
    told = {
        "etag": tag,
        "cache-control": _FRESH,
        "content-type": file.media,
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Answer(HTTPStatus.NOT_MODIFIED, headers=told)
    return Answer(HTTPStatus.OK, file.content, told)


def _allowed(gate: Gate, request: Request) -> str | None:
    origin = request.headers.get("origin", "").lower()
    return origin if origin and ("*" in gate.origins or origin in gate.origins) else None


def _told(gate: Gate, request: Request) -> dict[str, str]:
    origin = _allowed(gate, request)
    return {"vary": "origin"} | ({"access-control-allow-origin": origin} if origin else {})
