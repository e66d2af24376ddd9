"""Companies that were bought or moved to another domain: two accounts of the list become one, and can be parted again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur.errors import InputError
from capteur.house.figures import figures

LIST = "domain,name,owner,standing,aliases\nacme.com,Acme,,,\nacme.io,Acme Labs,Ann,,greenhouse:acmelabs\nother.example,Other,,,\n"


def numbers(house) -> dict[str | None, float | None]:
    return {row.account.domain: row.estimate.intent for row in house.ranking().rows}


def agrees_with_its_history(house, clock) -> bool:
    """Running state, a fold of the whole history and a replay of this moment give one number, of every account there ever was."""
    now = numbers(house)
    house.refresh()
    assert {finding.level for finding in figures(house, None)} == {"ok"}
    told = {domain: house.explain(domain).row.estimate.intent for domain in now}
    then = {row.account.domain: row.estimate.intent for row in house.ranking(as_of=clock.now()).rows}
    return now == pytest.approx(told, abs=1e-9) and now == pytest.approx(then, abs=1e-9)


def known(house, label: str):
    return house.explain(label).row.account


@pytest.fixture
def two(opened, tell, clock):
    """Two accounts that a sensor has heard of, and the day after."""
    house = opened(LIST)
    tell(("a", {"domain": "acme.com"}), ("b", {"domain": "acme.io"}), ("c", {"domain": "other.example"}))
    house.run()
    clock.advance(timedelta(days=1))
    return house


def test_two_accounts_become_one_on_the_list_and_in_the_ranking(two, clock):
    before = numbers(two)
    account = two.link("acme.io", "acme.com").account
    assert account.domain == "acme.com"
    assert {"domain:acme.io", "greenhouse:acmelabs", "name:acme labs"} <= set(account.aliases)
    assert account.facts["owner"] == "Ann"
    assert [a.domain for a in two.accounts()] == ["acme.com", "other.example"]
    after = numbers(two)
    assert after.keys() == {"acme.com", "other.example"}
    assert (after["acme.com"] or 0) > (before["acme.com"] or 0)
    assert {s.key for s in two.signals("acme.com", limit=9)} == {"a", "b"}
    assert agrees_with_its_history(two, clock)


def test_what_comes_later_follows_by_domain_id_and_name(two, tell, clock):
    two.link("acme.io", "acme.com")
    tell(
        ("d", {"domain": "acme.io"}), ("e", {"name": "?", "ids": {"greenhouse": "acmelabs"}}), ("f", {"name": "Acme Labs, Inc."})
    )  # fmt: skip
    (run,) = two.run().runs
    assert (run.new, run.unmatched) == (3, 0)
    assert {s.key for s in two.signals("acme.com", limit=9)} == {"a", "b", "d", "e", "f"}
    assert {s.key for s in two.signals("acme.io", limit=9)} == {"a", "b", "d", "e", "f"}
    assert agrees_with_its_history(two, clock)


def test_unlinking_parts_them_again(two, tell, clock):
    """What came in under the old domain meanwhile stays, because it was known there."""
    before = numbers(two)
    two.link("acme.io", "acme.com")
    freed = two.unlink("acme.io")
    assert (freed.domain, freed.state, freed.name) == ("acme.io", "listed", "Acme Labs")
    assert numbers(two) == pytest.approx(before, abs=1e-9)
    assert agrees_with_its_history(two, clock)
    tell(("g", {"domain": "acme.io"}))
    two.run()
    assert {s.key for s in two.signals("acme.io", limit=9)} == {"b", "g"}
    assert {s.key for s in two.signals("acme.com", limit=9)} == {"a"}


def test_the_next_import_does_not_bring_the_old_domain_back(two, clock):
    two.link("acme.io", "acme.com")
    report = two.import_accounts()
    assert "line 3: acme.io is acme.com by now, and was not added again" in report.notes
    assert (report.added, report.unchanged + report.updated) == (0, 2)
    assert [(a.domain, a.name) for a in two.accounts()] == [("acme.com", "Acme"), ("other.example", "Other")]
    account, created = two.add_account("acme.io")
    assert (account.domain, created) == ("acme.com", False)
    assert agrees_with_its_history(two, clock)
    again = two.import_accounts()
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)


def test_the_standing_of_the_old_account_comes_along(two, stored_project, clock):
    """Its row goes on speaking where the new one says nothing: who was a customer is not called for having moved."""
    stored_project.accounts(LIST.replace("Ann,", "Ann,customer"))
    two.import_accounts()
    two.link("acme.io", "acme.com")
    assert two.explain("acme.com").row.estimate.status == "vetoed"
    clock.advance(timedelta(minutes=1))
    two.import_accounts()
    assert two.explain("acme.com").row.estimate.status == "vetoed"
    clock.advance(timedelta(minutes=1))
    stored_project.accounts(LIST)
    two.import_accounts()
    assert two.explain("acme.com").row.estimate.status != "vetoed"
    assert agrees_with_its_history(two, clock)


def test_a_list_that_names_the_old_domain_means_the_account(two, stored_project, clock):
    two.link("acme.io", "acme.com")
    (stored_project.folder / "blocked.txt").write_text("acme.io\n")
    two.close()
    stored_project.configure('[accounts]\nblocked = "blocked.txt"\n[sensors.told]\n')
    house = stored_project.open()
    clock.advance(timedelta(minutes=1))
    house.import_accounts()
    assert house.explain("acme.com").row.estimate.status == "vetoed"
    assert house.accounts(("aside",)) == []


def test_two_vetoed_accounts_that_became_one_are_both_taken_off(two, stored_project, clock):
    blocked = stored_project.folder / "blocked.txt"
    blocked.write_text("acme.io\nacme.com\n")
    two.close()
    stored_project.configure('[accounts]\nblocked = "blocked.txt"\n[sensors.told]\n')
    stored_project.accounts(LIST.replace("Ann,", "Ann,customer").replace("Acme,,", "Acme,,customer"))
    house = stored_project.open()
    house.import_accounts()
    house.link("acme.io", "acme.com")
    clock.advance(timedelta(minutes=1))
    blocked.write_text("# nobody\n")
    stored_project.accounts(LIST)
    house.import_accounts()
    assert [s.kind for s in house.signals("acme.com", limit=9) if s.scope == "accounts" and s.revoked_at is None] == []
    assert house.explain("acme.com").row.estimate.status != "vetoed"


def test_a_moved_companys_row_speaks_of_it_as_long_as_it_is_linked(two, stored_project, clock):
    """Parted again, each has its own facts, names and job board, whatever was imported meanwhile."""
    two.link("acme.io", "acme.com")
    clock.advance(timedelta(minutes=1))
    stored_project.accounts(
        LIST.replace("Acme,,,", "Acme,Zoe,,").replace("Ann,,greenhouse:acmelabs", "Ann,,lever:labs;Labs Ltd")
        .replace("owner", "owner,country").replace("Zoe,", "Zoe,,").replace("Ann,", "Ann,FR,").replace("Other,", "Other,,")
    )  # fmt: skip
    assert two.import_accounts().updated == 1
    again = two.import_accounts()
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    both = known(two, "acme.com")
    assert both.facts == {"owner": "Zoe", "country": "FR"}
    assert {"lever:labs", "name:labs", "name:acme labs", "greenhouse:acmelabs"} <= {*both.aliases}
    two.unlink("acme.io")
    left, parted = known(two, "acme.com"), known(two, "acme.io")
    assert (left.facts, left.aliases) == ({"owner": "Zoe"}, ("name:acme",))
    assert parted.facts == {"owner": "Ann", "country": "FR"}
    assert {"lever:labs", "name:labs"} <= {*parted.aliases}


def test_what_a_moved_companys_row_says_is_found_through_a_chain_of_links(two, stored_project, clock):
    two.link("acme.io", "acme.com")
    two.link("acme.com", "other.example")
    stored_project.accounts(LIST.replace("greenhouse:acmelabs", "lever:labs"))
    two.import_accounts()
    assert "lever:labs" in known(two, "other.example").aliases
    two.unlink("acme.com")
    assert "lever:labs" not in known(two, "other.example").aliases
    assert "lever:labs" in known(two, "acme.com").aliases


def test_a_domain_that_is_merely_an_alias_becomes_an_account_of_its_own(opened):
    """Saying that two domains are one company is a link; an alias says only whom signals belong to."""
    house = opened("domain,name,aliases\nacme.com,Acme,acme.io\n")
    account, created = house.add_account("acme.io", "Acme Labs")
    assert (account.domain, created) == ("acme.io", True)
    assert house.add_account("acme.io")[1] is False


def test_a_chain_of_moves_ends_at_the_last(two):
    two.link("acme.io", "acme.com")
    two.link("acme.com", "other.example")
    assert {s.key for s in two.signals("acme.io", limit=9)} == {"a", "b", "c"}
    assert [a.domain for a in two.accounts()] == ["other.example"]
    report = two.import_accounts()
    assert [note for note in report.notes if "by now" in note] == [
        "line 2: acme.com is other.example by now, and was not added again",
        "line 3: acme.io is other.example by now, and was not added again",
    ]


@pytest.mark.parametrize(
    ("what", "to", "message"),
    [
        ("acme.com", "acme.com", "acme.com is acme.com already"),
        ("Acme Labs", "acme.com", "no account answers to 'Acme Labs'"),
        ("acme.io", "nobody.example", "no account answers to 'nobody.example'"),
    ],
)
def test_a_link_that_says_nothing_or_too_little_is_refused(two, what, to, message):
    """An account of the list is linked away by its domain only: a name may be another's."""
    with pytest.raises(InputError) as caught:
        two.link(what, to)
    assert caught.value.what == message


def test_an_account_of_the_list_is_not_linked_to_a_discovered_one(opened, tell):
    """It would leave the list; the other way round it brings the discovered one's signals."""
    house = opened(LIST, '[accounts]\ndiscover = ["told"]\n')
    tell(("a", {"domain": "new.example"}))
    house.run()
    with pytest.raises(InputError) as caught:
        house.link("acme.com", "new.example")
    assert caught.value.fix == "the other way round: capteur accounts link new.example acme.com"
    house.link("new.example", "acme.com")
    assert {s.key for s in house.signals("acme.com", limit=9)} == {"a"}


def test_the_old_account_is_looked_at_no_more(stored_project, clock):
    """Nor counted as one that is late; parted again it is looked at as if for the first time."""
    stored_project.plugin(
        "looks",
        '''
        class Looks(AccountSensor):
            """Says that it looked."""

            name = "looks"
            kinds = ("hiring.opened",)

            def detect(self, ctx, account):
                yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}:{ctx.now}", occurred_at=ctx.now)
        ''',
    )
    stored_project.configure("[sensors.looks]\n")
    stored_project.accounts(LIST)
    house = stored_project.open()
    house.import_accounts()
    assert house.run().runs[0].accounts == 3
    clock.advance(timedelta(days=1))
    house.link("acme.io", "acme.com")
    assert house.run().runs[0].accounts == 2
    assert house.status().instances[0].accounts == 2
    clock.advance(timedelta(days=1))
    house.unlink("acme.io")
    assert house.run().runs[0].accounts == 3
