"""A clean notifier."""

from __future__ import annotations

from pydantic import SecretStr

from capteur import Http, Notice, Notifier

URL = "https://pager.example/v1"


class Pager(Notifier):
    """Posts a line to a pager."""

    name = "pager"

    token: SecretStr

    def notify(self, notice: Notice, http: Http) -> None:
        body = {"id": notice.id, "text": notice.text[:500], "top": self.top(notice)}
        http.post_json(URL, body, token=self.token)

    def top(self, notice: Notice) -> list[str]:
        return [item["account"] for item in notice.items]
