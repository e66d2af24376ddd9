"""The demo's server speaks real HTTP/1.1, so that the web client is put to real work."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from capteur_sensors.demo import serve

BOARD = "https://boards-api.greenhouse.io/v1/boards/colossusmutual/jobs?content=true"


def test_the_meant_host_and_the_query_reach_the_world(site):
    with_content, without = site.get(BOARD), site.get(BOARD.partition("?")[0])
    assert len(with_content.json()["jobs"]) == 120
    assert "content" not in without.json()["jobs"][0]


def test_an_unchanged_page_answers_304_to_its_own_etag(site):
    first = site.get(BOARD)
    again = site.get(BOARD, headers={"If-None-Match": first.headers["ETag"]})
    other = site.get(BOARD, headers={"If-None-Match": 'W/"something else"'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert other.status_code == 200


def test_answers_are_compressed_only_for_those_who_ask(site):
    packed = site.get(BOARD)
    plain = site.get(BOARD, headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) * 10 < int(plain.headers["Content-Length"])


def test_a_connection_is_kept_alive(site):
    host, port = site.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        for _ in range(3):
            raw.sendall(b"HEAD /careers HTTP/1.1\r\nHost: x\r\nX-Capteur-Host: halyard.example\r\n\r\n")
            head = raw.recv(65_536)
            assert head.startswith(b"HTTP/1.1 200 OK")
            assert head.endswith(b"\r\n\r\n")


def test_redirects_faults_and_errors_keep_their_status_and_headers(site):
    assert site.get("https://halyard.example/jobs").headers["Location"] == "https://halyard.example/careers"
    limited = site.get("https://api.ashbyhq.com/posting-api/job-board/tessellate")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "1")
    assert site.get("https://nobody.example/").status_code == 404
    assert site.get("https://api.lever.co/v0/postings/quarryandsons?limit=ten").status_code == 400


def test_without_a_host_the_server_says_what_it_is(site):
    answer = site.client.get("/")
    assert answer.status_code == 200
    assert "halyard.example" in answer.text.splitlines()


def test_many_ask_at_once(site):
    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(lambda _: site.get("https://halyard.example/").status_code, range(200)))
    assert statuses == [200] * 200


def test_nothing_of_the_server_outlives_its_block(now):
    before = threading.active_count()
    with serve(now) as base, httpx.Client(base_url=base) as client:
        assert client.get("/", headers={"X-Capteur-Host": "halyard.example"}).status_code == 200
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(base)


def test_closing_waits_for_neither_an_idle_client_nor_a_slow_board(now):
    with ExitStack() as clients, ExitStack() as stack:
        host, port = stack.enter_context(serve(now)).removeprefix("http://").split(":")
        idle = clients.enter_context(socket.create_connection((host, int(port)), timeout=5))
        slow = clients.enter_context(socket.create_connection((host, int(port)), timeout=5))
        slow.sendall(b"GET /v0/postings/saltmarsh HTTP/1.1\r\nHost: x\r\nX-Capteur-Host: api.lever.co\r\n\r\n")
        idle.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\nX-Capteur-Host: halyard.example\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        began = time.monotonic()
        stack.close()
        assert time.monotonic() - began < 0.5
