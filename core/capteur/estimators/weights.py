"""The hand-set numbers of `evidence@1`, as data. Nothing here is learned; all of it is configuration (`[models.NAME]`).

A weight w reads: one fresh signal of the kind adds w times the average account's buying rate. Half-lives are in days.
"""

from __future__ import annotations

from typing import NamedTuple


class Weighed(NamedTuple):
    """A kind that counts as evidence."""

    weight: float
    half_life: float


class Damping(NamedTuple):
    """A kind that multiplies the evidence: by `multiplier` for one fresh signal."""

    multiplier: float
    half_life: float


EVIDENCE: dict[str, Weighed] = {
    "visit.page": Weighed(1, 7),
    "visit.key_page": Weighed(2, 14),
    "engagement.campaign": Weighed(1, 14),
    "content.downloaded": Weighed(2, 21),
    "event.attended": Weighed(2, 21),
    "social.engaged": Weighed(0.5, 14),
    "cart.abandoned": Weighed(4, 7),
    "question.asked": Weighed(5, 14),
    "touch.call": Weighed(8, 14),
    "touch.meeting": Weighed(4, 21),
    "touch.booth": Weighed(4, 21),
    "touch.reply": Weighed(4, 21),
    "hiring.opened": Weighed(3, 45),
    "hiring.surge": Weighed(2, 45),
    "people.leader_joined": Weighed(3, 90),
    "funding.raised": Weighed(4, 90),
    "tool.adopted": Weighed(4, 120),
    "tool.competitor_dropped": Weighed(5, 90),
}
UNDECLARED = Weighed(1, 30)
"""A kind nobody configured; `check` names it."""

DAMPS: dict[str, Damping] = {
    "engagement.unsubscribed": Damping(0.5, 90),
    "company.layoffs": Damping(0.6, 60),
    "tool.dropped": Damping(0.5, 120),
    "tool.competitor_adopted": Damping(0.7, 120),
}

VETOES = frozenset({"account.competitor", "account.customer", "account.blocked"})
"""They hold until revoked; no decay."""

NEUTRAL = frozenset(
    {
        "account.partner",
        "account.student",  # a veto by choice: universities may be the buyers
        "hiring.closed",
        "hiring.other",
        "press.mention",
        "tool.mentioned",
        "tool.present",
        "tool.removed",
        "visit.ignored_page",
    }
)
"""Stored and shown, not scored."""

ASK = "ask.contact"
"""What the account declared itself; its own channel, never mixed with evidence."""
