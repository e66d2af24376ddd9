"""Which networks anybody may be in: access providers, clouds, hosts, VPNs. The list is `networks.toml`."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

_WORD = re.compile(r"[^\W_]+(?:[&.+-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Carriers:
    """Names, domains and numbers of networks whose owner is not who comes from them."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    domains: frozenset[str]
    systems: frozenset[int]

    def is_name(self, name: str) -> bool:
        """Whether the name of a network, or of its owner, says that anybody may be in it.

        >>> load().is_name("Telstra Pty Ltd"), load().is_name("Siemens AG")
        (True, False)
        """
        plain = name.lower()
        if any(word in plain for word in _INSIDE):
            return True
        for word in _WORD.findall(plain):
            for part in {word, *re.split(r"[.+-]", word)}:
                if part in self.words or part.startswith(self.beginnings):
                    return True
        return False

    def is_domain(self, domain: str) -> bool:
        """Whether a registrable domain is a carrier's, by the list or by the words in it (`popwifi.it`, `acme-telecom.com`)."""
        label = domain.partition(".")[0]
        return (
            domain in self.domains
            or self.is_name(label)
            or any(w in label for w in _INSIDE)
            or domain.endswith(".arpa")
        )


_INSIDE = (
    "telecom", "telekom", "broadband", "wifi", "hosting", "dsl", "internet", "datacenter", "vpn", "cablenet", "cloudserver", "fibernet", "netcom",
    "wireless", "dedicated", "dialup",
)  # fmt: skip
"""Words that are also written together with others."""


@functools.cache
def load() -> Carriers:
    """The list as it comes with capteur."""
    told = tomllib.loads(
        files(__package__ or "capteur_sensors.visits").joinpath("networks.toml").read_text(encoding="utf-8")
    )
    words = [word.lower() for word in told["words"]]
    return Carriers(
        words=frozenset(word for word in words if "*" not in word),
        beginnings=tuple(word[:-1] for word in words if word.endswith("*")),
        domains=frozenset(told["domains"]),
        systems=frozenset(told["systems"]),
    )
