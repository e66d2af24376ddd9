"""The screen of discovered companies, and the one line about them below the list."""

from __future__ import annotations

import json
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from capteur.accounts import Account
from capteur.cli.screen import dumps, tsv_line
from capteur.cli.screens.discovered import Discovered
from capteur.cli.screens.explained import Explained
from capteur.cli.screens.ranked import Ranked
from capteur.intent import Estimate
from capteur.ranking import Discoveries, Found, Row

GOLDEN = Path(__file__).parent / "golden"
DAY = 86_400_000_000


def check_golden(name: str, text: str) -> None:
    """Compare with the stored screen; CAPTEUR_GOLDEN=write stores it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CAPTEUR_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def found(place: int, account: Account, intent: float, why: str, days: int, *sources: str) -> Found:
    estimate = Estimate("scored", intent, intent - 1.4, intent + 1.9, "thin", inferred=intent)
    newest = 1_795_161_600_000_000 - days * DAY  # 20 November 2026, 08:00 UTC
    return Found(
        Row(place, account, estimate, None, why, newest, None, {"funding": "ok", "hiring": "missing"}), sources
    )


@pytest.fixture
def discoveries(ranking) -> Discoveries:
    facts = {"sec.country": "US", "sec.industry": "Other Technology", "sec.state": "CA"}
    rows = [
        found(1, Account(7, None, "People Center, Inc.", "discovered", "cik:1543151", ("cik:1543151",), facts), 3.06, "raised $12M 2 days ago", 2, "funding"),
        found(2, Account(8, "lumen.example", "Lumen", "discovered", "domain:lumen.example"), 2.4, "raised €3M 5 days ago", 5, "news", "funding"),
        found(3, Account(9, None, "Borealis Works LLC", "discovered", "name:borealis works"), 1.9, "", 40, "news"),
    ]  # fmt: skip
    return Discoveries("main", "evidence@1", "9f31c2ab", ranking.as_of, rows, 1240, 1240)


@pytest.mark.parametrize("width", [60, 100, 160])
def test_discovered_companies_look_as_they_did(discoveries, plain, width):
    check_golden(f"discovered-{width}", plain(Discovered(discoveries, discover=("funding",)), width))


def test_the_screens_without_any_say_what_to_do(discoveries, plain):
    none, nobody = replace(discoveries, found=[], matching=0), replace(discoveries, found=[], matching=0, total=0)
    parts = [
        Discovered(none, discover=("funding",), narrowed=True),
        Discovered(none, discover=("funding",)),
        Discovered(nobody, discover=("funding", "news")),
        Discovered(nobody),
        Discovered(discoveries, discover=("funding",), narrowed=True),
    ]
    check_golden("discovered-others-80", "\n".join(plain(part, 80) for part in parts))


def test_the_list_says_in_one_line_how_many_there_are_and_how_high_the_best_is(ranking, plain):
    shown = Ranked(replace(ranking, discovered=24, best=3.06))
    words = "24 discovered accounts, ranked apart, the best at 3.1"
    assert f"{words}  capteur accounts discovered" in plain(shown, 120)
    assert f"{words}: capteur accounts discovered" in list(shown.notes())
    assert shown.extra()["discovered"] == {"companies": 24, "best": 3.06}
    assert "discovered" not in plain(Ranked(ranking), 120)
    assert "1 discovered account, ranked apart  capteur" in plain(Ranked(replace(ranking, discovered=1)), 120)


def test_a_program_gets_the_pinned_item_and_what_is_known_of_the_company(discoveries):
    screen = Discovered(discoveries)
    first, second, _ = json.loads(dumps(list(screen.items())))
    assert {
        name: first[name] for name in ("account", "domain", "reference", "sources", "add", "intent", "why_now")
    } == {
        "account": "cik:1543151",
        "domain": None,
        "reference": "cik:1543151",
        "sources": ["funding"],
        "add": "capteur accounts add DOMAIN --as cik:1543151",
        "intent": 3.06,
        "why_now": "raised $12M 2 days ago",
    }
    assert (first["facts"]["sec.state"], first["coverage"]) == ("CA", {"funding": "ok", "hiring": "missing"})
    assert second["add"] == "capteur accounts add lumen.example"
    assert screen.extra() == {"model": "main", "matching": 1240, "total": 1240, "discover": []}


def test_a_pipe_gets_every_column_in_full(discoveries):
    lines = [tsv_line(row).rstrip("\n").split("\t") for row in Discovered(discoveries).rows()]
    assert {len(line) for line in lines} == {len(Discovered.header)}
    told = dict(zip(Discovered.header, lines[0], strict=True))
    assert told["facts"] == "sec.country US, sec.industry Other Technology, sec.state CA"
    assert lines[2][-1] == "capteur accounts add DOMAIN --as 'name:borealis works'"
    assert list(Discovered(replace(discoveries, total=0)).notes()) == [
        'no sensor may discover companies: capteur.toml, [accounts] discover = ["funding"]'
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 100, 160, 240])
def test_hostile_names_fit_the_terminal_and_do_not_steer_it(discoveries, accounts, plain, width):
    hostile = accounts[1].name
    account = Account(9, None, hostile, "discovered", f"name:{hostile}", facts={"x": hostile})
    nasty = [found(n, account, 3.0, hostile, 1, hostile) for n in (1, 2)]
    screen = Discovered(replace(discoveries, found=nasty), discover=(hostile,))
    shown = plain(screen, width)
    assert max(line.cell_len for line in screen.lines(width)) <= width
    assert not [c for c in shown if c != "\n" and (unicodedata.category(c) == "Cc" or c == "\u202e")]


@pytest.mark.parametrize(
    ("state", "rank", "coverage", "words"),
    [
        (
            "discovered",
            "discovered, not on your list",
            {"funding": "ok", "hiring": "missing"},
            "Watched by funding; not by hiring.",
        ),
        ("unmatched", "no account answers to it", {"funding": "late"}, "Watched by nobody; not by funding."),
        ("discovered", "discovered, not on your list", {"funding": "ok"}, "Watched by funding."),
    ],
)
def test_an_explanation_says_that_it_is_not_on_the_list_and_who_looks(explanation, plain, state, rank, coverage, words):
    account = Account(7, None, "People Center, Inc.", state, "cik:1543151")
    row = replace(explanation.row, account=account, rank=None, coverage=coverage)
    shown = plain(Explained(replace(explanation, row=row)), 120)
    assert shown.splitlines()[0].startswith(f"People Center, Inc.  cik:1543151  {rank}")
    assert words in shown
    assert "is it for your list?  capteur accounts add DOMAIN --as cik:1543151" in shown
    assert "of 24 accounts" not in shown, "how much of the list is watched says nothing of it"
