"""The companies' sites and feeds lead where a crawler and a person would go."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from capteur.domains import registrable
from capteur_sensors.demo.feeds import FEED
from capteur_sensors.demo.market import market

ATOM = "{http://www.w3.org/2005/Atom}"


def test_every_company_lives_at_a_reserved_domain_of_its_own():
    domains = [company.domain for company in market().companies]
    assert len(set(domains)) == len(domains) == 25
    assert all(registrable(domain) == domain and domain.endswith(".example") for domain in domains)


def test_the_market_has_its_characters():
    """An ampersand, accents, a name of 75 characters, one competitor, one customer, one partner, one without a board."""
    companies = market().companies
    names = " ".join(company.name for company in companies)
    assert "&" in names
    assert {"é", "Ñ", "ü", "Ü"} <= set(names)
    assert max(len(company.name) for company in companies) > 70
    assert sorted(company.standing for company in companies if company.standing) == [
        "competitor",
        "customer",
        "partner",
    ]
    assert [company.name for company in companies if company.board is None] == ["Mossbank Dairy"]


@pytest.mark.parametrize(
    ("domain", "markup"),
    [
        ("halyard.example", "https://boards.greenhouse.io/embed/job_board/js?for=halyardrobotics"),
        ("nordlys-freight.example", "https://job-boards.greenhouse.io/nordlysfreight"),
        ("patientfurniture.example", "https://patientfurniture.example/careers/opening?gh_jid="),
        ("pipandpebble.example", "https://jobs.lever.co/pipandpebble"),
        ("okonkwo-foods.example", "https://jobs.eu.lever.co/okonkwofoods"),
        ("atelier-sante.example", "https://jobs.ashbyhq.com/atelier-sante/embed"),
        ("balticgrid.example", "https://jobs.ashbyhq.com/balticgrid"),
    ],
)
def test_a_careers_page_leads_to_its_board(domain, markup, ask):
    assert markup in ask(f"https://{domain}/careers").body.decode()


@pytest.mark.parametrize("domain", ["gruenwald.example", "mossbank.example"])
def test_some_careers_pages_name_no_board(domain, ask):
    assert not re.search(r"greenhouse|lever\.co|ashby|gh_jid", ask(f"https://{domain}/careers").body.decode())


def test_www_and_jobs_redirect_to_where_things_are(ask):
    assert ask("https://www.halyard.example/careers").headers["Location"] == "https://halyard.example/careers"
    assert ask("https://halyard.example/jobs").headers["Location"] == "https://halyard.example/careers"


def test_names_are_escaped_in_markup(ask):
    page = ask("https://quarry-analytics.example/").body.decode()
    assert "Quarry &amp; Sons Analytics" in page
    assert "Quarry & Sons" not in page


def test_a_host_nobody_has_answers_404(ask):
    assert ask("https://nobody.example/").status == 404


def test_every_link_that_the_world_gives_as_evidence_answers(ask, read):
    """Every post's and every article's address leads to a page, so that a person can look at what a signal rests on."""
    links = []
    for vendor, url in (
        ("greenhouse", "https://boards-api.greenhouse.io/v1/boards/{}/jobs"),
        ("lever", "https://api.lever.co/v0/postings/{}"),
        ("ashby", "https://api.ashbyhq.com/posting-api/job-board/{}"),
    ):
        for _, board in market().boards(vendor):
            home = url.replace("api.", "api.eu.") if board.region == "eu" else url
            ask(home.format(board.token))  # uses up the faults that pass
            if ask(home.format(board.token)).status == 200:
                body = read(home.format(board.token))
                rows = body if isinstance(body, list) else body["jobs"]
                links += [row.get("absolute_url") or row.get("hostedUrl") or row["jobUrl"] for row in rows]
    for company in market().companies:
        if company.news:
            links += [e.text for e in ET.fromstring(ask(f"https://{company.domain}{FEED}").body).iter("link")]
    links += [
        e.get("href") for e in ET.fromstring(ask("https://quaygazette.example/feed.atom").body).iter(f"{ATOM}link")
    ]
    assert len(links) > 180
    assert [url for url in links if ask(url).status != 200] == []


def test_a_blog_is_valid_rss_with_dates_before_now(ask, now):
    channel = ET.fromstring(ask(f"https://halyard.example{FEED}").body).find("channel")
    assert channel is not None
    items = channel.findall("item")
    assert [item.findtext("title", "")[:21] for item in items] == ["Halyard Robotics rais", "What a bollard teache"]
    assert all(parsedate_to_datetime(item.findtext("pubDate", "")) < now for item in items)
    assert len({item.findtext("guid") for item in items}) == len(items)


def test_the_newspaper_is_valid_atom_and_names_a_company_on_nobodys_list(ask):
    entries = ET.fromstring(ask("https://quaygazette.example/feed.atom").body).findall(f"{ATOM}entry")
    listed = {company.domain for company in market().companies}
    named = {m for e in entries for m in re.findall(r"https://([\w.-]+\.example)/", e.findtext(f"{ATOM}summary", ""))}
    assert named - listed == {"thistledown.example"}


def test_articles_appear_when_their_day_has_come(world, ask, clock):
    url = "https://quaygazette.example/feed.atom"
    clock.advance(timedelta(days=-2))
    earlier = len(ET.fromstring(ask(url).body).findall(f"{ATOM}entry"))
    clock.advance(timedelta(days=2))
    assert len(ET.fromstring(ask(url).body).findall(f"{ATOM}entry")) == earlier + 1
