"""Names that look alike: which accounts are proposed for a company that waits, and that nothing is ever more than proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

from capteur.matching import normal_name
from capteur.roster.likeness import COMMON, Lookalikes, likeness

BLOCKS = (Path(__file__).parent / "alike.txt").read_text(encoding="utf-8").split("\n\n")
SAME, OTHERS, FRESH_SAME, FRESH_OTHERS = (block.partition("\n")[2] for block in BLOCKS)
"""Pairs of names: one company in two spellings, two companies with names alike; the fresh ones were written after the rule."""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one, two) for one, _, two in (line.partition(" | ") for line in text.splitlines())]


def test_the_pairs_are_not_what_the_exact_match_does_already():
    assert [pair for pair in pairs(SAME) + pairs(OTHERS) if normal_name(pair[0]) == normal_name(pair[1])] == []


def test_most_spellings_of_one_company_are_proposed_and_few_others():
    """The figures of decision 0011: precision 0.91 and recall 0.88 on pairs that were chosen to be hard."""
    found = [pair for pair in pairs(SAME) if likeness(*pair)]
    wrong = [pair for pair in pairs(OTHERS) if likeness(*pair)]
    assert (len(found), len(pairs(SAME))) == (58, 66)
    assert (len(wrong), len(pairs(OTHERS))) == (6, 85)
    assert [pair for pair in pairs(SAME) if pair not in found] == [
        ("OpenAI", "Open AI OpCo LLC"),
        ("Google", "Gogle LLC"),
        ("AB InBev", "Anheuser-Busch InBev SA/NV"),
        ("Adyen N.V.", "Ayden"),
        ("Volkswagen AG", "VW"),
        ("International Business Machines", "IBM"),
        ("Tata Consultancy Services", "Tata Consultancy Svcs Ltd"),
        ("Acme Health", "Acme Healthcare"),
    ]
    assert wrong == [
        ("Continental Airlines", "Continental AG"),
        ("Orange", "Orange County Bancorp"),
        ("Target", "Target Hospitality"),
        ("Apple", "Apple Hospitality REIT"),
        ("Monolith AI", "Monolith Brewing"),
        ("Bain Capital", "Bain & Company"),
    ]


def test_on_pairs_nobody_had_seen_the_rule_does_as_well():
    """Precision 0.88 and recall 0.85."""
    same = [pair for pair in pairs(FRESH_SAME) if normal_name(pair[0]) != normal_name(pair[1])]
    assert (sum(likeness(*pair) > 0 for pair in same), len(same)) == (23, 27)
    wrong = [pair for pair in pairs(FRESH_OTHERS) if likeness(*pair)]
    assert (len(pairs(FRESH_OTHERS)), wrong) == (
        31,
        [("Puma", "Puma Energy"), ("Phoenix Contact", "Phoenix Group"), ("Legal & General", "General Legal Services")],
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Acme Health", "Acme Wealth"),
        ("Delta Air Lines", "Delta Dental"),
        ("Global Solutions", "Acme Global Solutions"),
        ("China Telecom", "France Telecom"),
        ("AT&T", "T. Rowe Price"),
        ("Acme France", "Acme Italia"),
        ("Fund VI", "Group VI"),
        ("Energis", "Enersis"),
    ],
    ids=["a letter", "a first word", "generic words", "places", "initials", "two places", "a number", "a short slip"],
)
def test_what_only_looks_alike_is_not_proposed(one, two):
    assert likeness(one, two) == likeness(two, one) == 0


def test_likeness_is_the_same_both_ways_and_one_for_itself():
    for one, two in pairs(SAME) + pairs(OTHERS):
        assert likeness(one, two) == likeness(two, one)
        assert likeness(one, one) == 1


def test_listed_companies_are_rarely_taken_for_one_another(shared_data):
    """1,320 listed companies, 869,000 pairs: 36 pairs are proposed, and most of them are houses with more than one listed company."""
    lines = (shared_data / "identity" / "cleanco_companies.csv").read_text(encoding="utf-8").splitlines()
    names = sorted({normal_name(line.rpartition(";")[0]) for line in lines})
    index = Lookalikes((name, name) for name in names)
    found = {tuple(sorted((name, other))) for name in names for other in index.near(name) if other != name}
    assert len(found) == 36
    assert ("hsbc bank", "hsbc holdings") in found
    assert ("coral gold", "coral group") in found, "one of the wrong ones"


def test_real_registrants_find_their_house_among_listed_companies(shared_data):
    """5,060 real registrants, people among them, against the 1,320: 66 find all of a name again, 69 others are proposed at all."""
    lines = (shared_data / "identity" / "cleanco_companies.csv").read_text(encoding="utf-8").splitlines()
    names = {line.rpartition(";")[0] for line in lines}
    index = Lookalikes((normal_name(name), name) for name in sorted(names))
    registrants = set()
    for file, cut in (("form.20200318.idx", slice(12, 74)), ("company.20221003.idx", slice(62))):
        text = (shared_data / "edgar" / "index" / file).read_text(encoding="latin-1")
        registrants |= {line[cut].strip() for line in text.splitlines() if "edgar/data" in line}
    near = {name: index.near(normal_name(name)) for name in registrants}
    best = {name: max(found.values()) for name, found in near.items() if found}
    assert len(registrants) == 5060
    assert sum(score == 1 for score in best.values()) == 66
    assert sum(score < 1 for score in best.values()) == 69
    assert near["BARCLAYS BANK PLC"].keys() == {"Barclays Bank plc", "Barclays plc"}
    assert near["Itau Unibanco Holding S.A."].keys() >= {"Unibanco Holdings S.A."}
    assert near["T. Rowe Price Value Fund, Inc."] == {}


def test_a_word_that_many_accounts_share_finds_none_of_them():
    names = [(f"common word{i}x", i) for i in range(COMMON + 1)]
    assert Lookalikes(names).near("common") == {}
    assert Lookalikes(names[1:]).near("common").keys() == set(range(1, COMMON + 1))


def test_accounts_that_share_a_name_are_all_proposed():
    """The exact match takes neither, so a person is asked."""
    assert Lookalikes([("thomson", "thomson.example"), ("thomson", "thomson.ca")]).near("thomson") == {
        "thomson.example": 1.0,
        "thomson.ca": 1.0,
    }


def test_a_slip_in_a_long_word_is_found_among_thousands():
    names = [(f"firm{i:05d}qq", i) for i in range(5000)]
    index = Lookalikes([*names, ("rippling", "rippling")])
    assert index.near("ripling") == {"rippling": pytest.approx(0.75 + 0.25 * 7 / 8)}
