"""Reading a body: never more of it than is allowed, packed or not, and never for longer than a sender needs."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol

from capteur.receiving.http import Gone, Receive, Refused, refused

BODY_S: Final = 20.0
"""How long a sender may take for a body."""
IN_FLIGHT: Final = 64 * 1024 * 1024
"""Bytes of bodies that are held at once, over all senders that have shown a secret; more is told to come back."""
STRANGERS: Final = 16 * 1024 * 1024
"""The same over all the others: those who sign are known only once their body is there, and browsers are never known."""
STRANGER: Final = 4 * 1024 * 1024
"""The part of it that one address may have."""
_GZIP: Final = 31


class Room(Protocol):
    """What bodies are accounted to."""

    def take(self, size: int) -> None:
        """Account for so many more bytes. Raises Refused when that is too much at once."""

    def give(self, size: int) -> None:
        """So many are not held any more."""


@dataclass(slots=True)
class Held:
    """How much is held of bodies that are being read, or wait for their commit."""

    most: int = IN_FLIGHT
    bytes: int = 0

    def take(self, size: int) -> None:
        """Raises Refused when that is too much at once."""
        if self.bytes + size > self.most:
            raise refused("busy", HTTPStatus.SERVICE_UNAVAILABLE, "too much at once; try again", retry_after=1)
        self.bytes += size

    def give(self, size: int) -> None:
        """So many are not held any more."""
        self.bytes -= size


class Strangers:
    """How much is held for senders nobody has vouched for: `most` for all of them, `each` for one address."""

    def __init__(self, most: int, each: int) -> None:
        self._all, self._each = Held(most), each
        self._of: dict[str, Held] = {}

    def of(self, address: str) -> Room:
        """What one address has."""
        return _Share(self, address)

    def take(self, address: str, size: int) -> None:
        """Raises Refused when that is too much at once, of this address or of all."""
        own = self._of.get(address) or Held(self._each)
        own.take(size)
        try:
            self._all.take(size)
        except Refused:
            own.give(size)
            raise
        self._of[address] = own

    def give(self, address: str, size: int) -> None:
        """So many are not held any more; of an address that holds nothing, nothing is remembered."""
        self._all.give(size)
        if (own := self._of.get(address)) is not None:
            own.give(size)
            if not own.bytes:
                del self._of[address]

    def __len__(self) -> int:
        return len(self._of)


@dataclass(frozen=True, slots=True)
class _Share:
    strangers: Strangers
    address: str

    def take(self, size: int) -> None:
        self.strangers.take(self.address, size)

    def give(self, size: int) -> None:
        self.strangers.give(self.address, size)


@dataclass(slots=True)
class Body:
    """A body as it was sent, and unpacked; the same object where it was not packed."""

    held: Room
    sent: bytes = b""
    content: bytes = b""
    _held: int = field(default=0)

    def grow(self, size: int) -> None:
        """Account for so many more bytes. Raises Refused."""
        self.held.take(size)
        self._held += size

    def drop(self) -> None:
        """It is not needed any more."""
        self.held.give(self._held)
        self._held = 0

    def move(self, room: Room) -> None:
        """Account for it elsewhere from now on. Raises Refused where that has no room; then it stays."""
        room.take(self._held)
        self.held.give(self._held)
        self.held = room


def too_large(limit: int) -> Refused:
    """The refusal of a body with more than `limit` bytes."""
    return refused("size", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {limit} bytes")


async def read(body: Body, receive: Receive, headers: Mapping[str, str], limit: int, patience_s: float) -> None:
    """Read a body of at most `limit` bytes, before and after unpacking. Raises Refused; Gone when the client went away."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise too_large(limit)
    packing = headers.get("content-encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise refused(
            "encoding", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "gzip, or nothing", accept_encoding="gzip, identity"
        )
    try:
        async with asyncio.timeout(patience_s):
            body.sent = await _whole(body, receive, limit)
    except TimeoutError:
        raise refused("slow", HTTPStatus.REQUEST_TIMEOUT, "the body took too long") from None
    body.content = _unpacked(body, limit) if packing.endswith("gzip") else body.sent


async def _whole(body: Body, receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    total, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        total += len(part)
        if total > limit:
            raise too_large(limit)
        body.grow(len(part))
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unpacked(body: Body, limit: int) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        content = unpacking.decompress(body.sent, limit + 1)
    except zlib.error:
        content = b""
    if len(content) > limit:
        raise too_large(limit)
    if not unpacking.eof or unpacking.unused_data:
        raise refused("encoding", HTTPStatus.BAD_REQUEST, "not gzip, or only a part of it", close=False)
    body.grow(len(content))
    return content
