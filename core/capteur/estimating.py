"""Keep the running state true, and read estimates: from state for now, from history for explanations and the past.

Running state is a projection of the signals: a commit leaves stale marks, `refresh` refolds them in a transaction of its own.
A crash between the two leaves a mark, never a wrong number; whoever needs the state now folds first.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capteur.clock import MICROS_PER_DAY
from capteur.estimator import Estimator, SignalColumns
from capteur.intent import Estimate, Estimates, State
from capteur.signals import Observation
from capteur.store import signals as stored
from capteur.store import states as running
from capteur.store.shapes import Mark, VersionRow
from capteur.store.standing import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

CUSTOMER = "account.customer"
MAIN = "main"
MARKS = 2000
"""Stale marks refolded in one transaction: enough to be quick, few enough to let others write in between."""


@dataclass(frozen=True, slots=True)
class Model:
    """A configured estimator and the version of its parameters that the store keeps state for."""

    name: str
    estimator: Estimator
    version: VersionRow


def parameters(estimator: Estimator) -> str:
    """Canonical JSON of an estimator's hyper-parameters; its hash names the version."""
    return json.dumps(estimator.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def install(store: Store, estimators: Mapping[str, Estimator], now: int) -> dict[str, Model]:
    """The models with their versions; a version seen for the first time has every account refolded."""

    def work(conn: Connection) -> dict[str, Model]:
        models, fresh = {}, False
        for name, estimator in estimators.items():
            row = running.version(conn, name, estimator.name, parameters(estimator), now)
            fresh = fresh or row.created_at == now
            models[name] = Model(name, estimator, row)
        if fresh:
            running.mark_all(conn)
        return models

    known = store.read(
        lambda conn: {n: running.find_version(conn, n, e.name, parameters(e)) for n, e in estimators.items()}
    )
    if all(row is not None for row in known.values()):
        return {name: Model(name, estimators[name], row) for name, row in known.items() if row is not None}
    return store.write(work).result()


def concerning(model: str, signals: Iterable[Observation]) -> list[Observation]:
    """The signals that concern a model: a customer is vetoed for the model he bought (`main` unless its topic names another)."""
    kept = []
    for signal in signals:
        if signal.kind == CUSTOMER:
            if (signal.topic or MAIN) != model:
                continue
            if signal.topic is not None:
                kept.append(replace(signal, topic=None))
                continue
        kept.append(signal)
    return kept


def refresh(store: Store, models: Mapping[str, Model], now: int) -> int:
    """Refold everything that is stale; returns how many marks that were. Safe to run from several processes at once."""
    done = 0
    while count := store.write(lambda conn: _refold_some(conn, models, now)).result():
        done += count
        if count < MARKS:
            break
    return done


def _refold_some(conn: Connection, models: Mapping[str, Model], now: int) -> int:
    by_account: dict[int, list[Mark]] = defaultdict(list)
    count = 0
    for mark in running.take_marks(conn, MARKS):
        by_account[mark.account_id].append(mark)
        count += 1
    if count:
        for model in models.values():
            _refold(conn, model, by_account, now)
    return count


def _refold(conn: Connection, model: Model, by_account: Mapping[int, Sequence[Mark]], now: int) -> None:
    """Write state and ceiling of these accounts anew, for one model."""
    estimator = model.estimator
    states = running.load(conn, list(by_account), model.name, model.version.id)
    seals: dict[tuple[int, str], State | None] = {}
    wanted: dict[tuple[int, str], int | None] = {}
    derived: list[tuple[int, str, tuple[str, ...]]] = []
    for account_id, marks in by_account.items():
        own = states.setdefault(account_id, {})
        for mark in marks:
            sealed = own.get(mark.kind)
            if sealed is not None and mark.from_day < sealed.sealed_day:
                sealed = None
            seals[account_id, mark.kind] = sealed
            wanted[account_id, mark.kind] = sealed.sealed_day * MICROS_PER_DAY if sealed is not None else None
        touched = {mark.kind for mark in marks}
        derived += [
            (account_id, name, kinds) for name, kinds in estimator.derived().items() if not touched.isdisjoint(kinds)
        ]
    found = standing(conn, [(account_id, kind, start) for (account_id, kind), start in wanted.items()])
    changes: list[tuple[int, str, State | None]] = [
        (account_id, kind, estimator.fold(kind, concerning(model.name, found.get((account_id, kind), ())), sealed))
        for (account_id, kind), sealed in seals.items()
    ]
    whole = standing(conn, sorted({(account_id, kind, None) for account_id, _, kinds in derived for kind in kinds}))
    for account_id, name, kinds in derived:
        history = [signal for kind in kinds for signal in whole.get((account_id, kind), ())]
        changes.append((account_id, name, estimator.fold(name, estimator.derive(name, history), None)))
    for account_id, kind, state in changes:
        if state is None:
            states[account_id].pop(kind, None)
        else:
            states[account_id][kind] = state
    running.save(conn, model.name, model.version.id, changes)
    running.set_ceilings(
        conn, model.name, [(a, estimator.ceiling(own, now) if own else None) for a, own in states.items()]
    )


def read_now(conn: Connection, model: Model, account_ids: Sequence[int], now: int) -> dict[int, Estimate]:
    """Estimates from running state; an account without any state is left out."""
    loaded = running.load(conn, account_ids, model.name, model.version.id)
    return {account_id: model.estimator.read(states, now) for account_id, states in loaded.items() if states}


def explain_one(
    conn: Connection, model: Model, account_id: int, as_of: int, *, replay: bool
) -> tuple[Estimate, list[Observation]]:
    """One account from its history, with a contribution per signal. `replay` = as it was believed at `as_of`, not as now known."""
    found = stored.history_as_of(conn, account_id, as_of) if replay else stored.history(conn, account_id)
    history = concerning(model.name, found)
    return model.estimator.explain(history, as_of), history


def estimate_all(conn: Connection, model: Model, as_of: int) -> Estimates:
    """Every account that has signals, as of a moment, from history in columns."""
    columns = stored.columns(conn, as_of=as_of)
    return model.estimator.estimate(_columns_concerning(model.name, columns), as_of)


def _columns_concerning(model: str, columns: SignalColumns) -> SignalColumns:
    import numpy as np

    if CUSTOMER not in columns.kinds:
        return columns
    code = columns.kinds.index(CUSTOMER)
    mine = columns.topics.index(model) if model in columns.topics else -2
    customer = columns.kind == code
    ours = (columns.topic == mine) | ((columns.topic == -1) & (model == MAIN))
    keep = ~customer | ours
    arrays = ("account", "occurred_at", "known_at", "revoked_at", "strength", "event", "kind", "signal_id")
    return replace(
        columns,
        topic=np.where(customer[keep], -1, columns.topic[keep]).astype(np.int32),
        place=columns.place[keep] if columns.place is not None else None,
        **{name: getattr(columns, name)[keep] for name in arrays},
    )
