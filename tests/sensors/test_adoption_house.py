"""Through the real house and its estimator: old tools make nobody hot, news do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur import open_house
from capteur.store import watches
from capteur_sensors.demo import serve

DOMAIN = "quietstone.example"
CONFIG = """\
[capteur]
version = 1
[web]
contact = "growth@tidewright.example"
world = "{world}"
[sensors.adoption]
ecosystem = ["HubSpot", "Zendesk"]
competitors = ["Intercom", "Mailgun"]
resolver = "{resolver}"
queries_per_second = 5000
"""
FIFTEEN = (
    "MS=1", "atlassian-domain-verification=1", "docusign=1", "adobe-idp-site-verification=1", "onetrust-domain-verification=1",
    "smartsheet-site-validation=1", "miro-verification=1", "ZOOM_verify_1", "hubspot-developer-verification=1", "wrike-verification=1",
    "zendeskverification=1", "notion-domain-verification=1", "dropbox-domain-verification=1", "stripe-verification=1",
    "slack-domain-verification=1",
)  # fmt: skip


@pytest.fixture
def house(tmp_path, clock, zone):
    """One account without a tool on its page, its zone as the test has it."""
    with serve(clock.now()) as world:
        config = tmp_path / "capteur.toml"
        config.write_text(CONFIG.format(world=world, resolver=zone.address))
        with open_house(config, clock=clock, env={}) as house:
            house.add_account(DOMAIN, "Quietstone Holdings")
            yield house


def estimate(house):
    return house.explain(DOMAIN).row.estimate


def read(house, clock, days: float = 0) -> list[str]:
    """Run once, `days` later; the kinds of what is new."""
    before = {row.key for row in house.signals(DOMAIN)}
    clock.advance(timedelta(days=days))
    [run] = house.run(["adoption"]).runs
    assert (run.status, run.error) == ("ok", None)
    return sorted(row.kind for row in house.signals(DOMAIN) if row.key not in before)


def test_fifteen_old_tools_at_the_opening_read_do_not_make_an_account_hot(house, clock, zone):
    """Told as adoptions they scored 3.99; they are no evidence of anything."""
    zone.put(DOMAIN, "TXT", *FIFTEEN)
    assert read(house, clock) == ["tool.present"] * 15
    assert (estimate(house).status, estimate(house).intent) == ("no_evidence", None)
    assert read(house, clock, days=1) == []
    assert estimate(house).intent is None


def test_one_new_tool_of_the_ecosystem_counts(house, clock, zone):
    zone.put(DOMAIN, "TXT", "v=spf1 -all", *FIFTEEN[:3])
    read(house, clock)
    zone.put(DOMAIN, "TXT", "v=spf1 include:1.spf04.hubspotemail.net -all", *FIFTEEN[:3])
    assert read(house, clock, days=1) == ["tool.adopted"]
    assert estimate(house).status == "scored"
    assert 0.5 < estimate(house).intent < 5
    assert house.explain(DOMAIN).row.why == "adopted HubSpot today"


def test_a_competitors_tool_counts_against_and_its_end_for_the_account(house, clock, zone):
    zone.put(DOMAIN, "TXT", "v=spf1 -all")
    read(house, clock)
    zone.put(DOMAIN, "TXT", "v=spf1 include:mailgun.org -all")
    assert read(house, clock, days=1) == ["tool.competitor_adopted"]
    assert estimate(house).status == "no_evidence"  # it only damps
    zone.put(DOMAIN, "TXT", "v=spf1 -all")
    assert read(house, clock, days=40) == []
    assert read(house, clock, days=1) == ["tool.competitor_dropped"]
    assert estimate(house).status == "scored"


def test_an_outage_of_a_week_changes_nothing(house, clock, zone):
    zone.put(DOMAIN, "TXT", *FIFTEEN)
    read(house, clock)
    zone.fail(DOMAIN)
    for _ in range(7):
        assert read(house, clock, days=1) == []
    zone.told.pop((DOMAIN, "*"))
    assert read(house, clock, days=1) == []


def test_the_memory_of_a_real_account_is_small(house, clock, zone):
    zone.put(DOMAIN, "TXT", *FIFTEEN)
    read(house, clock)
    row = house.store.read(lambda conn: watches.get(conn, "adoption", house.explain(DOMAIN).row.account.id))
    assert 500 < len(row.cursor) < 10_000
