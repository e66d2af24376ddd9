"""Discovered companies in the store: known by an id alone, adopted in place, counted, found by their facts, and purged."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from capteur import estimating, ranking
from capteur.estimators.evidence import Evidence
from capteur.roster.recognising import recognise
from capteur.store import accounts, audit, facts, forgetting, links, signals, states
from capteur.store.accounts import DISCOVERED, KNOWN, LISTED
from capteur.store.shapes import IncomingFact, Unknown

DAY = 86_400_000_000


def issuer(number: int, name: str = "Acme, Inc.", *, state: str = "discovered") -> Unknown:
    """A company as EDGAR knows it: a name and a number."""
    return Unknown(f"cik:{number}", name, None, {"cik": str(number)}, state)


def of(bench, label: str):
    return bench.read(lambda c: accounts.by_label(c, label))


def model(bench) -> estimating.Model:
    return estimating.install(bench.store, {"main": Evidence()}, bench.now)["main"]


def test_a_company_without_a_domain_is_discovered_under_its_id(bench):
    """A second filing, a day later and under another spelling, is the same account's."""
    first = bench.commit(bench.signal("a", issuer(7), kind="funding.raised"))
    bench.advance(days=1)
    second = bench.commit(bench.signal("b", issuer(7, "ACME INC"), kind="funding.raised"))
    company = of(bench, "cik:7")
    assert (first.unmatched, second.unmatched, second.accounts) == (0, 0, {company.id})
    assert (company.state, company.domain, company.name, company.label) == ("discovered", None, "Acme, Inc.", "cik:7")
    assert [o.key for o in bench.history(company.id)] == ["a", "b"]


def test_companies_of_one_name_are_as_many_as_their_ids(bench):
    bench.commit(*(bench.signal(f"s{n}", issuer(n)) for n in (7, 8)))
    assert [a.reference for a in bench.read(lambda c: accounts.listing(c, states=DISCOVERED))] == ["cik:7", "cik:8"]


def test_a_company_that_waited_is_discovered_with_what_it_had(bench):
    """Its sensor may discover from now on: the state is folded from the first signal on."""
    bench.commit(bench.signal("a", issuer(7, state="unmatched"), kind="funding.raised", ago=5))
    bench.marks()
    bench.commit(bench.signal("b", issuer(7), kind="funding.raised"))
    company = of(bench, "cik:7")
    assert company.state == "discovered"
    assert bench.marks() == {(company.id, "funding.raised"): bench.now // DAY - 5}


def test_adopted_it_is_the_account_of_its_domain_with_id_signals_and_known_at(bench):
    bench.commit(
        bench.signal("a", issuer(7), kind="funding.raised"), facts=(IncomingFact(issuer(7), "x", "1", bench.now),)
    )
    company = of(bench, "cik:7")
    known, committed = bench.history(company.id), bench.now
    bench.marks()
    bench.advance(days=3)
    bench.write(lambda c: accounts.adopt(c, company.id, domain="acme.com", name="Acme", now=bench.now))
    account = of(bench, "acme.com")
    assert (account.id, account.state, account.name, account.reference) == (company.id, "listed", "Acme", "cik:7")
    assert bench.history(account.id) == known
    assert known[0].known_at == committed
    assert (account.id, "funding.raised") in bench.marks()
    assert bench.commit(bench.signal("b", issuer(7))).accounts == {account.id}
    assert dict(bench.read(lambda c: list(accounts.index_rows(c))))["cik:7"] == account.id
    assert account.facts == {"x": 1}
    assert bench.read(audit.last)[0].action == "adopt"


def test_a_domain_has_its_owner_by_itself_and_by_a_link_but_not_by_an_alias(bench):
    acme = bench.account("acme.com", "domain:acme.io")
    bench.commit(bench.signal("a", bench.unknown("domain:bar.io", "Bar", "bar.io")))
    bench.write(lambda c: links.link(c, accounts.by_label(c, "bar.io").id, acme, bench.now))
    owners = [bench.read(lambda c, d=d: accounts.owner(c, d)) for d in ("acme.com", "bar.io", "acme.io", "new.io")]
    assert owners == [acme, acme, None, None]


def test_an_id_that_a_discovered_company_has_can_be_listed(bench):
    """The list goes before what was merely found; the company of that id is then linked, and that can be undone."""
    bench.commit(bench.signal("a", issuer(7), kind="funding.raised"))
    company = of(bench, "cik:7").id
    acme = bench.account("acme.com", "cik:7", name="Acme Holdings")
    assert bench.read(lambda c: accounts.get(c, acme)).aliases == ("cik:7",)
    assert bench.write(lambda c: recognise(c, bench.now)) == 1
    assert [o.key for o in bench.history(acme)] == ["a"]
    assert bench.commit(bench.signal("b", issuer(7))).accounts == {acme}
    link = bench.read(lambda c: links.find(c, "cik:7"))
    bench.write(lambda c: links.unlink(c, link, bench.now))
    assert (of(bench, "cik:7").id, bench.read(lambda c: accounts.get(c, company)).state) == (company, "discovered")
    assert bench.write(lambda c: recognise(c, bench.now)) == 0, "a person said that it is another company"


@pytest.mark.parametrize(
    ("names", "listed", "found"),
    [
        (["Acme, Inc."], ["acme.com"], 1),
        (["ACME LLC (DE)"], ["acme.com"], 1),
        (["Acme Robotics, Inc."], ["acme.com"], 0),
        (["Acme, Inc.", "Acme LLC"], ["acme.com"], 0),
        (["Acme, Inc."], ["acme.com", "acme.de"], 0),
        (["Zeta Corp", "Acmé"], ["acme.com"], 1),
    ],
    ids=["exact", "legal forms", "another", "two of the name", "two listed", "accents"],
)
def test_a_listed_name_finds_its_discovered_company_when_there_is_one(bench, names, listed, found):
    bench.commit(*(bench.signal(f"s{n}", issuer(n, name)) for n, name in enumerate(names, start=1)))
    for domain in listed:
        bench.account(domain, "name:acme")
    assert bench.write(lambda c: recognise(c, bench.now)) == found


def test_a_discovered_domain_is_another_company_unless_the_list_says_it_is_an_alias(bench):
    bench.commit(bench.signal("a", Unknown("domain:acme.io", "Acme", "acme.io", {}, "discovered")))
    bench.account("acme.com", "name:acme")
    assert bench.write(lambda c: recognise(c, bench.now)) == 0
    acme = bench.account("acme.com", "domain:acme.io")
    assert bench.write(lambda c: recognise(c, bench.now)) == 1
    assert [o.key for o in bench.history(acme)] == ["a"]


def test_they_are_ranked_apart_and_walked_to_the_same_numbers_as_read_one_by_one(bench):
    """Ceilings that time has left too high change no number; lowered, fewer accounts are read for it."""
    acme = bench.account("acme.com")
    for day in range(30):
        bench.commit(bench.signal(f"s{day}", issuer(day), kind="funding.raised", strength=0.3 + 0.02 * day))
        bench.commit(bench.signal(f"a{day}", acme, kind="hiring.opened"))
        estimating.refresh(bench.store, {"main": model(bench)}, bench.now)
        bench.advance(days=1)
    made = model(bench)
    args = (made.estimator, "main", made.version.id, bench.now)

    def top(count: int, **words):
        return bench.read(lambda c: ranking.top_now(c, *args, count, states=DISCOVERED, **words))

    ids = [a.id for a in bench.read(lambda c: accounts.listing(c, states=DISCOVERED))]
    one_by_one = bench.read(lambda c: estimating.read_now(c, made, ids, bench.now))
    expected = sorted(((-e.intent, i) for i, e in one_by_one.items()))
    assert [(-e.intent, i) for i, e in top(99)] == expected
    assert [i for i, _ in bench.read(lambda c: ranking.top_now(c, *args, 9))] == [acme]
    assert [*bench.read(lambda c: ranking.everyone_now(c, *args))] == [acme]
    assert [i for i, _ in top(9, among=set(ids[:3]))] == [i for _, i in expected if i in ids[:3]]
    assert [i for i, _ in top(99, minimum=-expected[4][0])] == [i for _, i in expected[:5]]
    before = dict(bench.read(lambda c: states.walk(c, "main", None, 99, states=KNOWN)))
    assert estimating.lower_ceilings(bench.store, {"main": made}, bench.now) > 20
    after = dict(bench.read(lambda c: states.walk(c, "main", None, 99, states=KNOWN)))
    assert all(one_by_one[i].intent <= after[i] <= before[i] for i in ids)
    assert [(-e.intent, i) for i, e in top(99)] == expected
    assert estimating.lower_ceilings(bench.store, {"main": made}, bench.now) == 0


def test_facts_dates_and_sources_are_asked_of_all_of_them_at_once(bench):
    listed = bench.account("acme.com")
    said = [
        (issuer(7), "sec.industry", '"Other Technology"'),
        (issuer(8), "industry", '"Retail"'),
        (listed, "industry", '"Steel"'),
    ]
    bench.commit(
        bench.signal("a", issuer(7), ago=40), bench.signal("b", issuer(8), ago=2), bench.signal("c", listed),
        facts=tuple(IncomingFact(subject, name, value, bench.now) for subject, name, value in said),
    )  # fmt: skip
    bench.commit(bench.signal("d", issuer(8), ago=1), scope="news")
    seven, eight = of(bench, "cik:7").id, of(bench, "cik:8").id
    ask = SimpleNamespace(
        told=lambda name: sorted(bench.read(lambda c: facts.called(c, name, DISCOVERED))),
        since=lambda days: bench.read(lambda c: signals.seen_since(c, bench.now - days * DAY, DISCOVERED)),
    )
    assert ask.told("industry") == [(seven, "Other Technology"), (eight, "Retail")]
    assert ask.told("sec.industry") == [(seven, "Other Technology")]
    assert ask.told("dustry") == []
    assert bench.read(lambda c: facts.names(c, DISCOVERED)) == ["industry", "sec.industry"]
    assert (ask.since(30), sorted(ask.since(60))) == ([eight], [seven, eight])
    assert bench.read(lambda c: signals.sources(c, [seven, eight])) == {seven: ("jobs",), eight: ("news", "jobs")}
    assert [bench.read(lambda c, s=s: accounts.count(c, s)) for s in (LISTED, DISCOVERED, KNOWN)] == [1, 2, 3]
    assert [a.id for a in bench.read(lambda c: accounts.some(c, [eight, listed, 999]))] == [listed, eight]
    with pytest.raises(ValueError, match="no account is lsited"):
        bench.read(lambda c: accounts.count(c, ("lsited",)))


def test_those_of_which_nothing_is_heard_go_and_the_others_stay(bench):
    bench.commit(
        bench.signal("a", issuer(7)), bench.signal("b", issuer(8)), bench.signal("c", issuer(9, state="unmatched"))
    )
    seven, eight = of(bench, "cik:7").id, of(bench, "cik:8").id
    border = bench.advance(days=10)
    bench.commit(bench.signal("d", issuer(8)))
    assert bench.read(lambda c: forgetting.idle(c, "discovered", border)) == [seven]
    assert bench.write(lambda c: forgetting.purge(c, "discovered", border, [seven, eight])) == 1
    assert [a.reference for a in bench.read(lambda c: accounts.listing(c, states=(*KNOWN, "unmatched")))] == [
        "cik:8",
        "cik:9",
    ]
    assert sorted(row.key for row in bench.read(signals.rows)) == ["b", "c", "d"]


def test_they_are_no_part_of_the_market_an_account_is_compared_with(bench):
    """Half of the list came on a launch day. Three hundred companies nobody watches would make that look like a rare thing."""
    ids = [bench.account(f"a{i}.com") for i in range(6)]
    bench.commit(*(bench.signal(f"v{a}", a, kind="visit.page", ago=5) for a in ids[:3]))

    def compared() -> float:
        models = estimating.install(
            bench.store, {"main": Evidence(surprise={"weight": 2, "half_life": "10d"})}, bench.now
        )
        estimating.refresh(bench.store, models, bench.now)
        estimate, _ = bench.read(lambda c: estimating.explain_one(c, models["main"], ids[0], bench.now, replay=False))
        return sum(part.intent for part in estimate.contributions if part.kind == "surprise")

    bench.advance(days=1)
    before = compared()
    bench.commit(
        *(bench.signal(f"s{n}", issuer(n), kind="funding.raised", known_at=bench.now - 2 * DAY) for n in range(300))
    )
    assert compared() == before
