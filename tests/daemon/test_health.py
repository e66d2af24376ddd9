"""What a daemon tells whoever watches it, over real sockets on the loopback: also frozen, in trouble, and to bad clients."""

from __future__ import annotations

import http.client
import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from capteur import House
from capteur.clock import ManualClock
from capteur.daemon.health import INDEX, listening
from capteur.daemon.listener import CONNECTIONS, MOST_HEAD, is_local_name
from capteur.errors import ConfigError
from capteur.house.pulse import STALE_S, Pulse
from capteur.house.shift import open_shift
from capteur.store import sql

HOST = "127.0.0.1"
ONE = 'yield Signal(kind="funding.raised", account="acme.com", key=f"r{ctx.now:%d%H%M}", occurred_at=ctx.now)\n'


@pytest.fixture
def house(feed: Callable[..., House]) -> House:
    return feed(ONE)


@pytest.fixture
def pulse(clock: ManualClock) -> Pulse:
    """Of a daemon that ticks and has looked at the store."""
    now = clock.monotonic()
    return Pulse(now, ticked=now, ticks=1, looked=now)


@pytest.fixture
def port(house: House, pulse: Pulse) -> Iterator[int]:
    with listening(house, pulse, HOST, 0) as port:
        yield port


class Answer:
    """One answer, read to its end."""

    def __init__(self, port: int, path: str = "/healthz", method: str = "GET", **headers: str) -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            self.status, self.headers, self.body = answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)


def said(port: int, data: bytes) -> bytes:
    """Everything that comes back for some bytes."""
    with socket.create_connection((HOST, port), timeout=30) as client:
        client.sendall(data)
        return b"".join(iter(lambda: client.recv(65_536), b""))


# what the paths say


def test_a_daemon_that_works_is_healthy_and_ready(port: int) -> None:
    healthy = Answer(port, "/healthz")
    assert healthy.status == 200
    assert healthy.json == {
        "status": "ok",
        "tick_age_s": 0.0,
        "trouble": None,
        "draining": False,
        "started_at": "2026-11-20T08:00:00Z",
    }
    ready = Answer(port, "/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ready", "reasons": []})


def test_a_ticker_that_stands_still_is_neither_until_it_ticks_again(
    port: int, pulse: Pulse, clock: ManualClock
) -> None:
    clock.advance(timedelta(seconds=STALE_S + 1))
    frozen = Answer(port, "/healthz")
    assert (frozen.status, frozen.json["status"], frozen.json["tick_age_s"]) == (503, "frozen", 31.0)
    unready = Answer(port, "/readyz")
    assert (unready.status, unready.json["reasons"]) == (503, ["the ticker has stood still for 31 s"])
    pulse.ticked = clock.monotonic()
    assert (Answer(port, "/healthz").status, Answer(port, "/readyz").status) == (200, 200)


def test_a_daemon_that_never_ticked_is_frozen_after_as_long(house: House, clock: ManualClock) -> None:
    with listening(house, Pulse(clock.monotonic()), HOST, 0) as port:
        assert Answer(port, "/healthz").status == 200
        clock.advance(timedelta(seconds=STALE_S + 1))
        assert Answer(port, "/healthz").json["status"] == "frozen"


@pytest.mark.parametrize(
    ("change", "healthy", "reason"),
    [
        ({"draining": True}, 200, "it is stopping"),
        ({"looked": None}, 200, "it has not looked at the store yet"),
        ({"trouble": "store x: the disk is full"}, 503, "store x: the disk is full"),
    ],
    ids=["stopping", "just begun", "disk full"],
)
def test_what_keeps_a_daemon_from_work_is_the_reason(
    port: int, pulse: Pulse, change: dict[str, Any], healthy: int, reason: str
) -> None:
    for name, value in change.items():
        setattr(pulse, name, value)
    unready = Answer(port, "/readyz")
    assert (unready.status, unready.json["status"]) == (503, "not ready")
    assert [text for text in unready.json["reasons"] if reason in text] == unready.json["reasons"]
    assert Answer(port, "/healthz").status == healthy


def test_trouble_is_told_without_secrets(feed: Callable[..., House], clock: ManualClock) -> None:
    """Also a secret that stands in capteur.toml in plain, and the password of an address nobody configured."""
    house = feed(ONE, options='key: __import__("pydantic").SecretStr', toml='key = "cAnary-plain"')
    pulse = Pulse(clock.monotonic(), trouble="cannot use cAnary-plain at postgresql://me:cAnary-word@db/x")
    with listening(house, pulse, HOST, 0) as port:
        both = [Answer(port, path).body.decode() for path in ("/healthz", "/readyz")]
    assert all("cannot use [secret] at postgresql://[secret]@db/x" in text for text in both)
    assert "cAnary" not in "".join(both)


def test_the_index_lists_the_paths_and_another_path_is_not_there(port: int) -> None:
    index = Answer(port, "/")
    assert (index.status, index.body.decode()) == (200, INDEX)
    lost = Answer(port, "/metrics/../secret?x=<script>")
    assert lost.status == 404
    assert b"script" not in lost.body
    assert INDEX in lost.body.decode()


def test_the_page_shows_the_answer_as_it_is(port: int) -> None:
    page = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
    (shown,) = [json.loads(line) for line in page.splitlines() if line.startswith('{"status": "ok"')]
    answer = Answer(port, "/healthz").json
    assert [*shown] == [*answer]
    assert [name for name in answer if f"| `{name}` |" not in page] == []
    assert [path for path in re.findall(r"^/\w+", INDEX, re.MULTILINE) if f"| `{path}` |" not in page] == []


def test_a_query_changes_nothing(port: int) -> None:
    assert Answer(port, "/healthz?probe=1").status == 200


# how it answers


async def test_it_answers_while_the_loop_stands_still(house: House) -> None:
    """The question is asked from the loop's own thread, so nothing else on the loop can run until the answer is there."""
    async with open_shift(house) as shift:
        await shift.work_off()
        shift.tick()
        with listening(house, shift.pulse, HOST, 0) as port:
            assert Answer(port, "/readyz").status == 200


async def test_a_shift_without_ticks_becomes_unready(house: House, clock: ManualClock) -> None:
    """daemon.md, row 25."""
    async with open_shift(house) as shift:
        with listening(house, shift.pulse, HOST, 0) as port:
            assert Answer(port, "/readyz").json["reasons"] == ["it has not looked at the store yet"]
            await shift.work_off()
            shift.tick()
            assert Answer(port, "/readyz").status == 200
            clock.advance(timedelta(seconds=STALE_S + 1))
            assert Answer(port, "/readyz").status == 503
            shift.tick()
            assert Answer(port, "/readyz").status == 200


async def test_a_full_disk_is_red_and_green_again_once_there_is_room(feed: Callable[..., House]) -> None:
    """daemon.md, row 7: signals of many pages, and a file that may not grow."""
    house = feed(f"for n in range(3000):\n    {ONE.replace('{ctx', '{n}-{ctx')}")

    def room(pages: int) -> None:
        house.store.write(lambda conn: sql.run(conn, f"PRAGMA max_page_count = {pages}").fetchone()).result()

    async with open_shift(house) as shift:
        with listening(house, shift.pulse, HOST, 0) as port:
            room(1)  # SQLite takes the present size for a smaller one
            await shift.work_off()
            red = Answer(port, "/healthz")
            assert (red.status, red.json["status"]) == (503, "trouble")
            assert "the disk is full" in red.json["trouble"]
            room(1_000_000)
            await shift.work_off()
            assert Answer(port, "/healthz").json["trouble"] is None


def test_a_head_has_the_headers_and_no_body(port: int) -> None:
    head = Answer(port, "/healthz", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(Answer(port, "/healthz").body)


def test_nothing_can_be_changed_from_outside(port: int) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        refused = Answer(port, "/healthz", method)
        assert (method, refused.status, refused.headers["Allow"]) == (method, 405, "GET, HEAD")


def test_answers_are_neither_stored_nor_guessed_nor_shared(port: int) -> None:
    headers = Answer(port, "/healthz", Origin="http://elsewhere.example").headers
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert (headers["Server"], headers["Access-Control-Allow-Origin"]) == ("capteur", None)


OURS = ("127.0.0.1:9464", "127.0.0.1", "localhost:9464", "LocalHost.", "[::1]:9464", "[::1]", "")
STRANGE = (
    "rebound.example:9464",
    "rebound.example",
    "localhost.rebound.example",
    "127.0.0.1.rebound.example",
    "[rebound.example]:1",
)


def test_a_page_that_points_its_own_domain_here_reads_nothing(port: int) -> None:
    names = OURS + STRANGE
    assert [name for name in names if is_local_name(name)] == [*OURS]
    assert [name for name in names if Answer(port, "/readyz", Host=name).status == 421] == [*STRANGE]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"rubbish <b>\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/9.9\r\n\r\n", b"505"),
        (b"BREW / HTTP/1.1\r\n\r\n", b"501"),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 101 + b"\r\n", b"431"),
    ],
    ids=["rubbish", "version", "method", "endless", "headers"],
)
def test_a_bad_request_is_refused_in_a_word(port: int, request_: bytes, status: bytes) -> None:
    """Without repeating it; what is longer than a request may be is cut, and makes no sense then or no answer at all."""
    try:
        answer = said(port, request_)
    except ConnectionError:
        assert len(request_) > MOST_HEAD
        return
    assert status in answer.partition(b"\r\n")[0]
    assert b"<b>" not in answer
    assert Answer(port).status == 200


# clients that hold on


def test_a_slow_client_holds_up_nobody_and_is_sent_away(house: House, pulse: Pulse) -> None:
    with (
        listening(house, pulse, HOST, 0, patience_s=0.3) as port,
        socket.create_connection((HOST, port), timeout=30) as slow,
    ):
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: local")
        assert Answer(port).status == 200
        assert slow.recv(1000) == b""


def test_a_client_that_drips_is_sent_away_as_soon(house: House, pulse: Pulse) -> None:
    """Every byte comes well in time; all of them together do not."""
    with (
        listening(house, pulse, HOST, 0, patience_s=0.3) as port,
        socket.create_connection((HOST, port), timeout=0.02) as slow,
    ):
        slow.sendall(b"GET /healthz HTTP/1.1\r\n")
        left, ended = 3000, False
        while not ended and left:
            left -= 1
            try:
                slow.sendall(b"x")
                ended = slow.recv(1000) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
        assert ended


def test_only_so_many_are_served_at_once_and_the_next_is_told(house: House, pulse: Pulse) -> None:
    with listening(house, pulse, HOST, 0, patience_s=60) as port:
        with ExitStack() as holders:
            for _ in range(CONNECTIONS):
                holders.enter_context(socket.create_connection((HOST, port), timeout=30))
            with socket.create_connection((HOST, port), timeout=30) as late:
                assert late.recv(1000).startswith(b"HTTP/1.1 503 ")
        tries = iter(lambda: said(port, b"GET / HTTP/1.0\r\n\r\n").partition(b" ")[2][:3], b"200")
        assert len(list(zip(tries, range(10_000), strict=False))) < 10_000


def test_a_client_that_goes_away_leaves_no_trace_in_the_log(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection((HOST, port)) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # closing resets the connection
    assert Answer(port).status == 200
    assert caplog.records == []


# where it listens


def test_a_port_that_is_taken_is_told_with_place_and_cure(house: House, pulse: Pulse, port: int) -> None:
    with pytest.raises(ConfigError) as caught, listening(house, pulse, HOST, port):
        pass
    assert caught.value.lines() == [
        f"error: capteur daemon --host 127.0.0.1 --port {port}: another program listens there",
        "  perhaps another daemon",
        f"  fix: capteur daemon --port {port + 1}, or --port none",
    ]


@pytest.mark.parametrize(
    ("host", "why"),
    [("no such host", "is no address"), ("192.0.2.1", "nobody can listen there")],
    ids=["name", "address"],
)
def test_an_address_that_is_not_ours_is_told_with_the_cure(house: House, pulse: Pulse, host: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught, listening(house, pulse, host, 0):
        pass
    assert f"--host {host}" in caught.value.what
    assert caught.value.fix == "--host 127.0.0.1"


def test_only_an_address_that_others_reach_is_warned_of(
    house: House, pulse: Pulse, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(house, pulse, HOST, 0), listening(house, pulse, "localhost", 0):
        assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    with listening(house, pulse, "0.0.0.0", 0) as port:
        (warning,) = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
        assert f"http://0.0.0.0:{port}/" in warning
        assert "without a password" in warning
        assert Answer(port, Host="capteur:9464").status == 200, "there a name is how one is found"


def test_it_answers_on_the_other_family_too(house: House, pulse: Pulse) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with listening(house, pulse, "::1", 0) as port, socket.create_connection(("::1", port), timeout=30) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: [::1]\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_the_end_leaves_neither_thread_nor_port(house: House, pulse: Pulse) -> None:
    with listening(house, pulse, HOST, 0) as port:
        assert Answer(port).status == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port))
    assert [t for t in threading.enumerate() if t.name == "monitoring"] == []
