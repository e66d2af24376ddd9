"""Kills daemons: forks processes that run the real daemon on a project, and ends each with SIGKILL at a random moment.

Run as `python daemon_zygote.py CAPTEUR.TOML KILLS SEED AT_ONCE`; prints how many were killed. Everything is imported before the
first fork, so that a life costs milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback

import numpy as np  # noqa: F401  imported before the fork, as the rest

import capteur.daemon.serving
import capteur.house.core
import capteur.house.shift
import capteur.sensing.unit
import capteur.web.client
from capteur.daemon import Options, serve
from capteur.house import open_house

A_UNIT_S = 0.05
LEASE_S = 1.0
"""Instead of two minutes: on PostgreSQL the rows of a killed daemon are free again only then."""


def live(config: str, at_work: int) -> None:
    """One daemon's life."""
    os.environ["CAPTEUR_AT_WORK"] = str(at_work)
    os.environ["CAPTEUR_WEB__CONCURRENCY"] = "4"  # so that the fifth unit begins when one has been stored
    capteur.house.shift.LEASE_S = LEASE_S
    try:
        with open_house(config) as house:
            serve(house, Options(port=None))
    except BaseException:  # noqa: BLE001  a child of fork must never return into its parent's code
        traceback.print_exc()
    os._exit(1)


def start(config: str) -> tuple[int, int]:
    seen, at_work = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(seen)
        live(config, at_work)
    os.close(at_work)
    return pid, seen


def main(config: str, kills: int, seed: int, at_once: int) -> int:
    rng = random.Random(seed)
    alive: list[tuple[int, int]] = []
    for _ in range(kills):
        while len(alive) < at_once:
            alive.append(start(config))
        pid, seen = alive.pop(0)
        for _ in range(rng.randint(0, 12)):  # so many units begin; with none it may die while it opens the store
            if not os.read(seen, 1):
                return 1
        time.sleep(rng.uniform(0.0, A_UNIT_S))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(seen)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            return 1
    for pid, _ in alive:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    sys.stdout.write(str(kills + len(alive)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
