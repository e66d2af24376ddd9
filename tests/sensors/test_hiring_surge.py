"""When a board hires faster than it used to: from the dates of its posts alone."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from capteur_sensors.hiring import Hiring
from capteur_sensors.hiring.changes import EPOCH, poisson_tail, surges
from capteur_sensors.hiring.memory import Memory

URL = "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true"
SENSOR = Hiring(boards={"acme.example": "greenhouse:acme"})
TODAY = date(2026, 11, 20)  # a Friday of week 47
MONDAY = date(2026, 11, 16)


def number(day: date) -> int:
    return (day - EPOCH).days


def memory(per_day: dict[date, int], *, since: date, first: date) -> Memory:
    return Memory(
        since=number(since), first=number(first), counts={number(day): count for day, count in per_day.items()}
    )


def steady(posts_a_week: int, weeks: int = 13) -> dict[date, int]:
    return {MONDAY - timedelta(weeks=w + 1): posts_a_week for w in range(weeks)}


WATCHED = {"since": date(2026, 1, 1), "first": date(2024, 1, 1)}


def test_a_week_far_above_the_boards_own_rate_is_a_surge():
    """Two posts a week, then nine. By Monday night there are 4 (p = 0.13), by Wednesday 7 (p = 0.004): Wednesday tipped it."""
    known = memory(steady(2) | {MONDAY: 4, MONDAY + timedelta(days=2): 3, MONDAY + timedelta(days=3): 2}, **WATCHED)

    (found,) = surges(known, number(TODAY))

    assert (found.week, found.day, found.posts) == ("2026-W47", date(2026, 11, 18), 9)
    assert found.usual == pytest.approx(7 * (24 + 1) / 90)


def test_a_giant_that_always_hires_so_much_has_no_surge():
    """Fifty posts in the week that usually has forty: p = 0.03."""
    assert list(surges(memory(steady(40) | {MONDAY: 50}, **WATCHED), number(TODAY))) == []


def test_a_quiet_board_needs_three_posts():
    """Two posts after a quarter of silence have p = 0.003, and are still only two posts."""
    assert list(surges(memory({MONDAY: 2}, **WATCHED), number(TODAY))) == []
    assert [s.posts for s in surges(memory({MONDAY: 3}, **WATCHED), number(TODAY))] == [3]


def test_a_young_board_has_no_rate_to_exceed():
    """A board that came into being three weeks ago (a migration, say) is all new posts: no history, no surge."""
    young = memory({MONDAY: 30}, since=MONDAY, first=MONDAY - timedelta(days=21))

    assert list(surges(young, number(TODAY))) == []


def test_before_the_opening_read_only_open_posts_are_visible():
    """Ten posts of the quarter are still open: with 34 visible days of 90 the usual rate is 2.3 a week, not 0.9; 6 posts have p = 0.03, 7 p = 0.008."""
    seen = {MONDAY - timedelta(days=9 * n + 5): 1 for n in range(10)}
    opening = {"since": TODAY, "first": date(2024, 1, 1)}

    assert list(surges(memory(seen | {MONDAY: 6}, **opening), number(TODAY))) == []
    (found,) = surges(memory(seen | {MONDAY: 7}, **opening), number(TODAY))
    assert found.usual == pytest.approx(2.256, abs=0.001)


def test_last_week_is_looked_at_too():
    """On a Monday morning the week before is complete, and a post found late still counts where it belongs."""
    last = MONDAY - timedelta(days=7)
    known = memory({day: n for day, n in steady(2).items() if day != last} | {last: 9}, **WATCHED)

    assert [s.week for s in surges(known, number(MONDAY))] == ["2026-W46"]


@pytest.mark.parametrize("mean", [0.1, 1.0, 7.5, 40.0])
@pytest.mark.parametrize("least", [0, 1, 3, 9, 50])
def test_the_tail_is_the_poisson_tail(mean, least):
    direct = 1 - sum(math.exp(-mean) * mean**i / math.factorial(i) for i in range(least))

    assert poisson_tail(least, mean) == pytest.approx(max(0.0, direct), abs=1e-12)


def test_no_mean_is_too_large():
    assert poisson_tail(5000, 4000.0) == pytest.approx(0.0, abs=1e-9)


def job(number_: int, published: date) -> dict[str, object]:
    return {
        "id": number_,
        "internal_job_id": number_,
        "title": "Engineer",
        "first_published": f"{published}T09:00:00Z",
        "absolute_url": None,
    }


def test_a_surge_is_told_once_per_board_and_week(bench, world):
    """Its key is the week, so that the next read, and another instance, say the same fact."""
    old = [job(n, date(2026, 7, 1)) for n in range(2)]
    world.put(URL, {"jobs": [*old, *(job(10 + n, MONDAY + timedelta(days=n)) for n in range(4))]})

    (told,) = bench.run(SENSOR).of("hiring.surge")
    world.put(URL, {"jobs": [*old, *(job(10 + n, MONDAY + timedelta(days=n % 5)) for n in range(9))]})
    (again,) = bench.run(SENSOR, later=timedelta(hours=6)).of("hiring.surge")

    assert told.key == again.key == "greenhouse:acme:2026-W47:hiring.surge"
    assert told.occurred_at == date(2026, 11, 18)
    assert told.summary == "4 new posts in week 2026-W47, usually about 0.2"
    assert bench.run(SENSOR, later=timedelta(days=14)).of("hiring.surge") == []


def test_a_job_listed_again_after_weeks_is_no_new_post(bench, world):
    """Vendors restore old posts with their old dates: that is no hiring of the week they were published in."""
    world.put(URL, {"jobs": [job(1, date(2026, 5, 1))]})
    bench.run(SENSOR)
    world.put(URL, {"jobs": [job(n, date(2026, 10, 20)) for n in range(1, 9)]})
    bench.run(SENSOR, later=timedelta(hours=6))

    assert bench.memory["counts"] == {}
