"""What is remembered of a board: small, exact, and nobody else's."""

from __future__ import annotations

import json
import random
import uuid

from capteur_sensors.hiring.memory import Known, Memory, load

TODAY = 20_777
LIMIT = 256 * 1024


def test_a_memory_comes_back_as_it_went():
    made = Memory(
        board="lever:acme", at=1, checked=5, retry=7, rules="ab", since=TODAY - 3, first=100, floor=2,
        jobs={
            str(uuid.UUID(int=7)): Known("o", TODAY, "Head of RevOps", 1, 1_790_000_000, 2),
            "12345": Known("x", 0),
            "~odd": Known("s", TODAY),
            "Name/with spaces": Known("g", TODAY),
        },
        counts={TODAY: 3},
    )  # fmt: skip

    assert load(json.loads(json.dumps(made.dump(TODAY)))) == made


def test_a_board_of_three_thousand_jobs_fits_with_room():
    rng = random.Random(1)
    jobs = {
        str(uuid.UUID(int=rng.getrandbits(128))): Known(
            "o" if n % 20 == 0 else "x", TODAY - n % 900, "Senior Sales Operations Manager"
        )
        for n in range(3000)
    }

    made = Memory(board="ashby:giant", since=TODAY, jobs=jobs).dump(TODAY)

    assert len(json.dumps(made)) < LIMIT / 2
    assert len(made["jobs"]) == 3000


def test_a_board_too_large_for_the_memory_forgets_titles_then_its_oldest_jobs():
    """What is left is tracked exactly; jobs published before `floor` are neither told again nor closed."""
    jobs = {
        str(uuid.UUID(int=n)): Known("o", TODAY - n // 20, "Ingénieur commercial très senior") for n in range(20_000)
    }
    memory = Memory(board="ashby:giant", since=TODAY, jobs=jobs)

    made = memory.dump(TODAY)

    assert len(json.dumps(made)) < LIMIT
    assert 3000 < len(made["jobs"]) < 20_000
    assert min(known.day for known in load(made).jobs.values()) >= memory.floor > 0


def test_titles_of_other_roles_are_not_kept():
    """A job nobody asked for needs no name to be closed."""
    made = Memory(jobs={"1": Known("x", TODAY, "Cook"), "2": Known("o", TODAY, "RevOps")}).dump(TODAY)

    assert made["jobs"] == {"1": ["x", TODAY], "2": ["o", TODAY, "RevOps"]}


def test_lapsed_counts_and_closed_jobs_are_forgotten():
    made = Memory(
        jobs={"1": Known("g", TODAY - 31), "2": Known("g", TODAY - 29)}, counts={TODAY - 121: 4, TODAY - 119: 5}
    ).dump(TODAY)

    assert (list(made["jobs"]), made["counts"]) == (["2"], {str(TODAY - 119): 5})
