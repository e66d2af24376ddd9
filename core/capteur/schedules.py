"""When a watch row is due next: `every = "6h"`, or `at = "mon-fri 08:00 Europe/Paris"`.

Pure functions of moments. Nothing is kept between two calls, so a restarted process, and another machine, answer the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import count, pairwise
from zoneinfo import ZoneInfo, available_timezones

from capteur.clock import format_duration, from_micros, micros
from capteur.nearest import did_you_mean, nearest

__all__ = ["LEAST", "MOST", "At", "Schedule", "key_of", "parse_at"]

LEAST, MOST = timedelta(seconds=1), timedelta(days=3650)
"""Between these lies every interval: less is a busy loop, more is beyond the calendar."""
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = re.compile(r"[0-9]{1,2}:[0-9]{2}(,[0-9]{1,2}:[0-9]{2})*")


def key_of(instance: str, account_id: int) -> str:
    """What the offset of a watch row is made of; account 0 is the instance itself."""
    return f"{instance}:{account_id}" if account_id else instance


@dataclass(frozen=True, slots=True)
class At:
    """Hours that the clocks of a zone show, on some days of the week.

    Args:
        hours: ascending, whole minutes; zone: whose clocks; weekdays: of the local date, 0 = Monday, at least one.

    Every hour comes once on every local date: where the clocks are put back, the first time; where they skip it, at the first
    moment after the gap. A gap that takes the rest of a date has it in the date's last minute before; a date that a zone
    skipped has none (Pacific/Apia had no 30 December 2011).
    """

    hours: tuple[time, ...]
    zone: ZoneInfo
    weekdays: frozenset[int] = EVERY_DAY

    def after(self, moment: datetime) -> datetime:
        """The first of these hours after `moment`, in UTC."""
        today = moment.astimezone(self.zone).date()
        return next(due for due in self._from(today) if due > moment)

    def interval(self) -> timedelta:
        """The longest time between two of these hours, clock changes apart: three days for `mon-fri 08:00`."""
        week = sorted(
            timedelta(days=day, hours=hour.hour, minutes=hour.minute) for day in self.weekdays for hour in self.hours
        )
        return max(later - earlier for earlier, later in pairwise([*week, week[0] + 7 * DAY]))

    def _from(self, day: date) -> Iterator[datetime]:
        for ahead in count():
            on = day + timedelta(days=ahead)
            if on.weekday() in self.weekdays:
                for hour in self.hours:
                    due = _shown(datetime.combine(on, hour, self.zone))
                    if due is not None:
                        yield due

    def __str__(self) -> str:
        """As `parse_at` reads it."""
        days = f"{_days_text(self.weekdays)} " if self.weekdays != EVERY_DAY else ""
        return f"{days}{','.join(f'{hour:%H:%M}' for hour in self.hours)} {self.zone.key}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often an instance looks: at the hours of `at`, or `every` so often.

    With `every`, each key has a grid of moments of its own, spread evenly over the interval: all are equally often due and
    never all at once, also right after a restart. Raises ValueError for an interval that is none.
    """

    every: timedelta
    at: At | None = None

    def __post_init__(self) -> None:
        if not LEAST <= self.every <= MOST:
            msg = f"expected a duration between {format_duration(LEAST)} and {format_duration(MOST)}"
            raise ValueError(msg)

    def after(self, last: datetime, key: str) -> datetime:
        """When a row that was served at `last` is due again, in UTC: always later than `last`, however long nothing ran.

        With `every` that is the next moment on the grid of `key` (see `key_of`) that is at least half an interval away.
        """
        if self.at is not None:
            return self.at.after(last)
        step = self.every // MICROSECOND
        offset = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") % step
        earliest = micros(last) + (step + 1) // 2
        return from_micros(offset - (offset - earliest) // step * step)

    def after_run(self, started: datetime, ended: datetime, key: str) -> datetime:
        """When a row is due again that was served between two moments of a clock that may have been set meanwhile.

        A clock put back by a second must not bring the same hour again; one that was years ahead at the start must not
        count.
        """
        due = self.after(max(started, ended), key)
        return due if due <= self.latest(ended) else self.after(ended, key)

    def latest(self, now: datetime) -> datetime:
        """The latest moment at which a row may be due: one that lies further ahead comes from a clock that was wrong.

        A clock put back over one of the hours of `at` is allowed for, so that this hour does not come twice.
        """
        return now + self.every * 3 / 2 if self.at is None else self.at.after(self.at.after(now))

    def regular(self, now: datetime) -> tuple[datetime, timedelta]:
        """Where rows are due whose last run nobody can date: from this moment on, spread over so long (zero: all at once)."""
        return (now, self.every) if self.at is None else (self.at.after(now), timedelta(0))

    def interval(self) -> timedelta:
        """What counts as one interval: the longest time between two regular runs."""
        return self.every if self.at is None else self.at.interval()

    def __str__(self) -> str:
        return f"every {format_duration(self.every)}" if self.at is None else f"at {self.at}"


def parse_at(text: str) -> At:
    """Read `[WEEKDAYS] HH:MM[,HH:MM] [ZONE]`: `"08:00"` (UTC), `"08:00 Europe/Paris"`, `"mon-fri,sun 08:00,14:30 Asia/Tokyo"`.

    Raises ValueError with what is expected and the nearest name there is; it never quotes `text`, which may come from the
    environment.
    """
    words = re.sub(r"\s*,\s*", ",", text).split()
    place = next((i for i, word in enumerate(words) if _HOURS.fullmatch(word)), None)
    if place is None:
        msg = "expected an hour from 00:00 to 23:59"
        raise ValueError(msg)
    before, after = words[:place], words[place + 1 :]
    if len(after) > 1:
        msg = "expected nothing after the time zone"
        raise ValueError(msg)
    return At(
        _hours(words[place]), _zone(after[0] if after else "UTC"), _days("".join(before)) if before else EVERY_DAY
    )


def _hours(text: str) -> tuple[time, ...]:
    try:
        return tuple(sorted({time(int(hour), int(minute)) for hour, minute in (h.split(":") for h in text.split(","))}))
    except ValueError:
        msg = "expected an hour from 00:00 to 23:59"
        raise ValueError(msg) from None


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, to, last = part.partition("-")
        start, end = _day(first), _day(last if to else first)
        days |= {day % 7 for day in range(start, start + (end - start) % 7 + 1)}
    return frozenset(days)


def _day(name: str) -> int:
    for names in (WEEKDAYS, _FULL):
        if name in names:
            return names.index(name)
    msg = f"expected weekdays as in mon-fri or mon,thu{did_you_mean(name, (*WEEKDAYS, *_FULL))}"
    raise ValueError(msg)


def _days_text(days: frozenset[int]) -> str:
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" if len(run) > 2 else ",".join(WEEKDAYS[day] for day in run)  # noqa: PLR2004  two days are no range
        for run in runs
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there, not a name, a folder of names
        msg = f"expected a time zone such as Europe/Paris{_meant(name)}"
        raise ValueError(msg) from None


def _meant(name: str) -> str:
    """The zone of the city when there is one: nobody's spelling of New York is near America/New_York."""
    known = sorted(available_timezones())
    city = name.rpartition("/")[2].replace("-", "_").casefold()
    near = [zone for zone in known if zone.rpartition("/")[2].casefold() == city] or nearest(name, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _shown(wall: datetime) -> datetime | None:
    """The first moment at which the clocks of the zone show `wall`, or what stands for it in a gap; see `At`."""
    zone = wall.tzinfo
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone) == wall:  # in one and the same zone what is compared is what clocks show
        return moment
    jump = _jump(wall.replace(fold=1).astimezone(UTC), moment, wall)
    return next((m for m in (jump, jump - MINUTE) if m.astimezone(zone).date() == wall.date()), None)


def _jump(before: datetime, after: datetime, wall: datetime) -> datetime:
    """The moment between two at which the clocks that skip `wall` were put forward."""
    zone = wall.tzinfo
    offset = before.astimezone(zone).utcoffset()
    low, high = micros(before) // 1_000_000, micros(after) // 1_000_000
    while high - low > 1:
        middle = (low + high) // 2
        if from_micros(middle * 1_000_000).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return from_micros(high * 1_000_000)
