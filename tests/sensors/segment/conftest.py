"""Messages as Segment forwards them, and a project that is sent them: kept as if they had been received, then read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from capteur import House
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AGENT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36"
OFFICE, HOME = "203.0.113.77", "198.51.100.9"
SECRET = "segment-shared-secret-1"
KEY = "a-key-for-visitors-1"


def call(kind: str, number: int, ago: float = 10, **more: Any) -> dict[str, Any]:
    """One message as Segment forwards it, `ago` minutes before NOW."""
    at = (NOW - timedelta(minutes=ago)).isoformat().replace("+00:00", "Z")
    context = {"ip": HOME, "userAgent": AGENT, "library": {"name": "analytics.js"}, **more.pop("context", {})}
    ids = {} if "anonymousId" in more or "userId" in more else {"anonymousId": "anon-1"}
    return {
        "type": kind, "messageId": f"ajs-{number}", "timestamp": at, "originalTimestamp": at, "sentAt": at, "receivedAt": at,
        "context": context, **ids, **more,
    }  # fmt: skip


def page(number: int, path: str = "/pricing", ago: float = 10, **more: Any) -> dict[str, Any]:
    url = f"https://www.us.example{path}"
    context = {
        "page": {"url": url, "path": path.partition("?")[0], "search": "?" + path.partition("?")[2]},
        **more.pop("context", {}),
    }
    return call("page", number, ago, context=context, properties={"url": url}, **more)


def identify(number: int, email: str, **more: Any) -> dict[str, Any]:
    return call(
        "identify",
        number,
        traits={"email": email, "name": "Jane Doe"},
        **{"anonymousId": "anon-1", "userId": "u1", **more},
    )


def track(number: int, event: str, properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    context = {"page": {"url": "https://www.us.example/contact?email=jane@acme.com"}, **more.pop("context", {})}
    return call("track", number, event=event, properties=properties or {}, context=context, **more)


Sent = Callable[..., House]


@pytest.fixture
def sent(stored_project: Any) -> Sent:
    """Keep bodies as if they had been received, each a delivery, and read them; returns the house."""
    return sender(stored_project)


@pytest.fixture
def sent_here(project: Any) -> Sent:
    """The same on SQLite only, where the engine makes no difference."""
    return sender(project)


def sender(project: Any) -> Sent:
    houses: list[House] = []

    def send(*bodies: Any, toml: str = "", again: bool = False) -> House:
        if not houses:
            (project.folder / "networks.csv").write_text(f"network,domain\n{OFFICE},globex.com\n")
            project.configure(
                f'[sensors.segment]\nsecret = "{SECRET}"\nvisitor_key = "{KEY}"\ncompanies = "networks.csv"\nown = ["us.example"]\n{toml}'
            )
            project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
            house: House = project.open()
            house.import_accounts()
            assert not house.broken, house.broken
            houses.append(house)
        house = houses[0]
        number = house.store.write(lambda c: id_of(c, "segment")).result()
        start = len(house.deliveries())
        house.keep_deliveries(
            [
                Arrived(number, f"id:{start + n}", house.now(), b if isinstance(b, bytes) else json.dumps(b).encode())
                for n, b in enumerate(bodies)
            ]
        ).result()
        house.run()
        return house

    return send


def told(house: House) -> list[tuple[str, str]]:
    """(account, kind) of every signal."""
    accounts = {a.id: a.label for a in house.accounts(("listed", "unmatched"))}
    return sorted((accounts[s.account_id], s.kind) for s in house.signals())


@pytest.fixture
def calls() -> SimpleNamespace:
    """Makers of messages; `told` says what became of them."""
    return SimpleNamespace(
        call=call,
        page=page,
        identify=identify,
        track=track,
        told=told,
        NOW=NOW,
        OFFICE=OFFICE,
        HOME=HOME,
        SECRET=SECRET,
        KEY=KEY,
    )
