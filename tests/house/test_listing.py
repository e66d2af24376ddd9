"""The list and the explanation: the same numbers, from state and from history, now and then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock, micros
from capteur.errors import InputError, UsageError
from capteur.ranking import item

SENSOR = '''
class Feed(FeedSensor):
    """A feed."""

    name = "feed"
    kinds = ("funding.raised", "hiring.opened", "press.mention", "ask.contact", "company.layoffs")
    upto: int = 99

    def detect(self, ctx):
        from datetime import timedelta
        rows = [("acme.com", "funding.raised", "f1", 9), ("acme.com", "hiring.opened", "h1", 2), ("acme.com", "press.mention", "p1", 1),
                ("globex.com", "hiring.opened", "h2", 1), ("initech.com", "press.mention", "p2", 1), ("rival.com", "funding.raised", "f2", 3),
                ("hooli.com", "ask.contact", "a1", 4), ("umbrella.com", "funding.raised", "f3", 4), ("umbrella.com", "company.layoffs", "l1", 2)]
        for domain, kind, key, days in rows[:self.upto]:
            yield Signal(kind=kind, account=domain, key=key, occurred_at=ctx.now - timedelta(days=days), summary="Series A, $12M" if kind == "funding.raised" else None, evidence_url="https://x.example/" + key,
                         data={"statement": "call us"} if kind == "ask.contact" else None)
'''
ACCOUNTS = """domain,name,standing,owner
acme.com,Acme,,Léa
globex.com,Globex,,Tom
initech.com,Initech,,
rival.com,Rival,competitor,
hooli.com,Hooli,,Léa
umbrella.com,Umbrella,,
quiet.com,Quiet,,
"""


@pytest.fixture
def house(project: Any) -> House:
    project.plugin("feed", SENSOR)
    project.configure("[team]\ncapacity = 2\n[sensors.feed]")
    project.accounts(ACCOUNTS)
    house: House = project.open()
    house.import_accounts()
    house.run()
    return house


def test_the_list_is_ordered_by_intent_and_says_where_capacity_ends(house: House) -> None:
    ranking = house.ranking()
    assert [(row.rank, row.account.domain) for row in ranking.rows] == [
        (1, "hooli.com"),
        (2, "acme.com"),
        (3, "globex.com"),
        (4, "umbrella.com"),
    ]
    assert (ranking.above, ranking.total) == (2, 7)
    assert ranking.line == ranking.rows[1].estimate.intent
    assert ranking.statuses == {
        "scored": 3,
        "declared": 1,
        "vetoed": 1,
        "no_signal": 1,
        "no_evidence": 1,
        "not_watched": 0,
    }


def test_the_list_and_the_explanation_show_one_number(house: House) -> None:
    for row in house.ranking(everyone=True).rows:
        told = house.explain(row.account.label).row
        assert told.estimate.status == row.estimate.status
        assert told.estimate.intent == pytest.approx(row.estimate.intent, abs=1e-9)


def test_lines_add_up_to_the_number_unrounded_and_as_shown(house: House) -> None:
    for row in house.ranking(details=True).rows:
        assert sum(line.intent for line in row.lines) == pytest.approx(row.estimate.intent, abs=1e-12)
        assert round(sum(line.shown for line in row.lines), 6) == round(row.estimate.intent or 0, 1)


def test_a_replay_of_now_equals_running_state(house: House, clock: ManualClock) -> None:
    now, then = house.ranking(), house.ranking(as_of=clock.now())
    assert [(r.account.id, r.rank) for r in now.rows] == [(r.account.id, r.rank) for r in then.rows]
    assert [r.estimate.intent for r in then.rows] == pytest.approx([r.estimate.intent for r in now.rows], abs=1e-9)


def test_before_anything_was_known_nothing_is_ranked(house: House, clock: ManualClock) -> None:
    past = house.ranking(as_of=clock.now() - timedelta(days=1))
    assert (past.rows, past.line, past.statuses["not_watched"]) == ([], None, 7)


def test_the_change_is_a_dash_until_it_was_watched_a_week_ago(house: House, clock: ManualClock) -> None:
    assert house.ranking().rows[0].change is None
    clock.advance(timedelta(days=7, hours=1))
    house.run()
    first = next(r for r in house.ranking().rows if r.account.domain == "acme.com")
    assert first.change is not None
    assert first.change < 0, "nothing new for a week: it fades"


def test_a_damp_is_a_negative_line_and_a_veto_takes_everything(house: House) -> None:
    umbrella = house.explain("umbrella.com")
    assert [line.kind for line in umbrella.row.lines if line.intent < 0] == ["company.layoffs"]
    rival = house.explain("rival.com")
    assert (rival.row.estimate.status, rival.row.estimate.intent, [v.kind for v in rival.vetoes]) == (
        "vetoed",
        0.0,
        ["account.competitor"],
    )


def test_neutral_signals_are_counted_beside_the_number(house: House) -> None:
    assert house.explain("acme.com").neutral == {"press.mention": 1}
    assert house.explain("initech.com").row.estimate.status == "no_evidence"


def test_the_forecast_without_news_falls(house: House) -> None:
    forecast = house.explain("globex.com").forecast
    values = [value for _, value in forecast]
    assert len(values) == 8
    assert values == sorted(values, reverse=True)
    assert values[0] < (house.explain("globex.com").row.estimate.intent or 0)


def test_watched_and_silent_is_not_the_same_as_not_watched(house: House, clock: ManualClock) -> None:
    assert house.explain("quiet.com").row.estimate.status == "no_signal"
    clock.advance(timedelta(hours=19))  # more than three intervals of 6 h
    assert house.explain("quiet.com").row.estimate.status == "not_watched"
    assert house.ranking().coverage[0].state == "late"


@pytest.mark.parametrize(
    ("ask", "domains"),
    [
        ({"top": 1}, ["hooli.com"]),
        ({"owner": "léa"}, ["hooli.com", "acme.com"]),
        ({"minimum": 2.4}, ["hooli.com", "acme.com", "globex.com"]),
        ({"sort": "newest"}, ["acme.com", "globex.com", "umbrella.com", "hooli.com"]),
    ],
)
def test_the_list_can_be_narrowed(house: House, ask: dict[str, Any], domains: list[str]) -> None:
    assert [row.account.domain for row in house.ranking(**ask).rows] == domains


def test_an_unknown_order_or_model_is_refused_with_the_choices(house: House) -> None:
    with pytest.raises(UsageError, match="cannot sort by"):
        house.ranking(sort="name")  # type: ignore[arg-type]  # what a person may type
    with pytest.raises(UsageError) as caught:
        house.ranking(model="man")
    assert "did you mean main?" in caught.value.fix


def test_an_unknown_account_is_answered_with_the_nearest(house: House) -> None:
    with pytest.raises(InputError) as caught:
        house.explain("acm.com")
    assert "did you mean acme.com" in caught.value.fix


def test_the_json_item_has_exactly_the_pinned_fields(house: House) -> None:
    ranking = house.ranking(details=True, top=1)
    value = item(
        ranking.rows[0], model=ranking.model, estimator=ranking.estimator, version=ranking.version, as_of=ranking.as_of
    )
    assert list(value) == [
        "account", "name", "model", "as_of", "status", "intent", "low", "high", "evidence", "inferred", "ask", "trend", "contributions",
        "coverage", "estimator", "version",
    ]  # fmt: skip
    assert list(value["contributions"][0]) == [
        "label",
        "kind",
        "intent",
        "signal",
        "occurred_at",
        "evidence_url",
        "kept",
    ]
    assert value["coverage"] == {"feed": "ok"}


def test_a_standing_that_is_taken_back_ends_the_veto(house: House, project: Any) -> None:
    project.accounts(ACCOUNTS.replace("competitor", ""))
    report = house.import_accounts()
    assert (report.updated, report.unchanged, report.added) == (1, 6, 0)
    assert house.explain("rival.com").row.estimate.status == "scored"
    project.clock.advance(timedelta(minutes=1))
    project.accounts(ACCOUNTS)
    house.import_accounts()
    assert house.explain("rival.com").row.estimate.status == "vetoed"


def test_a_customer_of_another_product_is_not_vetoed_for_this_one(project: Any) -> None:
    project.plugin("feed", SENSOR)
    project.configure("[models.main]\n[models.second]\nuse = 'evidence@1'\n[sensors.feed]")
    project.accounts("domain,name,standing\nacme.com,Acme,customer:second\nglobex.com,Globex,customer\n")
    house: House = project.open()
    house.import_accounts()
    house.run()
    status = {
        (m, d): house.explain(d, model=m).row.estimate.status
        for m in ("main", "second")
        for d in ("acme.com", "globex.com")
    }
    assert status == {
        ("main", "acme.com"): "scored",
        ("second", "acme.com"): "vetoed",
        ("main", "globex.com"): "vetoed",
        ("second", "globex.com"): "scored",
    }
    assert {r.account.domain for r in house.ranking(model="second", as_of=project.clock.now()).rows} == {
        "globex.com",
        "hooli.com",
    } - {"hooli.com"}


def test_linking_moves_the_signals_and_unlinking_brings_them_back(house: House, project: Any) -> None:
    project.plugin(
        "names",
        'class Names(FeedSensor):\n    """x"""\n    name = "names"\n    kinds = ("funding.raised",)\n    def detect(self, ctx):\n        yield Signal(kind="funding.raised", account=AccountRef(name="Acme Holdings"), key="n1", occurred_at=ctx.now)\n',
    )
    project.configure("[sensors.feed]\n[sensors.names]")
    second: House = project.open()
    second.run(["names"])
    (waiting,) = second.unmatched()
    assert [account.domain for account, _ in waiting.candidates] == ["acme.com"]
    before = second.explain("acme.com").row.estimate.intent or 0
    second.link("Acme Holdings", "acme.com")
    assert (second.explain("acme.com").row.estimate.intent or 0) > before
    second.unlink("Acme Holdings")
    assert second.explain("acme.com").row.estimate.intent == pytest.approx(before, abs=1e-9)


def test_forgetting_leaves_no_trace_in_the_file(house: House, project: Any) -> None:
    report = house.forget("umbrella.com")
    assert (report.account, report.signals) == ("umbrella.com", 2)
    house.close()
    for file in Path(project.folder).glob("capteur.db*"):
        assert b"umbrella" not in file.read_bytes().lower()


def test_new_weights_are_a_new_version_and_the_state_is_built_anew(
    house: House, project: Any, clock: ManualClock
) -> None:
    old = house.ranking()
    project.configure('[models.main.kinds."hiring.opened"]\nweight = 9.0\n[sensors.feed]')
    second: House = project.open()
    new = second.ranking()
    assert new.version != old.version
    assert [r.account.domain for r in new.rows] == ["hooli.com", "acme.com", "globex.com", "umbrella.com"]
    assert new.rows[2].estimate.intent == pytest.approx(4.97, abs=0.02), "9 fresh points make 5.0"
    assert second.explain("globex.com").row.estimate.intent == pytest.approx(
        next(r.estimate.intent for r in new.rows if r.account.domain == "globex.com")
    )
    assert micros(clock.now()) == new.as_of


def test_old_weights_that_come_back_find_no_state_that_was_left_behind(project: Any) -> None:
    """Signals that came while other weights were in use count under the old ones as well, in the list and in its order."""
    project.plugin("feed", SENSOR)
    project.accounts(ACCOUNTS)
    few, heavy = "[sensors.feed]\nupto = 4", '[models.main.kinds."hiring.opened"]\nweight = 9.0\n[sensors.feed]'
    for toml in (few, heavy):
        project.configure(toml)
        house: House = project.open()
        house.import_accounts()
        house.run()
    project.configure(few)
    again: House = project.open()
    found = {row.account.domain: row.estimate.intent for row in again.ranking().rows}
    assert [*found] == ["hooli.com", "acme.com", "globex.com", "umbrella.com"]
    for domain, intent in found.items():
        assert intent == pytest.approx(again.explain(domain).row.estimate.intent)


def test_a_feed_that_covers_some_companies_watches_only_those(project: Any) -> None:
    project.plugin(
        "few",
        '''
        class Few(FeedSensor):
            """Two companies' own blogs."""

            name = "few"
            kinds = ("press.mention",)

            def covers(self):
                return {"acme.com", "elsewhere.com"}

            def detect(self, ctx):
                yield from ()
        ''',
    )
    project.configure("[sensors.few]")
    project.accounts("domain,name\nacme.com,Acme\nquiet.com,Quiet\n")
    house: House = project.open()
    house.import_accounts()
    house.run()
    assert house.explain("acme.com").row.estimate.status == "no_signal"
    assert house.explain("quiet.com").row.estimate.status == "not_watched"
    assert [(c.watched, c.accounts) for c in house.ranking().coverage] == [(1, 2)]


def test_an_import_tells_what_it_merged_what_it_lifted_and_what_it_refused(house: House, project: Any) -> None:
    project.accounts(
        "domain,name,standing\nacme.com,Acme,competitor\nacme.com,Acme,customer\nglobex.com,Globex,customer:mian\n"
    )
    report = house.import_accounts()
    assert any(note.startswith("line 3: acme.com again, merged with line 2") for note in report.notes)
    assert report.bad == [(4, "standing: there is no model called 'mian'; did you mean main?")]
    project.clock.advance(timedelta(minutes=1))
    project.accounts("domain,name,standing\nacme.com,Acme,\n")
    assert house.import_accounts().notes == ["acme.com: no longer competitor"]


@pytest.mark.parametrize(
    ("at", "days"), [("08:00 Europe/Paris", 3), ("mon-fri 08:00 Europe/Paris", 9), ("sun 08:00", 21)]
)
def test_an_instance_with_an_hour_watches_until_three_of_its_longest_gaps_have_passed(
    project: Any, at: str, days: int
) -> None:
    project.plugin("feed", SENSOR)
    project.configure(f'[sensors.feed]\nat = "{at}"')
    project.accounts("domain,name\nquiet.com,Quiet\n")
    house: House = project.open()
    house.import_accounts()
    house.run()
    project.clock.advance(timedelta(days=days))
    assert house.explain("quiet.com").row.estimate.status == "no_signal"
    project.clock.advance(timedelta(seconds=1))
    assert house.explain("quiet.com").row.estimate.status == "not_watched"


def test_a_new_owner_is_an_update(house: House, project: Any) -> None:
    project.accounts(ACCOUNTS.replace("globex.com,Globex,,Tom", "globex.com,Globex,,Maja"))
    report = house.import_accounts()
    assert (report.updated, report.unchanged) == (1, 6)
    assert house.explain("globex.com").row.owner == "Maja"


def test_who_asks_to_be_contacted_and_is_not_on_the_list_is_told_of_beside_it(project: Any) -> None:
    """The hottest signal there is must not wait unseen because nobody listed the company."""
    project.plugin(
        "forms",
        """
        class Forms(FeedSensor):
            name = "forms"
            kinds = ("ask.contact",)
            def detect(self, ctx):
                said = {"statement": "Please call me", "place": "https://www.example.com/contact"}
                yield Signal(kind="ask.contact", account="nosuch.com", key="1", occurred_at=ctx.now, data=said)
        """,
    )
    project.configure("[sensors.forms]")
    project.accounts("domain,name\nacme.com,Acme\n")
    house = project.open()
    house.import_accounts()
    assert house.ranking().asking == ()
    house.run()
    assert [a.domain for a in house.ranking().asking] == ["nosuch.com"]
    house.add_account("nosuch.com")
    found = house.ranking()
    assert (found.asking, found.rows[0].account.domain) == ((), "nosuch.com")
