"""While the kit runs a plugin, nobody in this process opens a connection: the network is what upstream() says."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from capteur.errors import PluginError

_OURS = str(Path(__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Bypass:
    """A connection the plugin tried to open by itself: to where, and the author's line."""

    to: str
    at: str


def authors_place(frame: FrameType | None) -> str:
    """`rounds.py:23`: the innermost line of the stack outside of capteur, the libraries and Python itself."""
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((_OURS, "<")) and "site-packages" not in name and "/lib/python" not in name:
            return f"{Path(name).name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


@contextmanager
def guarded() -> Iterator[list[Bypass]]:
    """Refuse and record every look-up of a name and every dial, from any thread, as long as it lasts."""
    found: list[Bypass] = []

    def caught(to: str) -> PluginError:
        found.append(Bypass(to, authors_place(sys._getframe(2))))  # noqa: SLF001  the only way to the caller's line
        return PluginError(f"it went to the network by itself ({to})", fix="ask through ctx.http")

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        raise caught(host.decode() if isinstance(host, bytes) else str(host))

    def dial(connection: socket.socket, address: Any) -> Any:
        if connection.family not in (socket.AF_INET, socket.AF_INET6):
            return real_connect(connection, address)
        raise caught(str(address[0]) if isinstance(address, tuple) else str(address))

    real_connect = socket.socket.connect
    kept = {(socket, "getaddrinfo"): socket.getaddrinfo, (socket, "gethostbyname"): socket.gethostbyname}
    kept_methods = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    try:
        for owner, name in kept:
            setattr(owner, name, look_up)
        for name in kept_methods:
            setattr(socket.socket, name, dial)
        yield found
    finally:
        for (owner, name), value in kept.items():
            setattr(owner, name, value)
        for name, value in kept_methods.items():
            setattr(socket.socket, name, value)
