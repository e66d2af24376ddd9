"""TSV, CSV and JSON: what a pipe, a spreadsheet and a program get."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from capteur.cli.call import Call
from capteur.cli.screen import csv_text, document, dumps, tsv_line, write
from capteur.cli.screens.explained import Explained
from capteur.cli.screens.ranked import Ranked
from capteur.cli.screens.running import Ran

PINNED = {
    "account", "name", "model", "as_of", "status", "intent", "low", "high", "evidence", "inferred", "ask", "trend", "contributions",
    "coverage", "estimator", "version",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1 23", "'+33 1 23"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r=1", "'=1"),
        (" =1", "'=1"),
        ("\u202e=1", "'=1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("a=b", "a=b"),
        ("", ""),
        (None, ""),
        (-0.9, "-0.9"),
        (3, "3"),
        (True, "yes"),
    ],
)
def test_a_spreadsheet_never_gets_a_formula(cell, said):
    """Row 19: texts that look like formulas are quoted; numbers stay numbers."""
    rows = list(csv.reader(io.StringIO(csv_text(("column",), [(cell,)]))))
    assert rows in ([["column"], [said]], [["column"], []] if not said else None)


def test_a_cell_of_tsv_is_one_cell():
    assert tsv_line(("a\tb", "c\nd", None, 1.5, False, "\x1b[31mred")) == "a b\tc d\t\t1.5\tno\t[31mred\n"


def test_json_keeps_letters_and_escapes_what_a_terminal_would_obey():
    shown = dumps({"name": "Léa \u202e\x9b\x1b\x7f トヨタ"})
    assert "Léa" in shown
    assert "トヨタ" in shown
    assert not set(shown) & {"\u202e", "\x9b", "\x1b", "\x7f"}
    assert json.loads(shown) == {"name": "Léa \u202e\x9b\x1b\x7f トヨタ"}


def test_the_json_of_a_list_is_the_pinned_item_under_a_version(ranking):
    shown = document(Ranked(ranking))
    assert shown["schema_version"] == 1
    assert shown["as_of"] == "2026-11-20T08:00:00+00:00"
    assert len(shown["items"]) == 6
    assert set(shown["items"][0]) == PINNED
    assert shown["capacity"] == 4
    assert shown["line"] == 6.4
    assert document(Ranked(ranking, everyone=True))["items"][-1]["status"] == "not_watched"


def test_the_contributions_in_json_add_up_unrounded(explanation):
    item = document(Explained(explanation))["items"][0]
    assert set(item) == PINNED
    assert sum(part["intent"] for part in item["contributions"]) == pytest.approx(item["intent"])
    assert set(item["contributions"][0]) == {"label", "kind", "intent", "signal", "occurred_at", "evidence_url", "kept"}


def test_a_run_in_json_says_what_moved(report):
    shown = document(Ran(report))
    assert [item["instance"] for item in shown["items"]] == ["hiring", "news", "french-jobs", "funding"]
    assert shown["moved"][0] == {
        "account": "northwind.example", "name": "Northwind Robotics", "before": 3.1, "after": 8.73, "why_now": report.moved[0].why,
    }  # fmt: skip


def test_a_pipe_gets_tsv_with_a_header_in_full_width(ranking, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    long = replace(ranking, rows=[replace(ranking.rows[0], why="w" * 300)])
    Call().show(Ranked(long))
    out, err = capsys.readouterr()
    header, row = out.splitlines()
    assert header.split("\t")[:5] == ["rank", "account", "name", "status", "intent"]
    assert "w" * 300 in row
    assert "\x1b" not in out
    assert "warning: funding is late: last good run 3 days ago, watches 0 of 24 accounts" in err


def test_quiet_keeps_only_the_data(ranking, capsys):
    Call(quiet=True).show(Ranked(ranking))
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_table_in_colour(ranking, terminal):
    streams = terminal()
    Call().show(Ranked(ranking))
    shown = streams.out.getvalue()
    assert "\x1b[1mNorthwind Robotics\x1b[0m" in shown
    assert "\t" not in shown
    assert max(len(line) for line in shown.splitlines()) > 100, "colour takes no room"


@pytest.mark.parametrize(
    ("color", "env", "colored"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("never", {}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_follows_the_option_then_no_color_then_the_terminal(ranking, terminal, monkeypatch, color, env, colored):
    streams = terminal()
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    Call(color=color).show(Ranked(ranking))
    assert ("\x1b[" in streams.out.getvalue()) is colored
    assert "intent" in streams.out.getvalue()


def test_color_always_makes_a_table_of_a_pipe(ranking, capsys, monkeypatch):
    """For `capteur rank --color always | less -R`."""
    monkeypatch.setenv("COLUMNS", "100")
    Call(color="always").show(Ranked(ranking))
    assert "\x1b[1mNorthwind Robotics" in capsys.readouterr().out


def test_json_for_a_person_is_indented_and_for_a_program_one_line(ranking, terminal, monkeypatch):
    streams = terminal()
    write(Ranked(ranking), Call(as_json=True), "json")
    assert streams.out.getvalue().startswith('{\n  "schema_version": 1,')
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stdout", pipe)
    write(Ranked(ranking), Call(as_json=True), "json")
    assert pipe.getvalue().count("\n") == 1
    json.loads(pipe.getvalue())


def test_a_stream_that_is_closed_is_nobodys_terminal(monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert Call().watched is False
    monkeypatch.setattr(sys, "stderr", SimpleNamespace())
    assert Call().watched is False
