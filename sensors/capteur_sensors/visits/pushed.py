"""What the sensors have in common that are sent visits: their options, and the networks they look addresses up in."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from capteur import ConfigError, Context, PushSensor
from capteur.domains import registrable
from capteur_sensors.visits.agents import Agents
from capteur_sensors.visits.companies import Companies
from capteur_sensors.visits.onsite import Onsite
from capteur_sensors.visits.pages import PageGroup, Pages


def _one_will_do(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _domains(given: tuple[str, ...]) -> tuple[str, ...]:
    for number, text in enumerate(given, 1):
        if registrable(text) is None:
            raise ValueError(f"entry {number} is not a domain")
    return tuple(registrable(text) or "" for text in given)


Words = Annotated[tuple[str, ...], BeforeValidator(_one_will_do)]
Domains = Annotated[Words, AfterValidator(_domains)]


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

    mmdb: Words = Field(
        default=(),
        description="Databases of networks: MaxMind's Enterprise, Domain, ISP, ASN, Connection-Type, Anonymous-IP; IPinfo's.",
    )
    companies: str | None = Field(
        default=None, description="A CSV of networks you know: network,domain. It wins over the databases."
    )
    match_names: bool = Field(
        default=False,
        description="Where the databases give a network's name and no domain, look the name up among the accounts.",
    )
    own: Domains = Field(default=(), description="Your own domains: visits from there say nothing.")
    groups: dict[str, PageGroup] = Field(
        default_factory=dict, description='Groups of pages: [sensors.NAME.groups.pricing] pages = ["/pricing"].'
    )
    visitor_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Key of the visitors' names. Without one a key is drawn, and thrown away when its time is over.",
    )

    @model_validator(mode="after")
    def _its_packages_are_there(self) -> Self:
        needed = {"crawleruseragents": "crawler-user-agents"} | ({"maxminddb": "maxminddb"} if self.mmdb else {})
        for module, package in needed.items():
            if find_spec(module) is None:
                raise ConfigError(
                    f"visits need the package {package}, which is not installed", fix="pip install 'capteur[visits]'"
                )
        return self

    def config_files(self) -> Collection[str | Path]:
        """The table of networks."""
        return (self.companies,) if self.companies else ()

    def onsite(self, ctx: Context, moment_s: float) -> Onsite:
        """What earlier deliveries left; names can be made as of this moment (seconds since the epoch)."""
        number = int(moment_s) // self.named_for_s
        secret = self.visitor_key.get_secret_value() if self.visitor_key is not None else None
        cursor = ctx.cursor if isinstance(ctx.cursor, Mapping) else None
        return Onsite.load(cursor, secret, number - self.names_kept)

    def networks(self, ctx: Context) -> Companies:
        """Where addresses are looked up. Raises ConfigError and TransientError, as `Companies`."""
        databases = [Path(ctx.base, Path(path).expanduser()) for path in self.mmdb]
        table = Path(ctx.base, Path(self.companies).expanduser()) if self.companies else None
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
