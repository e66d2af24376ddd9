"""`capteur touch`, `questions`, `privacy report`, `accounts export` and `accounts forget --person`, as a person types them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest


@pytest.fixture
def listed(capteur, project: Path):
    """A project with its accounts, nothing run, persons of touches kept."""
    with (project / "capteur.toml").open("a") as file:
        file.write('[privacy]\npersons = ["touch"]\n')
    capteur("accounts", "import")
    return capteur


def test_a_touch_is_one_line_and_answers_with_what_it_adds(listed, terminal):
    streams = terminal()
    listed("touch", "acme.com", "call", "asked about prices")
    told = streams.out.getvalue()
    assert "call from them" in told
    assert "noted" in told
    assert "intent - → 4.7 (+4.7)" in told
    assert "capteur touch acme.com --undo" in told


def test_a_pipe_gets_the_numbers(listed):
    code, out, _ = listed("touch", "acme.com", "meeting", "--at", "2026-11-01", "--json")
    (item,) = json.loads(out)["items"]
    assert code == 0
    assert (item["kind"], item["occurred_at"], item["state"]) == ("touch.meeting", "2026-11-01T00:00:00+00:00", "noted")
    assert item["before"] is None
    assert item["after"] > 0


def test_undo_names_what_was_taken_back(listed):
    listed("touch", "acme.com", "call")
    code, out, _ = listed("touch", "acme.com", "--undo", "--json")
    (item,) = json.loads(out)["items"]
    assert (code, item["kind"], item["state"], item["after"]) == (0, "touch.call", "undone", None)
    assert listed("touch", "acme.com", "--undo")[0] == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("acmee.com", "call"), "did you mean acme.com"),
        (("acme.com",), "touch needs to know what it was"),
        (("acme.com", "call", "--at", "2046-01-01"), "is in the future"),
        (("acme.com", "call", "--at", "soon"), "'soon' is not a moment"),
        (("acme.com", "ask", "call me"), "an ask needs its place"),
        (("acme.com", "letter"), "[KIND]: expected one of call, meeting, booth, reply, question, ask"),
    ],
)
def test_mistakes_are_told_with_their_cure(listed, words, message):
    code, out, err = listed("touch", *words)
    assert (code, out) == (2, "")
    assert message in err
    assert "fix:" in err


def test_questions_are_told_by_account(listed, terminal):
    listed("touch", "acme.com", "question", "What does it cost?")
    listed("touch", "globex.com", "question", "what does it cost")
    code, out, _ = listed("questions", "--json")
    items = json.loads(out)["items"]
    assert code == 0
    assert {i["account"]: [(q["question"], q["times"], q["accounts"]) for q in i["questions"]] for i in items} == {
        "acme.com": [("What does it cost?", 2, 2)],
        "globex.com": [("what does it cost", 2, 2)],
    }
    assert len(listed("questions", "--account", "acme.com")[1].splitlines()) == 2
    streams = terminal()
    listed("questions", "--color", "never")
    assert "   now  What does it cost? (asked 2 times by 2 accounts)" in streams.out.getvalue()


def test_nobody_asked_anything(listed, terminal):
    streams = terminal()
    listed("questions", "--since", "1d")
    assert "Nobody has asked anything in that time." in streams.out.getvalue()


def test_an_export_goes_to_a_file_that_only_its_owner_reads(listed, project):
    listed("touch", "acme.com", "call", "hello")
    code, out, err = listed("accounts", "export", "acme.com", "--out", "acme.json")
    assert (code, out) == (0, "")
    assert "about acme.com to acme.json" in err
    told = json.loads((project / "acme.json").read_text())
    assert (told["of"], told["held"]["signal"][0]["summary"]) == ("acme.com", "hello")
    assert stat.S_IMODE((project / "acme.json").stat().st_mode) == 0o600


def test_a_person_is_forgotten_once_somebody_confirms(listed, project):
    listed("touch", "acme.com", "question", "Is jane@acme.com the owner?", "--person", "jane@acme.com")
    assert "jane@acme.com" in listed("accounts", "export", "--person", "JANE@acme.com")[1]
    code, _, err = listed("accounts", "forget", "--person", "jane@acme.com")
    assert code == 2
    assert "capteur accounts forget --person jane@acme.com --yes" in err
    _, _, err = listed("accounts", "forget", "--person", "jane@acme.com", "--yes")
    assert "forgot jane@acme.com: signals 1" in err
    assert [file.name for file in project.glob("*.db*") if b"jane@acme.com" in file.read_bytes().lower()] == []
    assert "nothing names jane@acme.com" in listed("accounts", "forget", "--person", "jane@acme.com", "--yes")[2]


@pytest.mark.parametrize("command", ["forget", "export"])
def test_an_account_or_a_person_not_both_and_not_neither(listed, command):
    for words in ((), ("acme.com", "--person", "jane@acme.com")):
        code, _, err = listed("accounts", command, *words)
        assert code == 2
        assert f"{command} needs an account or a person" in err


def test_the_report_is_for_people_in_legal(listed, terminal):
    """On a terminal, as a document, and for a program."""
    listed("touch", "acme.com", "call", "hello", "--person", "Jane Doe")
    document = listed("privacy", "report", "--markdown")[1]
    assert "| `signal.person` | who it was, as a keyed hash (pseudonymous) | 1 |" in document
    assert "## What leaves this machine" in document
    told = json.loads(listed("privacy", "report", "--json")[1])
    assert {s["instance"]: s["persons_allowed"] for s in told["sensors"]} == {
        "history": False,
        "touch": True,
        "accounts": False,
    }
    assert {item["place"]: item["count"] for item in told["items"]}["signal.person"] == 1
    streams = terminal()
    listed("privacy", "report")
    assert "Kept as keyed hashes, of: touch." in streams.out.getvalue()
    assert "Every request carries our own contact: me@company.example." in streams.out.getvalue()
