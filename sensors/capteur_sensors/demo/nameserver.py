"""A small DNS server on loopback that plays the name servers of the demo world: real packets over UDP and TCP (RFC 1035, RFC 6891).

Written by hand, not with the library the sensor reads by, so that the two can disagree.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

TXT, MX, CNAME, SOA, OPT = 16, 15, 5, 6, 41
KINDS = {"TXT": TXT, "MX": MX, "CNAME": CNAME}
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
_NAMES = {number: name for name, number in KINDS.items()}
_PLAIN_LIMIT = 512
_OURS = 1232
_TTL = 300
_TCP_S = 2.0
_ASKED_BY_POINTER = b"\xc0\x0c"

Fault = Literal["", "silent", "garbage", "another id", "another question", "half"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a name server says to one question.

    `values`: TXT as text, or as a tuple of the strings of one record; MX as `10 host`; CNAME as a host. `fault`: how the
    server misbehaves: it stays silent, sends garbage, answers to somebody else, or cuts its packet off.
    """

    values: tuple[str | tuple[str, ...], ...] = ()
    rcode: int = 0
    fault: Fault = ""


Lookup = Callable[[str, str], Told]
"""(name in lower case without its last dot, `TXT`, `MX`, `CNAME` or another type's number) -> what is said."""


@contextmanager
def serve_names(lookup: Lookup) -> Iterator[str]:
    """Answer on a free loopback port, the same for UDP and TCP; yields `127.0.0.1:PORT`. Nothing outlives the block."""
    udp, tcp = _bound()
    wake, waker = socket.socketpair()
    thread = threading.Thread(target=_serve, args=(lookup, udp, tcp, wake), name="demo-names")
    thread.start()
    try:
        yield f"127.0.0.1:{udp.getsockname()[1]}"
    finally:
        waker.send(b"x")
        thread.join()
        for one in (udp, tcp, wake, waker):
            one.close()


def _bound() -> tuple[socket.socket, socket.socket]:
    """A UDP and a TCP socket on one port: a resolver whose answer was cut off comes back to the same one."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        except OSError:  # somebody has this port for UDP
            tcp.close()
            udp.close()
            continue
        return udp, tcp


def _serve(lookup: Lookup, udp: socket.socket, tcp: socket.socket, wake: socket.socket) -> None:
    with selectors.DefaultSelector() as ready:
        for one in (udp, tcp, wake):
            ready.register(one, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is wake:
                    return
                try:
                    _once_udp(lookup, udp) if key.fileobj is udp else _once_tcp(lookup, tcp)
                except (OSError, struct.error):
                    continue  # whoever asked has hung up


def _once_udp(lookup: Lookup, udp: socket.socket) -> None:
    packet, sender = udp.recvfrom(4096)
    answer = reply(packet, lookup, udp=True)
    if answer is not None:
        udp.sendto(answer, sender)


def _once_tcp(lookup: Lookup, tcp: socket.socket) -> None:
    connection, _ = tcp.accept()
    with connection:
        connection.settimeout(_TCP_S)
        (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
        answer = reply(connection.recv(length, socket.MSG_WAITALL), lookup, udp=False)
        if answer is not None:
            connection.sendall(struct.pack("!H", len(answer)) + answer)


def reply(packet: bytes, lookup: Lookup, *, udp: bool) -> bytes | None:
    """The packet that answers a question; None for one that is none, and where the server stays silent."""
    try:
        ident, flags, questions, _, _, additional = struct.unpack_from("!6H", packet)
        name, end = _read_name(packet, 12)
        kind, _ = struct.unpack_from("!2H", packet, end)
    except (struct.error, IndexError):
        return None
    if questions != 1 or flags & 0x8000:
        return None
    question = packet[12 : end + 4]
    told = lookup(name, _NAMES.get(kind, str(kind)))
    if told.fault in {"silent", "garbage"}:
        return None if told.fault == "silent" else b"\xff" * 40
    limit = _limit(packet, end + 4, additional) if udp else 65_535
    records = [_record(kind, value) for value in told.values]
    authority = [] if records else [_soa(name)]
    answer = _packet(_other(ident, told), flags, told.rcode, _asked(question, told), records, authority)
    if len(answer) > limit:
        answer = _packet(ident, flags | 0x0200, told.rcode, question, [], [])
    return answer[: len(answer) // 2] if told.fault == "half" else answer


def _other(ident: int, told: Told) -> int:
    return ident ^ 0x5555 if told.fault == "another id" else ident


def _asked(question: bytes, told: Told) -> bytes:
    return _name("else.example") + question[-4:] if told.fault == "another question" else question


def _packet(ident: int, flags: int, rcode: int, question: bytes, records: list[bytes], authority: list[bytes]) -> bytes:
    head = struct.pack("!6H", ident, 0x8080 | (flags & 0x0300) | rcode, 1, len(records), len(authority), 1)
    opt = b"\0" + struct.pack("!2HIH", OPT, _OURS, 0, 0)
    return head + question + b"".join(records) + b"".join(authority) + opt


def _record(kind: int, value: str | tuple[str, ...]) -> bytes:
    if kind == TXT:
        strings = (value,) if isinstance(value, str) else value
        pieces = [s.encode()[at : at + 255] for s in strings for at in range(0, max(1, len(s.encode())), 255)]
        data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
    elif kind == MX:
        preference, _, target = str(value).partition(" ")
        data = struct.pack("!H", int(preference)) + _name(target)
    else:
        data = _name(str(value))
    return _ASKED_BY_POINTER + struct.pack("!2HIH", kind, 1, _TTL, len(data)) + data


def _soa(name: str) -> bytes:
    """What a negative answer carries."""
    data = _name("ns.example") + _name("hostmaster.example") + struct.pack("!5I", 1, 3600, 600, 86_400, _TTL)
    zone = ".".join(name.split(".")[-2:])
    return _name(zone) + struct.pack("!2HIH", SOA, 1, _TTL, len(data)) + data


def _name(name: str) -> bytes:
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _read_name(packet: bytes, at: int) -> tuple[str, int]:
    labels = []
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode("ascii", errors="replace").lower())
        at += 1 + packet[at]
    return ".".join(labels), at + 1


def _limit(packet: bytes, at: int, additional: int) -> int:
    """How much whoever asked takes over UDP: what his OPT record says, else the 512 bytes of 1987."""
    if additional and len(packet) >= at + 5 and packet[at : at + 3] == b"\0" + struct.pack("!H", OPT):
        (size,) = struct.unpack_from("!H", packet, at + 3)
        return min(max(int(size), _PLAIN_LIMIT), _OURS)
    return _PLAIN_LIMIT
