"""What a signal would be to its account: known already, and what it would add to the intent. Nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from capteur.accounts import Account
from capteur.estimating import concerning
from capteur.estimator import Estimator
from capteur.signals import Accepted, Observation
from capteur.store import accounts as stored_accounts
from capteur.store import signals as stored_signals
from capteur.store.knowing import known
from capteur.store.shapes import Incoming

if TYPE_CHECKING:
    from sqlalchemy import Connection

SignalState = Literal["new", "known", "grows", "revoked", "twice"]
STRANGER = 0
"""The id of an account that is not in the store and is only looked at."""
WEIGHED = 200
"""So many signals are weighed one by one; each costs an estimate of its account."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One signal that was found.

    `account` is None when no account answers to `reference`, what the source calls the company. `state`: new; known (stored
    already); grows (stored, and stronger now); revoked (stored, and said to be wrong); twice (the same key came before, in this
    very run). `adds` = points it alone would add to the account's intent as it is now; None where there is nothing to add to.
    """

    signal: Accepted
    account: Account | None
    reference: str
    state: SignalState
    adds: float | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """An account with its intent without and with everything that was found; None = no number."""

    account: Account
    before: float | None
    after: float | None
    fresh: int


@dataclass(slots=True)
class _Subject:
    """One account's history, and what comes to it by key."""

    account: Account
    history: list[Observation]
    fresh: dict[str, Observation] = field(default_factory=dict)


def weigh(
    conn: Connection,
    scope: str,
    signals: Sequence[Incoming],
    model: tuple[str, Estimator],
    now: int,
    stranger: Account | None = None,
) -> tuple[list[Weighed], list[Shift]]:
    """Weigh what a sensor (`scope` is its name) found, against the store as it is.

    `model` = (name, estimator); `now` in micros; `stranger` is the account behind the id STRANGER.
    """
    believed = known(conn, scope, [i.signal.key for i in signals])
    scale = _Scale(conn, model, now, stranger)
    seen: dict[str, Accepted] = {}
    found: list[Weighed] = []
    for incoming in signals:
        signal = incoming.signal
        state = _state(incoming, believed.get(signal.key), seen)
        seen.setdefault(signal.key, signal)
        subject = incoming.subject
        home = scale.subject(subject) if isinstance(subject, int) else None
        reference = home.account.label if home else subject.reference if not isinstance(subject, int) else ""
        adds = None
        if home is not None:
            counts = state in ("new", "grows")
            new = _observed(signal, believed.get(signal.key), now) if counts else None
            adds = scale.alone(home, new) if len(found) < WEIGHED and new else 0.0 if not counts else None
            if new is not None:
                home.fresh[signal.key] = new
        found.append(Weighed(signal, home.account if home else None, reference, state, adds))
    return found, scale.shifts()


def _state(incoming: Incoming, believed: Observation | None, seen: Mapping[str, Accepted]) -> SignalState:
    signal = incoming.signal
    if signal.key in seen and not (incoming.grows and signal.strength > seen[signal.key].strength):
        return "twice"
    if believed is None:
        return "new"
    if believed.revoked_at is not None:
        return "revoked"
    stronger = incoming.grows and signal.kind == believed.kind and signal.strength > believed.strength
    return "grows" if stronger else "known"


def _observed(signal: Accepted, believed: Observation | None, now: int) -> Observation:
    """The signal as the estimator would read it from the store."""
    if believed is not None:
        return replace(believed, strength=signal.strength, known_at=now)
    return Observation(
        signal.key,
        signal.kind,
        signal.occurred_at,
        signal.strength,
        now,
        topic=signal.topic,
        event=signal.event,
        signal_id=STRANGER,
    )


class _Scale:
    """Estimates accounts with and without what is new."""

    def __init__(self, conn: Connection, model: tuple[str, Estimator], now: int, stranger: Account | None) -> None:
        self._conn, self._now, self._stranger = conn, now, stranger
        self._name, self._estimator = model
        self._subjects: dict[int, _Subject | None] = {}
        self._before: dict[int, float | None] = {}

    def subject(self, account_id: int) -> _Subject | None:
        """The account with its history; None when it is gone."""
        if account_id not in self._subjects:
            stranger = account_id == STRANGER
            account = self._stranger if stranger else stored_accounts.get(self._conn, account_id)
            history = [] if stranger else stored_signals.history(self._conn, account_id)
            self._subjects[account_id] = None if account is None else _Subject(account, history)
        return self._subjects[account_id]

    def alone(self, subject: _Subject, new: Observation) -> float:
        """The points this one signal would add."""
        return (self._intent(subject, [new]) or 0.0) - (self.before(subject) or 0.0)

    def before(self, subject: _Subject) -> float | None:
        """The intent as it is."""
        account_id = subject.account.id
        if account_id not in self._before:
            self._before[account_id] = self._intent(subject, ())
        return self._before[account_id]

    def shifts(self) -> list[Shift]:
        """Every account that something new comes to, the largest change first."""
        found = [
            Shift(s.account, self.before(s), self._intent(s, s.fresh.values()), len(s.fresh))
            for s in self._subjects.values()
            if s is not None and s.fresh
        ]
        return sorted(found, key=lambda s: (-abs((s.after or 0.0) - (s.before or 0.0)), s.account.label))

    def _intent(self, subject: _Subject, new: Collection[Observation]) -> float | None:
        grown = {o.signal_id for o in new if o.signal_id}
        signals = [*(o for o in subject.history if o.signal_id not in grown), *new]
        signals.sort(key=lambda o: (o.occurred_at, o.key, o.signal_id))
        return self._estimator.explain(concerning(self._name, signals), self._now).intent
