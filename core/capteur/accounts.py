"""Accounts: the companies signals belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AccountRef:
    """What a source calls a company: any of a legal or trading name, a domain or URL, and ids (`{"cik": "1543151"}`).

    Matching is exact by domain, id, alias and normalised name; anything weaker waits in `capteur accounts unmatched`.
    """

    name: str | None = None
    domain: str | None = None
    ids: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as sensors, the flow and the doors see it.

    `state` is one of `listed` (the user's list), `discovered` (created by a market-wide sensor), `unmatched` (a company a
    source named that no account answers to; then `domain` may be None and `reference` is what the source called it), `aside`
    (on the user's list of competitors, customers, partners or blocked companies, and no account: remembered, never shown).
    `aliases` are other domains, names and ids (`"domain:acme.io"`, `"name:acme gmbh"`, `"greenhouse:acme"`).
    `facts` are the newest AccountFacts by name (owner, country, size, ...).
    """

    id: int
    domain: str | None
    name: str
    state: str = "listed"
    reference: str | None = None
    aliases: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    @property
    def label(self) -> str:
        """How the account is called in one word: its domain, else what the source called it."""
        return self.domain or self.reference or self.name

    def alias(self, scheme: str) -> str | None:
        """The first alias of a scheme without its prefix: `account.alias("greenhouse")` -> the board's token."""
        prefix = scheme + ":"
        return next((a[len(prefix) :] for a in self.aliases if a.startswith(prefix)), None)
