"""A clean feed sensor as an async generator."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import SecretStr

from capteur import Checkpoint, Context, Detected, FeedSensor, Signal

URL = "https://rounds.example/v1"


class AsyncRounds(FeedSensor):
    """Companies that announced a funding round, asked for without a thread."""

    name = "async-rounds"
    kinds = ("funding.raised",)

    api_key: SecretStr
    min_amount: int = 1_000_000

    async def detect(self, ctx: Context) -> AsyncIterator[Detected]:
        pages = ctx.ahttp.pages(
            URL, token=self.api_key, following=lambda page: {"page": page["next"]} if page["next"] else None
        )
        async for page in pages:
            for row in page["rounds"]:
                if row["amount"] >= self.min_amount:
                    yield Signal(
                        kind="funding.raised",
                        account=row["domain"],
                        key=f"rounds.example:{row['id']}",
                        occurred_at=row["date"],
                    )
        yield Checkpoint({"read": ctx.now.isoformat()})
