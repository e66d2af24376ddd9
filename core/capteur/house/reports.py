"""What a run did, as the doors tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from capteur.accounts import Account
from capteur.errors import CapteurError
from capteur.keeping import Kept
from capteur.runner import UnitDone

GOOD = frozenset({"ok", "skipped"})
WEIGHTS = {"ok": 1, "skipped": 2, "waiting": 3, "parked": 5}
"""Which of several accounts' errors an instance is told by: a failure (4) before a wait, a wait before a skip."""
NOTES = 10


@dataclass(slots=True)
class InstanceRun:
    """One instance's part of a run. `status`: ok, partial, failed, parked, broken (it could not be built), skipped or waiting; counts as in UnitDone.

    `unreached` are hosts that were asked and did not answer, `answered` counts the requests that were.
    """

    instance: str
    accounts: int = 0
    ok: int = 0
    failed: int = 0
    skipped: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    revoked: int = 0
    bad: int = 0
    unmatched: int = 0
    requests: int = 0
    persons: int = 0
    expired: int = 0
    seconds: float = 0.0
    status: str = "ok"
    error: str | None = None
    fix: str | None = None
    credentials: bool = False
    config: bool = False
    expected: int = 0
    waiting: int = 0
    shape: str = ""
    weight: int = 0
    answered: int = 0
    unreached: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    """The first bad things that were dropped, a sentence each."""

    def add(self, done: UnitDone) -> None:
        """Count one finished unit."""
        self.accounts += 1
        self.ok += done.status == "ok"
        self.skipped += done.status == "skipped"
        away = done.away is not None  # the row waits, but for whoever reads this the source is down
        self.waiting += done.status == "waiting" and not away
        self.failed += away or done.status not in (*GOOD, "waiting")
        for name in ("new", "updated", "unchanged", "revoked", "bad", "unmatched", "requests", "persons", "expired"):
            setattr(self, name, getattr(self, name) + getattr(done, name))
        self.answered += done.answered
        self.unreached |= {*done.unreached}
        self.notes += [note for note in done.notes if len(self.notes) < NOTES]
        weight = WEIGHTS.get(done.status, 4)
        if done.error and weight > self.weight:
            self.error, self.fix, self.weight = done.error, done.fix, weight
        if done.park:
            self.status, self.credentials, self.config = "parked", done.credentials, not done.credentials

    def refuse(self, error: CapteurError) -> None:
        """Something kept the instance from going on at all."""
        self.failed += 1
        self.error, self.fix, self.weight = f"sensor {self.instance}: {error.what}", error.fix or None, 4

    def left_over(self, why: str) -> None:
        """Accounts were left out for lack of budget: they wait for it, which is no failure."""
        self.waiting += 1
        if self.weight < WEIGHTS["waiting"]:
            self.error, self.fix, self.weight = f"sensor {self.instance}: {why}", None, WEIGHTS["waiting"]

    def close(self, seconds: float) -> None:
        """Say how it went in one word."""
        self.seconds = seconds
        if self.status == "parked":
            return
        if self.failed:
            self.status = "partial" if self.ok else "failed"
        elif self.waiting:
            self.status = "waiting"
        elif self.accounts and self.skipped == self.accounts:
            self.status = "skipped"

    @property
    def exit_code(self) -> int:
        """What this instance makes the command end with: a few failing accounts among good ones fail nothing."""
        if self.status in ("parked", "broken"):
            return 4 if self.credentials else 2
        return 1 if self.status == "failed" else 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an instance is: `done` of `total` units, `new` signals; `finished` once it has ended."""

    instance: str
    done: int
    total: int
    new: int
    finished: InstanceRun | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An account whose number moved in a run."""

    account: Account
    before: float | None
    after: float | None
    why: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. Exit codes: 2 before 4 before 1."""

    as_of: int
    runs: list[InstanceRun]
    moved: list[Move]
    seconds: float
    kept: Kept | None = None
    """What was removed for being old; None when that was done within the last day."""
    offline: int = 0
    """How many hosts were asked, when that were several and none answered: most likely nobody can be reached from here."""

    @property
    def exit_code(self) -> int:
        """The code the command ends with."""
        codes = {run.exit_code for run in self.runs}
        return next((code for code in (2, 4, 1) if code in codes), 0)


def offline(runs: Sequence[InstanceRun]) -> int:
    """How many hosts were asked in vain, when that were several and none at all answered; else 0."""
    silent = {host for run in runs for host in run.unreached}
    return len(silent) if len(silent) > 1 and not any(run.answered for run in runs) else 0
