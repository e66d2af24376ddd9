"""Accounts: found by any of their names, adopted, discovered."""

from __future__ import annotations

from capteur.accounts import AccountRef
from capteur.matching import Index
from capteur.store import accounts
from capteur.store.shapes import Unknown


def test_adding_an_account_adopts_the_company_that_waited_under_its_domain(bench):
    """It keeps its id, its signals and since when they are known; its state is folded."""
    bench.commit(bench.signal("a", bench.unknown("domain:bar.io", None, "bar.io"), ago=2))
    before = bench.read(lambda c: accounts.by_label(c, "bar.io"))
    known = bench.history(before.id)
    bench.marks()
    bench.advance(days=3)
    account_id, created = bench.write(
        lambda c: accounts.add(c, domain="bar.io", name="Bar Inc", now=bench.now, aliases=["name:bar"])
    )
    assert (account_id, created) == (before.id, False)
    after = bench.read(lambda c: accounts.get(c, account_id))
    assert (after.state, after.name, after.aliases) == ("listed", "Bar Inc", ("name:bar",))
    assert bench.history(account_id) == known
    assert (account_id, "hiring.opened") in bench.marks()


def test_a_sensor_that_may_discover_makes_discovered_accounts(bench):
    """A company that waited is discovered once such a sensor names it; a listed one stays listed."""
    acme = bench.account("acme.com")
    bench.commit(bench.signal("a", Unknown("domain:bar.io", "Bar", "bar.io")))
    receipt = bench.commit(
        bench.signal("b", Unknown("domain:bar.io", "Bar", "bar.io", state="discovered")),
        bench.signal("c", Unknown("domain:new.io", "New", "new.io", state="discovered")),
        bench.signal("d", Unknown("domain:acme.com", "Acme", "acme.com", state="discovered")),
    )
    assert receipt.unmatched == 0
    assert {a.domain for a in bench.read(lambda c: accounts.listing(c, states=("discovered",)))} == {"bar.io", "new.io"}
    assert bench.read(lambda c: accounts.get(c, acme)).state == "listed"


def test_an_account_answers_to_domain_alias_name_and_reference(bench):
    acme = bench.account("acme.com", "domain:acme.io", "greenhouse:acme", name="Acme")
    for text in ("acme.com", "acme.io", "domain:acme.io", "greenhouse:acme", "Acme"):
        assert bench.read(lambda c, t=text: accounts.by_label(c, t)).id == acme, text
    assert bench.read(lambda c: accounts.by_label(c, "nobody")) is None
    assert bench.read(lambda c: accounts.get(c, 999)) is None
    assert bench.read(accounts.labels) == ["acme.com", "Acme"]


def test_an_alias_of_another_account_is_not_taken(bench):
    """The first owner keeps it, so that a source's word still means one account; names may be shared."""
    acme = bench.account("acme.com", "greenhouse:acme", "domain:acme.io", "name:acme")
    zeta = bench.account("zeta.io", "greenhouse:acme", "domain:acme.io", "domain:acme.com", "lever:zeta", "name:acme")
    assert bench.read(lambda c: accounts.get(c, zeta)).aliases == ("lever:zeta", "name:acme")
    index = Index(bench.read(lambda c: list(accounts.index_rows(c))))
    assert index.match(AccountRef(ids={"greenhouse": "acme"})) == acme
    assert [index.match(AccountRef(domain=d)) for d in ("acme.com", "acme.io", "zeta.io")] == [acme, acme, zeta]


def test_a_domain_that_was_an_alias_becomes_an_account_of_its_own(bench):
    acme = bench.account("acme.com", "domain:acme.io", name="Acme")
    other, created = bench.write(lambda c: accounts.add(c, domain="acme.io", name="Acme IO", now=bench.now))
    assert created
    assert other != acme
    for _ in range(2):  # importing the same list again changes nothing
        assert bench.account("acme.com", "domain:acme.io", name="Acme") == acme
        assert bench.account("acme.io", name="Acme IO") == other
    index = Index(bench.read(lambda c: list(accounts.index_rows(c))))
    assert [index.match(AccountRef(domain=d)) for d in ("acme.com", "acme.io")] == [acme, other]
    assert bench.read(lambda c: accounts.by_label(c, "acme.io")).id == other
