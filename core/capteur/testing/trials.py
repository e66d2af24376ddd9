"""What an author says about his sensor, and the runs the checks look at; each of them is made once per class."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from capteur.accounts import Account
from capteur.clock import from_micros
from capteur.conforming.declared import DeclaredChecks
from capteur.conforming.mixing import modules_of
from capteur.domains import registrable
from capteur.errors import CapteurError, InputError
from capteur.options import Options
from capteur.registry.shapes import Group, Instance
from capteur.sensor import Delivery, PushSensor, Sensor
from capteur.signals import AccountFact, Outcome, Signal, accept
from capteur.store.shapes import SignalRow, WatchRow
from capteur.testing.bench import Bench, How, Ran
from capteur.testing.checking import Conformance, refuse, stand_aside
from capteur.testing.projects import build
from capteur.testing.taps import Yielded
from capteur.testing.upstream import Fault, Upstream, new_router

if TYPE_CHECKING:
    import respx

NOW = datetime(2030, 1, 1, 8, 0, tzinfo=UTC)
"""Late enough for every date of a fixture to be past, and the same in every run."""
NEXT_DAY = timedelta(days=1, hours=3, minutes=7)
"""Another day, another hour: whatever a key or a date takes from the time of the run changes."""


@dataclass(frozen=True, slots=True)
class After:
    """What a good run left: how it went, what is stored, and the store's file."""

    ran: Ran
    signals: list[SignalRow]
    watch: WatchRow
    file: bytes


class SensorTrials(Conformance, DeclaredChecks):
    """What an author writes, and the runs that follow from it.

    Attributes:
        sensor: the class.
        config: its options, as in `[sensors.NAME]`, with values in the place of `env:NAME`.
        second: another configuration that shall work beside it.
        account: the account an AccountSensor is asked about, as a domain or an Account with aliases.
        deliveries: what a PushSensor receives: JSON values, bytes or Deliveries; at least one says something.
        now: the moment of the first run; set it when the sensor looks at the age of things.
        folder: the folder of capteur.toml while a check runs, for sensors that read files.
    """

    sensor: ClassVar[type[Sensor]]
    config: ClassVar[Mapping[str, Any]] = {}
    second: ClassVar[Mapping[str, Any] | None] = None
    account: ClassVar[str | Account] = "acme.example"
    deliveries: ClassVar[Sequence[Any]] = ()
    now: ClassVar[datetime] = NOW
    folder: Path = Path()

    def upstream(self, router: respx.MockRouter) -> None:
        """Say what the source answers when there is something to detect."""

    def empty(self, router: respx.MockRouter) -> None:  # noqa: ARG002  what its overrides use
        """Say what the source answers when there is nothing to detect."""
        refuse(
            f"{type(self).__name__} has no empty(self, router)",
            fix="say there what the source answers when there is nothing to detect",
        )

    # what follows from it

    def _plugin(self) -> tuple[type[Options], Group, Mapping[str, Any]]:
        if getattr(self, "sensor", None) is None:
            refuse(f"{type(self).__name__} does not say what it is about", fix="write sensor = YourSensor")
        return self.sensor, "sensors", self.config

    def _instance(self, config: Mapping[str, Any] | None = None, name: str = "") -> Instance:
        self._plugin()
        try:
            return build(self.sensor, self.config if config is None else config, self.folder, name)
        except CapteurError as error:
            refuse(error.what, fix=error.fix or "correct the class, or config")

    def _listed(self) -> Account:
        given = self.account
        if isinstance(given, Account):
            return given
        domain = registrable(given)
        if domain is None:
            refuse(
                f"{type(self).__name__}: account {given!r} is not a domain", fix='write e.g. account = "acme.example"'
            )
        return Account(0, domain, domain.partition(".")[0].capitalize())

    def _received(self) -> list[Delivery]:
        return [
            item
            if isinstance(item, Delivery)
            else Delivery(f"kit-{number}", self.now, item if isinstance(item, bytes) else json.dumps(item).encode())
            for number, item in enumerate(self.deliveries, 1)
        ]

    @property
    def _is_push(self) -> bool:
        return issubclass(self._plugin()[0], PushSensor)

    @contextmanager
    def _project(self) -> Iterator[Path]:
        """A folder of a project, gone afterwards."""
        before = self.folder
        with tempfile.TemporaryDirectory(prefix="capteur-kit-") as folder:
            self.folder = Path(folder)
            try:
                yield self.folder
            finally:
                self.folder = before

    def _upstream(self, fault: Fault | None = None, since: int = 1, *, empty: bool = False) -> Upstream:
        router = new_router()
        (self.empty if empty else self.upstream)(router)
        return Upstream(router, fault, since)

    def _how(self, **words: Any) -> How:
        return How(**{"deliveries": self._received(), **words})

    @contextmanager
    def _bench(
        self, start: bytes | None = None, *, instance: Instance | None = None, later: timedelta = timedelta()
    ) -> Iterator[Bench]:
        with (
            self._project() as folder,
            Bench(instance or self._instance(), folder, self._listed(), self.now + later, start) as bench,
        ):
            yield bench

    def _run(self, *, later: timedelta = timedelta(), instance: Instance | None = None, empty: bool = False) -> After:
        """One ordinary run in a fresh house."""
        with self._bench(instance=instance, later=later) as bench:
            ran = bench.run(self._upstream(empty=empty), self._how())
            return After(ran, bench.signals(), bench.watch(), bench.close())

    def _good(self) -> After:
        """The first run, as the author meant it. Fails the check when it did not end well: nothing else can be said then."""
        self._modules_before()
        after = self._once("good", self._run)
        if after.ran.bypasses:
            return after
        if after.ran.status != "ok":
            self._unwell(after.ran, "its first run")
        return after

    def _modules_before(self) -> dict[str, Any]:
        """What the plugin's modules held before it ran for the first time."""
        return self._once("modules", lambda: modules_of(self._plugin()[0]))

    def _unwell(self, ran: Ran, what: str) -> None:
        units = [unit for unit in ran.units if unit.status != "ok"]
        refuse(
            f"{what} ended {ran.status}: {units[0].error if units else ''}{ran.upstream.unanswered}",
            fix=(units[0].fix if units else "") or "let upstream() answer what the sensor asks for",
        )

    def _asks(self) -> Ran:
        """The good run of a sensor that asks something over HTTP; the check stands aside for any other."""
        ran = self._good().ran
        if not ran.upstream.asked:
            stand_aside("it asks nothing over HTTP")
        return ran


def fact(seen: Yielded, instance: Instance, now: datetime) -> tuple[str, ...] | None:
    """What a finding says, comparable over runs: (key, kind, account, moment); None for a bad one."""
    thing = seen.thing
    try:
        if isinstance(thing, Signal):
            good = accept(thing, instance.kinds, now)
            company = good.ref.domain or good.ref.name or str(sorted(good.ref.ids.items()))
            return good.key, good.kind, company, from_micros(good.occurred_at).isoformat()
    except InputError:
        return None
    if isinstance(thing, Outcome):
        return str(thing.key), thing.kind, str(thing.account), str(thing.occurred_at)
    if isinstance(thing, AccountFact):
        return f"{thing.account}/{thing.name}", "fact", str(thing.account), repr(thing.value)
    return None


def facts(things: Iterable[Yielded], instance: Instance, now: datetime) -> list[tuple[str, ...]]:
    """The good findings of a run, in order."""
    return [found for seen in things if (found := fact(seen, instance, now)) is not None]
