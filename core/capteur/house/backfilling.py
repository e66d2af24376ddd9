"""`capteur backfill`: read a stretch of the past window by window, oldest first.

It moves no cursor and may be run again: then it reads what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.clock import format_duration, from_micros, micros
from capteur.errors import UsageError
from capteur.house.choosing import chosen_one
from capteur.house.equipment import tools_of
from capteur.house.finished import Finished
from capteur.house.looping import run_here
from capteur.house.reports import GOOD, InstanceRun, Move, Progress
from capteur.house.running import LocalRunner
from capteur.house.session import settle
from capteur.registry import Instance
from capteur.runner import SenseUnit, UnitDone
from capteur.sensing import Task, Tools, run_unit
from capteur.store import accounts as stored_accounts
from capteur.store.shapes import WatchRow

if TYPE_CHECKING:
    from capteur.house.core import House

CHUNK = timedelta(days=30)
MOST = 2000
"""Windows of one backfill; more are a mistake in the chunk."""
GIVES_UP = 3
"""So many windows that fail in a row, and the rest is left for another time."""
STOPS = frozenset({"parked", "waiting"})


@dataclass(slots=True)
class WindowRun(InstanceRun):
    """One window, `since` <= occurred_at < `until` (micros); the rest as of an instance's run."""

    since: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What a backfill did.

    `before` are the windows that an earlier one has read, `left` those it did not come to; `again` is the command that does what is
    missing.
    """

    instance: str
    as_of: int
    windows: list[WindowRun]
    left: list[tuple[int, int]]
    moved: list[Move]
    seconds: float
    again: str | None
    before: list[tuple[int, int]]

    @property
    def exit_code(self) -> int:
        """2 before 4 before 1; a window that the source asked us to leave for later is not done either."""
        codes = {window.exit_code for window in self.windows} | ({1} if self.left else set())
        return next((code for code in (2, 4, 1) if code in codes), 0)


def windows_of(since: int, until: int, chunk: timedelta) -> list[tuple[int, int]]:
    """The windows of a stretch, oldest first, all in micros. Raises UsageError for a stretch or chunk that makes no sense."""
    step = int(chunk.total_seconds() * 1_000_000)
    if since >= until:
        raise UsageError("--since is not before --until", why=f"{_day(since)} to {_day(until)}")
    count = -(-(until - since) // step)
    if count > MOST:
        raise UsageError(
            f"--chunk {format_duration(chunk)} makes {count} windows", fix="choose a longer one, e.g. --chunk 30d"
        )
    return [(start, min(start + step, until)) for start in range(since, until, step)]


def backfill(
    house: House,
    name: str,
    since: datetime,
    until: datetime,
    chunk: timedelta,
    progress: Callable[[Progress], None] | None,
    *,
    again: bool = False,
) -> BackfillReport:
    """Read the past of one configured instance; windows that were read before are left out, unless `again`.

    Raises UsageError for an unknown instance, one that cannot know the past, or a stretch that makes no sense; the error of an
    instance that cannot be built; StoreHeld while a run holds the store.
    """
    instance = _instance(house, name)
    windows = windows_of(micros(since), micros(until), chunk)
    started = house.clock.monotonic()
    with house.store.hold("capteur backfill"):
        accounts = _accounts(house, instance)
        finished = Finished(house.store, instance, chunk, accounts)
        if again:
            finished.forget()
        todo = [window for window in windows if not finished.covers(*window)]
        done = run_here(_read(house, instance, accounts, todo, finished, progress))
        moved = settle(house)
    left = todo[len(done) :]
    before = sorted(set(windows) - set(todo))
    missing = [w.since for w in done if w.status not in GOOD] + [start for start, _ in left]
    step = "" if chunk == CHUNK else f" --chunk {format_duration(chunk)}"
    rest = (
        f"capteur backfill {name} --since {_moment(min(missing))} --until {_moment(micros(until))}{step}"
        if missing
        else None
    )
    return BackfillReport(name, house.now(), done, left, moved, house.clock.monotonic() - started, rest, before)


def _instance(house: House, name: str) -> Instance:
    instance = chosen_one(house, name)
    if instance.shape == "push":
        raise UsageError(
            f"sensor {name} has no past to read: it is sent what happens", fix="ask the sender to send it again"
        )
    if instance.sensor.present_only:
        raise UsageError(
            f"sensor {name} shows only the present: what was there in the past cannot be asked for",
            why="it would call everything new that is there today",
            fix=f"capteur run {name}, from now on",
        )
    return instance


def _accounts(house: House, instance: Instance) -> dict[int, Account | None]:
    """Whom the windows are about; 0 is the instance itself."""
    if instance.shape != "account":
        return {0: None}
    return {account.id: account for account in house.store.read(stored_accounts.listing)}


async def _read(
    house: House,
    instance: Instance,
    accounts: Mapping[int, Account | None],
    windows: Sequence[tuple[int, int]],
    finished: Finished,
    progress: Callable[[Progress], None] | None,
) -> list[WindowRun]:
    done: list[WindowRun] = []
    failed = 0
    async with tools_of(house, [instance]) as tools:
        for since, until in windows:
            window = WindowRun(
                f"{_day(since)} to {_day(until)}",
                expected=len(accounts),
                shape=instance.shape,
                since=since,
                until=until,
            )
            await _Window(tools, instance, accounts, window, progress).read(house.settings.web.concurrency)
            done.append(window)
            if window.status in GOOD:
                finished.add(since, until)
            failed = failed + 1 if window.status == "failed" else 0
            if window.status in STOPS or failed == GIVES_UP:
                break
    return done


@dataclass(slots=True)
class _Window:
    """One window over all accounts."""

    tools: Tools
    instance: Instance
    accounts: Mapping[int, Account | None]
    run: WindowRun
    progress: Callable[[Progress], None] | None

    async def read(self, width: int) -> None:
        """Read it, `width` accounts at once, and close its run."""
        clock, run = self.tools.clock, self.run
        started = clock.monotonic()
        async for done in LocalRunner(self._unit, width).run(self._units()):
            run.add(done)
            self._tell(None)
        run.close(clock.monotonic() - started)
        self._tell(run)

    def _units(self) -> Iterator[SenseUnit]:
        for account_id in self.accounts:
            if self.run.status == "parked":
                return
            yield SenseUnit(self.instance.name, account_id, 0, self.run.since, self.run.until)

    async def _unit(self, unit: SenseUnit) -> UnitDone:
        row = WatchRow(unit.instance, unit.account_id, 0, None, 0, 0, 0, None, None, None, None, None)
        return await run_unit(Task(unit, self.instance, row, self.accounts[unit.account_id]), self.tools)

    def _tell(self, finished: WindowRun | None) -> None:
        run = self.run
        if self.progress is not None:
            self.progress(Progress(run.instance, run.accounts, run.expected, run.new, finished))


def _day(moment: int) -> str:
    return f"{from_micros(moment):%Y-%m-%d}"


def _moment(moment: int) -> str:
    """As a command line takes it: the day alone where it is exact."""
    at = from_micros(moment)
    whole = at == at.replace(hour=0, minute=0, second=0, microsecond=0)
    return _day(moment) if whole else at.isoformat().replace("+00:00", "Z")
