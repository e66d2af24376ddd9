"""An ask that arrives: taken with its exact statement, place and time, refused without one, told by the line it came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from capteur import House

Make = Callable[..., House]
TOML = 'use = "csv"\npath = "asks.csv"\n'


@pytest.fixture
def house(feed: Make) -> House:
    """A file of asks, of which one is complete."""
    house = feed("yield", toml=TOML)
    rows = [
        "domain,kind,date,summary,statement,place",
        "acme.com,ask.contact,2026-11-18T09:00+01:00,wants a call,Please call me about 40 seats,our contact form",
        "acme.com,ask.contact,2026-11-18,wants a call,Please call me,our contact form",
        "globex.com,ask.contact,2026-11-18T09:00+01:00,wants a call,,our contact form",
        "globex.com,ask.contact,2026-11-18T09:30+01:00,wants a call,Please call me,",
        "globex.com,question.asked,2026-11-18,What does it cost?,,",
    ]
    (house.settings.folder / "asks.csv").write_text("\n".join(rows) + "\n")
    return house


def test_what_is_no_ask_is_refused_and_counted(house: House) -> None:
    (run,) = house.run().runs
    assert (run.status, run.new, run.bad) == ("ok", 2, 3)
    for lack in ("its exact time", "its statement", "its place"):
        assert any(f"an ask.contact lacks {lack}" in note and "fix:" in note for note in run.notes), run.notes


def test_the_one_that_is_one_declares_the_account(house: House) -> None:
    house.run()
    ask = next(s for s in house.signals() if s.kind == "ask.contact")
    assert ask.data["statement"] == "Please call me about 40 seats"
    assert ask.data["place"] == "our contact form"
    assert datetime.fromtimestamp(ask.occurred_at / 1e6, UTC) == datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert {row.account.label: row.estimate.status for row in house.ranking().rows} == {
        "acme.com": "declared",
        "globex.com": "scored",
    }
    (line,) = [line for line in house.explain("acme.com").row.lines if line.kind == "ask.contact"]
    assert line.could_also_mean == "a support request, a supplier, a job seeker"


def test_what_was_asked_in_a_file_is_in_the_questions_too(house: House) -> None:
    """They come from wherever a source has them; without words of its own a question is told by its summary."""
    house.run()
    ((asked,),) = [[(a.account.label, [q.text for q in a.questions]) for a in house.questions().asked]]
    assert asked == ("globex.com", ["What does it cost?"])
