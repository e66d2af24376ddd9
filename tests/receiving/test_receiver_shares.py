"""Who has not shown yet who he is takes nothing from those who have."""

from __future__ import annotations

import gzip
from contextlib import ExitStack

import pytest

from capteur.receiving import bodies
from capteur.receiving.bodies import Body, Held, Strangers
from capteur.receiving.http import Refused

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = "a-secret-in-the-path-1"
BOTH = (
    f'[sensors.hook]\nsecret = "{SECRET}"\n[sensors.signed]\nuse = "hook"\nsecret = "{KEY}"\nsecret_in = "signature"\n'
)
SITE = "https://www.us.example"


def head(path, length, *more):
    lines = [f"POST {path} HTTP/1.1", "Host: here", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def refused_at_last(ask):
    """Bodies on other connections may be read a moment later than they are sent."""
    assert 503 in (ask() for _ in range(20))


def test_one_address_has_a_part_of_what_strangers_have():
    shares = Strangers(100, 30)
    one, other = shares.of("192.0.2.1"), shares.of("192.0.2.2")
    one.take(30)
    with pytest.raises(Refused):
        shares.of("192.0.2.1").take(1)
    other.take(30)
    for n in range(4):
        shares.of(f"198.51.100.{n}").take(10)
    with pytest.raises(Refused):
        shares.of("203.0.113.1").take(1)
    one.give(30)
    other.give(30)
    shares.of("203.0.113.1").take(30)


def test_addresses_that_hold_nothing_are_not_remembered():
    shares = Strangers(100, 30)
    for n in range(1_000):
        share = shares.of(str(n))
        share.take(5)
        share.give(5)
    assert len(shares) == 0


def test_a_body_that_is_vouched_for_moves_to_the_others():
    strangers, held = Strangers(100, 30), Held(40)
    body = Body(strangers.of("192.0.2.1"))
    body.grow(30)
    body.move(held)
    assert (held.bytes, len(strangers)) == (30, 0)
    late = Body(strangers.of("192.0.2.1"))
    late.grow(30)
    with pytest.raises(Refused):
        late.move(held)
    late.drop()
    body.drop()
    assert (held.bytes, len(strangers)) == (0, 0)


def test_bodies_that_nobody_signs_leave_room_for_who_has_a_secret(pushed, wire, monkeypatch):
    """Stalled bodies of unknown senders fill what strangers have, and a signed sender waits; a secret in the path does not."""
    monkeypatch.setattr(bodies, "IN_FLIGHT", 100_000)
    monkeypatch.setattr(bodies, "STRANGERS", 40_000)
    monkeypatch.setattr(bodies, "STRANGER", 40_000)
    line = wire(pushed("[receiving]\nbody_kb = 10\n" + BOTH))
    with ExitStack() as stack:
        for _ in range(4):
            sock = stack.enter_context(line.raw())
            sock.sendall(head("/hooks/signed", 10_240) + b"x" * 10_000)
        refused_at_last(lambda: line.post("/hooks/signed", b"x" * 10_240).status)
        assert line.post(body=b"{" + b" " * 9_000 + b"}").status == 200
    assert line.refused["signed", "busy"] == 1
    assert line.refused["hook", "busy"] == 0


def test_pages_of_browsers_are_strangers_too(pushed, wire, monkeypatch):
    monkeypatch.setattr(bodies, "STRANGERS", 9_000)
    monkeypatch.setattr(bodies, "STRANGER", 9_000)
    line = wire(pushed("[receiving]\nbody_kb = 1\n[sensors.pixel]\n"))
    with ExitStack() as stack:
        for _ in range(9):
            sock = stack.enter_context(line.raw())
            sock.sendall(head("/hooks/pixel", 1_024, f"Origin: {SITE}") + b"x" * 1_000)
        refused_at_last(lambda: line.post("/hooks/pixel", b"x" * 1_024, Origin=SITE).status)


def test_a_signed_delivery_of_the_largest_size_is_taken_packed_or_not(pushed, wire, signed, clock):
    """Whatever one delivery needs, one address has."""
    line = wire(pushed("[receiving]\nbody_kb = 8192\n" + BOTH))
    body = b"{" + b" " * (8 * 1024 * 1024 - 2) + b"}"
    at = int(clock.now().timestamp())
    assert line.post("/hooks/signed", body, **signed(body, KEY, "msg_1", at)).status == 200
    packed = gzip.compress(body, 1)
    told = signed(packed, KEY, "msg_2", at)
    assert line.post("/hooks/signed", packed, Content_Encoding="gzip", **told).status == 200
