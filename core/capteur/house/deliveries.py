"""What is pushed to the house: who may send, keeping what comes, and looking at it afterwards."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from capteur.clock import Clock
from capteur.errors import InputError, UsageError
from capteur.registry import Instance, Reception
from capteur.sensor import PushSensor
from capteur.signals import clean
from capteur.store import deliveries, inbox, instances
from capteur.store.deliveries import Arrived, State, Tally
from capteur.store.inbox import DeliveryRow, WholeDelivery
from capteur.watching import Finding, InstanceStatus
from capteur.wording import age, counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.settings import Settings
    from capteur.store import Store

log = logging.getLogger("capteur.receiving")

FILE_MOST: Final = 256 * 1024
LONG: Final = 600_000_000
"""A delivery that waits for more micros than that waits for long."""
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MEDIA: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?")
_ORIGIN: Final = re.compile(r"\*|https?://[a-z0-9.-]+(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a sensor offers to browsers; `tag` changes with its content."""

    media: str
    content: bytes = field(repr=False)
    tag: str


@dataclass(frozen=True, slots=True)
class Gate:
    """An instance as senders see it. `keeps` are the headers it wants to see; `open` for browsers, of the sites `origins`."""

    name: str
    instance_id: int
    reception: Reception
    keeps: tuple[str, ...] = ()
    open: bool = False
    origins: frozenset[str] = frozenset()
    files: Mapping[str, File] = field(default_factory=dict)

    @property
    def is_shut(self) -> bool:
        """Nobody can send: it has no secret, and is not open to browsers."""
        return not self.open and not self.reception.secrets


@dataclass(frozen=True, slots=True)
class Chosen:
    """Deliveries a person means: by number, or all of an instance, a state, a time (`since`, micros)."""

    ids: Collection[int] | None = None
    instance: str | None = None
    state: State | None = None
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a wish to have deliveries read again; `left` are those whose sender is not known any more."""

    again: int
    left: int


class Inbox:
    """The part of `House` that deliveries go through."""

    settings: Settings
    store: Store
    clock: Clock

    if TYPE_CHECKING:  # the house's own, which this part of it uses

        @property
        def instances(self) -> list[Instance]: ...
        def now(self) -> int: ...

    def gates(self) -> list[Gate]:
        """The enabled instances that somebody may send to, or ask for files; each is known to the store afterwards."""
        pushed = [i for i in self.instances if i.enabled and i.shape == "push"]

        def work(conn: Connection) -> dict[str, int]:
            return {i.name: instances.id_of(conn, i.name) for i in pushed}

        ids = self.store.write(work).result()
        gates = (gate_of(instance, ids[instance.name]) for instance in pushed)
        return [gate for gate in gates if not gate.is_shut or gate.files]

    def open_instances(self) -> set[str]:
        """The names of those that browsers send to."""
        return {i.name for i in self.instances if isinstance(i.sensor, PushSensor) and i.sensor.open_to == "browsers"}

    def keep_deliveries(self, arrived: Sequence[Arrived]) -> Future[int]:
        """Keep deliveries that came, in one transaction; the result, how many were new, is there once it is committed."""
        return self.store.write(lambda conn: deliveries.keep(conn, arrived))

    def deliveries(self, chosen: Chosen | None = None, *, limit: int | None = None) -> list[DeliveryRow]:
        """Deliveries without their bodies, the newest first."""
        return self.store.read(lambda conn: _rows(conn, chosen or Chosen(), limit))

    def delivery(self, number: int) -> WholeDelivery:
        """One delivery with all that is kept of it. Raises InputError for a number that is not there."""
        found = self.store.read(lambda conn: inbox.get(conn, number))
        if found is None:
            raise InputError(
                f"there is no delivery {number}",
                why="or it was purged",
                fix="capteur deliveries list shows those there are",
            )
        return found

    def replay(self, chosen: Chosen) -> Replayed:
        """Have deliveries read again: the same facts have the same keys, so nothing comes twice.

        What browsers sent and was read is left out: the address that told one visitor from another is gone. Raises InputError
        for a number that is not there.
        """
        is_open = self.open_instances()
        now = self.now()

        def work(conn: Connection) -> Replayed:
            found = _rows(conn, chosen, None)
            missing = {*(chosen.ids or ())} - {row.id for row in found}
            if missing:
                raise InputError(
                    f"there is no delivery {min(missing)}", fix="capteur deliveries list shows those there are"
                )
            again = [row.id for row in found if not (row.state == "done" and row.instance in is_open)]
            return Replayed(inbox.replay(conn, again, now), len(found) - len(again))

        return self.store.write(work).result()

    def purge_deliveries(self, before: int, *, instance: str | None = None, state: State | None = None) -> int:
        """Delete what was received before `before` (micros) and does not wait to be read, or those of `state`; returns how many."""
        total = 0
        while True:
            count = self.store.write(lambda conn: inbox.purge(conn, before, instance=instance, state=state)).result()
            total += count
            if count < inbox.CHUNK:
                return total

    def known_instance(self, name: str | None) -> None:
        """Raises UsageError when no instance of that name was ever sent anything, or is configured to be."""
        if name is None or any(i.name == name and i.shape == "push" for i in self.instances):
            return
        if not self.store.read(lambda conn: inbox.rows(conn, instance=name, limit=1)):
            pushed = ", ".join(i.name for i in self.instances if i.shape == "push") or "none"
            raise UsageError(
                f"nothing is sent to {clean(name, 60)!r}", fix=f"instances that are sent something: {pushed}"
            )


def _rows(conn: Connection, chosen: Chosen, limit: int | None) -> list[DeliveryRow]:
    return inbox.rows(
        conn, ids=chosen.ids, instance=chosen.instance, state=chosen.state, since=chosen.since, limit=limit
    )


def with_inbox(status: InstanceStatus, instance: Instance, tally: Tally, now: int) -> InstanceStatus:
    """The state of an instance with what was sent to it; deliveries that cannot be read, or wait for long, are trouble."""
    if instance.shape != "push" or not instance.enabled:
        return status
    status = replace(status, inbox=tally)
    if status.state not in ("ok", "late", "never", "waiting", "silent"):
        return status
    listing = f"capteur deliveries list --instance {instance.name}"
    if tally.failed:
        text = f"{counted(tally.failed, 'delivery', 'deliveries')} could not be read"
        return replace(status, state="partial", error=text, fix=f"{listing} --state failed")
    if tally.oldest is not None and now - tally.oldest > LONG:
        text = f"{counted(tally.waiting, 'delivery', 'deliveries')} wait to be read, the first for {age(tally.oldest, now)}"
        return replace(status, state="late", error=text, fix="is a daemon running? capteur run reads them, too")
    return status


def gate_findings(instance: Instance, *, listens: bool) -> list[Finding]:
    """What `check` says when nobody can send to an instance that is sent something."""
    sensor, reception = instance.sensor, instance.reception
    if not isinstance(sensor, PushSensor) or reception is None or not instance.enabled:
        return []
    if not reception.secrets and sensor.open_to != "browsers":
        fix = f'[sensors.{instance.name}] secret = "env:HOOK_SECRET", and secret_in where it does not stand in the path'
        return [Finding("warn", instance.name, "nobody can send to it: it has no secret", fix)]
    if not listens:
        fix = '[receiving] listen = "127.0.0.1:8300"'
        return [
            Finding("warn", instance.name, "nothing is received on this machine: [receiving] listen is not set", fix)
        ]
    return []


def gate_of(instance: Instance, instance_id: int) -> Gate:
    """An instance's gate. What its sensor says of files and origins and cannot be used is logged and left out."""
    sensor, reception = instance.sensor, instance.reception
    assert isinstance(sensor, PushSensor), "only what is pushed has a gate"
    assert reception is not None, "an instance that is pushed to has a reception"
    is_open = sensor.open_to == "browsers"
    files: dict[str, File] = {}
    origins: set[str] = set()
    try:
        for name, (media, content) in sensor.files().items():
            if not _FILE.fullmatch(name) or not _MEDIA.fullmatch(media) or len(content) > FILE_MOST:
                log.warning("sensor %s: files(): %s cannot be offered", instance.name, clean(str(name), 60))
                continue
            files[name] = File(media, bytes(content), hashlib.sha256(content).hexdigest()[:16])
        for origin in sensor.origins() if is_open else ():
            if _ORIGIN.fullmatch(text := str(origin).lower().rstrip("/")):
                origins.add(text)
            else:
                log.warning(
                    "sensor %s: origins(): %s is no origin, as https://www.acme.com", instance.name, clean(text, 60)
                )
    except Exception as error:  # noqa: BLE001  an author's code may raise anything, and must not stop the others
        log.warning("sensor %s: what it offers to browsers cannot be used: %s", instance.name, clean(str(error)))
    keeps = sensor.keeps
    return Gate(instance.name, instance_id, reception, keeps, is_open, frozenset(origins), files)
