"""The demo world: every source of the fictional market behind one door, `World.answer`.

A new kind of source (a server log) is one more module with an `add_...(routes, market, calendar)` in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from capteur_sensors.demo.boards import add_boards
from capteur_sensors.demo.feeds import add_feeds
from capteur_sensors.demo.filings import add_filings
from capteur_sensors.demo.market import Calendar, Market, market
from capteur_sensors.demo.pages import add_sites
from capteur_sensors.demo.routes import TEXT, Reply, Request, Routes

SOURCES: tuple[Callable[[Routes, Market, Calendar], None], ...] = (add_boards, add_sites, add_feeds, add_filings)


class World:
    """The market as it stands around `now`.

    Args:
        now: the anchor; every date of `market.toml` is counted from it. Aware.
        moment: the world's own clock: posts open and close, articles appear as it moves on. Stands still at `now` by default,
            which makes every answer of a demo the same.
    """

    def __init__(self, now: datetime, moment: Callable[[], datetime] | None = None) -> None:
        self.market = market()
        self.routes = Routes()
        calendar = Calendar(now, moment or (lambda: now))
        for add in SOURCES:
            add(self.routes, self.market, calendar)

    def answer(self, request: Request) -> Reply:
        """What the world says. A host nobody has answers 404: there is no DNS here to refuse the name."""
        handler = self.routes.find(request)
        if handler is None:
            return Reply.text(f"The demo world has nothing at {request.host}{request.path}\n", TEXT, 404)
        return handler(request)
