"""`[web] world`: one loopback server answers for every host; demo and tests only."""

from __future__ import annotations

import pytest

from capteur.errors import ConfigError, SourceChanged, TransientError
from capteur.web import Web, WebSettings


async def echo(_server, head, writer):
    text = head.decode().lower()
    if "/moved" in text.split("\r\n")[0]:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: https://other.example/there\r\nContent-Length: 0\r\n\r\n")
        return
    body = head
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


@pytest.mark.parametrize(
    ("url", "host", "scheme"),
    [
        ("https://boards.greenhouse.example/v1/boards/acme?content=true&x=%2F", "boards.greenhouse.example", "https"),
        ("http://feeds.example:8080/v1/boards/acme?content=true&x=%2F", "feeds.example:8080", "http"),
        ("https://10.0.0.1/v1/boards/acme?content=true&x=%2F", "10.0.0.1", "https"),
    ],
)
async def test_every_request_goes_to_the_world_and_names_its_host(url, host, scheme, serve, make_web, open_unit):
    """Same path and query; the host it was meant for in a header; the answer keeps the address that was asked."""
    server = await serve(echo)
    session = open_unit(await make_web(allow=(), world=server.base))
    answer = await session.ahttp.get(url, token="t0ken-value")
    first, *headers = answer.text.split("\r\n")
    assert first == "GET /v1/boards/acme?content=true&x=%2F HTTP/1.1"
    sent = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in headers if line}
    assert (sent["x-capteur-host"], sent["x-capteur-scheme"]) == (host, scheme)
    assert sent["host"] == f"127.0.0.1:{server.port}"
    assert answer.url == url
    assert session.requests[0].url == url


async def test_redirects_stay_in_the_world(serve, make_web, open_unit):
    server = await serve(echo)
    session = open_unit(await make_web(allow=(), world=server.base))
    answer = await session.ahttp.get("https://acme.example/moved", token="t0ken-value")
    assert answer.url == "https://other.example/there"
    assert "x-capteur-host: other.example" in answer.text.lower()
    assert "t0ken" not in answer.text


async def test_only_the_worlds_own_port_is_allowed(serve, make_web):
    """The world opens its own door, not every loopback service of the machine."""
    server = await serve(echo)
    web = await make_web(allow=(), world=server.base)
    with pytest.raises(SourceChanged, match="refused"):
        await web._pools._backend.connect_tcp("127.0.0.1", server.port + 1)


@pytest.mark.parametrize(
    "world",
    [
        "https://127.0.0.1:1",
        "http://example.com",
        "http://10.0.0.1:80",
        "127.0.0.1:8000",
        "nonsense",
        "http://[",
        "http://127.0.0.1.evil.example",
    ],
)
def test_a_world_elsewhere_is_refused(world, clock):
    """It would be sent every token of every source."""
    with pytest.raises(ConfigError, match="is not a loopback address"):
        Web(WebSettings(world=world), clock)


async def test_a_dead_world_is_named_beside_the_host_that_was_meant(make_web, open_unit):
    session = open_unit(await make_web(allow=(), world="http://127.0.0.1:9", attempts=1))
    with pytest.raises(TransientError, match=r"acme.example, via \[web\] world http://127.0.0.1:9, failed"):
        await session.ahttp.get("https://acme.example/")
    assert session.unreached == {"acme.example"}
