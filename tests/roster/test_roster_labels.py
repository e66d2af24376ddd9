"""Whom a label means: a company that waits is not the account that shares its name, and no label removes more than it names."""

from __future__ import annotations

import pytest

from capteur.errors import InputError

SHARED = "domain,name\nacme.com,Acme\nacme.io,Acme\n"
"""Two accounts of one name: what a source says of that name alone waits."""


@pytest.fixture
def shared(opened, tell):
    """`Acme Inc` waits as `name:acme`, beside two accounts called Acme."""
    house = opened(SHARED)
    tell(("a", {"name": "Acme Inc"}), ("b", {"domain": "acme.com"}))
    house.run()
    return house


def labels(house, state: str) -> list[str]:
    return [account.label for account in house.accounts((state,))]


def test_what_a_waiting_company_is_shown_as_means_that_company(shared):
    """Its reference is nobody else's, though the accounts of its name answer to it too."""
    assert [(row.account.label, row.signals) for row in shared.unmatched()] == [("name:acme", 1)]
    assert [signal.key for signal in shared.signals("name:acme", limit=9)] == ["a"]
    assert shared.forget("name:acme").account == "name:acme"
    assert (labels(shared, "listed"), labels(shared, "unmatched")) == (["acme.com", "acme.io"], [])


def test_an_alias_that_several_accounts_share_means_none_of_them(shared):
    shared.forget("name:acme")
    with pytest.raises(InputError) as caught:
        shared.forget("name:acme")
    assert caught.value.what == "2 accounts are called 'name:acme'"
    assert caught.value.fix == "say which: acme.com, acme.io"
    assert labels(shared, "listed") == ["acme.com", "acme.io"]


@pytest.mark.parametrize("called", ["name:acme", "Acme Inc", "acme inc"])
def test_a_waiting_company_is_adopted_by_its_own_label(shared, called):
    account, created = shared.add_account("acme.de", known_as=called)
    assert (account.domain, account.reference, created) == ("acme.de", "name:acme", True)
    assert [signal.key for signal in shared.signals("acme.de", limit=9)] == ["a"]
    assert labels(shared, "listed") == ["acme.com", "acme.io", "acme.de"]


@pytest.mark.parametrize(
    "called", ["acme.io", "https://ACME.io/about", "domain:acme.io", "Acme Labs", "acme labs", "greenhouse:labs"]
)
def test_what_was_linked_away_is_not_forgotten_with_the_whole_account(opened, called):
    """The account it went to is more than was named: both ways on are told, and the first one works."""
    house = opened("domain,name,aliases\nacme.com,Acme,\nacme.io,Acme Labs,greenhouse:labs\n")
    house.link("acme.io", "acme.com")
    with pytest.raises(InputError) as caught:
        house.forget(called)
    assert caught.value.what == "acme.io was linked to acme.com: forgetting it would remove everything about acme.com"
    assert caught.value.fix == "capteur accounts unlink acme.io, then forget it; or capteur accounts forget acme.com"
    house.unlink("acme.io")
    assert house.forget("acme.io").account == "acme.io"
    assert labels(house, "listed") == ["acme.com"]


def test_a_company_that_was_joined_by_an_id_is_not_forgotten_with_the_whole_account(opened, tell):
    house = opened("domain,name\nacme.com,Acme\n")
    tell(("a", {"name": "Roadrunner Traps, Inc.", "ids": {"cik": "77"}}))
    house.run()
    house.add_account("acme.com", known_as="cik:77")
    with pytest.raises(InputError, match=r"cik:77 was linked to acme\.com"):
        house.forget("cik:77")
    assert labels(house, "listed") == ["acme.com"]


@pytest.mark.parametrize("called", ["acme.com", "https://www.acme.com", "Acme", "acme", "acme.de"])
def test_an_account_is_forgotten_by_what_it_is_called_itself_with_what_was_linked_to_it(opened, tell, called):
    """Companies of its own name that waited and were joined do not stand in the way."""
    house = opened("domain,name\nother.example,Other\n")
    tell(("a", {"name": "Acme Inc"}))
    house.run()
    (house.settings.accounts.file).write_text("domain,name,aliases\nacme.com,Acme,acme.de\n")
    assert house.import_accounts().matched == 1
    assert house.forget(called).account == "acme.com"
    assert labels(house, "listed") == ["other.example"]


@pytest.mark.parametrize(
    ("what", "label"),
    [("https://ACME.io", "acme.io"), ("ROADRUNNER TRAPS", "name:roadrunner traps"), ("Roadrunner", "cik:77")],
)
def test_a_link_is_undone_by_what_was_typed_and_by_the_label_it_tells(opened, tell, what, label):
    house = opened("domain,name\nacme.com,Acme\nacme.io,Acme Labs\n")
    tell(("a", {"name": "Roadrunner Traps, Inc."}), ("b", {"name": "Roadrunner", "ids": {"cik": "77"}}))
    house.run()
    for undo in (what, label):
        assert house.link(what, "acme.com").source == label
        assert house.unlink(undo).label == label


def test_adopting_says_what_adding_says(opened, tell):
    """A university is one however it came onto the list."""
    house = opened("domain,name\nacme.com,Acme\n")
    tell(("a", {"name": "Stanford University"}), ("b", {"name": "Leland Stanford"}))
    house.run()
    house.add_account("stanford.edu", known_as="Stanford University")
    assert {signal.kind for signal in house.signals("stanford.edu", limit=9)} == {"funding.raised", "account.student"}
    house.add_account("stanford.edu", known_as="Leland Stanford")
    kinds = [signal.kind for signal in house.signals("stanford.edu", limit=9)]
    assert sorted(kinds) == ["account.student", "funding.raised", "funding.raised"]


def test_a_company_that_an_import_puts_on_the_list_is_told_as_added(opened, tell):
    house = opened("domain,name\nacme.com,Acme\n")
    tell(("a", {"domain": "bar.io"}))
    house.run()
    house.settings.accounts.file.write_text("domain,name\nacme.com,Acme\nbar.io,Bar\n")
    report = house.import_accounts()
    assert (report.added, report.updated, report.unchanged) == (1, 0, 1)
    report = house.import_accounts()
    assert (report.added, report.updated, report.unchanged) == (0, 0, 2)


def test_a_name_that_several_have_offers_the_company_that_waits_under_it(shared):
    with pytest.raises(InputError) as caught:
        shared.signals("Acme Inc", limit=9)
    assert caught.value.what == "3 accounts are called 'Acme Inc'"
    assert caught.value.fix == "say which: name:acme, acme.com, acme.io"
    with pytest.raises(InputError, match=r"say which: acme\.com, acme\.io, name:acme"):
        shared.signals("Acme", limit=9)
