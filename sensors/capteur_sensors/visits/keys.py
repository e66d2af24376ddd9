"""Names of visitors that nobody can turn back into an address: a keyed hash, with another key every day.

Without a secret of the user's the key is drawn at random, and each day's key is made from the day before's in one direction only.
Only the oldest day that may still be read is kept: from it the later keys follow, and no earlier one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Final

DAY_S: Final = 86_400
KEPT_DAYS: Final = 2
"""Lines that come later than this many days are not read any more: the key of their day is gone."""
SLACK_S: Final = 3600
"""Clocks that are no further apart are one: the day may begin in one of two programs, and not yet in the other."""
_SIZE: Final = 32


class Keys:
    """The keys of the days, by the day's number since the epoch."""

    def __init__(self, base: int, key: bytes, *, kept: bool) -> None:
        self._base = base
        self._key = key
        self._kept = kept
        self._days: dict[int, bytes] = {}

    @classmethod
    def of_secret(cls, secret: str) -> Keys:
        """From the user's own secret: any day's key can be made again, by who knows it."""
        return cls(0, hashlib.blake2b(secret.encode(), digest_size=_SIZE).digest(), kept=False)

    @classmethod
    def fresh(cls, first_day: int) -> Keys:
        """A new random one, for this day and those after it."""
        return cls(first_day, secrets.token_bytes(_SIZE), kept=True)

    @classmethod
    def load(cls, told: object) -> Keys | None:
        """What `dump` gave; None for anything else."""
        if not isinstance(told, Mapping):
            return None
        try:
            key = bytes.fromhex(told["key"])
            return cls(int(told["day"]), key, kept=True) if len(key) == _SIZE else None
        except (KeyError, TypeError, ValueError):
            return None

    def dump(self) -> dict[str, Any] | None:
        """As JSON; None when there is nothing to keep."""
        return {"day": self._base, "key": self._key.hex()} if self._kept else None

    def is_ahead(self, now_s: float, span_s: int, kept: int) -> bool:
        """Whether the oldest key that is kept is of a later time than it would be at this moment, with keys of so many seconds and
        so many kept: a clock was ahead, and of the present no name can be made.
        """
        return self._kept and self._base > int(now_s + SLACK_S) // span_s - kept

    def of(self, day: int) -> bytes | None:
        """The key of a day; None for a day whose key is gone."""
        known = self._days.get(day)
        if known is not None or day < self._base:
            return known
        if not self._kept:
            key = hashlib.blake2b(b"%d" % day, key=self._key, digest_size=_SIZE).digest()
        else:
            nearest = max((d for d in self._days if d < day), default=self._base)
            key = self._days.get(nearest, self._key)
            for _ in range(day - nearest):
                key = hashlib.blake2b(b"next day", key=key, digest_size=_SIZE).digest()
        self._days[day] = key
        return key

    def forget(self, before: int) -> None:
        """From now on the days before this one cannot be named any more."""
        if self._kept and before > self._base:
            key = self.of(before)
            assert key is not None, "a later day's key follows from an earlier one's"
            self._base, self._key = before, key
            self._days = {day: known for day, known in self._days.items() if day >= before}


def visitor(key: bytes, address: bytes, agent: bytes, user: bytes) -> str:
    """The name of a visitor of one day: 16 hexadecimal digits. `user` is who they signed in as, or empty."""
    digest = hashlib.blake2b(key=key, digest_size=8)
    for part in (address, agent, user):
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()
