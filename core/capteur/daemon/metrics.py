"""What Prometheus reads: the pulse of this daemon, and what the store says of the instances. docs/monitoring.md lists it all.

Labels are instances, states and outcomes, never an account: their number is bounded by the configuration.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args

from capteur import __version__
from capteur.clock import SystemClock
from capteur.house.pulse import STALE_S, Pulse
from capteur.runner import UnitStatus
from capteur.store import coverage
from capteur.store.shapes import FAR
from capteur.watching import InstanceState, InstanceStatus, Status

if TYPE_CHECKING:
    from capteur.house import House

log = logging.getLogger("capteur.daemon")

FRESH_S = 5.0
"""How long an answer of the store is used again."""
SHARE = 20
"""The store is read at most for one in so many seconds, however large it is."""
WAIT_S = 3.0
"""How long a scrape waits for the store; Prometheus itself gives up after ten seconds."""
GRACE_S = 60.0
"""How long the last answer of a store that takes its time stands in for the next one."""
OUTCOMES: Final = ("new", "updated", "unchanged", "revoked", "bad")
"""What becomes of a signal: one of these. Those of unknown companies are counted among the new, and apart as well."""
UNMATCHED: Final = "unmatched"
INSTANCE: Final = "sensor_instance"
"""Not `instance`: that label is Prometheus's own, for the daemon that was asked."""
MICROS = 1_000_000

Labels = tuple[str, ...]
Samples = Iterable[tuple[Labels, float]]
K = TypeVar("K")
N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Look:
    """What the store said."""

    status: Status
    listed: int
    size: int


@dataclass(frozen=True, slots=True)
class Scrape:
    """What one answer is made of; `look` is None while the store cannot be read. `now` by the clock that only goes forward."""

    house: House
    pulse: Pulse
    now: float
    look: Look | None

    @property
    def names(self) -> list[str]:
        """The enabled instances: a counter that exists from the start shows its first step as one."""
        return [instance.name for instance in self.house.instances if instance.enabled]

    @property
    def pushed(self) -> list[str]:
        """Those of them that are sent something."""
        return [i.name for i in self.house.instances if i.enabled and i.shape == "push"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the table. `name` is as Prometheus shows it."""

    name: str
    kind: Literal["counter", "gauge"]
    words: str
    samples: Callable[[Scrape], Samples]
    labels: Labels = ()


def _one(read: Callable[[Scrape], float]) -> Callable[[Scrape], Samples]:
    return lambda scrape: [((), float(read(scrape)))]


def _looked(read: Callable[[Look], float]) -> Callable[[Scrape], Samples]:
    return lambda scrape: [] if scrape.look is None else [((), float(read(scrape.look)))]


def _each(read: Callable[[InstanceStatus], float | None]) -> Callable[[Scrape], Samples]:
    def samples(scrape: Scrape) -> Samples:
        instances = scrape.look.status.instances if scrape.look else []
        return [((i.name,), float(value)) for i in instances if (value := read(i)) is not None]

    return samples


def _counted(read: Callable[[Pulse], Mapping[tuple[str, str], int]], known: Labels) -> Callable[[Scrape], Samples]:
    def samples(scrape: Scrape) -> Samples:
        counts = {
            **dict.fromkeys(((name, word) for name in scrape.names for word in known), 0),
            **_copy(read(scrape.pulse)),
        }
        return [(key, float(count)) for key, count in sorted(counts.items())]

    return samples


def _by_instance(read: Callable[[Pulse], Mapping[str, float]]) -> Callable[[Scrape], Samples]:
    def samples(scrape: Scrape) -> Samples:
        counts: dict[str, float] = {**dict.fromkeys(scrape.names, 0), **_copy(read(scrape.pulse))}
        return [((name,), float(count)) for name, count in sorted(counts.items())]

    return samples


def _copy(counts: Mapping[K, N]) -> dict[K, N]:
    """At once: the loop goes on counting meanwhile."""
    return dict(counts)


def _but(counts: Mapping[tuple[str, str], int], word: str) -> dict[tuple[str, str], int]:
    return {key: count for key, count in _copy(counts).items() if key[1] != word}


def _only(counts: Mapping[tuple[str, str], int], word: str) -> dict[str, int]:
    return {key[0]: count for key, count in _copy(counts).items() if key[1] == word}


def _kept(scrape: Scrape) -> Samples:
    counts = {**dict.fromkeys(scrape.pushed, 0), **_copy(scrape.pulse.received)}
    return [((name,), float(count)) for name, count in sorted(counts.items())]


def _refused(scrape: Scrape) -> Samples:
    return [(key, float(count)) for key, count in sorted(_copy(scrape.pulse.refused).items())]


def _waiting_since(scrape: Scrape) -> Samples:
    now = scrape.house.now()
    instances = scrape.look.status.instances if scrape.look else []
    return [
        ((i.name,), (now - i.inbox.oldest) / MICROS if i.inbox.oldest is not None else 0.0)
        for i in instances
        if i.inbox
    ]


def _states(scrape: Scrape) -> Samples:
    instances = scrape.look.status.instances if scrape.look else []
    return [((i.name, state), float(i.state == state)) for i in instances for state in get_args(InstanceState)]


def _moment(micros: int | None) -> float | None:
    return None if micros is None or micros >= FAR else micros / MICROS


def _build(scrape: Scrape) -> Samples:
    store = scrape.house.store
    return [((__version__, platform.python_version(), store.dialect, str(store.schema_version)), 1.0)]


METRICS: Final = (
    Metric("capteur_build_info", "gauge", "Always 1; the labels say what runs.", _build, ("version", "python", "store", "schema")),
    Metric("capteur_ready", "gauge", "1 while /readyz answers 200.", _one(lambda s: s.pulse.is_ready(s.now))),
    Metric("capteur_leader", "gauge", "1 while this daemon does the housekeeping.", _one(lambda s: s.pulse.leads)),
    Metric("capteur_ticks_total", "counter", "Ticks since the start.", _one(lambda s: s.pulse.ticks)),
    Metric("capteur_tick_age_seconds", "gauge", f"Since the last tick; above {STALE_S:.0f} the ticker stands still.", _one(lambda s: s.pulse.tick_age(s.now))),
    Metric("capteur_dispatch_lateness_seconds", "gauge", "How long the last row that was taken had been due.", _one(lambda s: s.pulse.lateness)),
    Metric("capteur_threads_stuck_total", "counter", "Threads of sensors that never came back and were given up.", _one(lambda s: s.pulse.stuck)),
    Metric("capteur_units_running", "gauge", "Units that run now.", _by_instance(lambda p: p.running), (INSTANCE,)),
    Metric("capteur_units_total", "counter", "Units that ended, by how.", _counted(lambda p: p.units, get_args(UnitStatus)), (INSTANCE, "status")),
    Metric("capteur_unit_seconds_total", "counter", "Wall time of the units that ended.", _by_instance(lambda p: p.seconds), (INSTANCE,)),
    Metric("capteur_requests_total", "counter", "HTTP requests of the units that ended.", _by_instance(lambda p: p.requests), (INSTANCE,)),
    Metric("capteur_signals_total", "counter", "Signals that sensors yielded, by what became of them.", _counted(lambda p: _but(p.signals, UNMATCHED), OUTCOMES), (INSTANCE, "outcome")),
    Metric("capteur_signals_unmatched_total", "counter", "New signals of companies that no account answers to.", _by_instance(lambda p: _only(p.signals, UNMATCHED)), (INSTANCE,)),
    Metric("capteur_deliveries_received_total", "counter", "Deliveries that were kept and answered with 2xx.", _kept, (INSTANCE,)),
    Metric("capteur_deliveries_refused_total", "counter", "Requests that were not taken, by why; the instance is empty where none was named.", _refused, (INSTANCE, "reason")),
    Metric("capteur_deliveries_waiting", "gauge", "Deliveries that wait to be read.", _each(lambda i: i.inbox.waiting if i.inbox else None), (INSTANCE,)),
    Metric("capteur_deliveries_oldest_waiting_seconds", "gauge", "For how long the first of them has waited.", _waiting_since, (INSTANCE,)),
    Metric("capteur_deliveries_failed", "gauge", "Deliveries that were set aside, because they could not be read.", _each(lambda i: i.inbox.failed if i.inbox else None), (INSTANCE,)),
    Metric("capteur_store_trouble", "gauge", "1 while this daemon cannot work with the store (full, locked, away).", _one(lambda s: s.pulse.trouble is not None)),
    Metric("capteur_store_up", "gauge", "1 when the store could be read for this answer; else what follows is missing.", _one(lambda s: s.look is not None)),
    Metric("capteur_store_size_bytes", "gauge", "What the store takes on disk.", _looked(lambda look: look.size)),
    Metric("capteur_store_stale_marks", "gauge", "Running states that are behind their signals.", _looked(lambda look: look.status.stale)),
    Metric("capteur_accounts_listed", "gauge", "Accounts on the list.", _looked(lambda look: look.listed)),
    Metric("capteur_instance_state", "gauge", "1 for the state the instance is in, 0 for the others.", _states, (INSTANCE, "state")),
    Metric("capteur_instance_accounts", "gauge", "Watch rows: accounts, or 1 for a feed.", _each(lambda i: i.accounts), (INSTANCE,)),
    Metric("capteur_instance_accounts_failing", "gauge", "Watch rows whose last attempts failed.", _each(lambda i: i.failing), (INSTANCE,)),
    Metric("capteur_instance_last_ok_timestamp_seconds", "gauge", "The newest good read; missing before the first.", _each(lambda i: _moment(i.last_ok)), (INSTANCE,)),
    Metric("capteur_instance_next_due_timestamp_seconds", "gauge", "When the next watch row is due.", _each(lambda i: _moment(i.next_due)), (INSTANCE,)),
)  # fmt: skip
"""Every metric, in the order of the answer."""


class StoreReader:
    """Asks the store in a thread of its own: a scrape waits a moment for it, and never twice at the same time."""

    def __init__(self, house: House, wait_s: float = WAIT_S) -> None:
        self._house = house
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._asking: threading.Event | None = None
        self._look: Look | None = None
        self._fresh_until = 0.0

    def look(self) -> Look | None:
        """What the store says, some seconds old; None when it cannot be read, or has not answered for long."""
        with self._lock:
            if self._look is not None and self._house.clock.monotonic() < self._fresh_until:
                return self._look
            if self._asking is None:
                asking = threading.Event()
                threading.Thread(target=self._ask, args=(asking,), name="monitoring", daemon=True).start()
                self._asking = asking  # only now: where no thread can be had, the next scrape tries again
            answered = self._asking
        answered.wait(self._wait_s)
        with self._lock:
            return self._look if self._house.clock.monotonic() < self._fresh_until + GRACE_S else None

    def _ask(self, answered: threading.Event) -> None:
        look, stopwatch = None, SystemClock()
        began = stopwatch.monotonic()
        try:
            house = self._house
            look = Look(house.status(), house.store.read(coverage.listed), house.store.size_bytes())
        except Exception as error:  # noqa: BLE001  whatever it is: the answer says that the store cannot be read
            log.debug("the store cannot be read for /metrics: %s", error)
        took = stopwatch.monotonic() - began
        with self._lock:
            self._look, self._asking = look, None
            self._fresh_until = self._house.clock.monotonic() + max(FRESH_S, took * SHARE)
        answered.set()


class Exposition:
    """/metrics. Raises ImportError when prometheus_client is not installed."""

    def __init__(self, house: House, pulse: Pulse, reader: StoreReader | None = None) -> None:
        from prometheus_client import CollectorRegistry, ProcessCollector

        self._house, self._pulse = house, pulse
        self._reader = reader or StoreReader(house)
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def collect(self) -> Iterable[Any]:
        """The families of one answer, as prometheus_client asks for them."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        scrape = Scrape(self._house, self._pulse, self._house.clock.monotonic(), self._reader.look())
        for metric in METRICS:
            made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = made(metric.name, metric.words, labels=metric.labels)
            for labels, value in metric.samples(scrape):
                family.add_metric(labels, value)
            yield family

    def text(self, accept: str = "") -> tuple[bytes, str]:
        """The answer and its media type, in the newest format that `accept` (a header) asks for."""
        from prometheus_client.exposition import choose_encoder

        try:
            encode, kind = choose_encoder(accept)
        except (TypeError, ValueError):  # it reads versions with int(), and compares what that gives
            encode, kind = choose_encoder("")
        return encode(self._registry), kind
