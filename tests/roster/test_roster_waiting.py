"""Companies that wait: an id, a domain or the exact name attaches; likeness proposes, and nothing more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from capteur.errors import InputError

LIST = 'domain,name,legal_name,aliases,cik,greenhouse\nacme.com,Acme,,acme.io; ACME Robotics,0001543151,acmeboard\nrippling.com,Rippling,"People Center, Inc.",,,\n'


def heard(house, domain: str) -> set[str]:
    return {signal.key for signal in house.signals(domain, limit=100)}


def test_ids_domains_and_names_of_the_list_attach_exactly(opened, tell):
    house = opened(LIST)
    tell(
        ("cik", {"name": "Something Else", "ids": {"cik": "1543151"}}),
        ("board", {"name": "Acme Jobs", "ids": {"greenhouse": "AcmeBoard"}}),
        ("domain", {"domain": "https://jobs.acme.io/x"}),
        ("alias", {"name": "ACME ROBOTICS, LLC"}),
        ("name", {"name": "The Acme Company"}),
        ("legal", {"name": "PEOPLE CENTER, INC. /DE/"}),
    )
    house.run()
    assert heard(house, "acme.com") == {"cik", "board", "domain", "alias", "name"}
    assert heard(house, "rippling.com") == {"legal"}
    assert house.accounts(("unmatched",)) == []


def test_what_is_only_alike_waits_with_its_candidates_and_is_never_attached(opened, tell):
    """Not at once, not by the next import, not by a second run: a person decides."""
    house = opened("domain,name\nacme.com,Acme Health\nrippling.com,Rippling\n")
    tell(
        ("typo", {"name": "Ripling Inc"}),
        ("longer", {"name": "Acme Health Services"}),
        ("other", {"name": "Acme Wealth"}),
        ("trade", {"name": "Center People LLC d/b/a Rippling"}),
    )
    house.run()
    house.import_accounts()
    house.run()
    assert (heard(house, "acme.com"), heard(house, "rippling.com")) == (set(), set())
    waiting = {row.account.name: [account.domain for account, _ in row.candidates] for row in house.unmatched()}
    assert waiting == {
        "Ripling Inc": ["rippling.com"],
        "Acme Health Services": ["acme.com"],
        "Acme Wealth": [],
        "Center People LLC d/b/a Rippling": ["rippling.com"],
    }
    house.link("Ripling Inc", "rippling.com")
    assert heard(house, "rippling.com") == {"typo"}


def test_a_list_of_domains_alone_is_compared_by_their_first_label(opened, tell):
    house = opened("domain\nrippling.com\nacme.com\n")
    tell(("a", {"name": "Rippling Technologies"}), ("b", {"domain": "acme.de"}))
    house.run()
    assert {row.account.label: row.candidates[0][0].domain for row in house.unmatched()} == {
        "name:rippling technologies": "rippling.com",
        "acme.de": "acme.com",
    }


def test_a_name_that_two_accounts_share_attaches_to_neither_and_says_so(opened, tell):
    house = opened("domain,name\nthomson.ca,Thomson Corp\nthomson.fr,Thomson S.A.\n")
    report = house.import_accounts()
    (note,) = report.notes
    assert note.startswith("line 3: thomson.fr and thomson.ca are both called Thomson S.A.: ")
    tell(("t", {"name": "Thomson"}))
    house.run()
    (row,) = house.unmatched()
    assert [(account.domain, likeness) for account, likeness in row.candidates] == [
        ("thomson.ca", 1),
        ("thomson.fr", 1),
    ]
    with pytest.raises(InputError) as caught:
        house.link("name:thomson", "Thomson")
    assert (caught.value.what, caught.value.fix) == (
        "2 accounts are called 'Thomson'",
        "say which: thomson.ca, thomson.fr",
    )
    with pytest.raises(
        InputError, match=r"3 accounts are called 'Thomson S\.A\.'.*thomson\.fr, thomson\.ca, name:thomson"
    ):
        house.forget("Thomson S.A.")
    house.link("Thomson", "thomson.fr")
    assert heard(house, "thomson.fr") == {"t"}


def test_an_alias_that_is_another_accounts_stays_there_and_is_told(opened):
    house = opened("domain,aliases\nacme.com,greenhouse:acme\nbee.example,greenhouse:acme; acme.com; bee.io\n")
    report = house.import_accounts()
    assert report.notes == [
        "line 3: greenhouse:acme is another account's already, and stays there",
        "line 3: acme.com is another account's already, and stays there",
    ]
    assert {a.domain: a.aliases for a in house.accounts()} == {
        "acme.com": ("greenhouse:acme",),
        "bee.example": ("domain:bee.io",),
    }


def test_an_academic_domain_says_so_once_and_neutrally(opened):
    house = opened("domain,name\nox.ac.uk,Oxford\nacme.com,Acme\n")
    house.import_accounts()
    house.add_account("mit.edu")
    house.add_account("mit.edu")
    assert sorted((s.account, s.kind) for s in house.signals(limit=10)) == [
        ("mit.edu", "account.student"),
        ("ox.ac.uk", "account.student"),
    ]
    assert house.explain("ox.ac.uk").row.estimate.status != "vetoed"


def test_a_model_can_make_it_a_veto(opened):
    house = opened("domain\nox.ac.uk\n", '[models.main]\nvetoes = ["account.student"]\n')
    assert house.explain("ox.ac.uk").row.estimate.status == "vetoed"


def test_likeness_is_loaded_only_by_who_asks_for_it():
    code = "import sys, capteur.house.core, capteur.cli.screens.ranked; print('rapidfuzz' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
