"""What a sensor asks for, made ready for the wire: URL, headers, and which of them must not leave the host they are meant for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import SecretStr

from capteur.asking import Headers, Query, Token
from capteur.errors import ConfigError, SourceChanged
from capteur.options import names_a_secret
from capteur.web.redaction import Redactor

_PUBLIC: Final = frozenset({"accept", "accept-language", "user-agent"})
"""What may follow a redirect to another host. Anything else an author sets may be a credential."""
_HOST: Final = re.compile(rb"[a-z0-9._\-]+|[0-9a-f:.]+")
"""A name or an address; httpx would percent-encode anything else into a name."""
LONG_ENOUGH: Final = 8
"""A plain value in a parameter that sounds secret: shorter ones are masked in URLs only, or `key=100` would mask every 100."""
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade"}
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `public` headers go to every hop, `private` ones only to the place they were given for."""

    method: str
    url: httpx.URL
    public: Mapping[str, str] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    conditional: bool = False
    robots: bool = False
    accept: frozenset[int] = frozenset()

    def redirected(self, status: int, to: httpx.URL) -> Call:
        """The same call at another address, as browsers do it. Raises SourceChanged for a body that would leave its host."""
        private = self.private if same_place(self.url, to) else {}
        if status == HTTPStatus.SEE_OTHER or (status in {301, 302} and self.method == "POST"):
            public = {k: v for k, v in self.public.items() if k != "content-type"}
            return replace(self, method="GET", body=None, url=to, public=public, private=private)
        if self.body is not None and not same_place(self.url, to):
            raise SourceChanged(
                f"{self.url.host} redirects a POST to {to.host}", why="its body is not handed to another host"
            )
        return replace(self, url=to, private=private)


def same_place(a: httpx.URL, b: httpx.URL) -> bool:
    """Whether credentials for `a` may go to `b`: one origin, or the same host's step from http to https."""
    if a.host != b.host:
        return False
    return (a.scheme == b.scheme and a.port == b.port) or (
        a.scheme == "http" and b.scheme == "https" and a.port is None and b.port is None
    )


def make_call(
    method: str,
    url: str,
    redactor: Redactor,
    *,
    user_agent: str,
    params: Query = None,
    headers: Headers = None,
    token: Token = None,
    payload: Any = None,
    **flags: Any,
) -> Call:
    """Read an author's words. Secrets among them are made known to the redactor before anything can go wrong.

    Raises:
        ConfigError: a header or token with characters HTTP does not allow, an empty token.
        SourceChanged: a URL that is none, or neither http nor https.
    """
    private = _headers(headers, redactor)
    if token is not None:
        private["authorization"] = f"Bearer {_token(token, redactor)}"
    address = _with_params(_parsed(url, redactor), params, redactor)
    if address.userinfo:
        redactor.add(address.password)
        pair = f"{address.username}:{address.password}".encode()
        private.setdefault("authorization", "Basic " + base64.b64encode(pair).decode("ascii"))
        redactor.add(private["authorization"].partition(" ")[2])
        address = address.copy_with(userinfo=b"")
    public = {"user-agent": user_agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
    public |= {name: private.pop(name) for name in tuple(private) if name in _PUBLIC}
    body = None
    if method == "POST":
        body = json.dumps(
            payload, ensure_ascii=False, separators=(",", ":"), default=partial(_plain, redactor)
        ).encode()
        public["content-type"] = "application/json"
    return Call(method, address, public, private, body, **flags)


def next_url(current: httpx.URL, location: str, redactor: Redactor) -> httpx.URL:
    """Where a Location header or a page's `next` leads, without fragment. Raises SourceChanged."""
    try:
        joined = current.join(location)
    except (httpx.InvalidURL, ValueError):
        joined = None
    if joined is None:
        raise SourceChanged(f"{redactor.url(str(current))} leads to an address that is none")
    return _checked(joined.copy_with(fragment=None), redactor)


def _parsed(url: str, redactor: Redactor) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError, AttributeError, ValueError):
        parsed = None
    if parsed is None:
        raise SourceChanged(f"{redactor.url(str(url))[:200]!r} is no URL")
    return _checked(parsed, redactor)


def _checked(url: httpx.URL, redactor: Redactor) -> httpx.URL:
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(url.raw_host):
        raise SourceChanged(
            f"{redactor.url(str(url))[:200]!r} is not asked", why="only http and https URLs with a host are"
        )
    return url.copy_with(fragment=None) if url.fragment else url


def _with_params(url: httpx.URL, params: Query, redactor: Redactor) -> httpx.URL:
    pairs: dict[str, Any] = {}
    for name, value in (params or {}).items():
        if value is None:
            continue
        many = value if isinstance(value, Collection) and not isinstance(value, str | bytes | Mapping) else (value,)
        pairs[name] = [_text(item, redactor, secret=names_a_secret(name)) for item in many]
    return url.copy_merge_params(pairs) if pairs else url


def _text(value: Any, redactor: Redactor, *, secret: bool) -> str:
    text = str(_plain(redactor, value)) if not isinstance(value, bool) else str(value).lower()
    if secret and len(text) >= LONG_ENOUGH:
        redactor.add(text, guessed=True)
    return text


def _plain(redactor: Redactor, value: Any) -> Any:
    """Values JSON and queries have no form for."""
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, SecretStr):
        redactor.add(value.get_secret_value())
        return value.get_secret_value()
    return str(value)


def _headers(headers: Headers, redactor: Redactor) -> dict[str, str]:
    ready: dict[str, str] = {}
    for name, value in (headers or {}).items():
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            redactor.add(text)
        else:
            text = value
            if names_a_secret(name):
                redactor.add(text.rpartition(" ")[2])
        if name.lower() in _OURS:
            raise ConfigError(f"the header {name!r} is set by capteur alone", fix="leave it out")
        if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum()) or not _sendable(text):
            raise ConfigError(
                f"the header {name!r} cannot be sent", why="it has characters HTTP does not allow, such as a line break"
            )
        ready[name.lower()] = text
    return ready


def _token(token: SecretStr | str, redactor: Redactor) -> str:
    text = token.get_secret_value() if isinstance(token, SecretStr) else token
    redactor.add(text)
    text = text.strip()  # secrets read from files end with a newline
    if not text or not _sendable(text):
        what = "empty" if not text else "not one: it has characters HTTP does not allow"
        raise ConfigError(f"the token is {what}", fix="check the option or the environment variable it comes from")
    return text


def _sendable(text: str) -> bool:
    return text.isascii() and text.isprintable()
