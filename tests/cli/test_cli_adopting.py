"""From a company nobody listed to an account, as a person types it."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def found(project, ready, capteur):
    """The project's history may discover; `Unknown Widgets` is on nobody's list."""
    toml = project / "capteur.toml"
    toml.write_text(toml.read_text().replace("[team]", '[accounts]\ndiscover = ["history"]\n[team]'))
    with (project / "signals.csv").open("a") as stream:
        stream.write(",Unknown Widgets,hiring.opened,2026-01-05,RevOps,\n")
    capteur("run")
    return capteur


def test_a_discovered_company_is_shown_adopted_and_ranked(found):
    code, out, err = found("accounts", "discovered", "--json")
    told = json.loads(out)
    assert (code, told["total"], told["discover"]) == (0, 1, ["history"])
    [item] = told["items"]
    assert (item["name"], item["account"], item["sources"]) == ("Unknown Widgets", "name:unknown widgets", ["csv"])
    assert item["add"] == "capteur accounts add DOMAIN --as 'name:unknown widgets'"
    assert "1 discovered account, ranked apart, the best at" in found("rank")[2]
    assert "Widgets" not in found("rank", "--all")[1]
    code, out, err = found("accounts", "add", "widgets.example", "--as", "Unknown Widgets")
    assert (code, out) == (0, "")
    assert err == "added widgets.example, known as Unknown Widgets\n"
    assert "widgets.example" in found("rank")[1]
    assert "discovered" not in found("rank")[2]
    again = found("accounts", "add", "widgets.example", "--as", "Unknown Widgets")
    assert (again[0], again[2]) == (0, "widgets.example is on the list already\n")


def test_as_joins_a_company_to_an_account_that_is_there_and_unlink_undoes_it(found):
    def signals() -> int:
        return len(json.loads(found("signals", "acme.com", "--json")[1])["items"])

    before = signals()
    assert found("accounts", "add", "acme.com", "--as", "unknown widgets")[0] == 0
    assert (signals(), json.loads(found("accounts", "discovered", "--json")[1])["total"]) == (before + 2, 0)
    assert found("accounts", "unlink", "name:unknown widgets")[0] == 0
    assert (signals(), json.loads(found("accounts", "discovered", "--json")[1])["total"]) == (before, 1)


def test_conditions_narrow_and_wrong_ones_are_refused(found):
    assert json.loads(found("accounts", "discovered", "--since", "1d", "--json")[1])["items"] == []
    assert json.loads(found("accounts", "discovered", "--min", "9", "--json")[1])["items"] == []
    code, _, err = found("accounts", "discovered", "--where", "country=US")
    assert (code, "leave --where out" in err) == (2, True)
    assert found("accounts", "discovered", "--where", "country")[0] == 2
    assert found("accounts", "discovered", "--as-of", "2026-11-01")[0] == 2


def test_where_nobody_may_discover_it_says_how(ready):
    code, out, err = ready("accounts", "discovered")
    assert (code, out.splitlines()) == (0, [out.strip()])
    assert 'capteur.toml, [accounts] discover = ["funding"]' in err


def test_as_goes_with_one_domain(ready):
    code, _, err = ready("accounts", "add", "a.com", "b.com", "--as", "People Center, Inc.")
    assert (code, err) == (
        2,
        "error: --as goes with one domain\n  fix: capteur accounts add a.com --as 'People Center, Inc.'\n",
    )
