"""Intent: what an estimator says of an account. It is estimated, never measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Status = Literal["scored", "declared", "vetoed", "no_signal", "no_evidence", "not_watched"]
EvidenceWord = Literal["thin", "some", "solid"]
Trend = Literal["rising", "steady", "falling", "unknown"]
STATUSES: tuple[Status, ...] = ("scored", "declared", "vetoed", "no_signal", "no_evidence", "not_watched")
WORDS: tuple[EvidenceWord, ...] = ("thin", "some", "solid")
TRENDS: tuple[Trend, ...] = ("rising", "steady", "falling", "unknown")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of what makes the number. All lines of an estimate add up to its intent.

    `key` is the signal's key (`seq:NAME@KEY` for a completed sequence), `intent` its share in points of 0-10 (may be
    negative), `occurred_at` in micros, `kept` = 2^(-age / half-life), 1.0 where nothing decays.
    """

    key: str
    kind: str
    intent: float
    occurred_at: int
    kept: float = 1.0
    signal_id: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one model says of one account as of one moment.

    `intent`, `low`, `high` are 0-10, None without a number; `low..high` is the 80 % range of the prior until a backtest has
    calibrated it. `inferred` and `ask` are the two channels behind `intent` (0-10). `n_eff` counts fresh-signal equivalents;
    `mass` is S (evidence after damps), `damp` the factor D, `spread` rho of the range.
    """

    status: Status
    intent: float | None
    low: float | None
    high: float | None
    evidence: EvidenceWord
    inferred: float = 0.0
    ask: float = 0.0
    trend: Trend = "unknown"
    n_eff: float = 0.0
    mass: float = 0.0
    undamped: float = 0.0
    damp: float = 1.0
    spread: float = 0.0
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Running state of one (account, kind): what `fold` writes and `read` reads.

    `sealed[i]` is the decayed sum, at half-life i, of the days before UTC day number `sealed_day`, valued at 00:00 of that day;
    `total[i]` the same over everything, valued at `at` (micros, the newest signal's time). `n` counts signals. Behind the sums,
    `sealed` may hold numbers of the estimator's own (`evidence@1`: how many signals are sealed, and the newest one's micros).
    """

    sealed_day: int
    sealed: tuple[float, ...]
    at: int
    total: tuple[float, ...]
    n: int


@dataclass(frozen=True, slots=True)
class Estimates:
    """Many accounts at once, one array element each, all of one length.

    `account` int64 ids; `status`, `evidence`, `trend` int8 codes into STATUSES, WORDS, TRENDS; the others float64, NaN where
    there is no number.
    """

    account: NDArray[np.int64]
    status: NDArray[np.int8]
    intent: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    inferred: NDArray[np.float64]
    ask: NDArray[np.float64]
    n_eff: NDArray[np.float64]
    mass: NDArray[np.float64]
    evidence: NDArray[np.int8]
    trend: NDArray[np.int8]

    @classmethod
    def of(cls, found: Mapping[int, Estimate]) -> Estimates:
        """Columns from an Estimate by account id, in ascending order of the id."""
        import numpy as np

        each = [found[account] for account in sorted(found)]

        def numbers(name: str) -> NDArray[np.float64]:
            return np.array([np.nan if getattr(e, name) is None else getattr(e, name) for e in each], dtype=np.float64)

        def codes(name: str, words: tuple[str, ...]) -> NDArray[np.int8]:
            return np.array([words.index(getattr(e, name)) for e in each], dtype=np.int8)

        return cls(
            account=np.array(sorted(found), dtype=np.int64),
            status=codes("status", STATUSES),
            **{name: numbers(name) for name in ("intent", "low", "high", "inferred", "ask", "n_eff", "mass")},
            evidence=codes("evidence", WORDS),
            trend=codes("trend", TRENDS),
        )


def shown(values: list[float], total: float, digits: int = 1) -> tuple[list[int], int]:
    """Round lines to whole units of 10^-digits so that they add up to the rounded total (largest remainder, ties by place).

    Returns (units per line, units of the total).
    """
    unit = 10**digits
    goal = floor(total * unit + 0.5)
    cells = [floor(v * unit) for v in values]
    missing = goal - sum(cells)
    rest = [v * unit - c for v, c in zip(values, cells, strict=True)]
    if missing > 0:
        for i in sorted(range(len(values)), key=lambda i: (-rest[i], i))[:missing]:
            cells[i] += 1
    elif missing < 0:
        for i in sorted(range(len(values)), key=lambda i: (rest[i], i))[:-missing]:
            cells[i] -= 1
    return cells, goal
