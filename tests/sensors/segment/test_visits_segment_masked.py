"""Addresses and tokens in what is stored of a place or a path, however often they were encoded."""

from __future__ import annotations

import pytest

from capteur_sensors.visits.events import unaddressed
from capteur_sensors.visits.pages import Pages

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk"


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("https://x.example/confirm/jane.doe%40gmail.com/9f8e7d6c", "https://x.example/confirm/***"),
        ("https://x.example/confirm/jane.doe%2540gmail.com", "https://x.example/confirm/***"),
        ("https://x.example/confirm/jane.doe%252540gmail.com?x=1", "https://x.example/confirm/***"),
        (f"https://x.example/reset/{JWT}", "https://x.example/reset/***"),
        ("https://jane:secret@x.example:8443/a#jane@gmail.com", "https://x.example/a"),
        ("HTTPS://X.example", "https://x.example/"),
        ("https://[::1", ""),
        ("/confirm/jane.doe%40gmail.com/9f8e7d6c", "/confirm/***"),
        ("x.example/confirm/jane.doe%40gmail.com", "***"),
        ("The  fair in Lima", "The fair in Lima"),
        ("jane.doe@gmail.com's desk", "***'s desk"),
    ],
)
def test_a_place_holds_no_address_and_no_token(calls, sent_here, given, place):
    said = {"statement": "Please call me", "place": given}
    house = sent_here(calls.track(1, "Demo Requested", said, userId="jane@acme.com", context={"page": {"url": ""}}))
    (signal,) = house.signals()
    assert (signal.data or {}).get("place", "") == place
    for canary in ("jane", "gmail", "secret", "9f8e7d6c"):
        assert canary not in str((signal.data, signal.summary, signal.evidence_url)), canary


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/unsubscribe/jane%2540gmail.com", "/unsubscribe/***"),
        (b"/unsubscribe/jane%252540gmail.com/now", "/unsubscribe/***/now"),
        (b"/unsubscribe/jane%40gmail.com", "/unsubscribe/***"),
        (b"/a%2520b/c", "/a b/c"),
        (b"/100%25", "/100%"),
        (b"/search%253Femail=jane@gmail.com", "/search"),
    ],
)
def test_a_path_is_masked_however_often_it_was_encoded(target, path):
    page = Pages({}).of(target)
    assert page is not None
    assert page.path == path


@pytest.mark.parametrize("at", ["@", "%40", "%2540", "%252540"])
def test_an_address_in_a_text_is_masked_however_often_it_was_encoded(at):
    assert unaddressed(f"from jane.doe{at}gmail.com, today") == "from ***, today"
