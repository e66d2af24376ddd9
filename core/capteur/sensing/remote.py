"""What an isolated sensor works with in its own process: a channel to capteur, and `ctx.http`, `ctx.ahttp`, `ctx.log` over it.

No request leaves from here: capteur makes it with the unit's own session, so limits, guard, redaction and validators are the same.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from concurrent.futures import Future
from enum import Enum
from typing import Any, Final

from capteur.asking import Answer, AsyncHttp, Following, Headers, Http, Query, Token
from capteur.errors import ConfigError
from capteur.sensing.crossing import make_error, tell_thing
from capteur.sensing.drive import said
from capteur.sensing.frames import HEADER, MOST, encode, pack, unpack

LOST: Final = 86
"""Exit code of a process whose channel is gone."""
CRASHED: Final = 87
"""Exit code of a process in which not even the telling of an error works any more."""
NO_MEMORY: Final = 88
"""Exit code of a process that asked for more memory than there is for it; to say more might need more."""
MOST_THING: Final = 1024 * 1024
"""Bytes of one yielded thing. The largest that core takes is a Checkpoint of 256 KB."""


class Channel:
    """Frames to and from capteur; whoever loses it ends the process. From any thread."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._waiting: dict[int, Future[tuple[Any, bytes]]] = {}
        self._mine = os.getpid()
        os.register_at_fork(after_in_child=end.close)  # a fork would yield everything a second time

    def send(self, frame: bytes) -> None:
        """Send a frame; waits while capteur has not read the ones before."""
        if os.getpid() != self._mine:
            os._exit(LOST)
        try:
            with self._lock:
                self._end.sendall(frame)
        except OSError:
            os._exit(LOST)

    def receive(self) -> tuple[dict[str, Any], bytes]:
        """The next frame."""
        text, blob = HEADER.unpack(self._exactly(HEADER.size))
        message: dict[str, Any] = json.loads(self._exactly(text))
        return message, self._exactly(blob)

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            try:
                part = self._end.recv(min(size - len(parts), 1 << 20))
            except OSError:
                part = b""
            if not part:
                os._exit(LOST)  # capteur is gone, and nobody would end this process
            parts += part
        return bytes(parts)

    def listen(self) -> None:
        """Take answers from now on, in a thread of its own."""
        threading.Thread(target=self._listen, daemon=True, name="channel").start()

    def _listen(self) -> None:
        try:
            while True:
                self._settle(*self.receive())
        except MemoryError:
            os._exit(NO_MEMORY)
        finally:  # nobody would ever be answered again
            os._exit(CRASHED)

    def _settle(self, message: Mapping[str, Any], blob: bytes) -> None:
        future = self._waiting.pop(message["id"], None)
        if future is None or not future.set_running_or_notify_cancel():
            return
        if "raised" in message:
            future.set_exception(make_error(message["raised"]))
        else:
            future.set_result((unpack(message["value"]), blob))

    def ask(self, word: str, **values: Any) -> Future[tuple[Any, bytes]]:
        """Ask capteur for something. Raises TypeError or ValueError for words that JSON has no form for."""
        number = next(self._ids)
        frame = encode({"t": word, "id": number, **pack(values, _plain)})
        if len(frame) > MOST:
            raise ValueError(f"a request of {len(frame) >> 20} MB, at most {MOST >> 20} MB")
        future: Future[tuple[Any, bytes]] = Future()
        self._waiting[number] = future
        self.send(frame)
        return future

    def thing(self, thing: object, at: str) -> None:
        """Hand over something that was yielded; capteur checks it."""
        try:
            frame = encode(tell_thing(thing, at))
        except (TypeError, ValueError, RecursionError) as error:
            self.bad(thing, at, f"it is not JSON: {error}")
            return
        if len(frame) > MOST_THING:
            self.bad(thing, at, f"it has {len(frame) // 1024} KB, at most {MOST_THING // 1024} KB")
            return
        self.send(frame)

    def bad(self, thing: object, at: str, what: str) -> None:
        """Hand over that something that was yielded cannot be."""
        self.send(encode({"t": "bad", "is": type(thing).__name__, "at": at, "what": what[:500]}))

    def row(self, at: str, error: BaseException) -> None:
        """Hand over that `ctx.each` skipped a row."""
        self.send(encode({"t": "row", "is": type(error).__name__, "at": at, "what": said(error)}))


def _plain(value: object) -> Any:
    """Words of a request as the web room reads them."""
    if isinstance(value, Enum):
        return pack(value.value, _plain)
    if isinstance(value, Collection):
        return [pack(item, _plain) for item in value]
    return str(value)


class Caseless(Mapping[str, str]):
    """An answer's headers; their names have no case."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = {name.lower(): value for name, value in pairs.items()}

    def __getitem__(self, name: str) -> str:
        return self._pairs[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def _answer(result: tuple[Any, bytes]) -> Answer:
    value, body = result
    headers = Caseless(value["headers"])
    return Answer(value["status"], value["url"], headers, body, value["unchanged"], value["encoding"])


class RemoteHttp(Http):
    """`ctx.http` of an isolated sensor."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def get(
        self,
        url: str,
        *,
        params: Query = None,
        headers: Headers = None,
        token: Token = None,
        conditional: bool = False,
        robots: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        words = {"params": params, "headers": headers, "token": token}
        flags = {"conditional": conditional, "robots": robots, "accept": list(accept)}
        return _answer(self._channel.ask("get", url=url, words=words | flags).result())

    def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any:
        words = {"params": params, "headers": headers, "token": token}
        return self._channel.ask("post", url=url, json=json, words=words).result()[0]

    def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Iterator[Any]:
        words = {"params": params, "headers": headers, "token": token}
        book, _ = self._channel.ask("pages", url=url, words=words).result()
        to: str | Mapping[str, Any] | None = None
        while (leaf := self._channel.ask("page", book=book, to=to).result()[0]) is not None:
            yield leaf["page"]
            to = following(leaf["page"])


class AsyncRemoteHttp(AsyncHttp):
    """`ctx.ahttp` of an isolated sensor."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def _ask(self, word: str, **values: Any) -> tuple[Any, bytes]:
        return await asyncio.wrap_future(self._channel.ask(word, **values))

    async def get(
        self,
        url: str,
        *,
        params: Query = None,
        headers: Headers = None,
        token: Token = None,
        conditional: bool = False,
        robots: bool = False,
        accept: Collection[int] = (),
    ) -> Answer:
        words = {"params": params, "headers": headers, "token": token}
        flags = {"conditional": conditional, "robots": robots, "accept": list(accept)}
        return _answer(await self._ask("get", url=url, words=words | flags))

    async def post_json(
        self, url: str, json: Any, *, params: Query = None, headers: Headers = None, token: Token = None
    ) -> Any:
        words = {"params": params, "headers": headers, "token": token}
        return (await self._ask("post", url=url, json=json, words=words))[0]

    async def pages(
        self, url: str, *, following: Following, params: Query = None, headers: Headers = None, token: Token = None
    ) -> AsyncIterator[Any]:
        words = {"params": params, "headers": headers, "token": token}
        book, _ = await self._ask("pages", url=url, words=words)
        to: str | Mapping[str, Any] | None = None
        while (leaf := (await self._ask("page", book=book, to=to))[0]) is not None:
            yield leaf["page"]
            to = following(leaf["page"])


class RemoteLog:
    """`ctx.log` of an isolated sensor."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def _say(self, level: str, event: str, values: Mapping[str, Any]) -> None:
        told = {"t": "log", "level": level, "event": str(event)[:2000]}
        frame = encode({**told, "values": pack(values, str)})
        self._channel.send(frame if len(frame) <= MOST_THING else encode({**told, "values": {"cut": "too long"}}))

    def debug(self, event: str, /, **values: Any) -> None:
        self._say("debug", event, values)

    def info(self, event: str, /, **values: Any) -> None:
        self._say("info", event, values)

    def warning(self, event: str, /, **values: Any) -> None:
        self._say("warning", event, values)


def refuse(value: object) -> Any:
    """The `odd` for options: a value of a type that only this process knows cannot be handed over."""
    raise ConfigError(
        f"an option is a {type(value).__name__}, which cannot be handed to another process", fix="isolate = false"
    )
