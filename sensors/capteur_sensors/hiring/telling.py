"""A board's changes as signals: keys, summaries, details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from capteur import Account, AccountRef, Revoke, Signal
from capteur_sensors._tools import Tool, name_key
from capteur_sensors.hiring.changes import Closed, Opening, Surge, as_date
from capteur_sensors.hiring.vendors import Board

OPENED, OTHER, CLOSED, SURGE = "hiring.opened", "hiring.other", "hiring.closed", "hiring.surge"
MENTIONED = "tool.mentioned"


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the signals of one account's board. Keys are `vendor:board:job:kind`."""

    account: Account
    board: Board

    def opened(self, opening: Opening, occurred_at: datetime, *, again: int = 0) -> Signal:
        """A job that is posted. `again`: how often it was taken back before, because it was no longer a role asked for."""
        post, kind = opening.post, OPENED if opening.wanted else OTHER
        key = self._key(post.job, kind)
        return Signal(
            kind=kind,
            account=self._account,
            key=f"{key}:{again + 1}" if again else key,
            occurred_at=occurred_at,
            summary=post.title,
            evidence_url=post.url or self.board.page,
            data=self._data(
                title=post.title,
                locations=list(post.locations),
                department=post.department,
                workplace=post.workplace,
                employment=post.employment,
                posts=opening.posts if opening.posts > 1 else None,
                dated=None if post.published else "first seen: the board gives no date",
            ),
        )

    def mentioned(self, opening: Opening, tool: Tool, occurred_at: datetime) -> Signal:
        """A tool that a job's description names."""
        post = opening.post
        return Signal(
            kind=MENTIONED,
            account=self._account,
            key=f"{self._key(post.job, MENTIONED)}:{name_key(tool.name)}",
            occurred_at=occurred_at,
            summary=f"{tool.name}: in {post.title}",
            evidence_url=post.url or self.board.page,
            data=self._data(tool=tool.name, title=post.title),
        )

    def taken_back(self, job: str, again: int) -> Revoke:
        """The job was told as a role asked for, and the user no longer asks for it."""
        key = self._key(job, OPENED)
        return Revoke(f"{key}:{again + 1}" if again else key, "no longer among the roles asked for")

    def closed(self, gone: Closed) -> Signal:
        """A job that is gone; it happened when the first read missed it, or a little before."""
        return Signal(
            kind=CLOSED,
            account=self._account,
            key=self._key(gone.job, CLOSED),
            occurred_at=datetime.fromtimestamp(gone.missed_at, UTC),
            summary=gone.title or None,
            evidence_url=self.board.page,
            data=self._data(title=gone.title or None, published=as_date(gone.published).isoformat()),
        )

    def surge(self, surge: Surge) -> Signal:
        """A week with many more new posts than usual; once per board and week."""
        return Signal(
            kind=SURGE,
            account=self._account,
            key=self._key(surge.week, SURGE),
            occurred_at=surge.day,
            summary=f"{surge.posts} new posts in week {surge.week}, usually about {surge.usual:.1f}",
            evidence_url=self.board.page,
            data=self._data(week=surge.week, posts=surge.posts, usual=round(surge.usual, 2)),
        )

    @property
    def _account(self) -> str | AccountRef:
        return self.account.domain or AccountRef(name=self.account.name, ids={self.board.vendor: self.board.token})

    def _key(self, job: str, kind: str) -> str:
        return f"{self.board.key}:{job}:{kind}"

    def _data(self, **details: object) -> Mapping[str, Any]:
        return {"vendor": self.board.vendor, "board": self.board.token} | {
            k: v for k, v in details.items() if v not in (None, [])
        }
