"""EDGAR over HTTP: who asks says so, a page that turns us away is told from one that is not there.

Fair access: https://www.sec.gov/os/accessing-edgar-data ("Name contact@domain" as User-Agent, at most 10 requests a second).
"""

from __future__ import annotations

from datetime import date
from typing import Final

from capteur import Answer, ConfigError, Context, NotFound, RateLimited, SourceChanged
from capteur_sensors.funding.indexes import CurrentPage, DayIndex, Filing, read_current, read_index
from capteur_sensors.funding.notice import Notice, read_notice

HOST: Final = "www.sec.gov"
PAGE: Final = 100
"""Entries of a page of current filings; it takes no more."""
BLOCKED_S: Final = 600
"""EDGAR shuts out who asked too fast for about ten minutes."""
_CURRENT: Final = f"https://{HOST}/cgi-bin/browse-edgar"
_TURNED_AWAY: Final = (b"undeclared automated tool", b"request rate threshold", b"declare your traffic")
_SNIFFED: Final = 4096


class Archive:
    """What a run asks EDGAR for. Raises ConfigError when the project names nobody whom the SEC could write to."""

    def __init__(self, ctx: Context) -> None:
        if "@" not in ctx.contact:
            raise ConfigError(
                "EDGAR wants to know who asks, and no e-mail address is given",
                why="the SEC's rules of fair access",
                fix=f'set contact = "you@company.com" under [web], then capteur resume {ctx.instance}',
            )
        self._ctx = ctx
        self._headers = {"user-agent": f"capteur {ctx.contact}"}

    def index(self, day: date) -> DayIndex | None:
        """The index of a day; None when there is none: weekends, holidays, and a day that is not over yet."""
        quarter = (day.month + 2) // 3
        url = f"https://{HOST}/Archives/edgar/daily-index/{day.year}/QTR{quarter}/form.{day:%Y%m%d}.idx"
        answer = self._get(url)
        return None if answer is None else read_index(answer)

    def current(self, start: int) -> CurrentPage | None:
        """The page of current filings from entry `start` on; None past the last one, where EDGAR answers an HTML page."""
        params = {"action": "getcurrent", "type": "D", "owner": "include", "count": PAGE, "start": start}
        answer = self._get(_CURRENT, {**params, "output": "atom"})
        if answer is None:
            raise SourceChanged(f"{_CURRENT} is not there: the list of current filings has moved")
        return None if start and _is_html(answer) else read_current(answer)

    def notice(self, filing: Filing) -> Notice:
        """The document of a filing. Raises NotFound when it is not there (any more, or yet), SourceChanged for another form."""
        url = f"{filing.folder}/primary_doc.xml"
        answer = self._get(url)
        if answer is None:
            raise NotFound(f"{url} is not there", why="filed on paper, withdrawn, or not out yet")
        if _is_html(answer):
            raise SourceChanged(f"{url} is an HTML page, not the document itself")
        return read_notice(answer)

    def _get(self, url: str, params: dict[str, object] | None = None) -> Answer | None:
        """An answer, or None for what is not there: EDGAR says so by 404, and out of its bucket by 403.

        Raises RateLimited when it turned us away, which it does with 403, and also with 200, and what `ctx.http` raises.
        """
        answer = self._ctx.http.get(url, params=params, headers=self._headers, accept={401, 403, 404})
        if _turned_away(answer):
            raise RateLimited(
                f"{HOST} turns us away",
                why='it asks for fewer requests, or does not like "capteur CONTACT" as a name',
                retry_after=BLOCKED_S,
            )
        if answer.status == 401:  # noqa: PLR2004  there is nothing to log in to
            raise SourceChanged(f"{HOST} wants a login now")
        return None if answer.status in {403, 404} else answer


def _is_html(answer: Answer) -> bool:
    start = answer.content[:_SNIFFED].lstrip().lower()
    return start.startswith(b"<!doctype html") or b"<html" in start


def _turned_away(answer: Answer) -> bool:
    """A page for people where a file was due, that speaks of tools and rates; any 403 that is such a page."""
    if not _is_html(answer):
        return False
    text = answer.content[: 16 * _SNIFFED].lower()
    return answer.status == 403 or any(sign in text for sign in _TURNED_AWAY)  # noqa: PLR2004  the status itself
