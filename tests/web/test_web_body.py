"""Bodies stay within their limit, whatever they unpack to (daemon.md rows 16 and 23)."""

from __future__ import annotations

import asyncio
import gzip
import random
import tracemalloc
import zlib

import pytest

from capteur.errors import CapteurError, SourceChanged, TransientError

MB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()


def bomb(size: int) -> bytes:
    """`size` megabytes of zeros, as gzip, without ever holding them."""
    squeeze = zlib.compressobj(9, wbits=31)
    block = bytes(MB)
    return b"".join(squeeze.compress(block) for _ in range(size)) + squeeze.flush()


def answer(body: bytes, encoding: str = "", extra: str = "") -> bytes:
    coding = f"Content-Encoding: {encoding}\r\n" if encoding else ""
    return f"HTTP/1.1 200 OK\r\n{coding}{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.fixture
def say(serve):
    async def start(what: bytes):
        async def handler(_server, _head, writer):
            writer.write(what)

        return await serve(handler)

    return start


TEXT = b"revenue operations " * 5000
ENCODED = {
    "identity": ("", TEXT),
    "identity, said": ("identity", TEXT),
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip": ("X-GZIP", gzip.compress(TEXT)),
    "gzip of two members": ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
    "gzip with padding": ("gzip", gzip.compress(TEXT) + b"\0" * 64),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without its header": ("deflate", raw_deflate(TEXT)),
}


@pytest.mark.parametrize(("encoding", "body"), ENCODED.values(), ids=ENCODED)
async def test_a_compressed_body_is_read(encoding, body, say, session):
    server = await say(answer(body, encoding))
    assert (await session.ahttp.get(server.base)).content == TEXT


async def test_a_gzip_bomb_is_refused_and_memory_stays_flat(say, make_web, open_unit):
    """300 KB that would become 300 MB: refused after the limit, having held no more than it."""
    body = bomb(300)
    assert len(body) < 0.4 * MB
    server = await say(answer(body, "gzip"))
    session = open_unit(await make_web(body_limit=2 * MB))
    tracemalloc.start()
    try:
        with pytest.raises(SourceChanged, match="larger than 2 MB") as caught:
            await session.ahttp.get(server.base)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * MB
    assert "after decompression" in caught.value.why


async def test_a_bomb_in_a_bomb_is_not_unpacked(say, session):
    server = await say(answer(gzip.compress(bomb(10)), "gzip, gzip"))
    with pytest.raises(SourceChanged, match="which was not asked for"):
        await session.ahttp.get(server.base)


async def test_a_body_announced_too_large_is_not_even_read(say, make_web, open_unit):
    server = await say(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    with pytest.raises(SourceChanged, match="larger than 1 MB"):
        await open_unit(await make_web(body_limit=MB)).ahttp.get(server.base)


async def test_an_endless_body_is_cut_at_the_limit(serve, make_web, open_unit):
    async def endless(server, _head, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while not server.release.is_set() and not writer.is_closing():
            writer.write(bytes(64 * 1024))
            await writer.drain()

    server = await serve(endless)
    with pytest.raises(SourceChanged, match="larger than 1 MB"):
        await open_unit(await make_web(body_limit=MB)).ahttp.get(server.base)


async def test_the_endless_body_of_an_error_is_not_read(serve, session):
    async def endless_error(server, _head, writer):
        writer.write(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n")
        while not server.release.is_set() and not writer.is_closing():
            writer.write(bytes(64 * 1024))
            await writer.drain()

    server = await serve(endless_error)
    with pytest.raises(SourceChanged, match="404"):
        await session.ahttp.get(server.base)


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "s3cret"])
async def test_an_encoding_nobody_asked_for_is_refused(encoding, say, session):
    server = await say(answer(b"????", encoding))
    with pytest.raises(SourceChanged, match="unknown" if encoding == "s3cret" else encoding):
        await session.ahttp.get(server.base)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_garbage_in_place_of_a_compressed_body_is_refused(encoding, say, session):
    server = await say(answer(b"<html>no gzip at all</html>", encoding))
    with pytest.raises(SourceChanged, match=f"announced {encoding} and sent something else"):
        await session.ahttp.get(server.base)


async def test_a_compressed_body_without_an_end_was_cut_off(say, session):
    """The length fits, the end of the gzip stream is missing: a proxy cut it."""
    server = await say(answer(gzip.compress(TEXT)[:-20], "gzip"))
    with pytest.raises(TransientError, match="was cut off"):
        await session.ahttp.get(server.base)
    assert len(server.seen) == 3


async def test_headers_without_end_are_refused(say, session):
    server = await say(
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(3000)) + b"\r\n"
    )
    with pytest.raises(SourceChanged, match=r"the headers of 127\.0\.0\.1:\d+ are larger than 100 KB"):
        await session.ahttp.get(server.base)


JSON_ATTACKS = {
    "deep lists": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "millions of lists": b"[" + b"[]," * 1_500_000 + b"[]]",
    "a number without end": b"[" + b"9" * 20_000 + b"]",
    "nothing": b"",
    "a page": b"<!DOCTYPE html><html><body>{}</body></html>",
    "XML": b"<?xml version='1.0'?><a/>",
    "bytes": b"\xff\xfe\x00garbage",
}


@pytest.mark.parametrize("body", JSON_ATTACKS.values(), ids=JSON_ATTACKS)
async def test_json_that_is_none_or_an_attack_is_refused(body, say, session):
    server = await say(answer(body))
    with pytest.raises(SourceChanged, match=r"127\.0\.0\.1"):
        await session.ahttp.get_json(server.base)


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html", "Zürich".encode(), "Zürich"),
        ("text/html; charset=ISO-8859-1", "Zürich".encode("latin-1"), "Zürich"),
        ('text/html; charset="utf-16"; x=y', "Zürich".encode("utf-16"), "Zürich"),
        ("text/html; charset=klingon", "Zürich".encode(), "Zürich"),
        ("text/html; charset=zip", "Zürich".encode(), "Zürich"),
        ("text/plain", b"Z\xfcrich", "Z�rich"),
    ],
)
async def test_text_is_read_in_its_charset(content_type, body, text, say, session):
    server = await say(answer(body, extra=f"Content-Type: {content_type}\r\n"))
    assert await session.ahttp.get_text(server.base) == text


VALID = b'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nETag: "x"\r\n\r\n'
SQUEEZED = gzip.compress(b'{"jobs": [1, 2, 3]}')
WHOLE = VALID + b"%x\r\n%s\r\n0\r\n\r\n" % (len(SQUEEZED), SQUEEZED)
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /a?b=c#d\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_a_server_sends_is_an_answer_or_an_error_of_ours(seed, serve, make_web, open_unit):
    """Bytes flipped, cut out, doubled and inserted anywhere in true answers: no other exception comes out."""
    dice = random.Random(seed)

    def broken() -> bytes:
        data = bytearray(dice.choice((WHOLE, REDIRECT)))
        for _ in range(dice.randint(1, 6)):
            at, size = dice.randrange(len(data)), dice.randint(1, 12)
            data[at : at + dice.choice((0, size))] = dice.choice(
                (dice.randbytes(size), data[at : at + size] * 2, b"\r\n", b"")
            )
            data = data or bytearray(b"?")
        return bytes(data)

    async def handler(_server, _head, writer):
        writer.write(broken())
        await writer.drain()
        writer.close()

    server = await serve(handler)
    session = open_unit(await make_web(attempts=1, attempt=5))
    outcomes = await asyncio.gather(
        *(session.ahttp.get_json(f"{server.base}/{n}") for n in range(150)), return_exceptions=True
    )
    strange = [o for o in outcomes if isinstance(o, BaseException) and not isinstance(o, CapteurError)]
    assert strange == []
    assert len({type(o) for o in outcomes}) >= 3
