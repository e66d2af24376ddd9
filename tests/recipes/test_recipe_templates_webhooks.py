"""The shipped recipes that are sent: LoneScale, Albacross, PhantomBuster and n8n, on bodies of the shape that is known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import ClassVar

import pytest

from capteur import AccountRef, SourceChanged
from capteur.testing import SensorConformance
from capteur_sensors.recipes import RecipeHook

LONESCALE = {
    "company_name": "Acme", "company_domain": "acme.com", "company_linkedin_url": "https://www.linkedin.com/company/acme",
    "company_description": "Robots.", "company_staff_count": 120, "company_founded_year": 2015,
    "people_first_name": "John", "people_last_name": "Doe", "people_linkedin_url": "https://www.linkedin.com/in/john-doe",
    "people_current_position": "VP Sales", "people_company_name": "Acme", "people_company_domain": "acme.com",
    "people_buying_signals_title": "Sales Manager",
    "job_offers": [
        {"job_name": "Sales Manager", "job_link": "https://jobs.example/1?utm_source=x", "context_keywords": "hubspot, outbound"},
        {"job_name": "SDR", "job_link": "", "context_keywords": ""},
    ],
}  # fmt: skip
COMPANY = {
    "name": "Acme", "country": "SE", "url": "acme.com", "number": "SE123282543", "description": "", "founded_year": 2013,
    "address": {"address": "", "city": "", "state": "", "zip_code": ""}, "linkedin_url": "",
    "employees": {"from": 11, "to": 50, "range": "11-50"}, "nace_code": {"code": "73", "category": "Advertising"},
}  # fmt: skip
PHANTOM = {
    "agentId": "5027055349780535", "agentName": "Company employees", "containerId": "7611", "script": "LinkedIn.js", "scriptOrg": "phantombuster",
    "branch": "master", "launchDuration": 121, "runDuration": 1850, "exitMessage": "finished", "exitCode": 0,
}  # fmt: skip
ROWS = [
    {"companyName": "Acme", "website": "acme.com", "jobTitle": "VP Sales", "fullName": "John Doe"},
    {"companyName": "Globex", "website": "globex.com", "jobTitle": "CRO", "fullName": "Jane Roe"},
]
POSTED = {
    "domain": "acme.com",
    "kind": "ask.contact",
    "date": "2026-11-18T09:00:00+01:00",
    "id": 42,
    "summary": "Call me",
    "statement": "Please call me",
    "place": "the contact form",
    "note": "x",
}


def _item(body: object) -> dict[str, object]:
    """An item of n8n's Webhook node."""
    return {"json": {"headers": {}, "params": {}, "query": {}, "body": body}}


def test_lonescale_offers_become_signals_at_the_time_of_receipt(receive):
    """The body has no time of its own; an offer without a link is known by its name."""
    got = receive(RecipeHook(recipe="lonescale"), LONESCALE)
    assert got.bad == []
    assert [(s.kind, s.summary, s.occurred_at.isoformat()) for s in got.signals] == [
        ("hiring.opened", "Sales Manager", "2026-11-19T14:30:00+00:00"),
        ("hiring.opened", "SDR", "2026-11-19T14:30:00+00:00"),
    ]
    first, second = got.signals
    assert first.account == AccountRef("Acme", "acme.com", {"linkedin": "https://www.linkedin.com/company/acme"})
    assert (first.key, first.data) == (
        "lonescale:https://jobs.example/1:hiring.opened",
        {"keywords": "hubspot, outbound"},
    )
    assert second.evidence_url is None
    assert got.facts == {("acme.com", "size"): 120}


def test_the_same_body_again_is_the_same_facts(receive):
    """Replayed, or sent a second time a day later."""
    sensor = RecipeHook(recipe="lonescale")
    later = receive(sensor, LONESCALE, at=receive(sensor, LONESCALE).signals[0].occurred_at + timedelta(days=1))
    assert [s.key for s in later.signals] == [s.key for s in receive(sensor, LONESCALE).signals]


def test_a_lonescale_body_of_another_workflow_is_counted_not_swallowed(receive):
    """Job changes and technologies were never seen: their deliveries are bad rows with the table's name."""
    got = receive(RecipeHook(recipe="lonescale"), {"company_domain": "acme.com", "people_current_position": "CRO"})
    assert (got.signals, got.bad) == ([], ["[rows] inner: nothing is there"])


@pytest.mark.parametrize(
    "body",
    [COMPANY, {"company": COMPANY}, [COMPANY], [_item({"company": COMPANY})], _item(COMPANY), _item(COMPANY)["json"]],
)
def test_albacross_companies_are_found_in_each_form(body, receive):
    """At the top, under `company`, in a list, forwarded by n8n whole or in part."""
    got = receive(RecipeHook(recipe="albacross"), body)
    assert got.bad == []
    assert [(a.kind, a.ref.domain, a.key) for a in got.accepted] == [
        ("visit.page", "acme.com", "albacross:acme.com:2026-11-19:visit.page")
    ]
    assert got.facts == {
        ("acme.com", "country"): "SE",
        ("acme.com", "industry"): "Advertising",
        ("acme.com", "size"): "11-50",
    }


def test_albacross_is_adjusted_to_the_body_one_really_gets(receive):
    """Its body is not published: paths, kind and time are laid over the recipe, the rest of it stays."""
    adjust = {
        "account": {"domain": "lead.site"},
        "signals": {"visit": {"kind": "visit.key_page", "when": "lead.pages[?contains(@, 'pricing')]", "occurred_at": {"path": "lead.seen", "format": "unix"}}},
    }  # fmt: skip
    sensor = RecipeHook(recipe="albacross", adjust=adjust)
    lead = {"site": "https://www.acme.com/", "seen": 1_795_010_400, "pages": ["/", "/pricing"]}
    got = receive(sensor, [{"lead": lead}, {"lead": {**lead, "pages": ["/"]}}])
    assert [(a.kind, a.ref.domain, a.key) for a in got.accepted] == [
        ("visit.key_page", "acme.com", "albacross:acme.com:2026-11-18:visit.key_page")
    ]


def test_what_no_path_reads_is_told_by_name(receive):
    """So that one sees how to adjust: names, never values."""
    got = receive(RecipeHook(recipe="albacross"), {**COMPANY, "visited_pages": ["/secret-launch"]})
    ((event, values),) = got.log.lines
    assert event == "fields that no path reads"
    assert "visited_pages" in values["fields"]
    assert "secret-launch" not in repr(values)


@pytest.mark.parametrize(
    "result", [ROWS, json.dumps(ROWS), json.dumps(json.dumps(ROWS))], ids=["object", "text", "text within text"]
)
def test_phantombuster_ends_a_run(result, receive):
    """`resultObject` is documented as text and shown as an object."""
    sensor = RecipeHook(recipe="phantombuster-hook", options={"kind": "people.leader_joined"})
    got = receive(sensor, {**PHANTOM, "resultObject": result})
    assert got.bad == []
    assert [(s.kind, s.account.domain, s.summary, s.data["container"]) for s in got.signals] == [
        ("people.leader_joined", "acme.com", "VP Sales", "7611"),
        ("people.leader_joined", "globex.com", "CRO", "7611"),
    ]
    again = receive(sensor, {**PHANTOM, "containerId": "7612", "resultObject": result})
    assert [s.key for s in again.signals] == [s.key for s in got.signals]  # the next run finds the same people


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        ({"resultObject": None}, 0),
        ({"exitCode": 1, "exitMessage": "killed", "resultObject": ROWS}, 0),
        ({"resultObject": "[{"}, 1),
    ],
)
def test_a_run_without_a_good_result_says_nothing(change, bad, receive):
    got = receive(RecipeHook(recipe="phantombuster-hook", options={"kind": "social.engaged"}), {**PHANTOM, **change})
    assert (got.signals, len(got.bad)) == ([], bad)


@pytest.mark.parametrize(
    "body", [POSTED, [POSTED], _item(POSTED), [_item(POSTED)], _item(POSTED)["json"], {"json": POSTED}]
)
def test_n8n_posts_an_object_a_list_or_whole_items(body, receive):
    got = receive(RecipeHook(recipe="n8n"), body)
    assert [(s.kind, s.account, s.key, s.summary) for s in got.signals] == [
        ("ask.contact", "acme.com", "hook:42:ask.contact", "Call me")
    ]
    assert got.accepted[0].by_day is False


def test_n8n_posts_facts_and_outcomes_too(receive):
    got = receive(
        RecipeHook(recipe="n8n", source="deals"),
        [
            {"domain": "acme.com", "fact": "owner", "value": "Kim"},
            {"domain": "acme.com", "outcome": "won", "date": "2026-11-01", "id": "d7", "value": "1200.50"},
            {"company": "Globex", "kind": "touch.reply", "strength": "0.5"},
        ],
    )
    assert got.bad == []
    assert got.facts == {("acme.com", "owner"): "Kim"}
    assert [(o.kind, o.key, o.occurred_at, o.value) for o in got.outcomes] == [
        ("won", "deals:d7:won", date(2026, 11, 1), 1200.5)
    ]
    assert [(s.account, s.strength) for s in got.signals] == [(AccountRef("Globex"), 0.5)]


def test_one_bad_row_never_stops_the_others(receive):
    """Each is told by its table, with the cure; the good ones between them are kept."""
    rows = [
        POSTED,
        {**POSTED, "kind": "ask.contakt"},
        {**POSTED, "domain": "gmail.com"},
        {**POSTED, "date": "yesterday"},
        {**POSTED, "date": "2026-11-18T09:00:00"},
        {**POSTED, "strength": 70},
        "nonsense",
        {**POSTED, "id": 43},
    ]
    got = receive(RecipeHook(recipe="n8n"), rows)
    assert [s.key for s in got.signals] == ["hook:42:ask.contact", "hook:43:ask.contact"]
    told = "\n".join(got.bad)
    assert len(got.bad) == 6
    for part in ("'ask.contakt' is not a kind  fix: did you mean ask.contact?", "'gmail.com' is no company's own domain", "[signals.posted] occurred_at: 'yesterday' is not a time",
                 "has no timezone", "the strength is not between 0 and 1", "[rows] path: no list and no object is there"):  # fmt: skip
        assert part in told


@pytest.mark.parametrize("body", [b"<html>", b'{"domain": ', b"", b'"text"', b"7"])
def test_a_body_that_is_no_object_is_an_error(body, receive):
    with pytest.raises(SourceChanged):
        receive(RecipeHook(recipe="n8n"), body)


class TestLonescale(SensorConformance):
    sensor = RecipeHook
    config: ClassVar = {"recipe": "lonescale"}
    deliveries = (LONESCALE,)


class TestAlbacross(SensorConformance):
    sensor = RecipeHook
    config: ClassVar = {"recipe": "albacross"}
    deliveries = (COMPANY, {"company": {**COMPANY, "url": "globex.com", "name": "Globex"}})


class TestPhantombusterHook(SensorConformance):
    sensor = RecipeHook
    config: ClassVar = {"recipe": "phantombuster-hook", "options": {"kind": "social.engaged"}}
    deliveries = ({**PHANTOM, "resultObject": json.dumps(ROWS)},)


class TestN8n(SensorConformance):
    sensor = RecipeHook
    config: ClassVar = {"recipe": "n8n"}
    deliveries = (POSTED, [_item({**POSTED, "id": 43})])
