"""`at` in every zone there is: once on every local date, at its hour, whatever the clocks do.

What is expected is worked out from the stretches of time between two clock changes, by arithmetic on whole seconds; what is
tested asks the zone about one wall time after the other.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capteur.schedules import At, parse_at

ZONES = sorted(available_timezones())
EPOCH_DAY = date(1970, 1, 1).toordinal()
ODD_HOURS = ["00:00", "02:30", "23:45"]
"""Where clocks are changed; on other days they are hours like any other."""
DAY, HOUR = 86_400, 3600

Stretch = tuple[int, int, int]


def seconds(moment: datetime) -> int:
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())


def offset(zone: ZoneInfo, at: int) -> int:
    shift = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(zone).utcoffset()
    assert shift is not None
    return round(shift.total_seconds())


def stretches(zone: ZoneInfo, start: int, end: int, step: int) -> tuple[Stretch, ...]:
    """(from, until, offset) between the clock changes, which lie more than `step` apart."""
    found, begun, here = [], start, offset(zone, start)
    for at in range(start, end, step):
        there = offset(zone, at + step)
        if there != here:
            low, high = at, at + step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(zone, middle) == here else (low, middle)
            found.append((begun, high, here))
            begun, here = high, there
    return (*found, (begun, end, here))


def expected(parts: tuple[Stretch, ...], hour: time) -> dict[date, int]:
    """By local date, the one moment at which an hour is due."""
    at_hour = hour.hour * HOUR + hour.minute * 60
    due: dict[int, int] = {}
    for begun, ended, shift in parts:
        for day in range((begun + shift) // DAY, (ended - 1 + shift) // DAY + 1):
            shown = day * DAY + at_hour - shift
            if begun <= shown < ended:
                due.setdefault(day, shown)
    for (_, change, before), (_, _, after) in pairwise(parts):
        for day in range((change - 1 + before) // DAY, (change + after) // DAY + 1):
            skipped = change + before <= day * DAY + at_hour < change + after
            if skipped and (change + after) // DAY == day:
                due.setdefault(day, change)
            elif skipped and (change - 1 + before) // DAY == day:
                due.setdefault(day, change - 60)
    return {date.fromordinal(day + EPOCH_DAY): moment for day, moment in sorted(due.items())}


def check_every_date(parts: tuple[Stretch, ...], at: At, *, all_days: bool) -> None:
    """Of all dates, or of those around clock changes: whenever one asks since the hour before, the same moment is next."""
    wanted = expected(parts, at.hours[0])
    odd = [change for _, change, _ in parts[:-1]]
    for (_, before), (day, due) in list(pairwise(wanted.items()))[2:-2]:
        near = any(abs(change - due) < 3 * DAY for change in odd)
        for last in (before, (before + due) // 2, due - 1) if near else (before,) if all_days else ():
            found = at.after(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=last))
            assert (seconds(found), found.astimezone(at.zone).date()) == (due, day), f"{at} on {day}"


def test_in_every_zone_an_hour_comes_once_on_every_date_of_two_years() -> None:
    """Zones whose clocks are the same all the time are looked at once."""
    start, end = seconds(datetime(2025, 1, 1, tzinfo=UTC)), seconds(datetime(2027, 1, 1, tzinfo=UTC))
    alike: dict[tuple[Stretch, ...], str] = {}
    for name in ZONES:
        alike.setdefault(stretches(ZoneInfo(name), start, end, DAY), name)
    assert len(alike) > 50, "the zones of this machine are hardly all"
    for parts, name in alike.items():
        assert len(expected(parts, time(8))) >= 730
        check_every_date(parts, parse_at(f"08:00 {name}"), all_days=True)
        for hour in ODD_HOURS:
            check_every_date(parts, parse_at(f"{hour} {name}"), all_days=False)


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(ZONES),
    st.integers(1900, 2037),
    st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0)),
)
def test_in_any_zone_and_year_any_hour_comes_once_on_every_date(name: str, year: int, hour: time) -> None:
    zone = ZoneInfo(name)
    parts = stretches(
        zone, seconds(datetime(year, 1, 1, tzinfo=UTC)), seconds(datetime(year, 12, 31, tzinfo=UTC)), 6 * HOUR
    )
    check_every_date(parts, At((hour,), zone), all_days=False)


def runs(text: str, start: str, count: int) -> list[str]:
    """The next moments on the clocks of the zone."""
    at, moment, found = parse_at(text), datetime.fromisoformat(start), []
    for _ in range(count):
        moment = at.after(moment)
        found.append(f"{moment.astimezone(at.zone):%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("02:30 Europe/Paris", "2026-03-28T12:00Z", ["2026-03-29 03:00", "2026-03-30 02:30"]),
        ("02:30 Europe/Paris", "2026-10-24T12:00Z", ["2026-10-25 02:30", "2026-10-26 02:30"]),
        ("02:15 Australia/Lord_Howe", "2026-10-03T12:00Z", ["2026-10-04 02:30", "2026-10-05 02:15"]),
        ("00:00 America/Sao_Paulo", "2018-11-03T12:00Z", ["2018-11-04 01:00", "2018-11-05 00:00"]),
        ("23:30 America/Nuuk", "2024-03-30T12:00Z", ["2024-03-30 22:59", "2024-03-31 23:30"]),
        ("08:00 Pacific/Apia", "2011-12-29T12:00Z", ["2011-12-29 08:00", "2011-12-31 08:00"]),
        ("00:00 America/St_Johns", "2010-11-06T12:00Z", ["2010-11-07 00:00", "2010-11-08 00:00"]),
        ("fri 08:00 Pacific/Apia", "2011-12-24T12:00Z", ["2012-01-06 08:00", "2012-01-13 08:00"]),
        ("01:15,02:15,02:45 Europe/Paris", "2026-03-28T23:00Z", ["2026-03-29 01:15", "2026-03-29 03:00", "2026-03-30 01:15"]),
    ],
)  # fmt: skip
def test_odd_dates_have_the_hour_that_stands_to_reason(text: str, start: str, expected: list[str]) -> None:
    """Hours that were skipped or came twice, a gap to midnight, a date that a zone never had, two hours in one gap."""
    assert runs(text, start, len(expected)) == expected


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    assert parse_at("02:30 Europe/Paris").after(datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_weekday_is_that_of_the_local_date() -> None:
    """Monday 08:00 in Auckland is Sunday evening in UTC."""
    assert parse_at("mon 08:00 Pacific/Auckland").after(datetime(2026, 11, 20, tzinfo=UTC)) == datetime(
        2026, 11, 22, 19, tzinfo=UTC
    )
    assert runs("mon-fri 08:00 Europe/Paris", "2026-11-19T08:00Z", 4) == [
        "2026-11-20 08:00", "2026-11-23 08:00", "2026-11-24 08:00", "2026-11-25 08:00",
    ]  # fmt: skip
