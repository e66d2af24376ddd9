"""What page and track calls say: kinds, strengths, words, and the keys by which they are known again."""

from __future__ import annotations

from datetime import timedelta

import pytest


def test_a_day_of_one_visitor_is_one_signal_that_grows(calls, sent):
    house = sent(calls.page(1, "/pricing?x=1", 30, userId="jane@acme.com"))
    (first,) = house.signals()
    assert first.key.endswith(":2026-11-20:key_page")
    assert first.key.startswith("www.us.example:")
    sent(calls.page(2, "/product", 25, userId="jane@acme.com"), calls.page(3, "/blog/x", 20, userId="jane@acme.com"))
    second = next(s for s in house.signals() if s.kind == "visit.key_page")
    assert (second.key, first.strength < second.strength) == (first.key, True)
    assert (second.summary, second.evidence_url) == ("/pricing, 3 pages in 10 min", "https://www.us.example/pricing")
    assert second.data == {"group": "pricing", "pages": 3, "path": "/pricing", "seconds": 600, "site": "www.us.example"}


def test_the_same_messages_again_say_nothing_new(calls, sent):
    bodies = [
        calls.page(1, userId="jane@acme.com"),
        calls.identify(2, "jane@acme.com"),
        calls.track(3, "File Downloaded", {"title": "Guide"}, userId="jane@acme.com"),
    ]
    house = sent(*bodies)
    before = [(s.key, s.strength) for s in house.signals()]
    sent({"batch": bodies}, *bodies)
    assert [(s.key, s.strength) for s in house.signals()] == before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/pricing", "visit.key_page"),
        ("/blog/x", "visit.page"),
        ("/careers/dev", "visit.ignored_page"),
        ("/app.js", None),
        ("/feed", None),
    ],
)
def test_pages_belong_to_their_groups(calls, sent_here, path, kind):
    house = sent_here(calls.page(1, path, userId="jane@acme.com"))
    assert [k for _, k in calls.told(house)] == ([kind] if kind else [])


def test_a_paid_click_that_bounces_says_less(calls, sent_here):
    house = sent_here(
        calls.page(1, "/pricing?gclid=abc", userId="a@acme.com"),
        calls.page(2, "/pricing", userId="b@acme.com"),
        calls.page(
            3,
            "/pricing",
            userId="c@acme.com",
            context={"campaign": {"name": "Autumn", "medium": "cpc", "source": "jane@acme.com"}},
        ),
    )
    assert sorted(s.strength for s in house.signals()) == [0.15, 0.15, 0.5]
    assert {(s.data or {}).get("campaign") for s in house.signals()} == {None, "Autumn / *** / cpc"}


def test_only_pages_of_the_named_sites_count(calls, sent_here):
    other = calls.page(1, userId="jane@acme.com")
    other["properties"]["url"] = "https://app.elsewhere.example/pricing"
    house = sent_here(other, calls.page(2, "/docs", userId="jane@acme.com"), toml='sites = ["us.example"]')
    assert [s.evidence_url for s in house.signals()] == ["https://www.us.example/docs"]


def test_a_screen_is_a_page_by_its_name(calls, sent_here):
    house = sent_here(
        calls.call(
            "screen",
            1,
            name="Pricing",
            userId="jane@acme.com",
            context={"app": {"namespace": "com.us.app"}, "userAgent": ""},
        )
    )
    assert [(s.kind, (s.data or {})["path"]) for s in house.signals()] == [("visit.key_page", "/pricing")]


@pytest.mark.parametrize(
    ("event", "properties", "kind", "summary"),
    [
        ("Form Submitted", {"message": "Do you ship to Peru? call me +51 987 654 321 or jane@acme.com"}, "question.asked",
         "Do you ship to Peru? call me *** or ***"),
        ("form_submitted", {"form": "newsletter"}, None, None),
        ("Contact Requested", {"statement": "Please call me about prices"}, "ask.contact", "Please call me about prices"),
        ("Contact Requested", {"message": "How much?"}, "question.asked", "How much?"),
        ("Contact Requested", {}, None, None),
        ("Cart Abandoned", {}, "cart.abandoned", "Cart Abandoned"),
        ("File Downloaded", {"title": "Price list"}, "content.downloaded", "File Downloaded: Price list"),
        ("webinar attended", {"name": "Spring"}, "event.attended", "webinar attended: Spring"),
        ("Unsubscribed", {}, "engagement.unsubscribed", "Unsubscribed"),
        ("Signed Up", {}, None, None),
    ],
)  # fmt: skip
def test_events_mean_what_the_table_says(calls, sent_here, event, properties, kind, summary):
    house = sent_here(calls.track(1, event, properties, userId="jane@acme.com"))
    assert [(s.kind, s.summary) for s in house.signals()] == ([(kind, summary)] if kind else [])


def test_an_ask_has_its_exact_words_place_and_time(calls, sent_here):
    house = sent_here(
        calls.track(1, "Demo Requested", {"statement": "Please  call me"}, userId="jane@acme.com", ago=61)
    )
    (ask,) = house.signals()
    assert ask.data == {
        "site": "www.us.example",
        "event": "Demo Requested",
        "statement": "Please call me",
        "place": "https://www.us.example/contact",
    }
    assert ask.occurred_at == int((calls.NOW - timedelta(minutes=61)).timestamp() * 1e6)
    assert ask.key == "www.us.example:ajs-1"


def test_an_ask_without_time_or_place_is_a_question(calls, sent_here):
    timeless = calls.track(1, "Demo Requested", {"statement": "Call me"}, userId="jane@acme.com")
    for name in ("timestamp", "originalTimestamp", "sentAt", "receivedAt"):
        del timeless[name]
    placeless = {**calls.track(2, "Demo Requested", {"statement": "Call me"}, userId="jane@acme.com"), "context": {}}
    house = sent_here(timeless, placeless)
    assert [(s.kind, (s.data or {})["text"]) for s in house.signals()] == [("question.asked", "Call me")] * 2


def test_the_users_own_table_and_fields_come_first(calls, sent_here):
    house = sent_here(
        calls.track(1, "Talk To Us", {"wish": "Ring me on Monday"}, userId="jane@acme.com"),
        calls.track(2, "File Downloaded", userId="jane@acme.com"),
        toml='events = { "talk to us" = "ask.contact", "File Downloaded" = "ignored" }\nfields = { statement = "properties.wish" }',
    )
    assert [(s.kind, s.summary) for s in house.signals()] == [("ask.contact", "Ring me on Monday")]
