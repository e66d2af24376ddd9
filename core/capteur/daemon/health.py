"""/healthz, /readyz and /metrics: what a daemon tells whoever watches it, also while its loop stands still."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from capteur.daemon.listener import Answer, Listener
from capteur.daemon.metrics import Exposition
from capteur.errors import ConfigError
from capteur.house.secrecy import secrets
from capteur.web import Redactor

if TYPE_CHECKING:
    from capteur.house import House
    from capteur.house.pulse import Pulse

log = logging.getLogger("capteur.daemon")

PATIENCE_S = 5.0
"""How long a client has to say what it wants, and again to take the answer."""
INDEX: Final = """capteur daemon
/healthz   200 while it works; 503 when its ticker stands still, or the store cannot be used
/readyz    200 while it takes work; 503 with the reasons when it does not
/metrics   for Prometheus
"""
NO_METRICS: Final = (
    "Metrics need the library prometheus_client, which is not installed.\nfix: pip install 'capteur[metrics]'\n"
)


class Monitor:
    """What the paths answer, from any thread."""

    def __init__(self, house: House, pulse: Pulse) -> None:
        self._clock, self._pulse = house.clock, pulse
        self._redact = Redactor(secrets(house))
        began = house.clock.now() - timedelta(seconds=house.clock.monotonic() - pulse.started)
        self._started_at = began.isoformat(timespec="seconds").replace("+00:00", "Z")
        self._exposition: Exposition | None
        try:
            self._exposition = Exposition(house, pulse)
        except ImportError:
            self._exposition = None

    def answer(self, path: str, accept: str) -> Answer:
        """The answer for a path without its query; `accept` is the request's header."""
        match path:
            case "/":
                return Answer(HTTPStatus.OK, INDEX.encode())
            case "/healthz":
                return self._health()
            case "/readyz":
                return self._readiness()
            case "/metrics":
                return self._metrics(accept)
            case _:
                return Answer(HTTPStatus.NOT_FOUND, f"There is no such page.\n\n{INDEX}".encode())

    def _health(self) -> Answer:
        pulse, now, trouble = self._pulse, self._clock.monotonic(), self._trouble()
        status = "frozen" if pulse.is_frozen(now) else "trouble" if trouble else "ok"
        values = {
            "status": status,
            "tick_age_s": round(pulse.tick_age(now), 1),
            "trouble": trouble,
            "draining": pulse.draining,
            "started_at": self._started_at,
        }
        return Answer.document(HTTPStatus.OK if status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE, values)

    def _readiness(self) -> Answer:
        pulse, now, trouble = self._pulse, self._clock.monotonic(), self._trouble()
        reasons = [
            *([f"the ticker has stood still for {pulse.tick_age(now):.0f} s"] if pulse.is_frozen(now) else []),
            *(["it is stopping: nothing more is taken"] if pulse.draining else []),
            *(["it has not looked at the store yet"] if pulse.looked is None else []),
            *([trouble] if trouble else []),
            *([self._redact(pulse.idle)] if pulse.idle else []),
        ]
        if pulse.is_ready(now):
            return Answer.document(HTTPStatus.OK, {"status": "ready", "reasons": []})
        return Answer.document(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready", "reasons": reasons})

    def _metrics(self, accept: str) -> Answer:
        if self._exposition is None:
            return Answer(HTTPStatus.NOT_IMPLEMENTED, NO_METRICS.encode())
        return Answer(HTTPStatus.OK, *self._exposition.text(accept))

    def _trouble(self) -> str | None:
        trouble = self._pulse.trouble
        return None if trouble is None else self._redact(trouble)


@contextmanager
def listening(house: House, pulse: Pulse, host: str, port: int, *, patience_s: float = PATIENCE_S) -> Iterator[int]:
    """Answer at `host` and `port` (0 = any that is free) until the end; yields the port.

    Raises ConfigError when nobody can listen there. An address that other machines reach is warned of: there is no password.
    """
    listener = _open(host, port, Monitor(house, pulse), patience_s)
    at = f"http://{f'[{host}]' if ':' in host else host}:{listener.port}/"
    if listener.is_private:
        log.info("/healthz, /readyz and /metrics answer at %s", at)
    else:
        log.warning(
            "/healthz, /readyz and /metrics answer at %s, without a password, to every machine that reaches it", at
        )
    thread = threading.Thread(target=listener.serve_forever, name="monitoring", daemon=True)
    thread.start()
    try:
        yield listener.port
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def _open(host: str, port: int, monitor: Monitor, patience_s: float) -> Listener:
    place = f"capteur daemon --host {host} --port {port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return Listener(family, address, monitor.answer, patience_s)
    except socket.gaierror as error:
        raise ConfigError(f"{place}: {host!r} is no address", why=str(error.strerror), fix="--host 127.0.0.1") from None
    except OSError as error:
        other = f"capteur daemon --port {(port + 1) % 65_536}, or --port none"
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"{place}: another program listens there", why="perhaps another daemon", fix=other
            ) from None
        fix = "--host 127.0.0.1" if error.errno == errno.EADDRNOTAVAIL else other
        raise ConfigError(f"{place}: nobody can listen there", why=str(error.strerror), fix=fix) from None
