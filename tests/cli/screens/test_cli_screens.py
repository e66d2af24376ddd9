"""Every screen on terminals of any width, with text in it that would like to take the terminal over."""

from __future__ import annotations

import io
import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from capteur.accounts import Account
from capteur.cli.screens.checked import Checked
from capteur.cli.screens.detected import Signals
from capteur.cli.screens.explained import Explained
from capteur.cli.screens.installed import Sensors
from capteur.cli.screens.listed import Accounts, Imported, Unmatched
from capteur.cli.screens.plugged import Plugins
from capteur.cli.screens.ranked import Ranked
from capteur.cli.screens.running import Ran, progress_line
from capteur.cli.screens.started import Started
from capteur.cli.screens.statuses import Statuses
from capteur.cli.theme import console
from capteur.kinds import CATALOGUE
from capteur.store.coverage import InstanceCoverage

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (20, 40, 60, 80, 100, 120, 160, 240)
NAMES = (
    "ranked", "everyone", "explained", "ran", "signals", "one", "sensors", "sensor", "plugins", "statuses", "checked", "accounts",
    "unmatched", "imported", "started",
)  # fmt: skip


@pytest.fixture
def screens(ranking, explanation, report, signals, cards, plugins, status, findings, accounts, waiting, imported):
    now, hostile = ranking.as_of, accounts[1].name
    nasty = [
        replace(row, account=replace(row.account, name=hostile), why=hostile, owner=hostile) for row in ranking.rows
    ]
    lines = tuple(
        replace(line, label=hostile, sensor=hostile, evidence_url="https://x.example/" + hostile)
        for line in explanation.row.lines
    )
    return {
        "ranked": Ranked(replace(ranking, rows=nasty)),
        "everyone": Ranked(replace(ranking, rows=nasty), everyone=True, sort="trend"),
        "explained": Explained(
            replace(explanation, row=replace(explanation.row, lines=lines, why=hostile), vetoes=list(lines[:1]))
        ),
        "ran": Ran(replace(report, moved=[replace(m, why=hostile) for m in report.moved])),
        "signals": Signals(signals, now, kinds=CATALOGUE),
        "one": Signals(signals, now, kinds=CATALOGUE, one="northwind.example"),
        "sensors": Sensors(cards, now),
        "sensor": Sensors(cards, now, full=True),
        "plugins": Plugins(plugins, now),
        "statuses": Statuses(status),
        "checked": Checked(findings, now),
        "accounts": Accounts(accounts, now),
        "unmatched": Unmatched(waiting, now),
        "imported": Imported(imported, hostile, now),
        "started": Started([("capteur.toml", hostile)], imported, [("capteur run", "look")], now, contact=False),
    }


def _rendered(lines, width: int, *, colored: bool) -> str:
    stream = io.StringIO()
    out = console(stream, colored=colored, terminal=True)
    out.width = width
    for line in lines:
        out.print(line)
    return stream.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_terminal(screens, name, width):
    for line in screens[name].lines(width):
        assert line.cell_len <= width, line.plain


@pytest.mark.parametrize("width", [60, 160])
@pytest.mark.parametrize("name", NAMES)
def test_text_from_outside_never_steers_the_terminal(screens, name, width):
    """Row 18: no escape, control or bidirectional character; markup and emoji codes stay the letters they are."""
    shown = _rendered(screens[name].lines(width), width, colored=False)
    assert not [c for c in shown if c != "\n" and (unicodedata.category(c) == "Cc" or c == "\u202e")]
    assert "\U0001f604" not in shown
    if "Acme" in shown and width > 100:
        assert "Acme [/bad] [red]Ltd[31m" in shown.replace("Ltd [31m", "Ltd[31m")


@pytest.mark.parametrize("name", NAMES)
def test_colour_changes_no_letter(screens, name):
    import re

    colored = _rendered(screens[name].lines(100), 100, colored=True)
    assert "\x1b[" in colored
    stripped = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", colored)
    assert stripped == _rendered(screens[name].lines(100), 100, colored=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_cell_for_every_column(screens, name):
    for row in screens[name].rows():
        assert len(row) == len(screens[name].header)


@pytest.mark.parametrize("name", NAMES)
def test_an_8_bit_terminal_gets_plain_characters_in_the_same_places(screens, name):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="capteur-plain")
    out = console(stream, colored=False, terminal=True)
    lines = list(screens[name].lines(90))
    for line in lines:
        out.print(line)
    stream.flush()
    shown = stream.buffer.getvalue().decode("ascii").splitlines()
    assert [len(line) for line in shown] == [len(line.plain) for line in lines]


def check_golden(name: str, text: str) -> None:
    """Compare with the stored screen; CAPTEUR_GOLDEN=write stores it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("CAPTEUR_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_the_list_looks_as_it_did(ranking, plain, width):
    check_golden(f"rank-{width}", plain(Ranked(ranking, everyone=width == 160), width))


@pytest.mark.parametrize("width", [60, 100, 160])
def test_the_explanation_looks_as_it_did(explanation, plain, width):
    check_golden(f"explain-{width}", plain(Explained(explanation), width))


@pytest.mark.parametrize("width", [60, 100])
def test_a_run_looks_as_it_did(report, plain, width):
    check_golden(f"run-{width}", plain(Ran(report), width))


def test_the_lists_of_accounts_sensors_and_findings_look_as_they_did(
    cards, status, findings, waiting, imported, signals, plain
):
    now = status.as_of
    parts = [
        Sensors(cards, now),
        Sensors(cards[:1], now, full=True),
        Statuses(status),
        Checked(findings, now),
        Unmatched(waiting, now),
    ]
    parts += [Imported(imported, "accounts.csv", now), Signals(signals, now, kinds=CATALOGUE)]
    check_golden("lists-100", "\n".join(plain(part, 100) for part in parts))


@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_plugins_look_as_they_did(plugins, status, plain, width):
    check_golden(f"plugins-{width}", plain(Plugins(plugins, status.as_of), width))


def test_the_lines_of_an_explanation_add_up_to_the_number_shown(explanation, plain):
    shown = plain(Explained(explanation), 100)
    points = [
        line[:6].strip().replace("\u2212", "-")
        for line in shown.splitlines()
        if line[:6].strip()[:1] in ("+", "\u2212")
    ]
    total = next(line[:6].strip() for line in shown.splitlines() if "exactly the sum" in line)
    assert round(sum(map(float, points)), 1) == float(total) == 8.7


def test_smaller_signals_are_summed_up_in_one_line_that_keeps_the_sum(explanation, plain):
    small = tuple(replace(explanation.row.lines[3], intent=0.01, shown=0.0, label=f"page visit {i}") for i in range(20))
    many = replace(explanation, row=replace(explanation.row, lines=explanation.row.lines + small))
    shown = plain(Explained(many), 100)
    assert "14 smaller signals; capteur explain --all tells each" in shown
    assert "layoffs" in shown, "what speaks against the account is not hidden among the small ones"
    assert shown.count("page visit") == 6
    assert plain(Explained(many, every=True), 100).count("page visit") == 20


def test_every_kind_says_what_else_it_could_mean_where_every_line_is_told(explanation, plain):
    """Otherwise the strongest five do."""
    kinds = (
        "visit.page",
        "touch.call",
        "question.asked",
        "cart.abandoned",
        "social.engaged",
        "event.attended",
        "touch.booth",
    )
    lines = tuple(
        replace(explanation.row.lines[0], kind=kind, intent=1 - i / 10, could_also_mean=f"reading {i}")
        for i, kind in enumerate(kinds)
    )
    told = replace(explanation, row=replace(explanation.row, lines=lines))
    assert [f"reading {i}" in plain(Explained(told), 160) for i in range(7)] == [True] * 5 + [False] * 2
    assert all(f"reading {i}" in plain(Explained(told, every=True), 160) for i in range(7))


def test_a_line_across_the_list_separates_who_fits(ranking, plain):
    lines = plain(Ranked(ranking), 120).splitlines()
    cut = next(i for i, line in enumerate(lines) if "your line: 4 accounts a week, 6.4 and above" in line)
    assert lines[cut - 1].startswith("4  Quarry Analytics")
    assert lines[cut + 1].startswith("5  Baltic Grid")
    assert "Just below the line: Baltic Grid, 5.8 (0.6 under)." in "\n".join(lines)


def test_the_line_stands_below_the_list_when_everybody_fits(ranking, plain):
    shown = plain(Ranked(replace(ranking, capacity=9, line=4.9, above=6)), 120)
    assert "Your team can take 9: there is room for 3 more." in shown
    lines = shown.splitlines()
    assert lines[6].startswith("6  Pinecone")
    assert "your line: 9 accounts a week" in lines[7]


def test_the_line_stands_among_the_accounts_of_one_owner_too(ranking, plain):
    mine = [ranking.rows[0], ranking.rows[5]]
    lines = plain(Ranked(replace(ranking, rows=mine), filtered=True), 120).splitlines()
    assert [line[:2] for line in lines[1:4]] == ["1 ", "\u2500\u2500", "6 "]


def test_a_list_that_was_cut_off_says_so(ranking, plain):
    shown = plain(Ranked(replace(ranking, rows=ranking.rows[:3])), 120)
    assert "6 of 24 accounts have a number. These are the first 3; --top 6 shows all." in shown


def test_without_a_capacity_there_is_no_line(ranking, plain):
    shown = plain(Ranked(replace(ranking, capacity=None, line=None, above=0)), 120)
    assert "line" not in shown


def test_another_order_than_intent_has_no_line_but_still_knows_who_fits(ranking, plain):
    screen = Ranked(ranking, sort="newest")
    assert "your line" not in plain(screen, 120)
    assert [row[10] for row in screen.rows()] == [True, True, True, True, False, False]


def test_those_without_a_place_are_counted_or_listed(ranking, plain):
    assert "Not in the list: 1 vetoed, 14 without a signal, 2 without evidence, 1 not watched." in plain(
        Ranked(ranking), 120
    )
    shown = plain(Ranked(ranking, everyone=True), 120)
    assert "Rival            rival.example   vetoed       left out by a veto" in shown
    assert "Not in the list" not in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": [], "total": 0}, "No accounts yet.\n  capteur accounts add acme.com"),
        (
            {"rows": [], "statuses": {"no_signal": 24}},
            "24 accounts, and no number yet.\nThe sensors have looked and found nothing that says intent.",
        ),
        (
            {"rows": [], "coverage": [InstanceCoverage("hiring", "missing", None, 24, 0)]},
            "24 accounts, and no number yet.\nNo sensor has had a good run yet.\nnext  capteur run",
        ),
        (
            {"rows": [], "coverage": []},
            "24 accounts, and no number yet.\nNo sensor is configured, so nobody looks.\nnext  capteur sensors list",
        ),
    ],
    ids=["no accounts", "silence", "never run", "no sensor"],
)
def test_an_empty_list_says_what_to_do(ranking, plain, changes, said):
    assert plain(Ranked(replace(ranking, **changes)), 100).startswith(said)


def test_a_filter_that_matches_nobody_says_so(ranking, plain):
    assert plain(Ranked(replace(ranking, rows=[]), filtered=True), 100).startswith("No account matches.")


def test_an_account_without_a_number_says_why(explanation, plain):
    estimate = replace(explanation.row.estimate, status="not_watched", intent=None, low=None, high=None, ask=0.0)
    silent = replace(
        explanation,
        row=replace(explanation.row, estimate=estimate, lines=(), why="", change=None),
        forecast=[],
        neutral={},
    )
    assert "No number: no sensor has looked at it yet." in plain(Explained(silent), 80)


def test_a_veto_is_told_with_its_reason(explanation, plain):
    veto = replace(
        explanation.row.lines[0], kind="account.competitor", label="listed as a competitor: listed as competitor"
    )
    shown = plain(Explained(replace(explanation, vetoes=[veto])), 120)
    assert "Vetoed: listed as competitor, 18 days ago. The evidence is still computed; the number stays 0." in shown


def test_the_forecast_says_when_the_number_falls_below_the_line(explanation, plain):
    shown = plain(Explained(explanation), 120)
    assert "7.1 by 4 Dec, 6.4 by 11 Dec (below your line), 3.8 by 15 Jan 2027" in shown
    assert "can rise without any news" in shown


def test_without_a_damp_nothing_is_said_about_rising(explanation, plain):
    undamped = replace(explanation.row, estimate=replace(explanation.row.estimate, damp=1.0))
    assert "rise without" not in plain(Explained(replace(explanation, row=undamped)), 120)


def test_an_evidence_link_leads_there_only_where_colour_is(explanation):
    lines = list(Explained(explanation).lines(100))
    assert "\x1b]8;" in _rendered(lines, 100, colored=True)
    assert "\x1b]8;" not in _rendered(lines, 100, colored=False)


def test_a_run_without_sensors_says_what_to_do(report, plain):
    assert "capteur sensors list" in plain(Ran(replace(report, runs=[])), 80)


def test_progress_fits_any_width():
    parts = {"hiring": (310, 500), "news": (1, 1)}
    assert progress_line(parts, 38, 100).plain == "━━━━━━━━━━━━━━━─────────  311 of 501  38 new  hiring 310/500"
    for width in WIDTHS:
        assert progress_line(parts, 38, width).cell_len <= width


def test_wide_letters_keep_the_columns(ranking, plain):
    rows = [replace(ranking.rows[0], account=Account(1, "toyota.example", "トヨタ自動車株式会社")), ranking.rows[1]]
    from rich.cells import cell_len

    lines = plain(Ranked(replace(ranking, rows=rows, line=None, capacity=None)), 120).splitlines()
    at = [cell_len(line[: line.index(number)]) for line, number in zip(lines[1:3], ("8.7", "7.9"), strict=True)]
    assert at[0] == at[1]
