"""Which requests are page views, which group a page belongs to, and what of a path may be kept."""

from __future__ import annotations

import tracemalloc
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from capteur_sensors.visits.pages import PageGroup, Pages, is_paid, matches


@pytest.mark.parametrize(
    "target",
    ["/", "/pricing", "/blog/a-post.html", "/index.php?page=2", "/a/b.aspx", "/release-2.0", "/customers/acme.com", "/v1.2.3/notes", "/?utm_source=x", "/über-uns", "/feedback"],
)  # fmt: skip
def test_pages_are_pages(target):
    assert Pages({}).of(target.encode()) is not None


@pytest.mark.parametrize(
    "target",
    [
        "/logo.png", "/app.js?v=3", "/style.CSS", "/favicon.ico", "/icon@2x.png", "/font.woff2", "/sitemap.xml", "/robots.txt", "/whitepaper.pdf",
        "/feed", "/blog/feed/", "/blog/rss", "/atom.xml", "/?flav=rss20", "/blog/tags/puppet?flav=atom", "/?feed=rss2",
        "/api/v1/users", "/wp-json/wp/v2/posts", "/graphql", "/healthz", "/.well-known/security.txt", "/_next/data/build/x", "/cdn-cgi/trace",
        "*", "", "example.com:443", "\x16\x03",
    ],
)  # fmt: skip
def test_assets_feeds_and_endpoints_are_none(target):
    assert Pages({}).of(target.encode()) is None


@pytest.mark.parametrize(
    ("target", "group", "standing"),
    [
        ("/pricing", "pricing", "key"),
        ("/pricing/", "pricing", "key"),
        ("/Pricing.html?x=1", "pricing", "key"),
        ("/en/pricing/teams", "pricing", "key"),
        ("/fr-ca/tarifs", "pricing", "key"),
        ("/pricing-history", "", "plain"),
        ("/docs/install", "docs", "key"),
        ("/careers/engineer", "careers", "ignored"),
        ("/login", "login", "ignored"),
        ("/investors", "investors", "ignored"),
        ("/privacy", "legal", "ignored"),
        ("/status", "status", "ignored"),
        ("/blog/pricing", "", "plain"),
        ("/", "", "plain"),
        ("/de", "", "plain"),
    ],
)
def test_groups_that_come_with_it(target, group, standing):
    """A pattern means a page and all beneath it, in whatever language of the site; not what only begins alike."""
    page = Pages({}).of(target.encode())
    assert page is not None
    assert (page.group, page.standing) == (group, standing)


def test_groups_of_the_user_come_first():
    """A group of the same name replaces a default one; without pages it takes it away."""
    own = Pages(
        {
            "pricing": PageGroup(pages=("/kosten",)),
            "docs": PageGroup(),
            "stories": PageGroup(pages=("/blog/*-case-study",), strength=0.8),
            "press": PageGroup(pages=("/",), standing="ignored"),
        }
    )
    found = {
        t: own.of(t.encode())
        for t in ("/kosten", "/pricing", "/docs", "/blog/acme-case-study", "/blog/other", "/", "/x")
    }
    said = {t: (p.group, p.standing, p.strength) for t, p in found.items() if p is not None}
    assert said == {
        "/kosten": ("pricing", "key", 1.0),
        "/pricing": ("", "plain", 1.0),
        "/docs": ("", "plain", 1.0),
        "/blog/acme-case-study": ("stories", "key", 0.8),
        "/blog/other": ("", "plain", 1.0),
        "/": ("press", "ignored", 1.0),
        "/x": ("", "plain", 1.0),
    }


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/a*c", "/abc", True),
        ("/a*c", "/abcd", False),
        ("/a*bc*d", "/abcbcd", True),
        ("/ab*ab", "/ab", False),
        ("*/pricing*", "/shop/pricing-2", True),
        ("/a", "/a.html", True),
        ("/a", "/ab", False),
        ("/a/", "/a/b", True),
        ("/", "/a", False),
    ],
)
def test_patterns(pattern, path, expected):
    assert matches(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["pricing", "/a?b", "/" + "*a" * 4, "/" + "a" * 200, ""])
def test_a_pattern_that_cannot_work_is_refused(pattern):
    with pytest.raises(ValidationError, match="entry 1"):
        PageGroup(pages=(pattern,))


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/invite/jane.doe@acme.example/accept", "/invite/***/accept"),
        ("/invite/jane.doe%40acme.com", "/invite/***"),
        ("/reset/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/reset/***"),
        ("/magic/9f86d081884c7d659a2feaa0c55ad015", "/magic/***"),
        ("/magic/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0", "/magic/***"),
        ("/presentations/logstash-monitorama-2013", "/presentations/logstash-monitorama-2013"),
        ("/a;jsessionid=123?token=secret#x", "/a"),
        ("/a%3Ftoken=secret", "/a"),
        ("http://proxy.example/a?b=c", "/a"),
        ("//a///b", "/a/b"),
        ("/" + "a" * 500, "/" + "a" * 119),
        ("/a\x1b[31m\u202eb", "/a[31mb"),
    ],
)
def test_what_is_kept_of_a_path(target, kept):
    """No query, no session, no address of a person, no token; short, and printable."""
    page = Pages({}).of(target.encode())
    assert page is not None
    assert page.path == kept


@pytest.mark.parametrize(
    ("target", "paid"),
    [
        ("/?gclid=abc", True),
        ("/?a=1&msclkid=x", True),
        ("/?utm_source=google&utm_medium=cpc", True),
        ("/?utm_medium=paid-social", True),
        ("/?utm_medium=paid_search&x=1", True),
        ("/?utm_medium=email", False),
        ("/?utm_medium=cpcx", False),
        ("/?notgclid=1", False),
        ("/gclid", False),
        ("/", False),
    ],
)
def test_paid_clicks_are_known_by_their_marks(target, paid):
    assert is_paid(target.encode()) is paid


def test_long_paths_are_told_apart_and_not_remembered():
    """A path is anybody's to choose, and verdicts live as long as the process."""
    own = Pages({})
    for n in range(200):
        long = b"/pricing/" + b"%d" % n * 2_000
        page = own.of(long)
        assert page is not None
        assert page.group == "pricing"
        assert own.of(long[:500] + b".png") is None
    assert sum(len(path) for path in own._known) < 1_000


def test_verdicts_are_bounded_in_number_and_size():
    """The longest paths that are remembered, in the most bytes their verdicts can have: some 20 MB."""
    own = Pages({})
    tracemalloc.start()
    for n in range(12_000):
        own.of(b"/%05d" % n + quote("\U0001f600" * 20).encode())
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 20_000_000
