"""`every`: a grid of moments of its own for each row, and the next one that is at least half an interval away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.schedules import LEAST, MOST, Schedule, key_of, parse_at

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
spans = st.timedeltas(LEAST, MOST)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis puts the zone on
keys = st.text(max_size=40)
quietly = settings(deadline=None)


@quietly
@given(spans, moments, keys)
def test_the_next_run_is_between_half_and_one_and_a_half_intervals_away(
    every: timedelta, last: datetime, key: str
) -> None:
    due = Schedule(every).after(last, key)
    assert every <= 2 * (due - last) < 3 * every
    assert due <= Schedule(every).latest(last)


def test_half_an_interval_is_not_rounded_down() -> None:
    schedule = Schedule(timedelta(seconds=1, microseconds=1))
    due = schedule.after(NOW, "jobs")
    assert schedule.after(due - timedelta(microseconds=500_001), "jobs") == due
    assert schedule.after(due - timedelta(microseconds=500_000), "jobs") > due


@quietly
@given(spans, moments, keys, st.integers(1, 5))
def test_a_row_served_in_time_runs_exactly_once_an_interval(
    every: timedelta, last: datetime, key: str, count: int
) -> None:
    schedule = Schedule(every)
    first = due = schedule.after(last, key)
    for _ in range(count):
        due = schedule.after(due + min(every / 3, timedelta(minutes=5)), key)
    assert due - first == count * every


@quietly
@given(spans, moments, keys, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_the_grid_is_the_same_whenever_one_asks(every: timedelta, last: datetime, key: str, later: timedelta) -> None:
    schedule = Schedule(every)
    assert (schedule.after(last + later, key) - schedule.after(last, key)) % every == timedelta(0)


def test_after_days_of_downtime_one_run_makes_up_for_all_that_were_missed() -> None:
    """The run at the end of the gap is followed by the next regular one, not by those that were missed."""
    for schedule in (Schedule(timedelta(hours=6)), Schedule(timedelta(hours=6), parse_at("08:00 Europe/Paris"))):
        due = schedule.after(NOW, "jobs")
        back = due + timedelta(days=3)
        assert timedelta(0) < schedule.after(back, "jobs") - back <= timedelta(days=1)


def test_ten_thousand_accounts_are_spread_evenly_over_the_interval() -> None:
    schedule = Schedule(timedelta(hours=6))
    due = Counter(
        int((schedule.after(NOW, key_of("jobs", account)) - NOW) / timedelta(minutes=10))
        for account in range(1, 10_001)
    )
    assert len(due) in (36, 37), "ten-minute steps of six hours"
    assert max(due.values()) < 10_000 / 36 * 1.3
    assert min(sorted(due.values())[2:]) > 10_000 / 36 * 0.7


def test_the_instance_and_its_accounts_have_keys_of_their_own() -> None:
    assert (key_of("jobs", 0), key_of("jobs", 17)) == ("jobs", "jobs:17")


def test_the_offset_is_the_same_in_every_process_and_for_all_time() -> None:
    """A pinned value: another one would move every row of every installation, once."""
    assert Schedule(timedelta(hours=6)).after(NOW, "jobs:17") == datetime(2026, 11, 20, 11, 55, 45, 714973, tzinfo=UTC)
    code = (
        "from capteur.schedules import Schedule; from datetime import UTC, datetime, timedelta\n"
        "print(Schedule(timedelta(hours=6)).after(datetime(2026, 11, 20, 8, tzinfo=UTC), 'jobs:17').isoformat())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {"2026-11-20T11:55:45.714973+00:00"}


@pytest.mark.parametrize("every", [timedelta(0), timedelta(milliseconds=999), timedelta(days=3651)])
def test_an_interval_that_is_none_is_refused(every: timedelta) -> None:
    with pytest.raises(ValueError, match="expected a duration between 1s and 3650d"):
        Schedule(every)


@pytest.mark.parametrize(
    ("at", "interval"),
    [
        ("08:00", timedelta(days=1)),
        ("08:00,14:00", timedelta(hours=18)),
        ("mon-fri 08:00", timedelta(days=3)),
        ("mon,thu 08:00", timedelta(days=4)),
        ("sun 08:00", timedelta(days=7)),
        ("sat,sun 06:00,22:00", timedelta(days=5, hours=8)),
    ],
)
def test_an_interval_is_the_longest_time_between_two_regular_runs(at: str, interval: timedelta) -> None:
    assert Schedule(timedelta(minutes=5), parse_at(at)).interval() == interval
    assert Schedule(interval).interval() == interval


def test_a_schedule_is_told_as_it_is_written() -> None:
    assert str(Schedule(timedelta(hours=36))) == "every 1d12h"
    assert str(Schedule(timedelta(hours=6), parse_at("mon-fri 8:00 Europe/Paris"))) == "at mon-fri 08:00 Europe/Paris"


# --- clocks that are set while a unit runs ------------------------------------------------------------------------------------

DAILY = Schedule(timedelta(hours=6), parse_at("08:00"))


@pytest.mark.parametrize("back", [timedelta(milliseconds=300), timedelta(hours=1), timedelta(hours=7)])
def test_a_clock_put_back_during_a_run_does_not_bring_the_same_hour_again(back: timedelta) -> None:
    assert DAILY.after_run(NOW, NOW - back, "jobs") == NOW + timedelta(days=1)


@pytest.mark.parametrize("schedule", [DAILY, Schedule(timedelta(hours=6))])
@pytest.mark.parametrize("ahead", [timedelta(days=60), timedelta(days=3653)])
def test_a_clock_that_was_far_ahead_when_a_run_began_does_not_count(schedule: Schedule, ahead: timedelta) -> None:
    assert schedule.after_run(NOW + ahead, NOW, "jobs") == schedule.after(NOW, "jobs")


def test_a_row_may_be_due_at_the_second_next_hour_because_a_clock_was_put_back() -> None:
    """Served at 08:00, then the clock goes back to 07:00: tomorrow's 08:00 is right, today's would be a second run."""
    assert DAILY.latest(NOW - timedelta(hours=1)) == NOW + timedelta(days=1)
