"""The house at work: what is due runs once, what fails waits and is told once, and the numbers follow."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from capteur import House
from capteur.errors import StoreError
from capteur.house.equipment import StoredHosts
from capteur.house.pulse import Pulse
from capteur.house.shift import open_shift
from capteur.house.upkeep import AGAIN_S, Upkeep
from capteur.store import instances, runs, watches

if TYPE_CHECKING:
    from capteur.clock import ManualClock

Make = Callable[..., House]

COUNT = """
    import pathlib
    log = pathlib.Path(ctx.base) / "calls"
    with log.open("a") as file:
        file.write(f"{ctx.now:%Y-%m-%dT%H:%M:%S}\\n")
"""
ONE = 'yield Signal(kind="funding.raised", account="acme.com", key=f"r{ctx.now:%d%H}", occurred_at=ctx.now)\n'
BROKEN = 'raise TransientError("rounds.example is away")\nyield\n'


@pytest.fixture
def feed_on(stored_project: Any) -> Make:
    """A project with the feed sensor `feed`, on each engine."""

    def make(body: str, toml: str = 'every = "6h"') -> House:
        lines = "".join(f"        {line}\n" for line in body.splitlines())
        stored_project.plugin(
            "feed",
            'class Feed(FeedSensor):\n    """A feed."""\n\n    name = "feed"\n    kinds = ("funding.raised",)\n\n'
            f"    def detect(self, ctx):\n{lines}",
        )
        stored_project.configure(f"[sensors.feed]\n{toml}")
        stored_project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house = stored_project.open()
        house.import_accounts()
        return house

    return make


async def work(house: House) -> None:
    async with open_shift(house) as shift:
        await shift.work_off()


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110  what it waits for is in other threads
            await asyncio.sleep(0.01)


def row(house: House, account_id: int = 0) -> Any:
    return house.store.read(lambda conn: watches.get(conn, "feed", account_id))


async def test_what_is_due_runs_and_moves_the_numbers(feed_on: Make) -> None:
    house = feed_on(ONE)
    await work(house)
    assert [r.account.domain for r in house.ranking(top=1).rows] == ["acme.com"]
    assert (house.ranking(top=1).rows[0].estimate.intent or 0) > 1
    (run,) = house.store.read(runs.last)
    assert (run.units, run.ok, run.new) == (1, 1, 1)


async def test_nothing_runs_before_it_is_due(feed_on: Make, clock: ManualClock) -> None:
    """Six hours at most after the first run, and at least three: the second comes on the instance's own hour."""
    house = feed_on(ONE)
    await work(house)
    await work(house)
    clock.advance(timedelta(hours=2, minutes=59))
    await work(house)
    assert len(house.store.read(runs.last)) == 1
    clock.advance(timedelta(hours=6, minutes=2))
    await work(house)
    assert len(house.store.read(runs.last)) == 2


@pytest.mark.parametrize("gap", [timedelta(days=3), timedelta(days=60), timedelta(days=3650)])
async def test_after_a_gap_there_is_one_catch_up_run_never_many(
    feed_on: Make, clock: ManualClock, gap: timedelta
) -> None:
    house = feed_on(ONE)
    await work(house)
    clock.advance(gap)
    await work(house)
    await work(house)
    assert len(house.store.read(runs.last)) == 2


async def test_a_clock_that_was_two_months_ahead_silences_nobody_for_longer_than_an_interval(
    feed_on: Make, clock: ManualClock
) -> None:
    house = feed_on(ONE)
    clock.advance(timedelta(days=60))
    await work(house)
    clock.advance(-timedelta(days=60))
    await work(house)
    clock.advance(timedelta(hours=6))
    await work(house)
    assert len(house.store.read(runs.last)) == 2


async def test_an_outage_is_told_once_when_it_begins_and_once_when_it_ends(
    feed_on: Make, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Over ten failed tries, two of them in a daemon that was started anew."""
    caplog.set_level(logging.WARNING, "capteur.daemon")
    down = 'import pathlib\nif not pathlib.Path(ctx.base, "back").exists():\n    raise TransientError("rounds.example is away")\n'
    house = feed_on(down + ONE)
    for _ in range(10):
        await work(house)
        clock.advance(timedelta(hours=6, minutes=1))
    assert row(house).fails == 10
    (house.settings.folder / "back").touch()
    await work(house)
    assert [r.message.partition(":")[0] for r in caplog.records] == ["feed is down", "feed is back after 2d12h10m"]
    assert "rounds.example is away" in caplog.records[0].message


async def test_a_parked_instance_is_left_alone_until_it_is_resumed_and_told_again_when_that_did_not_help(
    feed_on: Make, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "capteur.daemon")
    house = feed_on('raise AuthError("401 from rounds.example")\nyield\n')
    await work(house)
    clock.advance(timedelta(days=2))
    await work(house)
    assert row(house).epoch == 1
    assert house.resume("feed")
    await work(house)
    assert row(house).epoch == 2
    assert [r.message.partition(":")[0] for r in caplog.records] == ["feed is parked", "feed is parked"]


async def test_a_paused_instance_rests_also_over_a_restart_and_runs_when_it_is_named(
    feed_on: Make, clock: ManualClock
) -> None:
    house = feed_on(ONE)
    assert (house.pause("feed"), house.pause("feed")) == (True, False)
    await work(house)
    assert row(house).epoch == 0
    assert [r.status for r in (await asyncio.to_thread(house.run)).runs] == ["skipped"]
    assert [r.status for r in (await asyncio.to_thread(house.run, ["feed"])).runs] == ["ok"]
    clock.advance(timedelta(days=1))
    assert (house.resume("feed"), house.resume("feed")) == (True, False)
    await work(house)
    assert row(house).epoch == 2


async def test_a_new_account_is_looked_at_without_a_restart(stored_project: Any) -> None:
    stored_project.plugin(
        "each",
        'class Each(AccountSensor):\n    """Looks."""\n\n    name = "each"\n    kinds = ("press.mention",)\n\n'
        "    def detect(self, ctx, account):\n        yield Signal(kind='press.mention', account=account.domain, key=account.domain, occurred_at=ctx.now)\n",
    )
    stored_project.configure("[sensors.each]")
    stored_project.accounts("domain,name\nacme.com,Acme\n")
    house = stored_project.open()
    house.import_accounts()
    async with open_shift(house) as shift:
        await shift.work_off()
        house.add_account("globex.com")
        stored_project.clock.advance(timedelta(minutes=1))
        await shift.work_off()
    assert sorted(s.account for s in house.signals()) == ["acme.com", "globex.com"]


async def test_the_daemons_of_a_store_are_known_and_leave_in_order(feed_on: Make) -> None:
    from capteur.store import daemons

    house = feed_on(ONE)
    async with open_shift(house) as shift:
        await shift.work_off()
        (one,) = house.store.read(daemons.daemons)
        assert (one.leads, one.running, one.trouble) == (True, 0, None)
        shift.leave()
    assert house.store.read(daemons.daemons) == []
    assert house.store.read(instances.instances)["feed"].down_since is None


async def test_a_claim_that_comes_back_after_the_end_was_told_is_given_back(stored_project: Any) -> None:
    """Its rows are due at once for whoever starts next, and do not wait for their lease to end."""
    stored_project.plugin(
        "each",
        'class Each(AccountSensor):\n    """Looks."""\n\n    name = "each"\n    kinds = ("press.mention",)\n\n'
        "    def detect(self, ctx, account):\n        yield Checkpoint({})\n",
    )
    stored_project.configure("[sensors.each]")
    stored_project.accounts("domain,name\n" + "".join(f"a{i}.com,A{i}\n" for i in range(5)))
    house = stored_project.open()
    house.import_accounts()
    async with open_shift(house) as shift:
        shift.tick()
        await until(lambda: house.store.read(lambda conn: watches.rows(conn, "each")) != [])
        house.clock.advance(timedelta(seconds=2))
        seen, others, full = shift.pulse.looked, threading.Event(), threading.Event()
        house.store.write(lambda _: (full.set(), others.wait(10)))  # the claim waits behind this
        await until(full.is_set)
        shift.tick()
        await until(lambda: shift.pulse.looked != seen)
        ending = asyncio.create_task(shift.drain(0.0))
        await until(lambda: shift.pulse.draining)
        others.set()
        await ending
        house.store.write(lambda _: None).result()  # whatever was asked for before this has been done
    rows = house.store.read(lambda conn: watches.rows(conn, "each"))
    assert [(r.lease_until, r.fails) for r in rows] == [(0, 0)] * 5


def test_a_store_that_cannot_be_used_is_not_asked_at_every_tick(feed_on: Make, clock: ManualClock) -> None:
    """Each attempt waits for its lock and writes; between two of them the store is left alone."""
    house, tried = feed_on(ONE), 0
    upkeep = Upkeep(house, Pulse(clock.monotonic()), {}, StoredHosts(house.store))
    house.store.close()
    for _ in range(30):
        if upkeep.due(clock.monotonic()):
            tried += 1
            with pytest.raises(StoreError):
                upkeep.care(0)
        clock.advance(timedelta(seconds=0.1))
    assert tried == 1
    clock.advance(timedelta(seconds=AGAIN_S))
    assert upkeep.due(clock.monotonic())
