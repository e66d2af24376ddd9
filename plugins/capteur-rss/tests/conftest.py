"""Runs the sensor over a few addresses as core would: enough of `ctx.http`, and core's own check of every signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from capteur_rss import Rss

from capteur import Answer, CapteurError, Context, NotFound
from capteur.clock import from_micros
from capteur.signals import Accepted, accept

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass
class Result:
    accepted: list[Accepted] = field(default_factory=list)
    bad: list[BaseException] = field(default_factory=list)
    error: CapteurError | None = None

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """Each signal as (kind, moment in UTC, summary)."""
        return [(a.kind, from_micros(a.occurred_at).isoformat(), a.summary or "") for a in self.accepted]


@dataclass
class Press:
    """Addresses and what they answer: bytes, an error to raise, or None for "unchanged"."""

    pages: dict[str, bytes | CapteurError | None] = field(default_factory=dict)
    content_type: str = "application/xml"
    since: datetime = NOW - timedelta(days=400)
    until: datetime | None = None

    def get(self, url: str, *, conditional: bool = False, **_: Any) -> Answer:
        assert conditional
        body = self.pages.get(url, NotFound(f"404 from {url}"))
        if isinstance(body, CapteurError):
            raise body
        return Answer(
            200 if body is not None else 304, url, {"content-type": self.content_type}, body or b"", body is None
        )

    def run(self, sensor: Rss) -> Result:
        result = Result()
        ctx = Context(
            instance="rss", now=NOW, since=self.since, until=self.until, http=self, ahttp=None, log=SimpleNamespace(), _bad_row=result.bad.append,  # type: ignore[arg-type]
        )  # fmt: skip
        try:
            result.accepted = [accept(signal, sensor.kind_names(), NOW) for signal in sensor.detect(ctx)]  # type: ignore[union-attr, arg-type]
        except CapteurError as error:
            result.error = error
        return result


@pytest.fixture
def press() -> Press:
    return Press()


@pytest.fixture
def rss_feed() -> Callable[..., bytes]:
    """An RSS 2.0 feed of (title, extra elements) items."""

    def make(*items: tuple[str, str], title: str = "Acme Blog", encoding: str = "utf-8") -> bytes:
        inner = "".join(f"<item><title>{t}</title>{more}</item>" for t, more in items)
        text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>{title}</title>{inner}</channel></rss>'
        return text.encode(encoding)

    return make
