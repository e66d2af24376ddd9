"""What changed on a board between two reads, and whether it hires faster than it used to. Pure: no network, no clock."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from capteur_sensors.hiring.memory import Known, Memory
from capteur_sensors.hiring.posting import Post
from capteur_sensors.hiring.titles import Roles

HELD_FROM = 5
"""A board with more jobs than this that loses most of them in one read is held: a partial answer looks just like that."""
MISSES = 2
"""So many consecutive good reads without a job, and it is closed."""

SURGE_P = 0.01
SURGE_DAYS = 90
SURGE_LEAST = 3
"""Fewer new posts in a week are never a surge, however quiet the board was."""
SURGE_HISTORY = 28.0
"""Days of history the rate needs, after the correction for closed posts."""
POST_HALF_LIFE = 30.0
"""Days until half of the posts are taken down (mean 43; recruiters report 40 to 45 days to fill a role). An assumption."""
LATE_DAYS = 14
"""A job that turns up so long after its publication was re-listed, not newly posted: it counts in no week."""

EPOCH = date(1970, 1, 1)


def day_number(moment: datetime) -> int:
    """The UTC day of a moment, counted from 1970-01-01."""
    return (moment.astimezone(UTC).date() - EPOCH).days


def as_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Opening:
    """A job with all its posts taken together: the first publication, every place, the title that names a role asked for."""

    post: Post
    wanted: bool
    posts: int = 1


def openings(posts: Iterable[Post], roles: Roles) -> dict[str, Opening]:
    """Posts grouped by job, in the order of publication (undated ones last)."""
    found: dict[str, Opening] = {}
    for post in sorted(posts, key=_age):
        wanted = roles.wants(post.title)
        known = found.get(post.job)
        if known is None:
            found[post.job] = Opening(post, wanted)
            continue
        title = post.title if wanted and not known.wanted else known.post.title
        places = tuple(dict.fromkeys((*known.post.locations, *post.locations)))
        found[post.job] = Opening(
            replace(known.post, title=title, locations=places), known.wanted or wanted, known.posts + 1
        )
    return found


def _age(post: Post) -> tuple[float, str]:
    return post.published.timestamp() if post.published else math.inf, post.title


@dataclass(frozen=True, slots=True)
class Closed:
    """A job that is gone: `published` is a day number, `missed_at` the first read without it (s since 1970)."""

    job: str
    title: str
    published: int
    missed_at: int


def closings(memory: Memory, present: Collection[str] | None, now: datetime) -> tuple[list[Closed], bool]:
    """Count who is missing in one good read and return who is closed, and whether the read was held for confirmation.

    `present` are the ids of the answer; None = the server said "unchanged", so who was missing still is. In a held read
    nobody's absence counts; it is noted, so that an unchanged answer afterwards can confirm it.
    """
    at, today = int(now.timestamp()), day_number(now)
    here = [job for job, known in memory.jobs.items() if known.present]
    dropped = [] if present is None else [job for job in here if job not in present]
    held = len(here) > HELD_FROM and 2 * len(dropped) > len(here)
    closed: list[Closed] = []
    for job, known in memory.jobs.items():
        if known.state == "g" or (present is None and known.present):
            continue
        if present is not None and job in present:
            known.misses = known.missed_at = 0
            continue
        known.missed_at = known.missed_at or at
        known.misses += 0 if held else 1
        if known.misses >= MISSES:
            closed.append(Closed(job, known.title, known.day, known.missed_at))
            memory.jobs[job] = Known("g", today)  # replaces a value: safe while iterating
    return closed, held


def count_new(memory: Memory, day: int, today: int) -> None:
    """Count a job that entered the memory, by its day of publication."""
    memory.first = day if memory.first is None else min(memory.first, day)
    if memory.since is None or today - day <= LATE_DAYS:
        memory.counts[day] = memory.counts.get(day, 0) + 1


@dataclass(frozen=True, slots=True)
class Surge:
    """A week with more new posts than the board's own rate explains. `usual` is posts a week; `day` tipped the scales."""

    week: str
    day: date
    posts: int
    usual: float


def surges(memory: Memory, today: int) -> Iterator[Surge]:
    """The surges of this ISO week and the last one: P(so many or more | the 90 days before) < 0.01 by Poisson."""
    if memory.since is None or memory.first is None:
        return
    this_week = today - as_date(today).weekday()
    for monday in (this_week - 7, this_week):
        found = _surge(memory.counts, monday, memory.since, memory.first)
        if found is not None:
            yield found


def _surge(counts: Mapping[int, int], monday: int, since: int, first: int) -> Surge | None:
    base = range(max(monday - SURGE_DAYS, first), monday)
    history = sum(_visible(day, since) for day in base)
    if history < SURGE_HISTORY:
        return None
    # One post more than was seen: a quiet quarter is no proof of a rate of zero.
    usual = 7 * (sum(counts.get(day, 0) for day in base) + 1) / history
    seen = 0
    for day in range(monday, monday + 7):
        seen += counts.get(day, 0)
        if seen >= SURGE_LEAST and poisson_tail(seen, usual) < SURGE_P:
            total = sum(counts.get(d, 0) for d in range(monday, monday + 7))
            year, week, _ = as_date(monday).isocalendar()
            return Surge(f"{year}-W{week:02d}", as_date(day), total, usual)
    return None


def _visible(day: int, since: int) -> float:
    """The share of a day's posts we can know of. Before the opening read only those count that were still open then."""
    return 1.0 if day >= since else 2.0 ** ((day - since) / POST_HALF_LIFE)


def poisson_tail(least: int, mean: float) -> float:
    """P(X >= least) for a Poisson variable of this mean; in logarithms, so that no mean is too large."""
    below = math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(least))
    return max(0.0, 1.0 - below)
