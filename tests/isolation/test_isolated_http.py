"""An isolated sensor asks the network through capteur: same words, same errors, same validators, same secrets kept."""

from __future__ import annotations

import http.server
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog

from capteur.clock import ManualClock
from capteur.matching import Index
from capteur.sensing import Intake
from capteur.sensing.isolated import drive_isolated
from capteur.sensor import Context
from capteur.signals import Accepted
from capteur.web import Web, WebSettings

SECRET = "s3cret-canary-0815"
SYNC = """
me = open(f"/proc/{os.getpid()}/cmdline").read() + open(f"/proc/{os.getpid()}/environ").read() if sys.platform == "linux" else ""
yield one("argv or environment" if self.key.get_secret_value() in me or "CANARY" in me else "kept")
print("printed", self.key.get_secret_value())
ctx.log.warning("logged", key=self.key.get_secret_value(), at=ctx.now)
got = ctx.http.get_json(self.url + "/rows", params={"since": ctx.since.date(), "n": [1, 2]}, token=self.key)
for row in got["rows"]:
    yield one(row)
page = ctx.http.get(self.url + "/page", headers={"X-Key": self.key}, conditional=True)
yield one(f"page {page.status} {page.text} {page.headers['Content-Type']} {page.unchanged}")
yield one(f"text {ctx.http.get_text(self.url + '/page')}")
yield one(f"post {ctx.http.post_json(self.url + '/post', {'when': ctx.now, 'key': self.key})['length'] > 60}")
for leaf in ctx.http.pages(self.url + "/pages", following=lambda leaf: leaf["next"], params={"p": 1}):
    yield one(f"leaf {leaf['p']}")
try:
    ctx.http.get(self.url + "/gone")
except NotFound as error:
    yield one("caught " + error.what.partition(" ")[0])
yield one(f"accepted {ctx.http.get(self.url + '/gone', accept=[404]).status}")
ctx.http.get(self.url + "/locked", params={"api_key": self.key})
"""
ASYNC = """
answers = await asyncio.gather(*(ctx.ahttp.get_json(self.url + "/slow") for _ in range(4)))
yield one(f"together {answers}")
async for leaf in ctx.ahttp.pages(self.url + "/pages", following=lambda leaf: leaf["next"], params={"p": 1}):
    yield one(f"leaf {leaf['p']}")
yield one((await ctx.ahttp.get_text(self.url + "/page")))
yield one(str((await ctx.ahttp.post_json(self.url + "/post", [1]))["length"]))
"""


@pytest.fixture
def upstream() -> Iterator[Any]:
    """A real server; `/slow` answers once four are waiting, so it answers only who asks for four at once."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            server.seen.append((self.path, self.headers))  # type: ignore[attr-defined]  # the test's list
            if path == "/page" and self.headers.get("If-None-Match") == '"e1"':
                self.answer(304, b"")
            elif path == "/slow":
                gate.wait(20)
                self.answer(200, b"7")
            elif path == "/pages":
                p = int(self.path.partition("p=")[2])
                self.answer(200, json.dumps({"p": p, "next": {"p": p + 1} if p < 3 else None}).encode())
            else:
                known = {
                    "/rows": (200, b'{"rows": ["r1", "r2"]}'),
                    "/page": (200, b"hello"),
                    "/locked": (401, SECRET.encode()),
                }
                self.answer(*known.get(path, (404, b"gone")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200, json.dumps({"length": len(body)}).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/plain")
            self.send_header("ETag", '"e1"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    gate = threading.Barrier(4)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]  # read by the test
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def put(project: Any, upstream: Any, body: str, colour: str = "") -> Any:
    host, port = upstream.server_address
    project.sensor("feed", body, colour=colour, options="key: SecretStr\n    url: str")
    project.table("feed", f'isolate = true\nkey = "env:CANARY"\nurl = "http://{host}:{port}"')
    project.web = f'allow = ["{host}"]'
    return project.open(env={"CANARY": SECRET})


def test_a_sync_sensor_asks_as_if_it_were_here(
    project: Any, upstream: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CANARY", SECRET)
    house = put(project, upstream, SYNC)
    run = house.run().runs[0]
    keys = {row.key for row in house.signals()}
    leaves = {f"leaf {n}" for n in (1, 2, 3)}
    assert keys == {
        "kept", "r1", "r2", "page 200 hello text/plain False", "text hello", "post True", "caught 404", "accepted 404", *leaves,
    }  # fmt: skip
    assert (run.status, run.credentials, run.requests) == ("parked", True, 10)
    assert "401 from 127.0.0.1" in (run.error or "")
    assert "check key" in (run.fix or "")
    (path, headers) = next(seen for seen in upstream.seen if seen[0].startswith("/rows"))
    assert (path, headers["Authorization"]) == ("/rows?since=2026-08-22&n=1&n=2", f"Bearer {SECRET}")
    assert headers["Accept"] == "application/json"
    told = [run.error, run.fix, caplog.text, *(str(record.__dict__) for record in caplog.records)]
    assert "event='printed'" in caplog.text
    assert "event='logged'" in caplog.text
    assert not any(SECRET in (text or "") for text in told)


def test_an_async_sensor_asks_for_several_at_once(project: Any, upstream: Any) -> None:
    house = put(project, upstream, ASYNC, "async ")
    run = house.run().runs[0]
    assert run.status == "ok", run.error
    assert {row.key for row in house.signals()} == {"together [7, 7, 7, 7]", "leaf 1", "leaf 2", "leaf 3", "hello", "3"}


def test_validators_of_a_good_run_are_sent_the_next_time(project: Any, upstream: Any) -> None:
    body = 'page = ctx.http.get(self.url + "/page", conditional=True)\nyield one(f"{page.status} {page.unchanged}")'
    house = put(project, upstream, body)
    house.run()
    house.run()
    assert {row.key for row in house.signals()} == {"200 False", "304 True"}


def test_a_private_address_is_refused_away_too(project: Any) -> None:
    project.sensor("feed", 'ctx.http.get("http://127.0.0.1:9/")\nyield')
    project.table("feed", "isolate = true")
    (run,) = project.open().run().runs
    assert (run.status, "127.0.0.1" in (run.error or ""), run.requests) == ("failed", True, 1), run.error


async def test_a_process_that_started_slowly_has_the_whole_deadline_for_its_requests(
    project: Any, clock: ManualClock, upstream: Any
) -> None:
    """The unit's time counts from when its process is ready; until then more than the deadline has passed here."""
    host, port = upstream.server_address
    project.sensor("slow", "yield one(ctx.http.get_text(self.flag))")
    project.table("slow", f'isolate = true\ndeadline = "20s"\nflag = "http://{host}:{port}/page"')
    (instance,) = project.open().instances
    intake = Intake(kinds=instance.kinds, now=clock.now(), index=Index())
    async with Web(WebSettings(allow=(host,)), clock) as web:
        session = web.session(secrets=(), validators={}, deadline=clock.monotonic() + 20, instance="slow")
        clock.advance(timedelta(seconds=25))
        asking = {"http": session.http, "ahttp": session.ahttp, "log": structlog.get_logger()}
        ctx = Context(instance="slow", now=clock.now(), since=clock.now(), **asking)
        chunks = [chunk async for chunk in drive_isolated(instance, ctx, None, intake, session)]
    assert [thing.key for chunk in chunks for thing in chunk if isinstance(thing, Accepted)] == ["hello"]
