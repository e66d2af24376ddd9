"""What the tag on the seller's site sends while the demo runs: webhooks in Segment's shape, over real HTTP to capteur's receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.request import Request, urlopen

SECRET: Final = "tidewright-is-not-a-company"  # noqa: S105  it opens the door of a demo
WAIT_S: Final = 30
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"


def post(base_url: str, now: datetime) -> int:
    """Send what happened in the last minutes, a delivery each; returns how many were kept. Raises OSError when one is refused."""
    count = 0
    for body in _messages(now):
        request = Request(  # noqa: S310  an address on this machine
            f"{base_url}/hooks/segment/{SECRET}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with urlopen(request, timeout=WAIT_S):  # noqa: S310  as above
            count += 1
    return count


def _messages(now: datetime) -> Iterator[Mapping[str, Any]]:
    """Somebody reads two pages, and only then says in a form who he is: what he read before is his company's too."""
    host = "https://www.tidewright.example"
    yield _message(now, 9, "page", "1", {"page": {"url": f"{host}/pricing", "path": "/pricing"}})
    yield _message(now, 6, "page", "2", {"page": {"url": f"{host}/docs/ledgers", "path": "/docs/ledgers"}})
    question = {
        "email": "m.kask@balticgrid.example",
        "company": "Baltic Grid OÜ",
        "message": "Can it post to two ledgers at once, one of them in Estonia?",
    }
    form = _message(now, 3, "track", "3", {"page": {"url": f"{host}/demo", "path": "/demo"}})
    yield {**form, "event": "Form Submitted", "properties": question}


def _message(now: datetime, minutes: float, kind: str, number: str, context: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": kind,
        "messageId": f"demo-{number}",
        "anonymousId": "b1d6f6a0-0000-4000-8000-000000000017",
        "timestamp": f"{(now - timedelta(minutes=minutes)).isoformat()}",
        "context": {**context, "userAgent": _AGENT},
    }
