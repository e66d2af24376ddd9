"""`try`, `backfill` and `check` on the command line: tables, pipes, JSON, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

ROUNDS = '''
from datetime import timedelta

from capteur import AuthError, FeedSensor, Signal


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)

    fails: bool = False

    def detect(self, ctx):
        if self.fails:
            raise AuthError("401 from rounds.example", fix="check api_key, then capteur resume rounds")
        when = ctx.since if ctx.until else ctx.now - timedelta(days=2)
        for domain in ("acme.com", "rival-maker.com", "acme corp"):
            yield Signal(kind="funding.raised", account=domain, key=f"{domain} {when:%Y-%m}", occurred_at=when, summary="\\x1b[31mSeries A, $12M")
'''


@pytest.fixture
def rounds(capteur, project: Path):
    """A project with the sensor `rounds` and its accounts."""
    (project / "plugins").mkdir()
    (project / "plugins" / "rounds.py").write_text(ROUNDS)
    with (project / "capteur.toml").open("a") as stream:
        stream.write("\n[sensors.rounds]\n[sensors.strict]\nuse = 'rounds'\nfails = true\n")
    capteur("accounts", "import")
    return capteur


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_a_try_in_a_pipe_gives_a_row_per_signal_and_the_rest_beside_it(rounds):
    code, out, err = rounds("try", "rounds")
    rows = _table(out)
    assert code == 0
    assert [(r["account"], r["state"]) for r in rows] == [("acme.com", "new"), ("", "new")]
    assert float(rows[0]["adds"]) > 0
    assert "bad: it yielded a bad Signal at rounds.py:" in err
    assert "Nothing was stored." in err
    assert "funding.raised" not in rounds("signals")[1]


def test_a_try_in_json_holds_requests_signals_mistakes_and_what_to_do_next(rounds):
    told = json.loads(rounds("try", "rounds", "--limit", "1", "--json")[1])
    assert told["sensor"]["origin"] == "plugins/rounds.py"
    assert (told["status"], told["limited"], told["counts"]["new"]) == ("ok", True, 1)
    assert told["items"][0]["on_list"] is True
    assert told["accounts"][0]["before"] is None
    assert told["next"][-1]["command"] == "capteur run rounds"


def test_a_try_on_a_terminal_shows_each_signal_and_obeys_none_of_them(rounds, terminal):
    streams = terminal()
    from capteur.cli import root

    assert root.run(["try", "rounds", "--color", "always"]) == 0
    shown = streams.out.getvalue()
    assert "funding raised: [31mSeries A, $12M" in shown
    assert "no account answers" in shown
    assert "would move" in shown
    assert max(len(line) for line in _plain(shown).splitlines()) <= 100


def _plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def test_a_try_that_fails_has_the_exit_code_of_a_run_and_its_words(rounds):
    code, out, err = rounds("try", "strict")
    assert (code, len(_table(out))) == (4, 0)
    assert "error: sensor strict: 401 from rounds.example fix: check api_key, then capteur resume rounds" in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["try", "roundz"], "did you mean rounds?"),
        (["try", "rounds", "--delivery", "nowhere.json"], "does not exist"),
        (["try", "rounds", "--since", "yesterday"], "--since: 'yesterday' is not a moment"),
        (["backfill", "rounds"], "--since is missing"),
        (["backfill", "rounds", "--since", "90d", "--chunk", "monthly"], "--chunk: 'monthly' is not a duration"),
        (["backfill", "roundz", "--since", "90d"], "did you mean rounds?"),
        (["check", "roundz"], "did you mean rounds?"),
    ],
)
def test_what_cannot_be_done_is_a_usage_error_with_its_cure(rounds, argv, words):
    code, out, err = rounds(*argv)
    assert (code, out, words in err) == (2, "", True), err


def test_a_backfill_gives_a_row_per_window_and_nothing_new_the_second_time(rounds):
    argv = ("backfill", "rounds", "--since", "2026-01-01", "--until", "2026-03-01", "--chunk", "31d")
    code, out, err = rounds(*argv)
    rows = _table(out)
    assert code == 0
    assert [(r["since"][:10], r["until"][:10], r["new"]) for r in rows] == [
        ("2026-01-01", "2026-02-01", "2"),
        ("2026-02-01", "2026-03-01", "2"),
    ]
    assert err.startswith("2 of 2 windows read, 4 new signals")
    told = json.loads(rounds(*argv, "--json")[1])
    assert (told["items"], told["again"]) == ([], None)
    assert [(window["since"][:10], window["until"][:10]) for window in told["before"]] == [
        ("2026-01-01", "2026-02-01"),
        ("2026-02-01", "2026-03-01"),
    ]
    told = json.loads(rounds(*argv, "--again", "--json")[1])
    assert [item["new"] for item in told["items"]] == [0, 0]


def test_a_backfill_that_was_refused_says_how_to_go_on(rounds, terminal):
    code, _, err = rounds("backfill", "strict", "--since", "2026-01-01", "--until", "2026-03-02")
    assert code == 4
    assert "go on with: capteur backfill strict --since 2026-01-01 --until 2026-03-02" in err
    streams = terminal()
    from capteur.cli import root

    assert root.run(["backfill", "rounds", "--since", "2026-01-01", "--until", "2026-03-02"]) == 0
    assert "✓ 2026-01-01 to 2026-01-31" in _plain(streams.out.getvalue())


def test_check_looks_at_one_sensor_and_asks_its_source_when_told(rounds):
    code, out, _ = rounds("check", "rounds", "--live")
    assert code == 0
    assert "rounds live" in [row["topic"] for row in _table(out)]
    assert rounds("check", "strict")[0] == 0
    assert rounds("check", "--live")[0] == 4
