"""Discovered companies through the house: found, ranked apart, adopted into the list, watched by nobody but feeds, and purged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock, micros
from capteur.errors import InputError, UsageError
from capteur.keeping import Kept

MARKET = '''
class Market(FeedSensor):
    """Whoever raised money, as a register names them."""

    name = "market"
    kinds = ("funding.raised", "visit.page")

    def detect(self, ctx):
        from datetime import timedelta
        for number, name, days in ((7, "People Center, Inc.", 2), (8, "Zeta Corp", 9), (9, "Twin LLC", 3), (10, "Twin LLC", 4)):
            ref = AccountRef(name=name, ids={"cik": str(number)})
            yield Signal(kind="funding.raised", account=ref, key=f"f{number}", occurred_at=ctx.now - timedelta(days=days), summary="raised $5M")
            yield AccountFact(ref, "sec.industry", "Other Technology" if number < 9 else "Retailing", ctx.now)
        yield Signal(kind="funding.raised", account="bar.io", key="f-bar", occurred_at=ctx.now - timedelta(days=1))
        yield Signal(kind="visit.page", account=AccountRef(ids={"cookie": "x1"}), key="v1", occurred_at=ctx.now)
'''
EACH = '''
class Each(AccountSensor):
    """Asks for each account."""

    name = "each"
    kinds = ("hiring.opened",)

    def detect(self, ctx, account):
        yield Signal(kind="hiring.opened", account=account.domain, key=f"{account.domain}:1", occurred_at=ctx.now)
'''
TOML = """
[accounts]
discover = ["market"]
keep_discovered = "90d"
[sensors.market]
[sensors.each]
"""


@pytest.fixture
def house(stored_project: Any) -> House:
    stored_project.plugin("market", MARKET)
    stored_project.plugin("each", EACH)
    stored_project.configure(TOML)
    stored_project.accounts("domain,name\nacme.com,Acme\nquiet.com,Quiet\n")
    house: House = stored_project.open()
    house.import_accounts()
    house.run()
    return house


def labels(house: House, state: str) -> list[str]:
    return sorted(account.label for account in house.accounts((state,)))


def test_whoever_has_a_name_or_a_domain_is_discovered_and_an_id_alone_waits(house: House) -> None:
    assert labels(house, "discovered") == ["bar.io", "cik:10", "cik:7", "cik:8", "cik:9"]
    assert labels(house, "unmatched") == ["cookie:x1"]
    assert labels(house, "listed") == ["acme.com", "quiet.com"]


def test_they_are_listed_by_intent_with_reason_source_and_how_to_adopt_them(house: House) -> None:
    found = house.discovered()
    assert [(one.row.rank, one.row.account.label) for one in found.found] == [
        (1, "bar.io"), (2, "cik:7"), (3, "cik:9"), (4, "cik:10"), (5, "cik:8"),
    ]  # fmt: skip
    second = found.found[1]
    assert (second.row.why, second.sources, second.adoption) == (
        "raised $5M 2 days ago",
        ("market",),
        "capteur accounts add DOMAIN --as cik:7",
    )
    assert found.found[0].adoption == "capteur accounts add bar.io"
    assert second.row.estimate.low < second.row.estimate.intent < second.row.estimate.high
    ranking = house.ranking(everyone=True)
    assert {row.account.label for row in ranking.rows} == {"acme.com", "quiet.com"}
    assert (ranking.total, ranking.discovered, ranking.best) == (2, 5, found.found[0].row.estimate.intent)


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        ({"limit": 2}, ["bar.io", "cik:7"]),
        ({"where": ["industry=technology"]}, ["cik:7", "cik:8"]),
        ({"where": {"sec.industry": "RETAILING"}}, ["cik:9", "cik:10"]),
        ({"where": ["industry=techno"]}, []),
        ({"where": ["industry=technology", "sec.industry=retailing"]}, []),
        ({"minimum": 3.035}, ["bar.io", "cik:7", "cik:9"]),
        ({"days": 3}, ["bar.io", "cik:7", "cik:9"]),
    ],
    ids=str,
)
def test_they_can_be_narrowed(house: House, clock: ManualClock, ask: dict[str, Any], expected: list[str]) -> None:
    """By facts word by word, by intent, and by when something last happened."""
    words = {"since": clock.now() - timedelta(days=ask["days"])} if "days" in ask else ask
    assert [one.row.account.label for one in house.discovered(**words).found] == expected


def test_a_condition_nobody_can_meet_is_answered_with_those_there_are(house: House) -> None:
    with pytest.raises(UsageError, match=r"did you mean 'sec\.industry'") as caught:
        house.discovered(where=["sec.industri=x"])
    assert caught.value.fix == "--where takes one of: sec.industry"
    for pair in ("industry", "=x", "industry=", "industry=-"):
        with pytest.raises(UsageError, match="is not NAME=VALUE"):
            house.discovered(where=[pair])


def test_a_sensor_of_accounts_never_looks_at_them(house: House) -> None:
    """Nor can it be told to where nobody knows a domain."""
    assert {row.account for row in house.signals(kind="hiring.opened")} == {"acme.com", "quiet.com"}
    with pytest.raises(UsageError, match="has no domain") as caught:
        house.run(["each"], accounts=["cik:7"])
    assert caught.value.fix == "capteur accounts add DOMAIN --as cik:7"


def test_nobody_watches_them_but_the_feed_that_could_name_them(house: House) -> None:
    row = house.explain("cik:7").row
    assert (row.rank, row.estimate.status, row.coverage) == (None, "scored", {"market": "ok", "each": "missing"})


def test_what_moves_outside_the_list_is_not_told(house: House, stored_project: Any) -> None:
    stored_project.clock.advance(timedelta(days=1))
    stored_project.plugin("market", MARKET.replace("f{number}", "g{number}").replace("f-bar", "g-bar"))
    second: House = stored_project.open()
    assert (second.run(["market"]).moved, second.discovered().total) == ([], 5)


def test_adopted_by_its_id_it_is_on_the_list_with_its_signals(house: House, stored_project: Any) -> None:
    """The same account under a domain: its number is the same, and what its source tells next comes to it."""
    before = house.explain("cik:7").row
    account, created = house.add_account("https://www.rippling.com/", known_as="cik:7")
    assert (account.label, account.name, account.id, created) == (
        "rippling.com", "People Center, Inc.", before.account.id, True,
    )  # fmt: skip
    assert house.explain("rippling.com").row.estimate.intent == before.estimate.intent
    assert "cik:7" not in labels(house, "discovered")
    assert house.add_account("rippling.com", known_as="cik:7") == (account, False), "said twice, done once"
    stored_project.clock.advance(timedelta(days=1))
    stored_project.plugin("market", MARKET.replace("f{number}", "g{number}"))
    second: House = stored_project.open()
    second.run()
    assert sorted(s.key for s in second.signals("rippling.com")) == ["f7", "g7", "rippling.com:1"]
    assert second.ranking().discovered == 4


@pytest.mark.parametrize("what", ["People Center, Inc.", "people center, inc.", " cik:7 "])
def test_what_a_source_calls_it_may_be_typed_as_it_reads(house: House, what: str) -> None:
    assert house.add_account("rippling.com", "Rippling", known_as=what)[0].name == "Rippling"
    assert [s.account for s in house.signals("People Center")] == ["rippling.com"]


def test_an_account_that_is_there_takes_it_over_until_that_is_undone(house: House, clock: ManualClock) -> None:
    """A merge: its signals are known there from that moment on, as for every link."""
    listed = house.accounts()
    now = clock.advance(timedelta(days=1)) or micros(clock.now())
    account, _ = house.add_account("acme.com", known_as="cik:7")
    assert (account.id, account.name) == (listed[0].id, "Acme")
    assert {s.key: s.known_at for s in house.signals("acme.com")}["f7"] == now
    assert len(house.accounts()) == len(listed)
    freed = house.unlink("cik:7")
    assert (freed.label, freed.state) == ("cik:7", "discovered")
    assert [s.key for s in house.signals("cik:7")] == ["f7"]
    house.add_account("other.com", "People Center")
    assert labels(house, "discovered").count("cik:7") == 0, "another account of its very name is a new word on it"


def test_one_with_a_domain_is_adopted_by_that_domain(house: House) -> None:
    before = house.discovered().found[0].row.account
    account, created = house.add_account("bar.io")
    assert (account.id, account.state, created) == (before.id, "listed", True)
    assert house.add_account("bar.io") == (account, False)


def test_a_company_that_waits_is_adopted_too(house: House) -> None:
    account, _ = house.add_account("visitor.com", known_as="cookie:x1")
    assert [s.key for s in house.signals("visitor.com")] == ["v1"]
    assert account.name == "cookie:x1"


@pytest.mark.parametrize(
    ("domain", "what", "told", "fix"),
    [
        ("twin.com", "Twin LLC", "2 companies are called 'Twin LLC'", "say which: --as cik:10 or --as cik:9"),
        ("new.com", "Nobody At All", "no account answers to 'Nobody At All'", ""),
        ("new.com", "acme.com", "'acme.com' is acme.com on your list already", ""),
        ("gmail.com", "cik:7", "gmail.com", ""),
    ],
)
def test_what_cannot_be_adopted_is_refused(house: House, domain: str, what: str, told: str, fix: str) -> None:
    before = house.accounts(("listed", "discovered", "unmatched"))
    with pytest.raises(InputError) as caught:
        house.add_account(domain, known_as=what)
    assert told in caught.value.what
    assert fix in caught.value.fix
    assert house.accounts(("listed", "discovered", "unmatched")) == before


def test_an_import_adopts_whom_it_names_by_id_domain_or_name(house: House, stored_project: Any) -> None:
    """Two companies of one name stay as they are: the import cannot know which of them is meant."""
    stored_project.accounts(
        "domain,name,id:cik\nrippling.com,Rippling,0000000007\nzeta.example,Zeta,\nbar.io,Bar,\ntwin.com,Twin,\n"
    )
    report = house.import_accounts()
    assert (report.bad, report.matched) == ([], 2)
    assert labels(house, "discovered") == ["cik:10", "cik:9"]
    found = {label: [s.key for s in house.signals(label)] for label in ("rippling.com", "zeta.example", "bar.io")}
    assert found == {"rippling.com": ["f7"], "zeta.example": ["f8"], "bar.io": ["f-bar"]}
    assert house.import_accounts().matched == 0
    house.unlink("cik:7")
    assert house.import_accounts().matched == 0, "what a person has undone is not done again"


def test_forgotten_it_leaves_nothing(house: House) -> None:
    report = house.forget("cik:7")
    assert (report.account, report.signals) == ("cik:7", 1)
    assert "cik:7" not in labels(house, "discovered")


def test_those_nobody_adopts_and_nothing_is_heard_of_go(house: House, stored_project: Any) -> None:
    """An adopted one stays, however old; so does what is on the list."""
    house.add_account("rippling.com", known_as="cik:7")
    stored_project.plugin("market", MARKET.replace("        for ", "        return\n        for "))
    second: House = stored_project.open()
    second.run()
    removed = 0
    for _ in range(5):
        stored_project.clock.advance(timedelta(days=20))
        kept = second.run().kept
        removed += kept.discovered if kept is not None else 0
    assert (removed, labels(second, "discovered")) == (4, [])
    assert labels(second, "listed") == ["acme.com", "quiet.com", "rippling.com"]
    assert str(Kept(discovered=removed)) == "4 discovered companies of old"


def test_a_feed_of_some_companies_watches_the_discovered_ones_it_names_and_counts_the_listed(
    stored_project: Any,
) -> None:
    code = MARKET.replace(
        "    def detect", '    def covers(self):\n        return {"bar.io", "acme.com"}\n\n    def detect'
    )
    stored_project.plugin("market", code)
    stored_project.configure('[accounts]\ndiscover = ["market"]\n[sensors.market]')
    stored_project.accounts("domain,name\nacme.com,Acme\nquiet.com,Quiet\n")
    house: House = stored_project.open()
    house.import_accounts()
    house.run()
    assert [house.explain(label).row.coverage["market"] for label in ("bar.io", "cik:7", "quiet.com")] == [
        "ok", "missing", "missing",
    ]  # fmt: skip
    assert [(part.watched, part.accounts) for part in house.ranking().coverage] == [(1, 2)]
