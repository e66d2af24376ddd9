"""A clean feed sensor, as an author writes it; test_seeded_faults.py changes one thing at a time in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from capteur import Checkpoint, Context, Detected, FeedSensor, Signal

URL = "https://rounds.example/v1"


def following(page: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {"page": page["next"]} if page["next"] else None


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)
    every = "6h"

    api_key: SecretStr
    min_amount: int = 1_000_000

    def detect(self, ctx: Context) -> Iterator[Detected]:
        for page in self.pages(ctx):
            yield from ctx.each(page["rounds"], self.signal)
        yield Checkpoint({"read": ctx.now.isoformat()})

    def pages(self, ctx: Context) -> Iterator[Any]:
        since = {"since": ctx.since.date()}
        return ctx.http.pages(URL, params=since, token=self.api_key, following=following)

    def signal(self, row: Mapping[str, Any]) -> Signal | None:
        if row["amount"] < self.min_amount:
            return None
        return Signal(
            kind="funding.raised",
            account=row["domain"],
            key=f"rounds.example:{row['id']}",
            occurred_at=row["date"],
            summary=f"raised {row['amount']}",
            evidence_url=row["url"],
            data={"amount": row["amount"]},
        )
