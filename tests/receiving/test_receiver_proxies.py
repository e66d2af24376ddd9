"""Who sent it, where a proxy of ours stands between: what it says, in whatever form proxies say it."""

from __future__ import annotations

import ipaddress
import json
import logging

import pytest

from capteur.receiving.http import Request

SITE = "https://www.us.example"
OURS = [
    ipaddress.ip_network("127.0.0.1"),
    ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_network("2001:db8:ffff::/48"),
]
PIXEL = '[receiving]\nproxies = ["127.0.0.1"]\n[sensors.pixel]'


def sender(forwarded, peer="127.0.0.1"):
    headers = [(b"x-forwarded-for", forwarded.encode())]
    return Request({"method": "POST", "path": "/", "headers": headers, "client": (peer, 1)}, OURS)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:db8::1:443", "2001:db8::1:443"),
        ("198.51.100.9, 203.0.113.7:51234", "203.0.113.7"),
        ("203.0.113.7:51234, 10.0.0.3:80", "203.0.113.7"),
        ("203.0.113.7, [2001:db8:ffff::1]:80 , 10.0.0.3", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_an_address_is_read_with_a_port_and_in_brackets(forwarded, address):
    request = sender(forwarded)
    assert (request.address, request.unread_proxy) == (address, "")


@pytest.mark.parametrize(
    "forwarded", ["unknown", "203.0.113.7:http", "203.0.113.7:1:2", "[2001:db8::1", "203.0.113.7, _x"]
)
def test_what_is_no_address_leaves_the_proxy_and_is_told(forwarded):
    request = sender(forwarded)
    assert (request.address, request.unread_proxy) == ("127.0.0.1", "127.0.0.1")


@pytest.mark.parametrize(
    ("forwarded", "peer"), [("unknown", "203.0.113.7"), ("unknown, 203.0.113.7", "127.0.0.1"), ("", "127.0.0.1")]
)
def test_what_others_say_of_themselves_is_not_read(forwarded, peer):
    assert sender(forwarded, peer).unread_proxy == ""


def test_visitors_behind_a_proxy_that_tells_ports_are_not_one(pushed, wire):
    line = wire(pushed(PIXEL))
    for port in (51234, 51235):
        line.post("/hooks/pixel", {"page": "/"}, Origin=SITE, X_Forwarded_For=f"203.0.113.7:{port}")
    line.post("/hooks/pixel", {"page": "/"}, Origin=SITE, X_Forwarded_For="203.0.113.8:51234")
    found = [json.loads(client)["client-address"] for (client,) in line.stored("client")]
    assert found == ["203.0.113.7", "203.0.113.7", "203.0.113.8"]


def test_a_proxy_that_cannot_be_understood_is_told_once_and_without_its_words(pushed, wire, caplog):
    line = wire(pushed(PIXEL))
    with caplog.at_level(logging.WARNING):
        for n in range(3):
            line.post("/hooks/pixel", {"page": "/"}, Origin=SITE, X_Forwarded_For=f"canary{n}")
    told = [r.getMessage() for r in caplog.records if "X-Forwarded-For" in r.getMessage()]
    assert len(told) == 1
    assert "127.0.0.1" in told[0]
    assert "canary" not in caplog.text
