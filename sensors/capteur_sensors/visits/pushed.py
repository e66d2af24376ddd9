"""What the sensors have in common that are sent visits: their options, and the networks they look addresses up in."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from capteur import Context, PushSensor
from capteur_sensors.visits.agents import Agents
from capteur_sensors.visits.companies import Companies
from capteur_sensors.visits.keys import DAY_S
from capteur_sensors.visits.onsite import Onsite
from capteur_sensors.visits.options import Databases, Groups, MatchNames, Own, Table, Words, need_packages, placed
from capteur_sensors.visits.pages import Pages

__all__ = ["Networks", "PushedVisits", "Words"]


@dataclass(slots=True)
class Networks:
    """The open databases, and the state of the files they were opened from: deliveries are many, and files change seldom."""

    _stamps: tuple[object, ...] = ()
    _companies: Companies | None = field(default=None)

    def open(
        self, databases: Sequence[Path], table: Path | None, own: Collection[str], *, names: bool = False
    ) -> Companies:
        """As `Companies`, whose errors it raises."""
        stamps = tuple(_stamp(path) for path in (*databases, *((table,) if table else ())))
        if self._companies is None or stamps != self._stamps:
            if self._companies is not None:
                self._companies.close()
                self._companies = None
            self._companies = Companies(databases, table, own, names=names)
            self._stamps = stamps
        return self._companies


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        return str(path), 0, -1
    return str(path), found.st_mtime_ns, found.st_size


class PushedVisits(PushSensor):
    """Who is told of visits one by one, as they happen."""

    named_for_s: ClassVar[int]
    """How long a visitor keeps one name, in seconds."""
    names_kept: ClassVar[int]
    """Of so many such times before the present one the names can still be made."""

    mmdb: Databases = ()
    companies: Table = None
    match_names: MatchNames = False
    own: Own = ()
    groups: Groups = Field(default_factory=dict)
    visitor_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Key of the visitors' names. Without one a key is drawn, and thrown away when its time is over.",
    )

    @model_validator(mode="after")
    def _its_packages_are_there(self) -> Self:
        need_packages(self.mmdb)
        return self

    def config_files(self) -> Collection[str | Path]:
        """The table of networks."""
        return (self.companies,) if self.companies else ()

    def onsite(self, ctx: Context, moment_s: float) -> Onsite:
        """What earlier deliveries left; names can be made as of this moment (seconds since the epoch)."""
        now_s = ctx.now.timestamp()
        first = int(min(moment_s, now_s)) // self.named_for_s - self.names_kept
        secret = self.visitor_key.get_secret_value() if self.visitor_key is not None else None
        cursor = ctx.cursor if isinstance(ctx.cursor, Mapping) else None
        memory = Onsite.load(cursor, secret, first)
        if memory.keys.is_ahead(now_s, self.named_for_s, self.names_kept):
            ctx.log.warning("the clock was ahead once, and the key of visitors' names with it: a new one is drawn")
            memory.renew(first)
        tomorrow = int(now_s) // DAY_S + 1
        memory.strangers = {day: count for day, count in memory.strangers.items() if day <= tomorrow}
        return memory

    def move_on(self, ctx: Context, memory: Onsite, moment_s: float) -> None:
        """Throw away the keys whose time was over at this moment; no later ones, if it was told by a clock that was ahead."""
        memory.forget(int(min(moment_s, ctx.now.timestamp())) // self.named_for_s - self.names_kept)

    def networks(self, ctx: Context) -> Companies:
        """Where addresses are looked up. Raises ConfigError and TransientError, as `Companies`."""
        databases = [placed(ctx.base, path) for path in self.mmdb]
        table = placed(ctx.base, self.companies) if self.companies else None
        return self._networks.open(databases, table, self.own, names=self.match_names)

    @functools.cached_property
    def _networks(self) -> Networks:
        return Networks()

    @functools.cached_property
    def agents(self) -> Agents:
        """Which agents are programs."""
        return Agents()

    @functools.cached_property
    def pages(self) -> Pages:
        """Which pages belong to which group."""
        return Pages(self.groups)
