"""What the funding sensor takes out of a headline, and what it leaves alone."""

from __future__ import annotations

import time

import pytest

from capteur_sensors.funding.headlines import Round, read_headline

ROUNDS = [
    ("Acme raises $12M Series A", "Acme", 12_000_000, "USD"),
    ("Acme raises $12M Series A to fund growth", "Acme", 12_000_000, "USD"),
    ("Acme Raises $12.5 Million in Series B Funding", "Acme", 12_500_000, "USD"),
    ("Acme Robotics raised US$1.2 billion in growth equity", "Acme Robotics", 1_200_000_000, "USD"),
    ("Acme has raised €8m in seed funding led by Northquay Ventures", "Acme", 8_000_000, "EUR"),
    ("Acme secures £6 million investment round", "Acme", 6_000_000, "GBP"),
    ("Acme closes oversubscribed $4M seed round", "Acme", 4_000_000, "USD"),
    ("Acme closes Series B of $45 million", "Acme", 45_000_000, "USD"),
    ("Acme lands 12 million euros in funding", "Acme", 12_000_000, "EUR"),
    ("Acme announces its $30,000,000 Series C", "Acme", 30_000_000, "USD"),
    ("Acme raises $1,250,000.50 in seed funding", "Acme", 1_250_000, "USD"),
    ("Acme raises €1.250.000 in seed funding", "Acme", 1_250_000, "EUR"),
    ("Acme raises 1,2 Mrd. Euro in funding", "Acme", 1_200_000_000, "EUR"),
    ("Acme bags C$5M pre-seed", "Acme", 5_000_000, "CAD"),
    ("Acme raises $750K in seed funding", "Acme", 750_000, "USD"),
    ("Acme raises $10M at $100M valuation in Series A", "Acme", 10_000_000, "USD"),
    ("Acme, a maker of anvils, raises $9M Series A", "Acme", 9_000_000, "USD"),
    ("Acme raises $12M from Founders Fund in Series A", "Acme", 12_000_000, "USD"),
    ("monday.com raises $150M Series D", "monday.com", 150_000_000, "USD"),
    ("n8n raises €55M Series B", "n8n", 55_000_000, "EUR"),
    ("1KOMMA5° raises €150M in growth equity", "1KOMMA5°", 150_000_000, "EUR"),
    ("Quarry & Sons Analytics closes £6m seed round", "Quarry & Sons Analytics", 6_000_000, "GBP"),
    ("Atelier Santé raises €12M in seed funding | The Quay Gazette", "Atelier Santé", 12_000_000, "EUR"),
    ("The Coca-Cola Company raises $2 billion in financing", "The Coca-Cola Company", 2_000_000_000, "USD"),
    ("Société Lumen lève 12 millions d\u2019euros en série A", "Société Lumen", 12_000_000, "EUR"),
    ("Lumen boucle un tour de table de 3 M€", "Lumen", 3_000_000, "EUR"),
    ("Lumen annonce une levée de fonds de 4,5 millions d'euros", "Lumen", 4_500_000, "EUR"),
    ("Münchner Kern sammelt 5 Mio. Euro in Finanzierungsrunde ein", "Münchner Kern", 5_000_000, "EUR"),
    ("Kern sichert sich 1,5 Milliarden Euro Finanzierung", "Kern", 1_500_000_000, "EUR"),
]

NOTHING = [
    "Acme plans to raise $12M Series A",
    "Acme to raise $12M Series A",
    "Acme reportedly raises $12M Series A",
    "Acme Reportedly Raises $12M Series A",
    "Acme in talks to close $12M Series A",
    "Acme could raise $12M in funding",
    "Acme raises up to $12M in Series A",
    "Why Acme raised $12M Series A",
    "How Acme raised a $12M Series A",
    "Exclusive: Acme raises $12M Series A",
    "Acme: raises $12M Series A",
    "Paris-based Acme raises $12M Series A",
    "Fintech Acme raises $12M Series A",
    "AI Startup Acme Raises $12M Series A",
    "German fintech Acme raises €12M Series A",
    "The company raises $12M Series A",
    "Three startups raised $12M in seed funding",
    "Ann Lee's Acme raises $12M Series A",
    "Acme raises $12M",
    "Acme raises prices by $12M to fund a round of layoffs",
    "Acme raises its price target to $12 after funding",
    "Acme raises awareness for seed banks",
    "Acme raises $12M fund for seed investments",
    "Acme raises $100M for its second seed fund",
    "Northquay Ventures raises $100M in funding",
    "Peat Street Capital closes $100M round",
    "Acme secures $2M grant for seed research",
    "Acme wins $2M contract, seed of a new line",
    "Acme raises $12M for charity round",
    "Smith Campaign raises $5M in funding round",
    "Acme raises $5M, Beta lands $3M in seed rounds",
    "Acme acquires Beta for $12M after Series A",
    "Beta acquired by Acme after it raised $12M Series A",
    "Acme receives $12M in government funding",
    "Acme valued at $1B in Series D",
    "Acme raises Series A",
    "Acme closes 12 stores in funding crisis",
    "Acme raises 12 million in Series A",
    "Acme raises $500 in seed funding",
    "Funding roundup: who raised what",
    "",
    "$12M Series A",
    "raises $12M Series A",
    "Acme löst Finanzierung ab",
]


@pytest.mark.parametrize(("title", "name", "amount", "currency"), ROUNDS)
def test_a_round_is_read(title, name, amount, currency):
    assert read_headline(title) == Round(name, amount, currency)


@pytest.mark.parametrize("title", NOTHING)
def test_anything_else_is_left_alone(title):
    assert read_headline(title) is None


def test_the_word_of_the_trade_may_stand_beneath_the_title():
    title = "Thistledown Labs raises $7M to print lace"
    assert read_headline(title) is None
    assert read_headline(title, "A seed round for the Nottingham start-up.") == Round(
        "Thistledown Labs", 7_000_000, "USD"
    )
    assert read_headline(title, "x" * 500 + " seed round") is None


@pytest.mark.parametrize(
    "title",
    [
        "A " * 5000 + "raises $12M Series A",
        "raises " * 3000,
        "Acme raises " + "a " * 5000 + "$12M",
        "$" * 5000,
        "Acme raises $" + "1,000" * 2000 + " Series A",
        "Acme raises $1.2.3.4M Series A",
        "Acme raises $" + "9" * 350 + " in seed funding",
        "\u202eAcme raises $12M\u202c",
        "\ud800 raises $1M seed",
    ],
)
def test_a_hostile_headline_is_read_in_no_time(title):
    started = time.perf_counter()
    read_headline(title, title)
    assert time.perf_counter() - started < 0.5
