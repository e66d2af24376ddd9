"""A run over EDGAR: the days that are not settled, the newest first, and what today's index does not have yet."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from capteur import (
    CapteurError,
    Context,
    Detected,
    InputError,
    NotFound,
    RateLimited,
    SourceChanged,
    TransientError,
)
from capteur_sensors.funding.archive import PAGE, Archive
from capteur_sensors.funding.indexes import DayIndex, Filing
from capteur_sensors.funding.memory import Memory
from capteur_sensors.funding.notice import Notice
from capteur_sensors.funding.telling import facts, is_a_raise, signal

MOST_DOCUMENTS: Final = 2500
"""Documents a live run reads: two weeks of the market in about ten minutes. What is left waits for the next run."""
_MOST_CURRENT: Final = 20 * PAGE
_MOST_FAILURES: Final = 3
"""So many documents in a row that cannot be had, and it is EDGAR that is down, not a document that is bad."""
_MOST_MISSING: Final = 6
"""Weekdays without an index in a row. No holiday lasts so long: the place has moved."""
_LATE: Final = timedelta(days=3)
"""An index, or a document, that is not out so long after its day will not come."""

Steps = Generator[Detected, None, bool]
"""Yields what is found; returns whether everything that was due could be read."""


class Edgar:
    """One run. `answered` tells whether any list of EDGAR could be read; `failed` is the last error about one that could not."""

    def __init__(self, ctx: Context, memory: Memory, least: int) -> None:
        self.answered = False
        self.failed: CapteurError | None = None
        self._ctx = ctx
        self._memory = memory
        self._least = least
        self._archive = Archive(ctx)
        self._left = MOST_DOCUMENTS if ctx.until is None else None
        self._failures = 0
        self._today = ctx.now.date()
        self.last = self._today if ctx.until is None else min(self._today, _day_before(ctx.until))

    def detect(self) -> Iterator[Detected]:
        """Yield what the open days hold. Never raises for what EDGAR does: see `answered` and `failed`."""
        try:
            yield from self._days()
        except CapteurError as error:
            self.failed = error
            yield from self._refuse(error)

    def _days(self) -> Iterator[Detected]:
        newest: date | None = None
        missing: list[date] = []
        absent = 0
        for day in self._memory.open_days(self.last):
            try:
                index = self._archive.index(day)
            except SourceChanged as error:
                yield from self._refuse(error)
                self.failed = error
                continue
            self.answered = self.answered or index is not None
            absent += index is None
            if newest is None and absent == _MOST_MISSING:
                raise SourceChanged(f"EDGAR has no daily index of the last {_MOST_MISSING} weekdays")
            if index is None or not index.lines:
                missing.append(day)
                continue
            if newest is None:
                newest = day
                yield from self._current(after=day)
            if (yield from self._day(index)):
                self._memory.settle(day)
            if self._left == 0:
                self._ctx.log.info("the rest of the filings waits for the next run", from_day=day.isoformat())
                break
        if newest is None:
            yield from self._current(after=self._memory.newest_settled())
        self._settle_holidays(missing, newest or self._memory.newest_settled())

    def _settle_holidays(self, missing: list[date], indexed: date) -> None:
        """A later index is the proof that a day without one will not have any."""
        for day in missing:
            if day < indexed and self._today - day > _LATE:
                self._memory.settle(day)

    def _day(self, index: DayIndex) -> Steps:
        done = True
        for line in index.lines:
            try:
                filing = index.filing(line)
            except InputError as error:
                yield from self._refuse(error)
                continue
            if filing is not None:
                done = (yield from self._filing(filing)) and done
        if not index.whole:
            yield from self._refuse(TransientError("the daily index of EDGAR ends in the middle of a line"))
        return done and index.whole

    def _current(self, after: date) -> Iterator[Detected]:
        """Yield what was filed after the day of the newest index, by the list of current filings."""
        if self.last < self._today - _LATE:  # a backfill: the list only holds the last days
            return
        try:
            for start in range(0, _MOST_CURRENT, PAGE):
                page = self._archive.current(start)
                if page is None:
                    return
                self.answered = True
                for filing in page.filings:
                    if after < filing.filed <= self.last and not self._memory.is_settled(filing.filed):
                        yield from self._filing(filing)
                if page.entries < PAGE or page.oldest is None or page.oldest <= after:
                    return
        except SourceChanged as error:  # the daily index will have it all tomorrow
            self.failed = error
            yield from self._refuse(error)

    def _filing(self, filing: Filing) -> Steps:
        """Read one filing, unless it was read before."""
        if self._memory.was_read(filing.filed, filing.accession):
            return True
        if self._left == 0:
            return False
        made: list[Detected] = []
        try:
            made = self._found(filing)
        except (RateLimited, TransientError) as error:
            self._failures += 1
            if isinstance(error, RateLimited) or self._failures >= _MOST_FAILURES:
                raise
            yield from self._refuse(error)
            return False
        except NotFound as error:
            if self._today - filing.filed <= _LATE:
                return False
            yield from self._refuse(error)
        except Exception as error:  # noqa: BLE001  a document may be odd in any way; the others go on
            yield from self._refuse(error)
        self._failures = 0
        self._memory.keep(filing.filed, filing.accession)
        yield from made
        return True

    def _found(self, filing: Filing) -> list[Detected]:
        """The raise, and what is said of who raised it; nothing for what is none, or too small."""
        notice = self._notice(filing)
        made = signal(filing, notice, self._amended(filing, notice)) if is_a_raise(notice) else None
        if made is None:
            return []
        amount = made.data["amount"] if made.data else None
        return [] if amount is not None and amount < self._least else [made, *facts(filing, notice)]

    def _amended(self, filing: Filing, notice: Notice) -> Notice | None:
        """The document that this one amends; None for a first notice, and when it cannot be had."""
        if not notice.amendment or notice.previous is None or not notice.sold:
            return None
        before = Filing("D", notice.cik or filing.cik, notice.previous, filing.filed)
        try:
            found = self._notice(before)
        except RateLimited:
            raise
        except CapteurError as error:
            self._ctx.log.debug("the amended filing cannot be read", accession=filing.accession, error=error.what)
            return None
        return found if found.cik == notice.cik else None

    def _notice(self, filing: Filing) -> Notice:
        if self._left:
            self._left -= 1
        return self._archive.notice(filing)

    def _refuse(self, error: Exception) -> Iterator[Detected]:
        """Let core count it as it counts a bad row."""

        def bad(error: Exception) -> Detected:
            raise error

        return self._ctx.each([error], bad)


def _day_before(moment: datetime) -> date:
    """The last day that lies before a moment: a window ends just before its end."""
    return (moment - timedelta(microseconds=1)).date()
