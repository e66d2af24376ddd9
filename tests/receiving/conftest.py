"""Projects that are sent something, a receiver on loopback, and senders that speak to it over real sockets."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from capteur import House
from capteur.receiving import receiving
from capteur.store import sql

SECRET = "a-secret-in-the-path-1"
SENSORS = '''
class Hook(PushSensor):
    """One visit a delivery, or several; raises what it is told to."""

    name = "hook"
    kinds = ("visit.page",)
    keeps = ("x-event",)

    def receive(self, ctx, delivery):
        said = delivery.json()
        for row in said.get("rows", [said]):
            if "raise" in row:
                raise {"ValueError": ValueError, "Skip": SkipRun, "TryLater": TransientError, "AuthError": AuthError, "SystemExit": SystemExit}[row["raise"]]("told to")
            if "checkpoint" in row:
                yield Checkpoint([*(ctx.cursor or []), row["checkpoint"]])
                continue
            yield Signal(
                kind="visit.page", account=row["domain"], key=f"hook:{row['id']}", occurred_at=row.get("at", ctx.now),
                summary=json_of(ctx.cursor) if ctx.cursor else delivery.headers.get("x-event") or delivery.query.get("utm"),
            )


def json_of(value):
    import json

    return json.dumps(value)


class Pixel(PushSensor):
    """What pages of our site send."""

    name = "pixel"
    kinds = ("visit.page",)
    open_to = "browsers"
    site: str = "https://www.us.example"

    def origins(self):
        return (self.site,)

    def files(self):
        return {"b.js": ("text/javascript; charset=utf-8", b"navigator.sendBeacon('/hooks/pixel')")}

    def receive(self, ctx, delivery):
        who = delivery.headers.get("client-address", "nobody")
        yield Signal(
            kind="visit.page", account="acme.com", key=f"pixel:{who}:{delivery.json()['page']}", occurred_at=delivery.received_at
        )
'''


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Wire:
    """A receiver at a port of this machine."""

    house: House
    port: int
    kept: list[object] = field(default_factory=list)
    received: Any = None
    refused: Any = None

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answered:
        """One request on a connection of its own; header names with _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answered(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, path: str = f"/hooks/hook/{SECRET}", body: Any = None, **headers: str) -> Answered:
        """POST; a body that is not bytes as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(visit(1) if body is None else body).encode()
        return self.ask("POST", path, content, **headers)

    def raw(self) -> socket.socket:
        """A connection to write bytes to."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def stored(self, cells: str = "key, body") -> list[tuple[Any, ...]]:
        """The deliveries, in the order of their receipt."""
        return self.house.store.read(lambda c: sql.rows(c, f"SELECT {cells} FROM delivery ORDER BY id"))


def visit(number: int | str, domain: str = "acme.com", **more: Any) -> dict[str, Any]:
    """What the sensor `hook` understands."""
    return {"id": number, "domain": domain, **more}


@pytest.fixture
def signed() -> Callable[[bytes, str, str, int], dict[str, str]]:
    """Makes the headers of Standard Webhooks, here and not by the code under test."""
    return headers_of


def headers_of(body: bytes, secret: str, sender_id: str, at: int) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{sender_id}.{at}.".encode() + body, "sha256").digest()
    return {
        "webhook_id": sender_id,
        "webhook_timestamp": str(at),
        "webhook_signature": "v1," + base64.b64encode(digest).decode(),
    }


@pytest.fixture(name="visit")
def one_visit() -> Callable[..., dict[str, Any]]:
    return visit


@pytest.fixture
def pushed(project: Any) -> Callable[..., House]:
    """A house with these tables; without any, the sensor `hook` with its secret in the path."""
    return maker(project)


@pytest.fixture
def pushed_everywhere(stored_project: Any) -> Callable[..., House]:
    """The same, on each engine."""
    return maker(stored_project)


def maker(project: Any) -> Callable[..., House]:
    def make(toml: str = f'[sensors.hook]\nsecret = "{SECRET}"', env: dict[str, str] | None = None) -> House:
        project.plugin("pushed", SENSORS)
        project.configure(toml)
        project.accounts("domain,name\nacme.com,Acme\nglobex.com,Globex\n")
        house: House = project.open(env)
        house.import_accounts()
        assert not house.broken, house.broken
        return house

    return make


@pytest.fixture
def wire() -> Iterator[Callable[..., Wire]]:
    """Starts a receiver for a house; it is stopped at the end."""
    from collections import Counter

    with ExitStack() as stack:

        def start(house: House) -> Wire:
            made = Wire(house, 0, received=Counter(), refused=Counter())
            made.port = stack.enter_context(
                receiving(
                    house,
                    listen=("127.0.0.1", 0),
                    kept=lambda: made.kept.append(None),
                    received=made.received,
                    refused=made.refused,
                )
            )
            return made

        yield start
