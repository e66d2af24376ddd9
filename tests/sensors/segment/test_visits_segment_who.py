"""Who a message is about, through the real store: sign-ins, groups, forms, networks, and what waits for one of them."""

from __future__ import annotations

import pytest


def test_an_anonymous_page_counts_for_the_company_once_its_visitor_signs_in(calls, sent):
    """The page first, in a delivery of its own; then identify with a business address; then a page in a third delivery."""
    house = sent(calls.page(1))
    ((account, kind),) = calls.told(house)
    assert (account.partition(":")[0], kind) == ("visitor", "visit.key_page")
    sent(calls.identify(2, "Jane.Doe@Acme.com"))
    assert calls.told(house) == [("acme.com", "visit.key_page")]
    sent(calls.page(3, "/blog/why"), calls.page(4, "/blog/how", anonymousId="anon-9", userId="u1"))
    assert calls.told(house) == [("acme.com", "visit.key_page"), *[("acme.com", "visit.page")] * 2]
    assert {row.account.label: row.estimate.status for row in house.ranking().rows}["acme.com"] == "scored"


def test_a_batch_in_any_order_says_the_same(calls, sent):
    house = sent({"batch": [calls.identify(2, "jane@acme.com"), calls.page(1), calls.page(3, "/docs")]})
    assert calls.told(house) == [("acme.com", "visit.key_page")]
    assert house.signals()[0].strength > 0.5


def test_who_signed_in_goes_before_the_network(calls, sent):
    """At Globex's office somebody of Acme: Acme. Nobody known: Globex."""
    house = sent(calls.page(1, context={"ip": calls.OFFICE}, anonymousId="stranger"))
    assert calls.told(house) == [("globex.com", "visit.key_page")]
    sent(calls.identify(2, "jane@acme.com"), calls.page(3, context={"ip": calls.OFFICE}))
    assert calls.told(house) == [("acme.com", "visit.key_page"), ("globex.com", "visit.key_page")]


def test_a_group_names_the_company_by_site_domain_or_name(calls, sent):
    house = sent(
        [
            calls.page(1, anonymousId="a"),
            calls.page(2, anonymousId="b"),
            calls.page(3, anonymousId="c"),
            calls.page(4, anonymousId="d"),
        ],
        calls.call("group", 5, groupId="g1", anonymousId="a", traits={"website": "https://www.acme.com/about"}),
        calls.call("group", 6, groupId="g2", anonymousId="b", traits={"domain": "globex.com", "name": "Whatever"}),
        calls.call("group", 7, groupId="g3", anonymousId="c", traits={"name": "ACME, Inc."}),
        calls.call("group", 8, groupId="g4", anonymousId="d", traits={"name": "Initech"}),
    )
    assert calls.told(house) == [
        ("acme.com", "visit.key_page"), ("acme.com", "visit.key_page"), ("globex.com", "visit.key_page"), ("name:initech", "visit.key_page"),
    ]  # fmt: skip


def test_two_groups_of_one_person_are_not_made_one_company(calls, sent_here):
    """An agency works in the workspaces of two clients whose domains nobody gives."""
    house = sent_here(
        calls.page(1),
        calls.call("group", 2, groupId="g1", traits={"name": "Initech"}),
        calls.call("group", 3, groupId="g2", traits={"name": "Umbrella"}),
        calls.page(4, "/docs", userId="other", anonymousId="b"),
        calls.call("group", 5, groupId="g2", traits={"name": "Umbrella"}, userId="other", anonymousId="b"),
    )
    assert calls.told(house) == [("name:initech", "visit.key_page"), ("name:umbrella", "visit.key_page")]


def test_a_person_at_free_mail_waits_until_a_form_names_the_company(calls, sent):
    house = sent(calls.page(1), calls.identify(2, "jane.doe@gmail.com"))
    assert [account.partition(":")[0] for account, _ in calls.told(house)] == ["person"]
    form = {"email": "jane.doe@gmail.com", "company_domain": "acme.com", "message": "Do you ship to Peru?"}
    sent(calls.track(3, "Form Submitted", form, anonymousId="elsewhere"))
    assert calls.told(house) == [("acme.com", "question.asked"), ("acme.com", "visit.key_page")]


def test_an_alias_joins_what_was_before(calls, sent_here):
    house = sent_here(
        calls.page(1, anonymousId="old"),
        {**calls.call("alias", 2, userId="u7"), "previousId": "old"},
        calls.identify(3, "jane@acme.com", userId="u7", anonymousId="x"),
    )
    assert calls.told(house) == [("acme.com", "visit.key_page")]


def test_a_visitor_of_nobody_may_be_left_out(calls, sent_here):
    house = sent_here(calls.page(1), calls.identify(2, "x@gmail.com"), toml="anonymous = false")
    assert calls.told(house) == []
    assert house.accounts(("unmatched",)) == []


@pytest.mark.parametrize("email", ["jane@us.example", "Jane@mail.us.example"])
def test_our_own_people_say_nothing(calls, sent_here, email):
    house = sent_here(
        calls.page(1, userId=email),
        calls.identify(2, email),
        calls.track(3, "Form Submitted", {"email": email, "message": "test"}),
    )
    assert calls.told(house) == []
