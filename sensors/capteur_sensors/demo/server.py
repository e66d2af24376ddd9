"""A small HTTP/1.1 server on loopback that plays the internet of the demo world.

The web client in world mode sends every request here and names the host it meant in `X-Capteur-Host`. Answers carry an ETag,
are compressed when asked, and connections are kept alive, so that the client has real work to do.
"""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from capteur_sensors.demo.routes import TEXT, Reply, Request
from capteur_sensors.demo.world import World

HOST_HEADER = "X-Capteur-Host"
_WORTH_PACKING = 512


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing ends them instead of waiting for a client's keep-alive."""

    daemon_threads = False  # server_close() joins them: nothing of the demo outlives it
    request_queue_size = 128

    def __init__(self, world: World) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.world = world
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is its own affair."""

    def hang_up(self) -> None:
        self.closing.set()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it went away by itself


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write: two would wait for the client's delayed acknowledgement
    server_version, sys_version = "demo-world", ""
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer as the host that was meant."""
        parts = urlsplit(self.path)
        host = (self.headers.get(HOST_HEADER) or "").split(":")[0].lower()
        if not host:
            self._send(
                Reply.text(
                    f"The demo world. Name one of its hosts in {HOST_HEADER}:\n"
                    + "\n".join(self.server.world.routes.hosts())
                    + "\n",
                    TEXT,
                )
            )
            return
        request = Request(host, unquote(parts.path) or "/", dict(parse_qsl(parts.query, keep_blank_values=True)))
        try:
            reply = self.server.world.answer(request)
        except ValueError as error:  # a query that makes no sense, as `limit=ten`
            reply = Reply.text(f"{error}\n", TEXT, 400)
        if reply.pause:
            self.server.closing.wait(reply.pause)
        self._send(reply)

    def do_HEAD(self) -> None:
        """The same without the body."""
        self.do_GET()

    def _send(self, reply: Reply) -> None:
        body, status, headers = reply.body, reply.status, {"Content-Type": reply.type, **reply.headers}
        if status == 200:  # noqa: PLR2004  only what was found has a version
            headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
            headers["Vary"] = "Accept-Encoding"
            if headers["ETag"] in {tag.strip() for tag in self.headers.get("If-None-Match", "").split(",")}:
                status, body = 304, b""
        if len(body) >= _WORTH_PACKING and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:  # noqa: PLR2004  a 304 has no body, and so no length
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
        """The demo prints its own lines."""


@contextmanager
def serve(now: datetime, moment: Callable[[], datetime] | None = None) -> Iterator[str]:
    """Serve the world around `now` on a free loopback port; yields its base URL, and takes everything down afterwards."""
    server = _Server(World(now, moment))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="demo-world")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()
