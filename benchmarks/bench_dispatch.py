"""Dispatch: how fast units that are due are started, and how late.

Both sides start the same coroutine, which does nothing, as a task for each of 10,000 accounts. The limit pops them off a heap
in memory. Ours is the shift itself: it asks the store what is due, claims the rows, reads the accounts, opens the run, counts
how each unit ended. Its unit only is replaced, so nothing is asked and nothing stored.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from table import Row, show

import capteur.house.shift
from capteur.clock import SystemClock, micros
from capteur.daemon.ticking import Ticker
from capteur.house import House, open_house
from capteur.house.shift import open_shift
from capteur.runner import SenseUnit, UnitDone
from capteur.store import sql, watches

ACCOUNTS, ROUNDS = 10_000, 3
INSTANCES, SPAN_S, TARGET_S = 1_000, 10.0, 0.25
PLUGIN = '''
from capteur import *


class Each(AccountSensor):
    """One account at a time."""

    name = "each"
    kinds = ("press.mention",)

    def detect(self, ctx, account):
        yield from ()


class Feed(FeedSensor):
    """Everybody at once."""

    name = "feed"
    kinds = ("press.mention",)

    def detect(self, ctx):
        yield from ()
'''


@contextmanager
def _house(sensor: str, accounts: int, width: int) -> Iterator[House]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "plugins").mkdir()
        (folder / "plugins" / "both.py").write_text(PLUGIN)
        (folder / "capteur.toml").write_text(
            f'[capteur]\nversion = 1\n[store]\nurl = "sqlite:///capteur.db"\n[web]\nconcurrency = {width}\n[sensors.{sensor}]\n'
        )
        (folder / "accounts.csv").write_text("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(accounts)))
        with open_house(folder / "capteur.toml", env={}) as house:
            house.import_accounts()
            yield house


@contextmanager
def _units_that_do_nothing(begun: Callable[[Any], None]) -> Iterator[None]:
    async def nothing(task: Any, _tools: object) -> UnitDone:
        begun(task)
        return UnitDone(task.unit, "ok")

    real, capteur.house.shift.run_unit = capteur.house.shift.run_unit, nothing
    try:
        yield
    finally:
        capteur.house.shift.run_unit = real


async def _heap() -> float:
    """Seconds for a loop over a heap of due times in memory."""
    done = 0

    async def nothing(_unit: SenseUnit) -> None:
        nonlocal done
        done += 1

    rng = random.Random(7)
    heap = [(rng.random(), i) for i in range(ACCOUNTS)]
    heapq.heapify(heap)
    began, tasks = time.process_time(), set()
    while heap:
        _, account = heapq.heappop(heap)
        task = asyncio.create_task(nothing(SenseUnit("each", account, 1)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    assert done == ACCOUNTS
    return time.process_time() - began


async def _shift(house: House) -> float:
    """Seconds of this process from the first question to the last unit that has begun; all rows are due."""
    begun = 0

    def count(_task: object) -> None:
        nonlocal begun
        begun += 1

    with _units_that_do_nothing(count):
        async with open_shift(house) as shift:
            await shift._care()  # noqa: SLF001  the watch rows are made before the time is taken
            house.store.write(
                lambda conn: (
                    sql.run(conn, "UPDATE watch SET lease_until = 0, next_due = :due", due=house.now() - 1).rowcount
                )
            ).result()
            began = time.process_time()
            while begun < ACCOUNTS:
                taken = await shift._take()  # noqa: SLF001  what a tick starts
                if not taken or not shift._room():  # noqa: SLF001  as `tick` waits for room
                    await asyncio.sleep(0)
            took = time.process_time() - began
            await shift.drain(60)
    return took


async def _drifts(house: House) -> list[float]:
    """How late each of many feeds began, in seconds; they fall due at random moments of SPAN_S, by the wall clock."""
    (feed,) = house.instances
    instances = [replace(feed, name=f"feed-{n}") for n in range(INSTANCES)]
    drifts: list[float] = []
    all_begun = asyncio.Event()
    rng = random.Random(7)

    def note(task: Any) -> None:
        drifts.append((micros(SystemClock().now()) - task.watch.next_due) / 1e6)
        if len(drifts) == INSTANCES:
            all_begun.set()

    house._built = (instances, [])  # noqa: SLF001  a thousand tables would take longer to read than this lasts
    with _units_that_do_nothing(note):
        async with open_shift(house) as shift:
            await shift._care()  # noqa: SLF001  as above
            drifts.clear()
            begin = house.now() + 1_000_000

            def spread(conn: Any) -> None:
                for n in range(INSTANCES):
                    watches.release(conn, f"feed-{n}", 0, 0, next_due=begin + int(rng.uniform(0, SPAN_S) * 1e6))

            house.store.write(spread).result()
            ticker = Ticker(shift.tick)
            ticker.start()
            await all_begun.wait()
            ticker.stop()
            await shift.drain(30)
    return drifts


def rows() -> list[Row]:
    """The two targets of performance.md, the first also with the width that is the default."""
    logging.disable(logging.CRITICAL)
    limit = median(asyncio.run(_heap()) for _ in range(ROUNDS))
    found = []
    for width, words in ((1024, "1024 at once"), (64, "64 at once")):
        with _house("each", ACCOUNTS, width) as house:
            ours = median(asyncio.run(_shift(house)) for _ in range(ROUNDS))
        found.append(
            Row(
                f"dispatch 10,000 due accounts, {words} (heapq loop)",
                ours,
                limit,
                ours / limit,
                2.0,
                f"CPU s, median of {ROUNDS}",
            )
        )
    with _house("feed", 1, 64) as house:
        late = quantiles(asyncio.run(_drifts(house)), n=100)[98]
    found.append(Row("drift at 1,000 instances, p99 (250 ms)", late, TARGET_S, late / TARGET_S, 1.0, "s by the wall"))
    return found


if __name__ == "__main__":
    show(rows())
