"""uvicorn, as we want it: no log of requests (their paths hold secrets), and no patience with who says nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from capteur.errors import CapteurError
from capteur.receiving.app import Receiver

HEAD_S: Final = 10.0
"""How long a connection may take to say what it wants, from its beginning or from the last answer."""
HEAD_MOST: Final = 16 * 1024
"""Bytes of a request before its body."""
STOP_S: Final = 10
"""How long requests that are under way may take at the end."""
CONNECTIONS: Final = 1_000
"""More at the same time are told to come back."""


class _Impatient(H11Protocol):
    """uvicorn waits for ever for the head of a request; a few hundred such connections would be all there are."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering():
            self._enough()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_answering():  # not already at the next of several that came together
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._enough()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._enough()
        self._waiting = self.loop.call_later(HEAD_S, self._give_up)

    def _enough(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        if not self._is_answering():
            self.transport.close()

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        return cycle is not None and not cycle.response_complete


@contextmanager
def serving(app: Receiver, sock: socket) -> Iterator[None]:
    """Serve at a socket that listens, on a thread of its own, until the end; then what is under way is answered."""
    config = uvicorn.Config(
        app,
        http=_Impatient,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=STOP_S,
        h11_max_incomplete_event_size=HEAD_MOST,
    )
    server = uvicorn.Server(config)
    over = threading.Event()

    def work() -> None:
        try:
            asyncio.run(server.serve(sockets=[sock]))
        finally:
            over.set()

    thread = threading.Thread(target=work, name="receiving", daemon=True)
    thread.start()
    while not server.started and not over.wait(0.01):
        pass
    if not server.started:
        raise CapteurError("the receiver did not start", fix="run it again with --debug, and report what it prints")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
