"""What a sensor serves to the public: files, and a place to send to without a secret, within narrower limits."""

from __future__ import annotations

import json
import logging

import pytest

SITE = "https://www.us.example"


@pytest.fixture
def line(pushed, wire):
    return wire(pushed("[sensors.pixel]"))


def test_a_page_of_ours_sends_without_a_secret(line):
    sent = line.post(
        "/hooks/pixel", {"page": "/pricing"}, Origin=SITE, Content_Type="text/plain", User_Agent="Mozilla/5.0"
    )
    assert (sent.status, sent.body) == (204, b"")
    assert sent.headers["access-control-allow-origin"] == SITE
    assert sent.headers["vary"] == "origin"
    ((headers, client),) = line.stored("headers, client")
    assert json.loads(headers) == {"content-type": "text/plain"}
    assert json.loads(client) == {"client-address": "127.0.0.1", "user-agent": "Mozilla/5.0"}


def test_the_same_twice_is_two_visitors(line):
    for _ in range(2):
        line.post("/hooks/pixel", {"page": "/pricing"}, Origin=SITE, webhook_id="always-the-same")
    assert len(line.stored()) == 2


def test_the_address_is_gone_from_the_store_once_it_was_read(line):
    line.post("/hooks/pixel", {"page": "/pricing"}, Origin=SITE, User_Agent="Canary/1.0")
    line.house.run()
    assert len(line.house.signals()) == 1
    assert line.stored("state, client, headers, query") == [("done", None, None, None)]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 204),
        (SITE.upper(), 204),
        ("https://www.us.example.evil.example", 403),
        ("http://www.us.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
def test_only_pages_of_our_site_may_send(line, origin, status):
    assert line.post("/hooks/pixel", {}, **({"Origin": origin} if origin else {})).status == status


def test_a_star_lets_every_page_send(pushed, wire):
    line = wire(pushed('[sensors.pixel]\nsite = "*"'))
    assert line.post("/hooks/pixel", {}, Origin="https://any.example").status == 204


def test_a_browser_that_asks_first_is_told_what_it_may(line):
    asked = line.ask("OPTIONS", "/hooks/pixel", Origin=SITE, Access_Control_Request_Method="POST")
    assert asked.status == 204
    assert asked.headers["access-control-allow-methods"] == "POST"
    assert asked.headers["access-control-allow-headers"] == "content-type"
    assert "access-control-allow-credentials" not in asked.headers
    assert line.ask("OPTIONS", "/hooks/pixel", Origin="https://evil.example").status == 403
    assert line.stored() == []


def test_a_file_is_served_with_a_tag_and_not_twice(line):
    first = line.ask("GET", "/hooks/pixel/b.js")
    assert (first.status, first.body) == (200, b"navigator.sendBeacon('/hooks/pixel')")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert first.headers["cache-control"] == "public, max-age=3600"
    assert first.headers["x-content-type-options"] == "nosniff"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = line.ask("GET", "/hooks/pixel/b.js", If_None_Match=known)
        assert (again.status, again.body) == (304, b"")
    assert line.ask("GET", "/hooks/pixel/b.js", If_None_Match='"other"').status == 200
    assert line.ask("HEAD", "/hooks/pixel/b.js").body == b""


@pytest.mark.parametrize(
    "path", ["/hooks/pixel/", "/hooks/pixel/c.js", "/hooks/pixel/../pixel/b.js", "/hooks/pixel/b.js/"]
)
def test_there_are_no_other_files(line, path):
    assert line.ask("GET", path).status == 404


def test_a_body_is_small(line):
    assert line.post("/hooks/pixel", b"x" * 4_096, Origin=SITE).status == 204
    refused = line.post("/hooks/pixel", b"x" * 4_097, Origin=SITE)
    assert refused.status == 413
    assert refused.headers["access-control-allow-origin"] == "*", "the page may see why"


def test_nothing_but_the_body_fills_the_store(line):
    """A query may be as long as a head is allowed to be, and no sensor for browsers needs one."""
    assert line.post("/hooks/pixel?a=" + "x" * 8_000, {"page": "/"}, Origin=SITE).status == 204
    assert line.stored("query, length(body)") == [(None, 13)]


def test_an_address_that_sends_too_much_is_told_to_wait(line):
    statuses = [line.post("/hooks/pixel", {"page": str(n)}, Origin=SITE).status for n in range(32)]
    assert statuses == [204] * 30 + [429] * 2
    assert line.refused["pixel", "rate"] == 2


def test_other_methods_and_places_are_refused(line):
    assert line.ask("PUT", "/hooks/pixel", b"{}", Origin=SITE).status == 405
    assert line.post("/hooks/pixel/b.js", {}, Origin=SITE).status == 404


def test_files_and_origins_that_cannot_be_used_are_told_and_the_rest_is_served(project, pushed, wire, caplog):
    pushed()
    project.plugin(
        "odd",
        '''
        class Odd(PushSensor):
            """Offers what it should not."""

            name = "odd"
            kinds = ("visit.page",)
            open_to = "browsers"

            def origins(self):
                return ("https://us.example/", "us.example", "https://*.example")

            def files(self):
                return {"ok.js": ("text/javascript", b"1"), "../x": ("text/plain", b"1"), "big": ("text/plain", b"1" * 300_000)}

            def receive(self, ctx, delivery):
                yield from ()


        class Raising(PushSensor):
            """Cannot say what it offers."""

            name = "raising"
            kinds = ("visit.page",)
            open_to = "browsers"

            def files(self):
                raise RuntimeError("no")

            def receive(self, ctx, delivery):
                yield from ()
        ''',
    )
    project.configure("[sensors.odd]\n[sensors.raising]")
    with caplog.at_level(logging.WARNING):
        line = wire(project.open())
    told = caplog.text
    assert "sensor odd: files(): ../x cannot be offered" in told
    assert "sensor odd: files(): big cannot be offered" in told
    assert "sensor odd: origins(): us.example is no origin" in told
    assert "sensor raising: what it offers to browsers cannot be used: no" in told
    assert line.ask("GET", "/hooks/odd/ok.js").body == b"1"
    assert line.post("/hooks/odd", {}, Origin="https://us.example").status == 204
    assert line.post("/hooks/raising", {}, Origin="https://us.example").status == 403


@pytest.mark.parametrize(
    ("line_", "problem"),
    [
        ('keeps = ["x-event"]', "keeps is a tuple of header names in lower case"),
        ('keeps = ("X-Event",)', "keeps is a tuple of header names in lower case"),
        ('keeps = ("cookie",)', "keeps: cookie is never kept; leave it out"),
        ('keeps = ("authorization", "x-ok")', "keeps: authorization is never kept; leave it out"),
        ('open_to = "everybody"', "open_to is 'senders' or 'browsers'"),
        ('open_to: str = "browsers"', "'open_to' has a type, so it became an option"),
        ("secret: str", "the option name 'secret' is capteur's own; call it otherwise"),
    ],
)
def test_a_class_that_declares_it_wrongly_is_refused_with_the_cure(project, line_, problem):
    project.plugin(
        "wrong",
        f'class Wrong(PushSensor):\n    """Declares it wrongly."""\n\n    name = "wrong"\n    kinds = ("visit.page",)\n    {line_}\n\n'
        "    def receive(self, ctx, delivery):\n        yield from ()\n",
    )
    project.configure("[sensors.wrong]")
    assert problem in str(project.open().broken[0])


def test_a_feed_may_call_an_option_secret(project):
    """The three names belong to capteur where something is sent; a source that is asked may need them."""
    project.plugin(
        "asks",
        'class Asks(FeedSensor):\n    """Asks."""\n\n    name = "asks"\n    kinds = ("visit.page",)\n    secret: str\n\n'
        "    def detect(self, ctx):\n        yield from ()\n",
    )
    project.configure('[sensors.asks]\nsecret = "x"')
    assert project.open().broken == []
