"""What is remembered of a board between reads, in the watch row: at most 256 KB of JSON, whatever the board's size."""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from capteur_sensors.hiring.posting import mapping

VERSION = 1
BUDGET = 240 * 1024
"""Bytes of JSON; core takes 256 KB. The biggest boards seen have about 3,000 jobs, which is 116 KB."""
GONE_DAYS = 30
"""A job closed so long ago is forgotten; until then its return is a return, not an opening."""
COUNT_DAYS = 120
"""Days of posting counts kept for the surge; it looks back 90 days and two weeks."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TITLE = 80


@dataclass(slots=True)
class Known:
    """One job as it was last seen.

    `state`: o = told as a role asked for, x = told as another role, s = seen at the opening read without a date and not told,
    g = closed. `day` is the UTC day number of its publication (of its closing, for g). `misses` counts consecutive good reads
    without it, `missed_at` (s since 1970) is the first read without it; a read that is held sets only `missed_at`.
    `revoked` counts how often it stopped being a role asked for.
    """

    state: str
    day: int
    title: str = ""
    misses: int = 0
    missed_at: int = 0
    revoked: int = 0

    @property
    def present(self) -> bool:
        """True when the last read had it."""
        return self.state != "g" and not self.missed_at


@dataclass(slots=True)
class Memory:
    """A board's memory. Days are UTC day numbers, moments seconds since 1970.

    `board` is `vendor:token`, `at` the index of the vendor's address that knew it, `checked` when it was last looked for,
    `retry` when looking for one again makes sense after none was found. `since` is the day of the opening read (None: not
    yet), `first` the oldest publication seen, `counts` new jobs by day of publication. `floor`: jobs published before this
    day are not tracked, because the board is too large. `rules` names the roles the states were told by.
    """

    board: str | None = None
    at: int = 0
    checked: int = 0
    retry: int = 0
    rules: str = ""
    since: int | None = None
    first: int | None = None
    floor: int = 0
    jobs: dict[str, Known] = field(default_factory=dict[str, Known])
    counts: dict[int, int] = field(default_factory=dict[int, int])

    def dump(self, today: int) -> dict[str, Any]:
        """The memory as JSON within BUDGET; lapsed jobs and counts are dropped, then titles, then the oldest jobs."""
        self.jobs = {
            job: known for job, known in self.jobs.items() if known.state != "g" or known.day > today - GONE_DAYS
        }
        self.counts = {day: count for day, count in self.counts.items() if day > today - COUNT_DAYS}
        made = self._json(titles=True)
        if _size(made) > BUDGET:
            made = self._json(titles=False)
        while _size(made) > BUDGET and self.jobs:
            days = sorted(known.day for known in self.jobs.values())
            self.floor = max(days[len(days) // 4], self.floor + 1)
            self.jobs = {job: known for job, known in self.jobs.items() if known.day >= self.floor}
            made = self._json(titles=False)
        return made

    def _json(self, *, titles: bool) -> dict[str, Any]:
        return {
            "v": VERSION, "board": self.board, "at": self.at, "checked": self.checked, "retry": self.retry, "rules": self.rules,
            "since": self.since, "first": self.first, "floor": self.floor,
            "jobs": {_pack(job): _fields(known, titles=titles) for job, known in self.jobs.items()},
            "counts": {str(day): count for day, count in self.counts.items()},
        }  # fmt: skip


def load(cursor: Any) -> Memory:
    """The memory in a cursor; a new one when there is none, or when it is not ours (then the board is read as for the first time)."""
    known = mapping(cursor)
    if known.get("v") != VERSION:
        return Memory()
    try:
        return Memory(
            board=known["board"], at=int(known["at"]), checked=int(known["checked"]), retry=int(known["retry"]),
            rules=str(known["rules"]), since=known["since"], first=known["first"], floor=int(known["floor"]),
            jobs={_unpack(job): Known(*fields) for job, fields in known["jobs"].items()},
            counts={int(day): int(count) for day, count in known["counts"].items()},
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError):
        return Memory()


def _fields(known: Known, *, titles: bool) -> list[str | int]:
    title = known.title[:_TITLE] if titles and known.state == "o" else ""
    made: list[str | int] = [known.state, known.day, title, known.misses, known.missed_at, known.revoked]
    while len(made) > 2 and made[-1] in {"", 0}:  # noqa: PLR2004  state and day always stay
        made.pop()
    return made


def _pack(job: str) -> str:
    """A UUID in 23 characters instead of 36: several vendors use them, and a board may have thousands."""
    if not _UUID.fullmatch(job):
        return job
    return "~" + base64.urlsafe_b64encode(uuid.UUID(job).bytes).decode("ascii").rstrip("=")


def _unpack(key: str) -> str:
    if not key.startswith("~"):
        return key
    try:
        return str(uuid.UUID(bytes=base64.urlsafe_b64decode(key[1:] + "==")))
    except (binascii.Error, ValueError):
        return key


def _size(made: dict[str, Any]) -> int:
    return len(json.dumps(made, separators=(",", ":")))
