"""The demo's name server answers real packets, and its companies' tools change while the demo runs."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from datetime import timedelta

import dns.message
import dns.query
import pytest

from capteur import House, open_house
from capteur_sensors.demo import DemoWorld
from capteur_sensors.demo.market import Calendar, market
from capteur_sensors.demo.nameserver import NXDOMAIN, SERVFAIL, Told, reply, serve_names
from capteur_sensors.demo.technology import _companies, lookup


def query(name: str, kind: str) -> dns.message.Message:
    return dns.message.make_query(name, kind, use_edns=0, payload=1232)


@pytest.fixture
def names(clock):
    return lookup(Calendar(clock.now(), clock.now))


def test_a_question_is_answered_over_udp_and_over_tcp(names):
    with serve_names(names) as address:
        host, port = address.split(":")
        for ask in (dns.query.udp, dns.query.tcp):
            answer = ask(query("halyard.example", "MX"), host, port=int(port), timeout=5)
            assert [str(r) for r in answer.answer[0]] == ["1 aspmx.l.google.com."]


def test_what_does_not_fit_a_packet_is_marked_and_comes_over_tcp():
    told = Told(tuple(f"token-{n}=" + "x" * 300 for n in range(20)))
    with serve_names(lambda name, kind: told) as address:
        host, port = address.split(":")
        answer, by_tcp = dns.query.udp_with_fallback(query("acme.example", "TXT"), host, port=int(port), timeout=5)
    assert by_tcp
    assert len(answer.answer[0]) == 20


def test_a_negative_answer_says_which_zone_says_so(names):
    with serve_names(names) as address:
        host, port = address.split(":")
        answer = dns.query.udp(query("nobody.example", "TXT"), host, port=int(port), timeout=5)
    assert answer.rcode() == NXDOMAIN
    assert answer.authority[0].rdtype == 6


@pytest.mark.parametrize(
    "packet", [b"", b"\0" * 5, b"\0" * 12, b"\xff" * 12, struct.pack("!6H", 1, 0, 1, 0, 0, 0) + b"\x3fabc"]
)
def test_what_is_no_question_gets_no_answer(packet):
    assert reply(packet, lambda name, kind: Told(("x",)), udp=True) is None


def test_garbage_from_one_harms_no_other(names):
    with serve_names(names) as address:
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as rude:
            rude.sendall(b"\x00")  # half a length, then nothing: the next one is served when it hangs up
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
            noise.sendto(b"\xff" * 99, (host, int(port)))
        answer = dns.query.udp(query("halyard.example", "MX"), host, port=int(port), timeout=5)
    assert answer.answer


def test_nothing_of_the_name_server_outlives_its_block(names):
    before = threading.active_count()
    with serve_names(names) as address:
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    host, port = address.split(":")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=5)


def test_zones_know_what_is_there_what_is_not_and_what_fails(names):
    assert names("halyard.example", "MX") == Told(("1 aspmx.l.google.com",))
    assert names("help.halyard.example", "CNAME") == Told(("halyard.zendesk.com",))
    assert names("halyard.example", "CNAME") == Told()
    assert names("nothing.halyard.example", "CNAME") == Told(rcode=NXDOMAIN)
    assert names("mossbank.example", "TXT") == Told()
    assert names("ironwood.example", "TXT") == Told(rcode=SERVFAIL)
    assert names("www.ironwood.example", "CNAME") == Told(rcode=SERVFAIL)
    assert names("google.com", "TXT") == Told(rcode=NXDOMAIN)


def test_records_come_and_go_with_the_worlds_clock(names, clock):
    def includes() -> str:
        return " ".join(str(value) for value in names("kestrelpay.example", "TXT").values)

    assert "hubspotemail" not in includes()
    clock.advance(timedelta(days=1))
    assert "hubspotemail" in includes()
    assert includes().count("v=spf1") == 1


def test_every_company_that_shows_tools_is_in_the_market():
    assert set(_companies()) <= {company.domain for company in market().companies}


# --- the whole way ----------------------------------------------------------------------------------------------------


@pytest.fixture
def evening(tmp_path, clock) -> Iterator[tuple[DemoWorld, House]]:
    world = DemoWorld()
    with world.prepare(tmp_path, clock.now()) as config, open_house(config, clock=clock, env={}) as house:
        house.import_accounts()
        yield world, house


def kinds(house: House, domain: str) -> dict[str, str]:
    return {
        (row.summary or "").partition(":")[0]: row.kind for row in house.signals(domain) if row.kind.startswith("tool.")
    }


def test_the_first_look_finds_tools_and_no_news(evening):
    _, house = evening
    [run] = house.run(["adoption"]).runs
    assert (run.status, run.ok, run.bad) == ("ok", 25, 0)
    assert {row.kind for row in house.signals() if row.kind.startswith("tool.")} == {"tool.present"}
    assert set(kinds(house, "halyard.example")) == {
        "Google Workspace", "Google Search Console", "HubSpot", "DocuSign", "Atlassian", "EasyDMARC", "Zendesk",
    }  # fmt: skip
    assert set(kinds(house, "nordlys-freight.example")) == {"Microsoft 365", "Marketo"}
    assert set(kinds(house, "ironwood.example")) == {"Tidio"}  # its name server fails, its page does not
    assert kinds(house, "clearwater-ledger.example").keys() == {"Google Workspace"}  # not its own tool


def test_a_giant_with_fifteen_old_tools_is_no_hotter_for_them(evening):
    _, house = evening
    house.run(["adoption"])
    assert len(kinds(house, "colossus-mutual.example")) == 15
    assert house.explain("colossus-mutual.example").row.estimate.status == "no_evidence"


def test_a_day_later_three_companies_have_changed_their_tools(evening):
    """No time passes for the house: the world has moved on between two looks, as in `capteur demo`."""
    world, house = evening
    house.run(["adoption"])
    assert world.later() == ("adoption", "visits", "segment")
    [run] = house.run(["adoption"]).runs
    assert run.new == 3
    news = {
        (row.account, row.summary, row.kind)
        for row in house.signals()
        if row.kind.startswith("tool.") and row.kind != "tool.present"
    }
    assert news == {
        ("kestrelpay.example", "HubSpot", "tool.adopted"),
        ("quietstone.example", "Segment", "tool.adopted"),
        ("saltmarsh.example", "Clearwater Ledger", "tool.competitor_adopted"),
    }
    assert house.run(["adoption"]).runs[0].new == 0
