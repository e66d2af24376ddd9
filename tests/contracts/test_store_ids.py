"""Ids: what a person has parted, and sources that give ids of two accounts."""

from __future__ import annotations

from capteur.store import accounts, links


def waiting(bench) -> dict[str, int]:
    """Unmatched references with their signal counts."""
    return {row.account.reference: row.signals for row in bench.read(links.unmatched)}


def test_what_a_person_has_parted_is_not_joined_again_by_its_ids(bench):
    acme = bench.account("acme.com")
    visitor = bench.unknown("anonymous:x1", ids={"anonymous": "x1"})
    told = (({"anonymous": "x1", "email": "h4sh"}, acme),)
    bench.commit(bench.signal("page-1", visitor, kind="visit.page"))
    bench.commit(same=told)
    link_id = bench.read(lambda c: links.find(c, "anonymous:x1"))
    bench.write(lambda c: links.unlink(c, link_id, bench.now))
    bench.commit(bench.signal("page-2", visitor, kind="visit.page"), same=told)
    assert waiting(bench) == {"anonymous:x1": 2}
    assert bench.read(lambda c: accounts.get(c, acme)).aliases == ("email:h4sh",)


def test_ids_of_two_accounts_attach_to_neither(bench):
    """The source is confused: what it says waits, and is nobody that could be put on a list."""
    acme, zeta = bench.account("acme.com", "cik:77"), bench.account("zeta.io", "lever:zeta")
    torn = bench.unknown("cik:77", "Zeta", ids={"cik": "77", "lever": "zeta"}, state="discovered")
    for key in ("a", "b"):
        assert bench.commit(bench.signal(key, torn)).unmatched == 1
    assert waiting(bench) == {"cik:77": 2}
    assert bench.history(acme) == bench.history(zeta) == []
    assert bench.commit(bench.signal("c", bench.unknown("lever:zeta", ids={"lever": "zeta"}))).accounts == {zeta}


def test_a_link_takes_no_id_from_another_account_of_the_list(bench):
    acme, zeta = bench.account("acme.com", "cik:77"), bench.account("zeta.io", "lever:zeta")
    bench.commit(bench.signal("a", bench.unknown("cik:77", ids={"cik": "77", "lever": "zeta"})))
    source = bench.read(links.unmatched)[0].account.id
    bench.write(lambda c: links.link(c, source, acme, bench.now))
    assert bench.read(lambda c: accounts.get(c, acme)).aliases == ("cik:77",)
    assert bench.read(lambda c: accounts.get(c, zeta)).aliases == ("lever:zeta",)
