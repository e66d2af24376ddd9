"""RunnerConformance: derive from it and say how your runner is made; made-up units show whether it loses or doubles any."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from capteur.runner import Runner, SenseUnit, UnitDone
from capteur.testing.checking import Conformance, refuse

RunUnit = Callable[[SenseUnit], Awaitable[UnitDone]]
WIDTH = 4
TIME_S = 20.0
STATUSES = ("ok", "skipped", "waiting", "backoff", "parked", "bug", "fenced", "failed")


def unit(number: int) -> SenseUnit:
    """Unit `number` of a made-up instance; every seventh is a backfill's."""
    window = (10**15, 2 * 10**15) if number % 7 == 0 else (None, None)
    return SenseUnit("rounds", number, number + 1, *window)


async def run_at_once(asked: SenseUnit) -> UnitDone:
    """A unit that ends after a few turns of the loop, some ahead of those before them, in any status."""
    for _ in range(asked.account_id % 5):
        await asyncio.sleep(0)
    return UnitDone(asked, STATUSES[asked.account_id % len(STATUSES)], new=asked.account_id)  # type: ignore[arg-type]  # a literal of the tuple


class RunnerConformance(Conformance):
    """The checks every runner passes; `runner` says how it is made."""

    def runner(self, run_unit: RunUnit, width: int) -> Runner:
        """Your runner, running at most `width` units at once by calling `run_unit`."""
        raise NotImplementedError

    def _runner(self, run_unit: RunUnit = run_at_once, width: int = WIDTH) -> Runner:
        try:
            return self.runner(run_unit, width)
        except NotImplementedError:
            refuse(
                f"{type(self).__name__} does not say how its runner is made",
                fix="write def runner(self, run_unit, width): return YourRunner(...)",
            )

    def _finish(self, work: Callable[[], Awaitable[Any]], what: str) -> Any:
        async def main() -> Any:
            async with asyncio.timeout(TIME_S):
                return await work()

        try:
            return asyncio.run(main())
        except TimeoutError:
            refuse(
                f"the runner does not come to an end: {what}",
                fix="yield a unit when its run_unit has returned, and return after the last",
            )

    def _all(self, count: int) -> list[UnitDone]:
        async def work() -> list[UnitDone]:
            return [done async for done in self._runner().run(unit(n) for n in range(1, count + 1))]

        found: list[UnitDone] = self._finish(work, f"{count} units")
        return found

    def test_every_unit_is_yielded_exactly_once(self) -> None:
        """None is lost, none is doubled, whatever its status and however many there are."""
        for count in (1, WIDTH, 100):
            seen = Counter(done.unit for done in self._all(count))
            lost = [n for n in range(1, count + 1) if unit(n) not in seen]
            if lost:
                refuse(
                    f"of {count} units the runner loses {len(lost)}, the first is {unit(lost[0])}",
                    fix="yield every UnitDone, also the failed ones",
                )
            doubled = next((u for u, times in seen.items() if times > 1), None)
            if doubled is not None:
                refuse(f"the runner yields {doubled} more than once", fix="run and yield each unit once")

    def test_results_come_through_unchanged(self) -> None:
        """What run_unit returned is what is yielded."""
        for done in self._all(30):
            if done.new != done.unit.account_id or done.status != STATUSES[done.unit.account_id % len(STATUSES)]:
                refuse(
                    f"the runner changes what run_unit returned for {done.unit}",
                    fix="yield it as it is; carry a UnitDone as all of its fields",
                )

    def test_no_units_is_an_ordinary_run(self) -> None:
        """Nothing is due: it ends at once."""
        self._all(0)

    def test_it_runs_so_many_at_once(self) -> None:
        """Several units run at the same time, and never more than `width`."""
        running, most = set[int](), 0

        async def slow(asked: SenseUnit) -> UnitDone:
            nonlocal most
            running.add(asked.account_id)
            most = max(most, len(running))
            for _ in range(20):
                await asyncio.sleep(0)
            running.discard(asked.account_id)
            return UnitDone(asked, "ok")

        async def work() -> None:
            async for _ in self._runner(slow).run(unit(n) for n in range(1, 21)):
                pass

        self._finish(work, "20 units")
        if most > WIDTH:
            refuse(
                f"the runner runs {most} units at once where {WIDTH} are allowed",
                fix="start the next unit when one has ended",
            )
        if most < 2:  # noqa: PLR2004  one at once is one after the other
            refuse(
                "the runner runs one unit after the other",
                fix="run up to `width` at once: one slow source must not hold up the others",
            )

    def test_it_takes_units_as_it_needs_them(self) -> None:
        """A unit is claimed when it is taken: one that is taken hours before its turn has lost its claim by then."""
        taken = 0

        def source() -> Iterator[SenseUnit]:
            nonlocal taken
            for n in range(1, 201):
                taken = n
                yield unit(n)

        async def work() -> int:
            done, ahead = 0, 0
            async for _ in self._runner().run(source()):
                done += 1
                ahead = max(ahead, taken - done)
            return ahead

        ahead = self._finish(work, "200 units")
        if ahead > 4 * WIDTH:
            refuse(
                f"the runner takes units {ahead} ahead of the last that ended",
                fix="take the next unit when there is room to run it",
            )

    def test_stopping_it_leaves_nothing_running(self) -> None:
        """Whoever stops iterating has every unit stopped and waited for."""
        running = set[int]()

        async def endless(asked: SenseUnit) -> UnitDone:
            if asked.account_id == 1:
                return UnitDone(asked, "ok")
            running.add(asked.account_id)
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                running.discard(asked.account_id)
            return UnitDone(asked, "ok")

        async def work() -> int:
            iterator: AsyncIterator[UnitDone] = self._runner(endless).run(unit(n) for n in range(1, 10))
            await anext(iterator)
            await iterator.aclose()  # type: ignore[attr-defined]  # async generators have it, and a runner is one
            return len(running)

        left = self._finish(work, "it was stopped after one unit")
        if left:
            refuse(
                f"{left} units still run after the runner was stopped",
                fix="in `finally`: cancel what runs and await it",
            )

    def test_units_travel_as_json(self) -> None:
        """A unit is ids only: what is rebuilt from its JSON is the same unit."""
        for n in (1, 7):
            if SenseUnit(**unit(n).as_json()) != unit(n):
                refuse(f"{unit(n)} is another unit after JSON", fix="SenseUnit(**value)")
