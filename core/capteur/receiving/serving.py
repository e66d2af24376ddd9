"""The receiver at its address: on a thread and a loop of its own, so that nothing a sensor does holds it up."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Final

from capteur.errors import ConfigError
from capteur.receiving.app import Receiver
from capteur.receiving.bodies import BODY_S
from capteur.receiving.posting import Posting
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house import House
    from capteur.house.pulse import Pulse

log = logging.getLogger("capteur.receiving")

BACKLOG: Final = 1_024
STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def receiving(
    house: House,
    *,
    kept: Callable[[], object] = lambda: None,
    received: Counter[str] | None = None,
    refused: Counter[tuple[str, str]] | None = None,
    listen: tuple[str, int] | None = None,
    body_s: float = BODY_S,
) -> Iterator[int]:
    """Receive at `[receiving] listen` (or `listen`) until the end; yields the port. `kept` is called, in another thread, when
    something new was kept; `received` and `refused` count.

    Raises ConfigError when nobody can listen there, and when uvicorn is not installed.
    """
    address = listen or house.settings.receiving.listen
    place = house.settings.place("receiving", "listen")
    if address is None:
        raise ConfigError(f"{place}: it is not set", fix='[receiving] listen = "127.0.0.1:8300"')
    run = _server(place)
    gates = house.gates()
    if not gates:
        log.warning("nothing can be received: no sensor that is sent something has a `secret`; see docs/webhooks.md")
    with _listening(place, *address) as sock:
        app = Receiver(
            gates,
            Posting(house.keep_deliveries, lambda new: new and kept()),
            house.clock,
            house.settings.receiving,
            body_s=body_s,
            received=received,
            refusals=refused,
        )
        port = int(sock.getsockname()[1])
        log.info("receiving for %s at %s port %d", counted(len(gates), "instance"), address[0], port)
        if not ipaddress.ip_address(sock.getsockname()[0]).is_loopback:
            log.warning(
                "other machines reach %s, and secrets are sent there in the clear: let a proxy speak HTTPS", address[0]
            )
        with run(app, sock):
            yield port


def beside(house: House, pulse: Pulse, wake: Callable[[], object]) -> AbstractContextManager[int]:
    """The receiver in a daemon, which it wakes when something was kept."""
    return receiving(house, kept=wake, received=pulse.received, refused=pulse.refused)


def receive(house: House, listen: tuple[str, int] | None = None) -> int:
    """Receive alone until SIGTERM or SIGINT: what is kept is read by a daemon, or by `capteur run`. Raises as `receiving`."""
    told = threading.Event()
    before = {number: signal.signal(number, lambda *_: told.set()) for number in STOPPING}
    try:
        with receiving(house, listen=listen):
            while not told.wait(0.5):  # a lock that is waited for without end hears no signal on Windows
                pass
            log.info("stopping: nothing more is taken")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


@contextmanager
def _listening(place: str, host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except socket.gaierror as error:
        raise ConfigError(f"{place}: {host!r} is no address", why=str(error.strerror), fix="127.0.0.1:8300") from None
    except OSError as error:
        other = f"{host}:{(port + 1) % 65_536}"
        what = "another program listens there" if error.errno == errno.EADDRINUSE else "nobody can listen there"
        why = "perhaps another daemon" if error.errno == errno.EADDRINUSE else str(error.strerror)
        raise ConfigError(f"{place}: {what}: {host}, port {port}", why=why, fix=f'listen = "{other}"') from None
    with sock:
        yield sock


def _server(place: str) -> Callable[[Receiver, socket.socket], Any]:
    """What runs the app. Raises ConfigError where uvicorn is missing: before anything is opened."""
    try:
        from capteur.receiving.uvicorn_server import serving
    except ImportError:
        raise ConfigError(
            f"{place}: receiving needs uvicorn, which is not installed", fix="pip install 'capteur[receiving]'"
        ) from None
    return serving
