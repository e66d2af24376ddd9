"""Companies nobody knows, and what becomes of them: unmatched, linked, unlinked, adopted, discovered."""

from __future__ import annotations

import random
import threading
from contextlib import suppress

import pytest

from capteur.errors import InputError, StoreBusy
from capteur.store import accounts, links, marks, outcomes, signals
from capteur.store.shapes import IncomingFact, IncomingOutcome

DAY = 86_400_000_000


def waiting(bench) -> dict[str, int]:
    """Unmatched references with their signal counts."""
    return {row.account.reference: row.signals for row in bench.read(links.unmatched)}


def link(bench, what: str, account_id: int) -> int:
    source = bench.read(lambda c: accounts.by_label(c, what))
    return bench.write(lambda c: links.link(c, source.id, account_id, bench.now))


def test_an_unknown_company_keeps_its_signals_under_what_the_source_called_it(bench):
    """Every signal has an account: the same reference is the same account in every batch."""
    foo = bench.unknown("name:foo", "Foo Ltd.", ids={"cik": "77"})
    first = bench.commit(
        bench.signal("a", foo),
        bench.signal("b", foo),
        bench.signal("c", bench.unknown("domain:bar.io", "Bar", "bar.io")),
    )
    again = bench.commit(bench.signal("d", foo))
    assert (first.new, first.unmatched, again.unmatched) == (3, 3, 1)
    assert waiting(bench) == {"name:foo": 3, "domain:bar.io": 1}
    account = bench.read(lambda c: accounts.by_label(c, "name:foo"))
    assert (account.state, account.name, account.domain, account.aliases, account.label) == (
        "unmatched",
        "Foo Ltd.",
        None,
        ("cik:77",),
        "name:foo",
    )


def test_unmatched_accounts_come_with_most_signals_first_and_limited(bench):
    for i in range(4):
        bench.commit(*(bench.signal(f"{i}-{j}", bench.unknown(f"name:c{i}")) for j in range(i + 1)))
    assert [r.signals for r in bench.read(lambda c: links.unmatched(c, 2))] == [4, 3]
    assert list(waiting(bench)) == ["name:c3", "name:c2", "name:c1", "name:c0"]


def test_an_unknown_company_is_found_by_its_domain_or_an_id_that_is_known_meanwhile(bench):
    """The caller's index may be older than the store: what it calls unknown may be listed by now."""
    acme = bench.account("acme.com", "cik:77")
    receipt = bench.commit(
        bench.signal("a", bench.unknown("domain:acme.com", domain="acme.com")),
        bench.signal("b", bench.unknown("cik:77", ids={"cik": "77"})),
    )
    assert (receipt.unmatched, receipt.accounts) == (0, {acme})


def test_a_name_that_two_accounts_share_matches_neither(bench):
    bench.account("acme.com", "name:acme")
    bench.account("acme.de", "name:acme")
    assert bench.commit(bench.signal("a", bench.unknown("name:acme", "Acme"))).unmatched == 1


def test_a_link_moves_the_signals_and_known_at(bench):
    """Before the link a replay finds them on the unmatched company, from it on with the account."""
    acme = bench.account("acme.com")
    foo = bench.unknown("name:foo", "Foo", ids={"cik": "77"})
    bench.commit(bench.signal("a", foo, ago=3), bench.signal("mine", acme, ago=2))
    source = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    committed = bench.now
    linked = bench.advance(days=1)
    link(bench, "name:foo", acme)
    assert [(o.key, o.known_at) for o in bench.history(acme)] == [("a", linked), ("mine", committed)]
    assert bench.history(source) == []
    assert [o.key for o in bench.as_of(acme, linked - 1)] == ["mine"]
    assert [(o.key, o.known_at) for o in bench.as_of(source, linked - 1)] == [("a", committed)]
    assert [o.key for o in bench.as_of(acme, linked)] == ["a", "mine"]
    assert bench.as_of(source, linked) == []
    assert waiting(bench) == {}
    assert bench.read(lambda c: accounts.get(c, acme)).aliases == ("cik:77", "name:foo")
    assert bench.read(lambda c: accounts.by_label(c, "name:foo")).id == acme
    assert bench.read(lambda c: accounts.get(c, source)).state == "linked"


def test_what_comes_after_a_link_goes_to_the_account(bench):
    """Under the old reference, the old account id or one of its ids."""
    acme = bench.account("acme.com")
    foo = bench.unknown("name:foo", ids={"cik": "77"})
    bench.commit(bench.signal("a", foo))
    source = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    link(bench, "name:foo", acme)
    receipt = bench.commit(
        bench.signal("b", foo), bench.signal("c", source), bench.signal("d", bench.unknown("cik:77", ids={"cik": "77"}))
    )
    assert (receipt.unmatched, receipt.accounts) == (0, {acme})
    assert ("name:foo", acme) in set(bench.read(lambda c: list(accounts.index_rows(c))))


def test_unlinking_gives_everything_back(bench):
    """Signals, known_at, state and aliases are as before; what happened in between is still seen by a replay of it."""
    acme = bench.account("acme.com")
    bench.commit(
        bench.signal("mine", acme),
        bench.signal("a", bench.unknown("name:foo", "Foo"), ago=9, known_at=bench.now - 8 * DAY),
    )
    source = bench.read(lambda c: accounts.by_label(c, "name:foo"))
    before, mine = bench.history(source.id), bench.history(acme)
    linked = bench.advance(days=1)
    link_id = link(bench, "name:foo", acme)
    undone = bench.advance(days=1)
    assert bench.read(lambda c: links.find(c, "foo")) == link_id
    waiting_again = bench.write(lambda c: links.unlink(c, link_id, undone))
    assert waiting_again == source
    assert bench.history(source.id) == before
    assert bench.history(acme) == mine
    assert bench.read(lambda c: accounts.get(c, acme)).aliases == ()
    (row,) = (r for r in bench.read(signals.rows) if r.key == "a")
    assert row.known_assumed
    assert [o.key for o in bench.as_of(acme, linked)] == ["a", "mine"]
    assert bench.as_of(source.id, linked) == []
    assert [o.key for o in bench.as_of(source.id, undone)] == ["a"]
    assert [o.key for o in bench.as_of(acme, undone)] == ["mine"]
    with pytest.raises(InputError, match="no link"):
        bench.write(lambda c: links.unlink(c, link_id, undone))


def test_what_grew_while_linked_keeps_the_moment_it_grew(bench):
    acme = bench.account("acme.com")
    foo = bench.unknown("name:foo")
    bench.commit(bench.signal("v", foo, kind="visit.page", strength=0.2, grows=True))
    source = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    bench.advance(days=1)
    link_id = link(bench, "name:foo", acme)
    grown = bench.advance(days=1)
    bench.commit(bench.signal("v", foo, kind="visit.page", strength=0.8, grows=True))
    bench.advance(days=1)
    bench.write(lambda c: links.unlink(c, link_id, bench.now))
    assert [(o.strength, o.known_at) for o in bench.history(source)] == [(0.8, grown)]
    assert [o.strength for o in bench.as_of(acme, grown)] == [0.8]
    assert [o.strength for o in bench.as_of(acme, grown - 1)] == [0.2]


def test_links_and_their_undoing_mark_both_accounts_stale(bench):
    acme = bench.account("acme.com")
    bench.commit(
        bench.signal("mine", acme, kind="visit.page", ago=4), bench.signal("a", bench.unknown("name:foo"), ago=9)
    )
    source = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    day = bench.now // DAY
    bench.marks()
    link_id = link(bench, "name:foo", acme)
    expected = {(source, "hiring.opened"): day - 9, (acme, "hiring.opened"): day - 9, (acme, "visit.page"): day - 4}
    assert bench.marks() == expected
    bench.write(lambda c: links.unlink(c, link_id, bench.now))
    assert bench.marks() == expected


def test_facts_and_outcomes_follow_a_link_and_its_undoing(bench):
    """The newest fact by name wins, whichever of the two accounts it was said of."""
    acme, foo = bench.account("acme.com"), bench.unknown("name:foo")
    bench.commit(
        facts=(
            IncomingFact(acme, "country", '"US"', bench.now - DAY),
            IncomingFact(acme, "owner", '"Jo"', bench.now),
            IncomingFact(foo, "country", '"FR"', bench.now),
            IncomingFact(foo, "owner", '"Al"', bench.now - DAY),
        ),
        outcomes=(IncomingOutcome(foo, "won", "deal", bench.now, "main", 1.0, '{"n":1}'),),
    )
    link_id = link(bench, "name:foo", acme)
    assert bench.read(lambda c: accounts.get(c, acme)).facts == {"country": "FR", "owner": "Jo"}
    (outcome,) = bench.read(outcomes.rows)
    assert (outcome.account_id, outcome.kind, outcome.data) == (acme, "won", {"n": 1})
    bench.write(lambda c: links.unlink(c, link_id, bench.now))
    assert bench.read(lambda c: accounts.get(c, acme)).facts == {"country": "US", "owner": "Jo"}
    assert bench.read(outcomes.rows)[0].account_id != acme


@pytest.mark.parametrize(("own", "theirs"), [("1", "2"), ("2", "1")])
def test_of_two_facts_of_one_moment_the_accounts_own_wins(bench, own, theirs):
    acme, labs = bench.account("acme.com"), bench.account("acme.io")
    bench.commit(
        facts=(IncomingFact(acme, "size", own, bench.now), IncomingFact(labs, "size", theirs, bench.now)),
    )
    bench.write(lambda c: links.link(c, labs, acme, bench.now))
    assert bench.read(lambda c: accounts.get(c, acme)).facts == {"size": int(own)}


def test_links_may_chain_and_are_undone_from_the_end(bench):
    """B was linked to A, then A to the account: all signals are there, and the first link is undone only after the second."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", bench.unknown("name:a")), bench.signal("b", bench.unknown("name:b")))
    a, b = (bench.read(lambda c, n=n: accounts.by_label(c, n)).id for n in ("name:a", "name:b"))
    first = bench.write(lambda c: links.link(c, b, a, bench.now))
    second = bench.write(lambda c: links.link(c, a, acme, bench.now))
    assert [o.key for o in bench.history(acme)] == ["a", "b"]
    assert bench.commit(bench.signal("b2", bench.unknown("name:b"))).accounts == {acme}
    with pytest.raises(InputError, match="linked since"):
        bench.write(lambda c: links.unlink(c, first, bench.now))
    bench.write(lambda c: links.unlink(c, second, bench.now))
    bench.write(lambda c: links.unlink(c, first, bench.now))
    assert [o.key for o in bench.history(b)] == ["b"]


@pytest.mark.parametrize("case", ["itself", "back", "twice", "nothing"])
def test_links_that_say_nothing_are_refused(bench, case):
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", bench.unknown("name:foo")))
    foo = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    if case in ("back", "twice"):
        bench.write(lambda c: links.link(c, foo, acme, bench.now))
    pair = {"itself": (acme, acme), "back": (acme, foo), "twice": (foo, acme), "nothing": (foo, 10_000)}[case]
    with pytest.raises(InputError):
        bench.write(lambda c: links.link(c, *pair, bench.now))


def test_ids_that_are_the_same_attach_what_waited_and_what_comes(bench):
    """A form tells whose cookie it was: earlier anonymous pages move to the account, later ones go there at once."""
    acme = bench.account("acme.com")
    visitor = bench.unknown("anonymous:x1", ids={"anonymous": "x1"})
    bench.commit(bench.signal("page-1", visitor, kind="visit.page"))
    receipt = bench.commit(
        bench.signal("page-2", visitor, kind="visit.page"), same=(({"anonymous": "x1", "email": "h4sh"}, acme),)
    )
    assert (receipt.unmatched, receipt.accounts) == (0, {acme})
    assert bench.commit(bench.signal("page-3", visitor, kind="visit.page")).accounts == {acme}
    assert [o.key for o in bench.history(acme)] == ["page-1", "page-2", "page-3"]
    assert {"anonymous:x1", "email:h4sh"} <= set(bench.read(lambda c: accounts.get(c, acme)).aliases)
    assert waiting(bench) == {}


def test_an_id_that_a_listed_account_has_stays_there(bench):
    acme, zeta = bench.account("acme.com", "anonymous:x1"), bench.account("zeta.io")
    bench.commit(same=(({"anonymous": "x1"}, zeta),))
    assert bench.commit(bench.signal("p", bench.unknown("anonymous:x1", ids={"anonymous": "x1"}))).accounts == {acme}


def test_ids_may_be_those_of_a_company_nobody_knows(bench):
    """The form names a company that is not listed: the visitor waits with it."""
    company = bench.unknown("domain:bar.io", "Bar", "bar.io")
    bench.commit(bench.signal("p", bench.unknown("anonymous:x1", ids={"anonymous": "x1"})))
    bench.commit(same=(({"anonymous": "x1"}, company),))
    assert waiting(bench) == {"domain:bar.io": 1}


def test_an_id_moves_no_company_that_has_a_domain(bench):
    """One browser, two companies that nobody listed: the second does not swallow the first, and each keeps its signals."""
    bar, foo = bench.unknown("domain:bar.io", "Bar", "bar.io"), bench.unknown("domain:foo.io", "Foo", "foo.io")
    bench.commit(bench.signal("b", bar), bench.signal("f", foo), same=(({"anonymous": "x1"}, bar),))
    bench.commit(same=(({"anonymous": "x1"}, foo),))
    assert waiting(bench) == {"domain:bar.io": 1, "domain:foo.io": 1}
    acme = bench.account("acme.com")
    bench.commit(same=(({"anonymous": "x1"}, acme),))
    page = bench.signal("p", bench.unknown("anonymous:x1", ids={"anonymous": "x1"}), kind="visit.page")
    assert bench.commit(page).accounts == {acme}
    assert waiting(bench) == {"domain:bar.io": 1, "domain:foo.io": 1}


def test_what_one_batch_says_several_times_is_heard_once(bench):
    """Two names for one id: the first joins them, and the batch that says so again is stored all the same."""
    one, two = bench.unknown("name:ibm", "IBM"), bench.unknown("name:intl business machines", "Intl Business Machines")
    ids = {"crm": "1"}
    receipt = bench.commit(bench.signal("k", one), same=((ids, one), (ids, two), (ids, one), (ids, two)))
    assert receipt.new == 1
    assert list(waiting(bench).values()) == [1]


def test_no_signal_is_left_behind_with_a_company_that_is_linked_while_it_comes(postgresql_bench):
    """Two writers: one stores signals of a company, the other links it and undoes the link, again and again."""
    bench = postgresql_bench
    acme, foo = bench.account("acme.com"), bench.unknown("name:foo", "Foo")
    bench.commit(bench.signal("first", foo))
    source = bench.read(lambda c: accounts.by_label(c, "name:foo")).id
    other, over, stored = bench.another(), threading.Event(), []

    def store_on():
        while not over.is_set():
            # two that tie a knot several times in a row: it is done again, as a unit would be
            with suppress(StoreBusy):
                bench.commit(bench.signal(f"k{len(stored)}", foo), store=other)
                stored.append(1)

    thread = threading.Thread(target=store_on)
    thread.start()
    try:
        for _ in range(60):
            link_id = bench.write(lambda c: links.link(c, source, acme, bench.now))
            before = len(stored)
            until(lambda before=before: len(stored) > before + 1)
            assert bench.history(source) == []
            bench.write(lambda c, link_id=link_id: links.unlink(c, link_id, bench.now))
    finally:
        over.set()
        thread.join(60)
    assert len(stored) >= 120
    assert len(bench.history(acme)) + len(bench.history(source)) == len(stored) + 1


def until(what):
    """Wait for what another thread does."""
    for _ in range(6000):
        if what():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come about in time")


@pytest.mark.parametrize("seed", range(6))
def test_a_replay_sees_every_past_moment_as_it_was(bench, seed):
    """Forty random commits, growths, revocations, links and unlinks: history_as_of and columns equal what was read then."""
    rng = random.Random(seed)
    owners = [bench.account(f"a{i}.com") for i in range(3)]
    bench.commit(*(bench.signal(f"seed-{i}", bench.unknown(f"name:u{i}")) for i in range(3)))
    owners += [bench.read(lambda c, i=i: accounts.by_label(c, f"name:u{i}")).id for i in range(3)]
    seen: list[tuple[int, dict[int, list[tuple]]]] = []

    def believed(observations, at):
        return [
            (o.key, o.strength, o.revoked_at if o.revoked_at is not None and o.revoked_at <= at else None)
            for o in observations
        ]

    for _ in range(40):
        bench.advance(minutes=rng.randint(0, 90))
        act = rng.random()
        open_links = bench.read(
            lambda c: c.exec_driver_sql("SELECT id FROM link WHERE undone_at IS NULL ORDER BY id").fetchall()
        )
        if act < 0.6:
            keys = [f"k{rng.randint(0, 12)}" for _ in range(3)]
            bench.commit(
                *(
                    bench.signal(
                        k, rng.choice(owners), kind="visit.page", grows=True, strength=round(rng.random(), 2), ago=1
                    )
                    for k in keys
                )
            )
        elif act < 0.7:
            bench.commit(revokes=((f"k{rng.randint(0, 12)}", ""),))
        elif act < 0.85 or not open_links:
            source, target = rng.sample(owners, 2)
            try:
                bench.write(lambda c, s=source, t=target: links.link(c, s, t, bench.now))
            except InputError:
                continue
        else:
            try:
                bench.write(lambda c, ls=open_links: links.unlink(c, rng.choice(ls)[0], bench.now))
            except InputError:
                continue
        moment = bench.now
        seen = [entry for entry in seen if entry[0] != moment]
        seen.append((moment, {a: believed(bench.history(a), moment) for a in owners}))
    for moment, by_account in seen:
        replayed = bench.read(lambda c, at=moment: signals.columns(c, as_of=at))
        for account_id, expected in by_account.items():
            assert believed(bench.as_of(account_id, moment), moment) == expected, (moment, account_id)
            assert sorted(replayed.strength[replayed.account == account_id]) == sorted(s for _, s, _ in expected)
    assert bench.read(marks.marks_left) > 0
