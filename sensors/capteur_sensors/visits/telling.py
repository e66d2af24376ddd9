"""What is said of a visitor's day: one growing signal per kind, or that it was no person after all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from capteur import AccountRef, Revoke, Signal
from capteur_sensors.visits.keys import DAY_S
from capteur_sensors.visits.pages import LONGEST, MASK
from capteur_sensors.visits.sessions import KINDS, Belief, Visitor

_NO_PERSON = "no person: a flood of pages, or a scanner's requests"


def tell(
    visitor: Visitor, account: AccountRef | None = None, more: Mapping[str, Any] | None = None
) -> Iterator[Signal | Revoke]:
    """What has grown since the last time; what was said of somebody who turns out to be a program is taken back.

    `account` is said instead of the visitor's own, and `more` added to `data`.
    """
    if visitor.blocked:
        for kind, belief in visitor.beliefs.items():
            if belief.told:
                yield Revoke(_key(visitor, kind), _NO_PERSON)
                belief.told = 0.0
        return
    for kind, belief in visitor.untold():
        signal = _signal(visitor, kind, belief)
        data = {**(signal.data or {}), **(more or {})}
        yield replace(signal, account=account if account is not None else signal.account, data=data)
        belief.told = belief.strength


def _key(visitor: Visitor, kind: int) -> str:
    day = datetime.fromtimestamp(visitor.day * DAY_S, UTC).date()
    return f"{visitor.host}:{visitor.name}:{day}:{KINDS[kind].partition('.')[2]}"


def _signal(visitor: Visitor, kind: int, belief: Belief) -> Signal:
    page = belief.page
    data: dict[str, Any] = {"site": visitor.host, "pages": belief.pages, "seconds": belief.seconds}
    if page is not None:
        data["path"] = page.path
        if page.group:
            data["group"] = page.group
    return Signal(
        kind=KINDS[kind],
        account=AccountRef(name=visitor.account) if visitor.only_named else visitor.account,
        key=_key(visitor, kind),
        occurred_at=datetime.fromtimestamp(belief.since, UTC),
        strength=belief.strength,
        person=visitor.person,
        summary=_summary(belief),
        evidence_url=address_of(visitor.host, page.path) if page is not None else None,
        data=data,
    )


def address_of(host: str, path: str) -> str | None:
    """Where the page can be seen; None when the log does not say on which host, or a part of the path is masked."""
    return f"https://{host}{quote(path)}" if "." in host and MASK not in path and len(path) < LONGEST else None


def _summary(belief: Belief) -> str:
    page = belief.page.path if belief.page is not None else "a page"
    if belief.pages <= 1:
        return page
    minutes = round(belief.seconds / 60)
    took = f" in {minutes} min" if minutes else ""
    return f"{page}, {belief.pages} pages{took}"
