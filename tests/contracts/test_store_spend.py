"""What was spent is counted once, slides out of its window, and a killed writer leaves all of it or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.registry import Budget
from capteur.sensing.purse import Balance
from capteur.store import runs, spend
from capteur.store.ingest import Fenced
from capteur.store.shapes import Spend

HOUR = 3_600_000_000
DAY = 24 * HOUR
A_DAY = timedelta(days=1)


def spent(bench: Any, per: timedelta = A_DAY) -> tuple[int, int]:
    rows = bench.read(lambda c: spend.window(c, "jobs", bench.now, per))
    return sum(r.requests for r in rows), sum(r.credits for r in rows)


def test_what_a_unit_spent_is_stored_with_its_row_and_adds_up(bench: Any) -> None:
    at = spend.piece(bench.now, A_DAY)
    for account in (1, 2):
        (row,) = bench.claim(account)
        bench.commit(account_id=account, epoch=row.epoch, spent=Spend(at, 3, 5), finish=None)
        bench.commit(account_id=account, epoch=row.epoch, spent=Spend(at, 1, 0, 1), finish=bench.finish())
    assert spent(bench) == (8, 10)
    assert bench.read(lambda c: spend.usual(c, "jobs", bench.now)) == 4.0


def test_a_unit_that_lost_its_row_stores_nothing_of_it(bench: Any) -> None:
    (row,) = bench.claim(1)
    with pytest.raises(Fenced):
        bench.commit(account_id=1, epoch=row.epoch - 1, spent=Spend(bench.now, 3))
    assert spent(bench) == (0, 0)


def test_it_slides_out_of_the_window_at_the_hour_it_came_in(bench: Any) -> None:
    bench.advance(minutes=50)
    bench.write(lambda c: spend.add(c, "jobs", Spend(spend.piece(bench.now, A_DAY), 7)))
    bench.advance(hours=23)
    assert spent(bench) == (7, 0)
    bench.advance(minutes=10)
    assert spent(bench) == (0, 0)


def test_what_a_clock_two_months_ahead_wrote_blocks_nobody(bench: Any) -> None:
    bench.write(lambda c: spend.add(c, "jobs", Spend(bench.now + 60 * DAY, 7)))
    assert spent(bench) == (0, 0)


def test_the_usual_look_of_an_instance_that_had_no_budget_is_that_of_its_runs(bench: Any) -> None:
    def ran(c: Any) -> None:
        runs.finish(c, runs.start(c, "jobs", bench.now), now=bench.now, units=10, ok=10, requests=25)

    assert bench.read(lambda c: spend.usual(c, "jobs", bench.now)) is None
    bench.write(ran)
    assert bench.read(lambda c: spend.usual(c, "jobs", bench.now)) == 2.5


@given(st.integers(0, 10**16), st.integers(60, 366 * 86_400))
def test_a_piece_holds_its_moment_and_is_at_most_an_hour(moment: int, seconds: int) -> None:
    per = timedelta(seconds=seconds)
    at = spend.piece(moment, per)
    assert 0 <= moment - at < min(HOUR, seconds * 1_000_000 // 24 + 1)
    assert spend.piece(at, per) == at


@given(
    st.lists(st.tuples(st.integers(0, 6 * HOUR), st.integers(1, 9)), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(1, 4),
)
def test_no_day_of_the_clock_ever_has_more_than_the_budget(steps: list[tuple[int, int]], limit: int, each: int) -> None:
    """However much is wanted whenever: as many units begin as it says. Where none may, one may when it says that there is room."""
    rows: dict[int, int] = {}
    now = 10 * DAY
    for gap, wanted in steps:
        now += gap
        window = [Spend(at, n) for at, n in sorted(rows.items()) if now - DAY < at]
        balance = Balance(Budget(limit, None, A_DAY), 0, window, float(each), now)
        begun = min(balance.units(), wanted)
        piece = spend.piece(now, A_DAY)
        rows[piece] = rows.get(piece, 0) + begun * each
        if balance.units() == 0 and not balance.hopeless:
            then = balance.frees_at()
            assert Balance(balance.budget, 0, [r for r in window if then - DAY < r.at], float(each), then).units() >= 1
    for start in range(10 * DAY, now + HOUR, HOUR):
        assert sum(n for at, n in rows.items() if start <= at < start + DAY) <= limit


def test_the_first_unit_runs_alone_and_then_as_many_as_fit() -> None:
    budget = Budget(10, None, A_DAY)
    assert Balance(budget, 0, [], None, DAY).units() == 1
    assert Balance(budget, 0, [], None, DAY).units(held=1) == 0
    assert Balance(budget, 0, [Spend(DAY, 3, 0, 1)], 3.0, DAY).units() == 2
    assert Balance(budget, 0, [Spend(DAY, 3, 0, 1)], 3.0, DAY).units(held=1) == 1
    assert Balance(budget, 0, [Spend(DAY, 3, 0, 1)], 3.0, DAY).units(held=1, unstored=2) == 1
    assert Balance(budget, 0, [Spend(DAY, 3, 0, 1)], 3.0, DAY).units(held=1, unstored=5) == 0
    assert Balance(Budget(None, 10, A_DAY), 4, [], None, DAY).units(held=1) == 1


def test_room_comes_back_piece_by_piece_and_all_of_it_with_the_last() -> None:
    balance = Balance(Budget(10, None, A_DAY), 0, [Spend(0, 4), Spend(HOUR, 6)], 2.0, 2 * HOUR)
    assert balance.frees_at() == DAY
    assert balance.frees_at(5) == DAY + HOUR
    assert balance.full_at == DAY + HOUR
    assert Balance(Budget(10, None, A_DAY), 0, [], 2.0, DAY).full_at is None
