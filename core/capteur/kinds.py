"""Kinds of signals: `area.fact`. The catalogue names them and says what else each could mean; weights stay with the estimators."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of signal.

    Args:
        name: `area.fact`, lower case.
        singular: one of them in words, e.g. `"visit to a key page"`.
        plural: several of them; `{n}` is the count. Defaults to `"{n} x " + singular`.
        grows: a known key seen again with a higher strength replaces the old belief (visits of a day).
        delay: how long after it happened such a fact is usually known; used for imports until it is measured.
        could_also_mean: the honest other readings, shown by `explain`.
    """

    name: str
    singular: str = ""
    plural: str = ""
    grows: bool = False
    delay: timedelta = timedelta(days=1)
    could_also_mean: str = ""

    def words(self, count: int) -> str:
        """The kind in words for `count` signals."""
        one = self.singular or self.name.replace(".", " ").replace("_", " ")
        if count == 1:
            return one
        return self.plural.format(n=count) if self.plural else f"{count} x {one}"


def is_kind_name(name: object) -> bool:
    """True for `area.fact` in lower-case letters, digits and underscores."""
    return isinstance(name, str) and len(name) <= 80 and _NAME.fullmatch(name) is not None  # noqa: PLR2004


ASK = "ask.contact"
"""What an account declares itself, in its own words: taken only with its exact statement, place and time (docs/kinds.md)."""
_HOUR = timedelta(hours=1)
CATALOGUE: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "visit.page",
            "page visit",
            "{n} page visits",
            grows=True,
            delay=_HOUR,
            could_also_mean="a job seeker, a student, a competitor, a click by mistake",
        ),
        Kind(
            "visit.key_page",
            "visit to a key page",
            "{n} visits to key pages",
            grows=True,
            delay=_HOUR,
            could_also_mean="an existing customer, a researcher",
        ),
        Kind(
            "visit.ignored_page",
            "visit to an ignored page",
            "{n} visits to ignored pages",
            grows=True,
            delay=_HOUR,
            could_also_mean="a job seeker, an investor",
        ),
        Kind(
            "engagement.campaign",
            "campaign response",
            "{n} campaign responses",
            could_also_mean="an automatic opener, curiosity",
        ),
        Kind("engagement.unsubscribed", "unsubscribed", "{n} people unsubscribed", could_also_mean="one tired reader"),
        Kind(
            "content.downloaded",
            "download",
            "{n} downloads",
            could_also_mean="wants to learn, not to buy; served by an advert",
        ),
        Kind(
            "event.attended",
            "event attended",
            "{n} events attended",
            could_also_mean="wants to learn, not to buy; served by an advert",
        ),
        Kind("social.engaged", "social engagement", "{n} social engagements", could_also_mean="habit, a friend's post"),
        Kind("cart.abandoned", "abandoned cart", "{n} abandoned carts", could_also_mean="a price check, a distraction"),
        Kind("question.asked", "question asked", "{n} questions asked", could_also_mean="a student, support"),
        Kind("touch.call", "call from them", "{n} calls from them", could_also_mean="a supplier, a job seeker"),
        Kind("touch.meeting", "meeting", "{n} meetings", could_also_mean="politeness"),
        Kind("touch.booth", "talk at our booth", "{n} talks at our booth", could_also_mean="politeness"),
        Kind("touch.reply", "reply", "{n} replies", could_also_mean="politeness"),
        Kind(
            ASK,
            "asked to be contacted",
            "asked {n} times to be contacted",
            could_also_mean="a support request, a supplier, a job seeker",
        ),
        Kind(
            "hiring.opened",
            "relevant role opened",
            "{n} relevant roles opened",
            could_also_mean="a replacement, an evergreen post",
        ),
        Kind("hiring.other", "other role opened", "{n} other roles opened", could_also_mean="ordinary hiring"),
        Kind("hiring.closed", "role closed", "{n} roles closed", could_also_mean="filled, or frozen"),
        Kind("hiring.surge", "hiring surge", "{n} hiring surges", could_also_mean="a seasonal wave"),
        Kind(
            "people.leader_joined",
            "new leader joined",
            "{n} new leaders joined",
            could_also_mean="a replacement without budget",
        ),
        Kind("company.layoffs", "layoffs", "{n} layoffs", could_also_mean="a cut elsewhere in the company"),
        Kind("funding.raised", "funding raised", "{n} funding rounds", could_also_mean="runway, not budget for us"),
        Kind("tool.adopted", "tool adopted", "{n} tools adopted", could_also_mean="a trial, one team"),
        Kind("tool.dropped", "tool dropped", "{n} tools dropped", could_also_mean="a clean-up of an old trial"),
        Kind(
            "tool.competitor_adopted",
            "competitor's tool adopted",
            "{n} competitors' tools adopted",
            could_also_mean="a trial, one team",
        ),
        Kind(
            "tool.competitor_dropped",
            "competitor's tool dropped",
            "{n} competitors' tools dropped",
            could_also_mean="a clean-up of an old trial",
        ),
        Kind("tool.present", "tool present", "{n} tools present"),
        Kind("tool.removed", "tool removed", "{n} tools removed"),
        Kind("tool.mentioned", "tool mentioned", "{n} tools mentioned"),
        Kind("press.mention", "press mention", "{n} press mentions", could_also_mean="a quote, a namesake"),
        Kind("account.competitor", "listed as a competitor"),
        Kind("account.customer", "already a customer"),
        Kind("account.blocked", "blocked"),
        Kind("account.partner", "listed as a partner"),
        Kind("account.student", "an academic domain"),
    )
}


def kind_of(name: str) -> Kind:
    """The catalogue's entry, or a plain one for a kind nobody described."""
    return CATALOGUE.get(name) or Kind(name)
