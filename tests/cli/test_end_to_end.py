"""The commands over a real project in a folder: real settings, real store, the csv sensor, a plugin that breaks."""

from __future__ import annotations

import csv
import io
import json

import pytest

from capteur.cli import root


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_an_import_reports_the_bad_row_by_line_and_keeps_the_good_ones(capteur):
    code, out, err = capteur("accounts", "import")
    assert code == 0
    assert [row["line"] for row in _table(out)] == ["6"]
    assert err == "accounts.csv: 4 accounts added, 1 left out\n"
    assert capteur("accounts", "import")[2] == "accounts.csv: 0 accounts added, 4 unchanged, 1 left out\n"


def test_an_import_in_json_says_how_the_columns_were_read(capteur):
    told = json.loads(capteur("accounts", "import", "--json")[1])
    assert told["added"] == 4
    assert told["columns"]["domain"] == "domain"
    assert told["standing"] == {"competitor": 1}
    assert told["items"][0]["line"] == 6


def test_a_run_gives_a_line_per_instance_and_says_what_moved(capteur):
    capteur("accounts", "import")
    code, out, err = capteur("run")
    assert code == 0
    (row,) = _table(out)
    assert (row["instance"], row["status"], row["new"], row["unmatched"]) == ("history", "ok", "6", "1")
    assert err.startswith("6 new signals in ")
    assert "moved: acme.com - -> " in err
    (again,) = _table(capteur("run")[1])
    assert again["new"] == "0"


def test_the_list_is_ranked_with_reasons_and_a_line(ready):
    code, out, err = ready("rank")
    assert code == 0
    rows = _table(out)
    assert [(r["rank"], r["account"], r["fits"]) for r in rows] == [("1", "acme.com", "yes"), ("2", "globex.com", "no")]
    assert rows[0]["name"] == "Acme [/bad] Ltd"
    assert rows[0]["owner"] == "Léa Martin"
    assert rows[0]["why_now"] == "raised $12M 9 days ago, hires a RevOps Manager"
    assert "1 vetoed" in err


def test_a_spreadsheet_gets_no_formula_from_a_summary(ready):
    code, out, _ = ready("signals", "globex.com", "--json")
    assert code == 0
    assert "=cmd()" in out
    listed = ready("rank", "--csv")[1]
    rows = list(csv.DictReader(io.StringIO(listed)))
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "@", "\t"))]


def test_filters_orders_and_tops_select_rows(ready):
    assert [r["account"] for r in _table(ready("rank", "--owner", "tom becker")[1])] == ["globex.com"]
    assert [r["account"] for r in _table(ready("rank", "--top", "1")[1])] == ["acme.com"]
    assert _table(ready("rank", "--min", "9.9")[1]) == []
    assert [r["account"] for r in _table(ready("rank", "--sort", "newest")[1])] == ["globex.com", "acme.com"]
    every = _table(ready("rank", "--all")[1])
    assert {r["account"]: r["status"] for r in every}["rival.com"] == "vetoed"


def test_the_explanation_adds_up_as_printed(ready):
    code, out, err = ready("explain", "Acme [/bad] Ltd")
    assert code == 0
    shown = round(sum(float(row["points"]) for row in _table(out)), 1)
    assert f"acme.com: intent {shown}, scored" in err
    item = json.loads(ready("explain", "acme.com", "--json")[1])["items"][0]
    assert sum(part["intent"] for part in item["contributions"]) == pytest.approx(item["intent"], abs=1e-12)


def test_the_past_is_asked_for_with_as_of(ready):
    assert _table(ready("rank", "--as-of", "30d")[1]) == []
    now = _table(ready("rank")[1])[0]["intent"]
    then = _table(ready("--as-of", "6d", "rank")[1])
    assert then[0]["account"] == "acme.com"
    assert then[0]["intent"] != now


def test_an_unknown_account_is_answered_with_the_nearest(ready):
    code, out, err = ready("explain", "acmee.com")
    assert (code, out) == (2, "")
    assert err == "error: no account answers to 'acmee.com'\n  fix: did you mean acme.com?\n"


def test_signals_come_as_lines_of_json(ready):
    code, out, _ = ready("signals", "acme.com", "--jsonl")
    items = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [item["kind"] for item in items] == ["hiring.opened", "funding.raised"]
    assert len(_table(ready("signals", "--kind", "hiring.opened")[1])) == 3
    assert len(_table(ready("signals", "--since", "3d", "--kind", "hiring.other")[1])) == 1
    assert len(_table(ready("signals", "--limit", "2")[1])) == 2


def test_an_unknown_company_waits_is_linked_and_freed(ready):
    (row,) = _table(ready("accounts", "unmatched", "--all")[1])
    assert row["name"] == "Unknown Widgets"
    code, _, err = ready("accounts", "link", row["company"], "quiet.com")
    assert (code, err.startswith(f"{row['company']} is Quiet (quiet.com) from now on; undo it with:")) == (0, True)
    assert "quiet.com" in [r["account"] for r in _table(ready("rank")[1])]
    assert ready("accounts", "unlink", row["company"])[0] == 0
    assert "quiet.com" not in [r["account"] for r in _table(ready("rank")[1])]


def test_forgetting_asks_first_and_leaves_nothing(ready):
    assert ready("accounts", "forget", "acme.com")[0] == 2
    code, _, err = ready("accounts", "forget", "acme.com", "--yes")
    assert code == 0
    assert err.startswith("forgot acme.com: 2 signals, ")
    assert "acme.com" not in ready("accounts", "list")[1]


def test_adding_keeps_the_good_domains_and_tells_the_bad_ones(ready):
    code, out, err = ready("accounts", "add", "initech.com", "gmail.com", "acme.com")
    assert (code, out) == (2, "")
    assert "added initech.com\n" in err
    assert "acme.com is on the list already\n" in err
    assert "error: gmail.com is a free-mail host" in err
    assert ready("accounts", "add", "hooli.com", "--name", "Hooli")[2] == "added hooli.com\n"
    assert "Hooli" in ready("accounts", "list")[1]


def test_sensors_are_listed_and_shown(ready):
    rows = {row["name"]: row for row in _table(ready("sensors", "list")[1])}
    assert rows["history"]["use"] == "csv"
    assert rows["hiring"]["state"] == "not used"
    shown = json.loads(ready("sensors", "show", "history", "--json")[1])["items"]
    assert {option["name"] for option in shown[0]["options"]} >= {"path", "columns"}
    code, _, err = ready("sensors", "show", "histroy")
    assert (code, err) == (
        2,
        "error: there is no sensor 'histroy'\n  fix: did you mean capteur sensors show history?\n",
    )


def test_a_typo_in_an_instance_is_answered_with_the_nearest(ready):
    code, out, err = ready("run", "histry")
    assert (code, out) == (2, "")
    assert err == "error: no sensor instance is called 'histry'\n  fix: did you mean history?\n"


def test_resuming_what_runs_says_so(ready):
    assert ready("resume", "history")[::2] == (0, "history was neither parked nor paused\n")


def test_the_schema_is_upgraded_or_already_new(ready):
    code, out, _ = ready("db", "upgrade", "--json")
    (item,) = json.loads(out)["items"]
    assert (code, item["schema_before"] == item["schema"], item["backup"]) == (0, True, None)


def test_shared_options_work_before_and_after_the_command(project, capteur, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    config = str((project / "capteur.toml").rename(elsewhere / "capteur.toml"))
    (project / "accounts.csv").rename(elsewhere / "accounts.csv")
    assert capteur("rank")[0] == 2
    assert json.loads(capteur("--json", "--config", config, "accounts", "list")[1])["items"] == []
    assert json.loads(capteur("accounts", "list", "--config", config, "--json")[1])["items"] == []
    assert json.loads(capteur("accounts", "--json", "list", "--config", config)[1])["items"] == []
    other = elsewhere / "other.db"
    capteur("--config", config, "--db", str(other), "accounts", "import")
    assert other.exists()
    assert json.loads(capteur("accounts", "list", "--config", config, "--json")[1])["items"] == []
    assert (
        len(
            json.loads(capteur("accounts", "list", "--config", config, "--db", f"sqlite:///{other}", "--json")[1])[
                "items"
            ]
        )
        == 4
    )


def test_every_command_on_a_terminal_stays_within_it(ready, terminal, project):
    streams = terminal()
    for argv in (
        ["rank", "--all"], ["explain", "acme.com"], ["signals"], ["run"], ["status"], ["check"], ["sensors", "list"], ["sensors", "show", "history"],
        ["plugins"], ["accounts", "list"], ["accounts", "unmatched", "--all"], ["accounts", "import"],
    ):  # fmt: skip
        assert root.run([*argv, "--color", "never"]) == 0, streams.err.getvalue()
    shown = streams.out.getvalue()
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "Acme [/bad] Ltd" in shown
    assert "\t" not in shown
