"""Which pages are read: the home page and at most three more, politely; and what is not taken for the account's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from capteur import Account, Answer, Context, NotFound, RateLimited, SkipAccount, SourceChanged, TransientError
from capteur_sensors.adoption import Adoption
from capteur_sensors.adoption.memory import Memory
from capteur_sensors.adoption.pages import PageReader, telling

HTML = {"content-type": "text/html"}
HOME = "https://acme.example/"
PAGES_ONLY = Adoption(dns=False, ecosystem=("HubSpot",), competitors=("Intercom",))
HUBSPOT = '<script src="//js.hs-scripts.com/1.js"></script>'
INTERCOM = '<script src="https://widget.intercom.io/widget/a"></script>'


def page(*links: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{''.join(f'<a href={link!r}>x</a>' for link in links)}</body></html>"


class Web:
    """`ctx.http` that answers from a dict; a value may be an error, or an answer from elsewhere after redirects."""

    def __init__(self, told: Mapping[str, object]) -> None:
        self.told = told
        self.asked: list[tuple[str, bool]] = []

    def get(self, url: str, *, robots: bool = False, conditional: bool = False, **_: object) -> Answer:
        self.asked.append((url, robots))
        found = self.told.get(url, NotFound(f"404 from {url}"))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Answer):
            return found
        return Answer(200, url, HTML, str(found).encode())


class Quiet:
    def debug(self, *_: object, **__: object) -> None: ...

    info = warning = debug


def read(told: Mapping[str, object], *, most: int = 4, memory: Memory | None = None, aliases: tuple[str, ...] = ()):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    web = Web(told)
    ctx = Context(instance="adoption", now=now, since=now - timedelta(days=90), http=web, ahttp=None, log=Quiet())  # type: ignore[arg-type]
    account = Account(1, "acme.example", "Acme", aliases=aliases)
    reader = PageReader(ctx, account, "acme.example", memory or Memory(), own=False)
    return reader.read(most), [url for url, _ in web.asked], web


def test_the_home_page_and_the_three_most_telling_ones_are_read_with_robots_honoured():
    links = (
        "/",
        "/blog",
        "/pricing",
        "/pricing/faq",
        "/contact-us",
        "/book-a-demo",
        "/signup",
        "/about",
        "/legal/contact",
    )
    told = {HOME: page(*links)} | {f"https://acme.example{path}": page() for path in links if path != "/"}
    part, asked, web = read(told)
    assert asked == [HOME, *(f"https://acme.example{path}" for path in ("/pricing", "/book-a-demo", "/contact-us"))]
    assert set(part.reads) == {"page:/", "page:/pricing", "page:/book-a-demo", "page:/contact-us"}
    assert all(robots for _, robots in web.asked)


@pytest.mark.parametrize(("most", "count"), [(1, 1), (2, 2), (4, 4)])
def test_no_more_pages_are_read_than_asked_for(most, count):
    links = ("/pricing", "/demo", "/contact", "/signup")
    told = {HOME: page(*links)} | {f"https://acme.example{path}": page() for path in links}
    assert len(read(told, most=most)[1]) == count


@pytest.mark.parametrize(
    ("links", "chosen"),
    [
        (["/de/preise", "/de/kontakt"], ["/de/preise", "/de/kontakt"]),
        (["/tarifs", "/fr/contact/"], ["/tarifs", "/fr/contact/"]),
        (["/request-a-demo", "/demo"], ["/demo"]),
        (["/blog/2024/how-we-price-contact-lenses", "/contact-lenses/12"], []),
        (["/" + "pricing" * 20], []),
    ],
)
def test_pages_are_chosen_by_words_of_their_own_path(links, chosen):
    assert telling(links, []) == chosen


def test_a_page_read_before_is_read_again_as_long_as_it_is_linked():
    """Another page of its sort would show other tools, and look like a change."""
    assert telling(["/demo", "/request-a-demo"], ["/request-a-demo"]) == ["/request-a-demo"]
    assert telling(["/demo"], ["/request-a-demo"]) == ["/demo"]


def test_a_further_page_that_fails_harms_nobody_else():
    told = {
        HOME: page("/pricing", "/demo", "/contact", head=HUBSPOT),
        "https://acme.example/pricing": TransientError("500"),
        "https://acme.example/demo": SkipAccount("robots.txt closes it"),
        "https://acme.example/contact": page(),
    }
    part, asked, _ = read(told)
    assert set(part.reads) == {"page:/", "page:/contact"}
    assert part.failure is None
    assert len(asked) == 4


def test_a_host_that_asks_to_wait_is_asked_no_more():
    told = {HOME: page("/pricing", "/demo"), "https://acme.example/pricing": RateLimited("429", retry_after=60)}
    assert read(told)[1] == [HOME, "https://acme.example/pricing"]


def test_where_the_bare_domain_does_not_answer_www_may_and_is_remembered():
    told = {HOME: TransientError("cannot be resolved"), "https://www.acme.example/": page("/pricing")}
    told["https://www.acme.example/pricing"] = page()
    memory = Memory()
    part, asked, _ = read(told, memory=memory)
    assert asked == [HOME, "https://www.acme.example/", "https://www.acme.example/pricing"]
    assert memory.host == "www.acme.example"
    assert read(told, memory=memory)[1][0] == "https://www.acme.example/"
    assert part.failure is None


def test_a_site_that_answers_nowhere_tells_the_first_reason():
    part, asked, _ = read(
        {HOME: TransientError("500 from acme.example"), "https://www.acme.example/": TransientError("other")}
    )
    assert "500 from acme.example" in str(part.failure)
    assert len(asked) == 2
    assert part.reads == {}


def test_a_domain_that_leads_to_another_company_shows_nothing_about_itself():
    """Bought, parked or for sale: what stands there are the other one's tools."""
    elsewhere = Answer(200, "https://www.bigcorp.example/acme", HTML, page(head=HUBSPOT).encode())
    part, _, _ = read({HOME: elsewhere})
    assert part.reads == {}
    assert "leads to bigcorp.example" in str(part.failure)


def test_an_alias_of_the_account_is_no_other_company():
    moved = Answer(200, "https://www.acme-group.example/", HTML, page(head=HUBSPOT).encode())
    part, _, _ = read({HOME: moved}, aliases=("domain:acme-group.example",))
    assert set(part.reads) == {"page:/"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<html><title>Just a moment...</title></html>", SkipAccount),
        ('{"capteur": "an answer of another form"}', SourceChanged),
        ("", SourceChanged),
    ],
)
def test_a_check_for_robots_json_or_nothing_is_no_page(body, error):
    part, _, _ = read({HOME: Answer(200, HOME, {}, body.encode())})
    assert part.reads == {}
    assert isinstance(part.failure, error)


# --- read after read --------------------------------------------------------------------------------------------------


def test_a_page_closed_by_robots_txt_is_not_asked_for(bench, world):
    world.put(HOME, page(head=HUBSPOT), headers=HTML)
    world.robots_closed.add(HOME)
    run = bench.run(PAGES_ONLY)
    assert isinstance(run.error, SkipAccount)
    assert run.asked == []


def test_a_page_that_joins_the_reading_brings_no_adoptions(bench, world):
    """The tools on it were there before anybody looked."""
    world.put(HOME, page(), headers=HTML)
    bench.run(PAGES_ONLY)
    world.put(HOME, page("/demo"), headers=HTML)
    world.put("https://acme.example/demo", page(head=INTERCOM), headers=HTML)
    run = bench.run(PAGES_ONLY, later=timedelta(days=1))
    assert [(a.kind, a.evidence_url) for a in run.accepted] == [("tool.present", "https://acme.example/demo")]


def test_a_page_that_is_gone_takes_no_tool_with_it(bench, world):
    world.put(HOME, page("/demo"), headers=HTML)
    world.put("https://acme.example/demo", page(head=INTERCOM), headers=HTML)
    bench.run(PAGES_ONLY)
    world.drop("https://acme.example/demo")
    for _ in range(3):
        assert bench.run(PAGES_ONLY, later=timedelta(days=1)).accepted == []
    for _ in range(3):  # and when it is forgotten after two months, nothing is told either
        assert bench.run(PAGES_ONLY, later=timedelta(days=30)).accepted == []
    assert "Intercom" not in bench.memory["tools"]


def test_a_tool_on_two_pages_is_there_as_long_as_one_shows_it(bench, world):
    world.put(HOME, page("/demo", head=HUBSPOT), headers=HTML)
    world.put("https://acme.example/demo", page(head=HUBSPOT), headers=HTML)
    bench.run(PAGES_ONLY)
    world.put(HOME, page("/demo"), headers=HTML)
    for _ in range(3):
        assert bench.run(PAGES_ONLY, later=timedelta(days=1)).accepted == []


@pytest.mark.parametrize(
    "body", [b"<html>" + b"<div>" * 200_000, b"<" * 500_000, "<script>" + "'//a.b/" * 100_000, b"\x00" * 100_000]
)
def test_hostile_markup_neither_hangs_nor_crashes(bench, world, body):
    world.put(HOME, body, headers=HTML)
    run = bench.run(PAGES_ONLY)
    assert run.error is None or isinstance(run.error, SourceChanged)
    assert run.accepted == []
