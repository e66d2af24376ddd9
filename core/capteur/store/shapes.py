"""What goes into the store and what comes out: plain slots dataclasses. Times are micros, JSON is text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from capteur.signals import Accepted

FAR = 2**62
"""A due time that never comes."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A company no account answers to. It becomes an account of `state`, found again by `reference`.

    `reference` is a stable text for it: `domain:acme.io`, else `ID-SCHEME:ID`, else `name:normalised name`.
    """

    reference: str
    name: str | None = None
    domain: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    state: Literal["unmatched", "discovered"] = "unmatched"


Subject = int | Unknown


@dataclass(frozen=True, slots=True)
class Incoming:
    """A signal on its way in. `known_at` None = from the commit on; else assumed (imports, backfills), never after the commit."""

    signal: Accepted
    subject: Subject
    grows: bool = False
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingFact:
    subject: Subject
    name: str
    value: str
    """JSON text."""
    as_of: int


@dataclass(frozen=True, slots=True)
class IncomingOutcome:
    subject: Subject
    kind: str
    key: str
    occurred_at: int
    model: str
    value: float | None
    data: str | None


@dataclass(frozen=True, slots=True)
class Validator:
    """What a server said about a version of a page; committed with the unit that read it."""

    url: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Finish:
    """How a unit ended; written to its watch row by the last batch of the unit.

    `status` as in `UnitDone`. Only `ok` sets first_ok, last_ok and `newest` (the newest occurred_at seen) and clears fails;
    failures add one to fails. `skipped` clears fails but is not a good run: the account is then not watched.
    """

    status: str
    next_due: int
    newest: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """What was asked and spent in the piece of time that begins at `at` (micros); `units` = looks that came to their end."""

    at: int
    requests: int = 0
    credits: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one delivery that was read: `waiting` = again at `due_at` (micros), after `fails` times without success."""

    id: int
    state: Literal["done", "failed", "waiting"]
    fails: int = 0
    due_at: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction takes: signals, facts, the watch row, validators, and the stale marks that follow from them.

    `epoch` fences it (None = no watch row involved: imports). `memory` replaces the watch row's cursor when not None (JSON text).
    A unit may commit several batches; the last one carries `finish`. `live` = its signals arrived as they happened, so how late
    they are known is measured.
    """

    scope: str
    instance: str
    account_id: int = 0
    epoch: int | None = None
    signals: tuple[Incoming, ...] = ()
    revokes: tuple[tuple[str, str], ...] = ()
    facts: tuple[IncomingFact, ...] = ()
    outcomes: tuple[IncomingOutcome, ...] = ()
    same: tuple[tuple[Mapping[str, str], Subject], ...] = ()
    memory: str | None = None
    validators: tuple[Validator, ...] = ()
    validator_scope: str = ""
    finish: Finish | None = None
    live: bool = False
    spent: Spend | None = None
    read: tuple[Read, ...] | None = None
    """What became of deliveries; None for a unit that reads none. With it the row is due when the next delivery is, and when
    that is no good end of the unit, not before `finish` says."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a batch changed. `new_keys` are the keys that were new, for observers; `accounts` the accounts touched."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    revoked: int = 0
    unmatched: int = 0
    new_keys: tuple[str, ...] = ()
    accounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class WatchRow:
    """The unit of state, claim and fence: (instance, account); account 0 = the instance itself."""

    instance: str
    account_id: int
    next_due: int
    cursor: str | None
    epoch: int
    lease_until: int
    fails: int
    first_ok: int | None
    last_ok: int | None
    newest: int | None
    last_status: str | None
    last_error: str | None
    looked_at: int | None = None
    """When a unit of it last came to an end of its own, whatever it found; None = never."""


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """What the store remembers of an instance: the hash of its configuration, and why it is parked (None = it is not).

    `paused_at` is set while its operator wants it to rest, `down_since` while it does not work and somebody was told so.
    `parked_for` is "config" or "credentials"; None where that was not written down.
    """

    name: str
    config_hash: str
    sensor: str
    parked_at: int | None
    parked_error: str | None
    parked_fix: str | None
    paused_at: int | None = None
    down_since: int | None = None
    parked_for: str | None = None

    @property
    def credentials(self) -> bool:
        """Whether it is parked for a credential."""
        return self.parked_at is not None and self.parked_for != "config"


@dataclass(frozen=True, slots=True)
class Mark:
    """Signals of this (account, kind) changed from UTC day `from_day` on: its running state is stale."""

    account_id: int
    kind: str
    from_day: int


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A stored signal with everything a person may want to see. `scope` is the sensor's name; `account` as a label."""

    id: int
    scope: str
    key: str
    account_id: int
    account: str
    kind: str
    occurred_at: int
    detected_at: int
    known_at: int
    known_assumed: bool
    by_day: bool
    revoked_at: int | None
    revoked_reason: str | None
    strength: float
    summary: str | None
    evidence_url: str | None
    topic: str | None
    event: str | None
    data: Any


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One immutable set of an estimator's parameters. `hash` is of estimator name and canonical parameters."""

    id: int
    model: str
    estimator: str
    hash: str
    params: str
    created_at: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of an instance, for `status` and the log of runs."""

    instance: str
    started_at: int
    ended_at: int | None
    units: int
    ok: int
    failed: int
    skipped: int
    new: int
    updated: int
    unchanged: int
    bad: int
    requests: int
    error: str | None
