"""What is yielded is checked at the edge, once, and never raises in the author's generator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur import AccountRef, Signal
from capteur.clock import micros
from capteur.errors import InputError
from capteur.signals import accept, clean

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
KINDS = {"funding.raised"}


def signal(**changes: Any) -> Signal:
    values: dict[str, Any] = {"kind": "funding.raised", "account": "acme.com", "key": "k1", "occurred_at": "2026-11-01"}
    return Signal(**{**values, **changes})


def test_a_good_signal_is_normalised() -> None:
    accepted = accept(
        signal(account="https://www.ACME.co.uk/jobs", key=17, summary=" Raises\n12M ", data={"b": 1, "a": 2}),
        KINDS,
        NOW,
    )
    assert (accepted.ref.domain, accepted.key, accepted.summary, accepted.data, accepted.by_day) == (
        "acme.co.uk",
        "17",
        "Raises 12M",
        '{"a":2,"b":1}',
        True,
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"account": "acme corp"}, "'acme corp' is not a domain"),
        ({"account": "10.0.0.1"}, "not a domain"),
        ({"account": "acme.greenhouse.io"}, "platform"),
        ({"account": "bob@gmail.com"}, "mail host"),
        ({"account": None}, "expected a domain or an AccountRef"),
        ({"account": AccountRef()}, "no usable name"),
        ({"occurred_at": datetime(2026, 1, 1)}, "no timezone"),  # noqa: DTZ001  a naive one is the point
        ({"occurred_at": "last week"}, "not ISO 8601"),
        ({"occurred_at": 1700000000}, "expected a datetime"),
        ({"occurred_at": NOW + timedelta(hours=37)}, "more than 36 h ahead"),
        ({"strength": 1.1}, "not between 0 and 1"),
        ({"strength": float("nan")}, "not between 0 and 1"),
        ({"strength": "high"}, "not between 0 and 1"),
        ({"key": ""}, "key"),
        ({"key": True}, "key"),
        ({"key": "x" * 401}, "at most 400"),
        ({"kind": "Funding"}, "area.fact"),
        ({"kind": "funding.lost"}, "not among this sensor's kinds"),
        ({"evidence_url": "javascript:alert(1)"}, "not an http"),
        ({"data": {"x": "y" * 70_000}}, "at most 64 KB"),
        ({"data": [1]}, "expected a mapping"),
        ({"summary": 7}, "expected text"),
    ],
)
def test_a_bad_value_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        accept(signal(**changes), KINDS, NOW)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        accept(signal(account="acme corp", strength=2, occurred_at="soon"), KINDS, NOW)
    assert caught.value.what.count(";") == 2


def test_a_moment_a_little_ahead_is_taken_as_now_and_the_claim_is_kept() -> None:
    claimed = NOW + timedelta(hours=30)
    accepted = accept(signal(occurred_at=claimed), KINDS, NOW)
    assert accepted.occurred_at == micros(NOW)
    assert accepted.data == f'{{"claimed_at":"{claimed.isoformat()}"}}'


def test_an_account_known_by_name_keeps_its_name_where_its_domain_is_a_platform() -> None:
    accepted = accept(
        signal(account=AccountRef(name="Acme  GmbH", domain="acme.personio.de", ids={"cik": "1", "lei": ""})),
        KINDS,
        NOW,
    )
    assert accepted.ref == AccountRef(name="Acme GmbH", domain=None, ids={"cik": "1"})


@given(st.text())
def test_clean_leaves_nothing_that_moves_a_cursor_or_reverses_a_line(text: str) -> None:
    shown = clean(text)
    assert len(shown) <= 300
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200f" for c in shown)


ASKED = {"statement": "Please call me about 40 seats", "place": "booth 12, SaaStr"}


def ask(**changes: Any) -> Signal:
    """An `ask.contact` that is as it should be, but for the changes."""
    return signal(**{"kind": "ask.contact", "occurred_at": NOW, "data": ASKED, **changes})


@pytest.mark.parametrize(
    ("changes", "complaints"),
    [
        ({"data": None}, ["data: an ask.contact lacks its statement", "data: an ask.contact lacks its place"]),
        ({"data": {"place": "a call"}}, ["data: an ask.contact lacks its statement"]),
        ({"data": {"statement": "Call me"}}, ["data: an ask.contact lacks its place"]),
        ({"data": {**ASKED, "statement": "  "}}, ["data: an ask.contact lacks its statement"]),
        ({"data": {**ASKED, "place": 7}}, ["data: an ask.contact lacks its place"]),
        ({"occurred_at": "2026-11-19"}, ["occurred_at: an ask.contact lacks its exact time"]),
    ],
)
def test_an_ask_without_exact_statement_place_and_time_is_refused(
    changes: dict[str, Any], complaints: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        accept(ask(**changes), {"ask.contact"}, NOW)
    assert refused.value.what.split("; ") == complaints


@pytest.mark.parametrize("more", [{}, {"data": {"statement": "Call me"}, "evidence_url": "https://us.example/contact"}])
def test_an_ask_with_all_three_is_taken(more: dict[str, Any]) -> None:
    """Where it can be seen is a place too."""
    accepted = accept(ask(**more), {"ask.contact"}, NOW)
    assert (accepted.kind, accepted.by_day) == ("ask.contact", False)
    assert accepted.data is not None
    assert "statement" in accepted.data


def test_other_kinds_need_none_of_it() -> None:
    """A question of which only the day is known is still a question."""
    assert accept(signal(kind="question.asked"), {"question.asked"}, NOW).by_day
