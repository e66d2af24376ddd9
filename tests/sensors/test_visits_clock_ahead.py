"""A clock that was wrong once: the key of the visitors' names moved on with it, and the visits after it still count."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from capteur.clock import micros
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of
from capteur_sensors.visits.keys import DAY_S, KEPT_DAYS, Keys

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE = "https://www.us.example"
SEGMENT = f'[sensors.segment]\nsecret = "segment-shared-secret-1"\nsites = "{SITE[8:]}"\n'
BEACON = '[sensors.beacon]\nsites = ["us.example"]\ncompanies = "networks.csv"\n'


def _visit(sensor: str, at: datetime, number: int) -> tuple[str, str | None, str | None]:
    """Body, headers, and the sender's address as JSON."""
    if sensor == "segment":
        url = f"{SITE}/pricing"
        message = {
            "type": "page",
            "messageId": f"m{number}",
            "userId": f"u{number}@acme.com",
            "timestamp": at.isoformat(),
        }
        return json.dumps({**message, "properties": {"url": url}}), None, None
    told = {"v": 1, "h": "www.us.example", "p": "/pricing", "q": "", "a": 0, "s": 0, "d": 0}
    return (
        json.dumps(told),
        json.dumps({"origin": SITE, "user-agent": f"{AGENT} {number}"}),
        json.dumps({"client-address": "203.0.113.77"}),
    )


class Sent:
    """A house that is sent visits by one sensor."""

    def __init__(self, project: Any, sensor: str) -> None:
        (project.folder / "networks.csv").write_text("network,domain\n203.0.113.77,acme.com\n")
        project.configure(BEACON if sensor == "beacon" else SEGMENT)
        project.accounts("domain,name\nacme.com,Acme\n")
        self.house = project.open()
        self.house.import_accounts()
        assert not self.house.broken, self.house.broken
        self.sensor, self.number = sensor, 0

    def keep(self, at: datetime) -> None:
        """Receive a new visitor's page."""
        self.number += 1
        instance = self.house.store.write(lambda c: id_of(c, self.sensor)).result()
        body, headers, client = _visit(self.sensor, at, self.number)
        arrived = Arrived(instance, f"id:{self.number}", micros(at), body.encode(), headers, None, client)
        self.house.keep_deliveries([arrived]).result()

    def read(self) -> int:
        """Read what was received; how many signals there are."""
        self.house.run()
        assert {row.state for row in self.house.deliveries()} == {"done"}
        return len(self.house.signals())

    @property
    def key(self) -> dict[str, Any]:
        cursor = self.house.store.read(
            lambda c: c.exec_driver_sql("SELECT cursor FROM watch WHERE cursor IS NOT NULL").scalar()
        )
        return dict(json.loads(cursor)["keys"])


@pytest.mark.parametrize("sensor", ["segment", "beacon"])
def test_one_delivery_of_the_future_does_not_silence_the_present(project, clock, caplog, sensor):
    """Sixty days ahead and back: the visit counts, under a fresh key, and a warning says so once."""
    sent = Sent(project, sensor)
    sent.keep(clock.now())
    assert sent.read() == 1
    clock.advance(timedelta(days=60))
    sent.keep(clock.now())
    assert sent.read() == 2
    ahead = sent.key
    clock.advance(timedelta(minutes=5) - timedelta(days=60))
    caplog.clear()
    for number in (3, 4):
        sent.keep(clock.now())
        assert sent.read() == number
    assert sent.key["day"] < ahead["day"]
    assert sent.key["key"] != ahead["key"]
    assert len([r for r in caplog.records if r.levelname == "WARNING" and "clock" in r.getMessage()]) == 1


@pytest.mark.parametrize("sensor", ["segment", "beacon"])
def test_a_delivery_received_in_the_future_and_read_now_moves_no_key(project, clock, sensor):
    """Somebody has it read again before it is due."""
    sent = Sent(project, sensor)
    sent.keep(clock.now())
    sent.read()
    before = sent.key
    sent.keep(clock.now() + timedelta(days=90))
    sent.house.store.write(lambda c: c.exec_driver_sql(f"UPDATE delivery SET due_at = {micros(clock.now())}")).result()
    sent.keep(clock.now())
    sent.read()
    assert sent.key == before


def test_a_late_delivery_draws_no_new_key(project, clock, caplog):
    """Two days' wait, or a clock that is a few seconds behind at midnight, are no clock that was ahead."""
    sent = Sent(project, "beacon")
    early = clock.now()
    clock.advance(timedelta(days=2))
    sent.keep(clock.now())
    sent.read()
    before = sent.key
    sent.keep(early)
    sent.read()
    assert sent.key == before
    assert "clock" not in caplog.text


def test_what_is_ahead_is_a_kept_key_only():
    keys = Keys.fresh(int(NOW.timestamp()) // DAY_S - KEPT_DAYS)
    assert not keys.is_ahead(NOW.timestamp(), DAY_S, KEPT_DAYS)
    assert not keys.is_ahead(NOW.timestamp() + 5 * DAY_S, DAY_S, KEPT_DAYS)
    assert keys.is_ahead(NOW.timestamp() - DAY_S, DAY_S, KEPT_DAYS)
    midnight = NOW.replace(hour=0).timestamp()
    assert not keys.is_ahead(midnight - 60, DAY_S, KEPT_DAYS)
    assert not Keys.of_secret("a-key-for-visitors-1").is_ahead(0, DAY_S, KEPT_DAYS)
