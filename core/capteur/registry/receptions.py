"""`secret = "env:HOOK_SECRET"`, `secret_in` and `id_in` of a PushSensor's instance: how its senders prove who they are."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from capteur.errors import ConfigError
from capteur.nearest import did_you_mean
from capteur.registry.shapes import Reception
from capteur.sensor import PushSensor, Sensor

SHORTEST: Final = 16
"""Characters of a secret that is sent as it is: a shorter one can be guessed."""
STANDARD: Final = "whsec_"
ID_HEADER: Final = "webhook-id"
_WAYS: Final = ("path", "header", "query", "signature")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_EXAMPLE: Final = 'write "path", "header:X-Token", "query:token", "signature" or "signature:X-Signature"'


def reception(cls: type[Sensor], own: Mapping[str, Any], place: Callable[[str], str]) -> Reception | None:
    """The three options as they were written, `env:NAME` resolved; None for a sensor that is sent nothing. Raises ConfigError."""
    if not issubclass(cls, PushSensor):
        return None
    way, name = _way(own.get("secret_in", "path"), place("secret_in"))
    secrets = _secrets(own.get("secret"), way, name, place("secret"))
    if cls.open_to == "browsers" and secrets:
        raise ConfigError(
            f"{place('secret')}: {cls.name} is open to browsers, and a browser keeps no secret", fix="leave it out"
        )
    return Reception(secrets, way, name.lower() if way in ("header", "signature") else name, _id_header(own, place))


def _way(value: Any, place: str) -> tuple[Any, str]:
    word, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if word not in _WAYS:
        raise ConfigError(f"{place}: expected a place{did_you_mean(word, _WAYS) if word else ''}", fix=_EXAMPLE)
    named = word in ("header", "query")
    if (named and not name) or (word == "path" and colon) or (colon and not _NAME.fullmatch(name)):
        raise ConfigError(f"{place}: {word} {'needs a name' if named else 'has no name'}", fix=_EXAMPLE)
    return word, name


def _secrets(value: Any, way: str, name: str, place: str) -> tuple[str, ...]:
    if value is None:
        return ()
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(item, str) and item.strip() for item in found):
        raise ConfigError(
            f"{place}: expected a secret, or a list of them while one takes the other's place",
            fix='secret = "env:HOOK_SECRET"',
        )
    secrets = tuple(item.strip() for item in found)
    if way == "signature":
        for secret in secrets if not name else ():
            _check_standard(secret, place)
    elif any(len(secret) < SHORTEST for secret in secrets):
        raise ConfigError(
            f"{place}: it has fewer than {SHORTEST} characters, and can be guessed",
            fix="python3 -c 'import secrets; print(secrets.token_urlsafe(24))' makes one",
        )
    return secrets


def _check_standard(secret: str, place: str) -> None:
    try:
        key = standard_key(secret)
    except binascii.Error:
        key = b""
    if not key:
        raise ConfigError(
            f"{place}: for Standard Webhooks it is {STANDARD} and base64",
            fix='copy it as the sender shows it; secret_in = "signature:X-Signature" is for other signatures',
        )


def standard_key(secret: str) -> bytes:
    """The key of a Standard Webhooks secret, whose padding may be missing. Raises binascii.Error."""
    return base64.b64decode(secret.removeprefix(STANDARD) + "==", validate=False)


def _id_header(own: Mapping[str, Any], place: Callable[[str], str]) -> str:
    value = own.get("id_in")
    if value is None:
        return ID_HEADER
    word, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if word != "header" or not _NAME.fullmatch(name):
        raise ConfigError(f"{place('id_in')}: expected a header", fix='write e.g. id_in = "header:X-Request-Id"')
    return name.lower()
