"""Touches and asks that people write down: one line, one signal, at once in the number; and what they asked, as a report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock, from_micros
from capteur.errors import ConfigError, InputError, UsageError
from capteur.house.touching import KINDS, moment_of
from capteur.store import audit, sql

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ACCOUNTS = "domain,name,standing\nacme.com,Acme,\nglobex.com,Globex,\nrival.com,Rival,competitor\n"


@pytest.fixture
def house(stored_project: Any) -> House:
    stored_project.configure("")
    stored_project.accounts(ACCOUNTS)
    house: House = stored_project.open()
    house.import_accounts()
    return house


@pytest.mark.parametrize("word", [word for word in KINDS if word != "ask"])
def test_a_touch_is_a_signal_and_moves_the_number_at_once(house: House, word: str) -> None:
    """The answer says from where to where; the list, from its running state, says the same."""
    told = house.touch("Acme", word, "about 40 seats")
    assert (told.signal.kind, told.signal.summary, told.signal.scope) == (KINDS[word], "about 40 seats", "touch")
    assert (told.before.intent, told.state) == (None, "noted")
    assert told.after.intent is not None
    assert told.after.intent > 1
    (row,) = house.ranking().rows
    assert row.estimate.intent == pytest.approx(told.after.intent, abs=1e-9)
    assert house.explain("acme.com").row.lines[0].could_also_mean


def test_a_question_keeps_its_words(house: House) -> None:
    """Longer than a summary may be."""
    words = "Does it read our CRM? " * 40
    told = house.touch("acme.com", "question", words)
    assert told.signal.data == {"text": words.strip()}


def test_the_same_within_a_minute_is_one(house: House, clock: ManualClock) -> None:
    """Account, kind and text are the same; a minute later, or with other words, it is another."""
    states = [house.touch("acme.com", "call", text).state for text in ("hello", "hello", "other", None)]
    clock.advance(timedelta(seconds=61))
    states.append(house.touch("acme.com", "call", "hello").state)
    assert states == ["noted", "known", "noted", "noted", "noted"]
    assert len(house.signals("acme.com", kind="touch.call")) == 4


def test_the_same_day_without_an_hour_is_one(house: House, clock: ManualClock) -> None:
    house.touch("acme.com", "booth", at=date(2026, 11, 12))
    clock.advance(timedelta(hours=5))
    assert house.touch("acme.com", "booth", at=date(2026, 11, 12)).state == "known"
    assert house.touch("acme.com", "booth", at=date(2026, 11, 13)).state == "noted"


def test_undo_takes_back_the_last_one(house: House) -> None:
    """Of one kind with its word; what was taken back can be noted anew at once."""
    house.touch("acme.com", "meeting", "first")
    house.touch("acme.com", "call", "second")
    undone = house.untouch("acme.com", "meeting")
    assert (undone.signal.summary, undone.state) == ("first", "undone")
    assert undone.after.intent < undone.before.intent
    assert house.untouch("acme.com").after.intent is None
    assert house.touch("acme.com", "meeting", "first").state == "noted"
    with pytest.raises(InputError, match=r"nothing \(reply\) was noted about acme.com"):
        house.untouch("acme.com", "reply")
    assert [row.action for row in house.store.read(audit.last)] == ["touch", "revoke", "revoke", "touch", "touch"]


def test_an_ask_has_its_words_its_place_and_its_time(house: House) -> None:
    told = house.touch(
        "globex.com", "ask", "Please call me", place="https://us.example/contact", at=NOW - timedelta(hours=3)
    )
    assert told.after.status == "declared"
    assert told.signal.data == {"statement": "Please call me", "place": "https://us.example/contact"}
    assert told.signal.evidence_url == "https://us.example/contact"
    assert from_micros(told.signal.occurred_at) == NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("word", "more", "complaint"),
    [
        ("ask", {"text": "call me"}, "an ask needs its place"),
        ("ask", {"place": "a call"}, "an ask needs its exact words"),
        ("ask", {"text": "call me", "place": "a call", "at": date(2026, 11, 19)}, "an ask needs its exact time"),
        ("question", {}, "a question needs its words"),
        ("call", {"text": "x" * 301}, "the text has 301 characters, at most 300"),
    ],
)
def test_what_is_missing_is_said(house: House, word: str, more: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        house.touch("acme.com", word, **more)
    assert house.signals("acme.com") == []


def test_an_unknown_account_names_the_nearest_and_how_to_add_it(house: House) -> None:
    with pytest.raises(InputError) as error:
        house.touch("acmee.com", "call")
    assert error.value.fix == "did you mean acme.com or Acme? A new one: capteur accounts add acmee.com"
    with pytest.raises(InputError) as error:
        house.touch("zzz.example", "call")
    assert error.value.fix.endswith("; a new one: capteur accounts add zzz.example")


def test_a_vetoed_account_keeps_its_touch_and_stays_at_zero(house: House) -> None:
    told = house.touch("rival.com", "meeting")
    assert (told.after.status, told.after.intent) == ("vetoed", 0.0)


def test_a_person_is_kept_only_where_persons_are(house: House, stored_project: Any) -> None:
    """Then as a keyed hash, the same however it is written."""
    with pytest.raises(ConfigError, match="persons are not kept here") as error:
        house.touch("acme.com", "call", person="Jane@acme.com")
    assert 'persons = ["touch"]' in error.value.fix
    stored_project.configure('[privacy]\npersons = ["touch"]\n')
    open_one = stored_project.open()
    for who in ("Jane@acme.com", " jane@ACME.com"):
        open_one.touch("acme.com", "call", who, person=who)
    kept = open_one.store.read(
        lambda conn: sql.rows(conn, "SELECT DISTINCT person FROM signal WHERE person IS NOT NULL")
    )
    assert len(kept) == 1
    assert len(kept[0][0]) == 16


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("2026-11-12", date(2026, 11, 12)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-12T15:00+01:00", datetime(2026, 11, 12, 14, tzinfo=UTC)),
        ("2026-11-12 15:00", datetime(2026, 11, 12, 15).astimezone(UTC)),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, moment: datetime | date) -> None:
    """A time without an offset is of the zone of this machine."""
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize("text", ["2026-11-23", "2026-11-20T09:00Z", "2026-11-20 19:00+01:00"])
def test_the_future_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is in the future"):
        moment_of(text, NOW)


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(InputError, match="'yesterday-ish' is not a moment"):
        moment_of("yesterday-ish", NOW.astimezone(timezone(timedelta(hours=5))))


def test_questions_are_told_by_account_with_how_often_the_same_was_asked(house: House, clock: ManualClock) -> None:
    """Case, spaces and punctuation make no difference, and nothing else is guessed; what was taken back is not told."""
    house.touch("acme.com", "question", "What does it cost?")
    clock.advance(timedelta(hours=1))
    house.touch("globex.com", "question", "what does it  COST")
    house.touch("globex.com", "question", "What does it cost for 40?")
    house.touch("acme.com", "question", "wrong account")
    house.untouch("acme.com")
    report = house.questions()
    told = [(a.account.label, [(q.text, q.times, q.accounts) for q in a.questions]) for a in report.asked]
    assert sorted(told) == [
        ("acme.com", [("What does it cost?", 2, 2)]),
        ("globex.com", [("what does it  COST", 2, 2), ("What does it cost for 40?", 1, 1)]),
    ] or sorted(told) == [
        ("acme.com", [("What does it cost?", 2, 2)]),
        ("globex.com", [("What does it cost for 40?", 1, 1), ("what does it  COST", 2, 2)]),
    ]
    (only,) = house.questions(account="acme.com").asked
    assert only.account.label == "acme.com"
    assert house.questions(since=clock.now() + timedelta(days=1)).asked == ()
