"""Our errors for those of httpx. Never with their text: it may quote a header we sent, or a source that quotes one back."""

from __future__ import annotations

import re
from typing import Final

import httpx

from capteur.errors import CapteurError, ConfigError, SourceChanged, TransientError
from capteur.web.retries import Again

_PHRASES: Final = (
    ("complete message body", "it hung up within its answer"),
    ("incomplete chunked read", "it hung up within its answer"),
    ("disconnected without sending", "it hung up without an answer"),
)
_KINDS: Final = (
    (httpx.ConnectTimeout, "it does not answer"),
    (httpx.ReadTimeout, "it fell silent"),
    (httpx.ConnectError, "it cannot be reached"),
    (httpx.RemoteProtocolError, "what it answers is not HTTP"),
)
_CERTIFICATE: Final = re.compile(r"certificate verify failed: ([\w \-]+)")
"""OpenSSL's own words: "certificate has expired", "self-signed certificate", "Hostname mismatch"."""


def explain(error: httpx.HTTPError, host: str, *, has_body: bool) -> CapteurError | Again:
    """What `error` means for the caller; Again around it where another attempt may help.

    A POST (`has_body`) that may have arrived is not sent twice.
    """
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return ConfigError(
            f"the request to {host} cannot be sent",
            why="a header or the address has characters that HTTP does not allow",
        )
    text = str(error)
    if "buffer too long" in text:
        return SourceChanged(f"the headers of {host} are larger than 100 KB")
    if "CERTIFICATE_VERIFY_FAILED" in text:
        said = _CERTIFICATE.search(text)
        return TransientError(f"the certificate of {host} cannot be trusted", why=said[1].strip() if said else "")
    why = next((ours for phrase, ours in _PHRASES if phrase in text), "")
    why = why or next((ours for kind, ours in _KINDS if isinstance(error, kind)), "the connection broke")
    transient = TransientError(f"the exchange with {host} failed", why=why)
    never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    return Again(transient) if never_sent or not has_body else transient
