"""Does a request come from who may send? Every comparison takes the same time whatever was sent.

Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): `webhook-signature` is a list of `v1,` and the base64 of HMAC-SHA256 over
`webhook-id.webhook-timestamp.body`, five minutes old at most. Others sign the body alone, in hexadecimal (`sha256=...`, `sha1=...`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from capteur.receiving.http import Request
from capteur.registry import Reception
from capteur.registry.receptions import standard_key

TOLERANCE_S: Final = 300
SIGNATURES: Final = 16
"""So many signatures of one request are looked at: a sender that changes keys sends two."""
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_DIGESTS: Final = {40: "sha1", 64: "sha256", 128: "sha512"}
NOBODY: Final = Reception(("no instance, and no secret that anybody has",))
"""What a request to an instance that does not exist is compared with."""


def shows_secret(reception: Reception, request: Request, rest: str) -> bool:
    """Whether the request carries one of the secrets; `rest` is what stands behind the instance in the path."""
    given = b""
    if reception.way == "path":
        given = rest.encode()
    elif reception.way == "header" and not rest:
        given = request.headers.get(reception.name, "").removeprefix("Bearer ").encode("latin-1")
    elif reception.way == "query" and not rest:
        given = request.query().get(reception.name, "").encode()
    return _any_equal(given, (secret.encode() for secret in reception.secrets))


def is_signed(reception: Reception, headers: Mapping[str, str], bodies: Iterable[bytes], now_s: float) -> bool:
    """Whether one of these forms of the body (as it was sent, decompressed) is signed with one of the secrets."""
    check = _signed_plainly if reception.name else _signed_by_standard
    return any(check(reception, headers, body, now_s) for body in bodies)


def _signed_by_standard(reception: Reception, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    sender_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sender_id or not _SECONDS.fullmatch(at) or abs(now_s - int(at)) > TOLERANCE_S:
        return False
    content = f"{sender_id}.{at}.".encode("latin-1", "replace") + body
    expected = [base64.b64encode(hmac.digest(standard_key(secret), content, "sha256")) for secret in reception.secrets]
    given = headers.get("webhook-signature", "").split(" ")[:SIGNATURES]
    return any(
        _any_equal(s.removeprefix("v1,").encode("latin-1", "replace"), expected) for s in given if s.startswith("v1,")
    )


def _signed_plainly(reception: Reception, headers: Mapping[str, str], body: bytes, _now_s: float) -> bool:
    given = headers.get(reception.name, "").strip().lower()
    given = given.rpartition("=")[2]
    digest = _DIGESTS.get(len(given))
    if digest is None:
        return False
    expected = [hmac.new(secret.encode(), body, getattr(hashlib, digest)).hexdigest() for secret in reception.secrets]
    return _any_equal(given.encode("latin-1", "replace"), (e.encode() for e in expected))


def _any_equal(given: bytes, expected: Iterable[bytes]) -> bool:
    """Compares with all of them: how long it takes says nothing about which one it was."""
    found = False
    for one in expected:
        found |= hmac.compare_digest(given, one)
    return found
