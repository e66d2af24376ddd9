"""What capteur and an isolated sensor's process say to each other: frames of plain JSON and bytes, never a pickle.

A frame is two lengths (big-endian, 4 bytes each), a JSON object and raw bytes (the body of an answer). What JSON has no form
for travels as `{TAG: [name, ...]}`. Both ends are this module; nothing of it is kept, so it has no version.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from pydantic import SecretStr

from capteur.accounts import AccountRef
from capteur.signals import clean

HEADER: Final = struct.Struct(">II")
MOST: Final = 64 * 1024 * 1024
"""Bytes of one frame from a sensor's process: a POST's body, at the most."""
TAG: Final = "\x01"

_GARBLED: Final[tuple[dict[str, Any], bytes]] = ({"t": "garbled"}, b"")

Odd = Callable[[object], Any]
"""What to do with a value that has no form here: stands for it, or raises."""


def encode(message: Mapping[str, Any], blob: bytes = b"") -> bytes:
    """One frame. Raises TypeError, ValueError or RecursionError for what is not JSON."""
    text = json.dumps(message, separators=(",", ":")).encode()
    return HEADER.pack(len(text), len(blob)) + text + blob


class Parser:
    """Bytes as they arrive, into frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[tuple[dict[str, Any], bytes]]:
        """The frames that are complete now; bytes that are none of our making end with the frame `{"t": "garbled"}`."""
        self._bytes += data
        found: list[tuple[dict[str, Any], bytes]] = []
        at = 0
        while len(self._bytes) - at >= HEADER.size:
            text, blob = HEADER.unpack_from(self._bytes, at)
            end = at + HEADER.size + text + blob
            if text + blob > MOST:
                return [*found, _GARBLED]
            if len(self._bytes) < end:
                break
            start = at + HEADER.size
            message = _message(bytes(self._bytes[start : start + text]))
            if message is None:
                return [*found, _GARBLED]
            found.append((message, bytes(self._bytes[start + text : end])))
            at = end
        del self._bytes[:at]
        return found


def _message(text: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) and isinstance(message.get("t"), str) else None


def pack(value: Any, odd: Odd) -> Any:
    """`value` as JSON. Raises what `odd` raises, and RecursionError."""
    packed: Any
    if value is None or isinstance(value, bool | int | float | str):
        packed = value
    elif isinstance(value, list | tuple):
        packed = [pack(item, odd) for item in value]
    elif isinstance(value, Mapping):
        if TAG in value:
            packed = {TAG: ["mapping", [[pack(k, odd), pack(v, odd)] for k, v in value.items()]]}
        else:
            packed = {k: pack(v, odd) for k, v in value.items()}
    elif isinstance(value, datetime | date | time):
        word = "datetime" if isinstance(value, datetime) else "date" if isinstance(value, date) else "time"
        packed = {TAG: [word, value.isoformat()]}
    elif isinstance(value, SecretStr):
        packed = {TAG: ["secret", value.get_secret_value()]}
    elif isinstance(value, bytes):
        packed = {TAG: ["bytes", base64.b64encode(value).decode("ascii")]}
    elif isinstance(value, AccountRef):
        packed = {TAG: ["ref", pack(value.name, odd), pack(value.domain, odd), pack(value.ids, odd)]}
    else:
        packed = odd(value)
    return packed


def unpack(value: Any) -> Any:
    """What `pack` was given. Raises ValueError, TypeError or RecursionError for what `pack` never makes."""
    if isinstance(value, list):
        return [unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {key: unpack(item) for key, item in value.items()}
    tag, *parts = value[TAG]
    return _TAGS[tag](*parts)


def stranger(name: str, text: str = "") -> object:
    """An object that is nothing but the name of its type and its text: stands for one that could not cross."""
    made: object = type(clean(str(name), 80) or "object", (), {"__str__": lambda _: str(text), "__slots__": ()})()
    return made


def as_stranger(value: object) -> Any:
    """The `odd` for things that are checked on the other side: only the type's name and the text cross."""
    return {TAG: ["odd", type(value).__name__, str(value)[:100_000]]}


_TAGS: Final[Mapping[str, Callable[..., Any]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "secret": SecretStr,
    "bytes": base64.b64decode,
    "ref": lambda name, domain, ids: AccountRef(unpack(name), unpack(domain), unpack(ids)),
    "mapping": lambda pairs: {unpack(key): unpack(item) for key, item in pairs},
    "odd": stranger,
}
