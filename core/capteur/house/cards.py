"""What `capteur sensors` shows: configured instances, and installed sensors that nobody configured."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from capteur import watching
from capteur.clock import parse_duration
from capteur.errors import CapteurError
from capteur.kinds import Kind, kind_of
from capteur.sensor import AccountSensor, PushSensor, Sensor
from capteur.store import delays, watches

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House
    from capteur.registry import Instance


@dataclass(frozen=True, slots=True)
class OptionCard:
    """One option of a sensor. `default` is text, never a secret's value; None = it has to be given."""

    name: str
    type: str
    default: str | None
    secret: bool
    doc: str


@dataclass(frozen=True, slots=True)
class DelayCard:
    """How late facts of a kind are known: half within `p50`, 99 of 100 within `p99`; None until enough of them were measured.

    `is_lost` = more than 1 of 100 is known later than the instance looks back, and never seen.
    """

    kind: str
    measured: int
    p50: timedelta | None = None
    p99: timedelta | None = None
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class SensorCard:
    """One configured instance, or one installed sensor (`state` "not used"). Times in micros."""

    name: str
    use: str
    shape: str
    kinds: list[Kind]
    every: timedelta
    origin: str
    doc: str
    state: str
    options: list[OptionCard]
    last_ok: int | None
    enabled: bool
    error: str | None = None
    fix: str | None = None
    overlap: timedelta | None = None
    delays: tuple[DelayCard, ...] = ()


def delays_of(conn: Connection, instance: Instance) -> tuple[DelayCard, ...]:
    """The measured delays of an instance's kinds; empty for a file of the past, whose delays say nothing."""
    if instance.sensor.history:
        return ()
    measured = delays.of_sensor(conn, instance.use)
    # only who asks "what is new since" can look back too little: others see all that is there, or are told
    asks = not instance.sensor.present_only and instance.shape != "push"
    found = []
    for kind in instance.kinds:
        delay = measured.get(kind)
        if delay is None or not delay.is_known:
            found.append(DelayCard(kind, delay.n if delay is not None else 0))
            continue
        p50, p99 = timedelta(microseconds=delay.p50), timedelta(microseconds=delay.p99)
        found.append(DelayCard(kind, delay.n, p50, p99, asks and p99 > instance.overlap))
    return tuple(found)


def cards(house: House) -> list[SensorCard]:
    """Instances in the order of capteur.toml, then what failed to build, then unused sensors by name."""

    def look(conn: Connection) -> dict[str, tuple[watching.InstanceStatus, tuple[DelayCard, ...]]]:
        rows, now = watches.instances(conn), house.now()
        return {
            i.name: (watching.instance_status(conn, i, rows.get(i.name), now), delays_of(conn, i))
            for i in house.instances
        }

    known = house.store.read(look)
    found = []
    for instance in house.instances:
        status, late = known[instance.name]
        found.append(
            SensorCard(
                instance.name,
                instance.use,
                instance.shape,
                list(instance.kinds.values()),
                instance.every,
                str(instance.origin),
                _doc(type(instance.sensor)),
                status.state,
                options(type(instance.sensor), instance.sensor),
                status.last_ok,
                instance.enabled,
                status.error,
                status.fix,
                instance.overlap,
                late,
            )
        )
    found += [
        SensorCard(
            b.instance,
            b.name,
            "",
            [],
            timedelta(0),
            b.distribution,
            "",
            "broken",
            [],
            None,
            enabled=True,
            error=b.message,
            fix=b.fix or None,
        )
        for b in house.broken
        if b.instance
    ]
    used = {card.use for card in found}
    return found + [
        card for name in house.registry.sensor_names() if name not in used and (card := _unused(house, name))
    ]


def _unused(house: House, name: str) -> SensorCard | None:
    try:
        kind, origin = house.registry.sensor_class(name)
    except CapteurError:
        return None  # `capteur plugins` tells of it with the author's line
    shape = "account" if issubclass(kind, AccountSensor) else "push" if issubclass(kind, PushSensor) else "feed"
    kinds = [k if isinstance(k, Kind) else kind_of(k) for k in kind.kinds]
    return SensorCard(
        name,
        name,
        shape,
        kinds,
        parse_duration(kind.every),
        str(origin),
        _doc(kind),
        "not used",
        options(kind, None),
        None,
        enabled=False,
        overlap=parse_duration(kind.overlap),
    )


def _doc(kind: type[Sensor]) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def options(kind: type[Sensor], given: Sensor | None) -> list[OptionCard]:
    """The options of a sensor with what they are set to (secrets as stars)."""
    return [
        _option(name, field, getattr(given, name) if given is not None else None)
        for name, field in kind.model_fields.items()
    ]


def _option(name: str, field: FieldInfo, value: Any) -> OptionCard:
    annotation = field.annotation
    words = inspect.formatannotation(annotation).replace("pydantic.types.", "").replace("typing.", "")
    secret = "Secret" in words
    if value is None and not field.is_required():
        value = field.get_default(call_default_factory=True)
    shown = (
        None
        if value is None and field.is_required()
        else "***"
        if isinstance(value, SecretStr) or (secret and value)
        else repr(value)
    )
    return OptionCard(name, words, shown, secret, field.description or "")
