"""Feeds as they come in the world, and headlines as companies write them."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest
from capteur_rss import Feed, Rss, Rule
from capteur_rss.parsing import digest
from pydantic import ValidationError

from capteur import AuthError, SourceChanged, TransientError

URL = "https://blog.acme.example/rss.xml"
SENSOR = Rss(feeds=({"url": URL},))
DAY = "<guid>1</guid><pubDate>Tue, 03 Mar 2026 09:00:00 +0100</pubDate>"
FUNDING, LEADER, LAYOFFS, MENTION = "funding.raised", "people.leader_joined", "company.layoffs", "press.mention"


def test_the_entry_point_names_the_sensor():
    (found,) = [e for e in entry_points(group="capteur.sensors") if e.name == "rss"]

    assert found.load() is Rss
    assert (found.dist.name, Rss.name) == ("capteur-rss", "rss")


def test_an_entry_is_a_signal_of_the_feeds_own_domain(press, rss_feed):
    press.pages[URL] = rss_feed(("Acme raises £12.5m Series A &amp;amp; more", f"<link>/a</link>{DAY}"))

    (signal,) = press.run(SENSOR).accepted

    assert press.run(SENSOR).facts == [(FUNDING, "2026-03-03T08:00:00+00:00", "Acme raises £12.5m Series A & more")]
    assert signal.ref.domain == "acme.example"
    assert signal.key.startswith("blog.acme.example:")
    assert signal.key.endswith(":funding.raised")
    assert signal.evidence_url == "https://blog.acme.example/a"
    assert signal.data == '{"amount":12500000,"currency":"GBP","feed":"https://blog.acme.example/rss.xml"}'


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme</title><entry><id>tag:acme,1</id>
<title type="html">We&amp;#39;re &lt;b&gt;moving&lt;/b&gt; to Zürich</title><link href="https://acme.example/x"/>
<published>2026-02-28T23:30:00-05:00</published><updated>2026-03-09T00:00:00Z</updated></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>Acme</title></channel><item rdf:about="https://acme.example/1"><title>We&#39;re moving to Zürich</title>
<link>https://acme.example/1</link><dc:date>2026-03-01T04:30:00Z</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("document", [ATOM, RDF])
def test_atom_and_rdf_in_odd_encodings(document, encoding, press):
    """Markup in a title is taken out, the publication counts and not the last edit, whatever the bytes."""
    press.pages[URL] = (f'<?xml version="1.0" encoding="{encoding}"?>' + document).encode(encoding)

    run = press.run(SENSOR)

    assert run.bad == []
    assert run.facts == [(MENTION, "2026-03-01T04:30:00+00:00", "We're moving to Zürich")]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Tue, 03 Mar 2026 09:00:00 GMT", "2026-03-03T09:00:00+00:00"),
        ("Tue, 03 Mar 2026 09:00:00 EST", "2026-03-03T14:00:00+00:00"),
        ("Tue, 3 Mar 26 09:00 +0530", "2026-03-03T03:30:00+00:00"),
        ("2026-03-03T09:00:00.123+02:00", "2026-03-03T07:00:00.123000+00:00"),
        ("2026-03-03T09:00:00Z", "2026-03-03T09:00:00+00:00"),
        ("2026-03-03", "2026-03-03T00:00:00+00:00"),
        ("2026-03-03T09:00:00", "2026-03-03T00:00:00+00:00"),
        ("Tue, 03 Mar 2026 23:00:00", "2026-03-03T00:00:00+00:00"),
        ("3 mars 2026", "2026-03-03T00:00:00+00:00"),
    ],
)
def test_a_date_keeps_its_offset_and_is_a_day_without_one(date, moment, press, rss_feed):
    """A time without an offset would be guessed: it is known to the day."""
    press.pages[URL] = rss_feed(("News", f"<pubDate>{date}</pubDate>"))

    assert [at for _, at, _ in press.run(SENSOR).facts] == [moment]


def test_an_entry_without_a_date_or_title_is_counted_and_the_others_go_on(press, rss_feed):
    press.pages[URL] = rss_feed(("Undated", ""), ("Nonsense", "<pubDate>soon</pubDate>"), ("", DAY), ("Dated", DAY))

    run = press.run(SENSOR)

    assert [title for _, _, title in run.facts] == ["Dated"]
    assert [error.what.partition(" has ")[0] for error in run.bad] == [
        "the entry 'Undated'",
        "the entry 'Nonsense'",
        "an entry without a title",
    ]


def test_one_bad_feed_never_stops_the_others(press, rss_feed):
    """Gone, down, an HTML page, half a feed: each is counted, the good one is read."""
    urls = [f"https://acme.example/{n}" for n in range(6)]
    press.pages |= {
        urls[1]: TransientError("down"),
        urls[2]: b"<!doctype html><html><head><title>404</title></head><body>nothing here</body></html>",
        urls[3]: rss_feed(("News", DAY), ("More", DAY))[:-80],
        urls[4]: b"",
        urls[5]: rss_feed(("News", DAY)),
    }

    run = press.run(Rss(feeds=tuple({"url": url} for url in urls)))

    assert run.error is None
    assert len(run.facts) == 1
    assert [type(error).__name__ for error in run.bad] == [
        "NotFound",
        "TransientError",
        "SourceChanged",
        "SourceChanged",
        "SourceChanged",
    ]
    assert "an HTML page where a feed was due  fix: give the feed's own address" in str(run.bad[2])
    assert "ends in the middle" in str(run.bad[3])


def test_all_feeds_failing_is_a_failure(press):
    press.pages[URL] = TransientError("down")

    assert isinstance(press.run(SENSOR).error, TransientError)


def test_a_doorman_is_no_wrong_credential(press):
    """A 403 would park the instance for ever, and there is no credential to renew."""
    press.pages[URL] = AuthError("403")

    assert isinstance(press.run(SENSOR).error, SourceChanged)


BOMB = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel><title>&b;</title></channel></rss>'
XXE = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><title>&a;</title></channel></rss>'


@pytest.mark.parametrize("attack", [BOMB, XXE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32", "cp037"])
def test_declared_entities_are_refused_unread(attack, encoding, press):
    press.pages[URL] = attack.encode(encoding)

    error = press.run(SENSOR).error

    assert isinstance(error, SourceChanged)
    assert "XML entities" in error.what


def test_a_document_that_is_a_file_name_opens_no_file(press, tmp_path, rss_feed):
    """The feed parser would open it, given bytes; it is given a stream."""
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss_feed(("Secret", DAY)))
    press.pages[URL] = str(secret).encode()

    run = press.run(SENSOR)

    assert run.facts == []
    assert "no RSS or Atom" in run.error.what


def test_an_unchanged_feed_says_nothing(press):
    press.pages[URL] = None

    run = press.run(SENSOR)

    assert (run.facts, run.bad, run.error) == ([], [], None)


def test_the_key_is_the_entrys_id_and_kind(press, rss_feed):
    """An edited title is the same fact; an entry without an id is known by its link, else by title and date."""
    press.pages[URL] = rss_feed(("Acme news", DAY))
    before = press.run(SENSOR).accepted[0].key
    press.pages[URL] = rss_feed(("Acme news, edited", DAY))
    assert press.run(SENSOR).accepted[0].key == before
    press.pages[URL] = rss_feed(
        ("News", "<link>https://acme.example/1</link><pubDate>2026-03-03</pubDate>"),
        ("News", "<pubDate>2026-03-03</pubDate>"),
    )

    assert [a.key for a in press.run(SENSOR).accepted] == [
        f"blog.acme.example:acme.example:{digest('https://acme.example/1')}:press.mention",
        f"blog.acme.example:acme.example:{digest('News|2026-03-03')}:press.mention",
    ]


def test_one_release_in_two_companies_feeds_of_one_newswire_is_two_facts(press, rss_feed):
    urls = {name: f"https://wire.example.com/{name}.xml" for name in ("acme", "contoso")}
    press.pages |= dict.fromkeys(urls.values(), rss_feed(("Acme and Contoso join forces", DAY)))

    run = press.run(Rss(feeds=tuple({"url": url, "account": f"{name}.example"} for name, url in urls.items())))

    assert [a.ref.domain for a in run.accepted] == ["acme.example", "contoso.example"]
    assert len({a.key for a in run.accepted}) == 2


def test_only_the_asked_window_is_told(press, rss_feed):
    from datetime import UTC, datetime

    press.since, press.until = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    press.pages[URL] = rss_feed(
        ("Before", "<pubDate>2026-03-02T11:59:00Z</pubDate>"),
        ("That day", "<pubDate>2026-03-02</pubDate>"),
        ("Within", "<pubDate>2026-03-04T00:00:00Z</pubDate>"),
        ("After", "<pubDate>2026-03-05T00:00:00Z</pubDate>"),
    )

    assert [title for _, _, title in press.run(SENSOR).facts] == ["That day", "Within"]


def test_rules_are_tried_in_order_and_an_unwanted_entry_is_no_signal(press, rss_feed):
    rules = (
        Rule(
            kind=LEADER, any=("chief revenue officer", "sales director*"), none=("board",), strength=0.7, topic="sales"
        ),
        Rule(kind=MENTION, any=("soc 2",), where="text"),
    )
    press.pages[URL] = rss_feed(
        ("Our new Chief Revenue Officer", DAY),
        ("A Chief Revenue Officer for our board", DAY),
        ("Security", f"<description>&lt;p&gt;We have &lt;b&gt;SOC&lt;/b&gt; 2&lt;/p&gt;</description>{DAY}"),
        ("Nothing", DAY),
    )

    run = press.run(Rss(feeds=({"url": URL},), rules=rules))

    assert [(a.kind, a.strength, a.topic, a.summary) for a in run.accepted] == [
        (LEADER, 0.7, "sales", "Our new Chief Revenue Officer"),
        (MENTION, 1.0, None, "Security"),
    ]


def test_a_platform_feed_must_say_whom_it_is_about():
    assert Feed(url="https://medium.com/feed/acme", account="www.acme.example").domain == "acme.example"
    for wrong in (
        {"url": "https://medium.com/feed/acme"},
        {"url": "ftp://acme.example/x"},
        {"url": "acme"},
        {"url": URL, "account": "gmail.com"},
    ):
        with pytest.raises(ValidationError) as refused:
            Rss(feeds=(wrong,))
        assert "url" in str(refused.value) or "account" in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"feeds": []},
        {"feeds": [{"url": URL}, {"url": URL}]},
        {"feeds": [{"url": URL, "acount": "x"}]},
        {"feeds": [{"url": URL}], "rules": [{"kind": "trial.started"}]},
        {"feeds": [{"url": URL}], "rules": [{"kind": MENTION, "strength": 2}]},
        {"feeds": [{"url": URL}], "rules": [{"kind": MENTION, "reads": "mood"}]},
        {"feeds": [{"url": URL}], "rules": [{"kind": MENTION, "any": [""]}]},
    ],
)
def test_options_that_cannot_work_are_refused(options):
    with pytest.raises(ValidationError):
        Rss(**options)
