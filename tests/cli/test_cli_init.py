"""`capteur init`: a project from a list, from stdin, from what is typed; nothing that is there is overwritten."""

from __future__ import annotations

import io
import json
import os
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from capteur import __version__
from capteur.cli import root

MADE = ["capteur.toml", "accounts.csv", "plugins/", ".env.example", "requirements.txt", ".gitignore"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = tmp_path / "market"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    return project


def _contact(folder: Path) -> str:
    return tomllib.loads((folder / "capteur.toml").read_text())["web"]["contact"]


def _domains(capsys) -> list[str]:
    capsys.readouterr()
    assert root.run(["accounts", "list", "--json"]) == 0
    return sorted(item["account"] for item in json.loads(capsys.readouterr().out)["items"])


def test_a_project_is_made_from_a_plain_list(folder, capsys):
    (folder.parent / "list.txt").write_text("acme.com\nhttps://www.globex.com/about\ngmail.com\n")
    assert root.run(["init", "--domains", "../list.txt", "--contact", "me@company.com"]) == 0
    out, err = capsys.readouterr()
    assert [line.split("\t")[0] for line in out.splitlines()] == ["path", *MADE]
    assert (
        err
        == "accounts.csv: 2 accounts added, 1 left out\nline 3: gmail.com is a free-mail host: anybody has an address there\n"
    )
    assert _contact(folder) == "me@company.com"
    assert (folder / "plugins").is_dir()
    assert _domains(capsys) == ["acme.com", "globex.com"]


def test_a_crm_export_is_taken_as_it_is(folder, capsys):
    export = '"Company name","Company Domain Name","Company owner"\n"Acme, Inc.","acme.com","Léa Martin"\n'.encode(
        "cp1252"
    )
    (folder.parent / "export.csv").write_bytes(export)
    assert root.run(["init", "--domains", "../export.csv", "--contact", ""]) == 0
    assert (folder / "accounts.csv").read_bytes() == export
    capsys.readouterr()
    root.run(["accounts", "list"])
    assert "acme.com\tAcme, Inc.\tlisted\tLéa Martin" in capsys.readouterr().out


def test_domains_come_from_stdin(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("acme.com globex.com\ninitech.com\n"))
    assert root.run(["init", "--domains", "-", "--contact", "me@company.com"]) == 0
    assert _domains(capsys) == ["acme.com", "globex.com", "initech.com"]


def test_without_a_list_the_project_is_empty_and_says_what_to_do(folder, capsys):
    assert root.run(["init", "--no-input", "--color", "always"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "capteur accounts add acme.com" in out
    assert "[web] contact is empty" in out
    assert (folder / "accounts.csv").read_text() == "domain,name,owner,standing\n"


def test_the_starter_file_is_accepted_and_keeps_its_comments(folder, capsys):
    assert root.run(["init", "--no-input", "--contact", "me@company.com"]) == 0
    text = (folder / "capteur.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("contact"))
    other = next(line for line in text.splitlines() if line.startswith("file ="))
    assert line.index("#") == other.index("#"), "the comments stay in one column"
    capsys.readouterr()
    assert root.run(["check"]) == 0


def test_a_person_is_asked(folder, terminal, capsys):
    streams = terminal("not a mail\nme@company.com\nacme.com, globex.com\ninitech.com\n\n")
    assert root.run(["init"]) == 0
    asked = streams.err.getvalue()
    assert "Your e-mail address" in asked
    assert "not a mail is not an e-mail address" in asked
    assert "The companies to watch" in asked
    assert _contact(folder) == "me@company.com"
    shown = streams.out.getvalue()
    assert "3 accounts added" in shown
    assert "Next" in shown
    assert "capteur run" in shown


def test_a_person_may_name_a_file(folder, terminal):
    (folder.parent / "list.txt").write_text("acme.com\n")
    streams = terminal("\n../list.txt\n")
    assert root.run(["init"]) == 0
    assert "1 account added" in streams.out.getvalue()
    assert _contact(folder) == ""


def test_an_existing_project_is_never_touched(folder, capsys):
    (folder / "capteur.toml").write_text("mine")
    assert root.run(["init", "--no-input"]) == 2
    assert capsys.readouterr().err.startswith(f"error: there is a project already: {folder}/capteur.toml\n")
    assert (folder / "capteur.toml").read_text() == "mine"
    assert not (folder / "accounts.csv").exists()


def test_an_existing_list_is_taken_as_it_is_but_never_overwritten(folder, capsys):
    (folder / "accounts.csv").write_text("domain\nacme.com\n")
    (folder.parent / "other.txt").write_text("globex.com\n")
    assert root.run(["init", "--no-input", "--domains", "../other.txt"]) == 2
    assert "there is a list already" in capsys.readouterr().err
    assert not (folder / "capteur.toml").exists()
    assert root.run(["init", "--no-input", "--domains", "accounts.csv"]) == 0
    assert (folder / "accounts.csv").read_text() == "domain\nacme.com\n"
    assert _domains(capsys) == ["acme.com"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ["--contact", "somebody"],
            "error: --contact: 'somebody' is not an e-mail address\n  fix: --contact you@company.com\n",
        ),
        (
            ["--contact", 'a"b@c.d'],
            "error: --contact: 'a\"b@c.d' is not an e-mail address\n  fix: --contact you@company.com\n",
        ),
        (
            ["--domains", "nowhere.csv"],
            "error: there is no nowhere.csv\n  fix: give a CSV file with a header, or one domain a line\n",
        ),
    ],
)
def test_a_mistake_makes_no_project(folder, capsys, argv, said):
    assert root.run(["init", "--no-input", *argv]) == 2
    assert capsys.readouterr() == ("", said)
    assert list(folder.iterdir()) == []


def test_a_page_instead_of_a_list_makes_no_project(folder, capsys):
    (folder.parent / "page.html").write_text("<!doctype html><html></html>")
    assert root.run(["init", "--no-input", "--domains", "../page.html"]) == 2
    assert "is HTML, XML or JSON, not CSV" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_the_project_goes_where_config_says(folder, capsys):
    assert root.run(["init", "--no-input", "--config", "deep/er/capteur.toml"]) == 0
    assert (folder / "deep" / "er" / "capteur.toml").exists()
    assert (folder / "deep" / "er" / "plugins").is_dir()
    assert list(folder.iterdir()) == [folder / "deep"]


def test_what_a_deployment_needs_is_there(folder, capsys):
    """The version is pinned, and neither a secret nor the database gets into version control."""
    assert root.run(["init", "--no-input"]) == 0
    pins = [line for line in (folder / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert pins == [f"capteur=={__version__}"]
    ignored = (folder / ".gitignore").read_text().splitlines()
    assert {".env", "*.db"} <= set(ignored)
    data = (
        "capteur.db",
        "capteur.db-wal",
        "capteur.db.lock",
        "capteur.db.before-0004",
        "capteur-backup-20261120T080000Z.zip",
        "capteur-before-0004.zip",
    )
    assert [name for name in data if not any(fnmatch(name, pattern) for pattern in ignored)] == []
    assert {".env.example", "requirements.txt"}.isdisjoint(ignored)
    assert all(line.startswith("#") or not line for line in (folder / ".env.example").read_text().splitlines())


def test_what_is_there_of_them_stays_as_it_is(folder, capsys):
    (folder / ".gitignore").write_text("mine\n")
    (folder / "requirements.txt").write_text("capteur\n")
    assert root.run(["init", "--no-input"]) == 0
    assert (folder / ".gitignore").read_text() == "mine\n"
    assert (folder / "requirements.txt").read_text() == "capteur\n"
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()][4:] == [".env.example"]


def test_init_in_json_names_what_it_made(folder, capsys):
    (folder.parent / "list.txt").write_text("acme.com\nnonsense here\n")
    assert root.run(["init", "--json", "--no-input", "--domains", "../list.txt"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["path"] for item in told["items"]] == MADE
    assert told["accounts"]["added"] == 1
    assert told["accounts"]["left_out"][0]["line"] == 2


def test_a_pipe_is_read_once_and_taken_whole(folder, capsys):
    reading, writing = os.pipe()
    os.write(writing, b"acme.com\nglobex.com\n")
    os.close(writing)
    assert root.run(["init", "--domains", f"/dev/fd/{reading}", "--contact", ""]) == 0
    os.close(reading)
    assert _domains(capsys) == ["acme.com", "globex.com"]


def test_a_list_that_is_none_makes_no_project(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert root.run(["init", "--domains", "-", "--contact", ""]) == 2
    assert capsys.readouterr().err.startswith("error: stdin is empty\n")
    assert not list(folder.iterdir())


def test_a_list_may_be_imported_from_stdin(folder, capsys, monkeypatch):
    root.run(["init", "--no-input"])
    monkeypatch.setattr("sys.stdin", io.StringIO("domain,name\nacme.com,Acme\nnonsense,x\n"))
    capsys.readouterr()
    assert root.run(["accounts", "import", "-"]) == 0
    assert capsys.readouterr().err.startswith("stdin: 1 account added, 1 left out\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert root.run(["accounts", "import", "-"]) == 2
    assert capsys.readouterr().err.startswith("error: stdin is empty\n")
