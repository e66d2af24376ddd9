"""The one HTTP client. The house makes a `Web`, units work through a `Session` of it (capteur.sensor.Http), nobody else imports httpx.

The names load on first use: redaction and shapes are needed where httpx is not, and httpx takes a third of a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capteur.web.client import Web
    from capteur.web.recording import Recorded, Recorder, read_recorded
    from capteur.web.redaction import Redactor, clean, redact
    from capteur.web.session import Session
    from capteur.web.shapes import ForgetfulMemory, HostLimit, HostMemory, Seen, Stored, Validator, WebSettings

_HOME = {
    "ForgetfulMemory": "shapes",
    "HostLimit": "shapes",
    "HostMemory": "shapes",
    "Recorded": "recording",
    "Recorder": "recording",
    "Redactor": "redaction",
    "Seen": "shapes",
    "Session": "session",
    "Stored": "shapes",
    "Validator": "shapes",
    "Web": "client",
    "WebSettings": "shapes",
    "clean": "redaction",
    "read_recorded": "recording",
    "redact": "redaction",
}

__all__ = [
    "ForgetfulMemory",
    "HostLimit",
    "HostMemory",
    "Recorded",
    "Recorder",
    "Redactor",
    "Seen",
    "Session",
    "Stored",
    "Validator",
    "Web",
    "WebSettings",
    "clean",
    "read_recorded",
    "redact",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'capteur.web' has no attribute {name!r}")
    value = getattr(import_module(f"capteur.web.{_HOME[name]}"), name)
    globals()[name] = value
    return value
