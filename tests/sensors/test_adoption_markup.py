"""A page as traces: what it loads, and nothing about people."""

from __future__ import annotations

import httpx
import pytest

from capteur import Answer
from capteur_sensors.adoption.book import Book
from capteur_sensors.adoption.markup import MOST_TEXT, is_a_check_for_robots, is_page, page_of
from capteur_sensors.adoption.reading import LONGEST, MOST_TRACES

URL = "https://www.acme.com/"


def page(body: str | bytes, headers: object = None, *, own: bool = False, url: str = URL):
    content = body if isinstance(body, bytes) else body.encode()
    return page_of(Answer(200, url, headers or {"content-type": "text/html"}, content), "acme.com", own=own)  # type: ignore[arg-type]


def texts(body: str, place: str = "script", **how: object) -> list[str]:
    return [trace.text for trace in page(body, **how).read.traces if trace.place == place]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('<script src="//js.hs-scripts.com/1.js"></script>', ["js.hs-scripts.com/1.js"]),
        ('<script src="HTTPS://JS.HS-scripts.com/1.js?x=1#y"></script>', ["js.hs-scripts.com/1.js"]),
        ('<script data-src="https://js.hsforms.net/forms.js" type="text/plain"></script>', ["js.hsforms.net/forms.js"]),
        ('<link rel="preconnect" href="https://fast.appcues.com">', ["fast.appcues.com/"]),
        ('<iframe src="https://calendly.com/acme"></iframe>', ["calendly.com/acme"]),
        ('<form action="https://webto.salesforce.com/servlet"></form>', ["webto.salesforce.com/servlet"]),
        ('<noscript><img src="https://px.ads.linkedin.com/collect?pid=1"></noscript>', ["px.ads.linkedin.com/collect"]),
        ("<script>s.src='https:\\/\\/static.hotjar.com\\/c\\/hotjar-'+id</script>", ["static.hotjar.com/c/hotjar-"]),
        ("<script>x='edge.fullstory.com/s/fs.js'</script>", ["edge.fullstory.com/s/fs.js"]),
        # what is no address of anything loaded
        ('<a href="https://www.hubspot.com/">we like it</a>', []),
        ('<link rel="canonical" href="https://other.example/">', []),
        ("<p>js.hs-scripts.com/1.js</p><!-- //js.hs-scripts.com/1.js -->", []),
        ('<script type="application/ld+json">{"url":"https://js.hs-scripts.com/x"}</script>', []),
        ('<script id="__NEXT_DATA__" type="application/json">{"u":"https://cdn.segment.com/a.js"}</script>', []),
        ("<script>console.info('a.b'); var v='jquery.min.js/x', w='console.info'</script>", []),
        ('<script src="data:text/javascript,1"></script><script src="blob:https://x.example/1"></script>', []),
        ('<script src="http://[::1"></script><script src="   "></script>', []),
        ('<script src="/assets/app.js"></script><script src="https://cdn.acme.com/a.js"></script>', []),  # its own
    ],
)
def test_what_a_page_loads_is_read_and_what_it_links_to_is_not(body, found):
    assert texts(f"<html><body>{body}</body></html>") == found


def test_what_it_loads_from_itself_is_kept_only_when_fingerprints_ask_for_it():
    body = '<script src="/wp-content/themes/x/app.js?ver=6.1"></script>'
    assert texts(body, own=True) == ["www.acme.com/wp-content/themes/x/app.js?ver=6.1"]


def test_names_of_cookies_are_kept_and_never_their_values():
    headers = httpx.Headers(
        [
            ("content-type", "text/html"),
            ("set-cookie", "hubspotutk=ann.lee; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/"),
            ("set-cookie", "_mkto_trk=id:299; HttpOnly"),
            ("set-cookie", "=nameless"),
        ]
    )
    traces = page("<html></html>", headers).read.traces
    assert [trace.text for trace in traces if trace.place == "cookie"] == ["_mkto_trk", "hubspotutk"]
    assert not [trace for trace in traces if "ann" in trace.text or "299" in trace.text]


def test_headers_that_change_or_only_allow_are_left_out():
    headers = {
        "Date": "now",
        "ETag": "x",
        "Content-Security-Policy": "script-src cdn.segment.com",
        "X-Vercel-Id": "cdg1::a",
        "content-type": "text/html",
    }
    found = [trace.text for trace in page("<html></html>", headers).read.traces]
    assert found == ["x-vercel-id: cdg1::a"]


def test_meta_elements_that_may_name_a_person_are_left_out():
    body = (
        '<meta name="Generator" content="Drupal 10"><meta name="author" content="Ann Lee"><meta name="description" content="x">'
        '<meta property="article:author" content="Ann"><meta name="twitter:creator" content="@ann"><meta name="csrf-token" content="1">'
        '<meta name="google-site-verification" content="x1"><meta name="contact:email" content="a@b.example">'
    )
    assert texts(body, "meta") == ["generator: Drupal 10", "google-site-verification: x1"]


def test_broken_markup_is_read_as_far_as_it_goes():
    assert texts('<html><head><script src="//js.hs-scripts.com/1.js"><scr') == ["js.hs-scripts.com/1.js"]
    assert page(b"\xff\xfe<\x00h").read.traces == ()


def test_a_huge_page_is_cut_and_proves_no_absence():
    body = "<html>" + "x" * MOST_TEXT + '<script src="//js.hs-scripts.com/1.js"></script>'
    read = page(body).read
    assert (read.whole, read.traces) == (False, ())


def test_thousands_of_scripts_with_endless_addresses_stay_within_the_limits():
    body = "".join(f'<script src="https://c{n}.example/{"y" * 3000}"></script>' for n in range(2_000))
    read = page(body).read
    assert len(read.traces) == MOST_TRACES
    assert not read.whole
    assert max(len(trace.text) for trace in read.traces) == LONGEST


def test_links_are_paths_of_the_same_host():
    body = '<a href="/pricing?x=1">a</a><a href="https://www.acme.com/demo">b</a><a href="https://blog.acme.com/x">c</a><a href="mailto:a@b.c">d</a>'
    assert page(body).links == ("/pricing", "/demo")


@pytest.mark.parametrize(
    ("body", "headers", "check"),
    [
        ("<html><title>Just a moment...</title></html>", {}, True),
        ("<html>whole page</html>", {"cf-mitigated": "challenge"}, True),
        ('<html><script src="/_Incapsula_Resource?SWJIYLWA=1"></script></html>', {}, True),
        ("<html><title>Acme - under maintenance</title></html>", {}, True),
        ("<html><title>acme.com domain is for sale</title></html>", {}, True),
        (
            '<html><title>Acme</title><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script></html>',
            {},
            False,
        ),
        ("<html><title>Coffee machine maintenance</title></html>", {}, False),
    ],
)
def test_a_check_for_robots_or_a_notice_is_not_taken_for_the_page(body, headers, check):
    assert is_a_check_for_robots(Answer(200, URL, headers, body.encode())) is check


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"<html></html>", "text/html; charset=utf-8", True),
        (b"  \n<!doctype html>", "", True),
        (b'{"a": 1}', "application/json", False),
        (b"", "text/html", False),
        (b"<?xml version='1.0'?><rss/>", "application/xml", False),
    ],
)
def test_only_html_with_something_in_it_is_a_page(content, kind, expected):
    assert is_page(Answer(200, URL, {"content-type": kind}, content)) is expected


def test_a_captured_page_that_shows_no_tool_shows_none(shared_data):
    content = (shared_data / "jsonld" / "application-tracker_page.html").read_bytes()
    read = page(content).read
    assert read.whole
    assert Book().seen({"page:/": read.traces}, "acme.com") == {}
