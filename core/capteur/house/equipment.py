"""What running units needs, made from the house: one web client with the hosts' wishes, the index of accounts, the log."""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import structlog
from structlog.typing import EventDict, Processor

from capteur import roster
from capteur.registry import Instance
from capteur.sensing import Sink, Tools
from capteur.sensing.purse import Purse
from capteur.sensor import Log
from capteur.signals import clean
from capteur.store import hosts
from capteur.web import HostLimit, Recorder, Redactor, Web, WebSettings
from capteur.web.breaker import LIMIT

if TYPE_CHECKING:
    from capteur.clock import Clock
    from capteur.house.core import House
    from capteur.store import Store

log = logging.getLogger("capteur.house")


class StoredHosts:
    """Hosts that asked us to wait or failed too often, remembered over restarts. All times in micros.

    Without `keep` nothing is written, and what failed before is asked all the same: whoever tries a sensor wants to know.
    """

    def __init__(self, store: Store, *, keep: bool = True) -> None:
        self._store = store
        self._keep = keep
        known = store.read(hosts.load)
        self._known = known if keep else {host: row for host, row in known.items() if row[1] < LIMIT}
        self._changed: set[str] = set()

    def get(self, host: str) -> int | None:
        """Until when the host is to be left alone."""
        return self._known.get(host, (0, 0))[0] or None

    def fails(self, host: str) -> int:
        """How often in a row it failed."""
        return self._known.get(host, (0, 0))[1]

    def is_down(self, host: str) -> bool:
        """Whether it failed so often that it is not asked."""
        return self.fails(host) >= LIMIT

    def set(self, host: str, until: int, fails: int = 0) -> None:
        """Remember it; written by the writer thread, nobody waits for it. The first failures are nobody else's business."""
        before = self._known.pop(host, (0, 0))
        if until or fails:
            self._known[host] = (until, fails)
        self._changed.add(host)
        if self._keep and (until != before[0] or fails >= LIMIT or before[1] >= LIMIT):
            self._store.write(lambda conn: hosts.save(conn, host, until, fails if fails >= LIMIT else 0))

    def reload(self) -> None:
        """Learn what other daemons found out. Reads behind our own writes; what changes meanwhile is ours. From any thread."""
        self._changed = set()
        stored = self._store.write(hosts.load).result()
        mine = {host: row for host, row in self._known.copy().items() if host in self._changed or 0 < row[1] < LIMIT}
        self._known = stored | mine


def sensor_log(redactor: Redactor) -> Callable[[str], Log]:
    """`ctx.log` of an instance: into the logger `capteur.sensor`, without secrets.

    A record's message is one line of text; its fields are in `told`. A sensor's thread knows nothing of the run it belongs to,
    so the number is asked for when the log is made, which is where the run is known.
    """
    as_text = structlog.processors.KeyValueRenderer(key_order=["event"])

    def record(logger: object, method: str, event: EventDict) -> tuple[tuple[str], dict[str, object]]:
        return (str(as_text(logger, method, dict(event))),), {"extra": {"told": dict(event)}}

    processors: list[Processor] = [structlog.processors.format_exc_info, redactor.processor, record]

    def make(instance: str) -> Log:
        logger = structlog.wrap_logger(logging.getLogger("capteur.sensor"), processors=processors)
        run = structlog.contextvars.get_contextvars().get("run")
        return cast("Log", logger.bind(instance=instance, **({} if run is None else {"run": run})))

    return make


def _nobody(_hook: str, **_values: object) -> None:
    """Observers hear of what is stored, and nothing is."""


def paces_of(instances: Iterable[Instance]) -> dict[str, HostLimit]:
    """How fast the hosts want to be asked, by `Sensor.paces` of all instances; the slowest wish for a host counts.

    A sensor that cannot say it, or says nonsense, is logged; the wishes of the others hold.
    """
    slowest: dict[str, float] = {}
    for instance in instances:
        try:
            wishes = _wishes(instance)
        except Exception as error:  # noqa: BLE001  an author's code may raise anything, and must not stop the others
            log.warning("sensor %s: paces() cannot be used: %s", instance.name, clean(str(error)))
            continue
        for host, rate in wishes.items():
            slowest[host] = min(rate, slowest.get(host, rate))
    return {host: HostLimit(rate=rate) for host, rate in slowest.items()}


def _wishes(instance: Instance) -> dict[str, float]:
    wishes = {str(host).lower(): float(rate) for host, rate in instance.sensor.paces().items()}
    if not all(0 < rate < math.inf for rate in wishes.values()):
        raise ValueError("a pace is a number of requests a second above 0")
    return wishes


def purses_of(instances: Iterable[Instance], clock: Clock) -> dict[str, Purse]:
    """By name, the purses of the instances that have a budget."""
    return {i.name: Purse(i.name, i.budget, i.cost, clock) for i in instances if i.budget is not None}


@asynccontextmanager
async def tools_of(
    house: House,
    instances: Iterable[Instance],
    *,
    sink: Sink | None = None,
    recorder: Recorder | None = None,
    memory: StoredHosts | None = None,
) -> AsyncIterator[Tools]:
    """The tools for units of these instances. With a `sink` nothing is written, not even what a host asked for."""
    settings, store, instances = house.settings, house.store, list(instances)
    web_settings = WebSettings(
        contact=settings.web.contact,
        concurrency=settings.web.concurrency,
        allow=settings.web.allow,
        world=settings.web.world,
        limits=paces_of(instances),
    )
    memory = memory or StoredHosts(store, keep=sink is None)
    async with Web(web_settings, house.clock, hosts=memory, recorder=recorder) as web:
        for secret in settings.secrets.union(*(i.secrets for i in instances)):
            web.redactor.add(secret, configured=True)
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
            privacy=settings.privacy,
            retention=settings.retention,
            purses=purses_of(instances, house.clock) if sink is None else {},
        )
