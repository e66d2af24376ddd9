"""How plugins ask the network: the words of `ctx.http`. The client behind them is the room `web`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from pydantic import SecretStr

from capteur.errors import SourceChanged, TransientError
from capteur.markup import parse_xml

Query = Mapping[str, Any] | None
Headers = Mapping[str, str | SecretStr] | None
Token = SecretStr | str | None
Following = Callable[[Any], str | Mapping[str, Any] | None]
MOST_CONTAINERS = 1_000_000
"""Lists and objects in one JSON document: 32 MB of `[],` would take a gigabyte in memory."""
WANTS_JSON: Mapping[str, str] = MappingProxyType({"accept": "application/json"})
"""The header that says so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole and within the limits. `unchanged` is True for a 304 to a conditional request."""

    status: int
    url: str
    headers: Mapping[str, str]
    content: bytes
    unchanged: bool = False
    encoding: str = "utf-8"

    @property
    def text(self) -> str:
        """The body as text; undecodable bytes become U+FFFD."""
        return self.content.decode(self.encoding, errors="replace")

    def json(self) -> Any:
        """The body as JSON, parsed whole.

        Raises:
            SourceChanged: HTML, half a document with a length that fits, nesting or numbers of containers of an attack.
            TransientError: half a document from a server that only closed the connection: the rest may have been lost.
        """
        containers = self.content.count(b"[") + self.content.count(b"{")
        if containers > MOST_CONTAINERS:
            why = f"the limit is {MOST_CONTAINERS:,}"
            raise SourceChanged(f"{self.url} answered JSON with {containers:,} lists and objects", why=why)
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            start = self.content.lstrip()[:1]
        # raised out here, so that no half of a document hangs on the error's context
        unframed = "content-length" not in self.headers and "chunked" not in self.headers.get("transfer-encoding", "")
        if unframed and start in {b"{", b"["}:
            raise TransientError(
                f"the answer of {self.url} was cut off", why="the connection ended within a JSON document"
            )
        what = "an HTML or XML page" if start == b"<" else "nothing" if not start else "no complete JSON"
        raise SourceChanged(f"{self.url} answered {what} where JSON was due")

    def xml(self) -> Element:
        """The root element of an XML body; names as `{namespace}tag`. Raises SourceChanged for anything else, and for entity bombs."""
        return parse_xml(self.content, source=self.url)


class Http(Protocol):
    """`ctx.http`, for sync generators. Every call has a total deadline, retries, per-host limits and a body limit.

    `token` is sent as `Authorization: Bearer`; `conditional=True` sends the stored validators (then look at `.unchanged`);
    `robots=True` asks robots.txt first (raises SkipAccount where it forbids); `accept` names statuses >= 400 that are
    returned instead of raised. Raises AuthError (401, 403), RateLimited (429), NotFound (404, 410), TransientError (5xx,
    network, deadline), SourceChanged (other statuses, a body too large).
    """

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
    ) -> Answer: ...

    def get_json(self, url: str, *, params: Query = None, headers: Headers = None, token: Token = None) -> Any:
        """The answer's body as JSON."""
        return self.get(url, params=params, headers={**WANTS_JSON, **(headers or {})}, token=token).json()

    def get_text(self, url: str, *, params: Query = None, headers: Headers = None, token: Token = None) -> str:
        """The answer's body as text."""
        return self.get(url, params=params, headers=headers, token=token).text

    def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any: ...

    def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Iterator[Any]:
        """Yield each page's JSON; `following(page)` gives the next URL, the next params, or None at the end."""
        ...


class AsyncHttp(Protocol):
    """`ctx.ahttp`, for async generators: the same words, awaited."""

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
    ) -> Answer: ...

    async def get_json(self, url: str, *, params: Query = None, headers: Headers = None, token: Token = None) -> Any:
        """The answer's body as JSON."""
        return (await self.get(url, params=params, headers={**WANTS_JSON, **(headers or {})}, token=token)).json()

    async def get_text(self, url: str, *, params: Query = None, headers: Headers = None, token: Token = None) -> str:
        """The answer's body as text."""
        return (await self.get(url, params=params, headers=headers, token=token)).text

    async def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any: ...

    def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> AsyncIterator[Any]: ...
