"""A clean push sensor."""

from __future__ import annotations

from collections.abc import Iterator

from capteur import Context, Delivery, Detected, PushSensor, Signal


class Visits(PushSensor):
    """Page visits as a tracker sends them."""

    name = "visits"
    kinds = ("visit.page",)

    def receive(self, ctx: Context, delivery: Delivery) -> Iterator[Detected]:
        for visit in delivery.json()["visits"]:
            yield Signal(
                kind="visit.page",
                account=visit["domain"],
                key=f"tracker:{visit['id']}",
                occurred_at=visit["at"],
                strength=0.5,
            )
