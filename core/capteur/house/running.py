"""Run units, as many at once as there may be, and gather what became of them."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from capteur.accounts import Account
from capteur.errors import UsageError
from capteur.house.reports import InstanceRun, Progress
from capteur.runner import SenseUnit, UnitDone
from capteur.store import accounts as stored_accounts
from capteur.store import watches

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.claiming import Claims
    from capteur.store import Store

END: Final = object()
LEASE_S = 120.0
"""How much longer than its deadline a unit may hold its row before somebody else may take it."""


async def guarded(run_unit: Callable[[SenseUnit], Awaitable[UnitDone]], unit: SenseUnit) -> UnitDone:
    """Run a unit. One that raises is a mistake of ours; it must not take the others with it."""
    try:
        return await run_unit(unit)
    except Exception as error:  # noqa: BLE001  see above
        text = f"sensor {unit.instance}: {type(error).__name__} in capteur itself; this is a mistake of ours"
        return UnitDone(unit, "failed", error=text, fix="run it again with --debug, and report what it prints")


def park(store: Store, done: UnitDone, now: int) -> Future[bool]:
    """Let a unit's instance wait for its operator; False when that was seen to already."""
    name, error, credentials = done.unit.instance, done.error or "parked", done.credentials
    return store.write(lambda conn: watches.park(conn, name, error, done.fix, now, credentials=credentials))


class LocalRunner:
    """Runs units on this machine's event loop, `width` at once, pulling the next when one ends."""

    def __init__(self, run_unit: Callable[[SenseUnit], Awaitable[UnitDone]], width: int) -> None:
        self._run_unit = run_unit
        self._width = width

    async def run(
        self, units: Iterable[SenseUnit | None] | AsyncGenerator[SenseUnit | None, None]
    ) -> AsyncIterator[UnitDone]:
        """Yield each unit as it finishes; when we are cancelled, every running unit is stopped and awaited.

        None among the units: there is none before one that runs has ended.
        """
        source = units if isinstance(units, AsyncGenerator) else _one_by_one(units)
        pending: set[asyncio.Future[UnitDone]] = set()
        exhausted = False
        try:
            while True:
                while len(pending) < self._width and not exhausted:
                    unit = await anext(source, END)
                    if unit is END:
                        exhausted = True
                    elif isinstance(unit, SenseUnit):
                        pending.add(asyncio.ensure_future(guarded(self._run_unit, unit)))
                    else:
                        break
                if not pending:
                    return
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
            await source.aclose()


async def _one_by_one(units: Iterable[SenseUnit | None]) -> AsyncGenerator[SenseUnit | None, None]:
    for unit in units:
        yield unit


async def run_claims(claims: Claims, width: int, progress: Callable[[Progress], None] | None) -> list[InstanceRun]:
    """Run every unit of the claims; parks instances as they ask for it, and closes each run as its last unit ends."""
    clock = claims.tools.clock
    started, left = clock.monotonic(), {name for name, run in claims.runs.items() if run.expected}
    try:
        async for done in LocalRunner(claims.run_unit, width).run(claims.units(width)):
            run = claims.runs[done.unit.instance]
            run.add(done)
            if done.park:
                await asyncio.wrap_future(claims.park(done))
                claims.tools.observe("capteur_instance_parked", instance=run.instance, reason=done.error or "parked")
            ended = run.accounts >= run.expected
            if ended:
                left.discard(run.instance)
                run.close(clock.monotonic() - started)
            if progress is not None:
                progress(Progress(run.instance, run.accounts, run.expected, run.new, run if ended else None))
    finally:
        claims.give_back()
    for name in sorted(left):
        run = claims.runs[name]
        run.close(clock.monotonic() - started)
        if progress is not None:
            progress(Progress(name, run.accounts, run.expected, run.new, run))
    return list(claims.runs.values())


def listed_accounts(
    conn: Connection, labels: Sequence[str] | None, find: Callable[[Connection, str], Account]
) -> dict[int, Account]:
    """The accounts a run looks at: all listed ones, or those a person named. Raises UsageError for one without a domain.

    Discovered companies are not among them: a look costs requests, and a market has thousands of companies.
    """
    if labels:
        named = {account.id: account for account in (find(conn, label) for label in labels)}
        nameless = next((account for account in named.values() if account.domain is None), None)
        if nameless is not None:
            raise UsageError(
                f"{nameless.name} has no domain, so there is nothing to look at",
                fix=f"capteur accounts add DOMAIN --as {shlex.quote(nameless.label)}",
            )
        return named
    return {account.id: account for account in stored_accounts.listing(conn)}
