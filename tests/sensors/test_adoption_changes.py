"""What changes between reads become signals: over real DNS packets and a small web, read after read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from capteur import Account, SkipAccount, TransientError
from capteur_sensors.adoption import Adoption
from capteur_sensors.demo.nameserver import NXDOMAIN, SERVFAIL

DAY = timedelta(days=1)
HOME = "https://acme.example/"
HUBSPOT = '<script src="//js.hs-scripts.com/1.js"></script>'
INTERCOM = "<script>s.src='https://widget.intercom.io/widget/a'</script>"
SEGMENT = '<script>t.src="https://cdn.segment.com/analytics.js/v1/"+k</script>'
HOTJAR = "<script>h('https://static.hotjar.com/c/hotjar-')</script>"
PENDO = "<script>y.src='https://cdn.pendo.io/agent/static/'</script>"
DRIFT = '<script>o.src="https://js.driftt.com/include/"+i</script>'
ALL = HUBSPOT + INTERCOM + SEGMENT + HOTJAR + PENDO + DRIFT


@pytest.fixture
def sensor(zone):
    """HubSpot and Zendesk are ours, Intercom and Mailgun are sold instead of ours."""
    return Adoption(
        ecosystem=("HubSpot", "Zendesk", "SendGrid"),
        competitors=("Intercom", "Mailgun"),
        resolver=zone.address,
        queries_per_second=10_000,
    )


@pytest.fixture
def show(world, zone):
    """Let the home page carry this markup."""
    zone.put("acme.example", "MX", "1 aspmx.l.google.com")

    def put(*markup: str) -> None:
        world.put(HOME, f"<html><head>{''.join(markup)}</head></html>", headers={"content-type": "text/html"})

    put()
    return put


def told(run) -> list[tuple[str, str]]:
    assert run.error is None
    assert not run.bad
    return [(a.kind, (a.summary or "").partition(":")[0]) for a in run.accepted]


def kinds(run) -> dict[str, str]:
    return {name: kind for kind, name in told(run)}


def test_the_opening_read_is_neutral_whatever_it_finds(bench, sensor, show, zone):
    """Fifteen old tools are no events, those of both lists among them."""
    show(ALL)
    zone.put(
        "acme.example",
        "TXT",
        "v=spf1 include:sendgrid.net include:mailgun.org -all",
        "docusign=1",
        "miro-verification=2",
    )
    run = bench.run(sensor)
    assert {kind for kind, _ in told(run)} == {"tool.present"}
    assert len(told(run)) == 11
    assert len({a.key for a in run.accepted}) == 11


def test_a_tool_that_appears_is_adopted_by_the_users_lists_and_everything_else_is_neutral(bench, sensor, show):
    bench.run(sensor)
    show(HUBSPOT, INTERCOM, SEGMENT)
    run = bench.run(sensor, later=DAY)
    assert kinds(run) == {"HubSpot": "tool.adopted", "Intercom": "tool.competitor_adopted", "Segment": "tool.present"}
    [adopted] = run.of("tool.adopted")
    assert adopted.summary == "HubSpot"
    assert adopted.occurred_at == bench.now
    assert adopted.evidence_url == HOME
    assert adopted.strength == 0.9
    assert adopted.data["why"] == "the home page loads js.hs-scripts.com"
    assert adopted.key == "acme.example:hubspot:tool.adopted:2026-11-20"


def test_reading_the_same_again_tells_nothing(bench, sensor, show):
    bench.run(sensor)
    show(HUBSPOT)
    bench.run(sensor, later=DAY)
    for _ in range(3):
        assert told(bench.run(sensor, later=DAY)) == []


def test_a_run_that_is_repeated_tells_the_same_facts(bench, new_bench, sensor, show):
    """As after a crash before its memory was kept: other day, same keys."""
    bench.run(sensor)
    again = new_bench()
    again.memory, again.now = bench.memory, bench.now
    show(HUBSPOT)
    first, second = bench.run(sensor, later=DAY), again.run(sensor, later=2 * DAY)
    assert [a.key for a in first.accepted] == [a.key for a in second.accepted]


def test_a_tool_is_dropped_after_two_good_reads_without_it_and_dated_by_the_first(bench, sensor, show):
    show(HUBSPOT, INTERCOM)
    bench.run(sensor)
    show(INTERCOM)
    assert told(bench.run(sensor, later=DAY)) == []
    missed = bench.now
    run = bench.run(sensor, later=DAY)
    assert kinds(run) == {"HubSpot": "tool.dropped"}
    assert run.signals[0].occurred_at == missed
    assert run.signals[0].data["was"] == ["page:/"]
    show()
    assert told(bench.run(sensor, later=DAY)) == []
    assert kinds(bench.run(sensor, later=DAY)) == {"Intercom": "tool.competitor_dropped"}
    assert told(bench.run(sensor, later=DAY)) == []


def test_a_tool_of_no_list_is_removed_neutrally(bench, sensor, show):
    show(SEGMENT)
    bench.run(sensor)
    show()
    bench.run(sensor, later=DAY)
    run = bench.run(sensor, later=DAY)
    assert told(run) == [("tool.removed", "Segment")]
    assert run.signals[0].summary == "Segment: gone from the home page"


def test_adopted_dropped_and_adopted_again_are_different_facts(bench, sensor, show):
    keys = []
    bench.run(sensor)
    for _ in range(2):
        show(HUBSPOT)
        keys += [a.key for a in bench.run(sensor, later=40 * DAY).accepted]
        show()
        bench.run(sensor, later=DAY)
        keys += [a.key for a in bench.run(sensor, later=DAY).accepted]
    assert [key.split(":")[2] for key in keys] == ["tool.adopted", "tool.dropped"] * 2
    assert len(set(keys)) == 4


def test_a_tool_that_is_back_soon_was_never_gone(bench, sensor, show):
    """An experiment that shows a script to every second visitor is not a company that cannot decide."""
    show(HUBSPOT)
    bench.run(sensor)
    show()
    bench.run(sensor, later=DAY)
    dropped = bench.run(sensor, later=DAY)
    show(HUBSPOT)
    run = bench.run(sensor, later=5 * DAY)
    assert told(run) == []
    assert run.revoked == [dropped.accepted[0].key]


def test_one_tool_seen_in_two_places_is_one_fact(bench, sensor, show, zone):
    zone.put("acme.example", "TXT", "v=spf1 -all")
    bench.run(sensor)
    show(HUBSPOT)
    zone.put("acme.example", "TXT", "v=spf1 include:1.spf04.hubspotemail.net -all", "hubspot-domain-verification=1")
    run = bench.run(sensor, later=DAY)
    assert told(run) == [("tool.adopted", "HubSpot")]
    assert {seen["where"] for seen in run.signals[0].data["seen"]} == {"page:/", "spf", "txt"}


def test_a_token_left_behind_does_not_keep_a_tool_alive(bench, sensor, show, zone):
    """A TXT record proves that somebody verified the domain once, not that the tool is still used."""
    zone.put("acme.example", "TXT", "hubspot-domain-verification=1")
    show(HUBSPOT)
    bench.run(sensor)
    show()
    bench.run(sensor, later=DAY)
    assert kinds(bench.run(sensor, later=DAY)) == {"HubSpot": "tool.dropped"}
    assert told(bench.run(sensor, later=DAY)) == []  # the token alone does not bring it back
    zone.put("acme.example", "TXT")
    for _ in range(3):
        assert told(bench.run(sensor, later=DAY)) == []


def test_a_token_alone_is_weak_and_its_removal_is_told_once(bench, sensor, show, zone):
    zone.put("acme.example", "TXT")
    bench.run(sensor)
    zone.put("acme.example", "TXT", "zendeskverification=1")
    [adopted] = bench.run(sensor, later=DAY).accepted
    assert (adopted.kind, adopted.strength) == ("tool.adopted", 0.5)
    zone.put("acme.example", "TXT")
    bench.run(sensor, later=DAY)
    [dropped] = bench.run(sensor, later=DAY).accepted
    assert (dropped.kind, dropped.strength) == ("tool.dropped", 0.5)


@pytest.mark.parametrize("rcode", [SERVFAIL, NXDOMAIN])
def test_a_dns_outage_removes_nothing_however_long_it_lasts(bench, sensor, show, zone, rcode):
    zone.put("acme.example", "TXT", "v=spf1 include:sendgrid.net -all", "miro-verification=1")
    bench.run(sensor)
    zone.fail("acme.example", rcode=rcode)
    for _ in range(4):
        assert told(bench.run(sensor, later=DAY)) == []
    zone.told.pop(("acme.example", "*"))
    assert told(bench.run(sensor, later=DAY)) == []


def test_a_dns_outage_with_a_good_page_still_compares_the_page(bench, sensor, show, zone):
    bench.run(sensor)
    zone.fail("acme.example")
    show(HUBSPOT)
    run = bench.run(sensor, later=DAY)
    assert kinds(run) == {"HubSpot": "tool.adopted"}
    assert [event for _, event, values in run.log.told if values.get("part") == "dns"] == ["not read"]
    assert [e for _, e, v in bench.run(sensor, later=DAY).log.told if v.get("part") == "dns"] == []  # once down
    zone.told.pop(("acme.example", "*"))
    assert [e for _, e, v in bench.run(sensor, later=DAY).log.told if v.get("part") == "dns"] == [
        "read again"
    ]  # once up


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_a_page_that_is_down_with_good_dns_still_compares_the_dns(bench, sensor, show, world, zone, status):
    """Many sites refuse robots; their DNS goes on telling."""
    show(HUBSPOT)
    zone.put("acme.example", "TXT", "v=spf1 -all")
    bench.run(sensor)
    world.put(HOME, "no", status=status)
    zone.put("acme.example", "TXT", "v=spf1 include:mailgun.org -all")
    assert kinds(bench.run(sensor, later=DAY)) == {"Mailgun": "tool.competitor_adopted"}
    assert told(bench.run(sensor, later=DAY)) == []


def test_dns_that_is_read_for_the_first_time_later_is_neutral(bench, sensor, show, zone):
    zone.fail("acme.example")
    bench.run(sensor)
    zone.told.pop(("acme.example", "*"))
    zone.put("acme.example", "TXT", "v=spf1 include:sendgrid.net -all")
    assert set(kinds(bench.run(sensor, later=DAY)).values()) == {"tool.present"}


def test_a_half_answered_spf_chain_adds_and_removes_nothing(bench, sensor, show, zone):
    zone.put("acme.example", "TXT", "v=spf1 include:_spf.acme.example -all")
    zone.put("_spf.acme.example", "TXT", "v=spf1 include:sendgrid.net")
    bench.run(sensor)
    zone.put("acme.example", "TXT", "v=spf1 include:_spf.acme.example include:mailgun.org -all")
    zone.fail("_spf.acme.example", "TXT")
    assert kinds(bench.run(sensor, later=DAY)) == {"Mailgun": "tool.competitor_adopted"}
    for _ in range(3):
        assert told(bench.run(sensor, later=DAY)) == []


def test_a_name_that_leads_to_a_tool_for_the_first_time_is_an_adoption(bench, sensor, show, zone):
    """Before, the name did not exist: that was known, and is not the same as unknown."""
    bench.run(sensor)
    zone.put("help.acme.example", "CNAME", "acme.zendesk.com")
    assert told(bench.run(sensor, later=DAY)) == []  # such names are asked for once a week
    run = bench.run(sensor, later=6 * DAY)
    assert kinds(run) == {"Zendesk": "tool.adopted"}
    assert run.signals[0].evidence_url == "https://dns.google/query?name=help.acme.example&rr_type=CNAME"


def test_a_name_that_vanishes_is_unknown_and_one_that_leads_elsewhere_is_a_removal(bench, sensor, show, zone):
    zone.put("help.acme.example", "CNAME", "acme.zendesk.com")
    bench.run(sensor)
    zone.told.pop(("help.acme.example", "CNAME"))
    for _ in range(4):
        assert told(bench.run(sensor, later=8 * DAY)) == []
    zone.put("help.acme.example", "CNAME", "acme.freshdesk.com")
    assert kinds(bench.run(sensor, later=8 * DAY)) == {"Freshworks": "tool.present"}
    assert kinds(bench.run(sensor, later=DAY)) == {
        "Zendesk": "tool.dropped"
    }  # waiting for confirmation, it is asked again at once


def test_most_tools_gone_at_once_are_held_until_the_next_read_confirms_it(bench, sensor, show):
    show(ALL)
    bench.run(sensor)
    show()
    first = bench.run(sensor, later=DAY)
    assert told(first) == []
    assert [event for level, event, _ in first.log.told if level == "warning"] == [
        "most tools vanished at once; held until the next read confirms it"
    ]
    show(ALL)
    for _ in range(3):
        assert told(bench.run(sensor, later=DAY)) == []


def test_confirmed_twice_after_being_held_they_are_gone(bench, sensor, show):
    show(ALL)
    bench.run(sensor)
    show()
    assert [told(bench.run(sensor, later=DAY)) for _ in range(2)] == [[], []]
    assert len(told(bench.run(sensor, later=DAY))) == 6


def test_a_held_page_is_asked_for_anew_and_not_whether_it_changed(bench, sensor, show, world):
    """Its validator belongs to a page that nobody remembers; "unchanged" would bring the old tools back."""
    world.etags = True
    show(ALL)
    bench.run(sensor)
    show()
    for _ in range(3):
        run = bench.run(sensor, later=DAY)
    assert len(told(run)) == 6


def test_many_new_tools_at_once_are_no_adoptions(bench, sensor, show):
    """The page before was a notice, a parking page or an empty shell; companies take up one or two tools a day."""
    show("<h1>Opening soon</h1>")
    bench.run(sensor)
    show(ALL)
    assert {kind for kind, _ in told(bench.run(sensor, later=DAY))} == {"tool.present"}


def test_an_unchanged_page_is_a_good_read(bench, sensor, show, world):
    world.etags = True
    show(HUBSPOT, INTERCOM)
    bench.run(sensor)
    show(INTERCOM)
    bench.run(sensor, later=DAY)
    assert kinds(bench.run(sensor, later=DAY)) == {"HubSpot": "tool.dropped"}


def test_a_new_rule_finds_old_traces_without_taking_them_for_news(bench, sensor, show, zone):
    """An update of capteur, or a tool of the user's own, is no adoption by anybody."""
    show('<script src="https://cdn.acmecrm.io/a.js"></script>')
    bench.run(sensor)
    own = {"Acme CRM": {"script": ["cdn.acmecrm.io"]}}
    later = Adoption(tools=own, competitors=("Acme CRM",), resolver=zone.address, queries_per_second=10_000)
    assert told(bench.run(later, later=DAY)) == [("tool.present", "Acme CRM")]


def test_a_rule_that_is_gone_removes_nothing(bench, show, zone):
    own = {"Acme CRM": {"script": ["cdn.acmecrm.io"]}}
    with_it = Adoption(tools=own, competitors=("Acme CRM",), resolver=zone.address, queries_per_second=10_000)
    without = Adoption(resolver=zone.address, queries_per_second=10_000)
    show('<script src="https://cdn.acmecrm.io/a.js"></script>')
    bench.run(with_it)
    for _ in range(3):
        assert told(bench.run(without, later=DAY)) == []


def test_a_vendor_does_not_adopt_its_own_tool(bench, show, world, zone):
    zone.put("hubspot.com", "MX", "1 aspmx.l.google.com")
    page = f"<html>{HUBSPOT}</html>"
    world.put("https://hubspot.com/", page, headers={"content-type": "text/html"})
    sensor = Adoption(ecosystem=("HubSpot",), resolver=zone.address, queries_per_second=10_000)
    run = bench.run(sensor, Account(1, "hubspot.com", "HubSpot"))
    assert told(run) == [("tool.present", "Google Workspace")]


def test_when_nothing_can_be_read_the_run_says_so_and_remembers_nothing(bench, sensor, world, zone):
    zone.fail("acme.example")
    world.put(HOME, "down", status=500)
    run = bench.run(sensor)
    assert isinstance(run.error, TransientError)
    assert run.memory is None


def test_a_domain_that_does_not_exist_is_skipped_not_retried_for_ever(bench, sensor, world, zone):
    world.put(HOME, TransientError("acme.example cannot be resolved"))
    run = bench.run(sensor)
    assert isinstance(run.error, SkipAccount)
    assert "does not exist in DNS" in str(run.error)


def test_an_account_without_a_domain_is_skipped(bench, sensor):
    run = bench.run(sensor, Account(1, None, "Acme", reference="acme gmbh"))
    assert isinstance(run.error, SkipAccount)


def test_where_names_lead_is_asked_once_a_week(bench, sensor, show, zone):
    bench.run(sensor)
    first = len(zone.asked)
    zone.asked.clear()
    bench.run(sensor, later=DAY)
    assert first > 25
    assert {kind for _, kind in zone.asked} == {"TXT", "MX"}
    assert len(zone.asked) == 3
