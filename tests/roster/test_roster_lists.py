"""Lists of competitors, customers, partners and blocked companies: who is on them is vetoed, and set aside where nobody listed it."""

from __future__ import annotations

from datetime import timedelta

import pytest

LIST = "domain,name,standing\nacme.com,Acme,\nrival.com,Rival,\nbee.example,Bee,competitor\n"
LISTS = '[accounts]\ncompetitors = "competitors.csv"\ncustomers = "customers.csv"\nblocked = "blocked.txt"\ndiscover = ["told"]\n'


def write(project, name: str, text: str) -> None:
    (project.folder / name).write_text(text)


@pytest.fixture
def lists(stored_project):
    write(stored_project, "competitors.csv", "# whom we never call\nrival.com\nfoe.example\n")
    write(stored_project, "customers.csv", "Company name,Website\nAcme Inc,https://www.acme.com\nNew Gmail,gmail.com\n")
    write(stored_project, "blocked.txt", "spam.example\nnot a domain\n")


def standings(house) -> set[tuple[str, str, str | None]]:
    return {
        (s.account, s.kind.removeprefix("account."), s.summary)
        for s in house.signals(limit=100)
        if s.revoked_at is None
    }


def again(house, clock):
    clock.advance(timedelta(minutes=1))
    return house.import_accounts()


@pytest.mark.usefixtures("lists")
def test_the_lists_write_vetoes_and_set_aside_who_is_no_account(opened):
    house = opened(LIST, LISTS)
    assert standings(house) == {
        ("rival.com", "competitor", "on competitors.csv"),
        ("foe.example", "competitor", "on competitors.csv"),
        ("acme.com", "customer", "on customers.csv"),
        ("spam.example", "blocked", "on blocked.txt"),
        ("bee.example", "competitor", None),
    }
    assert house.explain("acme.com").row.estimate.status == "vetoed"
    assert [a.domain for a in house.accounts()] == ["acme.com", "bee.example", "rival.com"]
    assert [a.domain for a in house.accounts(("aside",))] == ["foe.example", "spam.example"]


@pytest.mark.usefixtures("lists")
def test_a_bad_line_is_told_with_its_number_and_the_others_kept(opened):
    report = opened(LIST, LISTS).import_accounts()
    told = {part.file: (part.companies, part.fresh, part.gone, part.bad) for part in report.lists}
    assert told == {
        "competitors.csv": (2, 0, 0, []),
        "customers.csv": (1, 0, 0, [(3, "gmail.com is a free-mail host: anybody has an address there")]),
        "blocked.txt": (1, 0, 0, [(2, "'not a domain' is not a domain")]),
    }


@pytest.mark.usefixtures("lists")
def test_who_is_set_aside_is_neither_discovered_nor_unmatched_later(opened, tell):
    """By its domain and by its name; others are discovered."""
    house = opened(LIST, LISTS)
    tell(("a", {"domain": "spam.example", "name": "Spam"}), ("b", {"domain": "fine.example", "name": "Fine"}))
    house.run()
    assert [a.domain for a in house.accounts(("discovered",))] == ["fine.example"]
    assert house.accounts(("unmatched",)) == []
    assert {s.account for s in house.signals(kind="funding.raised", limit=9)} == {"spam.example", "fine.example"}
    assert {row.account.domain for row in house.ranking(everyone=True).rows} == {"acme.com", "bee.example", "rival.com"}


def test_one_that_was_discovered_before_is_taken_out_of_sight(opened, tell, stored_project):
    house = opened(LIST, LISTS.replace("competitors", "partners"))
    tell(("a", {"domain": "spam.example"}), ("b", {"name": "Spam Works"}))
    house.run()
    write(stored_project, "blocked.txt", "domain,name\nspam.example,Spam Works\n")
    house.import_accounts()
    assert house.accounts(("discovered",)) == []
    assert [a.domain for a in house.accounts(("aside",))] == ["spam.example"]


@pytest.mark.usefixtures("lists")
def test_a_domain_taken_off_the_list_ends_the_veto(opened, stored_project, clock):
    house = opened(LIST, LISTS)
    write(stored_project, "competitors.csv", "# nobody any more\n")
    report = again(house, clock)
    assert [(part.word, part.companies, part.gone) for part in report.lists if part.gone] == [("competitor", 0, 2)]
    assert house.explain("rival.com").row.estimate.status != "vetoed"
    assert [a.domain for a in house.accounts(("aside",))] == ["spam.example"]
    write(stored_project, "competitors.csv", "rival.com\n")
    again(house, clock)
    assert house.explain("rival.com").row.estimate.status == "vetoed"


@pytest.mark.usefixtures("lists")
def test_the_column_and_the_list_speak_for_themselves(opened, stored_project, clock):
    """The veto ends when neither says it: an empty cell lifts what the column said, and never what a list says."""
    house = opened(LIST.replace("Rival,", "Rival,competitor"), LISTS)
    stored_project.accounts(LIST)
    report = again(house, clock)
    assert "rival.com: no longer competitor" not in report.notes, "the list still says so"
    assert house.explain("rival.com").row.estimate.status == "vetoed"
    write(stored_project, "competitors.csv", "foe.example\n")
    again(house, clock)
    assert house.explain("rival.com").row.estimate.status != "vetoed"
    assert house.explain("bee.example").row.estimate.status == "vetoed", "by the column"


@pytest.mark.usefixtures("lists")
def test_a_list_that_cannot_be_read_changes_nothing_and_is_told(opened, stored_project, clock):
    """A competitor whose file was lost for a day would be called."""
    house = opened(LIST, LISTS)
    before = standings(house)
    (stored_project.folder / "competitors.csv").unlink()
    write(stored_project, "blocked.txt", "")
    report = again(house, clock)
    assert standings(house) == before
    problems = {part.file: part.problem for part in report.lists if part.problem}
    assert problems["competitors.csv"].startswith("there is no ")
    assert problems["blocked.txt"].endswith("is empty")
    (finding,) = [f for f in house.check() if "competitors" in f.text]
    assert (finding.level, finding.topic) == ("error", "accounts")


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("text", ["domain,name\n", "domain,name\n,Rival\n,Foe\n", "gmail.com\n"])
def test_a_list_without_one_row_that_can_be_used_changes_nothing(opened, stored_project, clock, text):
    """An export that went wrong leaves its header behind; a list that is meant to be empty has comments."""
    house = opened(LIST, LISTS)
    before = standings(house)
    write(stored_project, "competitors.csv", text)
    report = again(house, clock)
    assert standings(house) == before
    (problem,) = [part.problem for part in report.lists if part.file == "competitors.csv"]
    assert "names no company" in problem


@pytest.mark.usefixtures("lists")
def test_nobody_is_taken_off_a_list_with_a_bad_row(opened, stored_project, clock):
    """The row that cannot be read may be the one that named him."""
    house = opened(LIST, LISTS)
    before = standings(house)
    write(stored_project, "competitors.csv", "foe.example\nrival com\nnew.example\n")
    (part,) = [part for part in again(house, clock).lists if part.file == "competitors.csv"]
    assert (part.companies, part.fresh, part.gone, part.kept) == (2, 1, 0, 1)
    assert standings(house) == before | {("new.example", "competitor", "on competitors.csv")}
    write(stored_project, "competitors.csv", "foe.example\nnew.example\n")
    (part,) = [part for part in again(house, clock).lists if part.file == "competitors.csv"]
    assert (part.gone, part.kept) == (1, 0)
    assert house.explain("rival.com").row.estimate.status != "vetoed"


@pytest.mark.usefixtures("lists")
def test_a_list_that_is_configured_no_more_is_lifted(opened, stored_project, clock):
    house = opened(LIST, LISTS)
    house.close()
    stored_project.configure("[sensors.told]\n")
    second = stored_project.open()
    report = again(second, clock)
    assert sorted((part.word, part.file, part.gone) for part in report.lists) == [
        ("blocked", None, 1),
        ("competitor", None, 2),
        ("customer", None, 1),
    ]
    assert standings(second) == {("bee.example", "competitor", None)}
    assert second.accounts(("aside",)) == []


@pytest.mark.usefixtures("lists")
def test_one_that_was_set_aside_can_be_put_on_the_list_and_stays_vetoed(opened):
    house = opened(LIST, LISTS)
    _, created = house.add_account("foe.example", "Foe")
    assert created
    assert house.explain("foe.example").row.estimate.status == "vetoed"
    assert [a.domain for a in house.accounts(("aside",))] == ["spam.example"]
