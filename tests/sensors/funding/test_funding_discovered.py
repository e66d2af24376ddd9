"""A day of the whole market: whom Form D names, what it says of them, and where they go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest

from capteur import AccountFact, Answer, Signal
from capteur.roster import index as roster_index
from capteur.sensing.intake import Intake
from capteur.store.ingest import commit
from capteur.store.shapes import Batch
from capteur_sensors.funding import Funding
from capteur_sensors.funding.indexes import Filing, read_index
from capteur_sensors.funding.notice import read_notice
from capteur_sensors.funding.telling import facts

DAY = date(2020, 3, 18)
MORNING = datetime(2020, 3, 19, 8, tzinfo=UTC)
DOCUMENT = (
    "<edgarSubmission><submissionType>{form}</submissionType><testOrLive>LIVE</testOrLive><primaryIssuer><cik>{cik}</cik>"
    "<entityName>{name}</entityName><issuerAddress><stateOrCountry>CA</stateOrCountry></issuerAddress></primaryIssuer><offeringData>"
    "<industryGroup><industryGroupType>Other Technology</industryGroupType></industryGroup><offeringSalesAmounts><totalAmountSold>2500000"
    "</totalAmountSold></offeringSalesAmounts></offeringData></edgarSubmission>"
)


@pytest.mark.parametrize(
    ("state", "told", "expected"),
    [
        ("CA", "CALIFORNIA", {"sec.country": "US", "sec.state": "CA"}),
        ("pr", "", {"sec.country": "US", "sec.state": "PR"}),
        ("X0", "UNITED KINGDOM", {"sec.country": "United Kingdom"}),
        ("A6", "ONTARIO, CANADA", {"sec.country": "Ontario, Canada"}),
        ("XX", "Unknown", {}),
        ("", "", {}),
    ],
)
def test_an_issuer_has_a_country_and_in_the_us_a_state(state, told, expected):
    place = f"<stateOrCountry>{state}</stateOrCountry><stateOrCountryDescription>{told}</stateOrCountryDescription>"
    text = DOCUMENT.format(form="D", cik=7, name="Acme").replace("<stateOrCountry>CA</stateOrCountry>", place)
    notice = read_notice(Answer(200, "https://x.example/", {}, text.encode()))
    found = list(facts(Filing("D", "7", "0000000007-20-000001", DAY), notice))
    assert {fact.name: fact.value for fact in found} == {"sec.industry": "Other Technology", **expected}
    assert {(fact.account.ids["cik"], fact.as_of) for fact in found} == {("7", DAY)}


def test_what_a_captured_notice_says_of_its_issuer(shared_data):
    notice = read_notice(
        Answer(200, "https://x.example/", {}, (shared_data / "edgar/formd/D_1685REIT.xml").read_bytes())
    )
    found = {fact.name: fact.value for fact in facts(Filing("D", "1", "0000000001-20-000001", DAY), notice)}
    assert found == {"sec.industry": notice.industry, "sec.country": "US", "sec.state": notice.address["state"]}


def test_a_fund_and_a_round_that_is_too_small_say_nothing_of_anybody(run, sec, bench):
    sec.list(date(2026, 11, 19), 7, 8, 9)
    sec.file(7)
    sec.file(8, group="Pooled Investment Fund")
    sec.file(9, sold=1000)
    things = list(bench.start(Funding(min_amount=10_000), since=bench.now - timedelta(days=2)))
    assert {str(t.account.ids["cik"]) for t in things if isinstance(t, AccountFact)} == {"7"}
    assert [t.key for t in things if isinstance(t, Signal)] == ["sec:0000000007-26-000001"]


@pytest.fixture
def a_day(shared_data, bench, sec):
    """What the sensor tells of a captured index with its 176 notices, each with a document of its own."""
    content = (shared_data / "edgar/index/form.20200318.idx").read_bytes()
    listed = read_index(Answer(200, sec.day(DAY), {}, content))
    filings = {line: filing for line in listed.lines if (filing := listed.filing(line)) is not None}
    sec.world.put(sec.day(DAY), content)
    sec.current()
    for line, filing in filings.items():
        document = DOCUMENT.format(form=filing.form, cik=filing.cik, name=escape(line[12:74].strip()))
        sec.world.put(f"{filing.folder}/primary_doc.xml", document)
    bench.now = MORNING
    return list(bench.start(Funding(), since=MORNING - timedelta(days=1)))


@pytest.fixture
def house(project, clock):
    """A list with a company of that day, one whose name is like another's, and one that is nobody's."""
    clock.advance(MORNING - clock.now())
    project.configure("")
    project.accounts("domain,name\nacretrader.com,AcreTrader\nblacksheep.example,Black Sheep\nquiet.example,Quiet\n")
    house = project.open()
    house.import_accounts()
    return house


def take(house, things, *, discover: bool) -> None:
    """What core does with what a sensor yields, in one transaction."""
    intake = Intake(
        kinds={kind: house.kinds[kind] for kind in ("funding.raised",)},
        now=house.clock.now(), index=house.store.read(roster_index), discover=discover,
    )  # fmt: skip
    for thing in things:
        taken = intake.check(thing, lambda: "here")
        if taken is not None:
            intake.take(taken)
    assert intake.bad == 0
    got = intake.drain()
    batch = Batch("funding", "funding", signals=tuple(got.signals), facts=tuple(got.facts))
    house.store.write(lambda conn: commit(conn, batch, house.now())).result()
    house.refresh()


def test_a_day_of_the_market_is_ranked_apart_from_the_list(house, a_day):
    """The listed company has its filing; the others are no part of the list, of its totals or of its line."""
    take(house, a_day, discover=True)
    signals = sum(isinstance(thing, Signal) for thing in a_day)
    assert signals > 80
    ranking, apart = house.ranking(everyone=True), house.discovered()
    assert [(row.account.label, row.rank) for row in ranking.rows] == [
        ("acretrader.com", 1), ("blacksheep.example", None), ("quiet.example", None),
    ]  # fmt: skip
    assert (ranking.total, ranking.discovered) == (3, apart.total)
    assert apart.total > 80
    assert ranking.best == apart.found[0].row.estimate.intent
    assert {found.sources for found in apart.found} == {("funding",)}
    assert house.discovered(where={"industry": "technology", "country": "us"}).matching == apart.total
    assert house.discovered(where=["country=FR"]).found == []
    assert [(w.account.name, w.candidates[0][0].domain) for w in house.unmatched()] == [
        ("Black Sheep Foods Inc.", "blacksheep.example")
    ], "the one that may be an account of the list waits for a person as well"
    house.link("Black Sheep Foods Inc.", "blacksheep.example")
    house.unlink("Black Sheep Foods Inc.")
    assert house.unmatched() == [], "he has decided"


def test_a_day_of_the_market_does_not_fill_the_queue_for_review(house, a_day):
    """Without `discover` they wait unseen, but for the one that a listed company may be."""
    take(house, a_day, discover=False)
    waiting = house.unmatched()
    assert len(waiting) > 80
    assert [w.account.name for w in waiting if w.candidates] == ["Black Sheep Foods Inc."]
    assert house.ranking().discovered == 0
    assert house.discovered().total == 0


def test_what_nobody_matched_goes_after_half_a_year(house, a_day, clock):
    take(house, a_day, discover=False)
    house.keep()
    for _ in range(5):
        clock.advance(timedelta(days=40))
        house.keep()
    assert [w.account.name for w in house.unmatched()] == ["Black Sheep Foods Inc."]
