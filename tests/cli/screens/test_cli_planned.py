"""`capteur run --plan` and the budget's line of `capteur status`, on a terminal, in a pipe, and for a program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from capteur.accounts import Account
from capteur.cli.screen import document
from capteur.cli.screens.planned import SHOWN, Plans
from capteur.cli.screens.statuses import Statuses
from capteur.clock import micros
from capteur.house.planning import InstancePlan, Plan, Planned
from capteur.watching import BudgetStatus, InstanceStatus, Status

NOW = micros(datetime(2026, 11, 20, 8, 0, tzinfo=UTC))
HOUR = 3_600_000_000
TOLD = "1 880 of 5 000 requests per 1d spent, 28 looks wait, the next for 3 h"


def look(n: int, *, fits: bool) -> Planned:
    return Planned(Account(n, f"c{n:02}.com", "Acme [/bad]\x1b[31m Ltd"), "9 d old, near the line 6.4", fits)


PLAN = Plan(
    NOW,
    [
        InstancePlan("people", "ready", [look(n, fits=n < 2) for n in range(30)], 28, 2, 3.0, 6, 10, 3120, None, TOLD),
        InstancePlan("rounds", "parked", [Planned(None, "6 h old", fits=False)], 1, 0, None, 0, 0, None, None, None),
    ],
)


def shown(plan: Plan, width: int = 100) -> list[str]:
    return [line.plain for line in Plans(plan).lines(width)]


@pytest.mark.parametrize("width", [24, 60, 100, 160])
def test_no_line_is_wider_than_the_terminal_or_steers_it(width: int) -> None:
    lines = list(Plans(PLAN).lines(width))
    assert max(line.cell_len for line in lines) <= width
    assert "\x1b" not in "".join(line.plain for line in lines)


def test_a_terminal_sees_what_it_takes_and_the_first_twenty() -> None:
    lines = shown(PLAN, 160)
    assert lines[1].strip() == (f"2 looks of 30, 28 due, about 6 requests and at most 10 credits. Budget: {TOLD}.")
    assert sum("9 d old, near the line 6.4" in line for line in lines) == SHOWN
    assert sum("waits" in line for line in lines) == SHOWN - 2
    assert "  and 10 more" in lines
    assert "  parked: it would not run; capteur resume rounds" in lines
    assert shown(Plan(NOW, []))[0] == "No sensor is configured that could be asked."


def test_a_pipe_and_a_program_get_all_of_it() -> None:
    rows = list(Plans(PLAN).rows())
    assert len(rows) == 31
    assert all(len(row) == len(Plans.header) for row in rows)
    people, rounds = document(Plans(PLAN))["items"]
    assert (people["looks"], people["fits"], people["requests_each"], people["requests_left"]) == (30, 2, 3.0, 3120)
    assert len(people["accounts"]) == 30
    assert rounds["accounts"] == [{"account": None, "name": None, "reason": "6 h old", "fits": False}]


def test_status_says_what_is_spent_who_waits_and_when_it_is_full_again() -> None:
    budget = BudgetStatus(5000, 1880, None, 0, 86_400, 28, NOW + 3 * HOUR, NOW + 21 * HOUR, TOLD)
    screen = Statuses(
        Status(
            NOW, "x", "0004", [InstanceStatus("people", "ok", budget=budget), InstanceStatus("feed", "ok")], 0, 0, []
        )
    )
    assert f"   budget: {TOLD}, full again in 21 h" in [line.plain for line in screen.lines(120)]
    people, feed = document(screen)["items"]
    assert (people["budget_requests"], people["budget_requests_spent"], people["budget_waiting"]) == (5000, 1880, 28)
    assert people["budget_full_at"] == "2026-11-21T05:00:00+00:00"
    assert (feed["budget_requests"], feed["budget_waiting"]) == (None, None)
