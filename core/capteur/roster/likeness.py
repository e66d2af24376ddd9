"""How alike two names of companies are. For proposals a person decides about: nothing is ever attached by likeness.

One number over two whole names cannot tell "Acme Health" from "Acme Wealth" and still see that "Zoom" is "Zoom Video
Communications" (docs/decisions/0011-likeness.md has the figures), so names are compared word by word: every word of the shorter
one must be in the other, at least one of them must tell companies apart, and two different countries are two companies.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from capteur.matching import PLACES, normal_name, other_names

T = TypeVar("T")

WITHIN = 0.75
"""Likeness of a name whose words are all in the other, before the share of the letters they have in common is added."""
NEARLY = 0.95
"""Likeness of names that are one but for a country that one of them has."""
COMMON = 200
"""A word that the names of more accounts share tells nothing."""
SLIP = 7
"""From so many letters on (and one more in the longer word) two words that differ by one slip of the pen are one."""

_FILLER_AS_WRITTEN = """
    and of the for by in to de du des der die das del della di da do dos la le les el los et und dba aka fka formerly
    group groupe gruppe grupo gruppo grp holding holdings global international intl worldwide enterprise enterprises
    company companies corporation corp inc llc ltd limited gmbh sa co com net org io ai app hq www
"""
_FILLER = frozenset(_FILLER_AS_WRITTEN.split())
"""Words that one company's name has in one place and not in another."""
_GENERIC_AS_WRITTEN = """
    solution solutions system systems service services svcs technology technologies tech software digital data cloud
    lab labs laboratories network networks online web internet mobile consulting consultants advisors advisory
    management partner partners associates venture ventures capital fund funds trust financial finance bank banking
    bancorp bancshares insurance investment investments securities credit income equity payment payments media
    communication communications telecom telekom telecommunications wireless energy power oil petroleum gas water gold
    mining minerals metals resources chemical chemicals steel aluminum paper semiconductor semiconductors health
    healthcare medical pharma pharmaceutical pharmaceuticals therapeutics biotech biosciences sciences science
    foundation association institute university college school industries industrial industry manufacturing products
    design studio studios works construction engineering electric electronics logistics transport retail foods food
    hotels travel airlines airways air motors auto security research marketing real estate properties property realty
    entertainment games education learning training development first national general united new advanced innovative
    creative smart royal central city state county federal northern southern western eastern north south east west
    american pacific atlantic ii iii iv vi vii viii ix
"""
_GENERIC = frozenset(_GENERIC_AS_WRITTEN.split())
"""Words of a trade, and words anybody puts before one: they tell no company from another unless a telling word goes with them."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """A name taken apart: its words without fillers and places, those of them that tell, the places, and all in one word."""

    words: tuple[str, ...]
    telling: frozenset[str]
    places: frozenset[str]
    joined: str


def _parts(normal: str) -> _Parts:
    every = normal.split()
    words = tuple(word for word in every if word not in _FILLER and word not in PLACES)
    telling = frozenset(word for word in words if word not in _GENERIC and len(word) > 1)
    places = frozenset(word for word in every if word in PLACES)
    whole = words if telling else [word for word in every if word not in _FILLER] or every
    return _Parts(words, telling, places, "".join(whole))


_parts_again = functools.lru_cache(maxsize=16_384)(_parts)
"""The same few names are compared with many."""


def likeness(one: str, two: str) -> float:
    """How alike two names are: 0, or from WITHIN to 1.

    >>> likeness("Datadog", "Data Dog, Inc."), likeness("Acme Health", "Acme Wealth")
    (1.0, 0.0)
    >>> round(likeness("Zoom", "Zoom Video Communications"), 2)
    0.79
    """
    ones, twos = ([_parts(normal) for normal in (normal_name(text), *other_names(text))] for text in (one, two))
    return max(_likeness(a, b) for a in ones for b in twos)


def _likeness(one: _Parts, two: _Parts) -> float:
    if one.places and two.places and one.places != two.places:
        return 0.0
    if one.joined == two.joined:
        return 1.0 if one.places == two.places else NEARLY
    short, fuller = sorted((one, two), key=lambda parts: (len(parts.words), sum(map(len, parts.words))))
    free, shared, tells = list(fuller.words), 0.0, False
    for word in short.words:
        found = next((other for other in free if _is_one(word, other)), None)
        if found is None:
            return 0.0
        free.remove(found)
        shared += min(len(word), len(found))
        tells = tells or (word in short.telling and found in fuller.telling)
    return WITHIN + (1 - WITHIN) * shared / sum(map(len, fuller.words)) if tells else 0.0


def _is_one(word: str, other: str) -> bool:
    """The same word, or a long one with one slip of the pen: a letter too many, too few, another, or two exchanged."""
    if word == other:
        return True
    return _can_slip(word, other) and OSA.distance(word, other, score_cutoff=1) <= 1


def _can_slip(word: str, other: str) -> bool:
    shorter, longer = sorted((len(word), len(other)))
    return shorter >= SLIP and longer > SLIP and word[0] == other[0]


class Lookalikes(Generic[T]):
    """Normal names by their words, so that a name is compared with those few that share one; `names` are (normal name, whose)."""

    def __init__(self, names: Iterable[tuple[str, T]]) -> None:
        self._names = list(names)
        self._by_word: dict[str, list[int]] = {}
        for number, (normal, _) in enumerate(self._names):
            for word in _marks(_parts(normal)):
                self._by_word.setdefault(word, []).append(number)
        self._by_end: dict[str, list[str]] = {}
        for word in self._by_word:
            for end in _ends(word):
                self._by_end.setdefault(end, []).append(word)

    def near(self, normal: str) -> dict[T, float]:
        """Whose names are alike, and how much."""
        parts = _parts(normal)
        numbers: set[int] = set()
        for mark in _marks(parts):
            for word in self._spelled(mark):
                if len(found := self._by_word[word]) <= COMMON:
                    numbers.update(found)
        near: dict[T, float] = {}
        for number in sorted(numbers):
            other, whose = self._names[number]
            score = _likeness(parts, _parts_again(other))
            if score > near.get(whose, 0.0):
                near[whose] = score
        return near

    def _spelled(self, word: str) -> list[str]:
        """The word as the names spell it, slips included."""
        found = [word] if word in self._by_word else []
        near = sorted({other for end in _ends(word) for other in self._by_end.get(end, ())})
        alike = process.extract(word, near, scorer=OSA.distance, score_cutoff=1, limit=None) if near else []
        return found + [other for other, distance, _ in alike if distance and _can_slip(word, other)]


def _ends(word: str) -> tuple[str, ...]:
    """By what a long word is found though it has a slip: that spoils its first three letters or its last three, never both."""
    return (word[:3], f"{word[0]}-{word[-3:]}") if len(word) >= SLIP else ()


def _marks(parts: _Parts) -> set[str]:
    """By what a name is looked up: its telling words, and all of it in one word."""
    return {*parts.telling, parts.joined}
