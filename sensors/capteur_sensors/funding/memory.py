"""What a run leaves for the next one: which days of EDGAR are settled, and what was already read of those that are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

DAY: Final = timedelta(days=1)
FIRST: Final = date(2008, 9, 15)
"""When the first Form D came in electronically; there is nothing to read of the days before."""
_SATURDAY: Final = 5


@dataclass(slots=True)
class Memory:
    """Days are settled when their index was read and so was every filing in it, or when they will never have one.

    Every day before `floor` is. `read` holds the accession numbers already read, of unsettled days only: it does not grow.
    """

    floor: date
    settled: set[date] = field(default_factory=set)
    read: dict[date, set[str]] = field(default_factory=dict)

    def open_days(self, last: date) -> Iterator[date]:
        """The weekdays up to `last` that are not settled, the newest first: what is fresh is worth most."""
        day = last
        while day >= self.floor:
            if day.weekday() < _SATURDAY and day not in self.settled:
                yield day
            day -= DAY

    def newest_settled(self) -> date:
        """The newest day that needs no more reading."""
        return max(self.settled, default=self.floor - DAY)

    def is_settled(self, day: date) -> bool:
        """Whether a day needs no more reading."""
        return day < self.floor or day in self.settled

    def was_read(self, day: date, accession: str) -> bool:
        """Whether a filing of an unsettled day was already read."""
        return accession in self.read.get(day, ())

    def keep(self, day: date, accession: str) -> None:
        """A filing was read."""
        self.read.setdefault(day, set()).add(accession)

    def settle(self, day: date) -> None:
        """A day is done with."""
        self.settled.add(day)
        self.read.pop(day, None)

    def dump(self, last: date) -> dict[str, Any]:
        """As JSON; the floor moves up to the first day that is not settled."""
        floor = self.floor
        while floor <= last and (floor.weekday() >= _SATURDAY or floor in self.settled):
            floor += DAY
        return {
            "floor": floor.isoformat(),
            "settled": sorted(day.isoformat() for day in self.settled if day >= floor),
            "read": {
                day.isoformat(): sorted(names)
                for day, names in sorted(self.read.items())
                if day >= floor and day not in self.settled
            },
        }


def load(told: Any, since: date) -> Memory:
    """What `dump` gave; a fresh memory that begins at `since` for anything else."""
    since = max(since, FIRST)
    if not isinstance(told, Mapping):
        return Memory(since)
    try:
        return Memory(
            floor=max(FIRST, date.fromisoformat(told["floor"])),
            settled={date.fromisoformat(day) for day in told["settled"]},
            read={date.fromisoformat(day): {str(name) for name in names} for day, names in told["read"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return Memory(since)
