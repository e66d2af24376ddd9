"""Headlines as companies write them: what is a fact about the company itself, and what only looks like one."""

from __future__ import annotations

import pytest
from capteur_rss.reading import Headline, layoffs, leader, matches, raised


def headline(title: str) -> Headline:
    return Headline(title, {"acme", "acme robotics"})


@pytest.mark.parametrize(
    ("title", "amount", "currency"),
    [
        ("Acme raises $12M", 12_000_000, "USD"),
        ("Acme Raises $12 Million Series A to Fix RevOps for Customers", 12_000_000, "USD"),
        ("Acme, the platform for startups and partners, raises €4,5 million", 4_500_000, "EUR"),
        ("BREAKING: Acme Robotics raised US$1.2bn", 1_200_000_000, "USD"),
        ("We raised $2,500,000 in seed funding", 2_500_000, "USD"),
        ("We've raised a £750k pre-seed round", 750_000, "GBP"),
        ("Acme secures 30 million euros in Series B funding", 30_000_000, "EUR"),
        ("Acme closes CHF 8m financing round", 8_000_000, "CHF"),
        ("Announcing our $40M Series B", 40_000_000, "USD"),
        ("We\u2019re thrilled to announce our $5M seed round", 5_000_000, "USD"),
        ("Acme lève 12 millions d\u2019euros", 12_000_000, "EUR"),
        ("Acme boucle une levée de fonds de 3 M€", 3_000_000, "EUR"),
        ("Acme sammelt 10 Mio. Euro ein", 10_000_000, "EUR"),
        ("Acme erhält 7,5 Millionen Euro in Finanzierungsrunde", 7_500_000, "EUR"),
        ("Acme raises 1.250.000 €", 1_250_000, "EUR"),
        ("Acme raises $12M from Founders Fund", 12_000_000, "USD"),
        ("Acme raises $12M to fund growth", 12_000_000, "USD"),
        ("Acme raises $50M Series B at $1B valuation", 50_000_000, "USD"),
    ],
)  # fmt: skip
def test_a_round_is_read_with_its_amount(title, amount, currency):
    assert raised(headline(title)).details == {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    "title",
    [
        "Acme raises the bar for RevOps",
        "Acme raises 12 million",
        "Acme raises $12M for charity",
        "Acme raises prices by $10,000",
        "Acme raises $500",
        "Acme customer Contoso raises $5M",
        "Acme-backed Contoso raises $5M",
        "Contoso raises $5M with Acme",
        "How Contoso raised $5M",
        "How to raise $5M",
        "Why we raised $5M",
        "Acme reportedly raises $50M",
        "Acme seeks to raise $50M",
        "Acme secures $5M contract",
        "Acme lands $5 million in revenue and a new round of applause",
        "Acme wins $2M grant",
        "Acme raises $2M grant",
        "Acmeo raises $12M",
        "Funding news of the week",
        "Acme raises $100M fund",
        "Acme raises $100M for its second fund",
        "Acme raises new fund of $100M",
        "Acme closes $100M seed fund",
        "Acme closes fund II at $100M, its largest investment vehicle",
        "Acme leve un fonds de 100 M€",
        "Acme raises at $2B valuation",
        "Acme raises valuation to $2 billion",
        "Acme announces Series 7 sensors from $12,000",
    ],
)
def test_what_is_not_a_round_of_the_company_is_not_read_as_one(title):
    assert raised(headline(title)) is None


@pytest.mark.parametrize(
    "title",
    [
        "Acme appoints Jane Doe as Chief Revenue Officer",
        "Acme Robotics Names Jane Doe to Vice President of Sales",
        "Acme hires former Contoso exec Jane Doe as CRO",
        "We welcome Jane Doe as our new VP Marketing",
        "Welcoming Jane Doe, our new Chief Financial Officer",
        "Jane Doe joins Acme as Head of RevOps",
        "Jane Doe joins us as CFO",
        "Acme nomme Jeanne Dupont au poste de directrice commerciale",
        "Jeanne Dupont rejoint Acme en tant que DG",
    ],
)
def test_a_new_leader_is_read(title):
    assert leader(headline(title)) is not None


@pytest.mark.parametrize(
    "title",
    [
        "Acme appoints Jane Doe to its board as director",
        "Jane Doe joins Contoso as CRO",
        "Jane Doe joins Acme as software engineer",
        "Acme named as leader in the quadrant",
        "Acme CEO steps down",
        "Interview: Jane Doe joins Acme as CFO",
        "Contoso appoints Jane Doe as CFO",
        "How to hire a VP Sales",
    ],
)
def test_who_is_no_new_leader_of_the_company_is_not_read_as_one(title):
    assert leader(headline(title)) is None


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Acme lays off 12% of staff", True),
        ("Acme cuts 1,200 jobs", True),
        ("We are reducing our workforce", True),
        ("Acme is reducing its workforce", True),
        ("Acme supprime 300 postes", True),
        ("Acme cuts costs by 12%", False),
        ("Acme reduces churn by 12% for customers", False),
        ("How to handle layoffs: cutting 10% of jobs", False),
        ("Contoso lays off 12% of staff", False),
    ],
)
def test_layoffs_are_the_companys_own_and_in_numbers(title, found):
    assert (layoffs(headline(title)) is not None) is found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("soc 2", "We have SOC-2 now", True),
        ("sales director*", "Sales Directors wanted", True),
        ("sales director", "Sales Directors wanted", False),
        ("levée de fonds", "LEVEE DE FONDS", True),
        ("c++", "Our C++ guide", True),
        ("art", "Start here", False),
        ("***", "anything", False),
    ],
)
def test_phrases_are_whole_words_whatever_case_and_accents(phrase, text, found):
    assert matches(text, (phrase,)) is found
