"""The table of tools: every rule fires on its own example, read by the sensor's own readers, and on no other's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from capteur import Answer
from capteur.domains import registrable
from capteur_sensors._tools import PLACES, Rules, Tool, Trace, name_key, named, nearest, table
from capteur_sensors._tools.rules import Rule
from capteur_sensors.adoption import records
from capteur_sensors.adoption.markup import page_of
from capteur_sensors.adoption.names import NameReader
from capteur_sensors.adoption.resolver import Reply

DOMAIN = "acme.com"
OBSERVED = {"measured on capture", "public DNS records", "public page markup"}
ALL = Rules(table())
CASES = [(tool, rule) for tool in table() for rule in tool.rules]


def traces_of(rule: Rule) -> tuple[Trace, ...]:
    """The example as the sensor would meet it: a record in a zone, a page's markup, an answer's header."""
    example, pattern = rule.example, rule.pattern
    match rule.place:
        case "txt":
            return records.tokens([example]).traces
        case "mx":
            return records.receivers([f"{example}."], DOMAIN).traces
        case "dmarc":
            return records.reporters([example], DOMAIN).traces
        case "cname":
            return records.leads_to([f"{example or pattern}."], DOMAIN).traces
        case "spf":
            spf = example or f"v=spf1 include:{pattern} ~all"
            reader = NameReader(lambda name, kind, _: Reply((spf,) if (name, kind) == (DOMAIN, "TXT") else ()), DOMAIN)
            return reader.read([]).reads["spf"].traces
    headers = {"content-type": "text/html"}
    if rule.place == "header":
        headers[pattern.partition(":")[0]] = example
    if rule.place == "cookie":
        headers["set-cookie"] = example
    head = example if rule.place in {"script", "meta"} else ""
    answer = Answer(200, f"https://{DOMAIN}/", headers, f"<html><head>{head}</head></html>".encode())
    return page_of(answer, DOMAIN).read.traces


@pytest.mark.parametrize(("tool", "rule"), CASES, ids=[f"{t.name}-{r.place}-{r.pattern}" for t, r in CASES])
def test_a_rule_fires_on_its_own_example_and_no_other_rule_does(tool: Tool, rule: Rule):
    fired = {(t.name, r.place, r.pattern) for trace in traces_of(rule) for t, r in ALL.find(trace)}
    assert fired == {(tool.name, rule.place, rule.pattern)}


def test_there_are_about_two_hundred_tools_with_rules_and_some_known_by_name_only():
    assert 190 <= sum(bool(tool.rules) for tool in table()) <= 230
    assert sum(not tool.rules for tool in table()) >= 30


def test_every_rule_says_what_it_was_written_from():
    wrong = [
        (tool.name, rule.source)
        for tool, rule in CASES
        if rule.source not in OBSERVED and not (rule.source.startswith("https://") and registrable(rule.source))
    ]
    assert wrong == []


def test_a_rule_from_a_document_names_a_page_and_not_just_a_site():
    bare = {
        rule.source
        for _, rule in CASES
        if rule.source.startswith("https://") and not urlsplit(rule.source).path.strip("/")
    }
    assert bare == {"https://docs.usercentrics.com/", "https://dmarc.postmarkapp.com/"}  # documents of one page


def test_names_are_unique_and_other_names_lead_to_one_tool():
    keys = [name_key(tool.name) for tool in table()]
    assert len(keys) == len(set(keys))
    words = [(name_key(word), tool.name) for tool in table() for word in {*tool.words, tool.name}]
    assert len({key for key, _ in words}) == len(set(words))


def test_every_tool_names_its_vendors_own_registrable_domain():
    wrong = [(tool.name, site) for tool in table() for site in tool.site if registrable(site) != site]
    assert wrong == []
    assert all(tool.site and tool.area for tool in table())


def test_strengths_lie_between_zero_and_one_and_a_bare_search_token_is_worth_little():
    assert all(0 < rule.strength <= 1 for _, rule in CASES)
    [search] = [t for t in table() if t.name == "Google Search Console"]
    assert {rule.strength for rule in search.rules} == {0.1}
    by_place = {place: [r.strength for _, r in CASES if r.place == place] for place in PLACES}
    assert min(by_place["mx"]) == 1.0
    assert min(by_place["spf"]) == 0.9
    assert max(by_place["txt"]) == 0.5


def test_only_tokens_prove_no_more_than_that_the_domain_was_verified_once():
    once = {rule.place for _, rule in CASES if rule.once}
    assert once == {"txt", "meta"}
    assert [rule.pattern for _, rule in CASES if rule.place == "meta" and rule.once] == ["google-site-verification"]


def test_a_cname_rule_says_where_to_look_and_there_are_not_too_many_places():
    assert all(rule.at for _, rule in CASES if rule.place == "cname")
    assert len({label for _, rule in CASES for label in rule.at}) <= 25


@pytest.mark.parametrize(
    "text",
    [
        "docusigner=1",  # another word
        "xdocusign=1",
        "MSX=1",
        "notion-domain-verifications=1",
        "pardotless-verification",
        "v=spf1 include:docusign.net ~all",
    ],
)
def test_a_token_is_matched_by_whole_words_from_its_beginning(text):
    assert [t.name for t, _ in ALL.find(Trace("txt", text))] == []


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("anthropic-domain-verification-wxcd0c=", "Claude"),  # a random suffix
        ("cursor-domain-verification=", "Cursor"),
        ("ZOOM_verify_ClSSgAI2bqqZQA66rT4Z1x", "Zoom"),  # bare, without `=`
        ("docusign", "DocuSign"),
        ("DOCUSIGN=", "DocuSign"),
    ],
)
def test_tokens_may_be_bare_in_any_case_or_have_a_random_suffix(text, tool):
    assert [t.name for t, _ in ALL.find(Trace("txt", text))] == [tool]


def test_a_host_means_everything_beneath_it_and_nothing_beside_it():
    assert [t.name for t, _ in ALL.find(Trace("spf", "a.b.sendgrid.net"))] == ["SendGrid"]
    assert list(ALL.find(Trace("spf", "notsendgrid.net"))) == []
    assert list(ALL.find(Trace("spf", "sendgrid.net.evil.example"))) == []
    assert [t.name for t, _ in ALL.find(Trace("script", "www.googletagmanager.com/gtm.js"))] == ["Google Tag Manager"]
    assert list(ALL.find(Trace("script", "www.googletagmanager.com/other.js"))) == []


def test_other_names_and_near_names_are_found():
    assert named("g suite") is named("Google Workspace")
    assert named("HUBSPOT").name == "HubSpot"
    assert named("no such tool") is None
    assert nearest("hubsott") == ["HubSpot"]
    assert nearest("Pardo")[0] == "Salesforce Account Engagement"
    assert nearest("Akme CRM", ["Acme CRM"]) == ["Acme CRM"]


def test_no_pattern_is_a_regular_expression():
    """Only `*` is special, so that no rule can be slow."""
    assert [r.pattern for _, r in CASES if re.search(r"[\\\[\]()+?^$|{}]", r.pattern)] == []
