"""The runner contract: how units of sensing are spread over threads, processes or machines.

A unit is ids only, as JSON: no pickles, no objects, no credentials. Engines call nothing but `run_unit(unit)`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

UnitStatus = Literal[
    "ok", "skipped", "waiting", "backoff", "parked", "bug", "quarantined", "fenced", "stuck", "stopped", "failed"
]


@dataclass(frozen=True, slots=True)
class SenseUnit:
    """One watch row to serve: an instance and an account (0 = the instance itself: a feed).

    `epoch` is the claim's fence: the unit's commit fails once somebody else has claimed the row. `since` and `until` (micros)
    are a backfill's window: then no cursor moves.
    """

    instance: str
    account_id: int
    epoch: int
    since: int | None = None
    until: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; `SenseUnit(**value)` reads it back."""
        return {
            "instance": self.instance,
            "account_id": self.account_id,
            "epoch": self.epoch,
            "since": self.since,
            "until": self.until,
        }


@dataclass(frozen=True, slots=True)
class UnitDone:
    """What became of a unit. Counts are of signals (`persons`: whose person was not kept, `expired`: too old to keep); `error` is one line without secrets, `seconds` wall time.

    `retry_at` (micros) is when a waiting or failed row is tried again; `park` asks for the whole instance to be parked, and
    `credentials` says that it is for a credential. `answered` counts the requests that were answered, with whatever status;
    `unreached` are hosts that were asked and did not answer. `away` is the host that a waiting unit could not ask. `notes` are the first bad things that were dropped, a sentence each.
    """

    unit: SenseUnit
    status: UnitStatus
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    revoked: int = 0
    bad: int = 0
    unmatched: int = 0
    persons: int = 0
    expired: int = 0
    requests: int = 0
    seconds: float = 0.0
    error: str | None = None
    fix: str | None = None
    retry_at: int | None = None
    park: bool = False
    credentials: bool = False
    away: str | None = None
    answered: int = 0
    unreached: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Runner(Protocol):
    """Runs units and yields each as it finishes, in any order; every unit is yielded exactly once."""

    def run(self, units: Iterable[SenseUnit]) -> AsyncIterator[UnitDone]: ...
