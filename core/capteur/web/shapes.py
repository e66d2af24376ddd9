"""What the web room is told and what it tells: plain values, no httpx, so that anybody below the doors may import them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> every address the name has now, as text. Raises OSError when it has none."""
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HostLimit:
    """How politely one host is asked: so many requests at once, and at most `rate` a second (None = no rate)."""

    concurrency: int = 8
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The table `[web]` and the limits behind it. Times are seconds, sizes bytes.

    Args:
        contact: whom a source may write to; goes into the User-Agent.
        concurrency: requests in flight at once, over all hosts.
        allow: private hosts that may be asked: `host`, `host:port`, an address, or a network such as `10.1.0.0/16`.
        world: demo and tests only: a loopback base URL that answers for every host.
        timeout: the whole call, with redirects, retries and waits in place.
        attempt: one request with its whole body, however slowly it drips.
        connect: reaching the host.
        attempts: how often one call asks at most.
        wait_in_place: a longer Retry-After ends the call as RateLimited.
        body_limit: of a body, after decompression.
        limit: of every host that has none of its own in `limits`.
        limits: by host, as `host` or `host:port`.
    """

    contact: str = ""
    concurrency: int = 64
    allow: tuple[str, ...] = ()
    world: str | None = None
    timeout: float = 120.0
    attempt: float = 60.0
    connect: float = 10.0
    attempts: int = 3
    wait_in_place: float = 30.0
    body_limit: int = 32 * 1024 * 1024
    limit: HostLimit = HostLimit()
    limits: Mapping[str, HostLimit] = field(default_factory=dict)


class Stored(Protocol):
    """What is needed of a stored validator; the store's own shape has it."""

    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...


class Validator(NamedTuple):
    """What a server said about a version of a page. Both None: it said nothing, forget what was known. `url` holds no secret."""

    url: str
    etag: str | None
    last_modified: str | None


class Seen(NamedTuple):
    """One request as it went over the wire; `status` None when no answer came. `url` and `note` hold no secret."""

    method: str
    url: str
    status: int | None
    seconds: float
    note: str = ""


class HostMemory(Protocol):
    """Until when (micros) a host is left alone, and how often in a row it failed. Called on the loop for every request: it must not block."""

    def get(self, host: str) -> int | None: ...
    def fails(self, host: str) -> int: ...
    def set(self, host: str, until: int, fails: int = 0) -> None: ...


class Paying(Protocol):
    """What requests are paid from, one by one. Called on the loop: it must not block."""

    def take(self, paid: int) -> None:
        """Pay for one more request of a unit that has paid for `paid`. Raises RateLimited when there is nothing left."""


class ForgetfulMemory:
    """A HostMemory for as long as the process lives."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int]] = {}

    def get(self, host: str) -> int | None:
        return self._known.get(host, (0, 0))[0] or None

    def fails(self, host: str) -> int:
        return self._known.get(host, (0, 0))[1]

    def set(self, host: str, until: int, fails: int = 0) -> None:
        self._known[host] = (until, fails)
