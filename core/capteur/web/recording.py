"""Answers kept as a test's fixture: without secrets, readable, and read back byte for byte where they were not JSON.

The file is a JSON list of `{method, url, status, headers: {"content-type"}, body}`. `body` is JSON where the answer was an
object or a list, else text; bytes that are no UTF-8 stand in `body_base64` instead.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from capteur.errors import InputError
from capteur.options import names_a_secret
from capteur.web.redaction import MASK, Redactor

_CREDENTIAL = re.compile(r"token|secret|passw|passphrase|(?:api|access|private)key|credential|authorization|cookie|jwt")
"""Stricter than in messages: a field called `key` is how many sources name their rows."""
_SHORTEST: Final = 8


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer. `url` and `body` hold no secret; `content_type` is as it was sent, "" for none."""

    method: str
    url: str
    status: int
    content_type: str
    body: bytes


class Recorder:
    """Keeps the answers of a Web. Secrets are taken out at the end, so that a token met late is missing in the first answer too."""

    def __init__(self) -> None:
        self._taken: list[tuple[Recorded, Redactor]] = []

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, method: str, url: str, status: int, content_type: str, body: bytes, redactor: Redactor) -> None:
        """Keep one answer; `redactor` knows the secrets of the unit that asked."""
        self._taken.append((Recorded(method, url, status, content_type, body), redactor))

    def save(self, path: Path) -> int:
        """Write the fixture, whole or not at all; returns its size in bytes. Raises OSError."""
        content = json.dumps([_item(*taken) for taken in self._taken], ensure_ascii=False, indent=2) + "\n"
        data = content.encode("utf-8", "backslashreplace")
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(data)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return len(data)


def read_recorded(path: Path) -> list[Recorded]:
    """The answers of a fixture, in the order they came. Raises InputError for a file that is none."""
    try:
        return [_recorded(item) for item in _list(json.loads(path.read_bytes()))]
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read", why=error.strerror or "", fix="capteur try NAME --record"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        raise InputError(
            f"{path.name} is not a recorded fixture",
            why=f"{type(error).__name__} while it was read",
            fix="record it anew: capteur try NAME --record",
        ) from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(type(value).__name__)
    return value


def _item(answer: Recorded, redactor: Redactor) -> dict[str, Any]:
    item: dict[str, Any] = {
        "method": answer.method,
        "url": redactor.url(answer.url),
        "status": answer.status,
        "headers": {"content-type": answer.content_type} if answer.content_type else {},
    }
    try:
        text = answer.body.decode("utf-8")
    except UnicodeDecodeError:
        safe = redactor(answer.body.decode("latin-1")).encode("latin-1", "replace")
        return {**item, "body_base64": base64.b64encode(safe).decode("ascii")}
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return {**item, "body": _json(json.loads(text), redactor)}
        except (ValueError, RecursionError):
            pass  # half a document, say: kept as the text it is
    return {**item, "body": redactor(text)}


def _json(value: Any, redactor: Redactor, name: str = "") -> Any:
    """The value without secrets; addresses in it stay whole, because the next request may go there."""
    if isinstance(value, str):
        return MASK if len(value) >= _SHORTEST and _is_credential(name) else redactor.url(value)
    if isinstance(value, Mapping):
        return {redactor.url(str(key)): _json(item, redactor, str(key)) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_json(item, redactor, name) for item in value]
    return value


def _is_credential(name: str) -> bool:
    return names_a_secret(name) and _CREDENTIAL.search(re.sub(r"[^a-z]", "", name.lower())) is not None


def _recorded(item: Mapping[str, Any]) -> Recorded:
    if "body_base64" in item:
        body = base64.b64decode(item["body_base64"], validate=True)
    elif isinstance(item["body"], str):
        body = item["body"].encode()
    else:
        body = json.dumps(item["body"], ensure_ascii=False).encode()
    headers = item.get("headers", {})
    return Recorded(
        str(item["method"]), str(item["url"]), int(item["status"]), str(headers.get("content-type", "")), body
    )
