"""Time: aware, UTC, injected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.clock import EPOCH, ManualClock, format_duration, from_micros, micros, parse_duration, parse_moment

OFFSETS = [timezone(timedelta(minutes=minutes)) for minutes in (-720, -210, 0, 60, 345, 840)]


@given(st.datetimes(timezones=st.sampled_from(OFFSETS)))
def test_micros_and_back_is_the_same_moment(moment: datetime) -> None:
    assert from_micros(micros(moment)) == moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected", "by_day"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC), True),
        ("2026-05-14T15:40:59-04:00", datetime(2026, 5, 14, 19, 40, 59, tzinfo=UTC), False),
        ("2026-02-04T01:45:22.580+00:00", datetime(2026, 2, 4, 1, 45, 22, 580000, tzinfo=UTC), False),
        ("2026-11-20T08:00:00Z", datetime(2026, 11, 20, 8, tzinfo=UTC), False),
        (date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), True),
    ],
)
def test_moments_are_read_as_sources_write_them(text: str | date, expected: datetime, by_day: bool) -> None:
    assert parse_moment(text) == (expected, by_day)


@pytest.mark.parametrize("wrong", ["2026-11-20T08:00:00", "20.11.2026", "", "yesterday", datetime(2026, 1, 1)])  # noqa: DTZ001  a naive one is the point
def test_a_moment_without_a_zone_or_a_form_is_refused(wrong: str | datetime) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each message is the standard library's own or ours
        parse_moment(wrong)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("30m", 1800), ("6h", 21600), ("7d", 604800), ("2w", 1209600), ("1d 12h", 129600)],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds
    assert parse_duration(format_duration(parse_duration(text))) == parse_duration(text)


@pytest.mark.parametrize("wrong", ["", "6", "h", "0h", "6 hours", "-1d", "1d,2h"])
def test_a_wrong_duration_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"write e\.g\."):
        parse_duration(wrong)


def test_a_manual_clock_that_jumps_back_keeps_its_monotonic_time() -> None:
    clock = ManualClock(EPOCH + timedelta(days=1))
    clock.advance(timedelta(hours=2))
    clock.advance(timedelta(hours=-1))
    assert (clock.now() - EPOCH, clock.monotonic()) == (timedelta(days=1, hours=1), 7200.0)
