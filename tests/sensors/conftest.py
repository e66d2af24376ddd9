"""A small web and a small core: enough to run a sensor as core would, without a house.

`world` answers by address over `httpx.MockTransport`; `sense` runs a sensor once over it, checks everything it yields the way
core does, and keeps its memory and validators for the next run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from capteur import (
    Account,
    AccountSensor,
    Answer,
    AuthError,
    Checkpoint,
    Context,
    FeedSensor,
    NotFound,
    RateLimited,
    Revoke,
    Signal,
    SkipAccount,
    SourceChanged,
    TransientError,
)
from capteur.clock import from_micros
from capteur.signals import Accepted, accept
from capteur_sensors.demo.nameserver import NXDOMAIN, SERVFAIL, Told, serve_names

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ACME = Account(id=1, domain="acme.example", name="Acme")


class World:
    """Addresses and what they answer. Anything else is a 404; an exception is raised as the network would."""

    def __init__(self) -> None:
        self.answers: dict[str, httpx.Response | Exception] = {}
        self.asked: list[str] = []
        self.etags = False
        self.robots_closed: set[str] = set()

    def put(self, url: str, body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Let `url` answer `body`: text and bytes as they are, anything else as JSON; an exception is raised."""
        if isinstance(body, Exception):
            self.answers[url] = body
            return
        content = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        self.answers[url] = httpx.Response(status, content=content, headers=dict(headers or {}))

    def drop(self, url: str) -> None:
        """Let `url` be a 404 from now on."""
        self.answers.pop(url, None)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        url = str(request.url)
        self.asked.append(url)
        found = self.answers.get(url)
        if isinstance(found, Exception):
            raise found
        if found is None:
            return httpx.Response(404, text="not found")
        etag = f'"{hashlib.sha256(found.content).hexdigest()[:12]}"'
        if self.etags and request.headers.get("If-None-Match") == etag:
            return httpx.Response(304)
        headers = {**found.headers, "ETag": etag} if self.etags else found.headers
        return httpx.Response(found.status_code, content=found.content, headers=headers)


class WorldHttp:
    """The public protocol `Http` over a World: errors and validators as core's client has them."""

    def __init__(self, world: World, validators: dict[str, str]) -> None:
        self._world = world
        self._validators = validators
        self.learnt: dict[str, str] = {}

    def get(
        self,
        url: str,
        *,
        params: Any = None,
        headers: Any = None,
        token: Any = None,
        conditional: bool = False,
        robots: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        if robots and url in self._world.robots_closed:
            raise SkipAccount(f"robots.txt forbids {url}")
        sent = {k: v.get_secret_value() if isinstance(v, SecretStr) else v for k, v in (headers or {}).items()}
        if conditional and url in self._validators:
            sent["If-None-Match"] = self._validators[url]
        with httpx.Client(transport=httpx.MockTransport(self._world.handle)) as client:
            try:
                response = client.get(url, params=params, headers=sent)
            except httpx.HTTPError as error:
                raise TransientError(f"{url}: {error}") from error
        if conditional and "ETag" in response.headers:
            self.learnt[url] = response.headers["ETag"]
        self._raise(response, accept)
        return Answer(response.status_code, url, response.headers, response.content, response.status_code == 304)

    def get_json(self, url: str, **options: Any) -> Any:
        return self.get(url, **options).json()

    def get_text(self, url: str, **options: Any) -> str:
        return self.get(url, **options).text

    def post_json(self, url: str, json: Any, **options: Any) -> Any:
        raise NotImplementedError

    def pages(self, url: str, *, following: Any, **options: Any) -> Iterator[Any]:
        raise NotImplementedError

    @staticmethod
    def _raise(response: httpx.Response, accept: Collection[int]) -> None:
        status, where = response.status_code, str(response.request.url)
        if status < 400 or status in accept:
            return
        made: dict[int, Callable[[str], Exception]] = {
            401: AuthError,
            403: AuthError,
            404: NotFound,
            410: NotFound,
            429: RateLimited,
        }
        raise made.get(status, TransientError if status >= 500 else SourceChanged)(f"{status} from {where}")


class Log:
    """`ctx.log` that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, dict[str, Any]]] = []

    def debug(self, event: str, /, **values: Any) -> None:
        self.told.append(("debug", event, values))

    def info(self, event: str, /, **values: Any) -> None:
        self.told.append(("info", event, values))

    def warning(self, event: str, /, **values: Any) -> None:
        self.told.append(("warning", event, values))


@dataclass
class Run:
    """What one run came to. `error` is what the generator raised (its signals before it are kept)."""

    signals: list[Signal] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    memory: Any = None
    bad: list[BaseException] = field(default_factory=list)
    error: BaseException | None = None
    asked: list[str] = field(default_factory=list)
    log: Log = field(default_factory=Log)

    def of(self, kind: str) -> list[Signal]:
        """The signals of a kind."""
        return [signal for signal in self.signals if signal.kind == kind]

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """Each signal as (key, moment in UTC, summary)."""
        return [(a.key, from_micros(a.occurred_at).isoformat(), a.summary or "") for a in self.accepted]


class Bench:
    """Runs one sensor again and again, as one watch row."""

    def __init__(self, world: World, base: Path) -> None:
        self.world = world
        self.base = base
        self.memory: Any = None
        self.validators: dict[str, str] = {}
        self.now = NOW
        self.contact = "me@company.example"

    def run(
        self,
        sensor: FeedSensor | AccountSensor,
        account: Account = ACME,
        *,
        later: timedelta = timedelta(),
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Run:
        """Run it once, `later` than the last time. An error keeps signals and moves no memory; a skip does move it.

        With `until` it is a backfill: it gets no memory and leaves none.
        """
        self.now += later
        run, http, before = Run(), WorldHttp(self.world, self.validators), len(self.world.asked)
        ctx = self.context(sensor, run, http, since, until)
        memory = self.memory
        generator = sensor.detect(ctx, account) if isinstance(sensor, AccountSensor) else sensor.detect(ctx)
        try:
            for thing in generator:
                if isinstance(thing, Signal):
                    run.signals.append(thing)
                    run.accepted.append(accept(thing, sensor.kind_names(), self.now))
                elif isinstance(thing, Revoke):
                    run.revoked.append(str(thing.key))
                elif isinstance(thing, Checkpoint):
                    memory = json.loads(json.dumps(thing.memory))
        except Exception as error:  # noqa: BLE001  whatever it is, the test looks at it
            run.error = error
        if until is None and (run.error is None or isinstance(run.error, SkipAccount)):
            self.memory = memory
        if run.error is None:
            self.validators |= http.learnt
        run.memory, run.asked = self.memory, self.world.asked[before:]
        return run

    def context(
        self,
        sensor: FeedSensor | AccountSensor,
        run: Run,
        http: WorldHttp,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Context:
        """What core would hand to the sensor now."""
        return Context(
            instance=sensor.name,
            now=self.now,
            since=since or self.now - timedelta(days=90),
            http=http,
            ahttp=None,
            log=run.log,
            until=until,
            cursor=self.memory if until is None else None,
            base=str(self.base),
            contact=self.contact,
            _bad_row=run.bad.append,  # type: ignore[arg-type]
        )

    def start(
        self, sensor: FeedSensor | AccountSensor, account: Account = ACME, *, since: datetime | None = None
    ) -> Iterator[Any]:
        """The sensor's generator, not run yet."""
        ctx = self.context(sensor, Run(), WorldHttp(self.world, self.validators), since)
        return iter(sensor.detect(ctx, account) if isinstance(sensor, AccountSensor) else sensor.detect(ctx))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def bench(world: World, tmp_path: Path) -> Bench:
    return Bench(world, tmp_path)


@pytest.fixture
def new_bench(world: World, tmp_path: Path) -> Callable[[], Bench]:
    """A second watch row, or one that has forgotten everything."""
    return lambda: Bench(world, tmp_path)


class Zone:
    """Names, and what a real name server on loopback says to each. A name that nobody put does not exist."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], Told] = {}
        self.asked: list[tuple[str, str]] = []
        self.address = ""

    def put(self, name: str, kind: str, *values: str | tuple[str, ...], **how: Any) -> None:
        """Let `name` have these records of a kind; `rcode` and `fault` as in Told."""
        self.told[name, kind] = Told(values, **how)

    def fail(self, name: str, kind: str = "", *, rcode: int = SERVFAIL) -> None:
        """Let a question, or every question about a name and what is beneath it, be answered by an error."""
        self.told[name, kind or "*"] = Told(rcode=rcode)

    def lookup(self, name: str, kind: str) -> Told:
        """What is said to one question."""
        self.asked.append((name, kind))
        labels = name.split(".")
        above = [".".join(labels[at:]) for at in range(len(labels))]
        every = next((self.told[n, "*"] for n in above if (n, "*") in self.told), None)
        found = self.told.get((name, kind)) or every
        if found is not None:
            return found
        exists = any(n == name or n.endswith("." + name) for n, _ in self.told)
        return Told() if exists else Told(rcode=NXDOMAIN)


@pytest.fixture
def zone() -> Iterator[Zone]:
    made = Zone()
    with serve_names(made.lookup) as address:
        made.address = address
        yield made
