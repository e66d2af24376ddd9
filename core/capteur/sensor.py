"""The sensor contract: three shapes, by how data arrives, and the Context they work with.

A sensor class is a frozen pydantic model; its fields are its configuration (`SecretStr` for secrets). It declares `name`,
`kinds` and one method. State lives in `ctx.cursor`, never on self.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from capteur.accounts import Account
from capteur.asking import Answer, AsyncHttp, Http
from capteur.kinds import Kind
from capteur.options import Options
from capteur.signals import Detected

API = 1
RESERVED = frozenset(
    {"use", "enabled", "every", "at", "overlap", "first_run", "deadline", "budget", "isolate", "silent_after"}
)
PUSHED = frozenset({"secret", "secret_in", "id_in"})
"""What is reserved besides in the table of a PushSensor: how its senders prove who they are."""

__all__ = [
    "API",
    "PUSHED",
    "RESERVED",
    "AccountSensor",
    "Answer",
    "AsyncHttp",
    "Context",
    "Delivery",
    "FeedSensor",
    "Http",
    "Log",
    "PushSensor",
    "Sensor",
    "reserved",
]

T = TypeVar("T")


class Log(Protocol):
    """`ctx.log`: structured, bound to run and instance, secrets redacted."""

    def debug(self, event: str, /, **values: Any) -> Any: ...
    def info(self, event: str, /, **values: Any) -> Any: ...
    def warning(self, event: str, /, **values: Any) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What core hands to a sensor for one unit of work.

    Args:
        instance: the configured name, `[sensors.NAME]`.
        now: the moment of this run.
        since: detect from here on: the newest occurred_at of the last completed run minus the overlap; first run 90 days.
        until: the end of a backfill's window, else None.
        cursor: the memory of the last `Checkpoint` of this watch row, else None.
        http, ahttp: the only way to the network.
        log: for what an operator should read.
        limit: stop is asked for after so many signals (core stops the generator by itself), else None.
        base: the folder of capteur.toml: relative paths in options start there.
        contact: the project's e-mail address from `[web] contact`, for sources that want to know who asks; "" when not given.
    """

    instance: str
    now: datetime
    since: datetime
    http: Http
    ahttp: AsyncHttp
    log: Log
    until: datetime | None = None
    cursor: Any = None
    limit: int | None = None
    base: str = "."
    contact: str = ""
    _bad_row: Callable[[BaseException], None] = field(default=lambda _: None, repr=False)

    def each(self, rows: Iterable[T], read: Callable[[T], Detected | Iterable[Detected] | None]) -> Iterator[Detected]:
        """Yield what `read(row)` makes of each row (one thing, several, or None); a row that raises is counted and skipped."""
        for row in rows:
            try:
                made = read(row)
                things = [] if made is None else [made] if isinstance(made, Detected) else list(made)
            except Exception as error:  # noqa: BLE001  a row may fail in any way; the others go on
                self._bad_row(error)
                continue
            yield from things


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook body as it was received and stored.

    Args:
        id: the sender's own id, else a digest of what was sent; the same when it is read again.
        headers: by name in lower case: content-type, user-agent, the webhook-* of Standard Webhooks and what the sensor `keeps`.
            Where the sensor is `open_to` browsers also `client-address`, the first time it is read: it is forgotten with that.
        query: what stood behind the ? of the address, without the secret.
    """

    id: str
    received_at: datetime
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body as JSON. Raises SourceChanged when it is not."""
        return Answer(200, f"delivery {self.id[:24]}", {"content-length": str(len(self.body))}, self.body).json()


class Sensor(Options):
    """What all sensors share. `kinds` are names, or `Kind(...)` to describe a new one for the catalogue."""

    kinds: ClassVar[tuple[str | Kind, ...]]
    every: ClassVar[str] = "6h"
    overlap: ClassVar[str] = "7d"
    first_run: ClassVar[str] = "90d"
    deadline: ClassVar[str] = "5m"
    silent_after: ClassVar[str] = "30d"
    present_only: ClassVar[bool] = False
    """The source shows only the present (open jobs, DNS): what its opening read finds is known from the commit on."""
    history: ClassVar[bool] = False
    """An import of history: when each signal became known is assumed (occurred_at + the kind's delay), and marked so."""

    @classmethod
    def kind_names(cls) -> frozenset[str]:
        """The declared kinds by name."""
        return frozenset(k if isinstance(k, str) else k.name for k in cls.kinds)

    def config_files(self) -> Collection[str | Path]:
        """Files whose content is configuration, a recipe for example; relative ones lie beside capteur.toml.

        When one changes, that is as if an option changed: an instance that was parked goes on, and pages are read anew.
        """
        return ()

    def paces(self) -> Mapping[str, float]:
        """Hosts with house rules: how many requests a second each allows, by host name (`{"www.sec.gov": 5}`).

        `ctx.http` keeps to it for everybody who asks that host; of several wishes the slowest counts.
        """
        return {}

    def cost(self) -> int:
        """How many credits one unit of work (a look at one account, or one run of a feed) costs at most; 0 = nothing is counted.

        For sources that bill by the look-up. A `budget` with `credits` is spent by it, whole for each unit that asks anything.
        """
        return 0

    def known_as(self, memory: Any, person: str, now: datetime) -> Collection[str]:
        """Ids and hashes of the sensor's own that stand for a person, given by an e-mail address or a name.

        Asked when somebody is forgotten or asks what is held: these are looked for too, as whole words. `memory` is what the last
        Checkpoint left, None without one. A sensor that hashes who it was answers as long as it has the key.
        """
        return ()


class FeedSensor(Sensor):
    """One call detects signals of many accounts. Implement `detect(self, ctx)` as a sync or async generator."""

    def detect(self, ctx: Context) -> Iterator[Detected] | AsyncIterator[Detected]:
        """Yield what was detected since `ctx.since`."""
        raise TypeError(f"{type(self).__name__} has no detect()")

    def covers(self) -> Collection[str] | None:
        """The domains of the companies this feed could name; None (the default) = any company.

        An account that no sensor covers is *not watched*, which is different from silent.
        """
        return None


class AccountSensor(Sensor):
    """One call looks at one account; core fans out. Implement `detect(self, ctx, account)`."""

    def detect(self, ctx: Context, account: Account) -> Iterator[Detected] | AsyncIterator[Detected]:
        """Yield what was detected about this account since `ctx.since`."""
        raise TypeError(f"{type(self).__name__} has no detect()")


class PushSensor(Sensor):
    """A pure parser of one webhook body; core owns socket, queue, signature and replay. Implement `receive(self, ctx, delivery)`."""

    deadline: ClassVar[str] = "30s"
    keeps: ClassVar[tuple[str, ...]] = ()
    """Request headers that `receive` wants to see beside the usual ones, in lower case. Credentials and cookies are never kept."""
    open_to: ClassVar[Literal["senders", "browsers"]] = "senders"
    """Who may send: those who have the secret, or any web page of `origins()`, without one and within narrower limits."""

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Detected]:
        """Yield what the delivery says."""
        raise TypeError(f"{type(self).__name__} has no receive()")

    def origins(self) -> Collection[str]:
        """Of a sensor that is `open_to` browsers, the web sites whose pages may send: `https://www.acme.com`, or `*` for all."""
        return ()

    def files(self) -> Mapping[str, tuple[str, bytes]]:
        """Small files for browsers, by name: (media type, content), answered at `GET /hooks/INSTANCE/NAME`."""
        return {}


def reserved(cls: type[Sensor]) -> frozenset[str]:
    """The options of `[sensors.NAME]` that are capteur's own for a sensor of this class."""
    return RESERVED | PUSHED if issubclass(cls, PushSensor) else RESERVED
