"""XML from strangers (daemon.md row 23)."""

from __future__ import annotations

import tracemalloc
from xml.etree.ElementTree import fromstring, tostring

import pytest

from capteur.errors import SourceChanged
from capteur.markup import parse_xml

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x"><title>Zürich &amp; more</title>
<entry x:kind="a" plain="b"><x:note><![CDATA[<b>bold</b>]]></x:note>tail</entry><!-- no --><?pi no?></feed>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_it_reads_what_etree_reads(encoding):
    text = FEED.replace("UTF-8", "utf-8" if "utf-8" in encoding else encoding)
    ours = parse_xml(text.encode(encoding))
    assert tostring(ours) == tostring(fromstring(FEED.encode()))


def test_white_space_before_the_declaration_is_forgiven():
    assert parse_xml(b"\n \r\n<?xml version='1.0'?><a/>").tag == "a"


@pytest.mark.parametrize(
    "doctype", ["<!DOCTYPE html>", '<!DOCTYPE rss PUBLIC "-//x//DTD RSS 0.91//EN" "http://x.example/rss.dtd">']
)
def test_a_doctype_that_declares_nothing_is_harmless(doctype):
    """Old feeds name a DTD; it is not loaded."""
    assert parse_xml(f"<?xml version='1.0'?>{doctype}<a>b</a>".encode()).text == "b"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY b "{"x" * 50_000}">]><a>{"&b;" * 1000}</a>',
    "a file": '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>',
    "a request": '<!DOCTYPE a [<!ENTITY f SYSTEM "http://169.254.169.254/">]><a>&f;</a>',
    "a parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://x.example/x.dtd"> %p;]><a/>',
    "deep": "<a>" * 100_000,
    "wide": "<a>" + "<b/>" * 1_100_000 + "</a>",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused(text):
    with pytest.raises(SourceChanged, match="was refused"):
        parse_xml(text.encode(), source="feeds.example")


def test_an_entity_bomb_is_refused_before_it_grows():
    data = BOMBS["billion laughs"].encode()
    tracemalloc.start()
    try:
        with pytest.raises(SourceChanged):
            parse_xml(data)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


BROKEN = [
    "",
    "  ",
    "<a>",
    "<a></b>",
    "<html><br></html>",
    "{}",
    "<a>&nbsp;</a>",
    "<?xml version='1.0' encoding='klingon'?><a/>",
    "\0",
]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_not_xml_is_a_changed_source(text):
    with pytest.raises(SourceChanged, match=r"feeds\.example") as caught:
        parse_xml(text.encode(), source="feeds.example")
    assert caught.value.__context__ is None
