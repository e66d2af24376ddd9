"""A table of the user's own knowledge: which networks belong to whom.

network,domain
192.0.2.0/24,acme.com
2001:db8:7::/48,acme.com
AS64500,initech.com
Umbrella Corporation,umbrella.com
"""

from __future__ import annotations

import csv
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from capteur import ConfigError, InputError
from capteur.domains import account_domain

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_HEADER = frozenset({"network", "networks", "cidr", "ip", "range", "address", "asn"})


@dataclass(slots=True)
class Ranges:
    """Networks by version and length of their prefix: a look-up asks each length once, the longest first."""

    networks: dict[tuple[int, int], dict[int, str]] = field(default_factory=dict)
    systems: dict[int, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The table in a file. Raises ConfigError that names the line."""
        table = cls()
        try:
            with path.open(encoding="utf-8-sig", newline="") as text:
                for cells in (reader := csv.reader(text, skipinitialspace=True)):
                    if (
                        not any(cells)
                        or cells[0].startswith("#")
                        or (reader.line_num == 1 and cells[0].strip().lower() in _HEADER)
                    ):
                        continue
                    table._add(cells, f"{path.name} line {reader.line_num}")
        except FileNotFoundError as error:
            raise ConfigError(
                f"there is no file {path}", fix="correct `companies`; relative paths start beside capteur.toml"
            ) from error
        except (OSError, UnicodeError, csv.Error) as error:
            raise ConfigError(
                f"{path} cannot be read: {type(error).__name__}", fix="save it as CSV in UTF-8: network,domain"
            ) from error
        table.networks = dict(sorted(table.networks.items(), key=lambda item: -item[0][1]))
        return table

    def find(self, address: Address) -> str:
        """The domain of the narrowest network that the address is in; empty for none."""
        value = int(address)
        for (version, length), owners in self.networks.items():
            if version == address.version and (owner := owners.get(value >> (address.max_prefixlen - length))):
                return owner
        return ""

    def owners(self) -> frozenset[str]:
        """The domains that an address alone leads to."""
        return frozenset(owner for owners in self.networks.values() for owner in owners.values())

    def known(self, system: int, name: str) -> str:
        """The domain for an autonomous system's number or an organisation's exact name; empty for none."""
        return self.systems.get(system) or self.names.get(" ".join(name.lower().split()), "")

    def _add(self, cells: list[str], place: str) -> None:
        fix = "write network,domain; a network is 192.0.2.0/24, one address, AS64500, or an organisation's exact name"
        if len(cells) < 2:  # noqa: PLR2004  the two columns
            raise ConfigError(f"{place} has no domain", fix=fix)
        what = cells[0].strip()
        try:
            domain = account_domain(cells[1].strip())
        except InputError as error:
            raise ConfigError(f"{place}: {error.what}", fix=fix) from error
        number = what.upper().removeprefix("AS")
        if what[:2].upper() == "AS" and number.isdigit():
            self.systems[int(number)] = domain
            return
        try:
            network = ipaddress.ip_network(what)
        except ValueError as error:
            if not any(c.isalpha() for c in what) or "/" in what or ":" in what:
                raise ConfigError(f"{place}: {what[:60]!r} is no network", fix=fix) from error
            self.names[" ".join(what.lower().split())] = domain
            return
        key = network.version, network.prefixlen
        self.networks.setdefault(key, {})[
            int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
        ] = domain
