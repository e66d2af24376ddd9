"""The command line when things go wrong: broken plugins, Ctrl-C, databases and settings of somebody else or of a later time."""

from __future__ import annotations

import contextlib
import csv
import io
import sqlite3
import subprocess
import sys
from pathlib import Path

BROKEN = """import requsts

from capteur import FeedSensor


class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("funding.raised",)
"""
INTERRUPTING = """import os
import signal
import threading

from capteur import FeedSensor, Signal


class Interrupting(FeedSensor):
    name = "interrupting"
    kinds = ("funding.raised",)

    def detect(self, ctx):
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(600)
        yield Signal(kind="funding.raised", account="acme.com", key=1, occurred_at=ctx.now)
"""


def _also(project: Path, table: str) -> None:
    with (project / "capteur.toml").open("a") as stream:
        stream.write(f"\n{table}\n")


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_broken_plugin_is_told_and_stops_nobody(project, ready):
    (project / "plugins").mkdir(exist_ok=True)
    (project / "plugins" / "rounds.py").write_text(BROKEN)
    _also(project, "[sensors.rounds]")
    code, out, _ = ready("run")
    assert code == 2
    assert {row["instance"]: row["status"] for row in _table(out)} == {"history": "ok", "rounds": "broken"}
    code, out, _ = ready("check")
    assert code == 2
    assert "requsts" in out
    states = {row["instance"]: row for row in _table(ready("status")[1])}
    assert list(states) == ["rounds", "history"], "what waits for a person comes first"
    assert states["history"]["state"] == "ok"
    plugins = {row["name"]: row["state"] for row in _table(ready("plugins")[1])}
    assert plugins["csv"] == "ok"
    assert plugins["rounds"] == "broken"


def test_ctrl_c_during_a_run_is_130_and_leaves_no_traceback(project):
    (project / "plugins").mkdir()
    (project / "plugins" / "interrupting.py").write_text(INTERRUPTING)
    _also(project, "[sensors.interrupting]")
    done = subprocess.run(
        [sys.executable, "-m", "capteur.cli", "run"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 130
    assert done.stderr.strip() == "stopped"


LATE = """import threading
from pathlib import Path

from capteur import FeedSensor, Signal


class Late(FeedSensor):
    name = "late"
    kinds = ("funding.raised",)

    def detect(self, ctx):
        while not Path(ctx.base, "closed").exists():
            threading.Event().wait(0.02)
        yield Signal(kind="funding.raised", account="globex.com", key="late", occurred_at=ctx.now)
"""


def test_a_reader_that_has_enough_ends_the_output_and_not_the_run(project, capteur):
    """`capteur run | head -1`: what the other sensor finds afterwards is stored."""
    (project / "plugins").mkdir()
    (project / "plugins" / "late.py").write_text(LATE)
    _also(project, "[sensors.late]")
    capteur("accounts", "import")
    command = [sys.executable, "-m", "capteur.cli", "run"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("instance\t")
        running.stdout.close()
        (project / "closed").touch()
        told = running.stderr.read()
        assert running.wait(180) == 0
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
    signals = {row["sensor"] for row in _table(capteur("signals")[1])}
    assert signals >= {"csv", "late"}


def test_a_database_that_is_not_ours_is_refused_and_not_touched(project, capteur):
    other = project / "other.db"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
        connection.commit()
    before = other.read_bytes()
    code, out, err = capteur("rank", "--db", str(other))
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == f"error: store sqlite:///{other}: this database is not capteur's"
    assert other.read_bytes() == before


def test_a_configuration_of_a_later_version_is_refused(project, capteur):
    (project / "capteur.toml").write_text("[capteur]\nversion = 9\n")
    code, out, err = capteur("run")
    assert (code, out) == (2, "")
    assert "written for a later capteur" in err
    assert "fix: " in err
