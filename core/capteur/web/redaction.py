"""Secrets and control characters leave every text before a person, a log or the database sees it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from capteur.options import names_a_secret

MASK: Final = "[secret]"
SHORTEST: Final = 3
"""A shorter "secret" is no secret, and replacing it would turn every message into noise."""
SHORTEST_STORED: Final = 6
"""A shorter one stays in what is stored: `env:REGION` is "emea", and without it keys and addresses would be others."""
_REMEMBERED: Final = 512

_IN_QUERY = re.compile(r"([?&;])([^=&;#?\s\"'<>]+)=([^&;#\s\"'<>]+)")
_IN_USERINFO = re.compile(r"(?i)(\b[a-z][a-z0-9+.\-]*://)[^/\s@\"'<>?#]+@")
_IN_HEADER = re.compile(
    r"(?i)(\b(?:proxy-authorization|authorization|set-cookie|cookie)[\"']?\s*[:,=]\s*(?:b(?=[\"']))?[\"']?)((?:bearer|basic|digest|token)\s+)?[^\s\"',)]+"
)
_IN_TEXT = re.compile(
    r"(?i)(\b[\w\-]*(?:token|secret|password|passwd|api[_\-]?key)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;)&\[]{6,}"
)
_IN_SCHEME = re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w\-.~+/=]{8,}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """Without C0, C1 and bidi controls, which would let a source repaint a terminal; tab and newline stay."""
    return _CONTROL.sub("", text)


def _mask_pair(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}={MASK}" if names_a_secret(match[2]) else match[0]


def _forms(value: str) -> Iterable[str]:
    yield value
    yield quote(value, safe="")
    yield quote(value)
    yield quote_plus(value)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]


class Redactor:
    """Replaces known secret values, in the forms they travel in, and whatever looks like a credential.

    Those given here, or by the house, are kept for good. Secrets met later (a token fetched at run time) are added; the oldest of
    very many of these are dropped, guesses first.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._configured: set[str] = set()
        """What secrets look like that are never forgotten."""
        self._met: dict[str, bool] = {}
        """What a secret met at run time looks like; True for a secret that is one for certain."""
        self._longest_first: tuple[str, ...] = ()
        self._certain: tuple[str, ...] = ()
        self._lock = threading.Lock()
        for value in secrets:
            self.add(value, configured=True)

    def add(self, value: str, *, guessed: bool = False, configured: bool = False) -> None:
        """From now on `value` is a secret; a `guessed` one only where texts are shown. From any thread.

        A `configured` one is never forgotten, however many are met.
        """
        if len(value.strip()) < SHORTEST or value in self._configured:
            return
        if not configured and (self._met.get(value, False) or (guessed and value in self._met)):
            return
        forms = {form for part in (value, value.strip()) for form in _forms(part)}
        with self._lock:
            if configured:
                self._configured |= forms
            else:
                self._met |= {form: self._met.get(form, False) or not guessed for form in forms}
            while len(self._met) > _REMEMBERED:
                oldest = next(iter(self._met))
                del self._met[next((form for form, certain in self._met.items() if not certain), oldest)]
            known = self._configured.union(self._met)
            # a secret that contains another must go first, or half of it would stay
            self._longest_first = tuple(sorted(known, key=len, reverse=True))
            sure = self._configured.union(form for form, certain in self._met.items() if certain)
            certain = {form for form in sure if len(form.strip()) >= SHORTEST_STORED}
            # what is stored is JSON, and a text in it may be JSON again
            certain |= {json.dumps(form)[1:-1] for form in certain}
            self._certain = tuple(sorted(certain, key=len, reverse=True))

    @property
    def is_certain(self) -> bool:
        """There is a secret that `certain` would take out."""
        return bool(self._certain)

    def is_secret(self, text: str) -> bool:
        """Whether the whole text is a secret."""
        return text in self._certain

    def certain(self, text: str) -> str:
        """`text` without the secrets that are ones for certain, and otherwise as it is: for what is stored.

        There a guess would do harm: a key or an address that merely looks like a credential names a fact.
        """
        for value in self._certain:
            if value in text:
                text = text.replace(value, MASK)
        return text

    def __call__(self, text: str) -> str:
        for value in self._longest_first:
            if value in text:
                text = text.replace(value, MASK)
        text = _IN_QUERY.sub(_mask_pair, _IN_USERINFO.sub(rf"\1{MASK}@", text))
        text = _IN_HEADER.sub(lambda m: f"{m[1]}{m[2] or ''}{MASK}", text)
        return _IN_SCHEME.sub(rf"\1{MASK}", _IN_TEXT.sub(rf"\1{MASK}", text))

    def url(self, url: str) -> str:
        """A URL to be shown or stored: the fast way of `__call__`, which headers cannot occur in."""
        for value in self._longest_first:
            if value in url:
                url = url.replace(value, MASK)
        if "@" in url:
            url = _IN_USERINFO.sub(rf"\1{MASK}@", url)
        return _IN_QUERY.sub(_mask_pair, url) if "=" in url else url

    def deep(self, value: Any) -> Any:
        """Redact the strings inside mappings, lists and tuples; other values are redacted by their text if that holds a secret."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(str(k)): MASK if names_a_secret(str(k)) and v else self.deep(v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.deep(item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        text = str(value)
        return value if (safe := self(text)) == text else safe

    def processor(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """A structlog processor; put it last before the renderer, after exceptions became text."""
        for name, value in event.items():
            event[name] = self.deep(value)
        return event


def redact(text: str, secrets: Collection[str]) -> str:
    """`text` without these values (also as they stand in URLs, JSON and reprs) and without anything that looks like a credential."""
    return Redactor(secrets)(text)
