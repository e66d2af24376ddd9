"""Web: the one HTTP client of a house. It lives on the house's event loop; units see it through a Session."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import weakref
from collections.abc import Collection, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpcore
import stamina.instrumentation

from capteur.clock import Clock
from capteur.web.guard import Allowed, GuardedBackend, resolve_by_system
from capteur.web.limits import Limits
from capteur.web.pools import Pools
from capteur.web.recording import Recorder
from capteur.web.redaction import Redactor
from capteur.web.robots import Robots
from capteur.web.session import Session
from capteur.web.shapes import ForgetfulMemory, HostMemory, Paying, Resolve, Sleep, Stored, WebSettings
from capteur.web.wire import Wire, world_url

if TYPE_CHECKING:
    import httpx


def _spare_the_search_for_sniffio() -> None:
    """Tell the import system at once what it would find out four times a request: that sniffio is not installed.

    httpcore 1.0 imports it inside every lock and event, and Python remembers only imports that succeed: 1 ms of CPU a request,
    40 % of the whole. Where sniffio is installed nothing is changed.
    """
    if find_spec("sniffio") is None:
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # None is how Python spells "not there"


_CHATTY = ("httpx", "httpcore")
"""Loggers that print whole URLs or headers."""


class Web:
    """`async with Web(settings, clock) as web:` on the loop that will carry every request.

    Args:
        settings: the table `[web]`.
        clock: tells waits, expiries and the unit's deadline; the timeouts of the network are real time.
        hosts: remembers Retry-After per host across runs; must not block.
        resolve: names to addresses; the system's resolver if None.
        transport: an httpx transport that answers instead of the network (httpx.MockTransport).
        sleep: how waits in place pass; asyncio.sleep if None.
        recorder: keeps every answer, if there is one.

    Raises ConfigError for settings that cannot be.
    """

    def __init__(
        self,
        settings: WebSettings,
        clock: Clock,
        *,
        hosts: HostMemory | None = None,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        allowed = Allowed(settings.allow)
        world = world_url(settings.world)
        if world is not None:
            allowed.add(f"{world.host}:{world.port or 80}")
        sleep = asyncio.sleep if sleep is None else sleep
        self.settings = settings
        self.clock = clock
        self.recorder = recorder
        self.redactor = Redactor()
        """Knows the secrets of every session: for the log handlers of the process."""
        self.user_agent = f"capteur/{version('capteur')}" + (f" (+{settings.contact})" if settings.contact else "")
        self.robots = Robots(clock)
        self._pools = Pools(
            GuardedBackend(allowed, resolve_by_system if resolve is None else resolve, httpcore.AnyIOBackend()),
            override=transport,
        )
        limits = Limits(clock, sleep, concurrency=settings.concurrency, limit=settings.limit, limits=settings.limits)
        self.wire = Wire(
            settings,
            clock,
            limits=limits,
            pools=self._pools,
            memory=ForgetfulMemory() if hosts is None else hosts,
            sleep=sleep,
        )
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: int | None = None
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()

    async def __aenter__(self) -> Self:
        self.loop = asyncio.get_running_loop()
        self.thread = threading.get_ident()
        _spare_the_search_for_sniffio()
        for name in _CHATTY:
            logger = logging.getLogger(name)
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.WARNING)
        # stamina would log every retry by itself; an outage is one line, and the requests of a unit are in Session.requests
        stamina.instrumentation.set_on_retry_hooks(())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in list(self._sessions):
            session.stop()
        await self._pools.aclose()

    def session(
        self,
        *,
        secrets: Mapping[str, str] | Collection[str],
        validators: Mapping[str, Stored],
        deadline: float | None,
        instance: str,
        purse: Paying | None = None,
    ) -> Session:
        """One unit's view.

        Args:
            secrets: the instance's secret values; by option name, if messages shall name the option.
            validators: what is stored of pages, by `Validator.url`; sent only with `conditional=True`.
            deadline: the moment on `clock.monotonic()` when the unit's time is up.
            instance: named in the cure of a refused credential.
            purse: pays for every request before it goes out, redirects and robots.txt too; None = nobody counts.
        """
        session = Session(
            self, secrets=secrets, validators=validators, deadline=deadline, instance=instance, purse=purse
        )
        self._sessions.add(session)
        return session
