"""The requests of an isolated sensor, made here with the unit's own session; the answers go back over the channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from capteur.errors import Stopped
from capteur.sensing.crossing import tell_error
from capteur.sensing.frames import as_stranger, encode, pack, unpack
from capteur.web import Session

AT_ONCE: Final = 64
"""Requests of one unit under way; with so many, no more of its frames are read."""
MOST_BOOKS: Final = 256
"""Series of pages open at once."""

Result = tuple[Any, bytes]


class _Book:
    """A series of pages. `following` is asked there, where the author's function is; its answer comes with the next question."""

    def __init__(self, session: Session, url: str, words: Mapping[str, Any]) -> None:
        self.to: Any = None
        self.pages: AsyncIterator[Any] = session.ahttp.pages(url, following=lambda _: self.to, **words)


class Errands:
    """What one isolated unit asks for."""

    WORDS: Final = frozenset({"get", "post", "pages", "page"})

    def __init__(self, session: Session, writer: asyncio.StreamWriter) -> None:
        self._session = session
        self._writer = writer
        self._under_way: set[asyncio.Task[None]] = set()
        self._books: dict[int, _Book] = {}
        self._do: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Result]]] = {
            "get": self._get,
            "post": self._post,
            "pages": self._open,
            "page": self._turn,
        }

    async def room(self) -> None:
        """Wait while too many are under way."""
        while len(self._under_way) >= AT_ONCE:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    def run(self, message: Mapping[str, Any]) -> None:
        """Set off."""
        task = asyncio.ensure_future(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Call back whoever is under way."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        for book in self._books.values():
            with suppress(Exception):
                await book.pages.aclose()  # type: ignore[attr-defined]  # the client's pages are a generator

    async def _answer(self, message: Mapping[str, Any]) -> None:
        number = message.get("id")
        try:
            value, blob = await self._do[message["t"]](message)
            frame = encode({"t": "answer", "id": number, "value": pack(value, as_stranger)}, blob)
        except (Exception, Stopped) as error:  # noqa: BLE001  it goes to whoever asked, and is raised there
            frame = encode({"t": "answer", "id": number, "raised": tell_error(error)})
        with suppress(OSError):  # the process has ended meanwhile
            self._writer.write(frame)
            await self._writer.drain()

    async def _get(self, message: Mapping[str, Any]) -> Result:
        answer = await self._session.ahttp.get(message["url"], **unpack(message["words"]))
        told = {
            "status": answer.status,
            "url": answer.url,
            "headers": dict(answer.headers),
            "unchanged": answer.unchanged,
            "encoding": answer.encoding,
        }
        return told, answer.content

    async def _post(self, message: Mapping[str, Any]) -> Result:
        words = unpack(message["words"])
        return await self._session.ahttp.post_json(message["url"], unpack(message["json"]), **words), b""

    async def _open(self, message: Mapping[str, Any]) -> Result:
        if len(self._books) >= MOST_BOOKS:
            raise ValueError(f"more than {MOST_BOOKS} series of pages at once")
        number = len(self._books) + 1
        self._books[number] = _Book(self._session, message["url"], unpack(message["words"]))
        return number, b""

    async def _turn(self, message: Mapping[str, Any]) -> Result:
        book = self._books[message["book"]]
        book.to = unpack(message["to"])
        async for page in book.pages:
            return {"page": page}, b""
        return None, b""
