"""No request reaches a private address, however it is written, resolved or redirected (daemon.md row 17)."""

from __future__ import annotations

import errno
import socket

import httpcore
import pytest

from capteur.errors import ConfigError, SourceChanged, TransientError
from capteur.web.guard import Allowed, GuardedBackend, denied

DENIED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "nonsense",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
]


@pytest.mark.parametrize("address", DENIED)
def test_an_address_that_is_not_public_is_denied(address):
    assert denied(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_denied(address):
    assert not denied(address)


class Wire(httpcore.AsyncMockBackend):
    """Notes what is dialled and which name TLS is told; answers 200 from every address but those that are `down`."""

    def __init__(self, down=()):
        super().__init__([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        self.dialled, self.names, self.down = [], [], down

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109  httpcore's signature
        self.dialled.append((host, port))
        if host in self.down:
            raise httpcore.ConnectError("refused")
        stream = await super().connect_tcp(host, port)
        start_tls = stream.start_tls

        async def noted(ssl_context, server_hostname=None, timeout=None):  # noqa: ASYNC109  httpcore's signature
            self.names.append(server_hostname)
            return await start_tls(ssl_context, server_hostname, timeout)

        stream.start_tls = noted
        return stream


def resolver(*answers):
    """Gives one list of addresses after the other, the last one for ever."""
    left = list(answers)

    async def resolve(_host, _port):
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, OSError):
            raise found
        return found

    return resolve


async def ask(url, backend, wire):
    async with httpcore.AsyncConnectionPool(network_backend=backend) as pool:
        return await pool.request("GET", url)


async def test_the_checked_address_is_dialled_and_tls_is_told_the_name():
    """A certificate is checked against rounds.example although 93.184.216.34 is dialled."""
    wire = Wire()
    answer = await ask(
        "https://rounds.example/v1", GuardedBackend(Allowed(()), resolver(["93.184.216.34"]), wire), wire
    )
    assert answer.status == 200
    assert wire.dialled == [("93.184.216.34", 443)]
    assert wire.names == ["rounds.example"]


async def test_a_name_that_resolves_anew_to_a_private_address_is_refused_then():
    """Rebinding: the first answer is public, the second is the metadata service of a cloud."""
    wire = Wire()
    backend = GuardedBackend(Allowed(()), resolver(["93.184.216.34"], ["169.254.169.254"]), wire)
    await ask("http://rebind.example/", backend, wire)
    with pytest.raises(
        SourceChanged, match=r"refused to connect to rebind\.example: it resolves to 169\.254\.169\.254"
    ):
        await ask("http://rebind.example/", backend, wire)
    assert wire.dialled == [("93.184.216.34", 80)]


async def test_of_many_addresses_only_public_ones_are_dialled():
    wire = Wire(down=("1.1.1.1",))
    backend = GuardedBackend(Allowed(()), resolver(["10.0.0.1", "1.1.1.1", "::1", "8.8.8.8", "nonsense"]), wire)
    await ask("http://mixed.example:8080/", backend, wire)
    assert wire.dialled == [("1.1.1.1", 8080), ("8.8.8.8", 8080)]


async def test_the_last_address_down_is_a_connection_error():
    wire = Wire(down=("1.1.1.1", "8.8.8.8"))
    with pytest.raises(httpcore.ConnectError):
        await ask("http://down.example/", GuardedBackend(Allowed(()), resolver(["1.1.1.1", "8.8.8.8"]), wire), wire)


URLS = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://localhost/",
    "http://localhost./", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0/", "https://10.0.0.1/", "http://169.254.169.254/latest/",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
async def test_a_private_host_is_refused_however_it_is_written(url, make_web, open_unit):
    with pytest.raises((SourceChanged, TransientError)) as caught:
        await open_unit(await make_web(allow=())).ahttp.get(url)
    assert any(words in str(caught.value) for words in ("refused", "cannot be resolved", "is no URL"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://rounds.example/",
        "file:///etc/passwd",
        "gopher://x/",
        "//rounds.example/",
        "rounds.example",
        "",
        "http://",
        "http://[::1",
        "http://a b/",
        "javascript:alert(1)",
    ],
)
async def test_only_http_and_https_urls_are_asked(url, session):
    with pytest.raises(SourceChanged):
        await session.ahttp.get(url)
    assert session.requests == []


async def test_a_redirect_to_a_private_address_is_refused(serve, make_web, open_unit):
    """Every hop is dialled through the guard; the allowed host cannot lead to one that is not."""

    async def to_metadata(_server, _head, writer):
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n"
        )

    server = await serve(to_metadata)
    with pytest.raises(SourceChanged, match=r"refused to connect to 169\.254\.169\.254") as caught:
        await open_unit(await make_web(allow=(f"127.0.0.1:{server.port}",))).ahttp.get(server.base)
    assert "[web] allow" in caught.value.fix


async def test_a_redirect_to_another_port_of_an_allowed_host_is_checked_too(serve, make_web, open_unit):
    async def elsewhere(server, _head, writer):
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    server = await serve(elsewhere)
    with pytest.raises(SourceChanged, match="refused to connect"):
        await open_unit(await make_web(allow=(f"127.0.0.1:{server.port}",))).ahttp.get(server.base)


async def ok(_server, _head, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.mark.parametrize(
    "allow", ["127.0.0.1", "127.0.0.1:{port}", "127.0.0.0/8", "jobs.intranet", "Jobs.Intranet:{port}"]
)
async def test_an_allowed_host_is_asked(allow, serve, make_web, open_unit):
    server = await serve(ok)
    web = await make_web(allow=(allow.format(port=server.port),), resolve=resolver(["127.0.0.1"]))
    assert await open_unit(web).ahttp.get_text(f"http://jobs.intranet:{server.port}/") == "ok"


@pytest.mark.parametrize("allow", ["other.intranet", "127.0.0.2", "jobs.intranet:1", "10.0.0.0/8"])
async def test_another_host_is_not(allow, serve, make_web, open_unit):
    server = await serve(ok)
    web = await make_web(allow=(allow,), resolve=resolver(["127.0.0.1"]))
    with pytest.raises(SourceChanged, match="refused"):
        await open_unit(web).ahttp.get(f"http://jobs.intranet:{server.port}/")


@pytest.mark.parametrize("entry", ["http://host/", "host/path", "host:port", "", ":80"])
def test_an_entry_that_is_no_host_is_refused(entry):
    with pytest.raises(ConfigError, match="is not a host"):
        Allowed([entry])


@pytest.mark.parametrize(
    ("failure", "asked"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), 1),
        (socket.gaierror(socket.EAI_AGAIN, "later"), 3),
        (OSError(errno.EIO, "?"), 1),
    ],
)
async def test_a_name_without_an_address_is_transient(failure, asked, make_web, open_unit):
    """A name server that does not answer is asked again, one that knows no such name is not."""
    session = open_unit(await make_web(resolve=resolver(failure)))
    with pytest.raises(TransientError, match=r"gone\.example cannot be resolved"):
        await session.ahttp.get("https://gone.example/")
    assert len(session.requests) == asked


async def test_the_systems_resolver_finds_loopback_and_reports_what_it_does_not_find(serve, make_web, open_unit):
    server = await serve(ok)
    session = open_unit(await make_web(allow=("localhost",)))
    assert await session.ahttp.get_text(f"http://localhost:{server.port}/") == "ok"
    with pytest.raises(TransientError, match="cannot be resolved"):
        await session.ahttp.get("http://no-such-name.invalid/")


async def test_a_mocked_name_is_not_resolved(make_web, open_unit, respx_mock):
    """Tests answer above the guard: a name of .example needs no address, and a private host no permission."""
    respx_mock.get("http://10.0.0.1/").respond(text="mocked")
    web = await make_web(allow=(), resolve=resolver(OSError("must not be asked")))
    assert await open_unit(web).ahttp.get_text("http://10.0.0.1/") == "mocked"
