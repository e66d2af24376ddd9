"""Whom to look at first: hand cases, and what holds for all of them."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.clock import MICROS_PER_DAY
from capteur.ranking.worth import Candidate, by_worth, reason, worth

DAY = MICROS_PER_DAY
LINE = 6.4
spans = st.integers(0, 400 * DAY)
intents = st.none() | st.floats(0, 10)
lines = st.none() | st.floats(0, 10)


def test_the_formula_by_hand() -> None:
    """Twice the interval old, half a point below the line, at 5.9: 2 x (1 + 2 exp(-0.5) + 0.59)."""
    assert worth(Candidate(1, 2 * DAY, 5.9), DAY, LINE) == pytest.approx(2 * (1 + 2 * exp(-0.5) + 0.59))
    assert worth(Candidate(1, 2 * DAY), DAY, LINE) == 2.0
    assert worth(Candidate(1, None, 10.0), DAY, None) == 2.0


def test_the_order_by_hand() -> None:
    """Never read comes first, the higher one of them before the other; then the line, then height, then age; a tie by id."""
    order = by_worth(
        [
            Candidate(1, DAY),
            Candidate(2, 2 * DAY),
            Candidate(3, DAY, 6.0),
            Candidate(4, DAY, 9.9),
            Candidate(5, DAY, 1.0),
            Candidate(6, None),
            Candidate(7, 9 * DAY),
            Candidate(8, None, 7.0),
            Candidate(9, DAY),
        ],
        DAY,
        LINE,
    )
    assert [c.account_id for c in order] == [8, 6, 7, 3, 4, 2, 5, 1, 9]


@given(spans, spans, intents, lines)
def test_the_older_of_two_equals_comes_first(a: int, b: int, intent: float | None, line: float | None) -> None:
    if a > b:
        assert by_worth([Candidate(1, b, intent), Candidate(2, a, intent)], DAY, line)[0].account_id == 2


@given(spans.filter(bool), st.floats(0, 3), st.floats(0, 3), st.floats(3, 7))
def test_the_nearer_to_the_line_of_two_that_are_as_high_comes_first(
    age: int, a: float, b: float, intent: float
) -> None:
    """Its own line for each: so that nothing but the distance differs."""
    near, far = sorted((a, b))
    there, away = (worth(Candidate(1, age, intent), DAY, intent + distance) for distance in (near, far))
    assert there >= away
    assert there > away or exp(-far) == pytest.approx(exp(-near))


@given(spans.filter(bool), st.floats(0, 10), st.floats(0, 10))
def test_without_a_line_the_higher_comes_first(age: int, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert worth(Candidate(1, age, high), DAY, None) >= worth(Candidate(2, age, low), DAY, None)


@given(spans, intents, intents, lines)
def test_never_looked_at_comes_before_everything(
    age: int, a: float | None, b: float | None, line: float | None
) -> None:
    assert by_worth([Candidate(1, age, a), Candidate(2, None, b)], DAY, line)[0].account_id == 2


@given(spans, intents, intents, lines)
def test_nobody_is_left_out_for_ever(age: int, a: float | None, b: float | None, line: float | None) -> None:
    """Whatever two accounts are, one that has waited more than four times as long comes first."""
    order = by_worth([Candidate(1, age, a), Candidate(2, 4 * age + DAY, b)], DAY, line)
    assert order[0].account_id == 2


@pytest.mark.parametrize(
    ("since", "intent", "line", "words"),
    [
        (None, None, None, "never read"),
        (None, 6.0, LINE, "never read, near the line 6.4"),
        (9 * DAY, None, LINE, "9 d old"),
        (DAY // 4, 5.9, LINE, "6 h old, near the line 6.4"),
        (DAY // 48, 8.7, LINE, "30 min old, high 8.7"),
        (DAY, 2.0, LINE, "24 h old"),
    ],
)
def test_the_reason_names_what_decides(since: int | None, intent: float | None, line: float | None, words: str) -> None:
    assert reason(Candidate(1, since, intent), line) == words
