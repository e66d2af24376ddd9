"""The index: exact, by id, domain, alias and name, or not at all."""

from __future__ import annotations

import pytest

from capteur.accounts import AccountRef
from capteur.matching import Index, alias, normal_name, reference

ROWS = [
    ("domain:acme.com", 1),
    ("name:acme", 1),
    ("domain:acme.io", 1),
    ("greenhouse:acmeboard", 1),
    ("cik:0001543151", 1),
    ("domain:bee.example", 2),
    ("name:Bee Ltd", 2),
    ("name:shared", 1),
    ("name:shared", 2),
]


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        (AccountRef(domain="acme.com"), 1),
        (AccountRef(domain="https://jobs.acme.io/x"), 1),
        (AccountRef(name="ACME, Inc."), 1),
        (AccountRef(name="Bee"), 2),
        (AccountRef(ids={"greenhouse": "AcmeBoard"}), 1),
        (AccountRef(ids={"cik": "1543151"}), 1),
        (AccountRef(name="Acmee"), None),
        (AccountRef(domain="acme.co"), None),
        (AccountRef(name="shared"), None),
        (AccountRef(), None),
    ],
    ids=[
        "domain",
        "domain alias in a URL",
        "name",
        "name stored unnormalised",
        "board token",
        "CIK without zeros",
        "nearly",
        "another domain",
        "ambiguous",
        "nothing",
    ],
)
def test_a_match_is_exact_or_none(ref, found):
    assert Index(ROWS).match(ref) == found


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        (AccountRef(name="Bee", domain="acme.com"), 1),
        (AccountRef(domain="bee.example", ids={"greenhouse": "acmeboard"}), 1),
        (AccountRef(domain="unknown.example", ids={"lever": "x"}, name="Bee"), 2),
        (AccountRef(ids={"greenhouse": "acmeboard", "cik": "1543151"}), 1),
    ],
    ids=["domain before name", "id before domain", "name when the rest is unknown", "ids agree"],
)
def test_an_id_goes_before_the_domain_and_the_domain_before_the_name(ref, found):
    assert Index(ROWS).match(ref) == found


def test_ids_of_two_accounts_match_neither():
    index = Index([*ROWS, ("lever:bee", 2)])
    assert index.match(AccountRef(ids={"greenhouse": "acmeboard", "lever": "bee"}, domain="acme.com")) is None


def test_an_alias_added_later_matches_and_a_shared_one_stops_matching():
    index = Index(ROWS)
    index.add("name:Fresh GmbH", 3)
    assert index.match(AccountRef(name="fresh")) == 3
    index.add("name:fresh", 3)
    assert index.match(AccountRef(name="fresh")) == 3
    index.add("name:fresh", 4)
    index.add("name:fresh", 3)
    assert index.match(AccountRef(name="fresh")) is None


def test_an_empty_alias_is_none():
    index = Index([("name:", 1), ("greenhouse:", 1)])
    assert len(index) == 0


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (AccountRef(name="Acme Inc", domain="acme.io", ids={"cik": "1"}), "domain:acme.io"),
        (AccountRef(name="Acme Inc", ids={"lever": "x", "cik": "0001"}), "cik:1"),
        (AccountRef(name="Acme Inc"), "name:acme"),
    ],
)
def test_a_reference_is_the_best_thing_known(ref, text):
    assert reference(ref) == text


def test_an_alias_has_one_spelling():
    assert alias(" Domain ", "https://www.Acme.com/") == "domain:acme.com"
    assert alias("name", "Acme, Inc.") == f"name:{normal_name('ACME')}"
    assert alias("cik", "0000") == "cik:0000"
