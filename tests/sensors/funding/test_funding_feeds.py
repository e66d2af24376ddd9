"""The funding sensor over news feeds: what it reads, and what a bad feed does to the rest."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from capteur import Answer, InputError, RateLimited, SourceChanged, TransientError
from capteur_sensors.funding import Funding
from capteur_sensors.funding.feeds import Entry, read_entry, read_feed

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
NEWS, OTHER = "https://news.example/feed.xml", "https://gazette.example/atom"
DAILY = "https://www.sec.gov/Archives/edgar/daily-index/2026/QTR4/form.20261119.idx"
RSS = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>News</title>{}</channel></rss>'
ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title>{}</feed>'


def item(title: str, *, id: str = "1", when: str = "Thu, 19 Nov 2026 10:00:00 +0100", text: str = "") -> str:  # noqa: A002
    return (
        f"<item><title>{title}</title><link>https://news.example/{id}</link><guid>{id}</guid><pubDate>{when}</pubDate>"
        f"<description><![CDATA[{text}]]></description></item>"
    )


def read(text: str | bytes):
    content = text if isinstance(text, bytes) else text.encode()
    return [read_entry(row) for row in read_feed(Answer(200, NEWS, {}, content))]


@pytest.fixture
def run(bench):
    bench.now = NOW

    def once(*feeds: str, later: timedelta = timedelta(), **options):
        sensor = Funding(**{"edgar": False, "feeds": feeds or (NEWS,), **options})
        return bench.run(sensor, later=later, since=NOW - timedelta(days=14))

    return once


def test_a_round_in_the_news_is_a_signal(run, world):
    world.put(NEWS, RSS.format(item("Acme raises $12M Series A", id="a/1") + item("Acme opens an office", id="2")))
    found = run()
    [signal] = found.signals
    assert (signal.account.name, signal.account.domain) == ("Acme", None)
    assert signal.key.startswith("news.example:")
    assert (signal.occurred_at, signal.strength) == (datetime(2026, 11, 19, 9, 0, tzinfo=UTC), 0.8)
    assert (signal.summary, signal.evidence_url) == ("Acme raises $12M Series A", "https://news.example/a/1")
    assert signal.data == {"amount": 12_000_000, "currency": "USD", "feed": NEWS}
    assert found.bad == []


def test_no_contact_is_needed_to_read_the_news(run, world, bench):
    bench.contact = ""
    world.put(NEWS, RSS.format(item("Acme raises $12M Series A")))
    assert len(run().signals) == 1


@pytest.mark.parametrize(
    ("link", "domain"),
    [
        ('<a href="https://www.acme.example/about?x=1">Acme</a>', "acme.example"),
        ('<a class="x" href=\'https://acme.example\' rel="nofollow"> ACME </a>', "acme.example"),
        ('<a href="https://acme.example">the round</a>', None),
        ('<a href="https://news.example/tag/acme">Acme</a>', None),
        ('<a href="https://news.example/tag/acme">Acme</a> <a href="https://acme.example">Acme</a>', "acme.example"),
        ('<a href="https://www.linkedin.com/company/acme">Acme</a>', None),
        ('<a href="javascript:alert(1)">Acme</a>', None),
        ('<a href="https://acme.example">Acme Beta</a>', None),
        ("Acme, of acme.example", None),
    ],
)
def test_the_domain_is_what_a_link_on_the_name_leads_to(run, world, link, domain):
    world.put(NEWS, RSS.format(item("Acme raises $12M Series A", text=f"<p>{link} makes anvils.</p>")))
    [signal] = run().signals
    assert signal.account.domain == domain


def test_atom_and_rdf_are_read_too():
    atom = ATOM.format(
        '<entry><title type="html">Acme &amp;amp; Sons raises $1M seed</title><link rel="self" href="https://x.example/self"/>'
        '<link href="https://x.example/1"/><id>urn:1</id><updated>2026-11-19T10:00:00Z</updated><summary>s</summary></entry>'
    )
    [entry] = read(atom)
    assert (entry.title, entry.id, entry.link) == ("Acme & Sons raises $1M seed", "urn:1", "https://x.example/1")
    assert entry.moment == datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title></channel><item><title>A</title>'
        "<link>https://x.example/2</link><dc:date>2026-11-19</dc:date></item></rdf:RDF>"
    )
    [entry] = read(rdf)
    assert (entry.title, entry.id, entry.moment) == ("A", "https://x.example/2", date(2026, 11, 19))


def test_titles_escaped_twice_and_entities_of_html_are_read():
    [entry] = read(RSS.format(item("Caf&eacute; &amp;amp; Co&nbsp;raises &pound;2m seed&hellip;", text="a &amp; b")))
    assert entry.title == "Caf\u00e9 & Co raises \u00a32m seed\u2026"
    assert entry.text == "a & b"


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ("Thu, 19 Nov 2026 10:00:00 GMT", datetime(2026, 11, 19, 10, 0, tzinfo=UTC)),
        ("Thu, 19 Nov 2026 10:00:00 -0500", datetime(2026, 11, 19, 15, 0, tzinfo=UTC)),
        ("Thu, 19 Nov 2026 10:00:00", date(2026, 11, 19)),
        ("2026-11-19T10:00:00+01:00", datetime(2026, 11, 19, 9, 0, tzinfo=UTC)),
        ("2026-11-19", date(2026, 11, 19)),
    ],
)
def test_dates_are_read_as_feeds_write_them(when, moment):
    [entry] = read(RSS.format(item("A", when=when)))
    assert entry.moment == moment


@pytest.mark.parametrize("when", ["", "yesterday", "0001-01-01T00:00:00+14:00x", "Thu, 99 Nov 2026 10:00:00 GMT"])
def test_an_entry_without_a_date_is_bad(when):
    with pytest.raises(InputError, match="no date"):
        read(RSS.format(item("A", when=when)))


def test_a_bad_entry_is_counted_and_the_others_go_on(run, world):
    bad = "<item><title></title></item>" + item("Acme raises $1M seed", when="soon", id="2")
    world.put(NEWS, RSS.format(bad + item("Beta raises $2M seed", id="3")))
    found = run()
    assert ([s.account.name for s in found.signals], len(found.bad)) == (["Beta"], 2)


@pytest.mark.parametrize(
    "text", ["<" * 20_000, "<a href=http://x" * 1200, "<a " * 6000, "&lt;" * 5000, "<a href=http://" + "x" * 19_000]
)
def test_hostile_markup_is_read_in_no_time(text):
    entry = Entry("1", "Acme raises $1M seed", text, None, NOW)
    started = time.perf_counter()
    assert entry.site_of("Acme") is None
    assert len(entry.text) <= len(text)
    assert time.perf_counter() - started < 0.5


def test_old_entries_small_rounds_and_strange_wording_are_no_signal(run, world):
    world.put(NEWS, RSS.format(
        item("Acme raises $12M Series A", when="Mon, 02 Nov 2026 10:00:00 GMT")
        + item("Beta raises $2M seed", id="2") + item("Gamma to raise $20M Series A", id="3")
    ))  # fmt: skip
    found = run(min_amount=5_000_000)
    assert (found.signals, found.bad) == ([], [])


def test_an_unchanged_feed_is_not_read_again(run, world):
    world.etags = True
    world.put(NEWS, RSS.format(item("Acme raises $12M Series A")))
    assert len(run().signals) == 1
    second = run(later=timedelta(hours=6))
    assert (second.signals, second.bad, second.error) == ([], [], None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html><body>moved</body></html>", 200),
        (RSS.format(item("Acme raises $12M Series A"))[:-40], 200),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel>&a;</channel></rss>', 200),
        ("<rss>" * 5000, 200),
        ('{"items": []}', 200),
        ("", 200),
        ("closed", 403),
        ("login", 401),
        ("gone", 410),
        ("oops", 500),
    ],
)
def test_a_feed_that_fails_harms_only_itself(run, world, body, status):
    world.put(NEWS, body, status=status)
    world.put(OTHER, RSS.format(item("Beta raises $2M seed")))
    found = run(NEWS, OTHER)
    assert ([s.account.name for s in found.signals], len(found.bad), found.error) == (["Beta"], 1, None)
    alone = run(NEWS)
    assert isinstance(alone.error, SourceChanged | TransientError)


def test_a_feed_that_fails_does_not_stop_edgar_nor_edgar_a_feed(run, world, bench):
    head = "Form Type   Company Name          CIK         Date Filed  File Name\n" + "-" * 80 + "\n"
    row = "D           ACME INC              7           20261119    edgar/data/7/0000000007-26-000001.txt\n"
    world.put(DAILY, head + row)
    world.put(
        "https://www.sec.gov/Archives/edgar/data/7/000000000726000001/primary_doc.xml",
        "<edgarSubmission><submissionType>D</submissionType><primaryIssuer><entityName>Acme Inc</entityName></primaryIssuer>"
        "<offeringData><offeringSalesAmounts><totalAmountSold>5</totalAmountSold></offeringSalesAmounts></offeringData>"
        "</edgarSubmission>",
    )
    world.put(NEWS, httpx.ConnectError("down"))
    found = run(NEWS, edgar=True)
    assert [s.key for s in found.signals] == ["sec:0000000007-26-000001"]
    assert found.error is None
    assert bench.memory["settled"] == ["2026-11-19"]

    world.answers.clear()
    bench.memory = None
    for day in range(6, 21):
        world.put(DAILY.replace("20261119", f"202611{day:02}"), httpx.ConnectError("down"))
    world.put(NEWS, RSS.format(item("Beta raises $2M seed")))
    found = run(NEWS, edgar=True)
    assert ([s.account.name for s in found.signals], found.error) == (["Beta"], None)
    assert found.bad


def test_when_nothing_answers_the_error_that_says_how_long_to_wait_is_raised(run, world):
    world.put(NEWS, "oops", status=500)
    world.put(OTHER, "slow down", status=429)
    assert isinstance(run(NEWS, OTHER).error, RateLimited)


@pytest.mark.parametrize(
    ("feeds", "says"),
    [
        (["ftp://x.example"], "entry 1 is not a web address"),
        ([NEWS, NEWS], "entry 2 is listed twice"),
        ([], "nothing to read"),
    ],
)
def test_feeds_that_cannot_be_are_refused(feeds, says):
    with pytest.raises(ValueError, match=says):
        Funding(edgar=False, feeds=feeds)
