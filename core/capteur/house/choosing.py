"""Which instances a person means, and why one of them cannot be meant."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capteur.errors import CapteurError, UsageError
from capteur.nearest import nearest
from capteur.registry import Broken, Instance

if TYPE_CHECKING:
    from capteur.house.core import House

log = logging.getLogger("capteur.daemon")


def choose(house: House, names: Sequence[str] | None) -> list[Instance]:
    """The instances a person named (all enabled ones when he named none); those that cannot be built are `broken_of`.

    Raises UsageError for an unknown name, with the nearest one, and for one that is disabled.
    """
    if not names:
        return [i for i in house.instances if i.enabled]
    by_name, failed = {i.name: i for i in house.instances}, {b.instance for b in house.broken}
    chosen = []
    for name in names:
        if name in by_name:
            chosen.append(by_name[name])
        elif name not in failed:
            raise _unknown(house, name)
    return chosen


def broken_of(house: House, names: Sequence[str] | None = None) -> list[Broken]:
    """The configured instances that cannot be built, of those named (all of them when none is)."""
    return [b for b in house.broken if b.instance and (not names or b.instance in names)]


def chosen_one(house: House, name: str) -> Instance:
    """The one instance of that name. Raises what keeps it from being built, and as `choose`."""
    for broken in broken_of(house, [name]):
        raise broken.error
    return choose(house, [name])[0]


def _unknown(house: House, name: str) -> CapteurError:
    if name in house.settings.sensors:
        return UsageError(
            f"sensor {name} is disabled",
            why=house.settings.place(f"sensors.{name}", "enabled"),
            fix=f"enabled = true in [sensors.{name}]",
        )
    known = [*house.settings.sensors]
    near = nearest(name, known)
    fix = f"did you mean {near[0]}?" if near else f"configured are: {', '.join(known) or 'none'}"
    return UsageError(f"no sensor instance is called {name!r}", fix=fix)


def tell_broken(house: House) -> str | None:
    """Log every configured instance that cannot run; returns why nothing at all can be done, None when something can."""
    broken = broken_of(house)
    for one in broken:
        log.error("%s", one)
    if not broken or house.instances:
        return None
    return "no instance can run: " + "; ".join(one.message for one in broken)
