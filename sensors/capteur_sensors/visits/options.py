"""Options that every sensor of visits has: where addresses are looked up, and whose visits count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from capteur import ConfigError
from capteur.domains import registrable
from capteur_sensors.visits.pages import PageGroup


def _one_will_do(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _registrable(given: tuple[str, ...]) -> tuple[str, ...]:
    for number, text in enumerate(given, 1):
        if registrable(text) is None:
            raise ValueError(f"entry {number} is not a domain")
    return tuple(registrable(text) or "" for text in given)


Words = Annotated[tuple[str, ...], BeforeValidator(_one_will_do)]
"""Several texts; one alone needs no list."""
Databases = Annotated[
    Words,
    Field(
        description="Databases of networks: MaxMind's Enterprise, Domain, ISP, ASN, Connection-Type, Anonymous-IP; IPinfo's."
    ),
]
Table = Annotated[
    str | None, Field(description="A CSV of networks you know: network,domain. It wins over the databases.")
]
MatchNames = Annotated[
    bool,
    Field(
        description="Where the databases give a network's name and no domain, look the name up among the accounts.",
    ),
]
Own = Annotated[
    Words, AfterValidator(_registrable), Field(description="Your own domains: visits from there say nothing.")
]
Groups = Annotated[
    dict[str, PageGroup],
    Field(description='Groups of pages: [sensors.NAME.groups.pricing] pages = ["/pricing"].'),
]


def need_packages(databases: Sequence[str]) -> None:
    """Raise ConfigError where the extra `visits` is not installed, as far as it is needed."""
    needed: Mapping[str, str] = {"crawleruseragents": "crawler-user-agents"} | (
        {"maxminddb": "maxminddb"} if databases else {}
    )
    for module, package in needed.items():
        if find_spec(module) is None:
            raise ConfigError(
                f"visits need the package {package}, which is not installed", fix="pip install 'capteur[visits]'"
            )


def placed(base: str, path: str) -> Path:
    """A path as an option gives it; relative ones start in `base`, the folder of capteur.toml."""
    return Path(base, Path(path).expanduser())
