"""`[retention]`: how long signals are kept, and how long what may name somebody is kept in them; by kind, `*` for any part.

`"visit.*" = "400d"` removes signals; `"question.asked" = { summary = "180d" }` empties a field and leaves the fact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final

from capteur.clock import parse_duration
from capteur.errors import ConfigError
from capteur.kinds import CATALOGUE
from capteur.nearest import did_you_mean

SIGNAL: Final = "signal"
FIELDS: Final = (SIGNAL, "person", "summary", "evidence_url", "data")
"""What a rule is about: the whole signal, or one of its fields that may name somebody."""
STANDING: Final = "account."
"""A competitor does not stop being one by the calendar: these hold until they are revoked."""
_PATTERN = re.compile(r"\*|[a-z0-9_*]+\.[a-z0-9_*]+")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes: `field` of the signals whose kind fits `pattern`, `age` after they occurred."""

    pattern: str
    field: str
    age: timedelta

    def fits(self, kind: str) -> bool:
        """Whether the rule is about a kind. What the account list says (`account.*`) only goes by a rule that names it."""
        listed = self.field == SIGNAL and kind.startswith(STANDING) and not self.pattern.startswith(STANDING)
        return not listed and fnmatchcase(kind, self.pattern)


def rules_of(table: Mapping[str, Any], place: Callable[[str], str]) -> tuple[Rule, ...]:
    """The rules of `[retention]`. `place` says where a pattern is written. Raises ConfigError with the nearest right word."""
    return tuple(rule for pattern, given in table.items() for rule in _of_one(pattern, given, place(pattern)))


@lru_cache(maxsize=4096)
def age_of(rules: tuple[Rule, ...], kind: str, field: str) -> timedelta | None:
    """After which age a field (or the `signal`) of a kind goes: by the strictest rule that fits; None when it stays."""
    return min((rule.age for rule in rules if rule.field == field and rule.fits(kind)), default=None)


def _of_one(pattern: str, given: Any, at: str) -> list[Rule]:
    if not _PATTERN.fullmatch(pattern):
        areas = [name for kind in CATALOGUE for name in (kind, f"{kind.partition('.')[0]}.*")]
        raise ConfigError(
            f"{at}: a kind is area.fact, with * for any part{did_you_mean(pattern, dict.fromkeys(areas))}",
            fix='write "visit.page", "visit.*" or "*", in quotes',
        )
    if not isinstance(given, Mapping):
        return [Rule(pattern, SIGNAL, _age(given, at))]
    rules = []
    for field, age in given.items():
        if field not in FIELDS:
            raise ConfigError(
                f"{at}: unknown field {field[:60]!r}{did_you_mean(field, FIELDS)}",
                fix=f"it is about: {', '.join(FIELDS)}",
            )
        rules.append(Rule(pattern, field, _age(age, f"{at} {field}")))
    return rules


def _age(text: Any, at: str) -> timedelta:
    if not isinstance(text, str):
        raise ConfigError(f"{at}: expected how long", fix='write a duration in quotes, e.g. "400d"')
    try:
        age = parse_duration(text)
    except (ValueError, OverflowError):
        raise ConfigError(f"{at}: expected how long, e.g. 400d or 26w") from None
    if age < _DAY:
        raise ConfigError(f"{at}: expected at least 1d", why="what is old is removed once a day")
    return age
