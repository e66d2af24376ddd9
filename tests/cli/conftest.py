"""A real project in a folder, the command line over it, and terminals to run it in."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from capteur.cli import root

TOML = """
[capteur]
version = 1
[web]
contact = "me@company.example"
[team]
capacity = 1
[sensors.history]
use = "csv"
path = "signals.csv"
"""
ACCOUNTS = """name,domain,owner,standing
Acme [/bad] Ltd,acme.com,Léa Martin,
Globex,globex.com,Tom Becker,
Rival Systems,rival.com,,competitor
Quiet,quiet.com,,
gone wrong,not a domain,,
"""


def _day(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    (tmp_path / "capteur.toml").write_text(TOML)
    (tmp_path / "accounts.csv").write_text(ACCOUNTS)
    rows = [
        ("acme.com", "", "funding.raised", _day(9), "Acme raises $12M Series A", "https://acme.com/news/1"),
        ("acme.com", "", "hiring.opened", _day(4), "RevOps Manager", "https://acme.com/jobs/1"),
        ("globex.com", "", "hiring.opened", _day(20), "=cmd()", "https://globex.com/jobs/1"),
        ("globex.com", "", "hiring.other", _day(2), "Cook", ""),
        ("rival.com", "", "hiring.opened", _day(1), "Sales Operations", ""),
        ("", "Unknown Widgets", "funding.raised", _day(5), "raises", ""),
    ]
    with (tmp_path / "signals.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("domain", "company", "kind", "date", "summary", "url"))
        writer.writerows(rows)
    return tmp_path


@pytest.fixture
def capteur(project: Path, capsys: pytest.CaptureFixture[str]):
    """Run one command line; returns (exit code, stdout, stderr)."""

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = root.run(list(argv))
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def ready(capteur):
    """A project that has its accounts and one run behind it."""
    capteur("accounts", "import")
    capteur("run")
    return capteur


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    """Call it: from then on all streams are terminals of 100 columns with colour (pytest takes the streams back before a test)."""

    def make(typed: str = "") -> SimpleNamespace:
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        streams = SimpleNamespace(out=_Terminal(), err=_Terminal())
        monkeypatch.setattr("sys.stdin", _Terminal(typed))
        monkeypatch.setattr("sys.stdout", streams.out)
        monkeypatch.setattr("sys.stderr", streams.err)
        return streams

    return make


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True
