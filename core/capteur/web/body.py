"""Reading a body whole, within a limit that counts after decompression; and JSON that is no attack."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Final, Protocol

from capteur.errors import SourceChanged, TransientError
from capteur.web.retries import Again

ACCEPTED: Final = "gzip, deflate"
"""Brotli and zstd would need a decompressor that can stop early; nobody refuses gzip."""
_FOREIGN: Final = frozenset({"br", "zstd", "compress", "dcb", "dcz"})
_STEP: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


class _Inflate:
    """A decompressor that never makes more than `_STEP` bytes at once."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._zlib = zlib.decompressobj(_GZIP if self._gzip else zlib.MAX_WBITS)
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Raises zlib.error for garbage."""
        while data:
            if self._zlib.eof:
                if not self._gzip or not data.strip(b"\0"):
                    return  # padding after the end
                self._zlib = zlib.decompressobj(_GZIP)  # gzip members may follow each other
            try:
                made = self._zlib.decompress(data, _STEP)
            except zlib.error:
                if self._gzip or self._started:
                    raise
                self._zlib = zlib.decompressobj(
                    -zlib.MAX_WBITS
                )  # "deflate" without its zlib header, as many servers mean it
                made = self._zlib.decompress(data, _STEP)
            self._started = True
            data = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
            if made:
                yield made

    @property
    def complete(self) -> bool:
        return self._zlib.eof


class Raw(Protocol):
    """The stream of a response, undecoded."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


async def read_body(raw: Raw, headers: Mapping[str, str], limit: int, place: str) -> bytes:
    """The decoded body.

    Raises:
        SourceChanged: larger than `limit` bytes after decompression, an encoding nobody asked for, garbage in its place.
        Again: the compressed stream ends early.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        name = encoding if encoding in _FOREIGN else "unknown"  # never a text of the source: it may quote a secret back
        raise SourceChanged(f"{place} answered in the encoding {name!r}, which was not asked for")
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise _too_large(place, limit)
    inflate = _Inflate(encoding) if encoding not in {"", "identity"} else None
    parts: list[bytes] = []
    size = 0
    garbage = False
    async for chunk in raw:
        try:
            for part in inflate.feed(chunk) if inflate else (chunk,):
                size += len(part)
                if size > limit:
                    raise _too_large(place, limit)
                parts.append(part)
        except zlib.error:
            garbage = True
            break
    if garbage:
        raise SourceChanged(f"{place} announced {encoding} and sent something else")
    if inflate and size and not inflate.complete:
        raise Again(TransientError(f"the answer of {place} was cut off", why="its compressed body has no end"))
    return b"".join(parts)


def _too_large(place: str, limit: int) -> SourceChanged:
    return SourceChanged(
        f"the answer of {place} is larger than {limit // (1024 * 1024) or 1} MB",
        why="the limit counts after decompression",
    )


def charset(headers: Mapping[str, str]) -> str:
    """The charset of the content type, when Python knows it; else UTF-8."""
    _, _, rest = headers.get("content-type", "").partition("charset=")
    name = rest.split(";")[0].strip(" \"'")
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return "utf-8"
    return found.name if found._is_text_encoding else "utf-8"  # noqa: SLF001  "charset=zip" is a codec, and a bomb
