"""Changes as signals: kinds by the user's lists, keys, summaries in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from capteur import Revoke, Signal
from capteur_sensors._tools import name_key
from capteur_sensors.adoption.book import Sight
from capteur_sensors.adoption.changes import Change
from capteur_sensors.adoption.memory import as_date

ADOPTED, DROPPED = "tool.adopted", "tool.dropped"
RIVAL_ADOPTED, RIVAL_DROPPED = "tool.competitor_adopted", "tool.competitor_dropped"
PRESENT, REMOVED = "tool.present", "tool.removed"
_LOOK_UP = "https://dns.google/query?name={name}&rr_type={kind}"
"""A page where a person can see a record; nothing is asked there by us."""
_KINDS = {"txt": "TXT", "mx": "MX", "spf": "TXT", "dmarc": "TXT", "cname": "CNAME"}


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the signals of one account. Keys are `domain:tool:kind`, for news followed by the day of the last read without it.

    That day is in the memory: it is the same when a run is repeated, and another one when the tool comes and goes again.
    """

    domain: str
    now: datetime
    ecosystem: Collection[str]
    competitors: Collection[str]
    host: str = ""

    def tell(self, change: Change) -> Signal | Revoke | None:
        """The signal of a change; a Revoke when a removal that was told turns out to be none."""
        match change.what:
            case "present":
                return self._signal(change, PRESENT, self._key(change, PRESENT), self.now)
            case "appeared":
                kind = self._of(change.tool, ADOPTED, RIVAL_ADOPTED, PRESENT)
                return self._signal(change, kind, self._key(change, kind, since=True), self.now)
            case "gone":
                moment = datetime.fromtimestamp(change.missed_at, UTC)
                return self._signal(change, self._gone(change), self.key_of_removal(change), moment)
            case "back":
                return Revoke(change.told, "it is there again") if change.told else None

    def key_of_removal(self, change: Change) -> str:
        """The key under which a removal is told."""
        return self._key(change, self._gone(change), since=True)

    def _gone(self, change: Change) -> str:
        return self._of(change.tool, DROPPED, RIVAL_DROPPED, REMOVED)

    def _of(self, tool: str, ours: str, theirs: str, other: str) -> str:
        key = name_key(tool)
        return ours if key in self.ecosystem else theirs if key in self.competitors else other

    def _key(self, change: Change, kind: str, *, since: bool = False) -> str:
        key = f"{self.domain}:{name_key(change.tool)[:80]}:{kind}"
        return f"{key}:{as_date(change.since)}" if since else key

    def _signal(self, change: Change, kind: str, key: str, moment: datetime) -> Signal:
        gone, neutral = change.what == "gone", kind in {PRESENT, REMOVED}
        where = ", ".join(dict.fromkeys(map(self._place, change.at)))
        strongest = max(change.sights, key=lambda sight: sight.strength, default=None)
        why = f"gone from {where}" if gone else _why(strongest) if strongest else ""
        source = strongest.source if strongest else next(iter(change.at), "txt")
        return Signal(
            kind=kind,
            account=self.domain,
            key=key,
            occurred_at=moment,
            summary=f"{change.tool}: {why}" if neutral else change.tool,  # the list says "adopted HubSpot"
            evidence_url=self._url(source),
            strength=min(1.0, max(0.0, change.strength)),
            data={
                "tool": change.tool,
                "why": why,
                "seen": [{"where": s.source, "as": s.place, "pattern": s.pattern} for s in change.sights[:10]],
                **({"after": as_date(change.since).isoformat()} if change.since else {}),
                **({"was": list(change.at)} if gone else {}),
            },
        )

    def _url(self, source: str) -> str:
        part, _, rest = source.partition(":")
        if part == "page":
            return f"https://{self.host or self.domain}{rest}"
        name = {"dmarc": f"_dmarc.{self.domain}", "cname": f"{rest}.{self.domain}"}.get(part, self.domain)
        return _LOOK_UP.format(name=name, kind=_KINDS.get(part, "TXT"))

    def _place(self, source: str) -> str:
        part, _, rest = source.partition(":")
        return _page(rest) if part == "page" else _RECORDS.get(part, f"{rest}.{self.domain}")


_RECORDS = {"txt": "the TXT records", "mx": "the mail servers", "spf": "the SPF record", "dmarc": "the DMARC record"}
_WHY = {
    "txt": "the domain was verified ({pattern})",
    "mx": "it receives the company's mail ({pattern})",
    "spf": "it may send the company's mail ({pattern})",
    "dmarc": "it gets the mail reports ({pattern})",
    "cname": "the name {rest} leads there ({pattern})",
    "script": "{page} loads {pattern}",
    "header": "{page} answers with the header {pattern}",
    "cookie": "{page} sets the cookie {pattern}",
    "meta": "{page} says so ({pattern})",
}


def _why(sight: Sight) -> str:
    """What shows the tool, in words."""
    rest = sight.source.partition(":")[2]
    return _WHY[sight.place].format(pattern=sight.pattern, rest=rest, page=_page(rest))


def _page(path: str) -> str:
    return "the home page" if path == "/" else f"the page {path}"
