"""What running units needs, made from the house: one web client with the hosts' wishes, the index of accounts, the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import structlog
from structlog.typing import Processor

from capteur import roster
from capteur.registry import Instance
from capteur.sensing import Sink, Tools
from capteur.sensor import Log
from capteur.store import hosts
from capteur.web import Recorder, Redactor, Web, WebSettings

if TYPE_CHECKING:
    from capteur.house.core import House
    from capteur.store import Store


class StoredHosts:
    """Hosts that asked us to wait, remembered over restarts. All times in micros. Without `keep` nothing is written."""

    def __init__(self, store: Store, *, keep: bool = True) -> None:
        self._store = store
        self._keep = keep
        self._waits = store.read(hosts.load)

    def get(self, host: str) -> int | None:
        """Until when the host wants to be left alone."""
        return self._waits.get(host, (0, 0))[0] or None

    def set(self, host: str, until: int) -> None:
        """Remember it; written by the writer thread, nobody waits for it."""
        self._waits[host] = (until, 0)
        if self._keep:
            self._store.write(lambda conn: hosts.save(conn, host, until))


def sensor_log(redactor: Redactor) -> Callable[[str], Log]:
    """`ctx.log` of an instance: into the logger `capteur.sensor`, without secrets."""
    processors: list[Processor] = [redactor.processor, structlog.processors.KeyValueRenderer(key_order=["event"])]

    def make(instance: str) -> Log:
        logger = structlog.wrap_logger(logging.getLogger("capteur.sensor"), processors=processors)
        return cast("Log", logger.bind(instance=instance))

    return make


def _nobody(_hook: str, **_values: object) -> None:
    """Observers hear of what is stored, and nothing is."""


@asynccontextmanager
async def tools_of(
    house: House, instances: Iterable[Instance], *, sink: Sink | None = None, recorder: Recorder | None = None
) -> AsyncIterator[Tools]:
    """The tools for units of these instances. With a `sink` nothing is written, not even what a host asked for."""
    settings, store = house.settings, house.store
    web_settings = WebSettings(
        contact=settings.web.contact,
        concurrency=settings.web.concurrency,
        allow=settings.web.allow,
        world=settings.web.world,
    )
    hosts_ = StoredHosts(store, keep=sink is None)
    async with Web(web_settings, house.clock, hosts=hosts_, recorder=recorder) as web:
        for secret in settings.secrets.union(*(i.secrets for i in instances)):
            web.redactor.add(secret)
        yield Tools(
            store=store,
            web=web,
            clock=house.clock,
            index=store.read(roster.index),
            log=sensor_log(web.redactor),
            observe=house.registry.observe if sink is None else _nobody,
            discover=frozenset(settings.accounts.discover),
            base=str(settings.folder),
            sink=sink,
        )
