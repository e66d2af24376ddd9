"""The address guard: a network backend that resolves a name, checks every address and dials only a checked one.

It sits below TLS, so certificates are still checked against the name; it sits at the dial, so a name that resolves
differently the second time (rebinding) gains nothing; and a test that answers instead of the network never reaches it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import httpcore

from capteur.errors import ConfigError, SourceChanged, TransientError
from capteur.web.retries import Again
from capteur.web.shapes import Resolve
from capteur.web.streams import QuickStream

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64: the IPv4 address inside may be private
        "64:ff9b:1::/48",  # NAT64 of one's own network
        "2002::/16",  # 6to4
        "2001::/32",  # Teredo
        "::ffff:0:0/96",  # IPv4-mapped
        "::/96",  # IPv4-compatible
        "fec0::/10",  # site-local, deprecated, still routed by some
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",  # protocol assignments: what of it is global differs between Python versions
        "3fff::/20",  # documentation, newer than Python's own list
        "5f00::/16",  # segment routing, likewise
    )
)
_DIALLED: Final = 4
"""How many addresses of one name are tried."""


def denied(address: str) -> bool:
    """Whether this is no address of the public internet: private, loopback, link-local, multicast, or one that wraps another."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return (
        not ip.is_global
        or ip.is_multicast
        or ip.is_reserved
        or any(ip in net for net in _NOT_PUBLIC if net.version == ip.version)
    )


class Allowed:
    """`[web] allow`: hosts, `host:port`, addresses and networks that may be asked although they are private."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        self._networks: list[Network] = []
        for entry in entries:
            self.add(entry)

    def add(self, entry: str) -> None:
        """Raises ConfigError for a URL or anything else that is no host."""
        text = entry.strip().lower()
        try:
            self._networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
        except ValueError:
            host, _, port = text.rpartition(":") if ":" in text else (text, "", "")
            if not host or "/" in text or not (port.isdigit() or not port):
                raise ConfigError(
                    f"[web] allow: {entry!r} is not a host",
                    fix='write "host", "host:port", an address or a network such as "10.1.0.0/16"',
                ) from None
            self._hosts.add((host.strip("[]"), int(port) if port else None))

    def host(self, host: str, port: int) -> bool:
        """Whether this name may have any address."""
        return (host, None) in self._hosts or (host, port) in self._hosts

    def address(self, address: str, port: int) -> bool:
        """Whether this address may be dialled, under whatever name."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        return (address, port) in self._hosts or any(ip in net for net in self._networks if net.version == ip.version)


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses the system knows, in the order it prefers them. Raises OSError.

    One daemon thread a lookup: the loop's executor has few threads, and a dead name server would hold the exit of the process.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(result: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(result, OSError):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result: list[str] | OSError = list(dict.fromkeys(str(row[4][0]) for row in found))
        except OSError as error:
            result = error
        except UnicodeError:
            result = OSError(socket.EAI_NONAME, "no such name")
        try:
            loop.call_soon_threadsafe(settle, result)
        except RuntimeError:  # the loop was closed meanwhile: nobody waits any more
            return

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await answer


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Dials checked addresses only. `dial` is the backend below."""

    def __init__(self, allowed: Allowed, resolve: Resolve, dial: httpcore.AsyncNetworkBackend) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises SourceChanged for a name without a public address, TransientError for a name that cannot be resolved."""
        addresses = await self._checked(host, port)
        stream: httpcore.AsyncNetworkStream | None = None
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):  # the next address may answer
                stream = await self._dial.connect_tcp(
                    address, port, timeout and timeout / 2, local_address, socket_options
                )
                break
        if stream is None:
            stream = await self._dial.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
        return QuickStream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._dial.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[str]:
        name = host.lower().rstrip(".")
        addresses = [name] if _is_address(name) else await self._look_up(name, port)
        if self._allowed.host(name, port):
            return addresses[:_DIALLED]
        good = [a for a in addresses if not denied(a) or self._allowed.address(a, port)]
        if not good:
            raise SourceChanged(
                f"refused to connect to {name}: {_is_called(addresses[0], name)} not an address of the public internet",
                fix=f'if this host is yours, add it: [web] allow = ["{name}"]',
            )
        return good[:_DIALLED]

    async def _look_up(self, name: str, port: int) -> list[str]:
        silent = False
        addresses: list[str] = []
        try:
            addresses = [a for a in await self._resolve(name, port) if _is_address(a)]
        except OSError as error:
            silent = error.errno == socket.EAI_AGAIN
        if addresses:
            return addresses
        if silent:
            raise Again(TransientError(f"{name} cannot be resolved", why="no name server answers"))
        raise TransientError(f"{name} cannot be resolved", why="the name server knows no address for it")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_called(address: str, name: str) -> str:
    return "it is" if address == name else f"it resolves to {address},"
