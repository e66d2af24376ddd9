"""From numbers to a row with its words: why now, the lines that add up, what comes if nothing happens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from capteur.accounts import Account
from capteur.clock import MICROS_PER_DAY
from capteur.estimator import Estimator
from capteur.intent import Contribution, Estimate, shown
from capteur.kinds import Kind, kind_of
from capteur.ranking.ordering import NUMBERED
from capteur.ranking.shapes import Line, Row
from capteur.signals import Observation
from capteur.store import signals as stored
from capteur.store.coverage import Coverage
from capteur.wording import Reason, is_derived, label, why_now

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.store.shapes import SignalRow

WEEK = 7 * MICROS_PER_DAY


def with_status(estimate: Estimate | None, *, watched: bool) -> Estimate:
    """An account without anything to estimate from is `no_signal` when somebody looked, else `not_watched`."""
    if estimate is not None and estimate.status != "no_signal":
        return estimate
    return Estimate("no_signal" if watched else "not_watched", None, None, None, "thin")


def lines_of(estimate: Estimate, rows: Mapping[int, SignalRow], kinds: Mapping[str, Kind]) -> tuple[Line, ...]:
    """The contributions as lines that add up to the intent, unrounded and as shown with one digit."""
    if not estimate.contributions:
        return ()
    cells, _ = shown([c.intent for c in estimate.contributions], estimate.intent or 0.0)
    lines = []
    for part, cell in zip(estimate.contributions, cells, strict=True):
        row = rows.get(part.signal_id)
        words = (
            label(part.kind, 1, kinds)
            if not part.kind.startswith("seq:")
            else f"sequence {part.kind.removeprefix('seq:').replace('_', ' ')}"
        )
        lines.append(
            Line(
                label=f"{words}: {row.summary}" if row and row.summary else words,
                kind=part.kind,
                intent=part.intent,
                shown=cell / 10,
                signal=part.key,
                signal_id=part.signal_id,
                occurred_at=part.occurred_at,
                evidence_url=row.evidence_url if row else None,
                kept=part.kept,
                sensor=row.scope if row else None,
                could_also_mean=(kinds.get(part.kind) or kind_of(part.kind)).could_also_mean,
            )
        )
    return tuple(lines)


def reasons(estimate: Estimate, rows: Mapping[int, SignalRow]) -> list[Reason]:
    """What speaks for an account, by kind: points, count, newest and its words."""
    by_kind: dict[str, list[Contribution]] = defaultdict(list)
    for part in estimate.contributions:
        if part.intent > 0 and not is_derived(part.kind):
            by_kind[part.kind].append(part)
    found = []
    for kind, parts in by_kind.items():
        newest = max(parts, key=lambda p: (p.occurred_at, p.key))
        row = rows.get(newest.signal_id)
        found.append(
            Reason(kind, len(parts), newest.occurred_at, row.summary if row else None, sum(p.intent for p in parts))
        )
    return sorted(found, key=lambda r: (-r.intent, r.kind))


def rows_of(conn: Connection, account_id: int) -> dict[int, SignalRow]:
    """An account's stored signals by id, for words and links."""
    return {row.id: row for row in stored.rows(conn, account_id=account_id)}


def detail(
    conn: Connection,
    account: Account,
    estimate: Estimate,
    before: Estimate | None,
    coverage: Coverage,
    kinds: Mapping[str, Kind],
    *,
    rank: int | None = None,
    lines: bool = False,
) -> Row:
    """A row with its words. `estimate` carries contributions per signal; `before` is 7 days ago, None when unwatched then."""
    found = rows_of(conn, account.id)
    change = None
    if before is not None and estimate.intent is not None:
        change = estimate.intent - (before.intent or 0.0)
    facts = (p for p in estimate.contributions if not p.kind.startswith("account.") and not is_derived(p.kind))
    told = [part.occurred_at for part in facts]
    standing = [r.occurred_at for r in found.values() if r.revoked_at is None and r.occurred_at <= coverage.as_of]
    newest = max(told or standing, default=None)
    owner = account.facts.get("owner")
    return Row(
        rank,
        account,
        estimate,
        change,
        why_now(reasons(estimate, found), coverage.as_of) + _despite(estimate, kinds),
        newest,
        str(owner) if owner is not None else None,
        coverage.of(account.id),
        lines_of(estimate, found, kinds) if lines else (),
    )


def _despite(estimate: Estimate, kinds: Mapping[str, Kind]) -> str:
    """What speaks against it, as the end of a sentence."""
    damps = {p.kind for p in estimate.contributions if p.intent < 0 and not p.kind.startswith("account.")}
    return f", despite {' and '.join(label(kind, 1, kinds) for kind in sorted(damps))}" if damps else ""


def unranked(accounts: Iterable[Account], estimates: Mapping[int, Estimate], coverage: Coverage) -> list[Row]:
    """Those of these accounts without a place in the list, with the reason as their status: vetoed first, then by name."""
    rows = []
    for account in accounts:
        estimate = with_status(estimates.get(account.id), watched=coverage.watched(account.id))
        if estimate.status not in NUMBERED:
            owner = account.facts.get("owner")
            why = ", ".join(label(c.kind, 1) for c in estimate.contributions if c.kind.startswith("account."))
            rows.append(
                Row(
                    None,
                    account,
                    estimate,
                    why=why,
                    owner=str(owner) if owner else None,
                    coverage=coverage.of(account.id),
                )
            )
    return sorted(rows, key=lambda row: (row.estimate.status != "vetoed", row.account.name.casefold()))


def forecast(
    estimator: Estimator, history: Sequence[Observation], as_of: int, weeks: int = 8
) -> list[tuple[int, float]]:
    """The intent at the end of each coming week if nothing new happens."""
    future = [
        replace(s, known_at=min(s.known_at, as_of)) for s in history if s.known_at <= as_of and s.occurred_at <= as_of
    ]
    moments = [as_of + week * WEEK for week in range(1, weeks + 1)]
    return [(moment, estimator.explain(future, moment).intent or 0.0) for moment in moments]


def uncounted(estimate: Estimate, history: Sequence[Observation], as_of: int) -> dict[str, int]:
    """Signals that stood at `as_of` and are no line of the estimate (neutral kinds), by kind."""
    told, counts = {part.key for part in estimate.contributions}, defaultdict[str, int](int)
    for signal in history:
        stands = signal.known_at <= as_of and (signal.revoked_at is None or signal.revoked_at > as_of)
        if stands and signal.occurred_at <= as_of and signal.key not in told:
            counts[signal.kind] += 1
    return dict(sorted(counts.items()))
