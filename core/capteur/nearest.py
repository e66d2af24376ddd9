"""What somebody probably meant by a word that is not known: one guess and one way to say it, for every message of capteur."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

ALIKE = 0.6
"""How much of two words must agree; below it a guess is more often wrong than right."""


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words most like `word`, best first; empty when none is close. Case does not count.

    A name of several parts is also found by its first: `acme` is acme.com. Of two such names the first parts must be alike,
    for all companies end in .com.

    >>> nearest("hirring", ["hiring", "funding", "csv"])
    ['hiring']
    >>> nearest("nosuch.com", ["initech.com"])
    []
    """
    spelled = {label.casefold(): label for label in known}
    wanted = word.strip().casefold()
    begins = sorted((label for label in spelled if wanted and label.partition(".")[0] == wanted), key=len)
    alike = [label for label in spelled if _begins_alike(wanted, label)]
    close = [*begins, *difflib.get_close_matches(wanted, alike, n=count, cutoff=ALIKE)]
    return [spelled[label] for label in dict.fromkeys(close)][:count]


def _begins_alike(word: str, label: str) -> bool:
    if "." not in word or "." not in label:
        return True
    return difflib.SequenceMatcher(None, word.partition(".")[0], label.partition(".")[0]).ratio() >= ALIKE


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word, or nothing.

    >>> did_you_mean("apikey", ["api_key", "min_amount"])
    "; did you mean 'api_key'?"
    """
    near = nearest(word, known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""
