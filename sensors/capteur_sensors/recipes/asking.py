"""What a recipe asks: requests with their key and parameters, from page to page, and the second request for a row."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from pydantic import SecretStr

from capteur import Answer, ConfigError, Context, InputError, SourceChanged
from capteur_sensors.recipes.asked import Auth, Pages, Request
from capteur_sensors.recipes.book import Book
from capteur_sensors.recipes.paths import is_list, is_table
from capteur_sensors.recipes.reading import Row, detail_rows, read_csv, rows_of
from capteur_sensors.recipes.shapes import as_text

__all__ = ["Asker", "check_key"]

_NO_CONTENT = 204
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r"""(?:^|;)\s*rel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next\b)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Step:
    """The next page: its address, and the parameters that differ from the first one's."""

    url: str
    params: Mapping[str, Any]
    whole: bool = False
    """The address has its parameters in it already."""


@dataclass(frozen=True, slots=True)
class _Page:
    document: Any
    url: str
    link: str | None
    digest: bytes


def check_key(request: Request | None, key: SecretStr | None) -> str | None:
    """What is wrong with the key an instance gives or does not give; None when nothing is."""
    auth = request.auth if request is not None else None
    if key is None:
        return "it needs the option 'key'" if auth is not None and auth.required else None
    return None if auth is not None else "it takes no key: nothing in it says how to send one ([request.auth])"


class Asker:
    """Asks for one recipe within one run."""

    def __init__(self, ctx: Context, book: Book, key: SecretStr | None) -> None:
        assert book.request is not None, "a recipe that is asked has a request"
        self._ctx, self._book, self._key = ctx, book, key
        self._request: Request = book.request

    def pages(self) -> Iterator[list[Row | InputError]]:
        """The rows of each page, as long as there is a next one. Raises what `ctx.http` raises, and SourceChanged."""
        if self._request.file is not None:
            yield rows_of(self._file(self._request.file), self._book.rows)
            return
        pages = self._book.pages
        step: _Step | None = _Step(self._request.url or "", self._first_params(pages))
        seen: bytes | None = None
        number = count = 0
        while step is not None:
            page = self._ask(step)
            if page is None or page.digest == seen:  # the same again: some sources answer so beyond their end
                return
            rows = rows_of(page.document, self._book.rows)
            yield rows
            seen, number, count = page.digest, number + 1, count + len(rows)
            step = self._next(pages, page, rows=len(rows), number=number, count=count) if pages is not None else None
            if pages is not None and step is not None and number >= pages.most:
                raise SourceChanged(
                    f"more than {pages.most} pages", fix="ask for larger pages, or for less, or raise [pages] most"
                )

    def detail(self, row: Row) -> list[Row]:
        """The rows of the second request for a row. Raises what `ctx.http` raises, and InputError without its parameters."""
        detail = self._book.detail
        assert detail is not None, "only a recipe with a [detail] asks for one"
        params: dict[str, Any] = {}
        for name, path in detail.params.items():
            value = path.first(row.root)
            if value is None:
                raise InputError(f"[detail] params: the row has nothing for {name!r}")
            params[name] = value if is_list(value) else as_text(value)
        answer = self._ctx.http.get(detail.url, params=params, **self._words(detail.url))
        return [] if answer.status == _NO_CONTENT else detail_rows(answer.json(), row, detail)

    def _first_params(self, pages: Pages | None) -> dict[str, Any]:
        if pages is None or pages.param is None or pages.by not in {"page", "offset"}:
            return {}
        return {pages.param: _start(pages)} if pages.by == "page" or pages.first is not None else {}

    def _ask(self, step: _Step) -> _Page | None:
        request = self._request
        words = self._words(step.url)
        changing = {**self._told(), **step.params}
        if request.body is not None:
            url, body = step.url, {**request.body, **changing}
            document = self._ctx.http.post_json(url, body, params=request.params or None, **words)
            raw = json.dumps(document, sort_keys=True).encode()
            return _Page(document, url, None, hashlib.blake2b(raw).digest())
        params = None if step.whole else {**request.params, **changing}
        answer = self._ctx.http.get(step.url, params=params, **words)
        if answer.status == _NO_CONTENT:
            return None
        link = next((value for name, value in answer.headers.items() if name.lower() == "link"), None)
        return _Page(self._document(answer), step.url, link, hashlib.blake2b(answer.content).digest())

    def _document(self, answer: Answer) -> Any:
        return read_csv(answer.content) if self._request.format == "csv" else answer.json()

    def _file(self, name: str) -> Any:
        path = Path(self._ctx.base, name).expanduser()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be read: {error.strerror or type(error).__name__}",
                fix=f"correct it (relative paths start beside capteur.toml), then capteur resume {self._ctx.instance}",
            ) from error
        return self._document(Answer(200, path.name, {}, content))

    def _told(self) -> dict[str, Any]:
        """From when, and in a backfill until when, as the source wants to be told."""
        ctx, made = self._ctx, dict[str, Any]()
        if self._request.since is not None:
            made[self._request.since.param] = self._request.since.told(ctx.since, ctx.now)
        if self._request.until is not None and ctx.until is not None:
            made[self._request.until.param] = self._request.until.told(ctx.until, ctx.now)
        return made

    def _words(self, url: str) -> dict[str, Any]:
        """Headers and token. The key goes to the place of the recipe's own address, and nowhere a page may lead."""
        accept = "text/csv, */*" if self._request.format == "csv" else "application/json"
        headers: dict[str, str | SecretStr] = {"accept": accept, **self._request.headers}
        auth: Auth | None = self._request.auth
        if auth is None or self._key is None or _place(url) != _place(self._request.url or ""):
            return {"headers": headers}
        if auth.header is None:
            return {"headers": headers, "token": self._key}
        return {"headers": {**headers, auth.header: SecretStr(auth.prefix + self._key.get_secret_value())}}

    def _next(self, pages: Pages, page: _Page, *, rows: int, number: int, count: int) -> _Step | None:
        """The step after a page that was the `number`th and made it `count` rows in all; None at the end."""
        root: Any = page.document if is_table(page.document) else {"_value": page.document}
        if rows == 0 or (pages.last is not None and pages.last.holds(root)) or self._old_enough(pages, page.document):
            return None
        url = self._request.url or ""
        if pages.by in {"page", "offset"}:
            at = _start(pages) + (number if pages.by == "page" else count)
            return _Step(url, {pages.param or "": at})
        if pages.by == "link":
            there = _next_link(page.link)
            return _Step(urljoin(page.url, there), {}, whole=True) if there else None
        value = pages.path.first(page.document) if pages.path is not None else None
        text = as_text(value) if value is not False else None
        if text is None:
            return None
        if pages.by == "cursor":
            return _Step(url, {pages.param or "": text})
        return _Step(urljoin(page.url, text), {}, whole=True)

    def _old_enough(self, pages: Pages, document: Any) -> bool:
        """Whether a page that is sorted newest first ends before what was asked for."""
        if pages.oldest is None or pages.oldest.path is None or pages.oldest.path.first(document) is None:
            return False
        moment = pages.oldest.read(document, self._ctx.now)
        since = self._ctx.since
        return moment < (since if isinstance(moment, datetime) else since.date())


def _start(pages: Pages) -> int:
    return pages.first if pages.first is not None else 1 if pages.by == "page" else 0


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _next_link(header: str | None) -> str | None:
    return next((url for url, words in _LINK.findall(header or "") if _NEXT.search(words.rstrip(", "))), None)
