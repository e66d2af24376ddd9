"""What the list and an explanation are made of, and the pinned shape of `--json`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capteur.accounts import Account
from capteur.clock import from_micros
from capteur.intent import Estimate, Status
from capteur.store.coverage import InstanceCoverage


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation. `shown` is `intent` rounded so that all lines add up to the number shown."""

    label: str
    kind: str
    intent: float
    shown: float
    signal: str | None
    signal_id: int
    occurred_at: int | None
    evidence_url: str | None
    kept: float
    sensor: str | None
    could_also_mean: str


@dataclass(frozen=True, slots=True)
class Row:
    """One account of the list. `rank` is None where there is no number; `change` is against 7 days ago, None when unwatched then."""

    rank: int | None
    account: Account
    estimate: Estimate
    change: float | None = None
    why: str = ""
    newest: int | None = None
    owner: str | None = None
    coverage: Mapping[str, str] | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The list. `line` is the intent of the last account that fits the capacity; `above` how many fit; `total` accounts in all.

    `discovered` companies that nobody listed are ranked apart; `best` is the highest intent among them; `asking` are those off the
    list that asked to be contacted of late, the newest first. None of it for the past.
    """

    model: str
    estimator: str
    version: str
    as_of: int
    rows: list[Row]
    capacity: int | None
    line: float | None
    above: int
    total: int
    statuses: dict[Status, int]
    coverage: list[InstanceCoverage]
    discovered: int = 0
    asking: tuple[Account, ...] = ()
    best: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One discovered company. `sources` are the sensors that named it, the one with the newest signal first."""

    row: Row
    sources: tuple[str, ...]

    @property
    def adoption(self) -> str:
        """The command that puts it on the list."""
        return adoption(self.row.account)


@dataclass(frozen=True, slots=True)
class Discoveries:
    """Discovered companies, the highest intent first. `total` of them are known, `matching` of those are what was asked for."""

    model: str
    estimator: str
    version: str
    as_of: int
    found: list[Found]
    matching: int
    total: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """One account in full. `forecast` is the intent if nothing new happens, weekly: (micros, 0-10)."""

    row: Row
    model: str
    estimator: str
    version: str
    as_of: int
    vetoes: list[Line]
    neutral: dict[str, int]
    forecast: list[tuple[int, float]]
    coverage: list[InstanceCoverage]
    line: float | None


def adoption(account: Account) -> str:
    """The command that puts a company on the list; where no source knows its domain, that is for the reader to find out.

    >>> adoption(Account(1, None, "People Center, Inc.", "discovered", "cik:1543151"))
    'capteur accounts add DOMAIN --as cik:1543151'
    """
    return f"capteur accounts add {account.domain or f'DOMAIN --as {shlex.quote(account.label)}'}"


def item(row: Row, *, model: str, estimator: str, version: str, as_of: int) -> dict[str, Any]:
    """One item of `--json` (architecture.md); the shape is pinned by a test."""
    estimate = row.estimate
    return {
        "account": row.account.label,
        "name": row.account.name,
        "model": model,
        "as_of": from_micros(as_of).isoformat(),
        "status": estimate.status,
        "intent": estimate.intent,
        "low": estimate.low,
        "high": estimate.high,
        "evidence": estimate.evidence,
        "inferred": estimate.inferred,
        "ask": estimate.ask,
        "trend": estimate.trend,
        "contributions": [
            {
                "label": line.label,
                "kind": line.kind,
                "intent": line.intent,
                "signal": line.signal,
                "occurred_at": from_micros(line.occurred_at).isoformat() if line.occurred_at is not None else None,
                "evidence_url": line.evidence_url,
                "kept": line.kept,
            }
            for line in row.lines
        ],
        "coverage": dict(row.coverage or {}),
        "estimator": estimator,
        "version": version,
    }
