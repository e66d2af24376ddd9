"""A small server for a few readers on this machine. It runs on threads of its own, and nobody can hold it up for long."""

from __future__ import annotations

import io
import ipaddress
import json
import logging
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from capteur.clock import SystemClock

log = logging.getLogger("capteur.daemon")

CONNECTIONS = 8
"""More at the same time are told to come back."""
MOST_HEAD = 16_384
"""Bytes of a request; more are not read."""
STOP_S = 0.25
"""How long the end of the server may take to be noticed."""
_BUSY: Final = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers."""

    status: HTTPStatus
    body: bytes
    kind: str = "text/plain; charset=utf-8"

    @classmethod
    def document(cls, status: HTTPStatus, values: Mapping[str, Any]) -> Self:
        """A small JSON document."""
        return cls(status, json.dumps(values).encode() + b"\n", "application/json")


Answers = Callable[[str, str], Answer]
"""From a path without its query, and the Accept header, to the answer; called in the thread of the connection."""


def is_local_name(host: str) -> bool:
    """Whether a Host header names this machine in a way no stranger's domain can.

    A web page that a browser here has open may point a domain of its own at 127.0.0.1 and read whatever answers there (DNS
    rebinding); its requests carry that domain. An address, `localhost` and nothing at all are all right.
    """
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return name.lower().rstrip(".") in ("", "localhost")
    return True


class Listener(ThreadingHTTPServer):
    """Listens at an address of `family`; OSError when it cannot. `patience_s` is for reading a request, and again for the answer."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would let two programs listen at one address
    request_queue_size = 16

    def __init__(self, family: int, address: Any, answers: Answers, patience_s: float) -> None:
        self.address_family = family
        self.answers, self.patience_s = answers, patience_s
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._pause = threading.Event()
        super().__init__(address, _Connection)
        self.port = int(self.server_address[1])
        self.is_private = ipaddress.ip_address(str(self.server_address[0])).is_loopback

    def server_bind(self) -> None:
        """Without http.server's search for the machine's name, which may ask a DNS server that is away."""
        socketserver.TCPServer.server_bind(self)

    def serve_forever(self, poll_interval: float = STOP_S) -> None:
        super().serve_forever(poll_interval)

    def get_request(self) -> tuple[socket.socket, Any]:
        try:
            return super().get_request()
        except OSError:  # no descriptor is free: the same connection would be offered again at once, and for ever
            self._pause.wait(STOP_S)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._places.acquire(blocking=False):
            request.settimeout(0)
            request.sendall(_BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        """A client that went away is not news; anything else is a mistake of ours."""
        error = sys.exception()
        if not isinstance(error, OSError):
            log.error("monitoring: a connection broke off", exc_info=error)


class _Patient(io.RawIOBase):
    """What a client sends, within one time limit for all of it: one byte a second would pass any limit on a single read."""

    def __init__(self, connection: socket.socket, patience_s: float) -> None:
        self._connection, self._clock = connection, SystemClock()
        self._until, self._left = self._clock.monotonic() + patience_s, MOST_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_s = self._until - self._clock.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)
        count = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count


class _Connection(BaseHTTPRequestHandler):
    """One request a connection: nobody keeps a place that others wait for."""

    server: Listener
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Patient(self.connection, self.server.patience_s))

    def do_GET(self) -> None:
        if self.server.is_private and not is_local_name(self.headers.get("Host", "")):
            words = b"This address answers to localhost and to its number only.\n"
            self._send(Answer(HTTPStatus.MISDIRECTED_REQUEST, words))
            return
        path = self.path.partition("?")[0]
        try:
            answer = self.server.answers(path, self.headers.get("Accept", ""))
        except Exception:
            log.exception("monitoring: %s cannot be answered", path)
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"This is a mistake in capteur; its log says more.\n")
        self._send(answer)

    do_HEAD = do_GET  # noqa: N815  http.server's names

    def _refuse(self) -> None:
        self._send(Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"GET and HEAD only.\n"))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815  as above

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002  its signature
        """What http.server itself refuses, without its page of HTML and without quoting the request."""
        self.request_version = self.protocol_version  # it answers what it cannot read without a head, as in 1991
        self._send(Answer(HTTPStatus(code), f"{HTTPStatus(code).phrase}\n".encode()))

    def _send(self, answer: Answer) -> None:
        self.connection.settimeout(self.server.patience_s)
        self.close_connection = True
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def version_string(self) -> str:
        return "capteur"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's signature
        """No access log: who asks every fifteen seconds is not news."""
