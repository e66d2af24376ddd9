"""A person whom segment knows by hashes only is found by an e-mail address, with a random key and with one of the user's own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of

MAIL = "jane.canary@gmail.com"
AGENT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36"


def _message(house: House, kind: str, number: int, **more: Any) -> dict[str, Any]:
    at = (house.clock.now() - timedelta(minutes=10 - number)).isoformat()
    url = "https://www.us.example/pricing"
    return {
        "type": kind, "messageId": f"m{number}", "timestamp": at, "originalTimestamp": at, "sentAt": at, "receivedAt": at, "userId": MAIL,
        "context": {"ip": "198.51.100.9", "userAgent": AGENT, "library": {"name": "analytics.js"}, "page": {"url": url, "path": "/pricing"}},
        **more,
    }  # fmt: skip


@pytest.mark.parametrize("key", ["", 'visitor_key = "a-key-for-visitors-1"'], ids=["random", "own"])
def test_the_hashes_of_a_person_go_with_the_person(project: Any, clock: ManualClock, key: str) -> None:
    """The company that was nobody but her loses its ids; the visit stays."""
    project.configure(f'[sensors.segment]\nsecret = "segment-shared-secret-1"\nown = ["us.example"]\n{key}\n')
    house = project.open()
    assert not house.broken
    number = house.store.write(lambda conn: id_of(conn, "segment")).result()
    assert number is not None
    page = {"properties": {"url": "https://www.us.example/pricing"}}
    messages = [
        _message(house, "page", 1, **page),
        _message(house, "identify", 2, traits={"email": MAIL, "name": "Jane"}),
    ]
    body = json.dumps({"batch": messages}).encode()
    house.keep_deliveries([Arrived(number, "d1", house.now(), body)]).result()
    house.run()
    assert len(house.signals()) == 1
    before = house.export_person([MAIL])
    assert before.held["delivery"]
    assert before.held["alias"] or before.held["account"]
    clock.advance(timedelta(days=1))
    told = house.forget_person([MAIL])
    assert told.rows["deliveries"] == 1
    assert told.rows["signals"] == 1
    assert house.export_person([MAIL]).rows == 0
    (signal,) = house.signals()
    assert (signal.kind.partition(".")[0], signal.summary, signal.data) == ("visit", None, None)


@pytest.mark.parametrize("key", ["", 'visitor_key = "a-key-for-visitors-1"'], ids=["random", "own"])
@pytest.mark.parametrize("scheme", ["userId", "anonymousId"])
@pytest.mark.parametrize("company", [{"website": "acme.com"}, {"company": "Initech Ltd"}], ids=["domain", "name"])
def test_visits_under_a_companys_name_are_found_by_the_ids_they_came_with(
    project: Any, clock: ManualClock, key: str, scheme: str, company: dict[str, str]
) -> None:
    """The page says whose it is, so its visitor is hashed together with the company; the person gives only an id."""
    project.configure(f'[sensors.segment]\nsecret = "segment-shared-secret-1"\nown = ["us.example"]\n{key}\n')
    house = project.open()
    assert not house.broken
    number = house.store.write(lambda conn: id_of(conn, "segment")).result()
    assert number is not None
    page = {"userId": "", scheme: "canary-7", "properties": {"url": "https://www.us.example/pricing", **company}}
    body = json.dumps(_message(house, "page", 1, **page)).encode()
    house.keep_deliveries([Arrived(number, "d1", house.now(), body)]).result()
    house.run()
    assert len(house.signals()) == 1
    clock.advance(timedelta(days=1))
    assert house.forget_person(["canary-7"]).rows["signals"] == 1
    (signal,) = house.signals()
    assert (signal.summary, signal.data) == (None, None)
