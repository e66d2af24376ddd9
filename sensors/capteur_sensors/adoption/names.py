"""The DNS part of a reading: TXT, MX, the SPF chain, DMARC, and where well-known names lead."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from capteur import SkipAccount, TransientError
from capteur_sensors._tools import Trace
from capteur_sensors.adoption import records
from capteur_sensors.adoption.reading import Part, Read, read_of

if TYPE_CHECKING:
    from capteur_sensors.adoption.resolver import Resolver

TOTAL_S = 30.0
"""All questions about one account together; waiting for a turn does not count, or a long list of accounts would fail for its length."""
MOST_INCLUDES = 10
"""Look-ups an SPF record may cause (RFC 7208, 4.6.4)."""
SILENT = 2
"""So many questions in a row without an answer, and the rest is not asked: the resolver is down, or the zone is."""


class Reply(Protocol):
    """What a resolver answers."""

    @property
    def values(self) -> tuple[str, ...]: ...
    @property
    def missing(self) -> bool: ...
    @property
    def failure(self) -> str: ...
    @property
    def silent(self) -> bool: ...


Ask = Callable[[str, str, float], Reply]
"""(name, kind of record, seconds it may take) -> reply."""


class Asker:
    """An instance's resolver, made when the first thread needs it: dnspython is not loaded before, and one pace holds for all."""

    def __init__(self, servers: Sequence[tuple[str, int]], rate: float) -> None:
        self._servers, self._rate = servers, rate
        self._lock = threading.Lock()
        self._made: Resolver | None = None

    def turn(self) -> None:
        """Wait until the next question may be asked."""
        self._resolver().turn()

    def ask(self, name: str, kind: str, seconds: float) -> Reply:
        """The records of one kind at a name. Raises ConfigError when this machine names no resolver."""
        return self._resolver().ask(name, kind, seconds)

    def _resolver(self) -> Resolver:
        with self._lock:
            if self._made is None:
                from capteur_sensors.adoption.resolver import Resolver

                self._made = Resolver(self._servers, self._rate)
            return self._made


class _Silence(Exception):  # noqa: N818  never leaves this module
    pass


class NameReader:
    """Asks about one account. A question without an answer leaves its source unread: unknown is not empty."""

    def __init__(
        self,
        ask: Ask,
        domain: str,
        *,
        turn: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._domain = domain
        self._turn = turn
        self._monotonic = monotonic
        self._left = TOTAL_S
        self._silent = 0
        self.part = Part()

    def read(self, labels: Iterable[str]) -> Part:
        """Everything, `labels` being the well-known names to follow. Never raises: `failure` says what could not be read."""
        try:
            apex = self._values(self._domain, "TXT")
            if apex is not None and apex.missing:
                self.part.failure = SkipAccount(f"{self._domain} does not exist in DNS")
                return self.part
            if apex is not None:
                self._keep("txt", records.tokens(apex.values))
                self._keep("spf", self._spf(apex.values))
            self._one("mx", self._domain, "MX", records.receivers)
            self._one("dmarc", f"_dmarc.{self._domain}", "TXT", records.reporters)
            for label in sorted(labels):
                self._one(f"cname:{label}", f"{label}.{self._domain}", "CNAME", records.leads_to)
        except _Silence:
            pass
        return self.part

    def _one(self, source: str, name: str, kind: str, read: Callable[[Iterable[str], str], Read]) -> None:
        reply = self._values(name, kind)
        if reply is not None:
            self._keep(source, Read(missing=True) if reply.missing else read(reply.values, self._domain))

    def _keep(self, source: str, read: Read) -> None:
        self.part.reads[source] = read

    def _values(self, name: str, kind: str) -> Reply | None:
        """The answer, or None when there is none. Raises _Silence when it makes no sense to go on."""
        if self._left <= 0:
            self._fail(f"the DNS of {self._domain} took longer than {TOTAL_S:.0f} s")
            raise _Silence
        self._turn()
        begun = self._monotonic()
        reply = self._ask(name, kind, self._left)
        self._left -= self._monotonic() - begun
        self._silent = self._silent + 1 if reply.silent else 0
        if not reply.failure:
            return reply
        self._fail(f"{name} {kind}: {reply.failure}")
        if self._silent >= SILENT:
            raise _Silence
        return None

    def _fail(self, what: str) -> None:
        self.part.failure = self.part.failure or TransientError(what)

    def _spf(self, values: Iterable[str]) -> Read:
        waiting = [value for value in values if records.is_spf(value)]
        hosts: dict[str, None] = {}
        asked, whole = 0, True
        while waiting:
            record = waiting.pop(0)
            for name in records.included(record):
                known = name in hosts
                hosts[name] = None
                if known or not records.is_the_accounts(name, self._domain):
                    continue
                asked += 1
                reply = self._values(name, "TXT") if asked <= MOST_INCLUDES else None
                if reply is None or reply.missing:
                    whole = False
                else:
                    waiting += [value for value in reply.values if records.is_spf(value)]
        kept = (name for name in hosts if not records.beneath(name, self._domain))
        return read_of((Trace("spf", name) for name in kept), whole=whole)
