"""Ids that stand for nobody or for several companies join nobody to a company."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from capteur_sensors.visits.keys import Keys
from capteur_sensors.visits.message import read
from capteur_sensors.visits.onsite import CLAIMS, Onsite

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PLACEHOLDERS = [
    "undefined", "null", "NULL", " Undefined ", "0", 0, "anonymous", "guest", "unknown", "none", "nan", "NaN", "[object Object]", "-1", -1,
    "true", "False", True, "", "empty", "00000000-0000-0000-0000-000000000000",
]  # fmt: skip


@pytest.mark.parametrize("value", PLACEHOLDERS, ids=repr)
def test_a_placeholder_is_no_id(value):
    """In each of the four ids of a message."""
    ids = dict.fromkeys(("userId", "anonymousId", "previousId", "groupId"), value)
    message = read({"type": "page", **ids}, NOW)
    assert (message.user, message.anonymous, message.previous, message.group) == ("", "", "", "")


@pytest.mark.parametrize("value", ["u1", "10", 10, "0a", "nullius", "guest-7", "1", "-12"])
def test_what_only_resembles_a_placeholder_is_an_id(value):
    assert read({"type": "page", "userId": value}, NOW).user == str(value)


def test_everybody_whose_user_id_is_undefined_is_not_one_company(calls, sent_here):
    """One of them names Acme; the others are of nobody."""
    house = sent_here(
        calls.identify(1, "jane@acme.com", userId="undefined", anonymousId="a"),
        calls.page(2, userId="undefined", anonymousId="b"),
    )
    assert [account.partition(":")[0] for account, _ in calls.told(house)] == ["visitor"]


def test_an_id_of_two_domains_says_of_no_company_any_more(calls, sent_here):
    """A browser at a fair: Acme, then Globex; whoever comes third is neither, and who signed in is still known."""
    house = sent_here(
        calls.identify(1, "jane@acme.com", userId="u1"),
        calls.identify(2, "jim@globex.com", userId="u2"),
        calls.page(3, "/docs", anonymousId="anon-1"),
        calls.page(4, "/pricing", userId="u2", anonymousId="anon-1"),
        calls.page(5, "/product", userId="u1", anonymousId="anon-1"),
        calls.identify(6, "joe@initech.com", userId="u3"),
        calls.page(7, "/demo", userId="u4", anonymousId="anon-1"),
    )
    assert sorted(account.partition(":")[0] for account, _ in calls.told(house)) == ["acme.com", "globex.com", "user"]


def test_of_an_ambiguous_visitor_only_the_network_says_who_it_is(calls, sent_here):
    house = sent_here(
        calls.identify(1, "jane@acme.com", userId="u1"),
        calls.identify(2, "jim@initech.com", userId="u2"),
        calls.page(3, context={"ip": calls.OFFICE}),
    )
    assert calls.told(house) == [("globex.com", "visit.key_page")]


def test_an_ambiguous_id_stays_so_while_others_come_and_go():
    memory = Onsite(Keys.fresh(1))
    assert memory.claim("x", "acme.com")
    assert not memory.claim("x", "globex.com")
    for number in range(CLAIMS - 1):
        memory.claim(f"id{number}", "initech.com")
        assert not memory.claim("x", "acme.com")
    memory.claim("one more", "initech.com")
    again = Onsite.load({**memory.dump()}, None, 1)
    assert again.is_ambiguous("x")
    assert len(again.claims) == CLAIMS
