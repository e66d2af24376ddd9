"""A request and an answer, as the rest of this room speaks of them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]

_BRACKETS = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")
_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")
PARAMETERS = 64
"""So many parameters of a query are looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered. An answer to a request whose body was not read to its end says `close`."""

    status: HTTPStatus
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    close: bool = False

    async def send(self, send: Send) -> None:
        """Hand it to the server."""
        told = {"cache-control": "no-store", "x-content-type-options": "nosniff", **self.headers}
        if self.body and "content-type" not in told:
            told["content-type"] = "text/plain; charset=utf-8"
        if self.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            told["content-length"] = str(len(self.body))
        if self.close:
            told["connection"] = "close"
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in told.items()]
        await send({"type": "http.response.start", "status": int(self.status), "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Refused(Exception):  # noqa: N818  it is an answer, not an error of ours
    """A request that is not taken: the answer, and the reason in one word, for the metrics."""

    def __init__(self, reason: str, answer: Answer) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer


def refused(
    reason: str, status: HTTPStatus, text: str, *, close: bool = True, retry_after: float | None = None, **headers: str
) -> Refused:
    """A refusal in words. `retry_after` in seconds."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if retry_after is not None:
        told["retry-after"] = str(max(1, round(retry_after + 0.5)))
    return Refused(reason, Answer(status, text.encode() + b"\n", told, close))


class Gone(Exception):  # noqa: N818  as above
    """The client went away before it had said everything."""


class Request:
    """What we look at of a request: headers by name in lower case, those that come twice joined as RFC 9110 says."""

    def __init__(self, scope: Scope, proxies: Networks) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._query: bytes = scope.get("query_string", b"")
        self.headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            word, text = name.decode("latin-1").lower(), value.decode("latin-1")
            self.headers[word] = f"{self.headers[word]}, {text}" if word in self.headers else text
        client = scope.get("client")
        self.unread_proxy = ""
        self.address = self._sender(client[0] if client else "", proxies)

    def query(self) -> dict[str, str]:
        """The parameters; of one that comes twice the last. Whatever cannot be read as one is left out."""
        text = self._query.decode("latin-1")
        try:
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS, errors="replace"))
        except ValueError:  # more of them than anybody sends
            return {}

    def _sender(self, peer: str, proxies: Networks) -> str:
        """The sender's address: the peer's, or what the nearest proxy of ours says of it.

        A proxy whose word is no address stands in `unread_proxy`; then the peer's counts.
        """
        hops = [hop.strip() for hop in self.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
        address = peer
        while hops and _within(address, proxies):
            said = _alone(hops.pop())
            if said is None:
                self.unread_proxy = address
                return peer
            address = said
        return address


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _alone(hop: str) -> str | None:
    """The address of a hop without the port and the brackets that some proxies write; None where there is none."""
    found = _BRACKETS.fullmatch(hop) or _PORT.fullmatch(hop)
    parsed = _parsed(found[1] if found else hop)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return None if parsed is None else str(parsed)


def _within(address: str, networks: Networks) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed.version == n.version and parsed in n for n in networks)


def neighbourhood(address: str) -> str:
    """What one sender has to himself: an IPv4 address, of IPv6 the /64."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
