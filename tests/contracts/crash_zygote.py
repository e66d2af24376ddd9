"""Kills writers: forks processes that ingest and refold without end, and ends each with SIGKILL at a random moment.

Run as `python crash_zygote.py URL KILLS SEED AT_ONCE`; prints how many were killed. Everything is imported before the first
fork, so that a life costs milliseconds. What a unit yields follows from its account and pass alone, so that the test knows
what must be there from the cursors that were committed.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from typing import Any

from capteur.accounts import AccountRef
from capteur.clock import SystemClock, micros
from capteur.errors import StoreBusy
from capteur.estimating import Model, install, refresh
from capteur.estimators.evidence import Evidence
from capteur.signals import Accepted
from capteur.store import Fenced, Store, accounts, open_store, watches
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Finish, Incoming, Unknown

BASE = 1_790_000_000_000_000
HOUR = 3_600_000_000
KINDS = ("hiring.opened", "visit.page", "company.layoffs", "press.mention")
WATCHED = 6
LEASE_S = 0.05
A_COMMIT_S = 0.02


def yielded(account_id: int, step: int) -> tuple[tuple[Incoming, ...], tuple[tuple[str, str], ...]]:
    """What pass number `step` over an account finds: new facts, late ones, a growing one, an unknown company, an event, a mistake."""

    def one(
        key: str,
        kind: str,
        hours: int,
        strength: float,
        *,
        event: str | None = None,
        subject: Any = account_id,
        grows: bool = False,
    ) -> Incoming:
        at = BASE + hours * HOUR
        return Incoming(
            Accepted(kind, AccountRef(), key, at, False, strength, None, None, None, None, event, None, 1),
            subject,
            grows,
        )

    found = [one(f"{account_id}:{step}:{j}", KINDS[(step + j) % 4], 5 * step - 31 * j, 0.25 + j / 8) for j in range(4)]
    found.append(one(f"{account_id}:grow:{step // 5}", "visit.page", 20 * (step // 5), (step % 5 + 1) / 5, grows=True))
    found.append(one(f"{account_id}:u:{step}", "press.mention", step, 1.0, subject=Unknown(f"name:u{account_id % 3}")))
    found.append(
        one(f"{account_id}:e:{step}", KINDS[step % 4], step, (step * 7 % 10) / 10 + 0.05, event=f"event-{step // 3}")
    )
    revokes = ((f"{account_id}:{step - 3}:0", "a mistake"),) if step % 7 == 3 else ()
    return tuple(found), revokes


def models(store: Store) -> dict[str, Model]:
    return install(store, {"main": Evidence()}, micros(SystemClock().now()))


def live(url: str, at_work: int) -> None:
    """One writer's life; it never ends by itself."""
    clock = SystemClock()
    store = open_store(url, clock, hold="crash test", busy_s=30)
    estimators = models(store)
    ids = [a.id for a in store.read(accounts.listing)]
    while True:
        now = micros(clock.now())
        rows = store.write(
            lambda c, now=now: watches.claim(c, "crash", ids, lease_s=LEASE_S, now=now, due_only=False, limit=2)
        ).result()
        for row in rows:
            os.write(at_work, b".")
            step = int(row.cursor or 0)
            signals, revokes = yielded(row.account_id, step)
            batch = Batch(
                "crash", "crash", row.account_id, row.epoch, signals, revokes, memory=json.dumps(step + 1), finish=Finish("ok", now + HOUR, now)
            )  # fmt: skip
            with contextlib.suppress(Fenced):
                store.write(lambda c, batch=batch, now=now: commit(c, batch, now)).result()
        refresh(store, estimators, now)


def child(url: str, at_work: int) -> None:
    try:
        live(url, at_work)
    except StoreBusy:
        os._exit(3)
    except BaseException:  # noqa: BLE001  a child of fork must never return into its parent's code
        traceback.print_exc()
    os._exit(1)


def start(url: str) -> tuple[int, int]:
    seen, at_work = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(seen)
        child(url, at_work)
    os.close(at_work)
    return pid, seen


def main(url: str, kills: int, seed: int, at_once: int) -> int:
    rng = random.Random(seed)
    killed = 0
    alive: list[tuple[int, int]] = []
    while killed < kills:
        while len(alive) < at_once:
            alive.append(start(url))
        pid, seen = alive.pop(0)
        for _ in range(rng.randint(0, 6)):  # so many units begin; with none it may die while it opens the store
            os.read(seen, 1)
        time.sleep(rng.uniform(0.0, A_COMMIT_S))
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended and os.waitstatus_to_exitcode(status) != 3:
            return 1
        if not ended:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            killed += 1
        os.close(seen)
    for pid, _ in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        killed += 1
    sys.stdout.write(str(killed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
