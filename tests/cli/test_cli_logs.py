"""Log lines: for a person, for a program, for systemd's journal; with instance and run, and never with a secret."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from capteur.cli.logs import FIELDS, configure, feeds_journal

CANARY = "cAnary/+7&9=x y"
FORMS = ("cAnary", quote(CANARY, safe=""), quote_plus(CANARY))
ours = logging.getLogger("capteur.daemon")
theirs = logging.getLogger("urllib3.connectionpool")


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Logging belongs to the process: give it back as it was."""
    top, capteur = logging.getLogger(), logging.getLogger("capteur")
    before = top.handlers[:], top.level, capteur.level, structlog.get_config()
    yield
    top.handlers[:] = before[0]
    top.setLevel(before[1])
    capteur.setLevel(before[2])
    logging.captureWarnings(False)
    structlog.configure(**before[3])


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """What has come out on stderr since the last call; stdout must stay empty."""

    def read() -> list[str]:
        out, err = capsys.readouterr()
        assert out == ""
        return err.splitlines()

    return read


def records(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


# how much is said


@pytest.mark.parametrize(
    ("form", "verbose", "quiet", "said"),
    [
        (None, 0, True, "E"),
        (None, 0, False, "WE"),
        (None, 1, False, "IWE"),
        (None, 2, False, "DIWE"),
        (None, 5, False, "DIWE"),
        ("console", 0, True, "E"),
        ("console", 0, False, "IWE"),
        ("json", 0, False, "IWE"),
        ("json", 1, False, "DIWE"),
    ],
)
def test_a_command_says_what_it_is_asked_for_and_a_daemon_one_step_more(form, verbose, quiet, said, lines):
    configure(verbose, quiet=quiet, form=form)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        ours.log(level, "x")
    words = [json.loads(line)["level"] if form == "json" else re.findall(r"\w+(?=:)", line)[-1] for line in lines()]
    assert "".join(word[0].upper() for word in words) == said


@pytest.mark.parametrize("form", [None, "console", "json"])
def test_other_libraries_begin_at_warnings_however_much_is_asked_for(form, lines):
    configure(2, quiet=False, form=form)
    theirs.info("a new connection")
    theirs.warning("retrying")
    (line,) = lines()
    assert "retrying" in line


def test_a_command_says_its_line_and_no_more(lines):
    configure(0, quiet=False)
    ours.warning("%s is\tdown", "feed")
    assert lines() == ["warning: feed is down"]


# its forms


def test_a_json_line_says_when_how_bad_who_and_what(lines):
    configure(0, quiet=False, form="json")
    with bound_contextvars(instance="feed", run=3):
        ours.warning("feed is %s", "down")
    ours.info("the daemon has begun")
    down, begun = records(lines())
    assert list(down) == [*FIELDS]
    assert {k: v for k, v in down.items() if k != "timestamp"} == {
        "level": "warning",
        "logger": "capteur.daemon",
        "event": "feed is down",
        "instance": "feed",
        "run": 3,
    }
    assert list(begun) == ["timestamp", "level", "logger", "event"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", down["timestamp"])
    assert datetime.fromisoformat(down["timestamp"]).utcoffset() == timedelta(0)


def test_the_page_explains_every_field():
    page = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    table = page[page.index("| field | meaning |", page.index("## The log")) :]
    named = [
        name for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    ]
    assert named == [*FIELDS, "exception"]


def test_a_console_line_says_the_same_to_a_person(lines):
    configure(0, quiet=False, form="console")
    with bound_contextvars(instance="feed", run=3):
        ours.warning("feed is down")
    theirs.error("lost")
    down, lost = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ warning: feed is down  instance=feed run=3", down)
    assert lost.endswith("Z error: urllib3.connectionpool: lost")


def test_what_a_sensor_says_beside_its_sentence_stays_data(lines):
    """As `ctx.log` hands it over: the text for people, the fields in `told`. A field cannot pass itself off as one of ours."""
    told = {"event": "page read", "instance": "feed", "pages": 3, "words": "a b", "level": "critical", "timestamp": 0}
    for form in ("json", "console"):
        configure(0, quiet=False, form=form)
        logging.getLogger("capteur.sensor").warning("event='page read'", extra={"told": told})
    as_json, as_text = lines()
    assert json.loads(as_json) == {
        "timestamp": json.loads(as_json)["timestamp"],
        "level": "warning",
        "logger": "capteur.sensor",
        "event": "page read",
        "instance": "feed",
        "pages": 3,
        "words": "a b",
        "level_": "critical",
        "timestamp_": 0,
    }
    assert as_text.endswith('Z warning: page read  instance=feed pages=3 words="a b" level_=critical timestamp_=0')


def test_a_value_that_json_cannot_say_becomes_text(lines):
    configure(0, quiet=False, form="json")
    told = {
        "event": "odd",
        "nan": float("nan"),
        "path": Path("x"),
        "deep": {"a": [1, {2.5}]},
        "long": "y" * 50_000,
        "half": "\ud800",
    }
    ours.warning("odd", extra={"told": told})
    (record,) = records(lines())
    assert (record["nan"], record["path"], record["deep"]) == ("nan", "x", {"a": [1, [2.5]]})
    assert len(record["long"]) == 20_001
    assert record["half"] == "\ud800"


@pytest.mark.parametrize("form", [None, "console", "json"])
def test_nothing_that_is_logged_breaks_a_line_or_moves_a_cursor(form, lines):
    configure(0, quiet=False, form=form)
    ours.warning("one\ntwo\r\x1b[31mred\x1b[0m \u202eback \x9b2J %s", "\u2028end")
    ours.warning("next")
    first, second = lines()
    assert "next" in second
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e]", first)


def test_a_traceback_is_a_field_or_lines_below_or_left_out(lines):
    def fail(form, verbose):
        configure(verbose, quiet=False, form=form)
        try:
            raise RuntimeError("on\npurpose")  # noqa: TRY301  it is the traceback that counts
        except RuntimeError:
            ours.exception("it failed")
        return lines()

    assert fail(None, 0) == fail(None, 1) == ["error: it failed"]
    for form, verbose in ((None, 2), ("console", 0)):
        head, *below = fail(form, verbose)
        assert head.endswith("error: it failed")
        assert below[0] == "  Traceback (most recent call last):"
        assert below[-2:] == ["  RuntimeError: on", "  purpose"]
    (record,) = records(fail("json", 0))
    assert record["exception"].endswith("RuntimeError: on\npurpose")


def test_only_who_wants_colour_gets_it(lines):
    configure(0, quiet=False, form="console")
    ours.error("x")
    configure(0, quiet=False, form="console", colored=True)
    ours.error("x")
    plain, colored = lines()
    assert "\x1b" not in plain
    assert "\x1b[31merror:\x1b[0m x" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored)[20:] == plain[20:]


def test_a_command_line_colours_its_log_for_a_terminal_alone(terminal, project):
    from capteur.cli.call import Call

    for color, expected in (("never", "warning: x\n"), ("auto", "\x1b[33mwarning:\x1b[0m x\n")):
        streams = terminal()
        with Call(color=color).house():
            ours.warning("x")
        assert streams.err.getvalue() == expected


JOURNALED = """
import logging, sys, warnings
from capteur.cli.logs import configure
configure(0, quiet=False, form=sys.argv[1], colored=True)
warnings.simplefilter("always")
log = logging.getLogger("capteur.daemon")
log.info("begun")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("lost")
warnings.warn("old")
"""


@pytest.mark.parametrize("form", ["console", "json"])
def test_the_journal_gets_the_level_and_dates_lines_itself(form, tmp_path):
    """Only when stderr is that very stream: a child inherits the variable, and may write elsewhere."""
    target = tmp_path / "stderr"
    texts = []
    for itself in (True, False):
        with target.open("w") as stream:
            status = os.fstat(stream.fileno())
            env = {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + (not itself)}"}
            subprocess.run([sys.executable, "-c", JOURNALED, form], check=True, env=env, stderr=stream, timeout=60)
        texts.append(target.read_text().splitlines())
    journal, file = texts
    assert all(re.match(r"<[2-7]>", line) for line in journal)
    assert not [line for line in file if re.match(r"<\d>", line)]
    if form == "json":
        said = [(line[:3], json.loads(line[3:])["event"].partition(":")[0]) for line in journal]
        assert [(level, event) for level, event in said if event in ("begun", "lost")] == [
            ("<6>", "begun"),
            ("<3>", "lost"),
        ]
        assert said[-1][0] == "<4>"
        assert "UserWarning: old" in json.loads(file[-1])["event"], "also what Python itself warns of"
    else:
        assert journal[:3] == ["<6>info: begun", "<3>error: lost", "<3>  Traceback (most recent call last):"]
        assert re.match(r"\x1b\[2m\d{4}-\d\d-\d\d ", file[0])


def test_a_stream_without_a_file_feeds_no_journal():
    assert not feeds_journal(io.StringIO(), {"JOURNAL_STREAM": "1:2"})
    with open(os.devnull, "w") as stream:  # noqa: PTH123  a stream as sys.stderr is one
        assert not feeds_journal(stream, {})
    assert not feeds_journal(stream, {"JOURNAL_STREAM": "1:2"}), "closed"


# what goes wrong


class _Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError(CANARY)

    __repr__ = __str__


@pytest.mark.parametrize("form", [None, "console", "json"])
def test_a_line_that_cannot_be_made_is_said_to_be_missing(form, lines):
    """Without what it was to say: logging's own report would print it, as it is."""
    configure(0, quiet=False, form=form)
    ours.warning("%d of them", CANARY)
    ours.warning("x", extra={"told": {"event": "x", "thing": _Unspeakable()}})
    said = lines()
    assert len(said) == 2
    assert "a log line of test_cli_logs.py:" in said[0]
    assert "cannot be shown (TypeError)" in said[0]
    assert "cannot be shown (RuntimeError)" in said[1]
    assert "cAnary" not in "".join(said)


def test_nobody_at_the_other_end_is_no_trouble(monkeypatch, capfd):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    configure(0, quiet=False)
    stream.close()
    ours.warning("is anybody there? %s", CANARY)
    monkeypatch.undo()
    assert capfd.readouterr() == ("", "")


# secrets


def _say_it_all() -> None:
    """A secret on every way into a log."""
    ours.warning(f"said {CANARY}")
    ours.warning("as an argument %s, %r", CANARY, {"deep": [CANARY]})
    ours.warning("in an address https://api.example/v1?q=1&k=%s", quote_plus(CANARY))
    theirs.warning("retrying https://me:%s@api.example/", quote(CANARY, safe=""))
    logging.getLogger().error("root %s", CANARY)
    structlog.get_logger("plugin").warning("by itself", what=CANARY, deep={"key": [CANARY]})
    ours.warning(
        "x", extra={"told": {"event": CANARY, "value": CANARY, "deep": {CANARY: (CANARY,)}, "path": Path(CANARY)}}
    )
    with bound_contextvars(instance=CANARY):
        ours.warning("bound")
    try:
        try:
            raise ValueError(CANARY)  # noqa: TRY301  it is the traceback that counts
        except ValueError as error:
            raise RuntimeError(f"because of {CANARY}") from error
    except RuntimeError:
        ours.exception("failed")
    ours.warning("where", stack_info=True)


@pytest.mark.parametrize("form", [None, "console", "json"])
@pytest.mark.parametrize("verbose", [0, 2])
def test_no_line_of_any_logger_shows_a_secret(form, verbose, lines):
    configure(verbose, quiet=False, form=form, secrets=[CANARY])
    _say_it_all()
    said = lines()
    assert sum("[secret]" in line for line in said) >= 8
    assert [line for line in said if any(word in line for word in FORMS)] == []
    if form == "json":
        assert len(records(said)) == 10


def test_a_secret_that_is_met_later_is_hidden_from_then_on(lines):
    veil = configure(0, quiet=False)
    met = []
    veil.ask(lambda: met)
    for secret in ("first-one", "second-one"):
        ours.warning("before %s", secret)
        met.append(secret)
        ours.warning("after %s", secret)
    assert [line.partition("after ")[2] for line in lines()[1::2]] == ["[secret]", "[secret]"]


def test_a_field_that_is_called_like_a_secret_is_one_and_a_signals_key_is_not(lines):
    configure(0, quiet=False, form="json")
    ours.warning("x", extra={"told": {"event": "x", "api_token": "unheard-of", "key": "greenhouse:acme:1"}})
    (record,) = records(lines())
    assert (record["api_token"], record["key"]) == ("[secret]", "greenhouse:acme:1")


# the command line

LEAKY = '''
import logging
from pydantic import SecretStr
import structlog
from capteur import FeedSensor, Signal


class {name}(FeedSensor):
    """Says everything it knows."""

    name = "{lower}"
    kinds = ("funding.raised",)
    key: SecretStr
    plain: SecretStr

    {colour}def detect(self, ctx):
        key, plain = self.key.get_secret_value(), self.plain.get_secret_value()
        ctx.log.info("looked", pages=3, url=f"https://x.example/?k={{key}}")
        ctx.log.warning(f"with {{key}} and {{plain}}", deep=[plain])
        logging.getLogger("library").warning("used %s", plain)
        structlog.get_logger("library").error("used", what=key)
        try:
            raise ValueError(plain)
        except ValueError:
            ctx.log.warning("tried", exc_info=True)
        yield Signal(kind="funding.raised", account="acme.com", key="{lower}", occurred_at=ctx.now)
        raise RuntimeError(f"{{key}} {{plain}}")
'''
PLAIN = "cAnary-in-the-file"


@pytest.fixture
def leaky(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sensors of both colours and an isolated one, each with a secret from the environment and one from the file."""
    (project / "plugins").mkdir()
    tables = ""
    for name, colour, more in (("Sync", "", ""), ("Loop", "async ", ""), ("Apart", "", "isolate = true\n")):
        lower = name.lower()
        (project / "plugins" / f"{lower}.py").write_text(LEAKY.format(name=name, lower=lower, colour=colour))
        tables += f'[sensors.{lower}]\nkey = "env:LEAKY"\nplain = "{PLAIN}"\n{more}'
    (project / "capteur.toml").write_text(f'[capteur]\nversion = 1\n[plugins]\npath = "plugins"\n{tables}')
    monkeypatch.setenv("LEAKY", CANARY)
    return project


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_daemons_log_has_instance_and_run_in_what_its_sensors_say_and_no_secret(leaky, capteur, form):
    """daemon.md, row 21, through the command line; the store is searched as well."""
    capteur("accounts", "import")
    code, out, err = capteur("daemon", "--once", "--log", form)
    assert code == 1
    said = err.splitlines()
    assert [line for line in [out, *said] if any(word in line for word in (*FORMS, PLAIN))] == []
    for path in leaky.glob("capteur.db*"):
        assert not any(word.encode() in path.read_bytes() for word in (*FORMS, PLAIN)), path
    if form == "console":
        assert len([line for line in said if re.search(r"info: looked  instance=\w+ run=\d+ pages=3 ", line)]) == 3
        return
    told = records(said)
    looked = {r["instance"]: r for r in told if r["event"] == "looked"}
    assert set(looked) == {"sync", "loop", "apart"}
    assert len({r["run"] for r in looked.values()}) == 3
    assert all((r["pages"], r["level"], r["logger"]) == (3, "info", "capteur.sensor") for r in looked.values())
    down = {r["instance"]: r["run"] for r in told if " is down" in r["event"]}
    assert down == {name: r["run"] for name, r in looked.items()}, "one line each, of the same run"


def test_a_command_shows_no_secret_either(leaky, capteur):
    """One in the file is known as soon as its sensor is loaded, which is before it can say anything."""
    capteur("accounts", "import")
    _, out, err = capteur("run", "-vv", "--json")
    assert err.count("library: used [secret]") == 2
    assert not any(word in out + err for word in (*FORMS, PLAIN))


def test_the_password_of_another_store_is_hidden(project, capteur):
    """It stands on the command line alone."""
    code, _, err = capteur("status", "-vv", "--db", "postgresql://me:cAnary-word@127.0.0.1:9/none")
    assert code == 1
    assert "cAnary" not in err


def test_warnings_of_python_are_left_alone_by_commands(lines):
    configure(0, quiet=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("old", stacklevel=1)
    assert [str(w.message) for w in caught] == ["old"]
    assert lines() == []
