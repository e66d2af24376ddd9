"""Company blogs as RSS 2.0, and the newspaper that writes about all of them as Atom."""

from __future__ import annotations

import re
import unicodedata
from email.utils import format_datetime
from html import escape

from capteur_sensors.demo.market import Calendar, Company, Market, News, Press, identifier
from capteur_sensors.demo.routes import ATOM, RSS, TEXT, Handler, Reply, Request, Routes, always

FEED = "/news/feed.xml"


def add_feeds(routes: Routes, market: Market, calendar: Calendar) -> None:
    """A feed for every company that has news; the newspaper's, and its own feed about each company it names."""
    for company in market.companies:
        if company.news:
            routes.add(company.domain, FEED, _rss(company, calendar))
    press = market.press
    routes.add(press.domain, "/", always(_paper(press.name, "")))
    routes.add(press.domain, "/robots.txt", always(Reply.text("User-agent: *\nAllow: /\n", TEXT)))
    routes.add(press.domain, "/feed.atom", _atom(press, press.items, calendar))
    for about in {item.about for item in press.items if item.about}:
        items = tuple(item for item in press.items if item.about == about)
        routes.add(press.domain, press_feed(about), _atom(press, items, calendar))
    for item in press.items:
        path, text = article(item)
        routes.add(press.domain, path, always(_paper(item.title, text)))


def press_feed(domain: str) -> str:
    """The path of the newspaper's feed about one company."""
    return f"/about/{domain}.atom"


def _paper(title: str, text: str) -> Reply:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return Reply.text(f"<!doctype html><html><head>{head}</head><body><p>{escape(text)}</p></body></html>")


def article(entry: News) -> tuple[str, str]:
    """The path of an entry's page on its site, and its text."""
    ascii_title = unicodedata.normalize("NFKD", entry.title).encode("ascii", "ignore").decode().lower()
    return "/news/" + "-".join(re.findall(r"[a-z0-9]+", ascii_title)[:9]), entry.text


def _rss(company: Company, calendar: Calendar) -> Handler:
    def feed(_: Request) -> Reply:
        root, name = f"https://{company.domain}", escape(company.name)
        items = "".join(
            f"<item><title>{escape(n.title)}</title><link>{root}{article(n)[0]}</link>"
            f'<guid isPermaLink="false">{identifier("news", company.domain, n.title)}</guid>'
            f"<pubDate>{format_datetime(calendar.at(n.ago).replace(microsecond=0))}</pubDate>"
            f"<description><![CDATA[<p>{escape(n.text)}</p>]]></description></item>\n"
            for n in calendar.published(company.news)
        )
        head = f"<title>{name}</title><link>{root}/</link><description>{escape(company.about)}</description>"
        return Reply.text(
            f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>\n',
            RSS,
        )

    return feed


def _atom(press: Press, items: tuple[News, ...], calendar: Calendar) -> Handler:
    def feed(_: Request) -> Reply:
        root, out = f"https://{press.domain}", calendar.published(items)
        entries = "".join(
            f"<entry><title>{escape(n.title)}</title>"
            f'<link rel="alternate" href="{root}{article(n)[0]}"/>'
            f"<id>urn:uuid:{identifier('press', press.domain, n.title)}</id>"
            f"<published>{calendar.at(n.ago).isoformat()}</published><updated>{calendar.at(n.ago).isoformat()}</updated>"
            f"<summary>{escape(n.text)}{_about(n)}</summary></entry>\n"
            for n in out
        )
        updated = calendar.at(out[0].ago if out else 0.0).isoformat()
        head = f'<title>{escape(press.name)}</title><id>{root}/</id><link href="{root}/"/><updated>{updated}</updated>'
        return Reply.text(
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{entries}</feed>\n',
            ATOM,
        )

    return feed


def _about(entry: News) -> str:
    return "" if entry.about is None else f" More at https://{entry.about}/."
