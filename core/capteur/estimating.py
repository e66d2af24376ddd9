"""Keep the running state true, and read estimates: from state for now, from history for explanations and the past.

Running state is a projection of the signals: a commit leaves stale marks, `refresh` refolds them in a transaction of its own.
A crash between the two leaves a mark, never a wrong number; whoever needs the state now folds first.

An estimator that compares an account with the market is handed the market as known at 00:00 UTC of the day it is asked for.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from capteur.clock import MICROS_PER_DAY
from capteur.estimator import Estimator, Market, SignalColumns
from capteur.intent import Estimate, Estimates, State
from capteur.signals import Observation
from capteur.store import markets, meta
from capteur.store import signals as stored
from capteur.store import states as running
from capteur.store.markets import Reading
from capteur.store.shapes import Mark, VersionRow
from capteur.store.standing import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store import Store

CUSTOMER = "account.customer"
RANKED = ("listed", "discovered")
"""States of the accounts that are ranked, each kind in a list of its own."""
MAIN = "main"
MARKS = 2000
"""Stale marks refolded in one transaction: enough to be quick, few enough to let others write in between."""
LOOSE = 0.98
"""A ceiling is lowered when what it bounds has fallen to this part of it."""


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
    """The models with their versions. Where a model's version is not the one it had last, every account is refolded.

    Also when it is an old one again: while another was in use, its state was not kept up.
    """

    def work(conn: Connection) -> dict[str, Model]:
        models, changed = {}, False
        for name, estimator in estimators.items():
            row = running.version(conn, name, estimator.name, parameters(estimator), now)
            changed = meta.get(conn, _current(name)) != row.hash or changed
            meta.put(conn, _current(name), row.hash)
            models[name] = Model(name, estimator, row)
        if changed:
            running.mark_all(conn)
        return models

    def known(conn: Connection) -> dict[str, Model]:
        found = {}
        for name, estimator in estimators.items():
            row = running.find_version(conn, name, estimator.name, parameters(estimator))
            if row is not None and meta.get(conn, _current(name)) == row.hash:
                found[name] = Model(name, estimator, row)
        return found

    models = store.read(known)
    return models if len(models) == len(estimators) else store.write(work).result()


def _current(model: str) -> str:
    return f"version:{model}"


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
    models = recompute_derived(store, models, now)
    done = 0
    while count := store.write(lambda conn: _refold_some(conn, models, now)).result():
        done += count
        if count < MARKS:
            break
    return done


def recompute_derived(store: Store, models: Mapping[str, Model], now: int) -> dict[str, Model]:
    """The models, each knowing today's market where it compares with one.

    The market is read at the first call of a UTC day, and again when signals came in since that were known before the day
    began; every account whose own day now compares differently is marked as stale. Models without such a kind cost nothing.
    """
    return {
        name: _reread(store, model, _midnight(now)) if model.estimator.market_kinds() else model
        for name, model in models.items()
    }


def _midnight(moment: int) -> int:
    return moment // MICROS_PER_DAY * MICROS_PER_DAY


def _reread(store: Store, model: Model, at: int) -> Model:
    def look(conn: Connection) -> tuple[Reading | None, Reading]:
        before = markets.last(conn, model.name, model.version.hash)
        if before is not None and before.at == at and markets.holds(conn, before):
            return before, before
        return before, _read_market(conn, model, at)

    before, reading = store.read(look)
    if reading is not before:
        store.write(lambda conn: _adopt(conn, model, before, reading)).result()
    return _knowing(model, reading)


def _read_market(conn: Connection, model: Model, at: int) -> Reading:
    columns = stored.columns(conn, as_of=at, states=markets.WATCHED)
    listed = markets.listed(conn, at)
    # An import of the past tells of accounts before they were on the list: they were there to be seen.
    watched = len(listed | set(columns.account.tolist()))
    market = model.estimator.market_of(columns, at, watched)
    return Reading(model.version.hash, at, watched, market.worth, len(listed), markets.newest(conn))


def _adopt(conn: Connection, model: Model, before: Reading | None, reading: Reading) -> None:
    """Keep a reading and mark the accounts with signals on a day on which the market was not what it was believed to be."""
    changed: dict[str, set[int]] = {}
    for kind in model.estimator.market_kinds():
        then, now = (r.worth.get(kind, {}) if r is not None else {} for r in (before, reading))
        same = before is not None and before.watched == reading.watched
        changed[kind] = {day for day in (*then, *now) if not same or then.get(day) != now.get(day)}
    markets.save(conn, model.name, reading)
    markets.mark(conn, changed)


def _knowing(model: Model, reading: Reading) -> Model:
    market = Market(reading.at, reading.watched, reading.worth)
    return replace(model, estimator=model.estimator.knowing(market))


_READ = "capteur_markets"


def knowing(conn: Connection, model: Model, as_of: int) -> Model:
    """The model with the market as it was known when the UTC day of `as_of` (micros) began, where it compares with one.

    A market is read once per connection: all that one read of the store tells belongs to one moment.
    """
    if not model.estimator.market_kinds():
        return model
    seen: dict[tuple[str, int], Reading] | None = conn.get_execution_options().get(_READ)
    if seen is None:
        seen = {}
        conn.execution_options(**{_READ: seen})
    key = model.version.hash, _midnight(as_of)
    if key not in seen:
        kept = markets.find(conn, model.name, *key)
        seen[key] = kept if kept is not None and markets.holds(conn, kept) else _read_market(conn, model, key[1])
    return _knowing(model, seen[key])


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


def lower_ceilings(store: Store, models: Mapping[str, Model], now: int) -> int:
    """Lower the ceilings that time has left too high; returns how many. What they order is walked down in vain otherwise.

    A ceiling is made when its account is refolded. A hundred thousand accounts that nothing is heard of any more would all keep
    the one of their best day.
    """
    done = 0
    for model in models.values():
        after: tuple[float, int] | None = None
        while page := store.read(lambda conn, m=model, a=after: running.walk(conn, m.name, a, MARKS, states=RANKED)):  # type: ignore[misc]
            done += store.write(lambda conn, m=model, p=page: _lower(conn, m, p, now)).result()  # type: ignore[misc]
            after = (page[-1][1], page[-1][0])
    return done


def _lower(conn: Connection, model: Model, page: Sequence[tuple[int, float]], now: int) -> int:
    before = dict(page)
    held = running.hold(conn, list(before))
    states = running.load(conn, held, model.name, model.version.id)
    ceilings = ((account_id, model.estimator.ceiling(own, now)) for account_id, own in states.items() if own)
    lower = [(account_id, ceiling) for account_id, ceiling in ceilings if ceiling < before[account_id] * LOOSE]
    running.set_ceilings(conn, model.name, lower)
    return len(lower)


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
    return knowing(conn, model, as_of).estimator.explain(history, as_of), history


def estimate_all(conn: Connection, model: Model, as_of: int, *, states: Collection[str] | None = None) -> Estimates:
    """Every account (of these states, where given) that has signals, as of a moment, from history in columns."""
    columns = stored.columns(conn, as_of=as_of, states=states, persons=model.estimator.reads_persons())
    return knowing(conn, model, as_of).estimator.estimate(_columns_concerning(model.name, columns), as_of)


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
        person=columns.person[keep] if columns.person is not None else None,
        **{name: getattr(columns, name)[keep] for name in arrays},
    )
