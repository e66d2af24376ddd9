"""Sessions, strengths and floods, by figures worked out by hand from the formula in the module's docstring."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur_sensors.visits.book import MOST, MOST_OF_ONE, Book
from capteur_sensors.visits.keys import DAY_S, Keys
from capteur_sensors.visits.memory import Memory, load
from capteur_sensors.visits.pages import Page
from capteur_sensors.visits.sessions import FLOOD, IGNORED, KEY, MOST_A_DAY, MOST_FAULTS, PAGE, Visitor

T = 20_000 * DAY_S + 36_000


def _page(path: str = "/a", standing: str = "plain", strength: float = 1.0) -> Page:
    return Page(path, "group" if standing != "plain" else "", standing, strength)  # type: ignore[arg-type]


def _visitor(*views: tuple[int, Page] | tuple[int, Page, bool]) -> Visitor:
    """A visitor with views (seconds after T, page, paid), the log's time going on with them."""
    found, clock = Visitor("v", "site", "acme.com", T // DAY_S), T
    for after, page, *paid in views:
        clock = max(clock, T + after)
        found.view(page, T + after, clock, paid=bool(paid and paid[0]))
    return found


def _strengths(visitor: Visitor) -> dict[int, float]:
    return {kind: belief.strength for kind, belief in sorted(visitor.beliefs.items())}


PRICING = _page("/pricing", "key")
DOCS = _page("/docs", "key", 0.6)


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        pytest.param([(0, _page())], {PAGE: 0.3}, id="one page"),
        pytest.param([(0, _page(), True)], {PAGE: 0.1}, id="one page after a paid click"),
        pytest.param([(0, _page()), (120, _page())], {PAGE: 0.65}, id="the same page again after two minutes: e = 0.5"),
        pytest.param(
            [(0, _page()), (0, _page("/b")), (0, _page("/c"))], {PAGE: 0.65}, id="three pages at once: e = 0.5"
        ),
        pytest.param([(0, _page()), (240, _page("/b"))], {PAGE: 0.876}, id="two pages in four minutes: e = 1 - 2^-2.5"),
        pytest.param([(0, PRICING)], {KEY: 0.5}, id="one key page"),
        pytest.param([(0, DOCS)], {KEY: 0.3}, id="one page of a weaker group"),
        pytest.param([(0, PRICING, True)], {KEY: 0.15}, id="a paid click on a key page that bounced"),
        pytest.param(
            [(0, PRICING, True), (120, _page())],
            {PAGE: 0.753, KEY: 0.823},
            id="a paid click that read on: e = 1 - 2^-1.5",
        ),
        pytest.param([(0, DOCS), (60, PRICING)], {KEY: 0.75}, id="the strongest group counts: e = 1 - 2^-1"),
        pytest.param([(0, _page("/jobs", "ignored"))], {IGNORED: 0.5}, id="an ignored page"),
        pytest.param(
            [(0, _page()), (60, _page("/jobs", "ignored"))], {PAGE: 0.3, IGNORED: 0.5}, id="ignored pages add no depth"
        ),
        pytest.param([(0, _page()), (1801, _page("/b"))], {PAGE: 0.3}, id="31 minutes apart are two visits"),
    ],
)
def test_strengths(views, expected):
    assert _strengths(_visitor(*views)) == expected


def test_thirty_minutes_are_one_visit():
    """1 - 2^-(0.5 + 15), all but one."""
    assert _strengths(_visitor((0, _page()), (1800, _page("/b")))) == {PAGE: 1.0}


def test_a_late_view_joins_two_visits():
    """40 minutes apart, and one that lay between them and was written down last."""
    apart = _visitor((0, _page()), (2000, _page("/b")))
    assert (len(apart.sessions), _strengths(apart)) == (2, {PAGE: 0.3})
    apart.view(_page("/c"), T + 1790, T + 2000, paid=False)
    assert (len(apart.sessions), _strengths(apart)) == (1, {PAGE: 1.0})
    assert apart.beliefs[PAGE].pages == 3


def test_the_strongest_visit_of_a_day_is_told():
    """A second, shorter visit takes nothing away."""
    found = _visitor((0, _page()), (120, _page("/b")), (9000, _page("/c")))
    assert _strengths(found) == {PAGE: 0.753}
    assert (found.beliefs[PAGE].since, found.beliefs[PAGE].pages, found.beliefs[PAGE].seconds) == (T, 2, 120)


def test_a_flood_says_nothing():
    """Sixty pages in a minute are no person's, and what was told is taken back."""
    found = _visitor(*((n // 2, _page(f"/{n}")) for n in range(FLOOD - 1)))
    assert not found.blocked
    assert list(found.untold())
    found.view(_page("/last"), T + 59, T + 59, paid=False)
    assert found.blocked
    assert list(found.untold()) == []


def test_a_patient_crawler_is_one_too():
    found = _visitor(*((n * 60, _page(f"/{n}")) for n in range(MOST_A_DAY)))
    assert not found.blocked
    found.view(_page("/one more"), T + MOST_A_DAY * 60, T + MOST_A_DAY * 60, paid=False)
    assert found.blocked


def test_who_asks_for_pages_that_are_not_there_is_a_scanner():
    """Unless they read as many that are: a site may have dead links."""
    scanner, reader = _visitor((0, _page())), _visitor(*((n * 30, _page(f"/{n}")) for n in range(30)))
    for _ in range(MOST_FAULTS):
        scanner.fault()
        reader.fault()
    assert (scanner.blocked, reader.blocked) == (True, False)


@given(
    st.lists(st.tuples(st.integers(0, 290), st.sampled_from("abcdefgh")), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_the_order_of_lines_does_not_matter_within_the_margin(views, rng):
    """Half of the neighbours in a real log run backwards."""
    shuffled = rng.sample(views, len(views))
    assert _strengths(_visitor(*((t, _page(p)) for t, p in views))) == _strengths(
        _visitor(*((t, _page(p)) for t, p in shuffled))
    )


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9000),
            st.sampled_from([PRICING, DOCS, _page("/a"), _page("/b"), _page("/j", "ignored")]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_a_visitor_is_the_same_after_a_night_in_memory(views):
    """Dumped as JSON and loaded after each view, nothing changes."""
    plain = _visitor(*views)
    book = Book()
    clock = T
    for after, page, paid in views:
        clock = max(clock, T + after)
        found = book.visitor("v", "site", "acme.com", T // DAY_S)
        assert found is not None
        found.view(page, T + after, clock, paid=paid)
        book = Book.load(json.loads(json.dumps(book.dump())))
    found = book.visitor("v", "site", "acme.com", T // DAY_S)
    assert found is not None
    assert (_strengths(found), found.views, found.blocked) == (_strengths(plain), plain.views, plain.blocked)
    assert {k: b.since for k, b in found.beliefs.items()} == {k: b.since for k, b in plain.beliefs.items()}


def test_a_book_is_bounded():
    """The visitor seen longest ago is told and forgotten; a company has no more than a hundred a day."""
    book = Book()
    for n in range(MOST + 5):
        found = book.visitor(f"v{n}", "site", f"c{n % 50}.com", 20_000)
        assert found is not None
        found.view(_page(), T, T, paid=False)
    assert (len(book.visitors), book.forgotten, len(list(book.parting()))) == (MOST, 5, 5)
    assert "site:v0" not in book.visitors
    few = Book()
    taken = [few.visitor(f"v{n}", "site", "acme.com", 20_000) for n in range(MOST_OF_ONE + 3)]
    assert (sum(v is None for v in taken), few.crowded) == (3, 3)
    few.close((20_001 * DAY_S) + 4000)
    assert few.visitors == {}
    assert few.visitor("v", "site", "acme.com", 20_001) is not None


def test_a_full_memory_fits_into_a_checkpoint():
    """A thousand visitors who read all they can; who does not fit is forgotten, those first who were seen longest ago."""
    memory = Memory(since=0, keys=Keys.fresh(20_000))
    for n in range(MOST):
        found = memory.book.visitor(
            f"{n:016x}", "a-rather-long-name.of-our-site.example", f"a-rather-long-name-{n % 50}.example", T // DAY_S
        )
        assert found is not None
        for view in range(40):
            found.view(
                _page(f"/{view}", ("plain", "key", "ignored")[view % 3]), T + view * 100, T + view * 100, paid=False
            )
    told = json.dumps(memory.dump(), separators=(",", ":"))
    assert 200_000 < len(told) < 256 * 1024
    again = load(json.loads(told)).book
    assert memory.book.forgotten == MOST - len(again.visitors) > 0
    assert list(again.visitors) == list(memory.book.visitors)[-len(again.visitors) :]


def test_a_damaged_memory_is_left_out():
    good = Book()
    assert good.visitor("v", "site", "acme.com", 20_000) is not None
    rows = good.dump()
    for broken in ([["v"]], [None], [{}], "text", None, [rows[0][:-1]], [[*rows[0][:-1], 7]]):
        assert Book.load(broken).visitors == {}
    assert list(Book.load(rows).visitors) == ["site:v"]
