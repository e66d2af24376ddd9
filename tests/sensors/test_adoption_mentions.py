"""Tools that job posts name: whole words, and everyday words only where they can only be tools."""

from __future__ import annotations

import html
import json
import re

import pytest

from capteur_sensors._tools import mentions

BLOCKS = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|br)\b[^>]*>", re.IGNORECASE)


def names(text: str, **how: str) -> list[str]:
    return [tool.name for tool in mentions(text, **how)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Experience with Salesforce, Outreach and Gong.", ["Salesforce", "Outreach", "Gong"]),
        ("You will work with HubSpot and Segment.", ["HubSpot", "Segment"]),
        ("CRM (Close, Copper) is a plus", ["Close", "Copper"]),
        ("Familiar with Segment.io or Marketo", ["Segment", "Marketo"]),
        ("our SALESFORCE admin; HubSpot's reports; monday.com boards", ["Salesforce", "HubSpot", "monday.com"]),
        ("LinkedIn Sales\nNavigator", ["LinkedIn Sales Navigator"]),
        ("Tools such as Drift, Front or Heap", ["Drift", "Front", "Heap"]),
        ("SAP and VWO experience", ["SAP", "VWO"]),
        ("Salesforce Salesforce salesforce", ["Salesforce"]),
    ],
)
def test_tools_are_found_in_the_order_they_are_named(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "You own outreach to the mid-market segment, and drift into no silo.",
        "Enterprise Segment Lead with CRM experience",
        "Drive Outreach, events and webinars",
        "Outreach Manager, CRM",
        "On Monday you close deals, front to back",
        "Start Monday. Close deals with Box in hand.",
        "Head of Outreach",
        "a heap of work, a linear process, the notion of quality, one loom, slack in the plan",
        "Greenhouse gas accounting tools",
        "jobs@hubspot.com, https://www.hubspot.com/x and hubspot.example",
        "HubSpotting is no word, nor is reHubSpot",
        "the sap of a maple, an 8-hour workday, wood stripe",
        "",
    ],
)
def test_everyday_words_addresses_and_longer_words_are_no_tools(text):
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "We help 4,700 customers, including Atlassian and HubSpot, to grow.",
        "Our team comes from Google, Dropbox and HubSpot.",
        "Backed by the founders of Figma and the CEO of Salesforce.",
        "Ranked #1 in G2's Winter Report.",
        "Sales leaders from companies like Palo Alto Networks.",
    ],
)
def test_companies_that_are_named_for_another_reason_are_no_tools(text):
    assert names(text) == []


def test_a_sentence_about_customers_does_not_hide_the_next_one():
    assert names("Our customers include Figma. You administer Salesforce.") == ["Salesforce"]


def test_the_employers_own_product_is_no_mention():
    assert names("HubSpot is hiring. You know Salesforce.", employer="hubspot.com") == ["Salesforce"]


@pytest.mark.parametrize(
    ("file", "title", "expected"),
    [
        (
            "greenhouse/gitlab_2jobs.json",
            "AI Engineer",
            ["Claude", "OpenAI", "Salesforce", "Marketo", "Zendesk", "Workato", "n8n"],
        ),
        ("greenhouse/warp_board.json", "Expansion Account Manager", ["Claude", "HubSpot", "Apollo", "Outreach"]),
        ("greenhouse/warp_board.json", "Forward Deployed Engineer", ["Claude", "Slack", "Linear", "Docker"]),
        ("greenhouse/amplitude_2jobs.json", "Emerging Account Executive (India)", ["Snowflake", "Databricks"]),
    ],
)
def test_real_posts_name_these_tools(shared_data, file, title, expected):
    """Read by eye: customers, investors and former employers of the same posts (Docker, Dropbox, Figma, Atlassian, G2) are none."""
    [job] = [j for j in json.loads((shared_data / file).read_text())["jobs"] if j["title"].strip().startswith(title)]
    content = html.unescape(job["content"])
    text = html.unescape(re.sub(r"<[^>]+>", "", BLOCKS.sub("\n", content)))
    found = names(text)
    assert [name for name in found if name in expected] == expected
    assert not {"Docker", "Dropbox", "Figma", "Atlassian", "G2", "Stripe"} & set(found) - set(expected)
