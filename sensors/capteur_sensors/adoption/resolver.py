"""Asking DNS through dnspython, politely. The one module that imports dnspython (the extra `adoption`), so it is imported only on use.

DNS does not go through `ctx.http`, so this is its own guard: only the resolvers that the user or the system named are ever
talked to, by address; addresses found in answers are never dialled; names come from the account's own domain.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from capteur import ConfigError

TRY_S = 2.0
"""One try at one server."""
QUERY_S = 5.0
"""One question with all its tries."""
PAYLOAD = 1232
"""Bytes of a UDP answer that no network cuts up (DNS flag day 2020); longer ones come over TCP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its values, or why there are none.

    `missing` = the name does not exist; `failure` = nobody could say; `silent` = because nobody answered at all.
    """

    values: tuple[str, ...] = ()
    missing: bool = False
    failure: str = ""
    silent: bool = False


class Pace:
    """At most `rate` questions a second, over all threads that share it."""

    def __init__(
        self,
        rate: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._step = 1.0 / rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next question may be asked."""
        with self._lock:
            now = self._monotonic()
            at = max(now, self._next)
            self._next = at + self._step
        if at > now:
            self._sleep(at - now)


class Resolver:
    """Asks the resolvers that were named, or those of the system.

    Args:
        servers: (address, port) of each; none: the system's.
        rate: questions a second, all together.

    Raises ConfigError when the system names none.
    """

    def __init__(self, servers: Sequence[tuple[str, int]], rate: float) -> None:
        self._pace = Pace(rate)
        try:
            self._dns = dns.resolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration as error:
            raise ConfigError(
                "this machine names no DNS resolver", fix='name one: resolver = "ADDRESS" in the sensor\'s table'
            ) from error
        if servers:
            self._dns.nameservers = [address for address, _ in servers]
            self._dns.nameserver_ports = dict(servers)
        self._dns.timeout = TRY_S
        self._dns.use_edns(0, 0, PAYLOAD)
        self.named = ", ".join(str(server) for server in self._dns.nameservers)

    def turn(self) -> None:
        """Wait until the next question may be asked."""
        self._pace.wait()

    def ask(self, name: str, kind: str, seconds: float) -> Reply:
        """The records of one kind at a name, TXT strings joined as they stand. Takes at most `seconds`; never raises."""
        try:
            answer = self._dns.resolve(
                dns.name.from_text(name),
                kind,
                raise_on_no_answer=False,
                search=False,
                lifetime=max(0.1, min(QUERY_S, seconds)),
            )
        except dns.resolver.NXDOMAIN:
            return Reply(missing=True)
        except dns.resolver.LifetimeTimeout:
            return Reply(failure=f"{self.named} did not answer in time", silent=True)
        except dns.resolver.NoNameservers as error:
            return Reply(failure=_refusal(error) or f"{self.named} could not answer")
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return Reply(failure=f"{self.named}: {type(error).__name__}")
        return Reply(tuple(_text(rdata) for rdata in answer.rrset or ()))


def _text(rdata: Any) -> str:
    match rdata.rdtype:
        case (
            dns.rdatatype.TXT
        ):  # one record may be several strings, which belong together without a space (RFC 7208, 3.3)
            return b"".join(rdata.strings).decode("utf-8", errors="replace")
        case dns.rdatatype.MX:
            return str(rdata.exchange)
        case _:
            return str(rdata.target)


def _refusal(error: dns.resolver.NoNameservers) -> str:
    """`SERVFAIL`, `REFUSED`: the last server's own word."""
    tried = error.kwargs.get("errors") or ()
    return str(tried[-1][3]) if tried else ""
