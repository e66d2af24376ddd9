"""Progress: on stderr, only on a terminal, never between two lines of data."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest

from capteur.cli.call import Call
from capteur.cli.progress import INTERVAL_S, RunWatch
from capteur.cli.screens.running import Ran
from capteur.house import Progress

CLEAR = "\r\x1b[2K"


class _Ticks:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def _run(watch: RunWatch, report) -> None:
    """24 units of the first instance, then every instance's end."""
    for done in range(1, 24):
        watch(Progress("hiring", done, 24, done))
    for run in report.runs:
        watch(Progress(run.instance, run.accounts, run.accounts, run.new, run))


def test_a_terminal_sees_a_line_per_instance_and_progress_between(report, terminal):
    streams, ticks = terminal(), _Ticks()
    with RunWatch(Call(), ticks) as watch:
        watch(Progress("hiring", 1, 24, 3))
        ticks.at += INTERVAL_S / 2
        watch(Progress("hiring", 2, 24, 3))
        ticks.at += INTERVAL_S
        watch(Progress("hiring", 3, 24, 5))
        watch(Progress("news", 1, 1, 6, report.runs[1]))
    shown = streams.err.getvalue()
    assert "1 of 24" in shown
    assert "2 of 24" not in shown, "at most ten times a second"
    assert "3 of 24" in shown
    assert shown.endswith(CLEAR), "nothing of it stays"
    assert "news" in streams.out.getvalue()
    assert CLEAR not in streams.out.getvalue()


def test_the_progress_line_is_gone_before_a_line_of_data_is_written(report, terminal, monkeypatch):
    streams = terminal()
    monkeypatch.setattr(streams.out, "write", streams.err.write)  # both streams end on the same screen
    with RunWatch(Call(color="never"), _Ticks()) as watch:
        watch(Progress("hiring", 1, 24, 3))
        watch(Progress("news", 1, 1, 6, report.runs[1]))
    for line in streams.err.getvalue().split("\n"):
        if "\u2713" in line:
            assert line.rpartition(CLEAR)[2].startswith("\u2713")


def test_a_pipe_gets_one_header_and_a_line_per_instance_as_it_ends(report, capsys):
    with RunWatch(Call(), _Ticks()) as watch:
        _run(watch, report)
        lines = capsys.readouterr().out.splitlines()
        watch.close(Ran(report, told=True))
    assert [line.split("\t")[0] for line in lines] == ["instance", "hiring", "news", "french-jobs", "funding"]
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("47 new signals in 14.2 s; 1 instance did not get through.\n")
    assert CLEAR not in err


def test_stderr_into_a_file_gets_no_progress(report, terminal, monkeypatch, capsys):
    streams = terminal()
    monkeypatch.setattr(streams.err, "isatty", lambda: False)
    with RunWatch(Call(), _Ticks()) as watch:
        _run(watch, report)
    assert streams.err.getvalue() == ""
    assert "hiring" in streams.out.getvalue()


def test_quiet_means_no_progress(report, terminal):
    streams = terminal()
    with RunWatch(Call(quiet=True), _Ticks()) as watch:
        _run(watch, report)
    assert streams.err.getvalue() == ""


def test_json_is_one_document_at_the_end(report, capsys):
    with RunWatch(Call(as_json=True), _Ticks()) as watch:
        _run(watch, report)
        assert capsys.readouterr().out == ""
        watch.close(Ran(report, told=True))
    assert len(json.loads(capsys.readouterr().out)["items"]) == 4


def test_an_interrupted_run_leaves_no_half_line(report, terminal):
    streams = terminal()

    def interrupted() -> None:
        with RunWatch(Call(), _Ticks()) as watch:
            watch(Progress("hiring", 1, 24, 3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert streams.err.getvalue().endswith(CLEAR)
    assert sys.stdout is streams.out


def test_a_reader_that_has_enough_does_not_end_the_run(report, monkeypatch):
    """Nothing is raised into the run: each instance is still told, to nobody. test_end_to_end_faults.py does it for real."""
    tried = []

    class Closed(io.StringIO):
        def write(self, text):
            tried.append(text)
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    with RunWatch(Call(), _Ticks()) as watch:
        _run(watch, report)
    assert len(tried) == len(report.runs) > 1


def test_a_run_of_nothing_still_names_the_columns(report, capsys):
    with RunWatch(Call(), _Ticks()) as watch:
        watch.close(Ran(replace(report, runs=[], moved=[]), told=True))
    assert capsys.readouterr().out.startswith("instance\tstatus\t")
