"""What a person reads when something goes wrong, and the exit code a script gets."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import click
import pytest

from capteur.cli import root
from capteur.cli.call import Call, read_moment
from capteur.cli.failing import report, translate, worst
from capteur.errors import AuthError, CapteurError, ConfigError, TransientError, UsageError

MOMENT = "  a day, a time with its offset, or how long ago\n"


def _run(*argv: str) -> int:
    return root.run(list(argv))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["rnak"], "error: there is no command 'rnak'\n  fix: did you mean capteur rank?\n"),
        (["weather"], "error: there is no command 'weather'\n  fix: capteur --help\n"),
        (["accounts", "imprt"], "error: there is no command 'imprt'\n  fix: did you mean capteur accounts import?\n"),
        (["rank", "--tpo", "3"], "error: there is no option --tpo\n  fix: did you mean --top?\n"),
        (["--cofnig", "x", "rank"], "error: there is no option --cofnig\n  fix: did you mean --config?\n"),
        (["explain"], "error: ACCOUNT is missing\n  fix: capteur explain --help\n"),
        (["rank", "--top", "0"], "error: --top: expected a whole number, 1 or more\n  fix: capteur rank --help\n"),
        (["rank", "--sort", "size"], "error: --sort: expected one of intent, trend, newest\n  fix: capteur rank --help\n"),
        (["rank", "--top"], "error: --top needs a value\n  fix: capteur --help\n"),
        (["run", "--as-of", "2026-01-01"], "error: run takes no --as-of\n  it works on the present\n  fix: capteur run\n"),
        (["accounts", "add", "a.com", "b.com", "--name", "A"], "error: --name goes with one domain\n  fix: capteur accounts add a.com --name A\n"),
        (["accounts", "import", "--map", "domain"], "error: --map 'domain' is not MEANING=COLUMN\n  fix: --map domain=\"Web page\"\n"),
        (["signals", "--since", "yesterday"],
         f"error: --since: 'yesterday' is not a moment\n{MOMENT}  fix: --since 2026-11-20, --since 2026-11-20T08:00Z or --since 7d\n"),
        (["rank", "--as-of", "2026-11-20T08:00"],
         f"error: --as-of: '2026-11-20T08:00' is not a moment\n{MOMENT}  fix: --as-of 2026-11-20, --as-of 2026-11-20T08:00Z or --as-of 7d\n"),
        (["signals", "--since", "2999-01-01"], "error: --since: 2999-01-01 is in the future\n  nothing is known of it yet\n"),
        (["accounts", "forget", "acme com"],
         "error: forgetting an account cannot be undone, and nobody is here to confirm it\n  fix: capteur accounts forget 'acme com' --yes\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_mistake_on_the_command_line_is_told_with_its_cure(argv, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "capteur.toml").write_text("[capteur]\nversion = 1\n")
    assert _run(*argv) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", said)


def test_a_missing_project_says_how_to_start_one(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    assert _run("rank") == 2
    assert capsys.readouterr().err == f"error: there is no {tmp_path}/capteur.toml\n  fix: capteur init\n"


def test_an_error_is_what_why_and_fix(capsys):
    code = report(
        ConfigError("capteur.toml: unknown option 'evry'", why="in [sensors.hiring]", fix="write every"), Call()
    )
    assert code == 2
    assert (
        capsys.readouterr().err
        == "error: capteur.toml: unknown option 'evry'\n  in [sensors.hiring]\n  fix: write every\n"
    )


def test_text_in_an_error_cannot_steer_the_terminal(capsys):
    report(CapteurError("a \x1b[31mred\u202e\nname", why="\x07"), Call())
    assert capsys.readouterr().err == "error: a [31mred name\n  \n"


def test_an_error_is_coloured_on_a_terminal_only(terminal):
    streams = terminal()
    report(UsageError("no", fix="capteur --help"), Call())
    assert streams.err.getvalue() == "\x1b[31m\x1b[1merror:\x1b[0m no\n  \x1b[1mfix:\x1b[0m capteur --help\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (AuthError("x"), 4),
        (TransientError("x"), 1),
        (ValueError("x"), 1),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
)
def test_every_error_has_its_exit_code(error, code, capsys):
    assert report(error, Call()) == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("codes", "code"), [([0, 1, 4, 2], 2), ([1, 4], 4), ([0, 1], 1), ([0, 0], 0), ([], 0), ([130], 130)]
)
def test_two_goes_before_four_before_one(codes, code):
    assert worst(codes) == code


def test_our_own_mistake_names_its_place_and_asks_for_a_report():
    with pytest.raises(KeyError) as caught:
        {}["secret-value-of-a-user"]
    told = translate(caught.value)
    assert told.what.startswith("KeyError at test_cli_errors.py:")
    assert "secret" not in str(told)
    assert "--debug" in told.fix


def test_debug_adds_the_traceback_and_nothing_else_does(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CAPTEUR_CONFIG", raising=False)
    assert _run("rank", "--debug") == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_file_system_error_names_the_file():
    assert translate(PermissionError(13, "Permission denied", "/x/y")).lines() == ["error: /x/y: Permission denied"]


def test_a_reader_that_has_enough_is_no_failure(monkeypatch, capsys):
    """`capteur ... | head` neither fails nor leaves a traceback."""

    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

        def flush(self):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Closed())
    assert _run("--help") == 0


def test_head_on_a_real_pipe_leaves_no_traceback():
    script = f"{sys.executable} -m capteur.cli --help | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.startswith("Usage: capteur")
    assert done.stdout.strip().endswith("0")
    assert done.stderr == ""


def test_an_ascii_locale_gets_plain_characters_instead_of_a_crash(tmp_path):
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "100", "PYTHONUTF8": "0"}
    (tmp_path / "capteur.toml").write_text("[capteur]\nversion = 1\n")
    done = subprocess.run(
        [sys.executable, "-m", "capteur.cli", "check", "--color", "always"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b""
    assert b"capteur.toml" in done.stdout


def test_a_moment_is_a_day_a_time_with_an_offset_or_how_long_ago():
    assert read_moment("--since", "2020-01-02").isoformat() == "2020-01-02T00:00:00+00:00"
    assert read_moment("--since", "2020-01-02T08:00:00+02:00").isoformat() == "2020-01-02T06:00:00+00:00"
    assert read_moment("--as-of", "2020-01-02", end=True).isoformat() == "2020-01-02T23:59:59.999999+00:00"
    assert read_moment("--since", "2w") < read_moment("--since", "36h")


@pytest.mark.parametrize(
    "line",
    [
        ["rank", "--min", "11", "--color", "never"],
        ["rank", "--min", "11", "--color=never"],
        ["rank", "--nope", "--color", "never"],
        ["--color", "never", "nope"],
    ],
)
def test_what_click_refuses_is_told_in_the_colour_that_was_asked_for(line, terminal):
    """The line is refused before its --color is read."""
    streams = terminal()
    assert _run(*line) == 2
    assert "\x1b" not in streams.err.getvalue()
    streams = terminal()
    assert _run(*(word.replace("never", "auto") for word in line)) == 2
    assert "\x1b[31m" in streams.err.getvalue()
