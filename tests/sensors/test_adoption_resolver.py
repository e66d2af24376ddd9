"""Asking DNS over real packets on loopback: errors, truncation, silence, forgeries, and politeness."""

from __future__ import annotations

import threading

import pytest

from capteur_sensors.adoption import resolver as room
from capteur_sensors.adoption.resolver import Pace, Resolver

NAME = "acme.example"


@pytest.fixture
def ask(zone, monkeypatch):
    host, port = zone.address.split(":")
    resolver = Resolver([(host, int(port))], 10_000)
    return lambda name, kind="TXT", seconds=2.0: resolver.ask(name, kind, seconds)


def test_records_of_each_kind_are_read(zone, ask):
    zone.put(NAME, "TXT", "docusign=1", "MS=ms2")
    zone.put(NAME, "MX", "1 aspmx.l.google.com", "5 alt1.aspmx.l.google.com")
    zone.put("help." + NAME, "CNAME", "acme.zendesk.com")
    assert ask(NAME).values == ("docusign=1", "MS=ms2")
    assert set(ask(NAME, "MX").values) == {"aspmx.l.google.com.", "alt1.aspmx.l.google.com."}
    assert ask("help." + NAME, "CNAME").values == ("acme.zendesk.com.",)


def test_the_strings_of_one_record_belong_together_without_a_space(zone, ask):
    zone.put(NAME, "TXT", ("v=spf1 include:_spf.goo", "gle.com include:sendgrid", ".net ~all"))
    assert ask(NAME).values == ("v=spf1 include:_spf.google.com include:sendgrid.net ~all",)


def test_no_such_name_no_such_record_and_no_answer_are_three_things(zone, ask):
    zone.put(NAME, "MX", "1 mx.acme.example")
    zone.fail("broken.example")
    assert ask(NAME) == room.Reply()
    assert ask("nobody.example").missing
    assert ask("broken.example").failure == "SERVFAIL"


def test_an_answer_too_large_for_udp_comes_over_tcp(zone, ask):
    zone.put(NAME, "TXT", *(f"token-{n}=" + "x" * 200 for n in range(60)))
    assert len(ask(NAME).values) == 60
    assert len(zone.asked) == 2


@pytest.mark.parametrize("fault", ["silent", "garbage", "another id", "another question", "half"])
def test_silence_forgeries_and_garbage_are_no_answer(zone, ask, fault):
    zone.put(NAME, "TXT", "docusign=1", fault=fault)
    reply = ask(NAME, seconds=0.3)
    assert (reply.values, reply.missing) == ((), False)
    assert reply.silent
    assert "did not answer in time" in reply.failure


def test_bytes_that_are_no_text_are_read_as_far_as_they_are(zone, ask):
    zone.put(NAME, "TXT", "docusign=\x00\x1b[31m" + "é" * 10)
    [value] = ask(NAME).values
    assert value.startswith("docusign=")


@pytest.mark.parametrize("name", ["a" * 70 + ".example", "x." * 130 + "example", "..example", ""])
def test_a_name_that_cannot_be_is_a_failure_not_a_crash(ask, name):
    reply = ask(name)
    assert reply.failure or reply.missing or reply.values == ()


def test_a_pace_is_kept_over_all_threads():
    """Ten questions a second: the fourth of four threads waits three tenths."""
    waited: list[float] = []
    lock = threading.Lock()

    def sleep(seconds: float) -> None:
        with lock:
            waited.append(round(seconds, 3))

    pace = Pace(10, monotonic=lambda: 100.0, sleep=sleep)
    threads = [threading.Thread(target=pace.wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waited) == [0.1, 0.2, 0.3]


def test_who_comes_late_does_not_wait():
    moments = iter([0.0, 5.0, 5.05])
    waited: list[float] = []
    pace = Pace(10, monotonic=lambda: next(moments), sleep=waited.append)
    for _ in range(3):
        pace.wait()
    assert [round(seconds, 3) for seconds in waited] == [0.05]
