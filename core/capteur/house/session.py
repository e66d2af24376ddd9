"""One `capteur run`, from opening the web client to saying which accounts moved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from capteur import estimating, ranking, roster
from capteur.clock import from_micros
from capteur.errors import CapteurError
from capteur.estimating import Model
from capteur.house.budgets import by_worth
from capteur.house.claiming import Claims
from capteur.house.equipment import tools_of
from capteur.house.reports import InstanceRun, Move, Progress, RunReport, offline
from capteur.house.running import listed_accounts, run_claims
from capteur.intent import Estimate
from capteur.keeping import Kept
from capteur.registry import Broken, Instance
from capteur.store import accounts as stored_accounts
from capteur.store import coverage, due, runs, watches
from capteur.store.shapes import InstanceRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House
    from capteur.store import Store

log = logging.getLogger("capteur.run")

MOVED = 0.05
"""A number moves when it moves on the screen: half of the last digit shown."""
MOVES_TOLD = 10


async def run(
    house: House,
    chosen: Sequence[Instance],
    broken: Sequence[Broken],
    labels: Sequence[str] | None,
    progress: Callable[[Progress], None] | None,
    *,
    named: bool = False,
) -> RunReport:
    """Run these instances; those in `broken` are reported beside them. One that rests or is parked runs only when it was `named`."""
    started, store = house.clock.monotonic(), house.store
    accounts = store.read(lambda conn: listed_accounts(conn, labels, roster.find))
    rows = store.write(
        lambda conn: {i.name: watches.upsert_instance(conn, i.name, i.use, i.config_hash) for i in chosen}
    ).result()
    resting = {i.name: _resting(i, rows[i.name], named=named, alone=not accounts) for i in chosen}
    ready = [i for i in chosen if resting[i.name] is None]
    results = [*(_not_built(b) for b in broken), *(result for result in resting.values() if result is not None)]
    for result in results:
        if progress is not None:
            progress(Progress(result.instance, 0, 0, 0, result))
    async with tools_of(house, ready) as tools:
        claims = Claims(tools, ready, accounts, partial(by_worth, house))
        claims.prepare()
        begun = house.now()
        results += await run_claims(claims, house.settings.web.concurrency, progress)
    store.write(lambda conn: record(conn, results, begun, house.now())).result()
    store.write(lambda conn: _unpark(conn, results, rows)).result()
    moved = await asyncio.to_thread(settle, house)
    kept = await asyncio.to_thread(_tidy, house)
    silent = offline(results) if house.settings.web.world is None else 0
    return RunReport(house.now(), results, moved, house.clock.monotonic() - started, kept, silent)


def _resting(instance: Instance, row: InstanceRow, *, named: bool, alone: bool) -> InstanceRun | None:
    """Why an instance does not run now, None for one that does. `alone` = there are no accounts to look at."""
    name, resume = instance.name, f"capteur resume {instance.name}"
    if row.parked_at is not None and not named:
        since = f"parked since {from_micros(row.parked_at):%d %b %H:%M} UTC: {row.parked_error}"
        fix = row.parked_fix or resume
        return InstanceRun(name, status="parked", error=since, fix=fix, credentials=row.credentials)
    if row.paused_at is not None and not named:
        since = f"paused since {from_micros(row.paused_at):%d %b %H:%M} UTC"
        return InstanceRun(name, status="skipped", error=since, fix=resume)
    if alone and instance.shape == "account":
        fix = "capteur accounts import FILE, or capteur accounts add acme.com"
        return InstanceRun(
            name, status="skipped", error="the account list is empty: there is nobody to look at", fix=fix
        )
    return None


def _unpark(conn: Connection, results: Sequence[InstanceRun], rows: Mapping[str, InstanceRow]) -> None:
    """Instances that were parked and have been tried again by name: they are parked no longer, or for what they say now."""
    for result in results:
        row = rows.get(result.instance)
        if row is None or row.parked_at is None or not result.accounts:
            continue
        watches.unpark(conn, row.name)
        if result.status == "parked":
            error, credentials = result.error or "parked", result.credentials
            watches.park(conn, row.name, error, result.fix, row.parked_at, credentials=credentials)


def _tidy(house: House) -> Kept | None:
    """What the run found is stored by now: a store that cannot be tidied today is tidied another day."""
    try:
        return house.keep()
    except CapteurError as error:
        log.warning("what is old was not removed: %s", error)
        return None


def _not_built(broken: Broken) -> InstanceRun:
    return InstanceRun(broken.instance, status="broken", error=broken.message, fix=broken.fix or None, config=True)


def record(conn: Connection, results: Sequence[InstanceRun], begun: int, ended: int) -> None:
    """Write runs into the log of runs; one that looked at nothing is none."""
    for result in results:
        if not result.accounts:
            continue
        runs.finish(
            conn,
            runs.start(conn, result.instance, begun),
            now=ended,
            error=result.error,
            units=result.accounts,
            ok=result.ok,
            failed=result.failed,
            skipped=result.skipped,
            new=result.new,
            updated=result.updated,
            unchanged=result.unchanged,
            bad=result.bad,
            requests=result.requests,
        )


def settle(house: House) -> list[Move]:
    """Refold what is stale in every model, tell the observers, and name the accounts whose main number moved most.

    Companies nobody listed are refolded too, and neither told nor named: a market has hundreds of them a day.
    """
    store, now = house.store, house.now()
    stale, on_list = store.read(lambda conn: (coverage.stale_accounts(conn), set(due.listed_ids(conn))))
    if not stale:
        return []
    stale = [account_id for account_id in stale if account_id in on_list]
    before = {name: _numbers(store, model, stale, now) for name, model in house.models.items()}
    house.refresh()
    moves: list[tuple[float, int, float | None, float | None]] = []
    main = next(iter(house.models))
    for name, model in house.models.items():
        after = _numbers(store, model, stale, now)
        for account_id in stale:
            old, new = before[name].get(account_id), after.get(account_id)
            if abs((new or 0.0) - (old or 0.0)) < MOVED:
                continue
            if name == main:
                moves.append((abs((new or 0.0) - (old or 0.0)), account_id, old, new))
            account = store.read(lambda conn, account_id=account_id: stored_accounts.get(conn, account_id))  # type: ignore[misc]
            if account is not None:
                house.registry.observe(
                    "capteur_estimate_changed", account=account.label, model=name, before=old, after=new
                )
    moves.sort(key=lambda move: (-move[0], move[1]))
    return store.read(lambda conn: _told(conn, house, house.models[main], moves[:MOVES_TOLD], now))


def _numbers(store: Store, model: Model, account_ids: Sequence[int], now: int) -> dict[int, float | None]:
    found: dict[int, Estimate] = store.read(lambda conn: estimating.read_now(conn, model, account_ids, now))
    return {account_id: estimate.intent for account_id, estimate in found.items()}


def _told(
    conn: Connection,
    house: House,
    model: Model,
    moves: Sequence[tuple[float, int, float | None, float | None]],
    now: int,
) -> list[Move]:
    ids = [account_id for _, account_id, _, _ in moves]
    cover = coverage.of_accounts(conn, house.watchers(), ids, now)
    told = []
    for _, account_id, old, new in moves:
        account = stored_accounts.get(conn, account_id)
        if account is None or account.state == "unmatched":
            continue
        estimate, _ = estimating.explain_one(conn, model, account_id, now, replay=False)
        row = ranking.detail(conn, account, estimate, None, cover, house.kinds)
        told.append(Move(account, old, new, row.why))
    return told
