"""Start-up: CPU milliseconds until `capteur --help` and a completion have answered, beside a Python that does nothing."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from table import Row, show

ROUNDS = 20
TARGET = 6.0
COMPLETE = {"_CAPTEUR_COMPLETE": "bash_complete", "COMP_WORDS": "capteur ra", "COMP_CWORD": "1"}
BARE = (sys.executable, "-c", "pass")


def _cpu_ms(command: Sequence[str], env: Mapping[str, str]) -> float:
    """CPU milliseconds of one process, start to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **env})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def rows() -> list[Row]:
    """`--help` and completion as a person starts them, each the best of ROUNDS interleaved rounds."""
    script = Path(sys.executable).with_name("capteur")
    capteur = (sys.executable, str(script)) if script.exists() else (sys.executable, "-m", "capteur.cli")
    cases: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "bare": (BARE, {}),
        "capteur --help (bare Python)": ((*capteur, "--help"), {}),
        "shell completion of a command (bare Python)": (capteur, COMPLETE),
    }
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(ROUNDS):
        for name, (command, env) in cases.items():
            best[name] = min(best[name], _cpu_ms(command, env))
    bare = best.pop("bare")
    return [Row(name, ms, bare, ms / bare, TARGET, f"CPU ms, best of {ROUNDS}") for name, ms in best.items()]


if __name__ == "__main__":
    show(rows())
