"""What a source of the demo world is made of: routes from (host, path) to a handler that renders the answer when it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

HTML, JSON, RSS, ATOM, TEXT = (
    f"{kind}; charset=utf-8"
    for kind in ("text/html", "application/json", "application/rss+xml", "application/atom+xml", "text/plain")
)


@dataclass(frozen=True, slots=True)
class Request:
    """One GET as the world sees it: the host that was meant, the path (percent-decoded) and the query's last values."""

    host: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `pause` is how long the source takes over it, in seconds."""

    body: bytes
    type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0

    @classmethod
    def json(cls, value: Any, status: int = 200, **headers: str) -> Reply:
        """A JSON answer; keyword headers are written with underscores."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(json.dumps(value, ensure_ascii=False).encode(), JSON, status, named)

    @classmethod
    def text(cls, text: str, type: str = HTML, status: int = 200) -> Reply:  # noqa: A002  named as the header is
        """A page, feed or plain text."""
        return cls(text.encode(), type, status)

    @classmethod
    def moved(cls, to: str) -> Reply:
        """A permanent redirect."""
        return cls(b"", HTML, 301, {"Location": to})


Handler = Callable[[Request], Reply]


def always(reply: Reply) -> Handler:
    """A handler for what never changes."""
    return lambda _: reply


class Routes:
    """The registry of routes. Each kind of source adds its own; a path that ends in `*` answers for all that begin so."""

    def __init__(self) -> None:
        self._exact: dict[tuple[str, str], Handler] = {}
        self._prefixes: dict[str, list[tuple[str, Handler]]] = {}

    def add(self, host: str, path: str, handler: Handler) -> None:
        """Raises ValueError when somebody already answers there: two sources of one world may not disagree."""
        known = (
            [p + "*" for p, _ in self._prefixes.get(host, ())]
            if path.endswith("*")
            else [p for h, p in self._exact if h == host]
        )
        if path in known:
            msg = f"{host}{path} is answered twice"
            raise ValueError(msg)
        if path.endswith("*"):
            self._prefixes.setdefault(host, []).append((path[:-1], handler))
            self._prefixes[host].sort(key=lambda entry: -len(entry[0]))  # the longest prefix wins
        else:
            self._exact[host, path] = handler

    def hosts(self) -> list[str]:
        """Every host of the world."""
        return sorted({host for host, _ in self._exact} | set(self._prefixes))

    def find(self, request: Request) -> Handler | None:
        """Who answers, or None."""
        exact = self._exact.get((request.host, request.path))
        if exact is not None:
            return exact
        prefixes = self._prefixes.get(request.host, ())
        return next((handler for prefix, handler in prefixes if request.path.startswith(prefix)), None)
