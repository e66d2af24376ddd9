"""How late sensors learn of facts: `detected_at - occurred_at` of signals that arrived live, by sensor and kind.

Only counts are kept, in buckets that grow by a tenth: a quantile read from them is within 5 % of the true one, however many
signals there were, and a batch writes a row or two. What counts as live is decided in `sensing.arriving`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from capteur.store import sql

T = TypeVar("T")

ENOUGH = 20
"""So many signals, and their quantiles say more than a declared delay."""
SAMPLE = 50
"""So many signals of one batch are measured at most: a flood costs no more than that, and says no less."""
SECOND = 1_000_000
"""A shorter delay is none: clocks disagree by more."""
GROWTH = 1.1
"""From one bucket's beginning to the next. Told by their geometric middle, values are off by sqrt(1.1) - 1 = 4.9 % at most."""
_BEGINS = tuple(round(SECOND * GROWTH**i) for i in range(230))
"""Where buckets begin, from a second to a century; below the first lies bucket 0."""

_ADD = """
INSERT INTO delay (scope_id, kind_id, bucket, n) {rows}
ON CONFLICT (scope_id, kind_id, bucket) DO UPDATE SET n = delay.n + excluded.n
"""
# These rows are the same for every unit of a sensor. Nobody shall wait for them, nor deadlock over them: while another writer
# counts for the sensor, a unit is left out of the sample.
_ADD_ALONE = _ADD.replace("{rows}", "SELECT * FROM ({rows}) AS seen WHERE (SELECT pg_try_advisory_xact_lock(7095, %d))")


@dataclass(frozen=True, slots=True)
class Delay:
    """How late the facts of one kind were known: `n` were measured, half within `p50`, 99 of 100 within `p99` (micros)."""

    n: int
    p50: int
    p99: int

    @property
    def is_known(self) -> bool:
        """Enough were measured to go by."""
        return self.n >= ENOUGH


def bucket_of(delay: int) -> int:
    """The bucket of a delay in micros; 0 is "at once"."""
    return bisect_right(_BEGINS, delay)


def middle_of(bucket: int) -> int:
    """The delay that stands for a bucket, in micros."""
    return 0 if bucket == 0 else round(SECOND * GROWTH ** (bucket - 0.5))


def sample(signals: Collection[T]) -> Iterable[T]:
    """About SAMPLE of a batch's signals, evenly; all of them when there are no more."""
    return islice(signals, 0, None, max(1, -(-len(signals) // SAMPLE)))


def count(conn: Connection, scope_id: int, delays: Iterable[tuple[int, int]]) -> None:
    """Add (kind id, delay in micros) of new signals to what was measured of a sensor."""
    seen = Counter((kind_id, bucket_of(delay)) for kind_id, delay in delays)
    if not seen:
        return
    sql.bulk(
        conn,
        _ADD_ALONE % scope_id if sql.is_postgresql(conn) else _ADD,
        ["bigint"] * 4,
        [(scope_id, kind_id, bucket, n) for (kind_id, bucket), n in sorted(seen.items())],
    )


def of_sensor(conn: Connection, sensor: str) -> dict[str, Delay]:
    """What was measured of a sensor, by kind."""
    return {kind: _told(counts) for kind, counts in _counts(conn)[0].get(sensor, {}).items()}


def medians(conn: Connection, sensor: str) -> dict[str, int]:
    """The usual delay (micros) by kind, as the sensor itself was measured, else as all sensors together; kinds measured enough."""
    by_sensor, together = _counts(conn)
    known = {kind: _told(counts) for kind, counts in together.items()}
    own = {kind: _told(counts) for kind, counts in by_sensor.get(sensor, {}).items()}
    best = known | {kind: told for kind, told in own.items() if told.is_known}
    return {kind: told.p50 for kind, told in best.items() if told.is_known}


_Counts = Mapping[int, int]


def _counts(conn: Connection) -> tuple[dict[str, dict[str, _Counts]], dict[str, _Counts]]:
    """Counts by bucket: of each sensor and kind, and of each kind."""
    by_sensor: dict[str, dict[str, Counter[int]]] = {}
    together: dict[str, Counter[int]] = {}
    query = "SELECT scope.name, kind.name, bucket, n FROM delay JOIN scope ON scope.id = scope_id JOIN kind ON kind.id = kind_id"
    for sensor, kind, bucket, n in sql.rows(conn, query):
        by_sensor.setdefault(sensor, {}).setdefault(kind, Counter())[bucket] += n
        together.setdefault(kind, Counter())[bucket] += n
    return {sensor: dict(kinds) for sensor, kinds in by_sensor.items()}, dict(together)


def _told(counts: _Counts) -> Delay:
    total = sum(counts.values())
    return Delay(total, _quantile(counts, total, 0.5), _quantile(counts, total, 0.99))


def _quantile(counts: _Counts, total: int, share: float) -> int:
    """The smallest measured delay that `share` of them do not exceed."""
    left = math.ceil(total * share)
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0:
            return middle_of(bucket)
    return 0
