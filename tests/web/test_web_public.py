"""The door of the room."""

from __future__ import annotations

import subprocess
import sys

import pytest

import capteur.web
from capteur.sensor import AsyncHttp, Http
from capteur.web.colours import AsyncCalls, SyncCalls

PUBLIC = ["ForgetfulMemory", "HostLimit", "HostMemory", "Recorded", "Recorder", "Redactor", "Seen", "Session", "Stored", "Validator", "Web", "WebSettings", "clean", "read_recorded", "redact"]  # fmt: skip


def test_the_names_of_the_room_are_pinned():
    assert capteur.web.__all__ == PUBLIC
    assert all(getattr(capteur.web, name) is not None for name in PUBLIC)
    with pytest.raises(AttributeError, match="no attribute 'Client'"):
        _ = capteur.web.Client


def test_redaction_and_shapes_come_without_httpx():
    """The log handlers of the CLI redact; that must not cost the third of a second httpx takes."""
    code = (
        "import sys; from capteur.web import WebSettings, Redactor, Validator, clean, redact; WebSettings();"
        "assert not {'httpx', 'httpcore', 'stamina', 'protego'} & set(sys.modules), 'too early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_client_starts_nothing():
    code = "import threading, capteur.web.client; assert threading.active_count() == 1; from capteur.web.client import Web; print(Web.__name__)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "Web\n"


def test_both_colours_have_the_words_of_the_contract():
    import inspect

    for contract, ours in ((Http, SyncCalls), (AsyncHttp, AsyncCalls)):
        for name in ("get", "get_json", "get_text", "post_json", "pages"):
            assert list(inspect.signature(getattr(ours, name)).parameters) == list(
                inspect.signature(getattr(contract, name)).parameters
            )
